"""The status answer of an older program: programs that ask today's appliance get the same fields with the same values.

tests/service/old/status-1.json is what the program of commit 93541d4 answered for `SITUATION`, before the code was
parted into rooms and its names changed. Every field has a value in it, and every rule, cause and fault is there.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.household.capacity import Month
from appliance.household.clock import ClockSource
from appliance.household.hours import OSLO, Hour, Quality, RunningHour
from appliance.household.money import Cost, Money, Part
from appliance.household.outlook import Outlook
from appliance.household.situation import (
    Alarm,
    Chime,
    Level,
    LineQuality,
    MeterIdentity,
    Phase,
    Rule,
    Signal,
    Situation,
    Sound,
    Storage,
    Today,
    VoltageDay,
)
from appliance.household.tariff import Basis, HourPrice, PeakRule, Step, Tariff, by_day_and_night
from appliance.service import status
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition

THEN = json.loads((Path(__file__).parent / "old" / "status-1.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 10, 25, 0, 36, 10, tzinfo=UTC)
HOUR_START = datetime(2026, 10, 25, tzinfo=UTC)
OLD_FAULTS = (FaultKind.HISTORY, FaultKind.SETTINGS, FaultKind.BUTTON, FaultKind.PINS, FaultKind.PART)
MONEY = Money(
    price=HourPrice(energy_ore=50.5, taxes_ore=0.0, power_ore=None, vat=0.0),
    kwh=Cost(0.505, frozenset({Part.POWER})),
    today=Cost(18.42, frozenset({Part.POWER})),
    yesterday=None,
    month=Cost(250.0, frozenset({Part.POWER})),
    forecast=None,
    capacity=Cost(250.0),
)
SITUATION = Situation(
    watch_w=5000.0,
    act_w=10_000.0,
    level=Level.ACT,
    signal=Signal.RECEIVING,
    power_import_w=13_040.5,
    power_export_w=0.0,
    recent_w=(430.0, None, -380.25),
    phases=(Phase(231.2, 41.5), Phase(229.75, None), Phase(None, -7.4)),
    phases_known=True,
    fuse_a=40.0,
    line_to_line=True,
    hour=RunningHour(
        start=HOUR_START,
        import_wh=1412.5,
        export_wh=12.25,
        seen_s=2100.0,
        export_seen_s=1800.0,
        elapsed_s=2170.0,
        continued=True,
    ),
    outlook=Outlook(
        until=HOUR_START.replace(hour=1),
        time_left_s=1430.0,
        so_far_wh=1412.5,
        projection_wh=5856.25,
        limit_kw=5.0,
        allowed_wh=4590.0,
        headroom_w=3675.5,
        costs_nothing=False,
        mean_kw=5.42,
        step=2,
    ),
    today=Today(
        day=date(2026, 10, 25),
        import_wh=17_100.0,
        export_wh=21.5,
        highest=Hour(start=HOUR_START, import_wh=2650.0, export_wh=3.0, quality=Quality.PARTLY, coverage=0.5),
    ),
    money=MONEY,
    month=Month(
        first=date(2026, 10, 1),
        tariff=Tariff(
            valid_from=date(2026, 7, 1),
            basis=Basis.PEAKS,
            peaks=PeakRule(number=3),
            steps=(Step(5.0, 250.0), Step(10.0), Step(None, 900.5)),
            limit_is_lower=False,
            energy=by_day_and_night(day_ore=50.5, night_ore=40.0),
        ),
        peaks=tuple(
            Hour(
                start=datetime(2026, 10, 2 + day, 16, tzinfo=UTC),
                import_wh=5430.0 - day,
                export_wh=1.5,
                quality=quality,
                coverage=1.0,
                export_quality=Quality.INTEGRATED,
            )
            for day, quality in enumerate(Quality)
        ),
        since=datetime(2026, 10, 2, 9, tzinfo=UTC),
        fuse_a=40.0,
    ),
    voltage_day=VoltageDay(date(2026, 10, 25), (226.4, None, 204.1), (233.8, None, 235.25), 3),
    ended_hours=(Hour(start=HOUR_START, import_wh=1000.0, export_wh=0.0, quality=Quality.METERED, coverage=1.0),),
    alarms=(
        Alarm(
            rule=Rule.POWER,
            level=Level.ACT,
            phase=None,
            value=13_040.5,
            limit=10_000.0,
            since=None,
            age_s=95.5,
            acknowledged=False,
        ),
        Alarm(
            rule=Rule.HOUR,
            level=Level.WATCH,
            phase=None,
            value=5856.25,
            limit=5000.0,
            since=NOW,
            age_s=190.0,
            acknowledged=False,
        ),
        Alarm(
            rule=Rule.PHASE,
            level=Level.WATCH,
            phase=1,
            value=41.5,
            limit=32.0,
            since=NOW,
            age_s=60.25,
            acknowledged=True,
        ),
        Alarm(
            rule=Rule.VOLTAGE,
            level=Level.WATCH,
            phase=2,
            value=204.1,
            limit=207.0,
            since=NOW,
            age_s=61.0,
            acknowledged=True,
        ),
        Alarm(
            rule=Rule.EXPORT,
            level=Level.WATCH,
            phase=None,
            value=5400.0,
            limit=5000.0,
            since=NOW,
            age_s=62.0,
            acknowledged=False,
        ),
        Alarm(
            rule=Rule.SILENT,
            level=Level.FAULT,
            phase=None,
            value=33.5,
            limit=30.0,
            since=NOW,
            age_s=3.5,
            acknowledged=False,
        ),
    ),
    chime=Chime(7, Sound.ACT),
    quiet=False,
    muted_s=1790.5,
    local_time=NOW.astimezone(OSLO),
    clock_source=ClockSource.METER,
    storage=Storage.SET_ASIDE,
    reading_age_s=0.4,
    meter=MeterIdentity("Kamstrup", "6841121BN243101040", "5706567274389702"),
    line=LineQuality(4_812_000, 41_286, 12),
    health=Health(
        line=LineCondition.DAMAGED,
        causes=(Cause.PORT_CLOSED, Cause.CABLE, Cause.CONVERTER, Cause.OVERCURRENT_PAUSE),
        port="/dev/serial0",
        line_settings="2400 8E1",
        authentication="unverified",
        addresses=("192.168.1.40", "fe80::1"),
        faults=tuple(Fault(kind, f"what of {kind.value}") for kind in OLD_FAULTS),
    ),
)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its keys before it, and every key of an empty one."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{place}.{key}")
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{place}[{number}]")
    else:
        yield place, value


def answered(situation: Situation) -> Any:
    return json.loads(msgspec.json.encode(status.answer(situation, 3700.0)))


def test_each_field_has_its_name_and_value():
    now, then = dict(leaves(answered(SITUATION)["situation"])), dict(leaves(THEN["situation"]))

    assert {place: now.get(place) for place in then} == then


SINCE = (
    "hour_state",
    "step_lost",
    *(f"outlook.{name}" for name in ("mean_w", "shed_w", "crosses_in_s", "lost", "at_least")),
    *(f"alarms[0].{name}" for name in ("at_least", "level_since", "calls")),
)
"""Fields that came after it."""


def test_the_fields_that_came_since_are_beside_them():
    now, then = dict(leaves(answered(SITUATION)["situation"])), dict(leaves(THEN["situation"]))

    assert {f".{place}" for place in SINCE} <= now.keys() - then.keys()


def test_a_limit_that_is_told_is_certain():
    """Field `certain` is of a time when it could be a guess."""
    assert SITUATION.outlook is not None
    free = replace(SITUATION, outlook=replace(SITUATION.outlook, limit_kw=None, allowed_wh=None, headroom_w=None))

    assert answered(SITUATION)["situation"]["outlook"]["certain"] is True
    assert answered(free)["situation"]["outlook"]["certain"] is False


def test_beside_the_situation_stand_the_same_fields():
    """Their values are this process's own, but for the shape's version."""
    now = answered(SITUATION)

    assert now.keys() == THEN.keys()
    assert now["process"].keys() == THEN["process"].keys()
    assert now["version"] == THEN["version"] == 1


def test_no_field_is_empty_but_those_of_single_phases_days_and_alarms():
    """Else a field could go, or get another name inside, and nobody would see it."""
    empty = {place for place, value in leaves(THEN["situation"]) if value in (None, {}, [])}

    assert empty == {
        ".recent_w[1]", ".phases[1].current_a", ".phases[2].voltage_v",
        ".month.tariff.steps[1].price_kr", ".month.tariff.steps[2].up_to",
        ".voltage_day.lowest_v[1]", ".voltage_day.highest_v[1]",
        *(f".alarms[{number}].phase" for number in (0, 1, 4, 5)), ".alarms[0].since",
    }  # fmt: skip


def test_todays_program_understands_the_older_ones_answer():
    found = status.understood(THEN)

    assert (found.version, found.situation.level) == (1, Level.ACT)
    assert found.situation.health == replace(SITUATION.health, authentication=None)
    assert found.situation.alarms == SITUATION.alarms
    assert found.situation.chime == SITUATION.chime
    assert SITUATION.month is not None
    unpriced = replace(SITUATION.month.tariff, energy=None)  # its two prices say nothing of holidays
    assert found.situation.month == replace(SITUATION.month, tariff=unpriced)


@pytest.mark.parametrize(
    ("enumeration", "values"),
    [
        (Level, [0, 1, 2, 3]),
        (Rule, ["power", "hour", "phase", "voltage", "export", "silent"]),
        (Signal, ["waiting", "receiving", "silent", "no port"]),
        (Storage, ["none", "fine", "set aside", "failing"]),
        (Sound, ["look", "act", "over", "fault"]),
        (Quality, ["edited", "metered", "integrated", "partly", "unknown"]),
        (ClockSource, ["unknown", "system", "meter"]),
        (Basis, ["highest-days", "fuse", "none"]),
        (LineCondition, ["searching", "fine", "silent", "noise", "wrong settings", "inverted", "damaged", "missing",
                         "no port"]),
        (Cause, ["port closed", "cable", "converter", "overcurrent pause"]),
        (FaultKind, ["history", "settings", "button", "pins", "room", "settings, defaults", "display"]),
    ],
)  # fmt: skip
def test_each_word_of_an_enumeration_is_the_word_it_was(enumeration: Any, values: list[Any]):
    """Further ones may have come."""
    assert set(values) <= {member.value for member in enumeration}
