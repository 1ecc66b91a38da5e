"""A damaged history: set aside under the name of its day, and all that can be read of it in a new file.

SQLite finds damage page by page, and a page holds some hours of one table. So the rows are read from both ends of each
table up to the damage, and between two damages by their times. No row counts whose sum does not fit.
"""

import contextlib
import itertools
import logging
import os
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from appliance.history import pages, schema

log = logging.getLogger(__name__)

BUSY_S = 5.0
"""How long another program's transaction is waited for."""
_PACE_S: Mapping[str, int | None] = {
    "hours": 3600,
    "corrections": 3600,
    "spans": 3600,
    "minutes": 60,
    "alarms": None,
    "notes": None,
}
"""The tables, and how far apart rows are at least that follow each other by time, s."""
QUERIES = 20_000
"""So many queries a table is worth, each of which may find one damaged page: a table of ten years has 3,500 pages."""
_FINE = 64
"""So many places without a row are looked at one by one before the steps grow: a page has 25 hours."""
_FIRST_S, _LAST_S = 1_420_070_400, 4_102_444_800
"""The times between which rows are looked for where an end of a table is lost: 2015 and 2100."""
_MOST_ROWS = 1_000_000
"""No table has more in any life of a meter; pages that refer to each other can seem to have no end."""
_REFUSED = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_ERROR})
"""What comes of a row that its table cannot hold; the last when it has too many columns."""
_ENDINGS = ("-wal", "-shm", "-journal", "")
"""What belongs to a file, itself last: a log that was left over would be taken for the next file's."""
_MOST_OF_A_DAY = 9
"""So many files are set aside under the name of one day; then the last of them is replaced."""


def replace(path: Path, page_octets: int) -> Path:
    """Put a new file in the place of a damaged one, and return the path to which that was set aside.

    Raise sqlite3.Error, OSError.

    The damaged file stays where it is until the other is whole: a program that is killed meanwhile begins again, and
    one that is killed later goes on where it was (`finish`).
    """
    fresh = path.with_name(path.name + ".new")
    _remove(fresh)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as target:
        target.execute(f"PRAGMA page_size = {page_octets}")
        fill(target, path, page_octets)
    fresh.rename(_whole(path))
    return finish(path) or path


def finish(path: Path) -> Path | None:
    """Put a new file that is whole in its place. Return where the damaged one is now; `None` without a new one.

    Raise OSError.
    """
    whole = _whole(path)
    if not whole.exists():
        return None
    aside = _away(path)
    whole.rename(path)
    _sync(path.parent)
    return aside


def fill(target: sqlite3.Connection, damaged: Path, page_octets: int) -> None:
    """Make an empty database a history with what can be read of a damaged file. Raise sqlite3.Error, OSError."""
    newest = len(schema.MIGRATIONS)
    schema.prepare(target)
    with contextlib.closing(_source(pages.taken(damaged, page_octets), newest)) as source:
        schema.migrate(target, schema.version(source))
        with schema.transaction(target):
            for table, pace_s in _PACE_S.items():
                for row in _readable(source, table, pace_s):
                    _insert(target, table, row)
    schema.migrate(target, newest)
    with schema.transaction(target):
        (unfit,) = target.execute(schema.COUNT_UNFIT).fetchone()
        for statement in schema.MARK_UNFIT:
            target.execute(statement)
    if unfit:
        log.warning("%s: %d hours do not fit their sums: they count as unknown", damaged, unfit)


