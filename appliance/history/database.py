"""The one file of the household: what was, in SQLite, through any power cut.

Hours, register sums, alarms and corrections are kept for ever, minutes for two weeks, and the notes to go on from in a
single row. All of it is written at once, about once a minute, in one transaction that is on the card when it returns
(WAL, synchronous FULL): a cut loses the time since the last one and never the file. A file that is damaged all the same
is set aside under the name of its day, and a new one begun with all that can be read of it. A file of a newer program
is left alone: its header is sound, it bears our application id or none, its schema is within reach, and its tables are
not ours. Everything else that is not as we make it is damage, also another program's file.

Nothing here knows what an hour means; `Batch` goes in and `Restored` comes out.
"""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from appliance.history import notes, pages, rows, salvage, schema, trouble
from appliance.history.trouble import DamagedError
from appliance.history.trouble import HistoryError as HistoryError
from appliance.household.checkpoint import LATEST_ALARMS, MINUTES_KEPT, AlarmRow, Batch, Checkpoint, MinuteRow, Restored
from appliance.household.hours import Hour, Quality, Span
from appliance.household.ledger import MAX_HOURS
from appliance.system.clock import Boot

log = logging.getLogger(__name__)

T = TypeVar("T")

HISTORY_FILE = "history.sqlite3"
PAGE_SIZE = 1024
"""Octets; of the sizes that tests/benchmarks/test_history.py measures, this one writes least in a day: a minute's rows
and the notes just fit a page each."""
CHECKPOINT_PAGES = 400
"""The log is folded into the file when it is this long, about every two hours: a damaged log costs no more than that,
and folding it less often would save a thirtieth of what is written."""


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
        return replace(stored, alarms=self._do(_newest_alarms))

    def newest_hours(self, number: int) -> tuple[Hour, ...]:
        """Return so many of the newest hours at most, oldest first, corrections in them. Raise HistoryError."""
        return self._do(lambda connection: _newest_hours(connection, number))

    def newest_reading(self) -> datetime | None:
        """Return the beginning of the newest minute with a reading, UTC. Raise HistoryError."""
        query = "SELECT * FROM minutes WHERE import_w IS NOT NULL ORDER BY start DESC LIMIT 1"

        def work(connection: sqlite3.Connection) -> list[MinuteRow]:
            with trouble.anything_is_damage():
                return rows.minutes(connection.execute(query))

        return next((row.start for row in self._do(work)), None)

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
                with trouble.anything_is_damage():
                    connection = self._opened()
                    found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
                    return found != ["ok"] or bool(connection.execute(schema.UNFIT).fetchone()[0])
            except sqlite3.DatabaseError as error:
                if trouble.is_damage(error):
                    return True
                raise

    def begin_anew(self) -> None:
        """Set this file aside, and go on with a new one that has what can be read of it. Raise HistoryError."""
        with self._telling():
            self._replace()

    def hours(self, start: datetime, end: datetime) -> list[Hour]:
        """Return the hours that began from `start` to before `end`, UTC, corrections in them. Raise HistoryError."""
        return self._between(f"{schema.HOURS} WHERE h.start", start, end, rows.hours)

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """Return the register sums that began from `start` to before `end`, UTC. Raise HistoryError."""
        return self._between(f"{schema.SPANS} AND start", start, end, rows.spans)

    def minutes(self, start: datetime, end: datetime) -> list[MinuteRow]:
        """Return the minutes that began from `start` to before `end`, UTC. Raise HistoryError."""
        return self._between("SELECT * FROM minutes WHERE start", start, end, rows.minutes)

    def alarms(self, start: datetime, end: datetime) -> list[AlarmRow]:
        """Return the alarms that began from `start` to before `end`, UTC. Raise HistoryError."""
        return self._between("SELECT * FROM alarms WHERE began", start, end, rows.alarms)

    def close(self) -> None:
        """Close the file; what was written stays."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _between(
        self, select: str, start: datetime, end: datetime, make: Callable[[sqlite3.Cursor], list[T]]
    ) -> list[T]:
        query = f"{select} BETWEEN ? AND ? ORDER BY 1"
        seconds = rows.second(start), rows.second(end) - 1

        def work(connection: sqlite3.Connection) -> list[T]:
            with trouble.anything_is_damage():
                return make(connection.execute(query, seconds))

        return self._do(work)

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work with the open file, or with the new one when that turns out to be damaged. Raise HistoryError."""
        with self._telling():
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                if self._read_only or not trouble.is_damage(error):
                    raise
                log.warning("%s: it is damaged: %s", self.path, error)
            self._replace()
            return work(self._opened())

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except HistoryError:
            self.close()
            raise
        except (sqlite3.Error, OSError, MemoryError) as error:
            self.close()  # what is wrong with it may be over when it is opened again
            raise HistoryError(trouble.sentence(self.path, error)) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._read_only:
                self._connection = _opened_to_read(self.path)
            else:
                self.set_aside = salvage.finish(self.path) or self.set_aside
                self._connection = _opened(self.path)
        return self._connection

    def _replace(self) -> None:
        self.close()
        self.set_aside = salvage.replace(self.path, PAGE_SIZE)


