"""The history's file: what goes in comes out, and whatever happens to the file is one sentence and no lost hour."""

import os
import random
import resource
import shutil
import sqlite3
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.history import database as history_module
from appliance.history import rows, salvage, schema
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.checkpoint import MINUTES_KEPT, AlarmRow, Batch, Checkpoint, MinuteRow, Restored
from appliance.household.clock import ClockSource
from appliance.household.hours import HOUR, Hour, LedgerCheckpoint, Quality, Register, RunningHour, Span
from appliance.household.ledger import MAX_HOURS
from appliance.household.limit_alarm import AlarmCheckpoint
from appliance.household.situation import Level, Rule, VoltageDay
from appliance.system.clock import Boot

START = datetime(2026, 1, 1, tzinfo=UTC)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
BOOT = Boot("boot", 1000.0)
MINUTE = timedelta(minutes=1)


def hour(number: int, import_wh: float = 1000.0, known: Quality = Quality.METERED) -> Hour:
    return Hour(START + number * HOUR, import_wh, number % 7, known, 1.0, Quality.INTEGRATED)


def unknown(number: int) -> Hour:
    """What is left of an hour that does not fit its sum."""
    return Hour(START + number * HOUR, 0.0, 0.0, Quality.UNKNOWN, 0.0)


def minute(number: int) -> MinuteRow:
    return MinuteRow(START + number * MINUTE, 1234.5 + number, None, (231.2, None, 229.9))


def alarm(number: int, ended: bool = True) -> AlarmRow:
    began = START + number * HOUR
    return AlarmRow(
        began=began,
        rule=Rule.VOLTAGE,
        phase=1,
        ended=began + MINUTE if ended else None,
        level=Level.WATCH,
        worst=204.5,
        limit=207.0,
        acknowledged=False,
    )


def checkpoint(utc: datetime = START) -> Checkpoint:
    running = RunningHour(
        start=START, import_wh=512.25, export_wh=0.0, seen_s=1800.0, export_seen_s=0.0, elapsed_s=1810.5, continued=True
    )
    return Checkpoint(
        ledger=LedgerCheckpoint(running, Register(START, 5_000_000.0, None, "7359990000000001"), (2.5, 1661.0, None)),
        utc=utc,
        source=ClockSource.METER,
        alarm_checkpoints=(
            AlarmCheckpoint(rule=Rule.PHASE, phase=2, level=Level.ACT, acknowledged=Level.WATCH, began=START),
            AlarmCheckpoint(rule=Rule.POWER, phase=None, level=Level.WATCH, acknowledged=Level.OK, began=None),
        ),
        chime_ages_s=(3.0, 1200.5),
        voltage_day=VoltageDay(START.date(), (229.0, None, 228.5), (233.0, None, 235.25)),
    )


def years(history: History, count: float, days: int = 1) -> list[Hour]:
    """Fill it with so many years of hours, three alarms a day and so many days of minutes; its hours."""
    chance = random.Random(1)
    hours = [hour(number, chance.randrange(200, 9000)) for number in range(round(count * 8766))]
    newest = len(hours) * 60
    record = Batch(
        hours=tuple(hours),
        spans=(Span(START, START + 5 * HOUR, 4000.0, None),),
        minutes=tuple(minute(number) for number in range(newest - days * 1440, newest)),
        alarms=tuple(alarm(number) for number in range(0, len(hours), 8)),
        checkpoint=checkpoint(),
    )
    history.write(record, BOOT)
    return hours


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "data" / HISTORY_FILE


@pytest.fixture(autouse=True)
def folder(file):
    file.parent.mkdir()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(salvage, "BUSY_S", 0.1)


def stored(file: Path) -> list[Hour]:
    with closing(History(file)) as history:
        return history.hours(*EVER)


def one_sentence(trouble: pytest.ExceptionInfo[HistoryError], file: Path) -> str:
    """What it says after the file's name: one line, and something to do."""
    text = str(trouble.value)
    assert text.startswith(f"{file}: ")
    assert "\n" not in text
    return text.removeprefix(f"{file}: ")


# What goes in comes out.


