"""A second reading of Fri nettleie's files, for the tests: it shares nothing with the program, not even a holiday.

It was written from the source's own description of its format (`format.md` there) and answers from the YAML itself, in
decimals. Public holidays are counted from Easter by Gauss's rule, in the form of Meeus (Astronomical Algorithms,
chapter 8), and by lov om helligdager og helligdagsfred § 2 and lov om 1 og 17 mai.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "fri-nettleie"
GROUPS = {"home": "husholdning", "cabin": "fritid"}
WEEK = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
YEAR = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)
BKK_FREE = ("12-24", "12-31")
"""By its invoices; the source does not tell."""


def easter(year: int) -> date:
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)


def public_holiday(day: date) -> bool:
    moving = {easter(day.year) + timedelta(days) for days in (-3, -2, 0, 1, 39, 49, 50)}
    return f"{day:%m-%d}" in ("01-01", "05-01", "05-17", "12-25", "12-26") or day in moving


def _name(path: Path) -> str:
    return path.stem


def files() -> Mapping[str, Any]:
    return {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yml"), key=_name)
    }


def table(file: Any, customer: str, day: date) -> Any:
    """The table in force, or None; dates are compared as the text that they are."""
    in_force = [
        table
        for table in file["tariffer"] or []
        if GROUPS[customer] in table["kundegrupper"]
        and str(table["gyldig_fra"]) <= str(day)
        and not (table.get("gyldig_til") and str(table["gyldig_til"]) <= str(day))
    ]
    assert len(in_force) <= 1
    return in_force[0] if in_force else None


def energy_ore(name: str, file: Any, customer: str, start: datetime) -> Decimal | None:
    """The grid company's part of a kWh in the hour that begins at a moment."""
    local = start.astimezone(ZoneInfo("Europe/Oslo"))
    found = table(file, customer, local.date())
    if found is None:
        return None
    price = found["energiledd"]["grunnpris"]
    for exception in found["energiledd"].get("unntak") or []:
        if _fits(exception, local, name):
            price = exception["pris"]
    return Decimal(str(price))


def _fits(exception: Any, local: datetime, name: str) -> bool:
    if (hours := exception.get("timer")) is not None:
        first, last = map(int, hours.split("-"))
        inside = first <= local.hour <= last if first <= last else local.hour >= first or local.hour <= last
        if not inside:
            return False
    if (months := exception.get("måneder")) is not None and YEAR[local.month - 1] not in months:
        return False
    days = exception.get("dager")
    return days is None or any(_is(kind, local.date(), name) for kind in days)


def _is(kind: str, day: date, name: str) -> bool:
    weekend = day.weekday() > 4
    free = public_holiday(day) or (name == "bkk" and f"{day:%m-%d}" in BKK_FREE)
    truths = {
        "alle": True,
        "ukedag": not weekend,
        "helg": weekend,
        "helligdager": free,
        "fridag": weekend or free,
        "virkedag": not weekend and not free,
    }
    return truths[kind] if kind in truths else WEEK[day.weekday()] == kind


def step(file: Any, customer: str, day: date, value: Decimal) -> tuple[Decimal, Decimal | None, Decimal] | None:
    """From, to, and kr a month to the øre; None where no table or no step is known."""
    found = table(file, customer, day)
    if found is None or found["fastledd"]["metode"] in ("UKJENT", "FEM_VEKTET_ÅR"):
        return None
    steps = sorted(found["fastledd"]["terskler"], key=lambda each: each["terskel"], reverse=True)
    above = None
    for each in steps:
        limit = Decimal(str(each["terskel"]))
        if value > limit or (value == limit and (found["fastledd"]["terskel_inkludert"] or not limit)):
            month = (Decimal(str(each["pris"])) / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)
            return limit, above, month
        above = limit
    raise AssertionError("below the first step")


def utc(text: str) -> datetime:
    """A moment of Norway's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Oslo")).astimezone(UTC)
