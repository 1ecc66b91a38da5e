"""Whose prices count: tables of the household's own, the grid company's, or the country's common steps without prices.

What a person wrote into the settings counts first, but for a table that only repeats the common steps: such a one was
in every settings file, and says nothing of this household.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Literal

import msgspec

from appliance.household.recurring import WITHOUT_HOLIDAYS, Calendar
from appliance.household.tariff import Basis, PeakRule, PowerPrice, SpotRule, Step, Tariff, by_day_and_night
from appliance.settings.model import Settings, TariffSettings
from appliance.tariffs import SUPPORT, Customer, Zone, company, holidays, norgespris, vat
from appliance.tariffs import tariffs as company_tariffs

_PricedTime = tuple[date, date, PowerPrice]
"""From, to before; a price with VAT."""


def tariffs(settings: Settings) -> tuple[Tariff, ...]:
    """Return the tables that the household's electricity is priced by; none where its country has no common steps."""
    grid, power, country = settings.grid, settings.power, country_of(settings)
    customer, zone = Customer(grid.customer), Zone(grid.zone or "ordinary")
    if grid.company is not None and not has_own_tables(settings):
        known = company(grid.company)
        zone = Zone(grid.zone) if grid.zone or known is None else known.zone
        tables = company_tariffs(grid.company, customer=customer, zone=zone) or (Tariff(),)
    elif country == "SE" and not has_own_tables(settings):
        priced = power.price == "fixed" or (power.price == "spot" and settings.spot.area is not None)
        tables = (Tariff(basis=Basis.NONE),) if priced else ()
    else:
        tables = tuple(_tariff(table, country) for table in settings.tariff)
    match power.price:
        case "none":
            return tables
        case "fixed":
            return tuple(replace(table, power=PowerPrice((power.ore or 0.0) / (1 + table.vat))) for table in tables)
        case "norgespris":
            times = [
                (
                    price.valid_from,
                    price.valid_to,
                    PowerPrice(_with_vat(price.ore, zone, price.valid_from), price.cap_kwh),
                )
                for price in norgespris(zone, customer)
            ]
            return tuple(_cut(tables, times if country == "NO" else []))
        case "spot":
            return tuple(_cut(tables, list(_by_spot(settings, country))))


def spot_vat(settings: Settings) -> float:
    """Return the share of VAT on this household's power.

    Where the zone of its taxes is not known it is by the area of the spot price: NO4 is the north, where households
    have none (merverdiavgiftsloven § 6-6), but for a few municipalities, which set their zone.
    """
    grid = settings.grid
    known = None if grid.company is None else company(grid.company)
    zone = Zone(grid.zone) if grid.zone else known.zone if known is not None else None
    if zone is None:
        zone = Zone.NORTH if settings.spot.area == "NO4" else Zone.ORDINARY
    return vat(zone, date.max)


def _by_spot(settings: Settings, country: str) -> Iterator[_PricedTime]:
    """Yield the times in which it is known what the state pays of a spot price; before and after them it is not."""
    power, area = settings.power, settings.spot.area
    share = spot_vat(settings)
    rule = None if area is None else SpotRule(area=area, factor=1 + share, markup_ore=power.markup_ore)
    if country == "NO" and Customer(settings.grid.customer) is Customer.HOME:
        for support in SUPPORT:
            supported = rule and replace(rule, threshold_ore=support.threshold_ore, share=support.share)
            yield support.valid_from, support.valid_to, PowerPrice(None, support.cap_kwh, supported)
    elif rule is not None:
        yield date.min, date.max, PowerPrice(None, None, rule)


def _with_vat(ore: float, zone: Zone, day: date) -> float:
    return ore * (1 + vat(zone, day))


def country_of(settings: Settings) -> Literal["NO", "SE"]:
    """Return the country whose rules count."""
    grid = settings.grid
    if grid.country is not None:
        return grid.country
    if settings.spot.area is not None and grid.company is None:
        return "SE" if settings.spot.area.startswith("SE") else "NO"
    return "SE" if settings.language == "sv" and grid.company is None and not has_own_tables(settings) else "NO"


def has_own_tables(settings: Settings) -> bool:
    """Return whether a table says something of this household."""
    default = TariffSettings()
    return any(msgspec.structs.replace(table, on_limit=default.on_limit) != default for table in settings.tariff)


def _tariff(table: TariffSettings, country: str) -> Tariff:
    price = None
    if table.day_ore is not None and table.night_ore is not None:
        price = by_day_and_night(
            table.day_ore,
            table.night_ore,
            time.fromisoformat(table.day_from),
            time.fromisoformat(table.day_to),
            weekend_is_night=table.weekend_is_night,
        )
    return Tariff(
        valid_from=table.valid_from or date.min,
        basis=Basis(table.basis),
        peaks=PeakRule(number=table.days),
        steps=tuple(Step(step.up_to, step.price_kr) for step in table.steps),
        limit_is_lower=table.on_limit == "lower",
        energy=price,
        calendar=Calendar(holidays()) if price is not None and country == "NO" else WITHOUT_HOLIDAYS,
    )


def _cut(tables: Sequence[Tariff], times: Sequence[_PricedTime]) -> Iterator[Tariff]:
    """Yield the tables, cut where the power's price begins, changes and ends; it is given with VAT."""
    by_day = sorted(tables, key=lambda table: table.valid_from)
    for place, table in enumerate(by_day):
        end = by_day[place + 1].valid_from if place + 1 < len(by_day) else date.max
        days = {day for begins, ends, _ in times for day in (begins, ends)}
        for start in sorted({table.valid_from} | {day for day in days if table.valid_from < day < end}):
            held = next((price for begins, ends, price in times if begins <= start < ends), None)
            yield replace(table, valid_from=start, power=None if held is None else _without_vat(held, table.vat))


def _without_vat(price: PowerPrice, share: float) -> PowerPrice:
    """Return a price that has VAT in it as one that a table's share of VAT comes on top of."""
    rule = price.spot
    if rule is not None:
        markup_ore = None if rule.markup_ore is None else rule.markup_ore / (1 + share)
        rule = replace(rule, factor=rule.factor / (1 + share), markup_ore=markup_ore)
    return replace(price, ore=None if price.ore is None else price.ore / (1 + share), spot=rule)