def test_all_of_a_record_comes_back(file):
    record = Batch(
        hours=(hour(0), hour(1, 2000.5, Quality.PARTLY)),
        spans=(Span(START, START + 3 * HOUR, 4000.0, None), Span(START + 3 * HOUR, START + 5 * HOUR, 400.0, 12.0)),
        minutes=(minute(0), minute(1)),
        alarms=(alarm(0), alarm(3, ended=False)),
        checkpoint=checkpoint(),
    )
    with closing(History(file)) as history:
        history.write(record, BOOT)

    with closing(History(file)) as history:
        assert history.hours(*EVER) == list(record.hours)
        assert history.spans(*EVER) == list(record.spans)
        assert history.minutes(*EVER) == list(record.minutes)
        assert history.alarms(*EVER) == list(record.alarms)
        stored = history.load(Boot("boot", 1012.5))
        assert stored == Restored(record.hours, record.checkpoint, 12.5, tuple(reversed(history.alarms(*EVER))))
        assert history.hours(START + HOUR, START + 2 * HOUR) == [record.hours[1]]
        assert not history.damaged()


@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("level", [Level.WATCH, Level.ACT, Level.FAULT])
def test_every_kind_of_alarm_comes_back(file, rule, level):
    row = AlarmRow(
        began=START, rule=rule, phase=None, ended=None, level=level, worst=None, limit=5.0, acknowledged=True
    )
    with closing(History(file)) as history:
        history.write(Batch(alarms=(row,)), BOOT)

        assert history.alarms(*EVER) == [row]


def test_an_alarm_that_ends_and_an_hour_that_is_settled_replace_what_was_written(file):
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0, 900.0, Quality.PARTLY),), alarms=(alarm(0, ended=False),)), BOOT)
        history.write(Batch(hours=(hour(0),), alarms=(alarm(0),)), BOOT)

        assert (history.hours(*EVER), history.alarms(*EVER)) == ([hour(0)], [alarm(0)])


def test_an_alarm_that_lasted_and_nobody_goes_on_with_ended_with_the_program(file):
    lasting = AlarmCheckpoint(
        rule=Rule.VOLTAGE, phase=1, level=Level.WATCH, acknowledged=Level.OK, began=START + 3 * HOUR
    )
    with closing(History(file)) as history:
        left = checkpoint(START + 9 * HOUR)
        history.write(Batch(alarms=(alarm(3, False), alarm(4, False), alarm(5)), checkpoint=left), BOOT)

    with closing(History(file)) as history:
        history.write(Batch(checkpoint=replace(left, alarm_checkpoints=(lasting,))), BOOT)
        history.load(BOOT)
        ends = [row.ended for row in history.alarms(*EVER)]
    assert ends == [None, START + 9 * HOUR, START + 5 * HOUR + MINUTE]


def test_what_was_measured_stays_beside_a_correction(file):
    edited = hour(0, 6420.0, Quality.EDITED)
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0), hour(1))), BOOT)
        history.write(Batch(hours=(edited, hour(5, 700.0, Quality.EDITED))), BOOT)
        history.correct(hour(1, 800.0, Quality.EDITED))

        assert history.hours(*EVER) == [edited, hour(1, 800.0, Quality.EDITED), hour(5, 700.0, Quality.EDITED)]
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT import_wh, known FROM hours").fetchall() == [
            (1000.0, "metered"),
            (1000.0, "metered"),
            (0.0, "unknown"),
        ]


def test_a_correction_leaves_the_notes_as_they_are(file):
    with closing(History(file)) as history:
        history.write(Batch(checkpoint=checkpoint()), BOOT)
        history.correct(hour(0, 800.0, Quality.EDITED))

        assert history.load(BOOT).checkpoint == checkpoint()


def test_a_restart_within_the_boot_knows_how_long_it_was_and_any_other_start_does_not(file):
    with closing(History(file)) as history:
        history.write(Batch(checkpoint=checkpoint()), BOOT)

        assert history.load(Boot("boot", 1060.0)).downtime_s == 60.0
        assert history.load(Boot("boot", 1000.0)).downtime_s == 0.0
        assert history.load(Boot("boot", 999.0)).downtime_s is None
        assert history.load(Boot("another", 1060.0)).downtime_s is None
        history.write(Batch(), Boot("", 1000.0))
        assert history.load(Boot("", 1060.0)).downtime_s is None, "a kernel that does not say which boot it is"


