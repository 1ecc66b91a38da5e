"""A month as the invoices of grid company and power supplier have it: line by line, each with what it is made of.

The same prices as `money`'s, which adds up hour by hour; here the kilowatt-hours of one price stand together. Lines are
without VAT and not rounded, so that the sum is that of the hours. What is not known has no kroner, and the sum says
that it lacks it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import floor

from appliance.household.capacity import Month, between, month
from appliance.household.hours import HOUR, OSLO, WHOLE, Hour
from appliance.household.money import LACKS, Cost, Part, spot_ore
from appliance.household.spot import SpotPrices
from appliance.household.tariff import Basis, PowerLack, Tariff, in_force

_ORE_WH = 100_000.0
"""Øre and Wh in a krone and kWh."""
_BEFORE = timedelta(days=366)
"""A capacity part goes by twelve months at most."""


@dataclass(frozen=True, slots=True)
class CapacityLine:
    """The share of the month's capacity part for the days on which one table holds."""

    tariff: Tariff | None
    """`None` where no table holds."""
    first: date
    days: int
    of_days: int
    """Of the month."""
    month_kr: float | None
    """What the whole month costs by this table, without VAT."""

    @property
    def kr(self) -> float | None:
        """Return what these days cost, without VAT."""
        return None if self.month_kr is None else self.month_kr * self.days / self.of_days

    @property
    def vat(self) -> float:
        """Return the share that comes on top."""
        return 0.0 if self.tariff is None else self.tariff.vat

    def step(self, month: Month | None) -> tuple[float, float | None] | None:
        """Return where the step of a month begins and ends, kW or A; `None` where there is none, or it is not known."""
        billed_by = None if month is None else month.billed_by
        place = None if self.tariff is None or billed_by is None else self.tariff.step(billed_by)
        if self.tariff is None or place is None:
            return None
        steps = self.tariff.steps
        return (steps[place - 1].up_to or 0.0) if place else 0.0, steps[place].up_to


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """The month's energy that has one price."""

    ore: float | None
    """For a kWh, without VAT; `None` is not known."""
    wh: float
    vat: float
    """Share that comes on top."""

    @property
    def kr(self) -> float | None:
        """Return what it costs, without VAT."""
        return None if self.ore is None else self.ore * self.wh / _ORE_WH


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A calendar month."""

    first: date
    hours: int
    """So many are known."""
    of_hours: int
    """So many it has: 743 or 745 when the clocks change in a month of 31 days."""
    wh: float
    month: Month | None
    """Its capacity; `None` without a capacity tariff."""
    capacity: tuple[CapacityLine, ...]
    energy: tuple[EnergyLine, ...]
    """The grid company's, by price, the dearest first."""
    taxes: tuple[EnergyLine, ...]
    power: tuple[EnergyLine, ...]
    """The power supplier's; by a spot price one line for all hours, with their mean price."""
    lacks: frozenset[Part] = frozenset()
    """What no line has."""

    @property
    def lines(self) -> tuple[CapacityLine | EnergyLine, ...]:
        """Return all lines."""
        return *self.capacity, *self.energy, *self.taxes, *self.power

    @property
    def priced(self) -> bool:
        """Return whether anything beside the taxes has a price."""
        beside: tuple[CapacityLine | EnergyLine, ...] = (*self.capacity, *self.energy, *self.power)
        return any(line.kr is not None for line in beside)

    @property
    def net_kr(self) -> float:
        """Return the sum of all that is known, without VAT."""
        return sum(line.kr or 0.0 for line in self.lines)

    @property
    def vat_kr(self) -> float:
        """Return the VAT on all that is known."""
        return sum((line.kr or 0.0) * line.vat for line in self.lines)

    @property
    def total(self) -> Cost:
        """Return the sum with VAT, and what it lacks."""
        missing = {
            Part.CAPACITY: any(line.kr is None for line in self.capacity),
            Part.GRID: any(line.kr is None for line in (*self.energy, *self.taxes)),
            Part.POWER: Part.SPOT not in self.lacks and any(line.kr is None for line in self.power),
            Part.HOURS: self.hours < self.of_hours,
        }
        lacking = {part for part, lacks in missing.items() if lacks}
        return Cost(self.net_kr + self.vat_kr, self.lacks | lacking)


def to_the_ore(kr: float) -> float:
    """Return an amount rounded to whole øre as invoices are, a half up, whatever a computer makes of that half."""
    return floor(kr * 100 + 0.5 + 1e-6) / 100


