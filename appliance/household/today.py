"""The local day so far: energy, the highest hour, and the voltages' extremes."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time

from appliance.household.capacity import between
from appliance.household.hours import HOUR, OSLO, WHOLE, Hour, Quality, RunningHour
from appliance.household.rules import VoltageRule
from appliance.household.situation import Today, VoltageDay

Volts = tuple[float | None, float | None, float | None]


class DaySum:
    """The ended hours of the running hour's day, summed once an hour."""

    def __init__(self, ended: Sequence[Hour], running_start: datetime) -> None:
        """Sum the hours in `ended` of the Norwegian day in which the hour from `running_start` lies."""
        self._day = running_start.astimezone(OSLO).date()
        # In UTC, since clock arithmetic within one zone leaves out its changes.
        midnight = datetime.combine(self._day, time(), OSLO).astimezone(UTC)
        hours = between(ended, midnight, running_start)
        gone = round((running_start - midnight) / HOUR)
        complete = len(hours) == gone
        self._import_wh = _sum(hours, complete and all(hour.quality in WHOLE for hour in hours), "import_wh")
        exported = complete and all(hour.export_quality in WHOLE for hour in hours)
        self._export_wh = _sum(hours, exported, "export_wh")
        known = (hour for hour in hours if hour.quality is not Quality.UNKNOWN)
        self._highest = max(known, key=lambda hour: hour.import_wh, default=None)

    def today(self, running: RunningHour) -> Today:
        """Return the day with its running hour; `None` where a part of it is not known."""
        whole = running.whole
        exported = self._export_wh is not None and running.elapsed_s - running.export_seen_s <= 60
        return Today(
            day=self._day,
            import_wh=None if self._import_wh is None or not whole else self._import_wh + running.import_wh,
            export_wh=None if self._export_wh is None or not exported else self._export_wh + running.export_wh,
            highest=self._highest,
        )


def with_minute(day: VoltageDay | None, today: date, voltages_v: Volts, rule: VoltageRule) -> VoltageDay:
    """Return the extremes of the day's one-minute means with one more minute; another day starts from nothing."""
    nothing: Volts = (None, None, None)
    if day is None or day.day != today:
        day = VoltageDay(today, nothing, nothing)
    outside = any(volts is not None and not rule.low_v <= volts <= rule.high_v for volts in voltages_v)
    return VoltageDay(
        today, _each(min, day.lowest_v, voltages_v), _each(max, day.highest_v, voltages_v), day.outside_min + outside
    )


def _each(choose: Callable[[float, float], float], one: Volts, other: Volts) -> Volts:
    chosen = [
        choose(a, b) if a is not None and b is not None else b if a is None else a
        for a, b in zip(one, other, strict=True)
    ]
    return chosen[0], chosen[1], chosen[2]


def _sum(hours: Sequence[Hour], known: bool, field: str) -> float | None:
    return sum(getattr(hour, field) for hour in hours) if known else None