def test_a_new_file_has_nothing_to_say(file):
    with closing(History(file)) as history:
        assert history.load(BOOT) == Restored((), None, None)


def test_only_the_newest_hours_are_loaded_and_minutes_are_kept_for_two_weeks(file):
    minutes_kept = round(MINUTES_KEPT / MINUTE)
    with closing(History(file)) as history:
        history.write(Batch(hours=tuple(hour(n) for n in range(MAX_HOURS + 9)), minutes=(minute(0), minute(1))), BOOT)
        assert history.load(BOOT).hours == tuple(hour(n) for n in range(9, MAX_HOURS + 9))

        history.write(Batch(hours=(hour(0),), minutes=(minute(minutes_kept + 1),)), BOOT)
        assert history.minutes(*EVER) == [minute(1), minute(minutes_kept + 1)]


def test_the_newest_reading_is_the_newest_minute_with_a_power(file):
    with closing(History(file)) as history:
        assert history.newest_reading() is None
        history.write(Batch(minutes=(minute(0), minute(7), replace(minute(9), import_w=None))), BOOT)
    with closing(History(file, read_only=True)) as history:
        assert history.newest_reading() == START + 7 * MINUTE


def test_every_write_is_on_the_disk_when_it_returns(file):
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0),)), BOOT)
        connection = history._opened()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA page_size").fetchone() == (history_module.PAGE_SIZE,)


def test_a_row_that_makes_no_sense_is_left_out_and_holds_up_nothing(file):
    nonsense = (hour(1, float("nan")), hour(2, float("inf")), hour(3, -1.0))
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0), *nonsense, hour(4)), checkpoint=checkpoint()), BOOT)

        assert history.hours(*EVER) == [hour(0), hour(4)]
        assert history.load(BOOT).checkpoint == checkpoint()
        assert history._opened().execute("SELECT count(*) FROM hours").fetchone() == (2,)


def test_rows_that_no_program_wrote_are_not_read(file):
    with closing(History(file)) as history:
        history.write(
            Batch(hours=(hour(0), hour(1)), alarms=(alarm(0), alarm(1), alarm(2)), minutes=(minute(0),)), BOOT
        )
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE hours SET known = CAST(x'ff80' AS TEXT) WHERE start = ?", (rows.second(START),))
        connection.execute("UPDATE alarms SET rule = 'weather' WHERE began = ?", (rows.second(START),))
        connection.execute("UPDATE alarms SET level = 9 WHERE began = ?", (rows.second(START + HOUR),))
        connection.execute("UPDATE minutes SET start = 1000000000000000")
        connection.execute("UPDATE notes SET notes = CAST(x'7bff' AS TEXT)")

    with closing(History(file)) as history:
        assert history.hours(*EVER) == [unknown(0), hour(1)]
        assert history.alarms(*EVER) == [alarm(2)]
        assert history.minutes(START, datetime(9000, 1, 1, tzinfo=UTC)) == []
        assert history.load(BOOT) == Restored((unknown(0), hour(1)), None, None, (alarm(2),))


def test_notes_of_another_version_are_left_out_and_the_hours_are_not(file):
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0),), checkpoint=checkpoint()), BOOT)
    for text in ("", "[]", '{"ledger": 5}', msgspec.json.encode({"source": "sundial"}).decode()):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE notes SET notes = ?", (text,))
        with closing(History(file)) as history:
            assert history.load(BOOT) == Restored((hour(0),), None, None)


# What can be wrong with where it is.


def test_a_missing_folder_is_a_sentence_and_once_it_is_there_all_is_well(file):
    file = file.parent / "missing" / HISTORY_FILE
    with pytest.raises(HistoryError) as trouble:
        History(file)
    assert one_sentence(trouble, file).startswith("no history yet, and no folder for it: make the folder")

    file.parent.mkdir()
    History(file).close()


def test_a_folder_in_its_place_is_a_sentence(file):
    file.mkdir()
    for read_only in (False, True):
        with pytest.raises(HistoryError) as trouble:
            History(file, read_only=read_only)
        assert one_sentence(trouble, file).startswith("it is a folder")


