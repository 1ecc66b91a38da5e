"""The history's tables, how they came to be, and the sum that each row carries.

A card that forgets an octet can make a number of anything. So each table refuses what cannot be, `PRAGMA quick_check`
finds damaged pages and rows that the tables refuse, and hours, register sums and notes carry a check sum over all that
they say: a number that is possible and wrong is found by it.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from zlib import crc32

Value = int | float | str | bytes | None
Row = tuple[Value, ...]

APPLICATION_ID = 0x48414E31
"""In the header of each of our files from schema 2 on (`PRAGMA application_id`): "HAN1"."""
WITHIN_REACH = 50
"""A program that is newer than this one by so many schemas may have written a file; no more have ever been made in the
life of a meter, and a larger number is damage."""
_HOUR_SUM = (
    "row_sum('hours', h.start, h.import_wh, export_wh, CAST(known AS BLOB), CAST(export_known AS BLOB), coverage"
)
"""Without its end, which is the correction: a correction that is lost or changed shows in its hour."""
_OF_CORRECTION = "(SELECT c.import_wh FROM corrections c WHERE c.start = h.start)"
_SPAN_SUM = "row_sum('spans', start, end, import_wh, export_wh)"
_NOTES_SUM = "row_sum('notes', CAST(boot AS BLOB), clock_s, CAST(notes AS BLOB))"


def _real(place: int) -> str:
    """Return a parameter as the table will keep it: SQLite keeps no zero below zero."""
    return f"CAST(?{place} AS REAL) + 0.0"


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
    # What was there before this is taken to be right, for nothing says that it is not. The program of schema 1 leaves
    # a file of schema 2 alone: it keeps its history in memory, and says that the file is of a newer program.
    (
        "ALTER TABLE hours ADD COLUMN sum INTEGER",
        "ALTER TABLE spans ADD COLUMN sum INTEGER",
        "ALTER TABLE notes ADD COLUMN sum INTEGER",
        # Not by an update: each row grows, and one that has no room left in its page leaves two pages half empty.
        "CREATE TEMP TABLE old AS SELECT * FROM hours ORDER BY start",
        "DELETE FROM hours",
        f"""INSERT INTO hours SELECT start, import_wh, export_wh, known, export_known, coverage,
            {_HOUR_SUM}, {_OF_CORRECTION}) FROM old h ORDER BY start""",
        "DROP TABLE old",
        f"UPDATE spans SET sum = {_SPAN_SUM}",
        f"UPDATE notes SET sum = {_NOTES_SUM}",
        f"PRAGMA application_id = {APPLICATION_ID}",
    ),
)
"""Statements that lead from each schema version to the next; `user_version` counts the versions, and each version has
other tables or columns than the one before, so that a version that does not go with its tables shows. Moments are
seconds since 1970 in UTC, phase 0 is none, `known` is `Quality`'s value, and `hours` is what was measured, before
corrections. The bounds are of what can be at all, far above any household."""

FITS = f"(h.sum IS {_HOUR_SUM}, {_OF_CORRECTION}))"
"""Whether the sum of an hour `h` fits what it says, and its correction."""
SPAN_FITS = f"(sum IS {_SPAN_SUM})"
NOTES_FIT = f"(sum IS {_NOTES_SUM})"

# A row that its table refuses (`OR IGNORE`) is left out; the others of its record are not held up by it. For each hour
# that is written: what does not fit goes first, so that no damaged number gets a sum that says it is right.
DROP_UNFIT_CORRECTION = f"""DELETE FROM corrections WHERE start = ?1 AND
    NOT EXISTS (SELECT 1 FROM hours h WHERE h.start = ?1 AND {FITS})"""
DROP_UNFIT_HOUR = f"DELETE FROM hours AS h WHERE start = ?1 AND NOT {FITS}"
PUT_HOUR = f"""INSERT OR IGNORE INTO hours
    SELECT start, import_wh, export_wh, known, export_known, coverage, {_HOUR_SUM}, {_OF_CORRECTION})
    FROM (SELECT ?1 AS start, {_real(2)} AS import_wh, {_real(3)} AS export_wh, ?4 AS known, ?5 AS export_known,
    {_real(6)} AS coverage) h WHERE true ON CONFLICT (start) DO UPDATE SET import_wh = excluded.import_wh,
    export_wh = excluded.export_wh, known = excluded.known, export_known = excluded.export_known,
    coverage = excluded.coverage, sum = excluded.sum"""
PUT_UNMEASURED = "INSERT OR IGNORE INTO hours VALUES (?, 0, ?, 'unknown', ?, ?, NULL)"
"""What was measured stays beside a correction, in its own row."""
PUT_CORRECTION = """INSERT OR IGNORE INTO corrections VALUES (?, ?) ON CONFLICT (start) DO UPDATE SET
    import_wh = excluded.import_wh"""
SUM_HOUR = f"UPDATE hours AS h SET sum = {_HOUR_SUM}, {_OF_CORRECTION}) WHERE start = ?1"
PUT_SPAN = f"""INSERT OR IGNORE INTO spans
    SELECT start, end, import_wh, export_wh, {_SPAN_SUM}
    FROM (SELECT ?1 AS start, ?2 AS end, {_real(3)} AS import_wh, {_real(4)} AS export_wh) WHERE true
    ON CONFLICT (start) DO UPDATE SET end = excluded.end, import_wh = excluded.import_wh,
    export_wh = excluded.export_wh, sum = excluded.sum"""
PUT_MINUTE = """INSERT OR IGNORE INTO minutes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (start) DO UPDATE SET
    import_w = excluded.import_w, export_w = excluded.export_w,
    l1_v = excluded.l1_v, l2_v = excluded.l2_v, l3_v = excluded.l3_v"""
PUT_ALARM = """INSERT OR IGNORE INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (began, rule, phase) DO UPDATE
    SET ended = excluded.ended, level = excluded.level, worst = excluded.worst, threshold = excluded.threshold,
    acknowledged = excluded.acknowledged"""
PUT_NOTES = f"""INSERT INTO notes SELECT 1, boot, clock_s, notes, {_NOTES_SUM}
    FROM (SELECT ?1 AS boot, {_real(2)} AS clock_s, ?3 AS notes) WHERE true
    ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, clock_s = excluded.clock_s, notes = excluded.notes,
    sum = excluded.sum"""
"""An update, for a row of the length that it had is written in its place (`notes.LENGTH`)."""

HOURS = f"""SELECT h.start, coalesce(c.import_wh, h.import_wh), export_wh, c.import_wh IS NOT NULL, known, export_known,
    coverage, h.sum IS {_HOUR_SUM}, c.import_wh) FROM hours h LEFT JOIN corrections c ON c.start = h.start"""
"""Hours with the household's corrections over them, and whether the sum fits."""
SPANS = f"SELECT start, end, import_wh, export_wh FROM spans WHERE {SPAN_FITS}"
NOTES = f"SELECT boot, clock_s, notes FROM notes WHERE {NOTES_FIT}"

