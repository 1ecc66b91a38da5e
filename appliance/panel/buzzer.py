"""The piezo: four things to say, in less than a second each.

Rising notes say that it got worse, falling ones that it is over, and more notes are more urgent; one note twice says
that something is amiss. When to speak is the household's to decide: it makes a call, and the piezo plays it once. A
key may click, softly, and never in quiet hours.

A piezo swings between two voltages and has no volume of its own; a narrower pulse has less of the tone in it, though:
its fundamental goes with the sine of half a turn times its share of the period, and is loudest at one half.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import log2
from typing import Any

from gpiozero import TonalBuzzer
from gpiozero.tones import Tone

from appliance.household.situation import Situation, Sound
from appliance.panel.pins import taking
from appliance.system.timebase import Timebase

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
A4_HZ, A4_MIDI = 440.0, 69


@dataclass(frozen=True, slots=True)
class Note:
    """One tone, or a rest when there is no frequency."""

    frequency_hz: float | None
    seconds: float
    soft: bool = False
    """A step softer than the volume says."""

    def __str__(self) -> str:
        """The note's name in scientific pitch notation ("C6"); a rest is empty."""
        if self.frequency_hz is None:
            return ""
        midi = round(12 * log2(self.frequency_hz / A4_HZ)) + A4_MIDI
        return f"{NAMES[midi % 12]}{midi // 12 - 1}"


Tune = tuple[Note, ...]


class Volume(Enum):
    """How loud: the pulse's share of the period for a note, and for a soft one.

    The fundamental is -18, -9 and 0 dB of the loudest. Whole per cents, for gpiozero cuts off the rest of what it tells
    lgpio; and none below two, as a thread cannot keep a pulse of a few microseconds.
    """

    OFF = (0.0, 0.0)
    LOW = (0.04, 0.02)
    MEDIUM = (0.12, 0.04)
    HIGH = (0.5, 0.12)


# The C major chord in the octaves where a small piezo is loud enough without resonating (that is near 4 kHz).
C6, E6, G6 = 1046.5, 1318.5, 1568.0
REST = Note(None, 0.04)

LOOK: Tune = (Note(C6, 0.09), REST, Note(E6, 0.14))
ACT: Tune = (Note(C6, 0.14), REST, Note(E6, 0.14), REST, Note(G6, 0.30))
OVER: Tune = (Note(G6, 0.12), REST, Note(C6, 0.20))
FAULT: Tune = (Note(C6, 0.18), REST, Note(C6, 0.18))
LAST_PULSE_S = 0.05
"""lgpio's thread ends a pulse in its own time, and may lift the pin once more after it was put low."""
CLICK: Tune = (Note(G6, 0.006, soft=True),)
"""Nine swings: heard as a tick without a pitch."""

TUNES: Mapping[Sound, Tune] = {Sound.LOOK: LOOK, Sound.ACT: ACT, Sound.OVER: OVER, Sound.FAULT: FAULT}


def sound_for(before: Situation | None, after: Situation) -> Tune | None:
    """What to play when one situation follows another (`before` is `None` at boot): each call once."""
    if after.call is None or (before is not None and before.call == after.call):
        return None
    return TUNES[after.call.sound]


def click_for(situation: Situation | None, *, wished: bool) -> Tune | None:
    """What a key sounds like: a click if it is wished for, and nothing in quiet hours."""
    return CLICK if wished and situation is not None and not situation.quiet else None


class Piezo(TonalBuzzer):  # type: ignore[misc]  # gpiozero carries no types
    """gpiozero's TonalBuzzer, for which a tone is always as loud as can be, with a pulse of any width."""

    def sound(self, tone: Tone, duty: float) -> None:
        """Sound a tone from now on; `duty` is the pulse's share of the period, 0.01 to 0.5."""
        self.pwm_device.pin.frequency = tone.frequency
        self.pwm_device.value = duty

    def stop(self) -> None:
        """Silent, and the pin low: lgpio stops a pulse where it is (lgGpio.c, xSetAsPwm), and may leave it high."""
        super().stop()
        self.pwm_device.pin.state = 0


class Beeper:
    """A passive piezo from its pin over a resistor to ground."""

    def __init__(self, gpio: int, volume: Volume = Volume.MEDIUM, pin_factory: Any = None) -> None:
        """Take the pin, silent. Raises PinError."""
        with taking("buzzer", gpio):
            self._piezo = Piezo(gpio, pin_factory=pin_factory)
        self.volume = volume
        self._turn = 0
        self._playing = False
        self._sounding: Note | None = None

    @property
    def sounding(self) -> Note | None:
        """The note that sounds at this moment."""
        return self._sounding

    async def play(self, tune: Tune, timebase: Timebase) -> None:
        """Play a tune to its end, or until another is played; called from one event loop.

        A soft one does not break into another, and nothing is played at no volume.
        """
        if self.volume is Volume.OFF or (self._playing and all(note.soft for note in tune)):
            return
        self._turn += 1
        turn = self._turn
        self._playing = True
        try:
            for note in tune:
                self._sound(note)
                await timebase.sleep(note.seconds)
                if turn != self._turn:
                    return
            self._silence()
            await timebase.sleep(LAST_PULSE_S)
        finally:
            if turn == self._turn:
                self._playing = False
                self._silence()

    def close(self) -> None:
        """Silent, and the pin given back; a tune that is being played ends."""
        self._turn += 1
        self._silence()
        self._piezo.close()

    def _sound(self, note: Note) -> None:
        if note.frequency_hz is None:
            self._silence()
        else:
            loud, soft = self.volume.value
            self._piezo.sound(Tone.from_frequency(note.frequency_hz), soft if note.soft else loud)
            self._sounding = note

    def _silence(self) -> None:
        self._piezo.stop()
        self._sounding = None
