"""Makes `norway.jsonl` and `holidays.txt` from a checkout of Fri nettleie; for maintainers, never at run time.

Only figures are taken, and companies' names. What this does not understand is refused with the file's name rather than
left out: a price that silently misses a season would be a wrong one. PyYAML and `holidays` are extras of the package.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from appliance.household.recurring import DayKind, Recurring
from appliance.household.tariff import EnergyPrice
from appliance.system.atomic_file import replace_file
from appliance.tariffs.company import Customer, Zone
from appliance.tariffs.known import ALSO_OFF, NAMES, ZONES
from appliance.tariffs.table import Method, Table, numbers, row

SOURCE = "https://github.com/kraftsystemet/fri-nettleie"
FIRST_HOLIDAYS, YEARS_AHEAD = 2024, 20

_CUSTOMERS = {"husholdning": Customer.HOME, "fritid": Customer.CABIN}
"""Small businesses are left out: their taxes are others."""
_METHODS = {
    "TRE_DØGNMAX_MND": Method.DAYS,
    "MND_MAX": Method.MONTH,
    "FEM_VEKTET_ÅR": Method.WEEKS,
    "OV_TREFASE": Method.FUSE,
    "UKJENT": Method.UNKNOWN,
}
_DAYS = {
    "virkedag": DayKind.WORKING_DAY,
    "ukedag": DayKind.WEEKDAY,
    "helg": DayKind.WEEKEND,
    "helligdager": DayKind.HOLIDAY,
    "fridag": DayKind.DAY_OFF,
    "mandag": DayKind.MONDAY,
    "tirsdag": DayKind.TUESDAY,
    "onsdag": DayKind.WEDNESDAY,
    "torsdag": DayKind.THURSDAY,
    "fredag": DayKind.FRIDAY,
    "lørdag": DayKind.SATURDAY,
    "søndag": DayKind.SUNDAY,
}
_ALL_DAYS = "alle"
_MONTHS = {
    name: month
    for month, name in enumerate(
        (
            *("januar", "februar", "mars", "april", "mai", "juni"),
            *("juli", "august", "september", "oktober", "november", "desember"),
        ),
        1,
    )
}


class SourceError(Exception):
    """The source has something that is not understood, or nothing."""


def import_tables(folder: Path, into: Path, *, commit: str, commit_date: date) -> int:
    """Write `norway.jsonl` into a folder from the `*.yml` of another one. Return the number of companies.

    Raise `SourceError` for what is not understood, `OSError` where a file cannot be read or written.
    """
    from yaml import YAMLError, safe_load

    found = dict[str, tuple[Mapping[str, Any], tuple[Table, ...]]]()
    for path in sorted(folder.glob("*.yml")):
        try:
            values = safe_load(path.read_text(encoding="utf-8"))
            tables = tuple(_tables(values))
        except (YAMLError, KeyError, TypeError, ValueError) as error:
            raise SourceError(f"{path.name}: {type(error).__name__}: {error}") from error
        if tables:
            found[path.stem] = values, tables
    if not found:
        raise SourceError(f"{folder}: no file *.yml with a table for homes or cabins")
    limits = {table.limits: 0 for _, tables in found.values() for table in tables}
    limits = {each: place for place, each in enumerate(sorted(limits))}
    header = {
        "credit": "Fri nettleie",
        "licence": "CC-BY-4.0",
        "source": SOURCE,
        "commit": commit,
        "commit_date": commit_date.isoformat(),
        "limits": list(limits),
        "companies": [_company(name, values, tables) for name, (values, tables) in found.items()],
    }
    lines = [header, *([row(table, limits) for table in tables] for _, tables in found.values())]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    replace_file(into / "norway.jsonl", text.encode())
    return len(found)


def write_holidays(into: Path, this_year: int) -> None:
    """Write `holidays.txt`: Norway's public holidays of each year, from 2024 to 20 years ahead."""
    from holidays import country_holidays

    years = range(FIRST_HOLIDAYS, this_year + YEARS_AHEAD + 1)
    days = sorted(country_holidays("NO", years=years))
    lines = (" ".join([str(year), *(f"{day:%m-%d}" for day in days if day.year == year)]) for year in years)
    replace_file(into / "holidays.txt", "".join(f"{line}\n" for line in lines).encode())