def connected_to_read(path: Path) -> sqlite3.Connection:
    """Return the file opened as it is, neither made nor changed. Raise sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        schema.prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _source(octets: bytearray, newest: int) -> sqlite3.Connection:
    """Return the pages as a database whose `version` is that of its rows.

    By what they say of their tables themselves, if that is as it was made. Else by what a new file says: of the newest
    schema, or of the first, whose rows have no sums. Else by their own all the same, if somebody made the tables anew.
    """
    if (number := _version(octets)) is not None:
        return _open(octets, number)
    for number in (newest, 1):
        source = _open(pages.with_tables(octets, number), number)
        if _has_hours(source):
            return source
        source.close()
    own = _open(octets, newest)
    if _has_hours(own):
        return own
    own.close()
    return _open(pages.with_tables(octets, newest), newest)


def _version(octets: bytearray) -> int | None:
    """Return the schema version of the tables that the first page names; `None` when they are of none."""
    with contextlib.closing(pages.opened(octets)) as connection:
        try:
            found = schema.found(connection)
        except Exception:  # whatever SQLite, or Python, makes of a page of noise
            return None
    for number in range(len(schema.MIGRATIONS), 0, -1):
        if schema.new(number, found.page_octets).tables <= found.tables:
            return number
    return None


def _open(octets: bytearray, number: int) -> sqlite3.Connection:
    octets[60:64] = number.to_bytes(4, "big")  # user_version
    return pages.opened(octets)


def _has_hours(source: sqlite3.Connection) -> bool:
    """Return whether there is an hour that has a sum, or one of the first schema, which has none."""
    summed = "sum IS NOT NULL" if schema.version(source) > 1 else "known IN ('metered', 'integrated', 'partly')"
    rows, _ = _until_damage(source, f"SELECT 1 FROM hours WHERE start % 3600 = 0 AND {summed} LIMIT 1")
    return bool(rows)


def _insert(target: sqlite3.Connection, table: str, row: schema.Row) -> None:
    places = ", ".join("?" * len(row))
    try:
        target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _REFUSED:
            raise
    except OverflowError:
        pass  # a number that no column holds


def _readable(source: sqlite3.Connection, table: str, pace_s: int | None) -> list[schema.Row]:
    """Return the rows from both ends up to the damage, and those between two damages by time; some come twice."""
    rows, whole = _until_damage(source, f"SELECT * FROM {table} ORDER BY 1")
    if whole:
        return rows
    after, _ = _until_damage(source, f"SELECT * FROM {table} ORDER BY 1 DESC")
    between: list[schema.Row] = []
    if pace_s is not None and (rows or after):
        at = _time(rows[-1]) + pace_s if rows else _FIRST_S
        end, missed = _time(after[-1]) if after else _LAST_S, 0
        for _ in range(QUERIES - 2):
            if at >= end:
                break
            query = f"SELECT * FROM {table} WHERE start >= {at} AND start < {end} ORDER BY start"
            found, whole = _until_damage(source, query)
            between += found
            missed = 0 if found else missed + 1
            # Never back: a damaged page may give any moment.
            at = max(at + pace_s * (1 + missed // _FINE), _time(found[-1]) + pace_s if found else 0)
            if whole:
                break
    return [*rows, *between, *after]


def _time(row: schema.Row) -> int:
    return row[0] if isinstance(row[0], int) else 0


def _until_damage(source: sqlite3.Connection, query: str) -> tuple[list[schema.Row], bool]:
    """Return the rows that can be read, and whether that was all of them."""
    rows: list[schema.Row] = []
    try:
        for row in itertools.islice(source.execute(query), _MOST_ROWS):
            rows.append(row)
    except Exception:  # whatever SQLite, or Python, makes of a page of noise
        return rows, False
    return rows, True


def _whole(path: Path) -> Path:
    return path.with_name(path.name + ".whole")


def _remove(path: Path) -> None:
    for ending in _ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _away(path: Path) -> Path:
    """Rename a damaged file, and what belongs to it, by the day it was last written. Return the new path."""
    parts = {ending: path.with_name(path.name + ending) for ending in _ENDINGS}
    found = [part for part in parts.values() if part.exists()]
    day = datetime.fromtimestamp(max((part.stat().st_mtime for part in found), default=0.0), UTC)
    for number in range(1, _MOST_OF_A_DAY + 1):
        again = "" if number == 1 else f"-{number}"
        target = path.with_name(f"{path.stem}-damaged-{day:%Y-%m-%d}{again}{path.suffix}")
        if not target.exists():
            break
    for ending, part in parts.items():
        if part.exists():  # else an interrupted call has moved it already
            part.rename(target.with_name(target.name + ending))
    return target


def _sync(folder: Path) -> None:
    """Have the new names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
