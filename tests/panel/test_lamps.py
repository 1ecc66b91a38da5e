"""The three lamps: what they say of a situation, and what reaches their pins."""

from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.situation import Level, Signal, Situation
from appliance.panel.errors import PinError
from appliance.panel.lamps import LampRow, Lamps, Light, lamps_for, lit

RED, YELLOW, GREEN = 22, 27, 17
CALM, LOOK, ACT = Lamps(green=Light.ON), Lamps(yellow=Light.ON), Lamps(red=Light.ON)
UNKNOWN = Lamps(yellow=Light.SLOW)


def situation(level: Level | None, signal: Signal = Signal.RECEIVING) -> Situation:
    return Situation(watch_w=5000, act_w=10000, level=level, signal=signal)


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
def test_while_the_power_is_unknown_yellow_blinks_and_red_stays_out_of_it(level: Level | None, signal: Signal) -> None:
    assert lamps_for(situation(level, signal)) == UNKNOWN


@pytest.mark.parametrize("level", [None, *Level])
def test_the_panel_is_never_all_dark_for_two_seconds(level: Level | None) -> None:
    lamps = lamps_for(situation(level))
    lights = (lamps.red, lamps.yellow, lamps.green)
    assert any(lit(light, 7 + step / 10) for step in range(20) for light in lights)


def test_a_slow_light_shines_for_half_a_second_in_every_two() -> None:
    seconds = [step / 100 for step in range(800)]
    shining = [now for now in seconds if lit(Light.SLOW, now)]
    assert len(shining) == 200
    assert shining[0] == 0.0
    assert lit(Light.SLOW, 0.49)
    assert not lit(Light.SLOW, 0.5)
    assert lit(Light.SLOW, 2.0)


def test_on_and_off_do_not_depend_on_the_moment() -> None:
    assert all(lit(Light.ON, now) and not lit(Light.OFF, now) for now in (0.0, 0.3, 1.7))


def test_each_lamp_is_on_its_own_pin(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    for lamps, expected in ((ACT, (1, 0, 0)), (LOOK, (0, 1, 0)), (CALM, (0, 0, 1))):
        row.show(lamps, 0.0)
        assert tuple(pins.pin(gpio).state for gpio in (RED, YELLOW, GREEN)) == expected
        assert row.lit == tuple(map(bool, expected))


def test_a_pin_that_is_right_is_left_alone(pins: MockFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    row.show(CALM, 0.0)
    written: list[int] = []
    whole = MockPWMPin._set_state
    monkeypatch.setattr(
        MockPWMPin, "_set_state", lambda pin, value: (written.append(pin.info.name), whole(pin, value))[1]
    )
    row.show(CALM, 1.0)
    assert written == []
    row.show(ACT, 2.0)
    assert sorted(written) == ["GPIO17", "GPIO22"]


def test_the_yellow_lamp_blinks_as_time_goes_on(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    seen = []
    for now in (0.1, 0.6, 1.9, 2.1):
        row.show(UNKNOWN, now)
        seen.append(bool(pins.pin(YELLOW).state))
    assert seen == [True, False, False, True]


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
    with pytest.raises(PinError, match=r"no LEDs on GPIO 22, 27 and 17: this machine has no pins"):
        LampRow(RED, YELLOW, GREEN)


def test_a_pin_that_the_board_has_not_is_named(pins: MockFactory) -> None:
    with pytest.raises(PinError, match=r"no such pin \(99"):
        LampRow(99, YELLOW, GREEN, pin_factory=pins)


def test_a_pin_used_twice_is_named(pins: MockFactory) -> None:
    row = LampRow(RED, YELLOW, GREEN, pin_factory=pins)
    with pytest.raises(PinError, match=r"used twice in this program .*GPIO22"):
        LampRow(RED, 5, 6, pin_factory=pins)
    row.close()
