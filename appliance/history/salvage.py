"""A damaged history: set aside under the name of its day, and all that can be read of it in a new file.

SQLite finds damage page by page, and a page holds some hours of one table. So the rows are read from both ends of each
table up to the damage, and between two damages by their times.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from appliance.history import schema

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
_PROBES = 100_000
"""So many places between two damages are looked at: more than ten years have hours."""
_REFUSED = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_ERROR})
"""What comes of a row that its table cannot hold; the last when it has too many columns."""
_ENDINGS = ("-wal", "-shm", "-journal", "")
"""What belongs to a file, itself last: a log that was left over would be taken for the next file's."""


def replace(path: Path, page_size: int) -> Path:
    """Put a new file in the place of a damaged one, and return the path to which that was set aside.

    Raise sqlite3.Error, OSError.

    The damaged file stays where it is until the other is whole: a program that is killed meanwhile begins again.
    """
    fresh = path.with_name(path.name + ".new")
    _remove(fresh)
    _make_from(path, fresh, page_size)
    aside = _away(path)
    fresh.rename(path)
    _sync(path.parent)
    return aside


def connected_to_read(path: Path) -> sqlite3.Connection:
    """Return the file opened as it is, neither made nor changed. Raise sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    connection.text_factory = text
    return connection


def text(octets: bytes) -> str:
    """Return text as SQLite keeps it; what is not UTF-8 becomes text that means nothing."""
    return octets.decode("utf-8", "replace")


def _make_from(damaged: Path, fresh: Path, page_size: int) -> None:
    """Make a new file of what can be read of a damaged one; it is on the disk when this returns."""
    newest = len(schema.MIGRATIONS)
    version = _version(damaged)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as target:
        target.execute(f"PRAGMA page_size = {page_size}")
        schema.migrate(target, version or newest)
        source = damaged if version else _headed(damaged, fresh, page_size)
        with contextlib.closing(connected_to_read(source)) as connection:
            _salvage(connection, target)
        schema.migrate(target, newest)
    if source != damaged:
        _remove(source)


def _version(damaged: Path) -> int:
    """Return the schema version of a damaged file; 0 when its first page is lost, so its tables cannot be found."""
    with contextlib.closing(connected_to_read(damaged)) as connection:
        try:
            version = schema.version(connection)
            found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        except sqlite3.DatabaseError:
            return 0
        return version if version <= len(schema.MIGRATIONS) and _PACE_S.keys() <= found else 0


def _headed(damaged: Path, fresh: Path, page_size: int) -> Path:
    """Copy a damaged file, with the first page of a new one, which says where the tables are. Return the copy's path.

    That page is written more often than any other, and alike in all files that began with the same schema. It also
    says how many pages there are: SQLite reads nothing of a file that is shorter than that.
    """
    copy = damaged.with_name(damaged.name + ".head")
    _remove(copy)
    for ending in ("-wal", ""):
        part = damaged.with_name(damaged.name + ending)
        if part.exists():
            shutil.copyfile(part, copy.with_name(copy.name + ending))
    head = bytearray(fresh.read_bytes()[:page_size])
    head[18:20] = b"\2\2"  # it has a log (sqlite.org/fileformat2.html, 1.3)
    head[28:32] = (damaged.stat().st_size // page_size).to_bytes(4, "big")
    with copy.open("r+b") as file:
        file.write(head)
    return copy


def _remove(path: Path) -> None:
    for ending in _ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _salvage(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy what can be read of a damaged file into one with the same tables; raise only for the latter."""
    with schema.transaction(target):
        for table, pace_s in _PACE_S.items():
            for row in _readable(source, table, pace_s):
                _insert(target, table, row)


def _insert(target: sqlite3.Connection, table: str, row: schema.Row) -> None:
    alarm_checkpoints = ", ".join("?" * len(row))
    try:
        target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({alarm_checkpoints})", row)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _REFUSED:
            raise


def _readable(source: sqlite3.Connection, table: str, pace_s: int | None) -> list[schema.Row]:
    """Return the rows from both ends up to the damage, and those between two damages by time; some come twice."""
    rows, whole = _until_damage(source, f"SELECT * FROM {table} ORDER BY 1")
    if whole:
        return rows
    after, _ = _until_damage(source, f"SELECT * FROM {table} ORDER BY 1 DESC")
    between: list[schema.Row] = []
    if pace_s is not None and rows and after:
        at, end = int(rows[-1][0] or 0) + pace_s, int(after[-1][0] or 0)
        for _ in range(_PROBES):
            query = f"SELECT * FROM {table} WHERE start >= {at} AND start < {end} ORDER BY start"
            found, whole = _until_damage(source, query)
            between += found
            at = int(found[-1][0] or 0) + pace_s if found else at + pace_s
            if whole or at >= end:
                break
    return [*rows, *between, *after]


def _until_damage(source: sqlite3.Connection, query: str) -> tuple[list[schema.Row], bool]:
    """Return the rows that can be read, and whether that was all of them."""
    rows: list[schema.Row] = []
    try:
        for row in source.execute(query):
            rows.append(row)
    except sqlite3.DatabaseError:
        return rows, False
    return rows, True


def _away(path: Path) -> Path:
    """Rename a damaged file, and what belongs to it, by the day it was last written. Return the new path."""
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    number, target = 1, path.with_name(f"{path.stem}-damaged-{day:%Y-%m-%d}{path.suffix}")
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}-damaged-{day:%Y-%m-%d}-{number}{path.suffix}")
    for ending in _ENDINGS:
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(target.with_name(target.name + ending))
    return target


def _sync(folder: Path) -> None:
    """Have the new names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
