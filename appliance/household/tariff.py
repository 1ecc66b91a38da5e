"""The capacity tariff: what the grid company bills besides the energy, as data.

Most Norwegian companies take the highest hour of each day, the mean of the three highest of these in the month, and
charge by the step in which that mean lies. So an hour costs nothing as long as its day already had a higher one, or
three other days had; and a single hour can lift the whole month into the next step. The tables change during the year
and carry the date from which they hold.

Energies count to the watt-hour, the finest that a meter's register tells, and are compared in whole ones: whether a
mean lies on a limit or just above it must not depend on how a computer rounds.

Steps by weighted weekly maxima, as one company bills them, are not done: such a household sets `Basis.NONE`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from appliance.household.daily_window import DailyWindow
from appliance.household.hours import OSLO, WHOLE, Hour, Quality

SEEN = WHOLE - {Quality.EDITED}
"""All of the hour was seen here."""


class Basis(Enum):
    """What decides the step."""

    HIGHEST_DAYS = "highest-days"
    """The mean of the highest hours of the `days` highest days of the month; with one day, the month's highest hour."""
    FUSE = "fuse"
    """The main fuse: the step never changes."""
    NONE = "none"
    """There is no capacity tariff, or none that is known here."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tariff."""

    up_to: float | None
    """Its upper limit: kW by hours, A by the fuse; `None` for the last step."""
    price_kr: float | None = None
    """Price a month, kr; `None` when not given."""


@dataclass(frozen=True, slots=True)
class EnergyPrice:
    """What a kWh costs by day and by night, as far as it is fixed: the grid company's share, or all of it."""

    day_ore: float
    night_ore: float
    day_from: time = time(6)
    day_to: time = time(22)
    weekend_is_night: bool = True

    def ore(self, start: datetime) -> float:
        """Return the price of the hour that begins at `start`, øre a kWh; a public holiday has its weekday's."""
        local, window = start.astimezone(OSLO), DailyWindow(self.day_from, self.day_to)
        day = window.empty or window.covers(local)  # the same time twice: it is always day
        return self.day_ore if day and not (self.weekend_is_night and local.weekday() >= 5) else self.night_ore


COMMON_STEPS = tuple(Step(kw) for kw in (2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 50.0, 75.0, 100.0, None))
"""The limits of most household tariffs, kW; the prices differ by company and year."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """One table of a grid company; the defaults are those of most."""

    valid_from: date = date.min
    basis: Basis = Basis.HIGHEST_DAYS
    days: int = 3
    steps: tuple[Step, ...] = COMMON_STEPS
    """By rising limit; the last may have none."""
    limit_is_lower: bool = True
    """A value on the limit belongs to the step below it."""
    energy: EnergyPrice | None = None

    def step(self, value: float) -> int:
        """Return the place of the step in which a value lies, kW or A; above all limits it is the last one."""
        for place, step in enumerate(self.steps):
            if step.up_to is None or self.within(value, step.up_to):
                return place
        return len(self.steps) - 1

    def within(self, value: float, limit: float) -> bool:
        """Return whether a value belongs below a limit."""
        return value <= limit if self.limit_is_lower else value < limit

    def end_of(self, place: int) -> float | None:
        """Return the limit of a step above which it gets dearer; `None` for the last, whatever its own limit."""
        return self.steps[place].up_to if place < len(self.steps) - 1 else None


def in_force(tariffs: Iterable[Tariff], day: date) -> Tariff | None:
    """Return the table that holds on a day; `None` before the first."""
    return max(
        (table for table in tariffs if table.valid_from <= day), key=lambda table: table.valid_from, default=None
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A month's capacity so far."""

    first: date
    tariff: Tariff
    peaks: tuple[Hour, ...] = ()
    """The highest hour of each day, highest first."""
    since: datetime | None = None
    """The first whole hour that was seen, UTC, if nothing before this month's beginning was; else `None`."""
    fuse_a: float | None = None
    """The main fuse, A, which finds the step of a tariff by fuse; `None` is not known."""

    @property
    def top(self) -> tuple[Hour, ...]:
        """The peaks that count: at most the tariff's `days`, highest first."""
        return self.peaks[: self.tariff.days]

    @property
    def enough_days(self) -> bool:
        """As many days are known as count: further hours can lift the mean and no longer lower it.

        A day whose highest hour was seen in part only may have had more, and does not count here.
        """
        return sum(peak.quality in WHOLE for peak in self.peaks) >= self.tariff.days

    @property
    def mean_kw(self) -> float | None:
        """The mean of the top days, or of as many as there are, kW; `None` before the first."""
        return _mean_kw([round(hour.import_wh) for hour in self.top]) if self.peaks else None

    @property
    def step(self) -> int | None:
        """The place of the step that the month has reached; by a tariff by fuse it never changes."""
        found = self.fuse_a if self.tariff.basis is Basis.FUSE else self.mean_kw
        return None if found is None else self.tariff.step(found)

    def other_peaks(self, start: datetime) -> "OtherPeaks":
        """Return the peaks that the month has beside the hour that begins at `start`."""
        day = _day(start)
        own = [round(peak.import_wh) for peak in self.peaks if _day(peak.start) == day]
        others = [round(peak.import_wh) for peak in self.peaks if _day(peak.start) != day]
        return OtherPeaks(self.tariff, max(own, default=0), tuple(others[: self.tariff.days]))


