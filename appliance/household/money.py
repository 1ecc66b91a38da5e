"""What the household's electricity costs, kr with VAT: an hour now, days, the month, and what that will come to.

A sum has only what is known, and says which parts it lacks: nobody's price is guessed. Hours are priced one by one, as
Norwegian households are billed, by the table of their own day; the capacity part of a month in which the table changes
is shared by days. Where the power's price holds for the first kilowatt-hours of a month only, the hour that passes them
is priced up to there, and what comes after it lacks the power. With a spot price each hour has its own, and the first
kilowatt-hours of a month are those that the state supports.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from appliance.household.capacity import Month, between
from appliance.household.hours import HOUR, OSLO, WHOLE, Hour, Quality, RunningHour
from appliance.household.spot import SpotPrices
from appliance.household.tariff import Basis, HourPrice, PowerLack, Tariff, in_force

_ORE_WH = 100_000.0
"""Øre and Wh in a krone and kWh."""
_USUAL_DAYS = 14
"""The month's rest is taken to be as the hours of so many days were, by the hour of the day."""
_PRICES_KEPT = 3000
_LEAST_HOURS = 72
"""Of fewer nothing is foretold."""


class Part(Enum):
    """What a sum may lack."""

    CAPACITY = "capacity"
    """The grid company's capacity part."""
    GRID = "grid"
    """The grid company's energy part, with its taxes."""
    POWER = "power"
    """The power supplier's price of all the energy, or of a part of it."""
    SPOT = "spot"
    """The spot price of some hours, and with it what their power costs."""
    MARKUP = "markup"
    """What the power supplier adds to the spot price."""
    HOURS = "hours"
    """Some hours were not seen, or in part only: it was at least as much."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A sum of money."""

    kr: float
    """With VAT, of all that is known."""
    missing: frozenset[Part] = frozenset()

    def __add__(self, other: "Cost") -> "Cost":
        """Return both together; what one of them lacks is lacking."""
        return Cost(self.kr + other.kr, self.missing | other.missing)


@dataclass(frozen=True, slots=True)
class Cap:
    """The kilowatt-hours of a month that the power's price holds for."""

    used_kwh: float
    """Of them so far; at least, where the month's cost lacks hours."""
    of_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What it costs, at one moment of a running hour."""

    price: HourPrice
    """Of a kWh of this hour."""
    kwh: Cost
    """What one more kWh of this hour costs; its kroner are of what is known."""
    today: Cost
    """Energy alone, as yesterday."""
    yesterday: Cost | None
    """`None` where no hour of it is known."""
    month: Cost
    """Energy so far, and the capacity part of the whole month as it stands."""
    forecast: Cost | None
    """What the month will come to with hours as they were lately; `None` before three days are known, and where the
    prices of its other hours are not known yet, as spot prices are until the month's end is near.
    """
    capacity: Cost
    """The month's capacity part as it stands."""
    cap: Cap | None = None
    prices_of: date | None = None
    """When the prices are of, where they may have changed since; else `None`."""


_NOTHING = Cost(0.0)


