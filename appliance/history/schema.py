"""The history's tables, and how a value becomes a row and a row a value.

A card that forgets an octet can make a number of anything. So each table refuses what cannot be, a row that makes no
sense is left out when it is read, and `PRAGMA quick_check` finds both damaged pages and rows that the tables refuse.
"""

import contextlib
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from appliance.household.checkpoint import AlarmRow, MinuteRow
from appliance.household.hours import Hour, Quality, Span
from appliance.household.situation import Level, Rule

Value = int | float | str | bytes | None
Row = tuple[Value, ...]
T = TypeVar("T")

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE hours (
            start INTEGER PRIMARY KEY CHECK (start % 3600 = 0),
            import_wh REAL NOT NULL CHECK (import_wh BETWEEN 0 AND 1e9),
            export_wh REAL NOT NULL CHECK (export_wh BETWEEN 0 AND 1e9),
            known TEXT NOT NULL, export_known TEXT NOT NULL, coverage REAL NOT NULL CHECK (coverage BETWEEN 0 AND 1)
        ) STRICT""",
        """CREATE TABLE corrections (
            start INTEGER PRIMARY KEY CHECK (start % 3600 = 0),
            import_wh REAL NOT NULL CHECK (import_wh BETWEEN 0 AND 1e9)
        ) STRICT""",
        """CREATE TABLE spans (
            start INTEGER PRIMARY KEY CHECK (start % 3600 = 0), end INTEGER NOT NULL CHECK (end > start),
            import_wh REAL NOT NULL CHECK (import_wh >= 0), export_wh REAL
        ) STRICT""",
        """CREATE TABLE minutes (
            start INTEGER PRIMARY KEY, import_w REAL, export_w REAL, l1_v REAL, l2_v REAL, l3_v REAL
        ) STRICT""",
        """CREATE TABLE alarms (
            began INTEGER NOT NULL, rule TEXT NOT NULL, phase INTEGER NOT NULL CHECK (phase BETWEEN 0 AND 3),
            ended INTEGER, level INTEGER NOT NULL, worst REAL, threshold REAL NOT NULL, acknowledged INTEGER NOT NULL,
            PRIMARY KEY (began, rule, phase)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE notes (
            id INTEGER PRIMARY KEY CHECK (id = 1), boot TEXT NOT NULL, clock_s REAL NOT NULL, notes TEXT NOT NULL
        ) STRICT""",
    ),
)
"""Statements that lead from each schema version to the next; `user_version` counts the versions. Moments are seconds
since 1970 in UTC, phase 0 is none, `known` is `Quality`'s value, and `hours` is what was measured, before corrections.
The bounds are of what can be at all, far above any household."""

# A row that its table refuses (`OR IGNORE`) is left out; the others of its record are not held up by it.
PUT_HOUR = """INSERT OR IGNORE INTO hours VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (start) DO UPDATE SET
    import_wh = excluded.import_wh, export_wh = excluded.export_wh, known = excluded.known,
    export_known = excluded.export_known, coverage = excluded.coverage"""
PUT_UNMEASURED = "INSERT OR IGNORE INTO hours VALUES (?, 0, ?, 'unknown', ?, ?)"
"""What was measured stays beside a correction, in its own row."""
PUT_CORRECTION = """INSERT OR IGNORE INTO corrections VALUES (?, ?) ON CONFLICT (start) DO UPDATE SET
    import_wh = excluded.import_wh"""
PUT_SPAN = """INSERT OR IGNORE INTO spans VALUES (?, ?, ?, ?) ON CONFLICT (start) DO UPDATE SET
    end = excluded.end, import_wh = excluded.import_wh, export_wh = excluded.export_wh"""
PUT_MINUTE = """INSERT OR IGNORE INTO minutes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (start) DO UPDATE SET
    import_w = excluded.import_w, export_w = excluded.export_w,
    l1_v = excluded.l1_v, l2_v = excluded.l2_v, l3_v = excluded.l3_v"""
PUT_ALARM = """INSERT OR IGNORE INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (began, rule, phase) DO UPDATE
    SET ended = excluded.ended, level = excluded.level, worst = excluded.worst, threshold = excluded.threshold,
    acknowledged = excluded.acknowledged"""
PUT_NOTES = "INSERT OR REPLACE INTO notes VALUES (1, ?, ?, ?)"

HOURS = """SELECT start, coalesce(c.import_wh, h.import_wh), export_wh, c.import_wh IS NOT NULL, known, export_known,
    coverage FROM hours h LEFT JOIN corrections c USING (start)"""
"""Hours with the household's corrections over them."""


def made(make: Callable[[Row], T], rows: Iterable[Row]) -> Iterator[T]:
    """Yield the values of the rows that make sense; leave the others out."""
    for row in rows:
        try:
            value = make(row)
        except (ValueError, TypeError, OverflowError, OSError):  # the last of a moment that no clock has
            continue
        yield value


def hour_row(hour: Hour) -> Row:
    """Return the row for `PUT_HOUR`."""
    return (
        second(hour.start),
        hour.import_wh,
        hour.export_wh,
        hour.quality.value,
        hour.export_quality.value,
        hour.coverage,
    )


def unmeasured_row(hour: Hour) -> Row:
    """Return the row for `PUT_UNMEASURED`."""
    return second(hour.start), hour.export_wh, hour.export_quality.value, hour.coverage


def correction_row(hour: Hour) -> Row:
    """Return the row for `PUT_CORRECTION`."""
    return second(hour.start), hour.import_wh


def span_row(span: Span) -> Row:
    """Return the row for `PUT_SPAN`."""
    return second(span.start), second(span.end), span.import_wh, span.export_wh


def minute_row(minute: MinuteRow) -> Row:
    """Return the row for `PUT_MINUTE`."""
    return second(minute.start), minute.import_w, minute.export_w, *minute.voltages_v


def alarm_row(alarm: AlarmRow) -> Row:
    """Return the row for `PUT_ALARM`."""
    return (
        second(alarm.began),
        alarm.rule.value,
        alarm.phase or 0,
        None if alarm.ended is None else second(alarm.ended),
        alarm.level.value,
        alarm.worst,
        alarm.limit,
        alarm.acknowledged,
    )


def hour(row: Row) -> Hour:
    """Return the hour in a row of `HOURS`. Raise ValueError or TypeError when it makes no sense."""
    start, import_wh, export_wh, edited, known, export_known, coverage = row
    return Hour(
        _moment(start),
        _energy(import_wh),
        _energy(export_wh),
        Quality.EDITED if edited else Quality(known),
        min(1.0, _energy(coverage)),
        Quality(export_known),
    )


def span(row: Row) -> Span:
    """Return the sum in a row of spans. Raise ValueError or TypeError when it makes no sense."""
    start, end, import_wh, export_wh = row
    return Span(_moment(start), _moment(end), _energy(import_wh), _maybe(export_wh))


def minute(row: Row) -> MinuteRow:
    """Return the minute in a row of minutes. Raise ValueError or TypeError when it makes no sense."""
    start, import_w, export_w, *volts = row
    l1_v, l2_v, l3_v = map(_maybe, volts)
    return MinuteRow(_moment(start), _maybe(import_w), _maybe(export_w), (l1_v, l2_v, l3_v))


def alarm(row: Row) -> AlarmRow:
    """Return the alarm in a row of alarms. Raise ValueError or TypeError when it makes no sense."""
    began, rule, phase, ended, level, worst, limit, acknowledged = row
    if phase not in (0, 1, 2, 3):
        raise ValueError("no such phase")
    return AlarmRow(
        began=_moment(began),
        rule=Rule(rule),
        phase=int(phase) or None,
        ended=None if ended is None else _moment(ended),
        level=Level(int(_number(level))),
        worst=_maybe(worst),
        limit=_number(limit),
        acknowledged=bool(acknowledged),
    )


def migrate(connection: sqlite3.Connection, to: int) -> None:
    """Bring a file to a schema version, in one transaction; leave one that has it, or a newer one, as it is."""
    if version(connection) >= to:
        return
    with transaction(connection):
        # Read again: another program may have done it while this one waited for its turn.
        for number in range(version(connection), to):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the body as one transaction: all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back already
            connection.execute("ROLLBACK")
        raise


def version(connection: sqlite3.Connection) -> int:
    """Return the schema version of an open file; 0 is a new one."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def second(moment: datetime) -> int:
    """Return the seconds since 1970."""
    return round(moment.timestamp())


def _moment(value: Value) -> datetime:
    if not isinstance(value, int):
        raise TypeError("no moment")
    return datetime.fromtimestamp(value, UTC)


def _number(value: Value) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _maybe(value: Value) -> float | None:
    return None if value is None else _number(value)


def _energy(value: Value) -> float:
    number = _number(value)
    if number < 0:
        raise ValueError("no energy")
    return number