@dataclass(frozen=True, slots=True)
class OtherPeaks:
    """What the month already has, seen from one of its hours: all that the hour's cost depends on."""

    tariff: Tariff
    own_wh: int
    """The highest other hour of its own day; 0 when there is none."""
    others_wh: tuple[int, ...]
    """The peaks of the highest other days, highest first; at most as many as count."""

    @property
    def free_wh(self) -> int:
        """What the hour may have without lifting the mean at all, whatever the steps are."""
        return max(self.own_wh, self.others_wh[-1] if len(self.others_wh) == self.tariff.days else 0)

    def mean_kw(self, import_wh: float) -> float:
        """Return the month's mean with this energy in the hour, kW."""
        top = sorted((*self.others_wh, max(self.own_wh, round(import_wh))), reverse=True)
        return _mean_kw(top[: self.tariff.days])

    def allowed_wh(self, limit_kw: float) -> int:
        """Return the highest energy that leaves the mean within a limit, kW; what costs nothing is always allowed."""
        counted = self.others_wh[: self.tariff.days - 1]
        days = len(counted) + 1
        most_wh = round(limit_kw * 1000 * days)
        if not self.tariff.within(_kw(most_wh, days), limit_kw):
            most_wh -= 1
        return max(self.free_wh, most_wh - sum(counted))


def month(tariff: Tariff, hours: Sequence[Hour], day: date) -> Month:
    """Return the month that `day` lies in, from ended hours, oldest first.

    An hour that is known partly counts with what was seen of it: it had at least that.
    """
    first = day.replace(day=1)
    begin, end = _midnight(first), _midnight((first + timedelta(days=31)).replace(day=1))
    highest: dict[date, Hour] = {}
    for hour in between(hours, begin, end):
        if hour.quality is not Quality.UNKNOWN:
            its_day = _day(hour.start)
            known = highest.get(its_day)
            if known is None or hour.import_wh > known.import_wh:
                highest[its_day] = hour
    peaks = tuple(sorted(highest.values(), key=_energy, reverse=True))
    # What the household put in for a day before the start says nothing of the days between.
    since = next((hour.start for hour in hours if hour.quality in SEEN), None)
    return Month(first, tariff, peaks, since if since is not None and begin < since < end else None)


def between(hours: Sequence[Hour], begin: datetime, end: datetime) -> Sequence[Hour]:
    """Return the hours, oldest first, that begin from `begin` to before `end`, UTC."""
    return hours[bisect_left(hours, begin, key=_start) : bisect_left(hours, end, key=_start)]


def _day(start: datetime) -> date:
    return start.astimezone(OSLO).date()


def _energy(hour: Hour) -> float:
    return hour.import_wh


def _start(hour: Hour) -> datetime:
    return hour.start


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO).astimezone(UTC)


def _mean_kw(energies_wh: Sequence[int]) -> float:
    return _kw(sum(energies_wh), len(energies_wh))


def _kw(sum_wh: int, count: int) -> float:
    """Return the mean, kW, by the one division that gives exactly a decimal limit where the mean is on it."""
    return sum_wh / (1000 * count)