UNFIT = f"""SELECT EXISTS (SELECT 1 FROM hours h WHERE NOT {FITS}) OR EXISTS (SELECT 1 FROM spans WHERE NOT {SPAN_FITS})
    OR EXISTS (SELECT 1 FROM notes WHERE NOT {NOTES_FIT})"""
"""Whether any row does not fit its sum; looks at all of them."""
COUNT_UNFIT = f"SELECT count(*) FROM hours h WHERE NOT {FITS}"
_NEWEST_FIT = f"(SELECT coalesce(max(start), 0) FROM hours h WHERE {FITS})"
MARK_UNFIT = (
    f"""DELETE FROM hours AS h WHERE start > {_NEWEST_FIT}""",
    f"""UPDATE hours AS h SET import_wh = 0, export_wh = 0, known = 'unknown', export_known = 'unknown', coverage = 0,
        sum = NULL WHERE NOT {FITS}""",
    "DELETE FROM corrections WHERE start NOT IN (SELECT start FROM hours WHERE sum IS NOT NULL)",
    f"UPDATE hours AS h SET sum = {_HOUR_SUM}, NULL) WHERE sum IS NULL",
    f"DELETE FROM spans WHERE NOT {SPAN_FITS}",
    f"DELETE FROM notes WHERE NOT {NOTES_FIT}",
)
"""Statements that leave nothing that does not fit: such an hour becomes unknown, or goes where it would be the newest,
for its moment may be what is wrong with it, and an hour in the future would end the running one."""


def prepare(connection: sqlite3.Connection) -> None:
    """Have an open connection read text and sums as these tables need it."""
    connection.text_factory = text
    connection.create_function("row_sum", -1, row_sum, deterministic=True)
    connection.execute("PRAGMA cell_size_check = ON")  # damage is found when its page is read
    connection.execute("PRAGMA temp_store = MEMORY")


def row_sum(*values: Value) -> int:
    """Return the CRC-32 of a row's values, as Python writes a tuple of them, as a signed number of four octets.

    Text comes as octets, for it need not be UTF-8 any more.
    """
    number = crc32(repr(values).encode())
    return number - (1 << 32) if number >> 31 else number


def text(octets: bytes) -> str:
    """Return text as SQLite keeps it; what is not UTF-8 becomes text that means nothing."""
    return octets.decode("utf-8", "replace")


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


class Found(NamedTuple):
    """What an open file says of itself."""

    version: int
    """The schema's."""
    application_id: int
    page_octets: int
    tables: frozenset[Row]
    """Type, name, table, first page, and the statement that made each."""


def found(connection: sqlite3.Connection) -> Found:
    """Return what an open file says of itself, all of it of one moment."""
    connection.execute("BEGIN")
    try:
        tables = connection.execute("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master").fetchall()
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (octets,) = connection.execute("PRAGMA page_size").fetchone()  # known once something was read
        return Found(version(connection), application_id, octets, frozenset(tables))
    finally:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def new(number: int, page_octets: int) -> Found:
    """Return what a new file of this schema version says, with pages of so many octets."""
    return _new(MIGRATIONS[:number], page_octets)[0]


def pages_of_tables(number: int, page_octets: int) -> dict[int, bytes]:
    """Return the pages of such a file that say where its tables are, by their numbers, which count from 1.

    They are alike in all our files, for each begins with the same statements, and a migration only adds columns.
    """
    made, pages = _new(MIGRATIONS[:number], page_octets)
    roots = {table[3] for table in made.tables}
    each = range(1, len(pages) // page_octets + 1)
    return {page: pages[(page - 1) * page_octets : page * page_octets] for page in each if page not in roots}


@cache
def _new(migrations: tuple[tuple[str, ...], ...], page_octets: int) -> tuple[Found, bytes]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        prepare(connection)
        connection.execute(f"PRAGMA page_size = {page_octets}")
        migrate(connection, len(migrations))
        return found(connection), connection.serialize()
