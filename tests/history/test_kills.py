"""Killed at any moment while it writes: the file opens, a minute at most is lost, and the running hour goes on.

A child process keeps a real file in simulated time (`writer.py`), is killed with SIGKILL, and the next one goes on with
what it left: after a restart within the same boot, or after a loss of power. The load is known, so every hour that the
file has can be held to the truth. With HAN_LONG set it is killed 500 times, otherwise 20.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import eq
from pathlib import Path

import pytest

from appliance.history import schema
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.checkpoint import AlarmRow, Batch, MinuteRow, Restored
from appliance.household.hours import Hour, Quality
from appliance.household.rules import Rules
from appliance.household.situation import Level, Rule
from appliance.system.clock import Boot
from tests.history.writer import ALARM_EVERY, ALARM_FROM, ALARM_TO, LIMITS, STEP_S, WRITE_S, energy_wh, power_w
from tests.share import cases

ROUNDS = cases(1, 1, 25)
KILLS_A_ROUND = 20
START = 1_772_002_800  # 2026-02-25 07:00 UTC
ROOT = Path(__file__).parents[2]
EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
HOUR_S, ROUNDING_WH = 3600, 0.01
FORGOTTEN_S = Rules().silent_s + LIMITS.watch.off_delay_s


def spawned(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, env=environment)


def killed_after(process: subprocess.Popen[bytes], delay_s: float) -> list[str]:
    """Kill it so long after it told that it opens the file; the whole lines that it had told."""
    assert process.stdout is not None
    with process:
        try:
            assert process.stdout.readline() == b"open\n"
            time.sleep(delay_s)
            assert process.poll() is None, "it ended by itself"
        finally:
            process.kill()
        last_clock = process.stdout.read().decode()
    return last_clock[: last_clock.rfind("\n") + 1].split("\n")[:-1]


@dataclass(frozen=True)
class Left:
    """What a killed process left."""

    stored: Restored
    hours: dict[int, Hour]
    minutes: dict[int, MinuteRow]
    alarms: list[AlarmRow]

    @property
    def noted(self) -> int:
        """The time of the notes, s; 0 without any."""
        return (
            round(self.stored.checkpoint.utc.timestamp())
            if self.stored.checkpoint and self.stored.checkpoint.utc
            else 0
        )


def left(file: Path, folder: Path, boot: Boot) -> Left:
    """What can be read of a copy of the file, so that the next process meets just what the killed one left."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(file.parent, copy)
    with closing(History(copy / HISTORY_FILE)) as history:
        stored = history.load(boot)
        hours, minutes, alarms = history.hours(*EVER), history.minutes(*EVER), history.alarms(*EVER)
        assert not history.damaged()
        assert history.set_aside is None
    return Left(
        stored,
        {round(hour.start.timestamp()): hour for hour in hours},
        {round(minute.start.timestamp()): minute for minute in minutes},
        alarms,
    )


