"""The piezo: what reaches its pin while tunes are played, in a time that leaps."""

import asyncio
from collections.abc import Iterator
from math import pi, sin

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.panel.devices.errors import PinError
from appliance.panel.devices.piezo import DUTIES, Beeper
from appliance.panel.sounds import ACT, CLICK, FAULT, LOOK, LOUD_HZ, LOW_HZ, Note, Tune
from appliance.settings.preferences import Volume
from tests.panel.virtual_time import in_virtual_time, virtual_timebase

GPIO = 18


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


@in_virtual_time
async def test_after_a_tune_the_line_is_low_though_the_pulse_was_stopped_while_high() -> None:
    pins = MockFactory(pin_class=StoppedHigh)
    beeper = Beeper(GPIO, pin_factory=pins)

    await beeper.play((Note(1046.5, 0.01),), virtual_timebase())

    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)
    beeper.close()


class StoppedLate(MockPWMPin):
    """A pin whose last pulse comes after it was stopped, from the thread that makes the pulses."""

    def _set_frequency(self, value: float | None) -> None:
        was = self.frequency
        super()._set_frequency(value)
        if value is None and was is not None:
            asyncio.get_running_loop().call_later(0.01, self._change_state, 1.0)


@in_virtual_time
async def test_after_a_tune_the_line_is_low_though_a_last_pulse_came_behind_its_end() -> None:
    pins = MockFactory(pin_class=StoppedLate)
    beeper = Beeper(GPIO, pin_factory=pins)

    await beeper.play((Note(1046.5, 0.01),), virtual_timebase())
    await asyncio.sleep(0.02)

    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)
    beeper.close()


def pitches(tune: Tune) -> list[float]:
    return [note.frequency_hz for note in tune if note.frequency_hz is not None]


async def played(beeper: Beeper, tune: Tune, pins: MockFactory) -> list[tuple[float | None, bool]]:
    """The changes of the pin while a tune plays: frequency, and whether it swings."""
    pin = pins.pin(GPIO)
    seen: list[tuple[float | None, bool]] = []
    task = asyncio.create_task(beeper.play(tune, virtual_timebase()))
    while not task.done():
        now = (pin.frequency, bool(pin.state))
        if not seen or seen[-1] != now:
            seen.append(now)
        await asyncio.sleep(0.0005)
    return seen


@in_virtual_time
async def test_the_notes_come_out_of_the_pin_in_their_order_with_rests_between(pins: MockFactory) -> None:
    seen = await played(Beeper(GPIO, pin_factory=pins), ACT, pins)
    heard = [frequency for frequency, swings in seen if swings]
    assert heard == pytest.approx(pitches(ACT))
    first = next(at for at, (_, swings) in enumerate(seen) if swings)
    assert [swings for _, swings in seen[first:]][:5] == [True, False, True, False, True]


@in_virtual_time
async def test_the_pin_is_silent_before_and_after_a_tune(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)
    await beeper.play(LOOK, virtual_timebase())
    assert (pins.pin(GPIO).frequency, pins.pin(GPIO).state) == (None, 0)


async def widths(pins: MockFactory, volume: Volume, tune: Tune) -> set[float]:
    """The pulses that a tune is made of, as shares of the period."""
    beeper = Beeper(GPIO, volume, pins)
    pin, seen = pins.pin(GPIO), set()
    task = asyncio.create_task(beeper.play(tune, virtual_timebase()))
    while not task.done():
        seen.add(pin.state)
        await asyncio.sleep(0.0005)
    beeper.close()
    return seen - {0}


@pytest.mark.parametrize("tune", [LOOK, CLICK])
@in_virtual_time
async def test_the_volume_is_the_width_of_the_pulse(pins: MockFactory, tune: Tune) -> None:
    by_volume = {volume: await widths(pins, volume, tune) for volume in Volume}

    assert by_volume.pop(Volume.OFF) == set()
    (low,), (medium,), (high,) = by_volume.values()
    assert 0 < low < medium < high <= 0.5


@pytest.mark.parametrize("volume", [Volume.LOW, Volume.MEDIUM, Volume.HIGH])
@in_virtual_time
async def test_a_low_note_too_sounds_at_the_piezos_own_frequency(pins: MockFactory, volume: Volume) -> None:
    # Fourier: a pulse of the share d has its n-th partial at sin(n pi d) / n; at one half there is no second.
    (loud,), (low,) = await widths(pins, volume, LOOK), await widths(pins, volume, FAULT)

    assert 2 * LOW_HZ == LOUD_HZ
    assert sin(2 * pi * low) / 2 >= 0.49 * sin(pi * loud), "more than 6 dB below a note at that frequency"


@pytest.mark.parametrize("volume", [Volume.LOW, Volume.MEDIUM, Volume.HIGH])
@in_virtual_time
async def test_a_click_is_softer_than_a_tune(pins: MockFactory, volume: Volume) -> None:
    assert max(await widths(pins, volume, CLICK)) < min(await widths(pins, volume, LOOK))


@pytest.mark.parametrize("width", sorted({width for duties in DUTIES.values() for width in duties}))
def test_widths_survive_the_whole_per_cents_that_gpiozero_tells_lgpio(width: float) -> None:
    assert int(width * 100) == pytest.approx(width * 100)


@in_virtual_time
async def test_a_click_does_not_break_into_a_tune(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    tune = asyncio.create_task(beeper.play((Note(880, 0.2),), virtual_timebase()))
    await asyncio.sleep(0.01)
    await beeper.play(CLICK, virtual_timebase())
    assert pins.pin(GPIO).frequency == 880
    await tune
    await beeper.play(CLICK, virtual_timebase())
    assert pins.pin(GPIO).frequency is None


@in_virtual_time
async def test_what_sounds_can_be_asked(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    assert beeper.sounding is None
    task = asyncio.create_task(beeper.play(ACT, virtual_timebase()))
    await asyncio.sleep(0.01)
    assert beeper.sounding == ACT[0]
    task.cancel()


@in_virtual_time
async def test_a_newer_tune_takes_the_place_of_the_one_that_plays(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    older = asyncio.create_task(beeper.play((Note(880, 0.05), Note(440, 9)), virtual_timebase()))
    await asyncio.sleep(0.01)
    newer = asyncio.create_task(beeper.play((Note(1568, 0.3),), virtual_timebase()))
    await asyncio.wait_for(older, 1)
    assert pins.pin(GPIO).frequency == 1568
    await newer
    assert pins.pin(GPIO).frequency is None


@in_virtual_time
async def test_a_tune_that_is_cancelled_leaves_silence(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    task = asyncio.create_task(beeper.play(ACT, virtual_timebase()))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert pins.pin(GPIO).frequency is None
    assert beeper.sounding is None


@in_virtual_time
async def test_giving_the_pin_back_ends_a_tune_in_silence(pins: MockFactory) -> None:
    beeper = Beeper(GPIO, pin_factory=pins)
    task = asyncio.create_task(beeper.play((Note(880, 0.02), Note(440, 0.02)), virtual_timebase()))
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