def _company(name: str, values: Mapping[str, Any], tables: Sequence[Table]) -> list[Any]:
    """Return the company's row of the index; `index` in `tables` reads it."""
    plain, area = NAMES.get(name, (_plain(values["netteier"]), None))
    newest = max(tables, key=lambda table: table.valid_from)
    end = max(table.valid_to or date.max for table in tables)
    newest_of = {customer for table in tables if (table.valid_to or date.max) == end for customer in table.customers}
    customers = "".join(sorted((customer.value[0] for customer in newest_of), reverse=True))
    return [
        *(name, plain, area, ZONES.get(name, Zone.ORDINARY).value),
        *(
            _day(values["sist_oppdatert"]).isoformat(),
            newest.valid_from.isoformat(),
            end.isoformat() if end < date.max else None,
        ),
        *(customers, [list(day) for day in ALSO_OFF.get(name, ())]),
    ]


def _plain(name: str) -> str:
    """Return a company's name without its legal form and the part that says that it is its grid."""
    words = name.split()
    return " ".join(words[: words.index("AS")] if "AS" in words else words)


def _tables(values: Mapping[str, Any]) -> Iterable[Table]:
    """Yield the tables for homes and cabins of one file, by customers and time as they stand."""
    _only(values, "netteier", "gln", "mga", "sist_oppdatert", "kilder", "tariffer")
    tables = [_table(each) for each in values["tariffer"] or ()]
    for customer in Customer:
        own = sorted((each for each in tables if customer in each.customers), key=lambda each: each.valid_from)
        for earlier, later in pairwise(own):
            if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                raise ValueError(f"two tables for {customer.value} hold on {later.valid_from}")
    return (each for each in tables if each.customers)


def _table(values: Mapping[str, Any]) -> Table:
    _only(values, "kundegrupper", "gyldig_fra", "gyldig_til", "navn", "fastledd", "energiledd")
    fixed, energy = values["fastledd"], values["energiledd"]
    _only(fixed, "metode", "terskel_inkludert", "terskler")
    _only(energy, "grunnpris", "unntak")
    steps = sorted((_number(step["terskel"]), _number(step["pris"])) for step in fixed["terskler"])
    limits = tuple(limit for limit, _ in steps)
    if limits[:1] != (0,) or len(set(limits)) < len(limits):
        raise ValueError(f"the steps do not rise from 0: {limits}")
    end = values.get("gyldig_til")
    return Table(
        customers=frozenset(_CUSTOMERS[group] for group in values["kundegrupper"] if group in _CUSTOMERS),
        valid_from=_day(values["gyldig_fra"]),
        valid_to=_day(end) if end is not None else None,
        method=_METHODS[fixed["metode"]],
        limit_is_lower=fixed["terskel_inkludert"] is False,
        limits=limits,
        prices_kr=tuple(price for _, price in steps),
        energy=EnergyPrice(
            _number(energy["grunnpris"]), tuple(_exception(each) for each in energy.get("unntak") or ())
        ),
    )


def _exception(values: Mapping[str, Any]) -> tuple[Recurring, float]:
    _only(values, "navn", "timer", "dager", "måneder", "pris")
    hours, days, months = (values.get(key) for key in ("timer", "dager", "måneder"))
    when = Recurring(
        hours=None if hours is None else _hours(hours),
        days=None if days is None or _ALL_DAYS in days else frozenset(_DAYS[day] for day in days),
        months=None if months is None else frozenset(_MONTHS[month] for month in months),
    )
    return when, _number(values["pris"])


def _hours(value: object) -> frozenset[int]:
    """Return the hours of a span, or of a list of hours and spans."""
    spans = value if isinstance(value, list) else [value]
    return frozenset[int]().union(*(numbers(str(span), 0, 23) for span in spans))


def _number(value: object) -> float:
    """Return a number; one with a decimal comma is a text to YAML. KE Nett gives 2 øre back by night."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 1e7:
        raise ValueError(f"no number: {value!r}")
    return value


def _day(value: object) -> date:
    """Return a day that stands as text, or as YAML's date."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _only(values: Mapping[str, Any], *known: str) -> None:
    """Raise `ValueError` for a key that is not known: it may change what the others mean."""
    if unknown := values.keys() - set(known):
        raise ValueError(f"not known: {', '.join(sorted(unknown))}")
