"""A company's table as data, and the short form in which it stands in `norway.jsonl`.

Steps stand as their lower limits and their prices a year, as the companies publish them. A row of the file is

    [customers, from, to, method, limit is lower, place of the limits, [prices], base price, [exceptions]]

and an exception `[hours, kinds of days, months, price]`, where `null` leaves nothing out, hours and months are spans
with both ends in them that may wrap ("22-5"), and of several exceptions that fit the last one holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from appliance.household.recurring import DayKind, Recurring
from appliance.household.tariff import EnergyPrice
from appliance.tariffs.company import Customer


class Method(Enum):
    """How the step of a household is found; the source's word stands beside ours."""

    DAYS = "days"
    """The mean of the month's three highest hours, each of another day: `TRE_DØGNMAX_MND`."""
    MONTH = "month"
    """The month's highest hour: `MND_MAX`."""
    WEEKS = "weeks"
    """Five weekly peaks of a year, weighted by season: `FEM_VEKTET_ÅR`."""
    FUSE = "fuse"
    """The main fuse: `OV_TREFASE`."""
    UNKNOWN = "unknown"
    """`UKJENT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a company asks of some of its customers in a time; all prices without taxes and VAT."""

    customers: frozenset[Customer]
    valid_from: date
    valid_to: date | None
    method: Method
    limit_is_lower: bool
    """A value exactly on a limit is in the step below it."""
    limits: tuple[float, ...]
    """Where each step begins, rising from 0: kW, or A by the fuse."""
    prices_kr: tuple[float, ...]
    """Of each step, a year."""
    energy: EnergyPrice


_CUSTOMERS = {"h": Customer.HOME, "c": Customer.CABIN}


def table(row: Sequence[Any], limits: Sequence[Sequence[float]]) -> Table:
    """Return the table of a row."""
    customers, start, end, method, lower, place, prices, base, exceptions = row
    return Table(
        customers=frozenset(_CUSTOMERS[letter] for letter in customers),
        valid_from=date.fromisoformat(start),
        valid_to=date.fromisoformat(end) if end else None,
        method=Method(method),
        limit_is_lower=bool(lower),
        limits=tuple(limits[place]),
        prices_kr=tuple(prices),
        energy=EnergyPrice(base, tuple((_recurring(*when), ore) for *when, ore in exceptions)),
    )


def row(table: Table, limits: Mapping[tuple[float, ...], int]) -> list[Any]:
    """Return a table as a row."""
    return [
        "".join(letter for letter, customer in _CUSTOMERS.items() if customer in table.customers),
        table.valid_from.isoformat(),
        table.valid_to.isoformat() if table.valid_to else None,
        table.method.value,
        int(table.limit_is_lower),
        limits[table.limits],
        list(table.prices_kr),
        table.energy.base_ore,
        [
            [
                _spans(when.hours),
                sorted(kind.value for kind in when.days) if when.days is not None else None,
                _spans(when.months),
                ore,
            ]
            for when, ore in table.energy.exceptions
        ],
    ]


def numbers(spans: str, lowest: int, highest: int) -> frozenset[int]:
    """Return the numbers of spans such as `6-21`, `22-5` or `1-3,12`; both ends belong to each.

    Raise `ValueError` for what is no span, or lies outside `lowest` to `highest`.
    """
    found = set[int]()
    for span in spans.split(","):
        first, _, last = span.partition("-")
        start, end = int(first), int(last or first)
        if not (lowest <= start <= highest and lowest <= end <= highest):
            raise ValueError(f"not from {lowest} to {highest}: {spans}")
        found |= set(range(start, end + 1)) if start <= end else {*range(start, highest + 1), *range(lowest, end + 1)}
    return frozenset(found)


def _recurring(hours: str | None, days: Sequence[str] | None, months: str | None) -> Recurring:
    return Recurring(
        hours=numbers(hours, 0, 23) if hours is not None else None,
        days=frozenset(DayKind(day) for day in days) if days is not None else None,
        months=numbers(months, 1, 12) if months is not None else None,
    )


def _spans(found: Iterable[int] | None) -> str | None:
    """Return numbers as spans, none of which wraps."""
    if found is None:
        return None
    spans = list[list[int]]()
    for number in sorted(found):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in spans)
