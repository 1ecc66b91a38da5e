"""The three lamps: what they say of a situation, and what reaches their pins."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.daily_window import DailyWindow
from appliance.household.situation import Alarm, Level, Rule, Signal, Situation
from appliance.panel.devices.errors import PinError
from appliance.panel.devices.lamp_row import DIMMED_HZ, LampRow
from appliance.panel.lamps import BEAT_S, Lamps, Light, lamps_for, shine
from appliance.settings.preferences import LampRule
from appliance.system.health import Fault, FaultKind, Health

RED, YELLOW, GREEN = 22, 27, 17
CALM, LOOK, ACT = Lamps(green=Light.ON), Lamps(yellow=Light.ON), Lamps(red=Light.ON)
UNSEEN = Lamps(red=Light.BLINK)
UNKNOWN = Lamps(yellow=Light.FLASH)
WHEN_IT_MATTERS = LampRule(only_when_it_matters=True)
DIM_BY_NIGHT = LampRule(night_level=0.1, night=DailyWindow(time(22), time(7)))
TROUBLE = Health(faults=(Fault(FaultKind.HISTORY, "history.db"),))


def situation(level: Level | None, signal: Signal = Signal.RECEIVING) -> Situation:
    return Situation(watch_w=5000, act_w=10000, level=level, signal=signal)


def alarm(level: Level, *, acknowledged: bool) -> Alarm:
    return Alarm(
        rule=Rule.POWER,
        level=level,
        phase=None,
        value=12_000,
        limit=10_000,
        since=None,
        age_s=5,
        acknowledged=acknowledged,
    )


def shining_s(light: Light, period_s: float) -> list[float]:
    """Return the hundredths of a second in which a light shines, in the second such period."""
    steps = round(100 * period_s)
    return [step / 100 for step in range(steps) if shine(light, period_s + step / 100 + 0.001, 1)]


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()


@pytest.mark.parametrize(("level", "lamps"), [(Level.OK, CALM), (Level.WATCH, LOOK), (Level.ACT, ACT)])
def test_each_level_has_its_one_lamp(level: Level, lamps: Lamps) -> None:
    assert lamps_for(situation(level)) == lamps


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("level", [None, Level.FAULT])
def test_while_the_power_is_unknown_yellow_flashes_and_red_stays_out_of_it(level: Level | None, signal: Signal) -> None:
    assert lamps_for(situation(level, signal)) == UNKNOWN


def test_red_blinks_until_somebody_has_seen_it_and_is_steady_then() -> None:
    unseen, seen = (alarm(Level.ACT, acknowledged=acknowledged) for acknowledged in (False, True))
    assert lamps_for(replace(situation(Level.ACT), alarms=(unseen,))) == UNSEEN
    assert lamps_for(replace(situation(Level.ACT), alarms=(seen,))) == ACT
    assert lamps_for(replace(situation(Level.ACT), alarms=(seen, unseen))) == UNSEEN


def test_a_yellow_that_nobody_has_seen_makes_neither_lamp_blink() -> None:
    unseen, red = alarm(Level.WATCH, acknowledged=False), alarm(Level.ACT, acknowledged=True)
    assert lamps_for(replace(situation(Level.WATCH), alarms=(unseen,))) == LOOK
    assert lamps_for(replace(situation(Level.ACT), alarms=(red, unseen))) == ACT


def test_the_lamps_can_be_told_apart_without_colour() -> None:
    # By their rhythm: red until it is seen, and a fault, have each their own; what stands still is told by its place.
    assert UNSEEN.has_rhythm
    assert UNKNOWN.has_rhythm
    assert not any(lamps.has_rhythm for lamps in (CALM, LOOK, ACT, Lamps(), Lamps(green=Light.DIM)))
    rhythms = {light: tuple(shining_s(light, 2.0)) for light in (Light.BLINK, Light.FLASH, Light.ON, Light.OFF)}
    assert len(set(rhythms.values())) == 4


def test_a_fault_of_the_appliance_takes_the_place_of_green() -> None:
    assert lamps_for(replace(situation(Level.OK), health=TROUBLE)) == UNKNOWN


@pytest.mark.parametrize(("level", "lamps"), [(Level.WATCH, LOOK), (Level.ACT, ACT)])
def test_a_fault_of_the_appliance_hides_no_alarm(level: Level, lamps: Lamps) -> None:
    assert lamps_for(replace(situation(level), health=TROUBLE)) == lamps


@pytest.mark.parametrize("level", [None, *Level])
def test_the_panel_is_never_all_dark_for_two_seconds(level: Level | None) -> None:
    lamps = lamps_for(situation(level))
    lights = (lamps.red, lamps.yellow, lamps.green)
    assert any(shine(light, 7 + step / 10, 1) for step in range(20) for light in lights)


def test_only_when_it_matters_leaves_out_the_green_and_nothing_else() -> None:
    assert lamps_for(situation(Level.OK), WHEN_IT_MATTERS) == Lamps()
    for level in (Level.WATCH, Level.ACT, Level.FAULT, None):
        assert lamps_for(situation(level), WHEN_IT_MATTERS) == lamps_for(situation(level))
    assert lamps_for(replace(situation(Level.OK), health=TROUBLE), WHEN_IT_MATTERS) == UNKNOWN


@pytest.mark.parametrize(
    ("level", "lamps"),
    [(Level.OK, Lamps(green=Light.DIM)), (Level.WATCH, Lamps(yellow=Light.DIM)), (Level.ACT, ACT), (None, UNKNOWN)],
)
def test_by_night_green_and_yellow_are_dimmed_if_wished_and_red_never_is(level: Level | None, lamps: Lamps) -> None:
    night, day = datetime(2026, 1, 15, 3, 0), datetime(2026, 1, 15, 12, 0)

    assert lamps_for(replace(situation(level), local_time=night), DIM_BY_NIGHT) == lamps
    for undimmed in (day, None):
        assert lamps_for(replace(situation(level), local_time=undimmed), DIM_BY_NIGHT) == lamps_for(situation(level))
    assert lamps_for(replace(situation(level), local_time=night)) == lamps_for(situation(level))


def test_a_blink_is_twice_a_second_and_shines_half_of_the_time() -> None:
    # "Red blinks at 2 Hz until seen."
    assert shining_s(Light.BLINK, 1.0) == [step / 100 for step in (*range(25), *range(50, 75))]


def test_a_flash_is_two_short_ones_and_a_rest() -> None:
    # "A fault a short double flash": an eighth of a second, twice within four, and dark until two seconds are over.
    shining = shining_s(Light.FLASH, 2.0)
    assert all(second < 0.125 or 0.25 <= second < 0.375 for second in shining)
    assert len(shining) == 26  # of 200 hundredths
    assert max(shining) < 0.38


@pytest.mark.parametrize("light", [Light.BLINK, Light.FLASH])
def test_within_a_beat_no_lamp_changes(light: Light) -> None:
    # So who looks on each beat misses no flash.
    for beat in range(32):
        assert len({shine(light, beat * BEAT_S + part * BEAT_S / 8, 1) for part in range(8)}) == 1


def test_on_off_and_dim_do_not_depend_on_the_moment() -> None:
    for now in (0.0, 0.3, 1.7):
        assert [shine(light, now, 0.2) for light in (Light.OFF, Light.DIM, Light.ON)] == [0, 0.2, 1]


def test_each_lamp_is_on_its_own_pin(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    for lamps, expected in ((ACT, (1, 0, 0)), (LOOK, (0, 1, 0)), (CALM, (0, 0, 1))):
        row.show(lamps, 0.0)
        assert tuple(pins.pin(gpio).state for gpio in (RED, YELLOW, GREEN)) == expected
        assert row.lit == tuple(map(bool, expected))


def test_a_pin_that_is_right_is_left_alone(pins: MockFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    row.show(CALM, 0.0)
    row.show(CALM, 0.5)
    written: list[int] = []
    whole = MockPWMPin._set_state
    monkeypatch.setattr(
        MockPWMPin, "_set_state", lambda pin, value: (written.append(pin.info.name), whole(pin, value))[1]
    )
    row.show(CALM, 1.0)
    assert written == []
    row.show(ACT, 2.0)
    assert sorted(written) == ["GPIO17", "GPIO22"]


def test_the_yellow_lamp_flashes_as_time_goes_on(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    seen = []
    for now in (0.1, 0.2, 0.3, 0.6, 1.9, 2.1):
        row.show(UNKNOWN, now)
        seen.append(bool(pins.pin(YELLOW).state))
    assert seen == [True, False, True, False, False, True]


def test_the_red_lamp_blinks_as_time_goes_on(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    seen = []
    for now in (0.0, 0.2, 0.3, 0.6, 0.8):
        row.show(UNSEEN, now)
        seen.append(bool(pins.pin(RED).state))
    assert seen == [True, True, False, True, False]


@pytest.mark.parametrize("lamps", [CALM, LOOK, ACT, Lamps()])
def test_full_and_off_are_pins_that_stand_still(pins: MockFactory, lamps: Lamps) -> None:
    LampRow(RED, YELLOW, GREEN, 0.1, pin_factory=pins).show(lamps, 0.0)
    assert [pins.pin(gpio).frequency for gpio in (RED, YELLOW, GREEN)] == [None] * 3


def test_a_dim_lamp_is_pulsed_for_as_long_as_it_is_dim(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, 0.1, pin_factory=pins)
    green = pins.pin(GREEN)
    row.show(Lamps(green=Light.DIM), 0.0)
    assert (green.frequency, green.state) == (DIMMED_HZ, 0.1)
    assert pins.pin(YELLOW).frequency is None
    assert row.lit == (False, False, True)
    row.show(CALM, 1.0)
    assert (green.frequency, green.state) == (None, 1)
    row.show(Lamps(green=Light.DIM), 2.0)
    row.show(LOOK, 3.0)
    assert (green.frequency, green.state) == (None, 0)


def test_a_pin_that_a_late_pulse_left_low_is_set_again(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, 0.1, pin_factory=pins)
    row.show(Lamps(green=Light.DIM), 0.0)
    row.show(CALM, 1.0)
    pins.pin(GREEN).state = 0  # as lgpio's thread does when it comes to the end of its pulse
    row.show(CALM, 1.5)
    assert pins.pin(GREEN).state == 1


def test_the_lamps_are_dark_when_taken_and_when_given_back(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    assert row.lit == (False, False, False)
    row.show(ACT, 0.0)
    row.close()
    assert [pins.pin(gpio).state for gpio in (RED, YELLOW, GREEN)] == [0, 0, 0]
    LampRow(RED, YELLOW, GREEN, pin_factory=pins)


def test_a_machine_without_pins_is_said_in_one_sentence_and_without_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpiozero.Device.pin_factory", None)
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    with pytest.raises(PinError, match=r"no LEDs on GPIO 22, 27, 17: this machine has no pins"):
        LampRow(RED, YELLOW, GREEN)


def test_a_pin_that_the_board_has_not_is_named(pins: MockFactory) -> None:
    with pytest.raises(PinError, match=r"no such pin \(99"):
        LampRow(99, YELLOW, GREEN, pin_factory=pins)


def test_a_pin_used_twice_is_named(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    with pytest.raises(PinError, match=r"used twice in this program .*GPIO22"):
        LampRow(RED, 5, 6, pin_factory=pins)
    row.close()
