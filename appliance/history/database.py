"""The one file of the household: what was, in SQLite, through any power cut.

Hours, register sums, alarms and corrections are kept for ever, minutes for two weeks, and the notes to go on from in a
single row. All of it is written at once, about once a minute, in one transaction that is on the card when it returns
(WAL, synchronous FULL): a cut loses the time since the last one and never the file. A file that is damaged all the same
is set aside under the name of its day, and a new one begun with all that can be read of it. A file of a newer program
is left alone.

Nothing here knows what an hour means; `Batch` goes in and `Restored` comes out.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from appliance.history import salvage, schema
from appliance.household.checkpoint import MINUTES_KEPT, AlarmRow, Batch, Checkpoint, MinuteRow, Restored
from appliance.household.hours import Hour, Quality, Span
from appliance.household.ledger import MAX_HOURS
from appliance.system.clock import Boot
from appliance.system.field_names import inverse, renamed

T = TypeVar("T")

HISTORY_FILE = "history.sqlite3"
PAGE_SIZE = 1024
"""Octets; of the sizes that tests/benchmarks/test_history.py measures, this one writes least in a day: a minute's rows
and the notes just fit a page each."""
CHECKPOINT_PAGES = 400
"""The log is folded into the file when it is this long, about every two hours: a damaged log costs no more than that,
and folding it less often would save a thirtieth of what is written."""
STORED_NAMES = {"last_clock": "told", "alarm_checkpoints": "marks", "chime_ages_s": "call_ages_s"}
"""Fields of a checkpoint, by the names that they have in the file."""
WHY = "why.txt"
"""Beside the file: a sentence by the image when it could not set up the disk, see `why`."""


class HistoryError(Exception):
    """The history cannot be opened, read or written; one sentence."""


class History:
    """The open file. Not for two threads at once.

    Every call may find that the file is damaged; it is then set aside (`set_aside` names it), what can be read of it is
    the beginning of a new one, and the call goes on with that. After any other failure, which is a HistoryError, the
    next call tries again.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file, or make it. Raise HistoryError.

        A file that is opened to be read only is neither made, set aside nor changed, and another may write it.
        """
        self.path = path
        self.set_aside: Path | None = None
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = None
        self._do(lambda _connection: None)

    def load(self, boot: Boot) -> Restored:
        """Return what it has for a program that starts now. Raise HistoryError.

        An alarm that lasted when the notes were made and is not in them ended with the program.
        """
        stored = self._do(lambda connection: _load(connection, boot))
        if not self._read_only:
            self._do(lambda connection: _end_lost(connection, stored.checkpoint))
        return stored

    def write(self, record: Batch, boot: Boot) -> None:
        """Write all of it or nothing; it is on the disk when this returns. Raise HistoryError.

        What the tables refuse, since it makes no sense, is left out and does not hold up the rest.
        """
        self._do(lambda connection: _write(connection, record, boot))

    def correct(self, hour: Hour) -> None:
        """Write a correction by itself, for when no appliance runs. Raise HistoryError."""
        self._do(lambda connection: _correct(connection, hour))

    def damaged(self) -> bool:
        """Return whether the file contradicts itself; reads all of it, and changes nothing. Raise HistoryError."""
        with self._telling():
            try:
                return [row[0] for row in self._opened().execute("PRAGMA quick_check(1)")] != ["ok"]
            except sqlite3.DatabaseError as error:
                if _is_damage(error):
                    return True
                raise

    def begin_anew(self) -> None:
        """Set this file aside, and go on with a new one that has what can be read of it. Raise HistoryError."""
        with self._telling():
            self._replace()

    def hours(self, start: datetime, end: datetime) -> list[Hour]:
        """Return the hours that began from `start` to before `end`, UTC, corrections in them. Raise HistoryError."""
        return self._between(schema.HOURS, "start", start, end, schema.hour)

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """Return the register sums that began from `start` to before `end`, UTC. Raise HistoryError."""
        return self._between("SELECT * FROM spans", "start", start, end, schema.span)

    def minutes(self, start: datetime, end: datetime) -> list[MinuteRow]:
        """Return the minutes that began from `start` to before `end`, UTC. Raise HistoryError."""
        return self._between("SELECT * FROM minutes", "start", start, end, schema.minute)

    def alarms(self, start: datetime, end: datetime) -> list[AlarmRow]:
        """Return the alarms that began from `start` to before `end`, UTC. Raise HistoryError."""
        return self._between("SELECT * FROM alarms", "began", start, end, schema.alarm)

    def close(self) -> None:
        """Close the file; what was written stays."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _between(
        self, select: str, moment: str, start: datetime, end: datetime, make: Callable[[schema.Row], T]
    ) -> list[T]:
        query = f"{select} WHERE {moment} >= ? AND {moment} < ? ORDER BY {moment}"
        seconds = schema.second(start), schema.second(end)
        return self._do(lambda connection: list(schema.made(make, connection.execute(query, seconds))))

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work with the open file, or with the new one when that turns out to be damaged. Raise HistoryError."""
        with self._telling():
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                if self._read_only or not _is_damage(error):
                    raise
            self._replace()
            return work(self._opened())

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self.close()  # what is wrong with it may be over when it is opened again
            raise HistoryError(_sentence(self.path, error)) from None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _opened_to_read(self.path) if self._read_only else _opened(self.path)
        return self._connection

    def _replace(self) -> None:
        self.close()
        self.set_aside = salvage.replace(self.path, PAGE_SIZE)


def _load(connection: sqlite3.Connection, boot: Boot) -> Restored:
    rows = connection.execute(f"{schema.HOURS} ORDER BY start DESC LIMIT ?", (MAX_HOURS,))
    hours = tuple(schema.made(schema.hour, rows))[::-1]
    row = connection.execute("SELECT boot, clock_s, notes FROM notes").fetchone()
    if row is None:
        return Restored(hours)
    try:
        checkpoint = msgspec.convert(renamed(msgspec.json.decode(row[2]), inverse(STORED_NAMES)), Checkpoint)
        passed_s = boot.clock_s - float(row[1])
    except (msgspec.DecodeError, TypeError, ValueError):
        return Restored(hours)  # of another version of the program: the hours are there, the running one is not
    same_boot = row[0] == boot.boot_id != ""
    return Restored(hours, checkpoint, passed_s if same_boot and passed_s >= 0 else None)


def _end_lost(connection: sqlite3.Connection, checkpoint: Checkpoint | None) -> None:
    """End the alarms that the program will not go on with."""
    if checkpoint is None or checkpoint.utc is None:
        return
    lasting = {
        (mark.rule.value, mark.phase or 0, schema.second(mark.began))
        for mark in checkpoint.alarm_checkpoints
        if mark.began
    }
    open_rows = connection.execute("SELECT rule, phase, began FROM alarms WHERE ended IS NULL").fetchall()
    connection.executemany(
        "UPDATE alarms SET ended = max(began, ?) WHERE rule = ? AND phase = ? AND began = ?",
        [(schema.second(checkpoint.utc), *row) for row in open_rows if row not in lasting],
    )


def _write(connection: sqlite3.Connection, record: Batch, boot: Boot) -> None:
    with schema.transaction(connection):
        put = connection.executemany
        edited = [hour for hour in record.hours if hour.quality is Quality.EDITED]
        put(schema.PUT_HOUR, (schema.hour_row(hour) for hour in record.hours if hour.quality is not Quality.EDITED))
        _put_corrections(connection, edited)
        put(schema.PUT_SPAN, map(schema.span_row, record.spans))
        put(schema.PUT_MINUTE, map(schema.minute_row, record.minutes))
        put(schema.PUT_ALARM, map(schema.alarm_row, record.alarms))
        if record.hours and record.minutes:  # once an hour is often enough to forget
            oldest = schema.second(record.minutes[-1].start - MINUTES_KEPT)
            connection.execute("DELETE FROM minutes WHERE start < ?", (oldest,))
        checkpoint = msgspec.json.encode(renamed(msgspec.to_builtins(record.checkpoint), STORED_NAMES)).decode()
        connection.execute(schema.PUT_NOTES, (boot.boot_id, boot.clock_s, checkpoint))


def _correct(connection: sqlite3.Connection, hour: Hour) -> None:
    with schema.transaction(connection):
        _put_corrections(connection, [hour])


def _put_corrections(connection: sqlite3.Connection, edited: Sequence[Hour]) -> None:
    connection.executemany(schema.PUT_UNMEASURED, map(schema.unmeasured_row, edited))
    connection.executemany(schema.PUT_CORRECTION, map(schema.correction_row, edited))


def _opened(path: Path) -> sqlite3.Connection:
    """Return the open file, made or brought to today's schema."""
    connection = sqlite3.connect(path, timeout=salvage.BUSY_S, isolation_level=None, check_same_thread=False)
    newest = len(schema.MIGRATIONS)
    try:
        connection.text_factory = salvage.text
        connection.execute("PRAGMA cell_size_check = ON")  # damage is found when its page is read
        version = schema.version(connection)
        if version > newest:
            raise HistoryError(
                f"{path}: is of a newer program (schema {version}, this one knows {newest}); "
                "install that program again, or move the file away"
            )
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # of a new file
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        schema.migrate(connection, newest)
    except BaseException:
        connection.close()
        raise
    return connection


