"""The notes to go on from: whatever they hold, what makes sense of them is kept, and nothing raises."""

import json
from contextlib import closing
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.history import notes, schema
from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import AlarmRow, Batch, Checkpoint, Restored
from appliance.household.clock import ClockSource
from appliance.household.clock_meaning import ClockFinding
from appliance.household.clock_repeats import ClockReading
from appliance.household.hours import HOUR, Hour, LedgerCheckpoint, Quality, Register, RunningHour
from appliance.household.household import Household
from appliance.household.limit_alarm import AlarmCheckpoint
from appliance.household.live_register import Count, LiveCheckpoint
from appliance.household.outlook import StepLost
from appliance.household.rules import Rules
from appliance.household.situation import Level, Rule, VoltageDay
from appliance.household.units import EnergyUnit
from appliance.meter.makers import ClockZone
from appliance.system.clock import Boot

START = datetime(2026, 1, 15, 3, tzinfo=UTC)
BOOT = Boot("boot", 1000.0)
ENDED = Hour(START - HOUR, 1412.5, 0.0, Quality.METERED, 1.0)
RUNNING = RunningHour(
    start=START, import_wh=512.25, export_wh=3.5, seen_s=1800.0, export_seen_s=1750.0, elapsed_s=1805.0, continued=True
)
ALARMS = tuple(
    AlarmCheckpoint(rule=Rule.PHASE, phase=phase, level=Level.ACT, acknowledged=Level.WATCH, began=START)
    for phase in (1, 2, 3)
)
EACH_FIELD = AlarmCheckpoint(
    rule=Rule.POWER,
    phase=None,
    level=Level.ACT,
    acknowledged=Level.WATCH,
    began=START,
    highest=Level.ACT,
    worst=12_000.0,
    passed=10_000.0,
    furthest=2.4,
    age_s=95.5,
    unseen_s=2.5,
    level_age_s=0.0,
    called=Level.OK,
)
LOST = StepLost(hour=START, limit_kw=5.0, was=1, now=2, above_kw=5.0, up_to_kw=None, dearer_kr=170.5)
WHOLE = Checkpoint(
    ledger=LedgerCheckpoint(
        running=RUNNING,
        register=Register(START, 5_000_000.0, None, "7359990000000001", 12.5, 0.5),
        power=(2.5, 1661.0, None),
        known_to=START + HOUR / 2,
        largest_w=11_250.0,
        units=(EnergyUnit("5706560000000001", 10.0),),
    ),
    held_s=86_400.0,
    clock_findings=(ClockFinding("5706560000000001", 25, ClockZone.LOCAL, 1),),
    meter_id="5706560000000001",
    utc=START + HOUR / 2,
    source=ClockSource.METER,
    last_clock=ClockReading(datetime(2026, 1, 15, 4, 30), 5_000_512.0),
    alarm_checkpoints=ALARMS,
    chime_ages_s=(3.0, 1200.5),
    step_lost=LOST,
    step_lost_seen=False,
    voltage_day=VoltageDay(START.date(), (229.0, None, 228.5), (233.0, None, 235.25)),
    live=LiveCheckpoint("5706560000000001", 10.0, Count(500_051.0, 12.5, 0.0, 5_000_522.5), Count(7.0)),
)
NO_RUNNING = replace(WHOLE, ledger=replace(WHOLE.ledger, running=None))
NOT_CONTINUED = replace(WHOLE, ledger=replace(WHOLE.ledger, running=replace(RUNNING, continued=False)))
NO_REGISTER = replace(WHOLE, ledger=replace(WHOLE.ledger, register=None))
NO_POWER = replace(WHOLE, ledger=replace(WHOLE.ledger, power=None))


def changed(place: str, value: Any) -> str:
    """The notes of `WHOLE` with another value at a place such as ledger.running.seen_s; `...` takes it away."""
    tree = json.loads(notes.written(WHOLE))
    *way, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    inside = tree
    for step in way:
        inside = inside[step]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    return json.dumps(tree)


def test_what_is_written_is_read():
    """Each field of it has a value that is not its default, so that none can be forgotten."""
    assert notes.read(notes.written(WHOLE)) == WHOLE
    for value, empty in ((WHOLE, Checkpoint()), (WHOLE.ledger, LedgerCheckpoint())):
        for field in fields(value):
            assert getattr(value, field.name) != getattr(empty, field.name), field.name
    assert notes.read(notes.written(Checkpoint())) == Checkpoint()


def test_each_field_of_an_alarm_and_of_a_lost_step_is_read_as_it_was_written():
    """None has its default; those of 0 s and of nothing called are told from what an older program left out."""
    for field in fields(AlarmCheckpoint):
        if field.default is not MISSING:
            assert getattr(EACH_FIELD, field.name) != field.default, field.name
    bounded = replace(LOST, up_to_kw=10.0, dearer_kr=None)
    for alarm, lost in ((EACH_FIELD, LOST), (EACH_FIELD, bounded)):
        held = replace(WHOLE, alarm_checkpoints=(alarm,), step_lost=lost)
        assert notes.read(notes.written(held)) == held


INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("place", "value", "left"),
    [
        ("ledger.running.seen_s", -1.0, NO_RUNNING),
        ("ledger.running.seen_s", 1e7, NO_RUNNING),
        ("ledger.running.import_wh", INF, NO_RUNNING),
        ("ledger.running.import_wh", NAN, NO_RUNNING),
        ("ledger.running.import_wh", -1e12, NO_RUNNING),
        ("ledger.running.import_wh", "much", NO_RUNNING),
        ("ledger.running.start", "2036-01-15T03:00:00Z", NO_RUNNING),
        ("ledger.running.start", "2026-01-15T04:00:00Z", NO_RUNNING),
        ("ledger.running.start", "2026-01-15T03:17:00Z", NO_RUNNING),
        ("ledger.running.start", "1026-01-15T03:00:00Z", NO_RUNNING),
        ("ledger.running.start", ..., NO_RUNNING),
        ("ledger.running", "x" * 100_000, NO_RUNNING),
        ("ledger.running.weather", "rain", WHOLE),
        ("ledger.running.continued", ..., NOT_CONTINUED),
        ("ledger.register.import_wh", -5.0, NO_REGISTER),
        ("ledger.register.hour", "2099-01-15T03:00:00Z", NO_REGISTER),
        ("ledger.power", [-1e12, 1661.0, None], NO_POWER),
        ("ledger.power", [1.0], NO_POWER),
        ("ledger", 5, replace(WHOLE, ledger=LedgerCheckpoint())),
        ("ledger", ..., replace(WHOLE, ledger=LedgerCheckpoint())),
        ("step_lost", ..., replace(WHOLE, step_lost=None)),
        ("step_lost.limit_kw", INF, replace(WHOLE, step_lost=None)),
        ("step_lost.now", "two", replace(WHOLE, step_lost=None)),
        ("step_lost.dearer_kr", ..., replace(WHOLE, step_lost=replace(LOST, dearer_kr=None))),
        ("step_lost_seen", ..., replace(WHOLE, step_lost_seen=True)),
        ("step_lost_seen", 7, replace(WHOLE, step_lost_seen=True)),
        ("utc", "yesterday", replace(WHOLE, utc=None)),
        ("utc", "9999-12-31T23:59:59Z", replace(WHOLE, utc=None)),
        ("source", "sundial", replace(WHOLE, source=ClockSource.UNKNOWN)),
        ("told.register_wh", 1e300, replace(WHOLE, last_clock=None)),
        ("marks.1.level", 9, replace(WHOLE, alarm_checkpoints=(ALARMS[0], ALARMS[2]))),
        ("marks", {}, replace(WHOLE, alarm_checkpoints=())),
        ("call_ages_s", [3.0, -1e12, None, 1e400, 1200.5], WHOLE),
        ("voltage_day.lowest_v", [1.0], replace(WHOLE, voltage_day=None)),
        ("weather", {"rain": 5}, WHOLE),
    ],
)  # fmt: skip
def test_what_is_wrong_costs_itself_and_no_more(place: str, value: Any, left: Checkpoint):
    found = notes.read(changed(place, value))

    assert found == left
    Household(Rules()).restore(Restored((ENDED,), found, 12.5), 100.0)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "5", '"x"', "{", "[" * 10_000_000, '{"a":' * 100_000, "9" * 5000, None, 5, b"{}"]
)
def test_what_is_no_notes_is_none(text: Any):
    assert notes.read(text) is None


def kept(file: Path, text: str, clock_s: float = 990.0) -> Any:
    """What a start makes of a file with these notes, with the sum that a program would have given them."""
    with closing(History(file)) as history:
        history.write(Batch(hours=(ENDED,), checkpoint=WHOLE), BOOT)
        history._opened().execute(schema.PUT_NOTES, ("boot", clock_s, text))
        return history.load(BOOT)


@pytest.mark.parametrize("clock_s", [-1e12, 1e12, INF, -INF, 1000.5])
def test_a_clock_that_cannot_be_is_a_cut_of_unknown_length(tmp_path: Path, clock_s: float):
    stored = kept(tmp_path / HISTORY_FILE, notes.written(WHOLE), clock_s)

    assert (stored.checkpoint, stored.downtime_s) == (WHOLE, None)
    Household(Rules()).restore(stored, 100.0)


def test_notes_that_do_not_fit_their_sum_are_left_out(tmp_path: Path):
    file = tmp_path / HISTORY_FILE
    assert kept(file, notes.written(WHOLE)).checkpoint == WHOLE
    with closing(History(file)) as history:
        history._opened().execute("UPDATE notes SET notes = replace(notes, '512.25', '592.25')")
        assert history.load(BOOT).checkpoint is None
        assert history.load(BOOT).hours == (ENDED,)
        assert history.damaged()


def test_the_marks_of_notes_that_are_lost_end_their_entries_without_a_minute_that_nobody_saw(tmp_path: Path):
    file = tmp_path / HISTORY_FILE
    lasting = AlarmRow(
        began=START,
        rule=Rule.VOLTAGE,
        phase=1,
        ended=None,
        level=Level.WATCH,
        worst=204.5,
        limit=207.0,
        acknowledged=False,
    )
    with closing(History(file)) as history:
        history.write(Batch(alarms=(lasting,), checkpoint=WHOLE), BOOT)
        history._opened().execute("DELETE FROM notes")
        history.load(BOOT)
        (entry,) = history.alarms(datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
    assert entry.ended == entry.began
