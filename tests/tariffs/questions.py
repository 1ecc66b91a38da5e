"""What the tables are asked in the tests: the same questions for every reading of them, drawn by chance once for all.

`random.Random(text).random()` gives the same numbers in every version of Python.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
HOURS, MEANS = 200, 50
LIMITS = (0, 1, 2, 5, 10, 15, 20, 25, 50, 75, 100, 125)
"""kW, and A: those of the tables, by far the most of them."""
WATT_HOUR = Decimal("0.001")


class Mean(NamedTuple):
    day: date
    value: Decimal


def hours(company: str, customer: str) -> Iterator[datetime]:
    """200 hours between 2024 and the middle of 2027, UTC."""
    chance = Random(f"{company} {customer} hours")
    for _ in range(HOURS):
        yield FIRST + timedelta(hours=int(chance.random() * ((LAST - FIRST) // timedelta(hours=1))))


def means(company: str, customer: str) -> Iterator[Mean]:
    """50 means: each limit, a watt-hour below and above it, and others; each on a day of its own."""
    chance = Random(f"{company} {customer} means")
    values = [limit + by for limit in map(Decimal, LIMITS) for by in (-WATT_HOUR, Decimal(0), WATT_HOUR)]
    values = [value for value in values if value >= 0]
    values += [int(chance.random() * 120_000) * WATT_HOUR for _ in range(MEANS - len(values))]
    for value in values:
        yield Mean((FIRST + timedelta(days=int(chance.random() * (LAST - FIRST).days))).date(), value)


def line(company: str, customer: str, *answer: object) -> str:
    """One answer as text, the same for equal numbers of whatever type."""
    return " ".join([company, customer, *(_plain(each) for each in answer)])


def _plain(value: object) -> str:
    match value:
        case float() | int() | Decimal():
            return f"{float(value):.5f}"
        case tuple():
            return "/".join(map(_plain, value))
        case _:
            return str(value)