def _opened_to_read(path: Path) -> sqlite3.Connection:
    connection = salvage.connected_to_read(path)
    try:
        version = schema.version(connection)
        if version != len(schema.MIGRATIONS):
            raise HistoryError(
                f"{path}: is of another version (schema {version}, this program reads {len(schema.MIGRATIONS)}); "
                "let that version's 'han-appliance run' bring it up to date"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether this says that the file's content is wrong, rather than that it cannot be read now."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(error: Exception) -> int:
    """Return the primary result code of SQLite (sqlite.org/rescode.html); 0 for an error from elsewhere."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def why(folder: Path) -> str | None:
    """Return why this folder cannot be used and what to do, as the image says it of a card without data partition."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (folder / WHY).read_text(encoding="utf-8").strip() or None
    return None


def _sentence(path: Path, error: Exception) -> str:
    if (told := why(path.parent)) is not None:
        return f"{path}: {told}"
    match _code(error):
        case sqlite3.SQLITE_FULL:
            advice = "the disk is full: make room"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            advice = "it cannot be written: give the appliance's user its folder"
        case sqlite3.SQLITE_CANTOPEN:
            advice = _missing(path) or "it cannot be opened: give the appliance's user its folder, or be that user"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            advice = "another program has it open for writing: end that first"
        case sqlite3.SQLITE_IOERR:
            advice = _missing(path) or "the disk fails to read or write it: look at the kernel's log, and for room"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            advice = "it is damaged: 'han-appliance run' sets it aside and begins another"
        case sqlite3.SQLITE_ERROR:
            advice = f"it is no history of this program ({error}): move it away"
        case _:
            advice = f"{getattr(error, 'strerror', None) or error}: give the appliance's user its folder"
    return f"{path}: {advice}"


def _missing(path: Path) -> str | None:
    """Return what is in the way of a file there, with what to do; `None` when it is something else."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            return "it is a folder, and the history is a file: move it away"
        if not path.parent.is_dir():
            return "its folder does not exist: make it, and give it to the appliance's user"
        if not path.exists():
            return "there is none yet, and none can be made: 'han-appliance run' makes it where its user may write"
    return None
