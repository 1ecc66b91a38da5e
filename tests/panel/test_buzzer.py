"""The piezo: when it speaks, what it says, and what reaches its pin."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.situation import Chime, Situation, Sound
from appliance.panel.devices.errors import PinError
from appliance.panel.devices.piezo import DUTIES, Beeper
from appliance.panel.sounds import ACT, CLICK, FAULT, LOOK, OVER, REST, TUNES, Note, Tune, click_for, sound_for
from appliance.settings.preferences import Volume
from appliance.system.timebase import Timebase

GPIO = 18


def situation(call: Chime | None) -> Situation:
    return Situation(watch_w=5000, act_w=10000, chime=call)


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()


class StoppedHigh(MockPWMPin):
    """A pin that is stopped while its pulse is high, as lgpio's may be, and stays there."""

    def _set_frequency(self, value: float | None) -> None:
        super()._set_frequency(value)
        if value is None:
            self._change_state(1.0)


async def test_after_a_tune_the_line_is_low_though_the_pulse_was_stopped_while_high() -> None:
    pins = MockFactory(pin_class=StoppedHigh)
    beeper = Beeper(GPIO, pin_factory=pins)

    await beeper.play((Note(1046.5, 0.01),), Timebase())

    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)
    beeper.close()


class StoppedLate(MockPWMPin):
    """A pin whose last pulse comes after it was stopped, from the thread that makes the pulses."""

    def _set_frequency(self, value: float | None) -> None:
        was = self.frequency
        super()._set_frequency(value)
        if value is None and was is not None:
            asyncio.get_running_loop().call_later(0.01, self._change_state, 1.0)


async def test_after_a_tune_the_line_is_low_though_a_last_pulse_came_behind_its_end() -> None:
    pins = MockFactory(pin_class=StoppedLate)
    beeper = Beeper(GPIO, pin_factory=pins)

    await beeper.play((Note(1046.5, 0.01),), Timebase())
    await asyncio.sleep(0.02)

    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)
    beeper.close()


@pytest.mark.parametrize("sound", list(Sound))
def test_each_sound_has_its_tune(sound: Sound) -> None:
    assert sound_for(situation(None), situation(Chime(1, sound))) == TUNES[sound]


def test_a_call_is_played_once_and_the_next_one_too() -> None:
    first, second = situation(Chime(1, Sound.LOOK)), situation(Chime(2, Sound.LOOK))

    assert sound_for(first, first) is None
    assert sound_for(first, second) == LOOK


def test_without_a_call_there_is_silence() -> None:
    assert sound_for(None, situation(None)) is None
    assert sound_for(situation(None), situation(None)) is None


def pitches(tune: Tune) -> list[float]:
    return [note.frequency_hz for note in tune if note.frequency_hz is not None]


def test_worse_rises_and_over_falls() -> None:
    assert [len(pitches(tune)) for tune in (LOOK, ACT, OVER, FAULT)] == [2, 3, 2, 2]
    assert len(set(pitches(FAULT))) == 1
    assert all(low < high for tune in (LOOK, ACT) for low, high in pairwise(pitches(tune)))
    assert all(high > low for high, low in pairwise(pitches(OVER)))


@pytest.mark.parametrize("tune", TUNES.values())
def test_a_tune_lasts_less_than_a_second(tune: Tune) -> None:
    assert sum(note.seconds for note in tune) < 1


def test_a_click_lasts_a_few_milliseconds() -> None:
    assert sum(note.seconds for note in CLICK) <= 0.01


def test_all_that_is_heard_is_distinct() -> None:
    assert len({LOOK, ACT, OVER, FAULT, CLICK}) == 5


def test_a_key_clicks_if_wished_and_never_in_quiet_hours_or_before_anything_is_known() -> None:
    day, night = replace(situation(None), quiet=False), replace(situation(None), quiet=True)

    assert click_for(day, enabled=True) == CLICK
    assert click_for(day, enabled=False) is None
    assert click_for(night, enabled=True) is None
    assert click_for(None, enabled=True) is None


def test_a_note_has_its_name() -> None:
    assert [str(Note(frequency, 0.1)) for frequency in (440.0, 1046.5, 1108.7, 1568.0)] == ["A4", "C6", "C#6", "G6"]
    assert str(REST) == ""


async def played(beeper: Beeper, tune: Tune, pins: MockFactory) -> list[tuple[float | None, bool]]:
    """The changes of the pin while a tune plays: frequency, and whether it swings."""
    pin = pins.pin(GPIO)
    seen: list[tuple[float | None, bool]] = []
    task = asyncio.create_task(beeper.play(tune, Timebase(10)))
    while not task.done():
        now = (pin.frequency, bool(pin.state))
        if not seen or seen[-1] != now:
            seen.append(now)
        await asyncio.sleep(0.0005)
    return seen