@dataclass
class Lives:
    """One file, and the processes that kept it one after the other."""

    chance: random.Random
    folder: Path
    utc: int = START
    clock_s: int = 100
    boots: int = 1
    seen: list[tuple[int, int]] = field(default_factory=list)
    """From the first reading of each life to its last notes, s."""
    before: Left | None = None
    worst_loss_s: int = 0

    @property
    def file(self) -> Path:
        return self.folder / "data" / HISTORY_FILE

    @property
    def boot(self) -> Boot:
        return Boot(f"boot-{self.boots}", self.clock_s)

    def live(self, delay_s: float) -> None:
        """Start a process, kill it, and hold what it left to the truth."""
        script = str(Path(__file__).with_name("writer.py"))
        child = spawned(script, str(self.file), str(self.utc), str(self.clock_s), self.boot.boot_id)
        last_clock = killed_after(child, delay_s)
        readings = [int(line) for line in last_clock if line.isdigit()]
        now = left(self.file, self.folder, self.boot)
        if last_clock and last_clock[0].startswith("hour"):
            self.goes_on(last_clock[0].split())
        if readings:
            self.nothing_older_is_lost(readings[-1], now)
            if now.noted >= self.utc:
                self.seen.append((self.utc, now.noted))
            self.minutes_are_right(now)
        else:
            assert now.noted == (self.before.noted if self.before else 0)
        self.hours_are_right(now)
        self.alarms_are_right(now)
        self.before = now
        self.go_dark(readings[-1] if readings else self.utc)

    def go_dark(self, last: int) -> None:
        """Have the next process start a little later, or after a loss of power a good while."""
        if self.chance.random() < 0.7:
            passed_s = STEP_S * self.chance.randint(1, 6)
            self.clock_s += last + passed_s - self.utc
        else:
            passed_s = STEP_S * self.chance.randint(3, 700)
            self.boots += 1
            self.clock_s = 10 + STEP_S * self.chance.randint(0, 11)
        self.utc = last + passed_s

    def nothing_older_is_lost(self, last: int, now: Left) -> None:
        lost_s = last - max(now.noted, self.utc)
        assert 0 <= lost_s <= WRITE_S
        self.worst_loss_s = max(self.worst_loss_s, lost_s)

    def goes_on(self, last_clock: list[str]) -> None:
        """The first reading's running hour: what the notes had, and no more than there was."""
        start, import_wh, continued = int(last_clock[1]), float(last_clock[2]), last_clock[3] == "1"
        assert start == self.utc - self.utc % HOUR_S
        noted = self.before.noted if self.before else 0
        assert continued == (noted >= start), "the running hour is continued"
        assert self.least_wh(start) - ROUNDING_WH <= import_wh <= energy_wh(start, self.utc) + ROUNDING_WH

    def least_wh(self, start: int) -> float:
        """What of an hour was seen, and noted."""
        parts = [(max(one, start), min(other, start + HOUR_S)) for one, other in self.seen]
        return sum(energy_wh(one, other) for one, other in parts if one < other)

    def hours_are_right(self, now: Left) -> None:
        for start in range(START, now.noted - HOUR_S + 1, HOUR_S):
            least_wh, truth_wh = self.least_wh(start), energy_wh(start, start + HOUR_S)
            hour = now.hours.get(start)
            assert hour is not None or not least_wh, f"the hour {start} is lost"
            if hour is None:
                continue
            assert least_wh - ROUNDING_WH <= hour.import_wh <= truth_wh + ROUNDING_WH
            registers = [any(one <= at <= other for one, other in self.seen) for at in (start, start + HOUR_S)]
            if all(registers):
                assert (hour.quality, hour.import_wh) == (Quality.METERED, pytest.approx(truth_wh))

    def minutes_are_right(self, now: Left) -> None:
        """Minutes are cut by the clock of the boot; those of this life that were wholly seen."""
        first = self.utc + -self.clock_s % 60
        for start in range(first, now.noted - 60 + 1, 60):
            assert start in now.minutes, f"the minute {start} is lost"
            powers = [power_w(second) for second in range(start, start + 60, STEP_S)]
            assert now.minutes[start].import_w == pytest.approx(sum(powers) / 6)

    def alarms_are_right(self, now: Left) -> None:
        rows = [row for row in now.alarms if row.rule is Rule.POWER]
        periods = [round(row.began.timestamp()) // 60 // ALARM_EVERY for row in rows]
        for one, other, same in zip(rows, rows[1:], map(eq, periods, periods[1:]), strict=False):
            assert one.ended is not None, "an alarm that was over a restart has no end"
            # After so long unseen an alarm ends when it was last seen, and the same load begins another one.
            assert not same or (other.began - one.ended).total_seconds() > FORGOTTEN_S, "an alarm is there twice"
        for one, other in self.seen:
            for period in range(one // 60 // ALARM_EVERY, other // 60 // ALARM_EVERY + 1):
                began, ended = ((period * ALARM_EVERY + minute) * 60 for minute in (ALARM_FROM, ALARM_TO))
                # An alarm from before the life is held for a while, and may go on in this one.
                if one + 60 <= began and ended + WRITE_S <= other:
                    row = rows[periods.index(period)]
                    assert row.began.timestamp() == began
                    assert row.ended is not None
                    assert row.ended.timestamp() == ended + LIMITS.watch.off_delay_s
                    assert (row.level, row.phase) == (Level.ACT, None)


def delays(chance: random.Random) -> list[float]:
    """Seconds from the opening to the kill: at first within the making of the file, later within the work."""
    early = [chance.uniform(0, 0.012) for _ in range(4)]
    return [*early, *(chance.uniform(0, 1.0) for _ in range(KILLS_A_ROUND - len(early)))]


def test_killed_at_any_moment_it_loses_a_minute_at_most_and_never_the_file(tmp_path):
    kills, worst_s, hours = 0, 0, 0
    for number in range(ROUNDS):
        chance = random.Random(number)
        lives = Lives(chance, tmp_path / str(number))
        lives.file.parent.mkdir(parents=True)
        for delay_s in delays(chance):
            lives.live(delay_s)
            kills += 1
        assert lives.before is not None
        worst_s, hours = max(worst_s, lives.worst_loss_s), hours + len(lives.before.hours)
        assert hours

    print(f"\n{kills} kills: the file always opened, worst loss {worst_s} s, {hours} hours held to the truth")


MIGRATING = """
import os, sys, time
from pathlib import Path
from appliance.history import schema
from appliance.history.database import History

counted = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100000) SELECT n FROM c"
schema.MIGRATIONS += (("CREATE TABLE extra (n INTEGER)", "INSERT INTO extra " + counted, "DROP TABLE spans"),)
os.write(1, b"open\\n")
History(Path(sys.argv[1])).close()
os.write(1, b"done\\n")
time.sleep(60)
"""


def test_killed_in_a_migration_it_leaves_the_old_version_or_the_new_one_and_nothing_between(tmp_path):
    outcomes, now = set(), len(schema.MIGRATIONS)
    hour = Hour(datetime.fromtimestamp(START, UTC), 1000.0, 0.0, Quality.METERED, 1.0)
    for number in range(8):
        file = tmp_path / str(number) / HISTORY_FILE
        file.parent.mkdir()
        with closing(History(file)) as history:
            history.write(Batch(hours=(hour,)), Boot("boot", 1.0))

        killed_after(spawned("-c", MIGRATING, str(file)), 0.02 * number)

        with closing(sqlite3.connect(file)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            rows = connection.execute("SELECT count(*) FROM extra").fetchone() if "extra" in tables else None
        outcomes.add((version, "spans" in tables, rows))
        if version == now:
            with closing(History(file)) as history:
                assert history.hours(*EVER) == [hour]
        else:
            with pytest.raises(HistoryError, match="newer program"):
                History(file)
    assert (now, True, None) in outcomes, "none was killed in the migration"
    assert outcomes <= {(now, True, None), (now + 1, False, (100_000,))}
