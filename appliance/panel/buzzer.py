"""The piezo: four things to say, in less than a second each.

Rising notes say that it got worse, falling ones that it is over, and more notes are more urgent; one note twice says
that something is amiss. When to speak is the household's to decide: it makes a call, and the piezo plays it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

from gpiozero import TonalBuzzer
from gpiozero.tones import Tone

from appliance.household.situation import Situation, Sound
from appliance.panel.pins import taking
from appliance.timebase import Timebase

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
A4_HZ, A4_MIDI = 440.0, 69


@dataclass(frozen=True, slots=True)
class Note:
    """One tone, or a rest when there is no frequency."""

    frequency_hz: float | None
    seconds: float

    def __str__(self) -> str:
        """The note's name in scientific pitch notation ("C6"); a rest is empty."""
        if self.frequency_hz is None:
            return ""
        midi = round(12 * log2(self.frequency_hz / A4_HZ)) + A4_MIDI
        return f"{NAMES[midi % 12]}{midi // 12 - 1}"


Tune = tuple[Note, ...]

# The C major chord in the octaves where a small piezo is loud enough without resonating (that is near 4 kHz).
C6, E6, G6 = 1046.5, 1318.5, 1568.0
REST = Note(None, 0.04)

LOOK: Tune = (Note(C6, 0.09), REST, Note(E6, 0.14))
ACT: Tune = (Note(C6, 0.14), REST, Note(E6, 0.14), REST, Note(G6, 0.30))
OVER: Tune = (Note(G6, 0.12), REST, Note(C6, 0.20))


FAULT: Tune = (Note(C6, 0.18), REST, Note(C6, 0.18))

TUNES: Mapping[Sound, Tune] = {Sound.LOOK: LOOK, Sound.ACT: ACT, Sound.OVER: OVER, Sound.FAULT: FAULT}


def sound_for(before: Situation | None, after: Situation) -> Tune | None:
    """What to play when one situation follows another (`before` is `None` at boot): each call once."""
    if after.call is None or (before is not None and before.call == after.call):
        return None
    return TUNES[after.call.sound]


class Beeper:
    """A passive piezo from its pin over a resistor to ground."""

    def __init__(self, gpio: int, pin_factory: Any = None) -> None:
        """Take the pin, silent. Raises PinError."""
        with taking("buzzer", gpio):
            self._piezo = TonalBuzzer(gpio, mid_tone=Tone("A5"), octaves=2, pin_factory=pin_factory)
        self._turn = 0
        self._sounding: Note | None = None

    @property
    def sounding(self) -> Note | None:
        """The note that sounds at this moment."""
        return self._sounding

    async def play(self, tune: Tune, timebase: Timebase) -> None:
        """Play a tune to its end, or until another is played; called from one event loop."""
        self._turn += 1
        turn = self._turn
        try:
            for note in tune:
                self._sound(note)
                await timebase.sleep(note.seconds)
                if turn != self._turn:
                    return
        finally:
            if turn == self._turn:
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
            self._piezo.play(Tone.from_frequency(note.frequency_hz))
            self._sounding = note

    def _silence(self) -> None:
        self._piezo.stop()
        self._sounding = None
