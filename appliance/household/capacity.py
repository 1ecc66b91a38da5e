"""The capacity part of a month: its peaks, their mean, and what one more hour may have without lifting it.

Energies count to the watt-hour, the finest that a meter's register tells, and are compared in whole ones: whether a
mean lies on a limit or just above it must not depend on how a computer rounds. Where hours are weighted they count as
fractions of whole watt-hours, which are exact too.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from math import floor

from appliance.household.hours import HOUR, HOUR_S, OSLO, WHOLE, Hour, Quality
from appliance.household.tariff import Basis, PeakRule, Period, Tariff

SEEN = WHOLE - {Quality.EDITED}
"""All of the hour was seen here."""
Value = Fraction | int
"""What an hour counts, Wh: its energy in whole ones, multiplied by its weight."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month's capacity so far."""

    first: date
    tariff: Tariff
    peaks: tuple[Hour, ...] = ()
    """The highest hour of each period in the months that count, highest first."""
    since: datetime | None = None
    """The first whole hour that was seen, UTC, if nothing before the counted time's beginning was; else `None`."""
    fuse_a: float | None = None
    """The main fuse, A, which finds the step of a tariff by fuse; `None` is not known."""
    at_least: bool = False
    """A counting hour so far was not seen, or in part only: mean and step are lower bounds."""

    @property
    def top(self) -> tuple[Hour, ...]:
        """The peaks that count: at most the tariff's number, highest first."""
        return self.peaks[: self.tariff.peaks.number]

    @property
    def enough_peaks(self) -> bool:
        """As many peaks are known as count: further hours can lift the mean and no longer lower it.

        A peak that was seen in part only may have had more, and does not count here.
        """
        return sum(peak.quality in WHOLE for peak in self.peaks) >= self.tariff.peaks.number

    @property
    def mean_kw(self) -> float | None:
        """The mean of the top peaks, or of as many as there are, kW; `None` before the first."""
        top = self.top
        return _mean_kw([self.value(hour) for hour in top], self.tariff) if top else None

    @property
    def step(self) -> int | None:
        """The place of the step that the month has reached; by a tariff by fuse it never changes."""
        found = self.billed_by
        return None if found is None else self.tariff.step(found)

    @property
    def capacity_kr(self) -> float | None:
        """What the month costs as it stands, kr, without VAT where the tariff's prices are; `None` is not known."""
        found = self.billed_by
        return None if found is None else self.tariff.capacity_kr(found)

    @property
    def billed_by(self) -> float | None:
        """The value that the capacity part goes by: the mean, kW, or the main fuse, A; `None` is not known."""
        return self.fuse_a if self.tariff.basis is Basis.FUSE else self.mean_kw

    def value(self, hour: Hour) -> Value:
        """Return what an hour counts, Wh; 0 when it does not count."""
        return _value(self.tariff, hour) or 0

    def other_peaks(self, start: datetime) -> "OtherPeaks":
        """Return the peaks that the month has beside the hour that begins at `start`."""
        rule = self.tariff.peaks
        period = _period(rule, start)
        own: Value = 0
        others: list[Value] = []
        for peak in self.peaks:
            if _period(rule, peak.start) == period:
                own = max(own, self.value(peak))
            elif len(others) < rule.number:
                others.append(self.value(peak))
        return OtherPeaks(self.tariff, own, tuple(others), rule.weight(start, self.tariff.calendar))


@dataclass(frozen=True, slots=True)
class OtherPeaks:
    """What the month already has, seen from one of its hours: all that the hour's cost depends on."""

    tariff: Tariff
    own_wh: Value
    """The highest other hour of its own period, as it counts; 0 when there is none."""
    others_wh: tuple[Value, ...]
    """The peaks of the highest other periods, highest first; at most as many as count."""
    weight: Value = 1
    """What the hour's energy is multiplied by; 0 where it does not count."""

    @property
    def free_wh(self) -> int | None:
        """What the hour may have without lifting the mean at all, whatever the steps are; `None` is any energy."""
        if not self.weight:
            return None
        full = len(self.others_wh) == self.tariff.peaks.number
        least_wh = _least_wh(self.tariff.peaks)
        return floor(max(self.own_wh, least_wh, self.others_wh[-1] if full else 0) / self.weight)

    def costs_nothing(self, import_wh: float) -> bool:
        """Return whether the hour with this energy does not lift the mean."""
        free_wh = self.free_wh
        return free_wh is None or round(import_wh) <= free_wh

    def mean_kw(self, import_wh: float) -> float:
        """Return the month's mean with this energy in the hour, kW."""
        value, counted = max(self.own_wh, self._value(import_wh)), len(self.others_wh)
        if not self.weight and not self.own_wh:
            return _mean_kw(self.others_wh, self.tariff) if counted else 0.0
        if counted < self.tariff.peaks.number:
            return _mean_kw((*self.others_wh, value), self.tariff)
        return _mean_kw((*self.others_wh[:-1], max(self.others_wh[-1], value)), self.tariff)

    def allowed_wh(self, limit_kw: float) -> int | None:
        """Return the highest energy that leaves the mean within a limit, kW; what costs nothing is always allowed.

        `None` is any energy.
        """
        free_wh = self.free_wh
        if free_wh is None:
            return None
        counted = self.others_wh[: self.tariff.peaks.number - 1]
        number = len(counted) + 1
        most = round(limit_kw * number * self.tariff.peaks.duration_s / 3.6) - sum(counted)
        most_wh = floor(most / self.weight)
        if not self.tariff.within(_mean_kw((*counted, self._value(most_wh)), self.tariff), limit_kw):
            most_wh -= 1
        return max(free_wh, most_wh)

    def _value(self, import_wh: float) -> Value:
        """Return what the hour counts with this energy, Wh."""
        return max(round(import_wh) * self.weight, _least_wh(self.tariff.peaks)) if self.weight else 0