def read_as_is(path: Path, boot: Boot) -> Restored:
    """Return what can be read of a file that cannot be opened to be written, as `load` would. Raise HistoryError.

    For a disk that is full or may not be written; also when the file is damaged and cannot be set aside.
    """
    try:
        with contextlib.closing(History(path, read_only=True)) as history:
            return history.load(boot)
    except HistoryError as error:
        if not trouble.is_damage(error.__cause__):
            raise
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        try:
            salvage.fill(memory, path, PAGE_SIZE)
            return _load(memory, boot)
        except (sqlite3.Error, OSError, MemoryError) as error:
            raise HistoryError(trouble.sentence(path, error)) from error


def _load(connection: sqlite3.Connection, boot: Boot) -> Restored:
    with trouble.anything_is_damage():
        hours = _newest_hours(connection, MAX_HOURS)
        row = connection.execute(schema.NOTES).fetchone()
    checkpoint = None if row is None else notes.read(row[2])
    if checkpoint is None:
        return Restored(hours)  # of another version of the program, or damaged: the running hour is not known
    boot_id, clock_s = row[:2]
    same_boot = boot_id == boot.boot_id != "" and isinstance(clock_s, float) and 0 <= clock_s <= boot.clock_s
    return Restored(hours, checkpoint, boot.clock_s - clock_s if same_boot else None)


def _newest_hours(connection: sqlite3.Connection, number: int) -> tuple[Hour, ...]:
    newest = connection.execute(f"{schema.HOURS} ORDER BY 1 DESC LIMIT ?", (number,)).fetchall()
    return tuple(rows.hours(reversed(newest)))


def _newest_alarms(connection: sqlite3.Connection) -> tuple[AlarmRow, ...]:
    with trouble.anything_is_damage():
        found = connection.execute("SELECT * FROM alarms ORDER BY began DESC LIMIT ?", (LATEST_ALARMS,)).fetchall()
        return tuple(rows.alarms(found))


def _end_lost(connection: sqlite3.Connection, checkpoint: Checkpoint | None) -> None:
    """End the alarms that the program will not go on with when it last knew of them: it claims nothing beyond that."""
    checkpoint = checkpoint or Checkpoint()
    lasting = {
        (mark.rule.value, mark.phase or 0, rows.second(mark.began))
        for mark in checkpoint.alarm_checkpoints
        if mark.began
    }
    open_rows = connection.execute("SELECT rule, phase, began FROM alarms WHERE ended IS NULL").fetchall()
    known_s = 0 if checkpoint.utc is None else rows.second(checkpoint.utc)
    connection.executemany(
        "UPDATE alarms SET ended = max(began, ?) WHERE rule = ? AND phase = ? AND began = ?",
        [(known_s, *row) for row in open_rows if row not in lasting],
    )


