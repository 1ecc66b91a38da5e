"""A disk that is full, or may not be written, when the appliance starts: the month is shown all the same."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.history import schema
from appliance.history.database import HISTORY_FILE, History, HistoryError, read_as_is
from appliance.household.checkpoint import Batch
from appliance.household.hours import HOUR, Hour, Quality
from appliance.household.situation import Storage
from appliance.system.clock import Boot
from tests.history.test_writer import START, Kept
from tests.history.test_writer import hours as hours_of

BOOT = Boot("boot", 1.0)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
HOURS = tuple(
    Hour(START.replace(minute=0) - number * HOUR, 1000.0 + number, 0.0, Quality.METERED, 1.0)
    for number in range(200, 0, -1)
)


def fill(folder: Path) -> Path:
    """Leave no room on a disk. Return the file that takes it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            return filler


def remount(folder: Path, mode: str) -> None:
    """Let a disk be written, or not ("rw", "ro")."""
    subprocess.run(["mount", "-o", f"remount,{mode}", str(folder)], check=True)


@contextmanager
def nothing_grows() -> Iterator[None]:
    """No file of this process may grow: what a full disk is to SQLite, where none can be made."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(History(tmp_path / HISTORY_FILE)) as history:
        history.write(Batch(hours=HOURS), BOOT)
    return tmp_path / HISTORY_FILE


def left_by_a_cut(file: Path) -> Path:
    """A copy whose newest hours are in its log only."""
    copy = file.parent / "cut"
    copy.mkdir()
    with closing(History(file)) as history:
        history.correct(Hour(HOURS[0].start, 77.0, 0.0, Quality.EDITED, 1.0))
        for ending in ("", "-wal"):
            (copy / (HISTORY_FILE + ending)).write_bytes(file.with_name(HISTORY_FILE + ending).read_bytes())
    return copy / HISTORY_FILE


def test_where_sqlite_can_make_no_file_the_hours_are_read_those_of_the_log_too(file: Path):
    cut = left_by_a_cut(file)
    with nothing_grows():
        with pytest.raises(HistoryError):
            History(cut)
        stored = read_as_is(cut, BOOT)
        with closing(History(cut, read_only=True)) as history:
            exported = history.hours(*EVER)

    assert stored.hours == tuple(exported)
    assert [hour.import_wh for hour in exported] == [77.0, *(hour.import_wh for hour in HOURS[1:])]


def test_a_damaged_file_that_cannot_be_set_aside_is_read_all_the_same(file: Path):
    octets = bytearray(file.read_bytes())
    octets[60] = 0x80
    file.write_bytes(octets)
    with nothing_grows():
        with pytest.raises(HistoryError):
            History(file)
        assert read_as_is(file, BOOT).hours == HOURS
    assert file.read_bytes() == octets


def test_a_file_of_a_newer_program_is_not_read_in_another_way(file: Path):
    with closing(History(file)) as history:
        history._opened().execute("CREATE TABLE weather (n INTEGER)")
        history._opened().execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    with pytest.raises(HistoryError, match="newer program"):
        read_as_is(file, BOOT)


async def test_a_full_disk_at_the_start_shows_the_month_and_is_written_once_there_is_room(small_disk: Path):
    with closing(History(small_disk / HISTORY_FILE)) as history:
        history.write(Batch(hours=HOURS), BOOT)
    filler = fill(small_disk)
    kept = Kept(small_disk)
    async with kept.living():
        assert kept.storage is Storage.FAILING
        assert kept.household.hours == HOURS
        await kept.until(lambda: kept.timebase.now() > 130)
        filler.unlink()
        await kept.until(lambda: kept.storage is Storage.FINE)
        await kept.until(lambda: len(kept.household.hours) > len(HOURS))

    assert len([said for said in kept.said if "the disk is full: make room" in said]) == 1
    assert [hour.start for hour in hours_of(kept.file)] == [*(hour.start for hour in HOURS), START.replace(minute=0)]


async def test_a_disk_that_may_not_be_written_shows_the_month(small_disk: Path):
    with closing(History(small_disk / HISTORY_FILE)) as history:
        history.write(Batch(hours=HOURS), BOOT)
    remount(small_disk, "ro")
    kept = Kept(small_disk)
    async with kept.living():
        assert kept.storage is Storage.FAILING
        assert kept.household.hours == HOURS
        remount(small_disk, "rw")
        await kept.until(lambda: kept.storage is Storage.FINE)

    assert len([said for said in kept.said if "the disk cannot be written" in said]) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write where nobody else may")
def test_a_folder_that_may_not_be_written_shows_the_month(file: Path):
    file.parent.chmod(0o555)
    try:
        assert read_as_is(file, BOOT).hours == HOURS
    finally:
        file.parent.chmod(0o755)