def month(tariff: Tariff, hours: Sequence[Hour], day: date, over: datetime | None = None) -> Month:
    """Return the month that `day` lies in, from ended hours, oldest first.

    An hour that is known partly counts with what was seen of it: it had at least that. `over` is the end of the last
    hour that is over, UTC; where it is left out, that of the last one in `hours`.
    """
    rule, first = tariff.peaks, day.replace(day=1)
    begin, end = _midnight(months_before(first, rule.months - 1)), _midnight(months_before(first, -1))
    highest: dict[object, tuple[Value, Hour]] = {}
    its_hours = between(hours, begin, end)
    for hour in its_hours:
        value = None if hour.quality is Quality.UNKNOWN else _value(tariff, hour)
        if value is not None:
            period = _period(rule, hour.start)
            known = highest.get(period)
            if known is None or value > known[0]:
                highest[period] = value, hour
    peaks = tuple(hour for _, hour in sorted(highest.values(), key=_first, reverse=True))
    # What the household put in for a day before the start says nothing of the days between.
    since = next((hour.start for hour in hours if hour.quality in SEEN), None)
    over = over or (its_hours[-1].start + HOUR if its_hours else begin)
    return Month(
        first,
        tariff,
        peaks,
        since if since is not None and begin < since < end else None,
        at_least=tariff.basis is Basis.PEAKS and _unseen(tariff, its_hours, begin, min(over, end)),
    )


def between(hours: Sequence[Hour], begin: datetime, end: datetime) -> Sequence[Hour]:
    """Return the hours, oldest first, that begin from `begin` to before `end`, UTC."""
    return hours[bisect_left(hours, begin, key=_start) : bisect_left(hours, end, key=_start)]


def _unseen(tariff: Tariff, its_hours: Sequence[Hour], begin: datetime, over: datetime) -> bool:
    """Return whether an hour of this time that counts was not seen as a whole."""
    whole = {hour.start for hour in between(its_hours, begin, over) if hour.quality in WHOLE}
    number = round((over - begin) / HOUR)
    if len(whole) >= number:
        return False
    missing = (begin + place * HOUR for place in range(number))
    return any(start not in whole and tariff.peaks.weight(start, tariff.calendar) for start in missing)


def _value(tariff: Tariff, hour: Hour) -> Value | None:
    """Return what an hour counts, Wh; `None` when it does not count."""
    weight = tariff.peaks.weight(hour.start, tariff.calendar)
    return max(round(hour.import_wh) * weight, _least_wh(tariff.peaks)) if weight else None


def _least_wh(rule: PeakRule) -> int:
    return round(rule.least_kw * rule.duration_s / 3.6)


def _period(rule: PeakRule, start: datetime) -> object:
    """Return what is the same for all hours of one period."""
    match rule.period:
        case Period.HOUR:
            return start
        case Period.DAY:
            return start.astimezone(OSLO).date()
        case Period.WEEK:
            return start.astimezone(OSLO).date().isocalendar()[:2]
        case Period.MONTH:
            return start.astimezone(OSLO).date().replace(day=1)


def months_before(first: date, number: int) -> date:
    """Return the first day of the month so many months before; after, when the number is negative."""
    months = 12 * first.year + first.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)


def _first(pair: tuple[Value, Hour]) -> Value:
    return pair[0]


def _start(hour: Hour) -> datetime:
    return hour.start


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO).astimezone(UTC)


def _mean_kw(values: Sequence[Value], tariff: Tariff) -> float:
    """Return the mean, kW, by the one division that gives exactly a decimal limit where the mean is on it."""
    total, scale = sum(values), HOUR_S / tariff.peaks.duration_s
    if scale != 1:
        total *= Fraction(scale)
    return total / (len(values) * 1000) if isinstance(total, int) else float(Fraction(total, len(values) * 1000))
