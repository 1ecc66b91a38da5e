"""When a price holds or a peak counts: hours of the day, kinds of days and months of the year, all of the local time.

Grid companies say it in these words; which days are public holidays they take from the law, and some add days of
their own. Both are data here, in a `Calendar`, for at run time nobody is asked.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class DayKind(Enum):
    """Days that belong together; a day is of several kinds."""

    WORKING_DAY = "working-day"
    """Neither at the weekend nor off."""
    WEEKDAY = "weekday"
    """Monday to Friday, whether off or not."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    """A public holiday, or another day that the company has off."""
    DAY_OFF = "day-off"
    """At the weekend, or a holiday."""
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_WEEK = (
    DayKind.MONDAY,
    DayKind.TUESDAY,
    DayKind.WEDNESDAY,
    DayKind.THURSDAY,
    DayKind.FRIDAY,
    DayKind.SATURDAY,
    DayKind.SUNDAY,
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which nobody works."""

    holidays: frozenset[date] = frozenset()
    """Public holidays, as far as they are known."""
    also_off: frozenset[tuple[int, int]] = frozenset()
    """Month and day of others that the company has off, each year."""

    def off(self, day: date) -> bool:
        """Return whether it is a holiday, or the company has it off."""
        return day in self.holidays or (day.month, day.day) in self.also_off

    def kinds(self, day: date) -> frozenset[DayKind]:
        """Return all kinds that a day is of."""
        weekday, off = day.weekday(), self.off(day)
        kinds = {_WEEK[weekday], DayKind.WEEKDAY if weekday < 5 else DayKind.WEEKEND}
        kinds.add(DayKind.DAY_OFF if off or weekday >= 5 else DayKind.WORKING_DAY)
        return frozenset(kinds | {DayKind.HOLIDAY} if off else kinds)


WITHOUT_HOLIDAYS = Calendar()


@dataclass(frozen=True, slots=True)
class Recurring:
    """A part of the year; what is `None` leaves nothing out."""

    hours: frozenset[int] | None = None
    """The clock's hours, 0 to 23; when the clocks go back, both with this number."""
    days: frozenset[DayKind] | None = None
    """One kind of these is enough."""
    months: frozenset[int] | None = None
    """1 to 12."""

    def covers(self, local: datetime, calendar: Calendar, month: int | None = None) -> bool:
        """Return whether the hour that begins at a local time lies in it; `month` (1 to 12) counts before its own."""
        return (
            (self.hours is None or local.hour in self.hours)
            and (self.months is None or (month or local.month) in self.months)
            and (self.days is None or not self.days.isdisjoint(calendar.kinds(local.date())))
        )


ALWAYS = Recurring()
