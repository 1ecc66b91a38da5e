"""The history kept while the household lives: on a real file, at two hundred times life's speed."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.history import salvage
from appliance.history.database import HISTORY_FILE, History
from appliance.history.writer import HistoryWriter
from appliance.household.checkpoint import Batch
from appliance.household.hours import Hour, Quality
from appliance.household.household import Household
from appliance.household.rules import Rules, SoundRule
from appliance.household.situation import Storage
from appliance.household.tariff import PeakRule, Period, Tariff
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.system.clock import Boot
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker

START = datetime(2026, 1, 15, 16, 58, tzinfo=UTC)
BOOT = Boot("boot", 1.0)


class Sentences(logging.Handler):
    """What the writer logs while it lives."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


class Kept:
    """A household with a Kaifa that is read every ten seconds, and its writer."""

    def __init__(self, folder: Path, speed: float = 200.0, deadline_s: float = 5.0) -> None:
        self.timebase = Timebase(speed)
        self.household = Household(Rules())
        self.household.port(is_open=True)
        self._log = Sentences()
        self.writes: list[float] = []
        self.file = folder / HISTORY_FILE
        self.worker = Worker("disk", deadline_s)
        self.writer = HistoryWriter(folder, self.household, self._boot, self.timebase, self.worker)

    def _boot(self) -> Boot:
        self.writes.append(self.timebase.now())
        return BOOT

    @property
    def said(self) -> list[str]:
        return self._log.said

    @property
    def storage(self) -> Storage:
        return self.household.situation(self.timebase.now()).storage

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        logging.getLogger("appliance.history.writer").addHandler(self._log)
        await self.writer.open()
        tasks = [asyncio.create_task(self.writer.run()), asyncio.create_task(self._read())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            logging.getLogger("appliance.history.writer").removeHandler(self._log)
            await self.writer.close()

    async def _read(self) -> None:
        while True:
            now = self.timebase.now()
            wall = (START + timedelta(hours=1, seconds=now)).replace(tzinfo=None)
            self.household.reading(
                Reading(offset=0, length=0, elements=1, maker=Maker.KAIFA, power_import_w=3600, clock=MeterClock(wall)),
                now,
            )
            await self.timebase.sleep(10)

    async def until(self, condition) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - what is waited for happens on the writer's thread
                await asyncio.sleep(0.005)


def hours(file: Path) -> list[Hour]:
    with closing(History(file, read_only=True)) as history:
        return history.hours(START - timedelta(days=60), START + timedelta(days=9))


async def test_a_tariff_that_looks_back_on_a_year_gets_the_years_hours_at_once_and_when_it_is_chosen(tmp_path: Path):
    """A tariff by the peaks of twelve months, 3 kW in April and 2 kW in January make a mean of 2.5."""
    april, january = (datetime(2025, 4, 7, 16, tzinfo=UTC), datetime(2026, 1, 14, 16, tzinfo=UTC))
    month_hours = tuple(
        Hour(january - timedelta(hours=place), 100.0, 0.0, Quality.METERED, 1.0) for place in range(1, 2500)
    )
    april_hour, january_hour = (
        Hour(april, 3000.0, 0.0, Quality.METERED, 1.0),
        Hour(january, 2000.0, 0.0, Quality.METERED, 1.0),
    )
    with closing(History(tmp_path / HISTORY_FILE)) as history:
        history.write(Batch(hours=(*reversed(month_hours), april_hour, january_hour)), BOOT)
    yearly = Tariff(peaks=PeakRule(number=2, period=Period.MONTH, months=12))
    kept = Kept(tmp_path)

    def mean_kw() -> float | None:
        month = kept.household.situation(kept.timebase.now()).month
        return None if month is None else month.mean_kw

    async with kept.living():
        await kept.until(lambda: mean_kw() is not None)
        assert round(mean_kw() or 0, 3) == 0.733  # (2000 + 100 + 100) / 3: the common tariff looks at three days
        kept.household.apply_rules(Rules(), (yearly,), SoundRule(), kept.timebase.now())
        await kept.until(lambda: mean_kw() == 2.5)
    again = Kept(tmp_path)
    again.household.apply_rules(Rules(), (yearly,), SoundRule(), 0.0)
    async with again.living():
        stored = [hour.start for hour in (april_hour, *reversed(month_hours), january_hour)]
        # An hour of this life may have ended by then: it is behind them.
        assert [hour.start for hour in again.household.hours][:2501] == stored


async def test_it_writes_once_a_minute_and_when_an_hour_has_ended(tmp_path: Path):
    kept = Kept(tmp_path)
    async with kept.living():
        await kept.until(lambda: kept.timebase.now() > 620)
        written = [moment for moment in kept.writes[1:] if moment <= 620]  # the first is for opening

    # Ten minutes and one full hour, at two minutes.
    assert 10 <= len(written) <= 12
    assert any(120 <= moment <= 135 for moment in written)
    assert hours(kept.file)[0].start == START.replace(minute=0)


async def test_a_folder_that_comes_late_is_used_and_what_it_has_is_taken_over(tmp_path: Path):
    folder, obstacle = tmp_path / "data", tmp_path / "obstacle"
    obstacle.write_text("in the way")
    folder.symlink_to(obstacle)
    earlier = Hour(START.replace(minute=0) - timedelta(hours=3), 4200.0, 0.0, Quality.METERED, 1.0, Quality.UNKNOWN)
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    with closing(History(prepared / HISTORY_FILE)) as history:
        history.write(Batch(hours=(earlier,)), BOOT)
    kept = Kept(folder)
    async with kept.living():
        await kept.until(lambda: kept.storage is Storage.FAILING and kept.timebase.now() > 130)
        there = tmp_path / "there"
        there.symlink_to(prepared)
        there.replace(folder)  # in one step: the writer makes a folder where there is none
        await kept.until(lambda: kept.storage is Storage.FINE)
        assert earlier in kept.household.hours

    assert len(kept.said) == len(set(kept.said))  # between taking one away and putting the other there, a second one
    assert [hour.start for hour in hours(kept.file)] == [earlier.start, START.replace(minute=0)]


async def test_a_damage_that_is_found_while_it_runs_costs_no_hour_that_is_still_known(tmp_path: Path):
    first = START.replace(minute=0)
    many = [Hour(first - timedelta(hours=n), 1000.0 + n, 0.0, Quality.METERED, 1.0) for n in range(1, 900)]
    with closing(History(tmp_path / HISTORY_FILE)) as history:
        history.write(Batch(hours=tuple(many)), BOOT)
    octets = bytearray((tmp_path / HISTORY_FILE).read_bytes())
    middle = len(octets) // 2 // 1024 * 1024
    octets[middle : middle + 1024] = bytes(1024)
    (tmp_path / HISTORY_FILE).write_bytes(octets)

    kept = Kept(tmp_path)
    async with kept.living():
        await kept.until(lambda: kept.storage is Storage.SET_ASIDE)
        known = set(kept.household.hours)
        await kept.until(lambda: len(kept.writes) > 4)

    (said,) = kept.said
    assert "set aside as" in said
    assert len(known) > 800
    ended_before = {hour for hour in known if hour.start < START.replace(minute=0)}
    assert ended_before <= set(hours(kept.file))


async def test_a_file_that_another_program_holds_is_said_once_and_nothing_of_that_time_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(salvage, "BUSY_S", 0.05)
    kept = Kept(tmp_path)
    async with kept.living():
        await kept.until(lambda: kept.timebase.now() > 70)
        with closing(sqlite3.connect(kept.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await kept.until(lambda: kept.storage is Storage.FAILING)
            await kept.until(lambda: kept.timebase.now() > 260)
            other.execute("ROLLBACK")
        await kept.until(lambda: kept.storage is Storage.FINE)

    assert len(kept.said) == 1
    assert "another program has it open" in kept.said[0]
    with closing(History(kept.file, read_only=True)) as history:
        minutes = history.minutes(START - timedelta(hours=1), START + timedelta(hours=1))
    assert len(minutes) >= 4
    assert len(hours(kept.file)) == 1


async def test_a_disk_that_hangs_is_given_up_at_its_deadline_and_used_again_when_it_is_back(tmp_path, monkeypatch):
    monkeypatch.setattr(salvage, "BUSY_S", 30.0)  # a call into a held file returns no earlier
    kept = Kept(tmp_path, deadline_s=0.1)
    async with kept.living():
        await kept.until(lambda: kept.timebase.now() > 70)
        with closing(sqlite3.connect(kept.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await kept.until(lambda: kept.storage is Storage.FAILING)
            await kept.until(lambda: kept.worker.lost_s > 0.2)
            other.execute("ROLLBACK")
        await kept.until(lambda: kept.storage is Storage.FINE and not kept.worker.lost_s)

    assert "the disk hangs: a call has not returned for 0.1 s" in kept.said[0]
    with closing(History(kept.file, read_only=True)) as history:
        minutes = history.minutes(START - timedelta(hours=1), START + timedelta(hours=1))
    assert len(minutes) >= 2
