"""Alarms over a power cut, from the readings through the history's file to the table for the grid company."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from appliance.history.csv_export import export
from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import AlarmRow, Batch, Checkpoint
from appliance.household.hours import OSLO
from appliance.household.household import Household
from appliance.household.rules import Delays, PhaseRule, Rules, Thresholds
from appliance.household.situation import Level, Rule
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.system.clock import Boot

NINE = datetime(2026, 11, 9, 9, tzinfo=UTC)
"""10:00 in Norway."""
SOON = Delays(10, 60)
RULES = Rules(
    power=Thresholds(watch_w=5000.0, act_w=10_000.0, watch=Delays(0, 30), act=Delays(0, 30)),
    phase=PhaseRule(fuse_a=40.0, watch_share=0.8, act_share=1.0, watch=SOON, act=SOON),
)


class Box:
    """The appliance beside a Kaifa that sends a full list with its clock every 10 s, written once a minute."""

    def __init__(self, folder: Path, boot: str, utc: datetime, now: float = 20.0) -> None:
        self.boot, self.utc, self.now = boot, utc, now
        self.history = History(folder / HISTORY_FILE)
        self.household = Household(RULES)
        self.household.port(is_open=True)
        self.household.restore(self.history.load(Boot(boot, now)), now)

    def live(self, seconds: int, import_w: float, volts: float, amperes: float) -> set[Level | None]:
        """Return the levels that were shown."""
        shown = set()
        for step in range(1, seconds // 10 + 1):
            self.now += 10
            self.utc += timedelta(seconds=10)
            wall = MeterClock(self.utc.astimezone(OSLO).replace(tzinfo=None))
            reading = Reading(
                offset=0,
                length=120,
                elements=20,
                maker=Maker.KAIFA,
                power_import_w=import_w,
                voltage_l1_v=volts,
                current_l1_a=amperes,
                clock=wall,
            )
            self.household.reading(reading, self.now)
            shown.add(self.household.situation(self.now).level)
            if step % 6 == 0:
                self.write()
        return shown

    def write(self) -> None:
        batch = self.household.record(self.now)
        self.history.write(batch, Boot(self.boot, self.now))
        self.household.written(batch)

    def voltage_table(self) -> list[list[str]]:
        lines = "".join(export(self.history, date(2026, 11, 1), date(2026, 11, 30), "voltage", "en"))
        return list(csv.reader(lines.splitlines()))[1:]

    def log(self) -> list[AlarmRow]:
        return self.history.alarms(NINE - timedelta(days=300), NINE + timedelta(days=300))


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Box]:
    """Ten minutes of 200 V and 11 kW from 10:00 on, and then the power goes."""
    box = Box(tmp_path, "first", NINE)
    box.live(600, 11_000.0, 200.0, 45.0)
    yield box
    box.history.close()


def seconds(row: AlarmRow) -> tuple[float, float | None]:
    """Return when an alarm began and ended, in seconds after 10:00."""
    ended = None if row.ended is None else (row.ended - NINE).total_seconds()
    return (row.began - NINE).total_seconds(), ended


def test_ten_minutes_before_a_cut_of_three_days_are_ten_minutes_in_the_table_for_the_grid_company(before, tmp_path):
    before.history.close()
    after = Box(tmp_path, "second", NINE + timedelta(days=3, minutes=10))
    levels = after.live(600, 500.0, 231.0, 2.0)

    # The monotonic clock was 20 s at 10:00:00, so a minute ended at 10:09:40; its first began with the first list's.
    (excursion,) = after.voltage_table()
    assert excursion == [
        *["2026-11-09", "09:59:40", "UTC+1", "2026-11-09", "10:09:40", "UTC+1", "600", "1", "200.0", "207.0"]
    ]
    found = {row.rule: seconds(row) for row in after.log()}
    assert found == {Rule.POWER: (10, 600), Rule.PHASE: (20, 600), Rule.VOLTAGE: (-20, 580)}
    assert levels == {Level.OK}
    after.history.close()


def test_after_a_cut_an_excursion_that_goes_on_is_another_one(before, tmp_path):
    before.history.close()
    after = Box(tmp_path, "second", NINE + timedelta(hours=2))
    after.live(300, 11_000.0, 200.0, 45.0)
    after.live(120, 500.0, 231.0, 2.0)

    assert [cells[6] for cells in after.voltage_table()] == ["600", "300"]
    after.history.close()


def test_no_excursion_is_longer_than_the_minutes_that_were_measured(before, tmp_path):
    before.live(60, 11_000.0, 200.0, 45.0)
    before.now += 3600
    before.utc += timedelta(hours=1)  # nothing comes from the meter for an hour
    before.live(600, 11_000.0, 200.0, 45.0)
    before.live(120, 500.0, 231.0, 2.0)

    # Lists from 10:00:10 to 10:11:00 lie in 12 minutes, from that of 09:59:40 to that of 10:10:40. Those from 11:11:10
    # to 11:21:00 lie in 11, and the last of these has two lists at 200 V and three at 231, a mean of 218.6 V.
    lengths = [int(cells[6]) for cells in before.voltage_table()]
    minutes = before.history.minutes(NINE - timedelta(days=1), NINE + timedelta(days=1))
    outside = [minute for minute in minutes if minute.voltages_v[0] is not None and minute.voltages_v[0] < 207]
    assert lengths == [720, 600]
    assert sum(lengths) == 60 * len(outside)


def test_a_restart_of_the_program_goes_on_with_the_excursion(before, tmp_path):
    before.history.close()
    # Within a minute, 20 s after the last write of the same boot.
    after = Box(tmp_path, "first", before.utc + timedelta(seconds=5), before.now + 5)
    after.live(300, 11_000.0, 200.0, 45.0)
    after.live(120, 500.0, 231.0, 2.0)

    assert [cells[6] for cells in after.voltage_table()] == ["900"]
    after.history.close()


def test_what_lasted_and_of_which_the_checkpoint_says_nothing_ended_when_it_began(tmp_path):
    history = History(tmp_path / HISTORY_FILE)
    lasts = AlarmRow(
        began=NINE, rule=Rule.VOLTAGE, phase=1, ended=None, level=Level.WATCH, worst=200.0, limit=207.0,
        acknowledged=False,
    )  # fmt: skip
    history.write(Batch(alarms=(lasts,), checkpoint=Checkpoint()), Boot("first", 100.0))
    history.load(Boot("second", 10.0))

    assert [row.ended for row in history.alarms(NINE, NINE + timedelta(days=1))] == [NINE]
    history.close()


def shown_log(box: Box) -> tuple[AlarmRow, ...]:
    """To the second, as the file has it."""
    return tuple(
        replace(row, began=to_second(row.began), ended=row.ended and to_second(row.ended))
        for row in box.household.situation(box.now).past_alarms
    )


def to_second(moment: datetime) -> datetime:
    return datetime.fromtimestamp(round(moment.timestamp()), UTC)


def test_the_log_on_the_panel_is_that_of_the_file_after_a_restart(before, tmp_path):
    before.live(660, 500.0, 231.0, 2.0)
    before.live(120, 11_000.0, 231.0, 2.0)
    before.live(660, 500.0, 231.0, 2.0)
    shown = shown_log(before)
    before.history.close()

    after = Box(tmp_path, "second", NINE + timedelta(hours=3))
    after.live(20, 500.0, 231.0, 2.0)

    assert [row.began for row in shown] == sorted((row.began for row in shown), reverse=True)
    assert {row.rule for row in shown} == {Rule.POWER, Rule.PHASE, Rule.VOLTAGE}
    assert shown_log(after) == shown == tuple(sorted(after.log(), key=lambda row: row.began, reverse=True))
    assert all(row.ended for row in shown)
    after.history.close()


def test_an_alarm_that_goes_on_after_a_restart_is_in_the_log_once_and_has_its_worst_value(before, tmp_path):
    before.history.close()
    after = Box(tmp_path, "first", before.utc + timedelta(seconds=5), before.now + 5)
    after.live(60, 14_000.0, 200.0, 45.0)

    (power,) = [row for row in shown_log(after) if row.rule is Rule.POWER]
    assert (power.began, power.ended, power.worst) == (NINE + timedelta(seconds=10), None, 14_000.0)
    after.history.close()


def test_the_log_on_the_panel_has_the_last_ten(before):
    for _ in range(12):
        before.live(1320, 500.0, 231.0, 2.0)
        before.live(120, 18_000.0, 231.0, 2.0)

    shown = shown_log(before)

    assert len(shown) == 10
    assert {row.rule for row in shown} == {Rule.POWER}
    newest = sorted((row for row in before.log() if row.rule is Rule.POWER), key=lambda row: row.began)[-10:]
    assert [row.began for row in shown] == [row.began for row in reversed(newest)]