@pytest.fixture
def elsewhere():
    """A folder that another user may read but not write, whom the test becomes if it is root, who could."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        History(folder / HISTORY_FILE).close()
        folder.chmod(0o555)
        (folder / HISTORY_FILE).chmod(0o444)
        if root := not os.geteuid():
            os.seteuid(65534)
        yield folder
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written_is_a_sentence(elsewhere):
    with pytest.raises(HistoryError) as trouble:
        History(elsewhere / HISTORY_FILE)
    assert one_sentence(trouble, elsewhere / HISTORY_FILE).endswith(
        ("give the appliance's user its folder", "or be that user")
    )

    with pytest.raises(HistoryError) as trouble:
        History(elsewhere / "another")
    assert "none can be made" in one_sentence(trouble, elsewhere / "another")


def test_a_damaged_file_that_cannot_be_set_aside_is_a_sentence(file, monkeypatch):
    file.write_bytes(b"garbage " * 1000)

    def refused(*_names: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refused)
        with pytest.raises(HistoryError) as trouble:
            History(file)
    assert one_sentence(trouble, file) == "Permission denied: give the appliance's user its folder"
    assert file.read_bytes() == b"garbage " * 1000
    assert stored(file) == []


def test_to_be_read_only_it_is_neither_made_nor_changed_nor_set_aside(file):
    with pytest.raises(HistoryError) as trouble:
        History(file, read_only=True)
    assert one_sentence(trouble, file).startswith("no history yet")
    assert not file.exists()

    for octets, says in ((b"", "no history yet"), (b"garbage " * 1000, "it is damaged")):
        file.write_bytes(octets)
        with pytest.raises(HistoryError) as trouble:
            History(file, read_only=True)
        assert one_sentence(trouble, file).startswith(says)
        assert file.read_bytes() == octets


def test_it_is_read_while_another_writes_it(file):
    with closing(History(file)) as writer, closing(History(file, read_only=True)) as reader:
        writer.write(Batch(hours=(hour(0),)), BOOT)
        assert reader.hours(*EVER) == [hour(0)]
        with pytest.raises(HistoryError):
            reader.correct(hour(0, 1.0, Quality.EDITED))
        assert reader.hours(*EVER) == [hour(0)]


# Whether it can be written now.


def test_a_file_that_another_program_writes_is_a_sentence_and_written_afterwards(file, impatient):
    with closing(History(file)) as history, closing(sqlite3.connect(file, isolation_level=None)) as other:
        history.write(Batch(hours=(hour(0),)), BOOT)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError) as trouble:
            history.write(Batch(hours=(hour(1),)), BOOT)
        assert one_sentence(trouble, file) == "another program has it open for writing: end that first"
        assert history.hours(*EVER) == [hour(0)]

        other.execute("ROLLBACK")
        history.write(Batch(hours=(hour(1),)), BOOT)
        assert history.hours(*EVER) == [hour(0), hour(1)]


def test_a_file_that_is_locked_when_it_is_opened_is_a_sentence_and_not_set_aside(file, impatient):
    History(file).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="another program has it open"):
            History(file)
    assert [path.name for path in file.parent.iterdir()] == [HISTORY_FILE]
    History(file).close()


def test_programs_that_open_it_at_the_same_time_bring_it_to_its_schema_once(file):
    failed: list[HistoryError] = []

    def make() -> None:
        try:
            History(file).close()
        except HistoryError as trouble:
            failed.append(trouble)

    for _ in range(10):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert stored(file) == []
        shutil.rmtree(file.parent)
        file.parent.mkdir()


def write_on(history: History) -> None:
    """Write a hundred hours at a time."""
    for number in range(0, 100_000, 100):
        history.write(Batch(hours=tuple(hour(n) for n in range(number, number + 100)), checkpoint=checkpoint()), BOOT)


def fill(history: History) -> pytest.ExceptionInfo[HistoryError]:
    """Write until it fails."""
    with pytest.raises(HistoryError) as trouble:
        write_on(history)
    return trouble


def test_a_full_disk_is_a_sentence_and_what_was_written_stays(file):
    # SQLite's own limit stands in for the disk's: it answers SQLITE_FULL, as it does to ENOSPC.
    with closing(History(file)) as history:
        history._opened().execute("PRAGMA max_page_count = 100")
        trouble = fill(history)
        assert one_sentence(trouble, file) == "the disk is full: make room"
        hours = history.hours(*EVER)
        assert hours == [hour(n) for n in range(len(hours))]
        assert len(hours) % 100 == 0, "a write is all or nothing"

        history._opened().execute("PRAGMA max_page_count = 10000")
        history.write(Batch(hours=tuple(hour(n) for n in range(len(hours), len(hours) + 100))), BOOT)
        assert len(history.hours(*EVER)) == len(hours) + 100
        assert not history.damaged()


def test_a_file_that_the_system_lets_grow_no_further_is_a_sentence_and_what_was_written_stays(file):
    # RLIMIT_FSIZE stands in for a disk that fails a write: SQLite answers SQLITE_IOERR.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(History(file)) as history:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        try:
            trouble = fill(history)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert one_sentence(trouble, file).startswith("the disk fails to read or write it")
        hours = history.hours(*EVER)
        assert hours == [hour(n) for n in range(len(hours))]
        history.write(Batch(hours=(hour(len(hours)),)), BOOT)
        assert len(history.hours(*EVER)) == len(hours) + 1
        assert not history.damaged()


def test_a_disk_that_is_really_full_is_a_sentence_and_what_was_written_stays(small_disk):
    file = small_disk / HISTORY_FILE
    with closing(History(file)) as history:
        assert one_sentence(fill(history), file) == "the disk is full: make room"
        hours = history.hours(*EVER)
        assert hours == [hour(n) for n in range(len(hours))]
    with closing(History(file)) as history:
        assert history.hours(*EVER) == hours
        assert not history.damaged()


def test_a_damaged_file_on_a_full_disk_stays_until_there_is_room(small_disk):
    file = small_disk / HISTORY_FILE
    with closing(History(file)) as history:
        history.write(Batch(hours=tuple(hour(n) for n in range(4000)), checkpoint=checkpoint()), BOOT)
    damage(file, [leaves(file, b"metered")[3]])
    room = small_disk / "other"
    room.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 100_000))
    with closing(History(file)) as history:
        with pytest.raises(HistoryError) as trouble:
            history.hours(*EVER)
        assert "the disk" in one_sentence(trouble, file)
        assert history.set_aside is None

        room.unlink()
        assert len(history.hours(*EVER)) > 3900
        assert history.set_aside is not None


# What can be wrong with the file.


def leaves(file: Path, of: bytes) -> list[int]:
    """The places of the pages with rows, in which these octets are."""
    octets, size = file.read_bytes(), history_module.PAGE_SIZE
    return [at for at in range(size, len(octets), size) if octets[at] == 0x0D and of in octets[at : at + size]]


def damage(file: Path, places: list[int]) -> None:
    """Make these pages noise."""
    with file.open("r+b") as handle:
        for at in places:
            handle.seek(at)
            handle.write(random.Random(at).randbytes(history_module.PAGE_SIZE))


def examined(file: Path) -> History:
    """Opened as the appliance does it: what is wrong with it is found, and it is begun anew."""
    history = History(file)
    history.load(BOOT)
    if history.damaged():
        history.begin_anew()
    assert not history.damaged()
    return history


@pytest.mark.parametrize("octets", [b"garbage " * 1000, b"\xff" * 99, b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_database_is_set_aside_with_its_date_in_its_name(file, octets):
    file.write_bytes(octets)
    os.utime(file, (START.timestamp(), START.timestamp()))

    with closing(History(file)) as history:
        assert history.set_aside == file.with_name("history-damaged-2026-01-01.sqlite3")
        assert history.set_aside.read_bytes() == octets
        history.write(Batch(hours=(hour(0),)), BOOT)
    assert stored(file) == [hour(0)]


def test_a_second_damaged_file_of_a_day_gets_a_name_of_its_own(file):
    names = []
    for _ in range(3):
        file.write_bytes(b"garbage " * 1000)
        os.utime(file, (START.timestamp(), START.timestamp()))
        with closing(History(file)) as history:
            assert history.set_aside is not None
            names.append(history.set_aside.name)

    assert names == [f"history-damaged-2026-01-01{n}.sqlite3" for n in ("", "-2", "-3")]


def unfolded(file: Path, hours: list[Hour]) -> Path:
    """A copy of the file as a loss of power leaves it, with these hours, written one by one, in its log."""
    with closing(sqlite3.connect(file)) as keeper:  # while it has the file open, the log is not folded in
        keeper.execute("SELECT count(*) FROM hours").fetchone()
        with closing(History(file)) as history:
            for one in hours:
                history.write(Batch(hours=(one,), checkpoint=checkpoint()), BOOT)
        copy = file.parent / "copy"
        copy.mkdir()
        for name in (HISTORY_FILE, HISTORY_FILE + "-wal"):
            shutil.copy(file.with_name(name), copy / name)
    return copy / HISTORY_FILE


def test_what_is_in_the_log_of_a_damaged_file_is_salvaged_too(file):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
    newer = [hour(number) for number in range(len(hours), len(hours) + 50)]
    copy = unfolded(file, newer)
    damage(copy, leaves(copy, b"metered")[:1])

    with closing(examined(copy)) as history:
        assert history.set_aside is not None
        assert history.hours(*EVER)[-50:] == newer


def test_a_log_that_stays_is_set_aside_with_its_file(file):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
    damage(file, leaves(file, b"metered")[:1])
    with closing(sqlite3.connect(file)) as other, closing(History(file)) as history:
        other.execute("SELECT count(*) FROM notes").fetchone()
        history.begin_anew()

        assert history.set_aside is not None
        assert history.set_aside.with_name(history.set_aside.name + "-wal").exists()
        assert len(history.hours(*EVER)) > len(hours) - 40


@pytest.mark.parametrize("seed", range(5))
def test_pages_that_are_noise_cost_the_rows_in_them_and_no_others(file, seed):
    with closing(History(file)) as history:
        hours = years(history, 2)
        rest = history.minutes(*EVER), history.alarms(*EVER)
    places = random.Random(seed).sample(leaves(file, b"metered"), 4)
    damage(file, places)

    with closing(examined(file)) as history:
        assert history.set_aside is not None
        found = history.hours(*EVER)
        assert set(found) < set(hours)
        assert len(hours) - len(found) <= 4 * 40
        assert (history.minutes(*EVER), history.alarms(*EVER)) == rest
        assert history.load(BOOT).checkpoint == checkpoint()
    with closing(History(file)) as history:
        assert history.hours(*EVER) == found
        assert history.set_aside is None


@pytest.mark.parametrize("octets", [100, 1024])
def test_a_first_page_that_is_lost_costs_nothing_else(file, octets):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
        rest = history.minutes(*EVER), history.alarms(*EVER), history.spans(*EVER)
    with file.open("r+b") as handle:
        handle.write(random.Random(1).randbytes(octets))

    with closing(examined(file)) as history:
        assert history.hours(*EVER) == hours
        assert (history.minutes(*EVER), history.alarms(*EVER), history.spans(*EVER)) == rest
        assert history.set_aside is not None
    assert sorted(path.name for path in file.parent.iterdir() if "damaged" not in path.name) == [HISTORY_FILE]


def test_a_first_page_that_is_lost_costs_nothing_of_the_log(file):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
    hours[7] = hour(7, 777.0)
    copy = unfolded(file, [hours[7]])  # a row that was there: the log has no first page
    with copy.open("r+b") as handle:
        handle.write(b"garbage " * 128)

    with closing(examined(copy)) as history:
        assert history.set_aside is not None
        assert history.hours(*EVER) == hours


def test_a_number_that_cannot_be_is_damage_and_costs_its_row(file):
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0), hour(1), hour(2)), checkpoint=checkpoint()), BOOT)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE hours SET import_wh = 1e300 WHERE start = ?", (rows.second(START + HOUR),))

    with closing(History(file)) as history:
        assert history.damaged()
        history.begin_anew()
        assert not history.damaged()
        assert history.hours(*EVER) == [hour(0), hour(2)]


def test_damage_that_a_write_meets_is_set_aside_and_the_record_is_in_the_new_file(file):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
    damage(file, leaves(file, b"metered")[-1:])

    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(len(hours)),), checkpoint=checkpoint()), BOOT)

        assert history.set_aside is not None
        found = history.hours(*EVER)
        assert found[-1] == hour(len(hours))
        assert len(found) > len(hours) - 40


@pytest.mark.parametrize("seed", range(45))
def test_any_octets_may_be_wrong_and_it_opens_reads_and_writes(file, seed):
    with closing(History(file)) as history:
        hours = years(history, 0.1)
    chance = random.Random(seed)
    octets = bytearray(file.read_bytes())
    head = 1024 if seed % 3 == 0 else len(octets)
    for _ in range(chance.choice([1, 8, 200])):
        octets[chance.randrange(head)] ^= 1 << chance.randrange(8)
    file.write_bytes(octets)

    with closing(examined(file)) as history:
        for read in (history.hours, history.spans, history.minutes, history.alarms):
            read(*EVER)
        history.write(Batch(hours=(hour(len(hours)),)), BOOT)
        found = history.hours(*EVER)
        assert hour(len(hours)) in found
        assert {hour for hour in found if hour.quality is not Quality.UNKNOWN} <= {*hours, hour(len(hours))}


@pytest.mark.parametrize("size", [0, 1, 99, 100, 1023, 1024, 5000, 0.5, -1024, -700])
def test_a_file_that_was_cut_short_opens_with_what_is_left_of_it(file, size):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
    whole = file.stat().st_size
    os.truncate(file, round(size * whole) if isinstance(size, float) else size % whole if size else 0)

    with closing(examined(file)) as history:
        found = history.hours(*EVER)
        assert {hour for hour in found if hour.quality is not Quality.UNKNOWN} <= set(hours)
        assert size in (0, 1, 99, 100, 1023, 1024, 5000) or len(found) > len(hours) / 4


def test_a_damaged_log_costs_no_hour_that_was_folded_into_the_file(file):
    with closing(History(file)) as history:
        hours = years(history, 0.5)
    copy = unfolded(file, [hour(number) for number in range(len(hours), len(hours) + 50)])
    log = copy.with_name(HISTORY_FILE + "-wal")
    octets = bytearray(log.read_bytes())
    octets[len(octets) // 2] ^= 0xFF
    log.write_bytes(octets)

    found = stored(copy)

    assert found[: len(hours)] == hours
    assert 0 < len(found) - len(hours) < 50
    log.write_bytes(os.urandom(5000))
    assert stored(copy)[: len(hours)] == hours


def test_an_interrupted_setting_aside_is_begun_once_more(file):
    with closing(History(file)) as history:
        hours = years(history, 0.1)
    damage(file, leaves(file, b"metered")[:1])
    file.with_name(HISTORY_FILE + ".new").write_bytes(b"half a file")
    file.with_name(HISTORY_FILE + ".new-journal").write_bytes(b"half a journal")

    with closing(examined(file)) as history:
        assert len(history.hours(*EVER)) > len(hours) - 40
    assert [path.name for path in file.parent.iterdir() if "damaged" not in path.name] == [HISTORY_FILE]


# Which program it is of.


def newer(monkeypatch, *statements: str) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, statements))


def test_an_older_file_is_brought_up_to_date_and_keeps_its_hours(file, monkeypatch):
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0),)), BOOT)
    newer(monkeypatch, "ALTER TABLE notes ADD COLUMN weather TEXT", "CREATE TABLE extra (n INTEGER)")

    octets = file.read_bytes()
    with closing(History(file, read_only=True)) as history:
        assert history.hours(*EVER) == [hour(0)]
    assert file.read_bytes() == octets
    with closing(History(file)) as history:
        assert history.hours(*EVER) == [hour(0)]
        assert history._opened().execute("SELECT count(*) FROM extra").fetchone() == (0,)


def test_a_migration_that_fails_leaves_the_file_as_it_was(file, monkeypatch):
    with closing(History(file)) as history:
        history.write(Batch(hours=(hour(0),)), BOOT)
    with monkeypatch.context() as patch:
        newer(patch, "DROP TABLE spans", "CREATE TABLE hours (n INTEGER)")
        with pytest.raises(HistoryError) as trouble:
            History(file)
        one_sentence(trouble, file)

    with closing(History(file)) as history:
        assert (history.hours(*EVER), history.spans(*EVER)) == ([hour(0)], [])


def test_an_older_file_that_is_damaged_is_salvaged_and_brought_up_to_date(file, monkeypatch):
    with closing(History(file)) as history:
        hours = years(history, 0.1)
    damage(file, leaves(file, b"metered")[2:3])
    newer(monkeypatch, "CREATE TABLE extra (n INTEGER)", "ALTER TABLE spans ADD COLUMN why TEXT")

    with closing(History(file)) as history:
        history.begin_anew()
        assert len(history.hours(*EVER)) > len(hours) - 40
        assert history._opened().execute("SELECT count(*) FROM extra").fetchone() == (0,)


def test_a_file_of_a_newer_program_is_left_alone(file, monkeypatch):
    with monkeypatch.context() as patch:
        newer(patch, "CREATE TABLE extra (n INTEGER)")
        History(file).close()
    octets = file.read_bytes()

    for read_only in (False, True):
        with pytest.raises(HistoryError) as trouble:
            History(file, read_only=read_only)
        assert f"schema {len(schema.MIGRATIONS) + 1}" in one_sentence(trouble, file)
        assert file.read_bytes() == octets
    assert not [path.name for path in file.parent.iterdir() if "damaged" in path.name]


@pytest.mark.parametrize(
    "statement",
    [
        f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}",  # a newer schema has other tables than ours
        f"PRAGMA user_version = {len(schema.MIGRATIONS) + schema.WITHIN_REACH + 1}",
        "PRAGMA user_version = -2147483646",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 77",
    ],
)
def test_a_version_that_does_not_go_with_the_tables_is_damage_and_costs_nothing(file, statement):
    with closing(History(file)) as history:
        hours = years(history, 0.1)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)

    with pytest.raises(HistoryError, match="damaged"):
        History(file, read_only=True)
    with closing(History(file)) as history:
        assert history.set_aside is not None
        assert replace(history.load(BOOT), alarms=()) == Restored(tuple(hours), checkpoint(), 0.0)


@pytest.mark.parametrize("version", [len(schema.MIGRATIONS) + schema.WITHIN_REACH + 1, -1])
def test_a_newer_file_must_be_within_reach(file, monkeypatch, version):
    with monkeypatch.context() as patch:
        newer(patch, "CREATE TABLE extra (n INTEGER)")
        History(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")

    with closing(History(file)) as history:
        assert history.set_aside is not None


@pytest.mark.parametrize("rows", [(), (1, 2)])
def test_a_database_of_another_program_is_set_aside(file, rows):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE hours (n INTEGER)")
        connection.executemany("INSERT INTO hours VALUES (?)", [(row,) for row in rows])
    octets = file.read_bytes()

    with closing(History(file)) as history:
        assert history.set_aside is not None
        assert history.set_aside.read_bytes() == octets
        assert history.hours(*EVER) == []


def test_tables_that_somebody_has_made_anew_in_another_order_keep_their_rows(file):
    with closing(History(file)) as history:
        hours = years(history, 0.05)
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(file.with_name("new"))) as new:
        new.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        new.execute("PRAGMA user_version = 2")
        new.executescript("\n".join(old.iterdump()))
    file.with_name("new").replace(file)

    with closing(History(file)) as history:
        assert history.hours(*EVER) == hours


# Ten years.


def test_ten_years_fit_in_50_mb(file):
    with closing(History(file)) as history:
        years(history, 10, days=14)
    assert file.stat().st_size < 50e6

    with closing(History(file)) as history:
        assert len(history.load(BOOT).hours) == MAX_HOURS


def test_a_folder_that_says_why_it_cannot_be_used_is_quoted(tmp_path):
    (tmp_path / "why.txt").write_text("the card is write-protected: move its slide\n", encoding="utf-8")
    (tmp_path / HISTORY_FILE).mkdir()

    with pytest.raises(HistoryError) as trouble:
        History(tmp_path / HISTORY_FILE)
    assert one_sentence(trouble, tmp_path / HISTORY_FILE) == "the card is write-protected: move its slide"
