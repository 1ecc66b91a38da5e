"""What is rescued of a damaged table, and that it takes no longer than it may, however the damage looks."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.history import pages, salvage, schema
from appliance.history.database import HISTORY_FILE, PAGE_SIZE, History
from appliance.household.checkpoint import Batch
from appliance.household.hours import HOUR, Hour, Quality
from appliance.system.clock import Boot

START = datetime(2026, 1, 1, tzinfo=UTC)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
BOOT = Boot("boot", 1.0)
HOURS = tuple(Hour(START + n * HOUR, 1000.0 + n, 0.0, Quality.METERED, 1.0) for n in range(2000))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(History(tmp_path / HISTORY_FILE)) as history:
        history.write(Batch(hours=HOURS), BOOT)
    return tmp_path / HISTORY_FILE


def leaves(octets: bytes) -> list[int]:
    """The places of the pages with hours."""
    return [at for at in range(PAGE_SIZE, len(octets), PAGE_SIZE) if b"metered" in octets[at : at + PAGE_SIZE]]


def queries(octets: bytes) -> tuple[int, list[schema.Row]]:
    """How often SQLite is asked for the hours of a file, and what of them is found."""
    asked: list[str] = []
    with closing(pages.opened(bytearray(octets))) as source:
        source.set_trace_callback(asked.append)
        found = salvage._readable(source, "hours", 3600)
    return len(asked), found


def taken(file: Path, octets: bytes) -> bytes:
    file.write_bytes(octets)
    return bytes(pages.taken(file, PAGE_SIZE))


def test_a_page_of_noughts_is_passed_in_a_step_an_hour_of_it(file: Path):
    """Its rows have the moment 0: from there on, 100,000 equal queries followed once."""
    octets = bytearray(file.read_bytes())
    for at in leaves(octets)[10:30:5]:
        octets[at + 8 : at + PAGE_SIZE] = bytes(PAGE_SIZE - 8)

    asked, found = queries(taken(file, octets))

    assert asked < 250
    assert len({row[0] for row in found}) > len(HOURS) - 4 * 40


@pytest.mark.parametrize("kept", [slice(0, 0), slice(0, 5), slice(-5, None), slice(30, 34), slice(0, None, 2)])
def test_the_queries_are_bounded_whatever_is_lost(file: Path, kept: slice):
    octets = bytearray(file.read_bytes())
    every = leaves(octets)
    for at in set(every) - set(every[kept]):
        octets[at] = 0xFF

    asked, found = queries(taken(file, octets))

    assert asked < salvage.QUERIES * 0.6  # steps that did not grow would take all
    assert (len(found) > 0) == (kept not in (slice(0, 0), slice(30, 34)))


def test_rows_of_a_file_that_lost_its_end_are_found_behind_each_gap(file: Path):
    octets = file.read_bytes()
    os.truncate(file, len(octets) - 5 * PAGE_SIZE)
    with closing(History(file)) as history:
        if history.damaged():
            history.begin_anew()
        found = history.hours(*EVER)
    assert set(found) <= set(HOURS)
    assert len(found) > len(HOURS) - 7 * 40


def test_a_table_without_an_end_is_left_when_it_has_more_rows_than_any(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(salvage, "_MOST_ROWS", 100)
    with closing(salvage.connected_to_read(file)) as source:
        assert len(salvage._readable(source, "hours", 3600)) == 100


def test_a_file_that_was_whole_but_not_yet_in_its_place_is_put_there(file: Path):
    """The power goes between setting the damaged file aside and renaming the new one."""
    file.rename(salvage._whole(file))
    for damaged in (b"", b"garbage " * 1000):
        if damaged:
            file.rename(salvage._whole(file))
            file.write_bytes(damaged)
            file.with_name(HISTORY_FILE + "-wal").write_bytes(b"of the damaged one")
        with closing(History(file)) as history:
            assert history.hours(*EVER) == list(HOURS)
            assert history.set_aside is not None
            assert history.set_aside.exists() == bool(damaged)


def test_no_more_than_nine_files_are_set_aside_of_a_day(file: Path):
    for _ in range(12):
        file.write_bytes(b"garbage " * 1000)
        os.utime(file, (START.timestamp(), START.timestamp()))
        History(file).close()
    assert len(list(file.parent.glob("history-damaged-*"))) == 9


def test_a_file_of_any_size_is_read_up_to_a_bound(file: Path):
    os.truncate(file, 10**12)  # with a hole in it: it takes no room
    assert len(pages.taken(file, PAGE_SIZE)) <= pages.LARGEST_OCTETS
    assert isinstance(salvage._source(pages.taken(file, PAGE_SIZE), 2), sqlite3.Connection)
