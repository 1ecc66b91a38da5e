"""What the history costs a card: octets written in a day by page size, and the size and opening of ten years.

Run with `pytest --benchmark-only -s tests/benchmarks`. Octets are counted by the kernel for this process (write_bytes
of proc_pid_io(5)): what it sends to the disk, which is whole pages of memory and the file system's own, and not what
the program asked for. A file system in memory sends nothing, so the count needs a real one.
"""

import random
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from statistics import median

import pytest

from appliance.history import database as history_module
from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import AlarmRow, Batch, MinuteRow
from appliance.household.hours import HOUR, Hour, Quality
from appliance.household.household import Household
from appliance.household.ledger import MAX_HOURS
from appliance.household.rules import Rules
from appliance.household.situation import Level, Rule
from appliance.meter.reading import Maker
from appliance.simulation.house import House, Net
from appliance.simulation.meter import Meter
from appliance.system.clock import Boot

START = datetime(2026, 1, 15, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WRITE_S, LOOK_S = 60, 10
DAY_LIMIT, FILE_LIMIT, OPEN_LIMIT_S = 12e6, 50e6, 0.1


def written_octets() -> int:
    """What this process has had sent to the disk so far."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def on_a_real_disk(folder: Path) -> bool:
    """Whether the kernel counts what is written there."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    inside = [mount for mount in mounts if folder.is_relative_to(mount[1])]
    return max(inside, key=lambda mount: len(mount[1]))[2] not in ("tmpfs", "ramfs")


def before(count: int) -> Batch:
    """So many hours until the start, three alarms a day, and the last two weeks' minutes."""
    chance = random.Random(1)
    starts = [START - number * HOUR for number in range(count, 0, -1)]
    return Batch(
        hours=tuple(Hour(at, chance.randrange(200, 9000), 0.0, Quality.METERED, 1.0, Quality.METERED) for at in starts),
        minutes=tuple(
            MinuteRow(START - number * MINUTE, chance.randrange(9000), 0.0, (230.1, 231.4, 229.9))
            for number in range(14 * 1440, 0, -1)
        ),
        alarms=tuple(
            AlarmRow(
                began=at,
                rule=Rule.VOLTAGE,
                phase=1,
                ended=at + MINUTE,
                level=Level.WATCH,
                worst=204.5,
                limit=207.0,
                acknowledged=False,
            )
            for at in starts[::8]
        ),
    )


def records_of_a_day() -> list[tuple[Batch, Boot]]:
    """What a household has to write in an Aidon's day: once a minute, and when an hour has ended."""
    household, records, written_at, looked_at = Household(Rules()), [], 0.0, 0.0
    household.port(is_open=True)
    household.system_clock(START, True, 0.0)
    meter = Meter(Maker.AIDON, House(Net.IT), START)
    for sent in takewhile(lambda sent: sent.moment < START + DAY, meter.sent()):
        now = (sent.moment - START).total_seconds()
        household.reading(sent.meant, now)
        if now >= looked_at + LOOK_S:
            looked_at = now
            household.situation(now)
        hour_ended = bool(household.record(now).hours)
        if hour_ended or now >= written_at + WRITE_S:
            written_at = now
            record = household.record(now)
            records.append((record, Boot("boot", now)))
            household.written(record)
    return records


def octets_of_a_day(file: Path, records: list[tuple[Batch, Boot]]) -> tuple[int, float]:
    """Octets sent to the disk for these records, on top of a year; and seconds for each write."""
    file.parent.mkdir()
    with closing(History(file)) as history:
        history.write(before(8766), Boot("boot", 0.0))
    with closing(History(file)) as history:
        began, before_s = written_octets(), time.perf_counter()
        for record, boot in records:
            history.write(record, boot)
        passed_s = time.perf_counter() - before_s
        history.close()
        return written_octets() - began, passed_s / len(records)


def test_octets_written_in_a_day_by_page_size(benchmark, tmp_path, monkeypatch):
    if not on_a_real_disk(tmp_path):
        pytest.skip(f"{tmp_path} is in memory, where nothing is written: name another with --basetemp")
    records = records_of_a_day()
    counts = {}

    def measure() -> None:
        for size in (512, 1024, 2048, 4096):
            monkeypatch.setattr(history_module, "PAGE_SIZE", size)
            counts[size] = octets_of_a_day(tmp_path / str(size) / HISTORY_FILE, records)

    kept = history_module.PAGE_SIZE
    benchmark.pedantic(measure, rounds=1)

    print(f"\nan Aidon's day, {len(records)} writes with fsync:   page    written   a write")
    for size, (octets, seconds) in counts.items():
        print(f"{size:>47} {octets / 1e6:7.1f} MB {1000 * seconds:6.1f} ms{'   (ours)' if size == kept else ''}")
    assert len(records) >= 1440
    assert 0 < counts[kept][0] < DAY_LIMIT


def test_the_size_and_the_opening_of_ten_years(benchmark, tmp_path):
    file = tmp_path / HISTORY_FILE
    with closing(History(file)) as history:
        history.write(before(10 * 8766), Boot("boot", 0.0))

    def opened() -> None:
        with closing(History(file)) as history:
            assert len(history.load(Boot("boot", 1.0)).hours) == MAX_HOURS

    seconds = []
    for _ in range(20):
        began = time.perf_counter()
        opened()
        seconds.append(time.perf_counter() - began)
    benchmark.pedantic(opened, rounds=5)

    size = file.stat().st_size
    print(f"\nten years: {size / 1e6:.1f} MB, opened and loaded in {1000 * median(seconds):.1f} ms (median of 20)")
    assert size < FILE_LIMIT
    assert median(seconds) < OPEN_LIMIT_S