class Purse:
    """The prices of one household, and what its ended hours cost by them."""

    def __init__(self, tariffs: Sequence[Tariff], spot: SpotPrices | None = None) -> None:
        """Price by these tables, and these spot prices where a table goes by them."""
        self._tariffs = tariffs
        self._spot = spot
        self._priced = any(
            table.energy or table.power or table.linear or any(step.price_kr is not None for step in table.steps)
            for table in tariffs
        )
        self._prices: dict[datetime, tuple[HourPrice, float | None]] = {}
        self._start: datetime | None = None
        self._ended = _Sums()
        self._capacity = _NOTHING
        self._forecast: Cost | None = None
        self._tariff: Tariff | None = None

    def count(self, ended: Sequence[Hour], start: datetime, month: Month | None) -> None:
        """Price the hours that have ended, oldest first, as seen in the hour that begins at `start`, UTC."""
        self._start, day = start, start.astimezone(OSLO).date()
        self._tariff = in_force(self._tariffs, day) if self._priced else None
        if self._tariff is None:
            return
        first, yesterday = day.replace(day=1), day - timedelta(days=1)
        midnight = _midnight(day)
        costs = self._each(between(ended, _midnight(first), start))
        used_wh = sum(hour.import_wh for hour, _ in costs)
        if yesterday < first:
            before = self._each(between(ended, _midnight(yesterday.replace(day=1)), _midnight(first)))
        else:
            before = costs
        of_yesterday = [(hour, cost) for hour, cost in before if _midnight(yesterday) <= hour.start < midnight]
        self._ended = _Sums(
            today=_sum(cost for hour, cost in costs if hour.start >= midnight) + _unseen(ended, midnight, start),
            yesterday=_sum(cost for _, cost in of_yesterday) + _unseen(ended, _midnight(yesterday), midnight)
            if any(hour.quality is not Quality.UNKNOWN for hour, _ in of_yesterday)
            else None,
            month=_sum(cost for _, cost in costs) + _unseen(ended, _midnight(first), start),
            used_wh=used_wh,
        )
        self._capacity = self._capacity_of(first, month)
        self._forecast = self._foretold(ended, start)

    def money(self, running: RunningHour) -> Money | None:
        """Return what it costs now that the hour has come so far; `None` where nothing is priced."""
        if self._tariff is None or running.start != self._start:
            return None
        (price, cap_kwh), sums = self._priced_at(running.start), self._ended
        hour = self._of(running.start, running.import_wh, sums.used_wh)
        if not running.whole:
            hour += Cost(0.0, frozenset({Part.HOURS}))
        used_wh = sums.used_wh + running.import_wh
        return Money(
            price=price,
            kwh=self._of(running.start, 1000.0, used_wh),
            today=sums.today + hour,
            yesterday=sums.yesterday,
            month=sums.month + hour + self._capacity,
            forecast=self._forecast,
            capacity=self._capacity,
            cap=None if cap_kwh is None else Cap(used_wh / 1000, cap_kwh),
            prices_of=self._tariff.prices_of if self._tariff.prices_are_old(_day(running.start)) else None,
        )

    def _each(self, hours: Sequence[Hour]) -> list[tuple[Hour, Cost]]:
        """Return a month's hours from its first one on, each with what its energy costs."""
        costs, used_wh = [], 0.0
        for hour in hours:
            costs.append((hour, self._of(hour.start, hour.import_wh, used_wh)))
            used_wh += hour.import_wh
        return costs

    def _of(self, start: datetime, import_wh: float, used_wh: float) -> Cost:
        """Return what an hour's energy costs after the month has used so much."""
        price, cap_kwh = self._priced_at(start)
        missing, kr = set(LACKS[price.power_lacks]), 0.0
        if price.grid_ore is None:
            missing.add(Part.GRID)
        else:
            kr += price.grid_ore * import_wh / _ORE_WH
        if price.power_with_vat_ore is not None:
            covered_wh = import_wh if cap_kwh is None else min(import_wh, max(0.0, cap_kwh * 1000 - used_wh))
            kr += price.power_with_vat_ore * covered_wh / _ORE_WH
            if covered_wh < import_wh and price.beyond_with_vat_ore is None:
                missing.add(Part.POWER)
            elif price.beyond_with_vat_ore is not None:
                kr += price.beyond_with_vat_ore * (import_wh - covered_wh) / _ORE_WH
        return Cost(kr, frozenset(missing))

    def _priced_at(self, start: datetime) -> tuple[HourPrice, float | None]:
        """Return the price of an hour, and for how much of its month the power's holds, kWh."""
        found = self._prices.get(start)
        if found is None:
            if len(self._prices) > _PRICES_KEPT:
                self._prices.clear()
            tariff = in_force(self._tariffs, _day(start))
            cap_kwh = None if tariff is None or tariff.power is None else tariff.power.cap_kwh
            found = (
                _NOT_KNOWN if tariff is None else tariff.hour_price(start, spot_ore(tariff, self._spot, start)),
                cap_kwh,
            )
            self._prices[start] = found
        return found

    def _capacity_of(self, first: date, month: Month | None) -> Cost:
        """Return the capacity part of a month: each table's price by the share of days that it holds for."""
        end = (first + timedelta(days=31)).replace(day=1)
        days, cost = (end - first).days, _NOTHING
        for place in range(days):
            tariff = in_force(self._tariffs, first + timedelta(days=place))
            if tariff is not None and tariff.basis is Basis.NONE and tariff.prices_of is None:
                continue
            billed_by = None if month is None else month.billed_by
            kr = None if tariff is None or billed_by is None else tariff.capacity_kr(billed_by)
            if tariff is None or kr is None:
                cost += Cost(0.0, frozenset({Part.CAPACITY}))
            else:
                cost += Cost(kr * (1 + tariff.vat) / days)
        return cost

    def _foretold(self, ended: Sequence[Hour], start: datetime) -> Cost | None:
        """Return what the month will come to, with the running hour and those after it as the last days' were."""
        lately = [hour for hour in between(ended, start - timedelta(days=_USUAL_DAYS), start) if hour.quality in WHOLE]
        if len(lately) < _LEAST_HOURS:
            return None
        usual = _by_hour_of_day(lately)
        mean_wh = sum(hour.import_wh for hour in lately) / len(lately)
        end = _midnight((_day(start).replace(day=1) + timedelta(days=31)).replace(day=1))
        cost, used_wh = self._ended.month + self._capacity, self._ended.used_wh
        while start < end:
            energy_wh = usual.get(start.astimezone(OSLO).hour, mean_wh)
            cost += self._of(start, energy_wh, used_wh)
            used_wh += energy_wh
            start += HOUR
        return None if Part.SPOT in cost.missing else cost


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """What the ended hours cost."""

    today: Cost = _NOTHING
    yesterday: Cost | None = None
    month: Cost = _NOTHING
    used_wh: float = 0.0
    """The month's energy, Wh."""


