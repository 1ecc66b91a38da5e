"""The history of a household that has run an older program: today's program loads all of it, and writes the same.

tests/history/old/history.sqlite3 was written by the program of commit 93541d4, before the code was parted into rooms
and its names changed, from what is `BATCH` here.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import AlarmRow, Batch, Checkpoint, MinuteRow
from appliance.household.clock import ClockSource
from appliance.household.clock_repeats import ClockReading
from appliance.household.hours import HOUR, Hour, LedgerCheckpoint, Quality, Register, RunningHour, Span
from appliance.household.household import Household
from appliance.household.limit_alarm import AlarmCheckpoint
from appliance.household.rules import Rules
from appliance.household.situation import Level, Rule, VoltageDay
from appliance.system.clock import Boot

START = datetime(2026, 1, 14, 22, tzinfo=UTC)
NOW = datetime(2026, 1, 15, 3, 30, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOOT = Boot("0f6a8bb2-4f0c-4d6e-9d2a-1f4a0c6a52d1", 81_234.5)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
BATCH = Batch(
    hours=(
        Hour(
            start=START,
            import_wh=1412.5,
            export_wh=0.0,
            quality=Quality.METERED,
            coverage=1.0,
            export_quality=Quality.METERED,
        ),
        Hour(
            start=START + HOUR,
            import_wh=1380.25,
            export_wh=12.5,
            quality=Quality.INTEGRATED,
            coverage=1.0,
            export_quality=Quality.INTEGRATED,
        ),
        Hour(
            start=START + 2 * HOUR,
            import_wh=640.0,
            export_wh=0.0,
            quality=Quality.PARTLY,
            coverage=0.5,
            export_quality=Quality.UNKNOWN,
        ),
        Hour(
            start=START + 3 * HOUR,
            import_wh=0.0,
            export_wh=0.0,
            quality=Quality.UNKNOWN,
            coverage=0.0,
            export_quality=Quality.UNKNOWN,
        ),
        Hour(
            start=START + 4 * HOUR,
            import_wh=6420.0,
            export_wh=0.0,
            quality=Quality.EDITED,
            coverage=0.0,
            export_quality=Quality.UNKNOWN,
        ),
    ),
    spans=(Span(START + 2 * HOUR, START + 4 * HOUR, 2900.0, None), Span(START - 3 * HOUR, START, 4100.0, 25.5)),
    minutes=(
        MinuteRow(NOW.replace(second=0) - 2 * MINUTE, 2314.5, None, (231.2, None, 229.9)),
        MinuteRow(NOW.replace(second=0) - MINUTE, None, 4750.0, (231.0, 229.5, 204.5)),
    ),
    alarms=(
        AlarmRow(
            began=START,
            rule=Rule.POWER,
            phase=None,
            ended=START + MINUTE,
            level=Level.ACT,
            worst=13_040.5,
            limit=10_000.0,
            acknowledged=True,
        ),
        AlarmRow(
            began=START + HOUR,
            rule=Rule.SILENT,
            phase=None,
            ended=START + 2 * HOUR,
            level=Level.FAULT,
            worst=None,
            limit=30.0,
            acknowledged=False,
        ),
        AlarmRow(
            began=NOW - 9 * MINUTE,
            rule=Rule.PHASE,
            phase=2,
            ended=None,
            level=Level.ACT,
            worst=41.5,
            limit=40.0,
            acknowledged=True,
        ),
        AlarmRow(
            began=NOW - MINUTE,
            rule=Rule.VOLTAGE,
            phase=3,
            ended=None,
            level=Level.WATCH,
            worst=204.5,
            limit=207.0,
            acknowledged=False,
        ),
    ),
    checkpoint=Checkpoint(
        ledger=LedgerCheckpoint(
            RunningHour(
                start=START + 5 * HOUR,
                import_wh=512.25,
                export_wh=3.5,
                seen_s=1800.0,
                export_seen_s=1750.0,
                elapsed_s=1805.0,
                continued=True,
            ),
            Register(START + 5 * HOUR, 5_000_000.0, 12_345.0, "7359990000000001"),
            (2.5, 1661.0, 0.0),
        ),
        utc=NOW,
        source=ClockSource.METER,
        last_clock=ClockReading(datetime(2026, 1, 15, 4, 30), 5_000_512.0),
        alarm_checkpoints=(
            AlarmCheckpoint(
                rule=Rule.PHASE,
                phase=2,
                level=Level.WATCH,
                acknowledged=Level.ACT,
                began=NOW - 9 * MINUTE,
                highest=Level.ACT,
                worst=41.5,
                passed=40.0,
                furthest=41.5,
            ),
            AlarmCheckpoint(
                rule=Rule.VOLTAGE,
                phase=3,
                level=Level.WATCH,
                acknowledged=Level.OK,
                began=NOW - MINUTE,
                highest=Level.WATCH,
                worst=204.5,
                passed=207.0,
                furthest=25.5,
            ),
        ),
        chime_ages_s=(1200.5, 3.0),
        voltage_day=VoltageDay(date(2026, 1, 15), (229.0, None, 204.5), (233.0, None, 235.25), 1),
    ),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A copy of the old file, to be opened and written."""
    return Path(shutil.copy(Path(__file__).parent / "old" / HISTORY_FILE, tmp_path))


