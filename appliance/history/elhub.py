"""The hourly values that everybody in Norway can download from Elhub's "Min side", as CSV.

Elhub publishes no description. Files of 2025 and 2026 (five of them, with a page on them, in the folder Måleverdier of
fredrik-lindseth/Stromkalkulator) begin with `Fra;Til;Målenavn;Volum;Enhet;Kvalitet;Registreringstidspunkt` and go on

    2026-03-29T01:00:00+01:00;2026-03-29T03:00:00+02:00;KWH 60 Forbruk;1,575;kWh;Målt;2026-03-30T06:22:34+02:00

with the mark of UTF-8 in front; a month's file has some days of the next one. Older ones, as their readers tell
(helgeu/norgespris, PowerPrices.fsx; sjekkregning.no), have `Fra`, `Til`, `KWH 60 Forbruk` and sometimes `Kvalitet`, by
semicolons or commas, and times such as `01.01.2024 00:00` without a zone. `KWH 15 Forbruk` has quarter hours. Words of
the quality are those of Elhub's standard, chapter 4.0: Målt, Estimert, Endelig estimert, Midlertidig.

So this reads columns by their names and in any order, and says which lines it has not understood. A file in which an
hour could be another than it seems is refused as a whole: a wrong figure is worse than none.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

from appliance.history import elhub_cells
from appliance.history.elhub_cells import Columns, ElhubError
from appliance.household.hours import HOUR, OSLO
from appliance.words.sentence import Sentence

LARGEST_FILE = 32_000_000
"""Octets: ten years of quarter hours have about half of it."""
_NAMED_LINES = 5
_QUARTER = timedelta(minutes=15)
_LONGEST = 2 * HOUR
"""An hour by the clock, which may go forward within it."""


@dataclass(frozen=True, slots=True)
class GridHour:
    """An hour as the grid company has it."""

    start: datetime
    """UTC."""
    import_wh: int
    quality: str | None = None
    """What the file says of it where that is not "measured"; at most 20 characters."""


@dataclass(frozen=True, slots=True)
class ElhubFile:
    """The hours of a file."""

    hours: tuple[GridHour, ...]
    """Whole ones, oldest first, no start twice; at least one."""
    remarks: tuple[Sentence, ...] = ()
    """What of the file was not understood, and so is not in the hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line that was understood."""

    line: int
    text: str
    """The time as it stands there."""
    wall: datetime
    """Without a zone."""
    zone: timezone | None
    wh: Decimal | None
    """`None` where the line has no value."""
    quality: str | None


def read(octets: bytes) -> ElhubFile:
    """Return the hours of a file. Raise ElhubError where there are none, or they could be others than they seem."""
    if len(octets) > LARGEST_FILE:
        raise ElhubError(Sentence("the file is larger than {most} MB", most=LARGEST_FILE // 1_000_000))
    lines = re.split("\r\n|\n|\r", elhub_cells.decoded(octets))
    header, separator, columns = elhub_cells.header(lines)
    names, reader = elhub_cells.cells(lines[header], separator), _Reader(columns)
    for number, line in enumerate(lines[header + 1 :], header + 2):
        cells = elhub_cells.cells(line, separator)
        if any(cells) and cells != names:
            reader.take(number, cells, separator)
    return reader.file()


class _Reader:
    """Takes line by line."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._rows: list[_Row] = []
        self._not_understood: list[tuple[int, str]] = []
        self._sums = 0
        self._others = 0
        self._points: set[str] = set()

    def take(self, number: int, cells: Sequence[str], separator: str) -> None:
        """Take a line's cells. Raise ElhubError where it is of a second metering point."""
        columns = self._columns
        cells = elhub_cells.mended(cells, separator, columns)
        if len(cells) <= max(columns.start, columns.energy):
            self._leave_out(number, separator.join(cells), cells)
            return
        if not elhub_cells.is_consumption(_of(cells, columns.series)):
            self._others += 1
            return
        if not elhub_cells.is_kwh(_of(cells, columns.unit)):
            self._leave_out(number, _of(cells, columns.unit), cells)
            return
        text, energy = cells[columns.start], cells[columns.energy]
        moment, wh = elhub_cells.moment(text), elhub_cells.watt_hours(energy)
        if moment is None or (wh is None and energy):
            self._leave_out(number, text if moment is None else energy, cells)
            return
        end = elhub_cells.moment(_of(cells, columns.end))
        if end is not None and end[0] - moment[0] > _LONGEST:
            self._sums += 1
            return
        self._points.add(_of(cells, columns.point))
        if len(self._points) > 1:
            raise ElhubError(elhub_cells.SEVERAL)
        quality = elhub_cells.worth_saying(_of(cells, columns.quality))
        self._rows.append(_Row(line=number, text=text, wall=moment[0], zone=moment[1], wh=wh, quality=quality))

    def _leave_out(self, number: int, what: str, cells: Sequence[str]) -> None:
        """Take note of a line that is not understood, unless it is a sum."""
        if not elhub_cells.is_total(cells):
            self._not_understood.append((number, what))

    def file(self) -> ElhubFile:
        """Return what was read. Raise ElhubError."""
        length = _QUARTER if any(row.wall.minute for row in self._rows) else HOUR
        parts: dict[datetime, dict[datetime, _Row]] = defaultdict(dict)
        for start, row in _in_utc(self._rows):
            of_hour = parts[start.replace(minute=0)]
            if start in of_hour and of_hour[start].wh != row.wh:
                raise ElhubError(
                    Sentence(
                        "line {line}: {time} is there a second time with another value; a file of several metering "
                        "points is not understood",
                        line=row.line,
                        time=elhub_cells.cut(row.text),
                    )
                )
            of_hour[start] = row
        whole = {start: rows for start, rows in parts.items() if len(rows) == HOUR // length and _has_values(rows)}
        if not whole:
            raise ElhubError(self._nothing())
        hours = tuple(GridHour(start, _sum_wh(rows), _quality(rows)) for start, rows in sorted(whole.items()))
        return ElhubFile(hours, tuple(self._remarks(len(parts) - len(whole))))

    def _nothing(self) -> Sentence:
        if self._others and not self._rows:
            return elhub_cells.SOLD
        if self._sums and not self._rows:
            return Sentence("its lines are longer than an hour: download the values by the hour")
        if self._not_understood and not self._rows:
            number, text = self._not_understood[0]
            return Sentence("line {line} is not understood: {what}", line=number, what=elhub_cells.cut(text))
        return Sentence("there is no hour with a value in it")

    def _remarks(self, without_value: int) -> Iterator[Sentence]:
        for number, text in self._not_understood[:_NAMED_LINES]:
            yield Sentence("line {line} is not understood: {what}", line=number, what=elhub_cells.cut(text))
        if (more := len(self._not_understood) - _NAMED_LINES) > 0:
            yield Sentence("so many more lines are not understood: {number}", number=more)
        if without_value:
            yield Sentence("hours without a value, or with a part of one: {number}", number=without_value)


def _of(cells: Sequence[str], place: int | None) -> str:
    """Return a cell; empty where there is none."""
    return "" if place is None else "".join(cells[place : place + 1])


def _in_utc(rows: Sequence[_Row]) -> Iterator[tuple[datetime, _Row]]:
    """Yield each row with its beginning in UTC. Raise ElhubError where that is not clear."""
    falling = len(rows) > 1 and rows[0].wall > rows[-1].wall
    twice: dict[datetime, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.zone is not None:
            yield _utc(row.wall.replace(tzinfo=row.zone), row), row
            continue
        first, second = (row.wall.replace(tzinfo=OSLO, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first.astimezone(OSLO).replace(tzinfo=None) != row.wall:
            if row.wh:
                raise ElhubError(_not_norways(row))
        elif first == second:
            yield first, row
        else:
            twice[row.wall].append(row)
    for wall, both in twice.items():
        if len(both) != 2:
            raise ElhubError(_not_norways(both[0]))
        for fold, row in enumerate(reversed(both) if falling else both):
            yield wall.replace(tzinfo=OSLO, fold=fold).astimezone(UTC), row


def _utc(moment: datetime, row: _Row) -> datetime:
    utc = moment.astimezone(UTC)
    if utc.minute % 15:
        raise ElhubError(_not_norways(row))
    return utc


def _not_norways(row: _Row) -> Sentence:
    return Sentence(
        "line {line}: {time} is there otherwise than Norway's clocks go, which change in March and October",
        line=row.line,
        time=elhub_cells.cut(row.text),
    )


def _has_values(rows: Mapping[datetime, _Row]) -> bool:
    return all(row.wh is not None for row in rows.values())


def _sum_wh(rows: Mapping[datetime, _Row]) -> int:
    total = sum((row.wh or Decimal(0) for row in rows.values()), Decimal(0))
    return int(total.to_integral_value(ROUND_HALF_UP))


def _quality(rows: Mapping[datetime, _Row]) -> str | None:
    return next((row.quality for row in rows.values() if row.quality), None)
