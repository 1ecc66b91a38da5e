"""Situations at random for the pages: every field at its extremes, and far beyond what a house does."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from appliance.household.clock import ClockSource
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.outlook import Outlook
from appliance.household.situation import (
    Alarm,
    Level,
    LineQuality,
    MeterIdentity,
    Phase,
    Rule,
    Signal,
    Situation,
    Storage,
    Today,
    VoltageDay,
)
from appliance.household.tariff import COMMON_STEPS, Basis, Month, Step, Tariff
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


watts = st.one_of(st.sampled_from([0, 4, 5, 994, 9994, 9995, 9999, 88_888, 99_900]), st.floats(0, 99_900))
signed = st.one_of(watts, watts.map(lambda value: -value))
volts = maybe(st.one_of(st.sampled_from([0.0, 253.4, 999.0]), st.floats(0, 500)))
amperes = maybe(st.one_of(st.sampled_from([-99.94, -9.95, -9.94, -0.04, 99.94, 99.95, 888.8]), st.floats(-120, 200)))
three_volts = st.tuples(volts, volts, volts)
phases = st.builds(Phase, volts, amperes)

# The shortest, an ordinary and the longest day of a year, to the minute.
moments = st.builds(
    lambda day, minutes: datetime.combine(day, datetime.min.time(), OSLO).astimezone(UTC) + timedelta(minutes=minutes),
    st.sampled_from([date(2026, 3, 29), date(2026, 9, 30), date(2026, 10, 25), date(2026, 12, 31)]),
    st.integers(0, 22 * 60),
)
hours = st.builds(
    Hour, moments, watts, watts, st.sampled_from(Quality), st.floats(0, 1), export_quality=st.sampled_from(Quality)
)
tariffs = st.builds(
    Tariff,
    basis=st.sampled_from(Basis),
    days=st.integers(1, 10),
    steps=st.sampled_from([COMMON_STEPS, (Step(None),), (Step(2.25), Step(997.75), Step(1000.0))]),
)
months = st.builds(
    Month,
    moments.map(lambda moment: moment.astimezone(OSLO).date().replace(day=1)),
    tariffs,
    st.lists(hours, max_size=10).map(lambda found: tuple(sorted(found, key=lambda one: -one.import_wh))),
    fuse_a=maybe(st.sampled_from([6.0, 63.0, 1000.0])),
)
RANGES = {Rule.PHASE: 999, Rule.VOLTAGE: 999, Rule.SILENT: 1e8}
"""What the values of a rule may reach, in its unit; the others are powers and energies, to 99.9 kW."""


def _alarms(rule: Rule) -> st.SearchStrategy[Alarm]:
    values = st.floats(0, RANGES[rule]) if rule in RANGES else watts
    return st.builds(
        Alarm,
        rule=st.just(rule),
        level=st.sampled_from([Level.WATCH, Level.ACT, Level.FAULT]),
        phase=st.sampled_from([None, 1, 2, 3]),
        value=maybe(values),
        limit=values,
        since=st.none(),
        age_s=st.floats(0, 1e8),
        acknowledged=st.booleans(),
    )


alarms = st.sampled_from(Rule).flatmap(_alarms)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A situation whose hour, day and time belong together, as the household makes them; all else at random."""
    now: datetime | None = draw(maybe(moments))
    hour: RunningHour | None = None
    outlook: Outlook | None = None
    today: Today | None = None
    ended: tuple[Hour, ...] = ()
    if now is not None:
        known = draw(st.booleans())
        start = now.replace(minute=0)
        midnight = datetime.combine(now.astimezone(OSLO), datetime.min.time(), OSLO)
        ended = _ended(midnight.astimezone(UTC), start, draw(st.lists(watts, min_size=25, max_size=25)))
        if known:
            hour = RunningHour(start=start, import_wh=draw(watts))
            outlook = draw(_outlooks(start))
            today = draw(_days(now.astimezone(OSLO).date(), ended))
    return Situation(
        watch_w=draw(st.floats(1, 50_000)),
        act_w=draw(st.floats(50_001, 100_000)),
        level=draw(maybe(st.sampled_from(Level))),
        signal=draw(st.sampled_from(Signal)),
        power_import_w=draw(maybe(watts)),
        power_export_w=draw(maybe(watts)),
        recent_w=tuple(draw(st.lists(maybe(signed), max_size=10))) * 12,
        phases=draw(st.tuples(phases, phases, phases)),
        phases_known=draw(st.booleans()),
        fuse_a=draw(maybe(st.floats(6, 1000))),
        line_to_line=draw(st.booleans()),
        hour=hour,
        outlook=outlook,
        today=today,
        month=draw(maybe(months)),
        voltage_day=draw(
            maybe(st.builds(VoltageDay, st.just(date.min), three_volts, three_volts, st.integers(0, 1500)))
        ),
        ended_hours=ended,
        alarms=tuple(draw(st.lists(alarms, max_size=2))),
        local_time=None if now is None else now.astimezone(OSLO),
        clock_source=draw(st.sampled_from(ClockSource)),
        storage=draw(st.sampled_from(Storage)),
        reading_age_s=draw(maybe(st.floats(0, 1e8))),
        meter=draw(
            st.sampled_from(
                [
                    MeterIdentity(),
                    MeterIdentity("Kamstrup", "6841121BN243101040", "5706567274389702"),
                    MeterIdentity("Kaifa"),
                ]
            )
        ),
        line=draw(st.builds(LineQuality, st.just(0), st.integers(0, 10**9), st.integers(0, 10**9))),
        health=draw(upkeeps),
    )


upkeeps = st.builds(
    Health,
    maybe(st.sampled_from(LineCondition)),
    st.lists(st.sampled_from(Cause), max_size=2).map(tuple),
    line_settings=st.sampled_from([None, "2400 8E1", "115200 8O1"]),
    addresses=st.sampled_from([(), ("192.168.100.240",)]),
    faults=st.lists(
        st.builds(Fault, st.sampled_from(FaultKind), st.sampled_from(["", "A", "history"])), max_size=1
    ).map(tuple),
)


def _ended(midnight: datetime, start: datetime, loads: Sequence[float]) -> tuple[Hour, ...]:
    count = round((start - midnight) / HOUR)
    return tuple(
        Hour(midnight + HOUR * place, loads[place], 0.0, list(Quality)[place % len(Quality)], 1.0)
        for place in range(count)
    )


def _outlooks(start: datetime) -> st.SearchStrategy[Outlook | None]:
    return maybe(
        st.builds(
            Outlook,
            until=st.just(start + HOUR),
            time_left_s=st.floats(0.1, 3600),
            so_far_wh=watts,
            projection_wh=watts,
            limit_kw=st.just(5.0),
            allowed_wh=maybe(watts),
            headroom_w=maybe(st.floats(0, 100_000)),
        )
    )


def _days(day: date, ended: Sequence[Hour]) -> st.SearchStrategy[Today]:
    energy = maybe(st.one_of(st.sampled_from([0.0, 9994, 9995, 99_949, 99_950, 2_397_600]), st.floats(0, 2_397_600)))
    cost = maybe(st.one_of(st.sampled_from([0.0, 99.994, 99.996, 9999.0]), st.floats(0, 99_999)))
    return st.builds(
        Today,
        day=st.just(day),
        import_wh=energy,
        export_wh=energy,
        cost_kr=cost,
        highest=st.sampled_from([None, *ended]),
    )