def invoice(
    tariffs: Sequence[Tariff],
    hours: Sequence[Hour],
    first: date,
    *,
    before: Sequence[Hour] = (),
    fuse_a: float | None = None,
    spot: SpotPrices | None = None,
) -> Invoice:
    """Return the month that begins on `first`, from its ended hours, oldest first.

    `before` are hours of earlier months, for a capacity part that goes by more than one. The table of the last day says
    how the mean is found; each table prices its own days.
    """
    after = (first + timedelta(days=31)).replace(day=1)
    begin, end = _midnight(first), _midnight(after)
    its_hours = between(hours, begin, end)
    of_the_month = _month(tariffs, [*between(before, begin - _BEFORE, begin), *its_hours], first)
    if of_the_month is not None:
        of_the_month = replace(of_the_month, fuse_a=fuse_a)
    (energy, taxes, power), lacks = _by_price(tariffs, its_hours, spot)
    return Invoice(
        first=first,
        hours=sum(hour.quality in WHOLE for hour in its_hours),
        of_hours=round((end - begin) / HOUR),
        wh=sum(hour.import_wh for hour in its_hours),
        month=of_the_month,
        capacity=_capacity(tariffs, of_the_month, first, (after - first).days),
        energy=energy,
        taxes=taxes,
        power=power,
        lacks=lacks,
    )


def _month(tariffs: Sequence[Tariff], hours: Sequence[Hour], first: date) -> Month | None:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    tariff = in_force(tariffs, last) or in_force(tariffs, first)
    return None if tariff is None or tariff.basis is Basis.NONE else month(tariff, hours, first)


def _capacity(
    tariffs: Sequence[Tariff], of_the_month: Month | None, first: date, days: int
) -> tuple[CapacityLine, ...]:
    """Return a line for each table of the month; none where there is no capacity part."""
    lines = list[CapacityLine]()
    for day in (first + timedelta(days=place) for place in range(days)):
        tariff = in_force(tariffs, day)
        if tariff is not None and tariff.basis is Basis.NONE and tariff.prices_of is None:
            continue
        if lines and lines[-1].tariff is tariff and lines[-1].first + timedelta(days=lines[-1].days) == day:
            lines[-1] = replace(lines[-1], days=lines[-1].days + 1)
            continue
        billed_by = None if of_the_month is None else of_the_month.billed_by
        month_kr = None if tariff is None or billed_by is None else tariff.capacity_kr(billed_by)
        lines.append(CapacityLine(tariff, day, 1, days, month_kr))
    return tuple(lines)


def _by_price(
    tariffs: Sequence[Tariff], hours: Iterable[Hour], spot: SpotPrices | None
) -> tuple[tuple[tuple[EnergyLine, ...], ...], frozenset[Part]]:
    """Return the lines of energy part, taxes and power, and what of the power's price no line has."""
    energy, taxes, power = dict[_Price, float](), dict[_Price, float](), dict[_Price, float]()
    by_spot, lacks, used_wh = dict[float, _Sum](), set[Part](), 0.0
    for hour in hours:
        tariff = in_force(tariffs, hour.start.astimezone(OSLO).date())
        if tariff is None:
            for part in (energy, taxes, power):
                _add(part, (None, 0.0), hour.import_wh)
        else:
            price = tariff.hour_price(hour.start, spot_ore(tariff, spot, hour.start))
            _add(energy, (price.energy_ore, price.vat), hour.import_wh)
            _add(taxes, (price.taxes_ore, price.vat), hour.import_wh)
            cap_kwh = None if tariff.power is None else tariff.power.cap_kwh
            left_wh = hour.import_wh if cap_kwh is None else max(0.0, cap_kwh * 1000 - used_wh)
            covered_wh = min(hour.import_wh, left_wh)
            if price.power_ore is not None and price.beyond_ore is not None:
                ore_wh = price.power_ore * covered_wh + price.beyond_ore * (hour.import_wh - covered_wh)
                by_spot[price.vat] = by_spot.get(price.vat, _Sum()) + _Sum(hour.import_wh, ore_wh)
                lacks |= LACKS[price.power_lacks]
            else:
                if price.power_lacks is PowerLack.SPOT:
                    lacks.add(Part.SPOT)
                _add(power, (price.power_ore, price.vat), covered_wh)
                _add(power, (price.beyond_ore, price.vat), hour.import_wh - covered_wh)
        used_wh += hour.import_wh
    spot_lines = tuple(EnergyLine(total.ore_wh / total.wh, total.wh, vat) for vat, total in by_spot.items() if total.wh)
    return (_lines(energy), _lines(taxes), (*spot_lines, *_lines(power))), frozenset(lacks)


@dataclass(frozen=True, slots=True)
class _Sum:
    """Energy whose hours have each a price of their own."""

    wh: float = 0.0
    ore_wh: float = 0.0

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(self.wh + other.wh, self.ore_wh + other.ore_wh)


_Price = tuple[float | None, float]
"""Øre a kWh, and the share of VAT."""


def _add(part: dict[_Price, float], price: _Price, wh: float) -> None:
    if wh:
        part[price] = part.get(price, 0.0) + wh


def _lines(part: Mapping[_Price, float]) -> tuple[EnergyLine, ...]:
    """Return the lines of a part, the dearest first, what is not known last."""
    found = (EnergyLine(ore, wh, vat) for (ore, vat), wh in part.items())
    return tuple(sorted(found, key=lambda line: -1.0 if line.ore is None else line.ore, reverse=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO).astimezone(UTC)
