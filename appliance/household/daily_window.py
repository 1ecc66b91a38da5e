"""A part of each day by the clock on the wall, such as a night, and how long it is until such a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from appliance.household.hours import OSLO


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


def until_clock_s(local: datetime, clock: time) -> float:
    """Return how long it is from a moment until Norway's clocks next show `clock`, s: above 0, up to 25 hours."""
    today = datetime.combine(local.date(), clock, OSLO).astimezone(UTC)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), clock, OSLO).astimezone(UTC)
    return ((today if today > local else tomorrow) - local).total_seconds()