_NOT_KNOWN = HourPrice(energy_ore=None, taxes_ore=None, power_ore=None, vat=0.0, power_lacks=PowerLack.ALL)
LACKS: Mapping[PowerLack, frozenset[Part]] = {
    PowerLack.NOTHING: frozenset(),
    PowerLack.ALL: frozenset({Part.POWER}),
    PowerLack.SPOT: frozenset({Part.SPOT}),
    PowerLack.MARKUP: frozenset({Part.MARKUP}),
}
"""What a sum lacks by an hour's price."""


def spot_ore(tariff: Tariff, prices: SpotPrices | None, start: datetime) -> float | None:
    """Return the spot price that a table goes by in an hour, øre a kWh without VAT; `None` where it is not known."""
    rule = None if tariff.power is None else tariff.power.spot
    return None if rule is None or prices is None or prices.area != rule.area else prices.ore(start)


def _sum(costs: Iterable[Cost]) -> Cost:
    return sum(costs, _NOTHING)


def _unseen(ended: Sequence[Hour], begin: datetime, end: datetime) -> Cost:
    """Return no cost, which lacks hours where one of this time was not seen as a whole."""
    whole = sum(hour.quality in WHOLE for hour in between(ended, begin, end))
    return _NOTHING if whole == round((end - begin) / HOUR) else Cost(0.0, frozenset({Part.HOURS}))


def _by_hour_of_day(hours: Iterable[Hour]) -> dict[int, float]:
    """Return the mean energy, Wh, by the local hour of the day."""
    by_hour: dict[int, list[float]] = {}
    for hour in hours:
        by_hour.setdefault(hour.start.astimezone(OSLO).hour, []).append(hour.import_wh)
    return {hour: sum(energies) / len(energies) for hour, energies in by_hour.items()}


def _day(start: datetime) -> date:
    return start.astimezone(OSLO).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO).astimezone(UTC)