async def test_the_notes_come_out_of_the_pin_in_their_order_with_rests_between(pins: MockFactory) -> None:
    seen = await played(Beeper(GPIO, pin_factory=pins), ACT, pins)
    heard = [frequency for frequency, swings in seen if swings]
    assert heard == pytest.approx(pitches(ACT))
    first = next(at for at, (_, swings) in enumerate(seen) if swings)
    assert [swings for _, swings in seen[first:]][:5] == [True, False, True, False, True]


async def test_the_pin_is_silent_before_and_after_a_tune(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)
    await beeper.play(LOOK, Timebase(100))
    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)


async def widths(pins: MockFactory, volume: Volume, tune: Tune) -> set[float]:
    """The pulses that a tune is made of, as shares of the period."""
    beeper = Beeper(GPIO, volume, pins)
    pin, seen = pins.pin(GPIO), set()
    task = asyncio.create_task(beeper.play(tune, Timebase(0.1 if tune is CLICK else 10)))
    while not task.done():
        seen.add(pin.state)
        await asyncio.sleep(0.0005)
    beeper.close()
    return seen - {0}


@pytest.mark.parametrize("tune", [LOOK, CLICK])
async def test_the_volume_is_the_width_of_the_pulse(pins: MockFactory, tune: Tune) -> None:
    unacknowledged = {volume: await widths(pins, volume, tune) for volume in Volume}

    assert unacknowledged.pop(Volume.OFF) == set()
    (low,), (medium,), (high,) = unacknowledged.values()
    assert 0 < low < medium < high <= 0.5


@pytest.mark.parametrize("volume", [Volume.LOW, Volume.MEDIUM, Volume.HIGH])
async def test_a_click_is_softer_than_a_tune(pins: MockFactory, volume: Volume) -> None:
    assert max(await widths(pins, volume, CLICK)) < min(await widths(pins, volume, LOOK))


@pytest.mark.parametrize("width", sorted({width for duties in DUTIES.values() for width in duties}))
def test_widths_survive_the_whole_per_cents_that_gpiozero_tells_lgpio(width: float) -> None:
    assert int(width * 100) == pytest.approx(width * 100)


async def test_a_click_does_not_break_into_a_tune(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    tune = asyncio.create_task(beeper.play((Note(880, 0.2),), Timebase()))
    await asyncio.sleep(0.01)
    await beeper.play(CLICK, Timebase())
    assert pins.pin(GPIO).frequency == 880
    await tune
    await beeper.play(CLICK, Timebase())
    assert pins.pin(GPIO).frequency is None


async def test_what_sounds_can_be_asked(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    assert beeper.sounding is None
    task = asyncio.create_task(beeper.play(ACT, Timebase()))
    await asyncio.sleep(0.01)
    assert beeper.sounding == ACT[0]
    task.cancel()


async def test_a_newer_tune_takes_the_place_of_the_one_that_plays(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    older = asyncio.create_task(beeper.play((Note(880, 0.05), Note(440, 9)), Timebase()))
    await asyncio.sleep(0.01)
    newer = asyncio.create_task(beeper.play((Note(1568, 0.3),), Timebase()))
    await asyncio.wait_for(older, 1)
    assert pins.pin(GPIO).frequency == 1568
    await newer
    assert pins.pin(GPIO).frequency is None


async def test_a_tune_that_is_cancelled_leaves_silence(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    task = asyncio.create_task(beeper.play(ACT, Timebase()))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert pins.pin(GPIO).frequency is None
    assert beeper.sounding is None


async def test_giving_the_pin_back_ends_a_tune_in_silence(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    task = asyncio.create_task(beeper.play((Note(880, 0.02), Note(440, 0.02)), Timebase()))
    await asyncio.sleep(0.01)
    beeper.close()
    await task
    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)


def test_a_pin_that_cannot_make_tones_is_said() -> None:
    with pytest.raises(PinError, match="no buzzer on GPIO 18: this pin library cannot make tones"):
        Beeper(GPIO, pin_factory=MockFactory())


def test_a_pin_that_another_program_holds_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    # lgpio raises an exception class of its own module, which is not installed here.
    busy = type("error", (Exception,), {"__module__": "lgpio"})

    def refuse(self: MockFactory, name: object) -> None:
        raise busy("'GPIO busy'")

    monkeypatch.setattr(MockFactory, "pin", refuse)
    with pytest.raises(PinError, match="no buzzer on GPIO 18: held by another program"):
        Beeper(GPIO, pin_factory=MockFactory(pin_class=MockPWMPin))
