"""A part of each day by the clock on the wall, such as a night."""

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """The time of day from `begins` to before `ends`, over midnight too; empty where both are the same."""

    begins: time
    ends: time

    @property
    def empty(self) -> bool:
        """Whether no time lies in it."""
        return self.begins == self.ends

    def covers(self, local_time: datetime) -> bool:
        """Return whether a local time lies in it."""
        clock = local_time.time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends
