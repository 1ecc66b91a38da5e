"""Clocks against the monotonic one: a moment in UTC, and lists whose clocks agree on how it goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CONSISTENT = timedelta(seconds=10)
"""Two clocks are as far apart as the monotonic clock says, give or take this."""
RUN_S, RUN_LISTS = 600.0, 2
"""A clock that contradicted is believed when it has run right for so long, in so many lists at least."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment in UTC, and when it was on the monotonic clock, s."""

    utc: datetime
    at: float

    def utc_at(self, now: float) -> datetime:
        """Return the time at `now`, s, UTC."""
        return self.utc + timedelta(seconds=now - self.at)


@dataclass(frozen=True, slots=True)
class Run:
    """Clocks of lists that agree with each other, from the first to the last."""

    since: float
    last: Anchor
    lists: int = 1

    @property
    def length_s(self) -> float:
        """From the first list to the last, s."""
        return self.last.at - self.since

    @property
    def is_right(self) -> bool:
        """Whether it is long enough to be believed."""
        return self.length_s >= RUN_S and self.lists >= RUN_LISTS

    def goes_on(self, moment: datetime, now: float) -> bool:
        """Return whether a clock that names this moment at `now`, s, agrees with the last one."""
        return abs(moment - self.last.utc_at(now)) <= CONSISTENT


def longer(run: Run | None, moment: datetime, now: float) -> Run:
    """Return the run with one more clock, or the one that begins with it."""
    if run is None or not run.goes_on(moment, now):
        return Run(now, Anchor(moment, now))
    return Run(run.since, Anchor(moment, now), run.lists + 1)
