"""A company's tables as the household's tariffs: cut at each day on which a price, a tax or the power's price changes.

Where a table has ended and no other has begun, a tariff without prices holds: the limits of the steps rarely change
and are still worth guarding, and no price is carried beyond its end.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from appliance.household.recurring import Calendar, Recurring
from appliance.household.tariff import Basis, Linear, PeakRule, Period, PowerPrice, Step, Tariff, Weight
from appliance.tariffs import taxes
from appliance.tariffs.company import Customer, Zone
from appliance.tariffs.stored import holidays, stored
from appliance.tariffs.table import Method, Table

_FJELLNETT_WEIGHTS = (100, 100, 85, 50, 30, 25, 25, 25, 30, 45, 70, 95)
"""Percent, January to December. Fjellnett, the page of its prices from 2026-01-01, "Sesongfaktor"."""
_HIGHEST_DAYS = PeakRule()
_HIGHEST_HOUR = PeakRule(number=1, period=Period.MONTH)
_WEIGHTED_WEEKS = PeakRule(
    number=5,
    period=Period.WEEK,
    months=12,
    weights=tuple(
        Weight(Recurring(months=frozenset({month})), Fraction(percent, 100))
        for month, percent in enumerate(_FJELLNETT_WEIGHTS, 1)
    ),
)


def tariffs(
    company_id: str, *, customer: Customer, zone: Zone | None = None, norgespris: bool = False
) -> tuple[Tariff, ...]:
    """Return the tariffs of a company's customer, oldest first and without a gap; each is constant in its time.

    Prices are without taxes and VAT. Without a zone the company's own holds. Nothing is returned for a company that
    is not known, or has no table for such customers.
    """
    known = stored(company_id)
    if known is None:
        return ()
    zone, calendar = zone or known.company.zone, Calendar(holidays(), known.also_off)
    own = sorted((table for table in known.tables if customer in table.customers), key=lambda table: table.valid_from)
    found = list[Tariff]()
    for table, following in zip(own, [*own[1:], None][: len(own)], strict=True):
        tariff = replace(
            _tariff(table),
            calendar=calendar,
            prices_of=max(table.valid_from, known.company.checked),
            vat=taxes.vat(zone, table.valid_from),
        )
        found += _cut(tariff, zone, taxes.norgespris(zone, customer) if norgespris else ())
        begins = following.valid_from if following else None
        if table.valid_to is not None and table.valid_to != begins:
            found.append(_without_prices(tariff, table.valid_to, begins))
    return tuple(found)


def _tariff(table: Table) -> Tariff:
    """Return what a table says, without the state's part."""
    prices = Tariff(
        valid_from=table.valid_from,
        valid_to=table.valid_to,
        steps=tuple(
            Step(limit, price_kr / 12)
            for limit, price_kr in zip([*table.limits[1:], None], table.prices_kr, strict=True)
        ),
        limit_is_lower=table.limit_is_lower,
        energy=table.energy,
    )
    match table.method:
        case Method.DAYS:
            return replace(prices, peaks=_HIGHEST_DAYS)
        case Method.MONTH:
            return replace(prices, peaks=_HIGHEST_HOUR)
        case Method.FUSE:
            return replace(prices, basis=Basis.FUSE)
        case Method.UNKNOWN:
            return replace(prices, basis=Basis.NONE, steps=())
        case Method.WEEKS:
            by_kw = linear(table)
            if by_kw is None:
                return replace(prices, basis=Basis.NONE, steps=())
            return replace(prices, peaks=_WEIGHTED_WEEKS, steps=(), linear=by_kw)


def linear(table: Table) -> Linear | None:
    """Return the price by the kilowatt behind prices that stand for whole kW; `None` where they are on no line.

    Fjellnett bills by hundredths of a kW: 2,000 kr and 589 kr a kW make the source's 2,589 kr at 1 kW.
    """
    fixed, last = Fraction(str(table.prices_kr[0])), Fraction(str(table.prices_kr[-1]))
    rate = (last - fixed) / Fraction(str(table.limits[-1])) if table.limits[-1] else Fraction(0)
    for limit, price in zip(table.limits, table.prices_kr, strict=True):
        if Fraction(str(price)) != fixed + rate * Fraction(str(limit)):
            return None
    return Linear(per_kw_kr=float(rate / 12), fixed_kr=float(fixed / 12))


def _cut(tariff: Tariff, zone: Zone, fixed_prices: tuple[taxes.FixedPrice, ...]) -> Iterator[Tariff]:
    """Yield a tariff for each time in which taxes and the power's price are the same too."""
    changes = taxes.TAX_CHANGES | {day for price in fixed_prices for day in (price.valid_from, price.valid_to)}
    starts = sorted({tariff.valid_from} | {day for day in changes if _within(day, tariff)})
    for start, end in zip(starts, [*starts[1:], tariff.valid_to], strict=True):
        power = next((price for price in fixed_prices if price.valid_from <= start < price.valid_to), None)
        yield replace(
            tariff,
            valid_from=start,
            valid_to=end,
            taxes_ore=taxes.taxes_ore(zone, start),
            vat=taxes.vat(zone, start),
            power=None if power is None else PowerPrice(power.ore, power.cap_kwh),
        )


def _within(day: date, tariff: Tariff) -> bool:
    return tariff.valid_from < day and (tariff.valid_to is None or day < tariff.valid_to)


def _without_prices(tariff: Tariff, start: date, end: date | None) -> Tariff:
    """Return what still holds when the prices have ended."""
    return replace(
        tariff,
        valid_from=start,
        valid_to=end,
        steps=tuple(Step(step.up_to) for step in tariff.steps),
        linear=None,
        energy=None,
        taxes_ore=None,
        power=None,
        ended=True,
    )