@pytest.fixture
def today(tmp_path: Path) -> Path:
    """A file that today's program has made of the same."""
    path = tmp_path / "today.sqlite3"
    with closing(History(path)) as history:
        history.write(BATCH, BOOT)
    return path


def table(file: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def test_all_of_it_is_there(file: Path):
    with closing(History(file)) as history:
        assert history.hours(*EVER) == list(BATCH.hours)
        assert history.spans(*EVER) == sorted(BATCH.spans, key=lambda span: span.start)
        assert history.minutes(*EVER) == list(BATCH.minutes)
        assert history.alarms(*EVER) == list(BATCH.alarms)
        assert not history.damaged()


def test_the_program_goes_on_from_its_checkpoint(file: Path):
    with closing(History(file)) as history:
        stored = history.load(Boot(BOOT.boot_id, BOOT.clock_s + 12.5))

        assert stored.hours == BATCH.hours
        assert stored.checkpoint == BATCH.checkpoint
        assert stored.downtime_s == 12.5
        # An alarm in the checkpoint lasts, and is not ended as one that the program lost.
        assert history.alarms(*EVER) == list(BATCH.alarms)


def test_alarms_sounds_and_the_meters_clock_are_taken_over(file: Path):
    household = Household(Rules())
    with closing(History(file)) as history:
        household.restore(history.load(Boot(BOOT.boot_id, BOOT.clock_s)), 100.0)

    found = household.record(100.0).checkpoint
    assert found.utc == NOW
    assert found.last_clock == BATCH.checkpoint.last_clock
    assert found.chime_ages_s == BATCH.checkpoint.chime_ages_s
    assert found.voltage_day == BATCH.checkpoint.voltage_day
    assert found.ledger.running == BATCH.checkpoint.ledger.running
    assert found.ledger.register == BATCH.checkpoint.ledger.register
    # The default rules know no main fuse, so the phase's alarm ends with the old program.
    [lasting] = found.alarm_checkpoints
    assert replace(lasting, age_s=None, level_age_s=None, called=None) == BATCH.checkpoint.alarm_checkpoints[1]


def brought_up(file: Path) -> Path:
    """The old file once today's program has opened it."""
    History(file).close()
    return file


def test_it_is_brought_to_the_schema_that_a_new_file_has(file: Path, today: Path):
    for query in ("SELECT type, name, rootpage, sql FROM sqlite_master ORDER BY name", "PRAGMA user_version"):
        assert table(today, query) == table(brought_up(file), query)
    for query in ("PRAGMA page_size", "PRAGMA application_id"):
        assert table(today, query) == table(brought_up(file), query)


@pytest.mark.parametrize("name", ["hours", "corrections", "spans", "minutes", "alarms"])
def test_each_table_is_written_as_it_was_but_for_the_sums(file: Path, today: Path, name: str):
    columns = ", ".join(row[1] for row in table(file, f"PRAGMA table_info({name})"))
    assert table(today, f"SELECT {columns} FROM {name}") == table(file, f"SELECT {columns} FROM {name}")


@pytest.mark.parametrize("name", ["hours", "spans"])  # the notes of today have more in them
def test_its_rows_are_given_the_sums_that_new_ones_have(file: Path, today: Path, name: str):
    sums = table(today, f"SELECT sum FROM {name} ORDER BY 1")
    assert sums == table(brought_up(file), f"SELECT sum FROM {name} ORDER BY 1")
    assert sums
    assert (None,) not in sums


def test_it_is_exported_as_it_is_and_not_changed(file: Path):
    octets = file.read_bytes()
    with closing(History(file, read_only=True)) as history:
        assert history.hours(*EVER) == list(BATCH.hours)
    assert file.read_bytes() == octets


def subset(then: Any, now: Any) -> bool:
    """Return whether all that was there is there; newer programs note more."""
    if isinstance(then, dict):
        return all(key in now and subset(value, now[key]) for key, value in then.items())
    if isinstance(then, list):
        return len(then) == len(now) and all(map(subset, then, now))
    return bool(then == now)


def test_the_notes_have_the_keys_and_values_they_had(file: Path, today: Path):
    query = "SELECT id, boot, clock_s, notes FROM notes"
    [(*then, then_notes)], [(*now, now_notes)] = table(file, query), table(today, query)

    assert now == then
    assert subset(json.loads(then_notes), json.loads(now_notes))
    # So that nobody takes two empty objects for the same.
    notes = json.loads(then_notes)
    assert notes.keys() == {"ledger", "utc", "source", "told", "marks", "call_ages_s", "voltage_day"}
    assert (len(notes["marks"]), notes["call_ages_s"], notes["told"]["register_wh"]) == (2, [1200.5, 3.0], 5_000_512.0)
