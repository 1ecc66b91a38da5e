"""The piezo: four things to say, told apart by pattern and not by melody.

Three short notes ask to act, one to look; two long low ones say that something is amiss, and two that fall that a red
is over. Studies of alarms in hospitals found melodies hard to tell apart and slow to be understood; urgency is carried
by repetition, speed and pitch (IEC 60601-1-8 and its reviews). The piezo of the wiring notes is measured at 2 kHz (TDK
PS1720P02, ef532: 70 dB(A) at 10 cm), which those hear too whose ears have aged: what asks for something is played
there. When to speak is the household's to decide: it asks for a chime, and the piezo plays it once. A key may click,
softly, and never in quiet hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2

from appliance.household.situation import Situation, Sound

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
        """Return the note's name in scientific pitch notation ("C6"); a rest is empty."""
        if self.frequency_hz is None:
            return ""
        midi = round(12 * log2(self.frequency_hz / A4_HZ)) + A4_MIDI
        return f"{NAMES[midi % 12]}{midi // 12 - 1}"


Tune = tuple[Note, ...]


LOUD_HZ, LOW_HZ = 2000.0, 1000.0
"""The piezo's own frequency, and an octave lower, so that the second partial is there again (devices/piezo)."""
REST = Note(None, 0.08)
_BURST: Tune = (Note(LOUD_HZ, 0.08), REST, Note(LOUD_HZ, 0.08), REST, Note(LOUD_HZ, 0.08))

ACT: Tune = (*_BURST, Note(None, 0.3), *_BURST)
LOOK: Tune = (Note(LOUD_HZ, 0.12),)
OVER: Tune = (Note(LOUD_HZ, 0.12), REST, Note(LOW_HZ, 0.2))
FAULT: Tune = (Note(LOW_HZ, 0.4), Note(None, 0.15), Note(LOW_HZ, 0.4))
CLICK: Tune = (Note(LOUD_HZ, 0.006, soft=True),)
"""Twelve swings: heard as a tick without a pitch."""

TUNES: Mapping[Sound, Tune] = {Sound.LOOK: LOOK, Sound.ACT: ACT, Sound.OVER: OVER, Sound.FAULT: FAULT}


def sound_for(before: Situation | None, after: Situation) -> Tune | None:
    """Return what to play when one situation follows another (`before` is `None` at boot): each chime once."""
    if after.chime is None or (before is not None and before.chime == after.chime):
        return None
    return TUNES[after.chime.sound]


def click_for(situation: Situation | None, *, enabled: bool) -> Tune | None:
    """Return what a key sounds like: a click if that is `enabled`, and nothing in quiet hours."""
    return CLICK if enabled and situation is not None and not situation.quiet else None