def _write(connection: sqlite3.Connection, record: Batch, boot: Boot) -> None:
    with schema.transaction(connection):
        put = connection.executemany
        _put_hours(connection, record.hours)
        put(schema.PUT_SPAN, map(rows.span_row, record.spans))
        put(schema.PUT_MINUTE, map(rows.minute_row, record.minutes))
        put(schema.PUT_ALARM, map(rows.alarm_row, record.alarms))
        if record.hours and record.minutes:  # once an hour is often enough to forget
            oldest = rows.second(record.minutes[-1].start - MINUTES_KEPT)
            connection.execute("DELETE FROM minutes WHERE start < ?", (oldest,))
        connection.execute(schema.PUT_NOTES, (boot.boot_id, boot.clock_s, notes.written(record.checkpoint)))


def _correct(connection: sqlite3.Connection, hour: Hour) -> None:
    with schema.transaction(connection):
        _put_hours(connection, [hour])


def _put_hours(connection: sqlite3.Connection, hours: Sequence[Hour]) -> None:
    put, starts = connection.executemany, [(rows.second(hour.start),) for hour in hours]
    edited = [hour for hour in hours if hour.quality is Quality.EDITED]
    measured = [hour for hour in hours if hour.quality is not Quality.EDITED]
    put(schema.DROP_UNFIT_CORRECTION, starts)
    put(schema.DROP_UNFIT_HOUR, starts)
    put(schema.PUT_HOUR, map(rows.hour_row, measured))
    put(schema.PUT_UNMEASURED, map(rows.unmeasured_row, edited))
    put(schema.PUT_CORRECTION, map(rows.correction_row, edited))
    put(schema.SUM_HOUR, [(rows.second(hour.start),) for hour in edited])


def _opened(path: Path) -> sqlite3.Connection:
    """Return the open file, made or brought to today's schema. Raise DamagedError, HistoryError of a newer one."""
    with trouble.anything_is_damage():
        if pages.wrong_from_outside(path):
            raise DamagedError("its header is not as it was made")
        connection = sqlite3.connect(path, timeout=salvage.BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            schema.prepare(connection)
            _version(connection, path)
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # of a new file
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            schema.migrate(connection, len(schema.MIGRATIONS))
        except BaseException:
            connection.close()
            raise
    return connection


def _opened_to_read(path: Path) -> sqlite3.Connection:
    """Return the file as it is, or a copy in memory: of an older schema, or on a disk where SQLite needs to write."""
    newest = len(schema.MIGRATIONS)
    with trouble.anything_is_damage(), contextlib.ExitStack() as unless_returned:
        if pages.wrong_from_outside(path):
            raise DamagedError("its header is not as it was made")
        try:
            connection = unless_returned.enter_context(contextlib.closing(salvage.connected_to_read(path)))
            version = _version(connection, path)
        except sqlite3.DatabaseError as error:
            if not trouble.is_of_the_disk(error) or not path.is_file() or not path.stat().st_size:
                raise
            copy = pages.opened(pages.taken(path, PAGE_SIZE))
            connection = unless_returned.enter_context(contextlib.closing(copy))
            version = _version(connection, path)
        if version == 0:
            raise trouble.none_yet(path)
        if version == newest:
            unless_returned.pop_all()
            return connection
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        connection.backup(memory)
        schema.prepare(memory)
        schema.migrate(memory, newest)
        return memory


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version of an open file. Raise DamagedError; HistoryError when a newer program wrote it."""
    newest, found = len(schema.MIGRATIONS), schema.found(connection)
    if found.version == 0 and not found.tables:
        return 0
    ours = [schema.new(number, found.page_octets) for number in range(1, newest + 1)]
    if 0 < found.version <= newest:
        made = ours[found.version - 1]
        if found.application_id == made.application_id and found.tables >= made.tables:
            return found.version  # more tables than ours do no harm
    within_reach = newest < found.version <= newest + schema.WITHIN_REACH
    known = any(found.tables == made.tables for made in ours)
    if within_reach and not known and found.application_id in (0, schema.APPLICATION_ID):
        raise trouble.newer(path, found.version, newest)
    raise DamagedError(f"its tables are not those of a history of schema {found.version}")
