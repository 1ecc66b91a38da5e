"""The stored tables: an index line, then one line for each company, so that one is read without the others."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from appliance.tariffs.company import Company, Customer, Zone
from appliance.tariffs.table import Table, table

_FOLDER = files("appliance.tariffs")


class Source(NamedTuple):
    """Where the tables are from."""

    credit: str
    licence: str
    link: str
    commit: str
    commit_date: date


def source() -> Source:
    """Return where the tables are from, for the credit that their licence asks for."""
    header = _header()
    commit_date = date.fromisoformat(header["commit_date"])
    return Source(header["credit"], header["licence"], header["source"], header["commit"], commit_date)


def companies() -> tuple[Company, ...]:
    """Return all companies that have a table, by name and area; their tables are not read."""
    found = (_company(row) for row in _header()["companies"])
    return tuple(sorted(found, key=lambda company: (company.name.casefold(), company.area or "")))


def company(company_id: str) -> Company | None:
    """Return a company by its id; `None` where there is none."""
    return next((_company(row) for row in _header()["companies"] if row[0] == company_id), None)


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored of one company."""

    company: Company
    tables: tuple[Table, ...]
    """As they stand in the source."""
    also_off: frozenset[tuple[int, int]]
    """Month and day of those that it has off beside the public holidays, each year."""


def stored(company_id: str) -> Stored | None:
    """Return a company with its tables; `None` for an id that is not known. The others' tables are not parsed."""
    with (_FOLDER / "norway.jsonl").open(encoding="utf-8") as lines:
        header = json.loads(lines.readline())
        for row, line in zip(header["companies"], lines, strict=True):
            if row[0] == company_id:
                tables = tuple(table(each, header["limits"]) for each in json.loads(line))
                return Stored(_company(row), tables, frozenset((month, day) for month, day in row[-1]))
    return None


@cache
def holidays() -> frozenset[date]:
    """Return Norway's public holidays as far as they are stored: some 20 years ahead."""
    text = (_FOLDER / "holidays.txt").read_text(encoding="utf-8")
    years = (line.split() for line in text.splitlines())
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, *days in years for day in days)


def _header() -> Any:
    """Return the index line. It is read anew each time: the appliance asks once in a while, and need not keep it."""
    with (_FOLDER / "norway.jsonl").open(encoding="utf-8") as lines:
        return json.loads(lines.readline())


def _company(row: list[Any]) -> Company:
    """Return the company of a row that `importing` wrote."""
    company_id, name, area, zone, checked, start, end, customers, _ = row
    letters = {customer.value[0]: customer for customer in Customer}
    return Company(
        id=company_id,
        name=name,
        area=area,
        zone=Zone(zone),
        checked=date.fromisoformat(checked),
        valid_from=date.fromisoformat(start),
        valid_to=date.fromisoformat(end) if end else None,
        customers=frozenset(letters[letter] for letter in customers),
    )
