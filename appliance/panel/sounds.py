"""The piezo: four things to say, in less than a second each.

Rising notes say that it got worse, falling ones that it is over, and more notes are more urgent; one note twice says
that something is amiss. When to speak is the household's to decide: it asks for a chime, and the piezo plays it once. A
key may click, softly, and never in quiet hours.
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


# The C major chord in the octaves where a small piezo is loud enough without resonating (that is near 4 kHz).
C6, E6, G6 = 1046.5, 1318.5, 1568.0
REST = Note(None, 0.04)

LOOK: Tune = (Note(C6, 0.09), REST, Note(E6, 0.14))
ACT: Tune = (Note(C6, 0.14), REST, Note(E6, 0.14), REST, Note(G6, 0.30))
OVER: Tune = (Note(G6, 0.12), REST, Note(C6, 0.20))
FAULT: Tune = (Note(C6, 0.18), REST, Note(C6, 0.18))
CLICK: Tune = (Note(G6, 0.006, soft=True),)
"""Nine swings: heard as a tick without a pitch."""

TUNES: Mapping[Sound, Tune] = {Sound.LOOK: LOOK, Sound.ACT: ACT, Sound.OVER: OVER, Sound.FAULT: FAULT}


def sound_for(before: Situation | None, after: Situation) -> Tune | None:
    """Return what to play when one situation follows another (`before` is `None` at boot): each chime once."""
    if after.chime is None or (before is not None and before.chime == after.chime):
        return None
    return TUNES[after.chime.sound]


def click_for(situation: Situation | None, *, enabled: bool) -> Tune | None:
    """Return what a key sounds like: a click if that is `enabled`, and nothing in quiet hours."""
    return CLICK if enabled and situation is not None and not situation.quiet else None
