"""The clocks of the newest lists: whether a list was sent before, and whether the clock stands still or goes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

_STILL_S = 2.0
"""A clock that shows the same after longer than this stands still."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A clock as a meter sent it, and the register in the same list, if there was one."""

    wall: datetime
    """Without a zone."""
    register_wh: float | None = None


class Compared(NamedTuple):
    """A list's clock beside those of the lists before it."""

    repeated: bool
    """The list was sent before: it has clock and register of the last one, or both went back."""
    stands_still: bool
    went_back: bool


class ClockRepeats:
    """What the clocks of the newest lists showed."""

    def __init__(self) -> None:
        self.last: ClockReading | None = None
        """The clock of the last list with a register; what repeats it is ignored, even after a power cut."""
        self._wall: tuple[datetime, float] | None = None
        """What the clock of the last list showed, and when a list showed it first."""
        self._newer: tuple[datetime, float] | None = None
        """The same of the list before, if the last one is older: a clock that stands is so between old lists too."""

    @property
    def shown_first_at(self) -> float | None:
        """When a list first showed what the last one shows (monotonic, s); `None` before the first list."""
        return None if self._wall is None else self._wall[1]

    def compare(self, wall: datetime, register_wh: float | None, now: float) -> Compared:
        """Compare a list's clock, which came at `now`, s, with those before it, and keep it for the next."""
        before, newer, self._newer = self._wall, self._newer, None
        went_back, repeated = before is not None and wall < before[0], False
        if register_wh is not None:
            last, sent = self.last, ClockReading(wall, register_wh)
            fell = last is not None and last.register_wh is not None and register_wh < last.register_wh
            repeated, self.last = sent == last or (went_back and fell), sent
        for earlier in (before, newer):
            if earlier is not None and earlier[0] == wall:
                self._wall = earlier
                return Compared(repeated, now - earlier[1] > _STILL_S, went_back=False)
        self._wall = (wall, now)
        self._newer = before if went_back else None
        return Compared(repeated, stands_still=False, went_back=went_back)
