"""Situations at random for the pages: every field at its extremes, and far beyond what a house does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from appliance.household.capacity import Month
from appliance.household.clock import ClockSource
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.money import Cap, Cost, Money, Part
from appliance.household.outlook import HourState, Outlook, StepLost
from appliance.household.recurring import ALWAYS, Recurring
from appliance.household.situation import (
    Alarm,
    AlarmRow,
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
from appliance.household.spot import AREAS, Spot, SpotDay, SpotPrices, around, starts
from appliance.household.tariff import COMMON_STEPS, Basis, HourPrice, Linear, PeakRule, Period, Step, Tariff, Weight
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
    peaks=st.builds(
        PeakRule,
        number=st.integers(1, 10),
        period=st.sampled_from(Period),
        months=st.sampled_from([1, 1, 12]),
        counts=st.sampled_from([ALWAYS, Recurring(frozenset(range(6, 20)))]),
        weights=st.sampled_from([(), (Weight(Recurring(frozenset({22, 23})), Fraction(1, 2)),)]),
    ),
    linear=st.sampled_from([None, None, Linear(49.0, 166.0)]),
    vat=st.sampled_from([0.0, 0.25]),
    steps=st.sampled_from(
        [
            COMMON_STEPS,
            tuple(Step(step.up_to, 99.5 + 777.77 * place) for place, step in enumerate(COMMON_STEPS)),
            (Step(None),),
            (Step(2.25), Step(997.75), Step(1000.0)),
            (Step(2.25, 12_345.0), Step(997.75, 23_456.0), Step(1000.0, 99_999.0)),
        ]
    ),
)
months = st.builds(
    Month,
    moments.map(lambda moment: moment.astimezone(OSLO).date().replace(day=1)),
    tariffs,
    st.lists(hours, max_size=10).map(lambda found: tuple(sorted(found, key=lambda one: -one.import_wh))),
    fuse_a=maybe(st.sampled_from([6.0, 63.0, 1000.0])),
    at_least=st.booleans(),
)
RANGES = {Rule.PHASE: 999, Rule.VOLTAGE: 999, Rule.SILENT: 1e8}
"""What the values of a rule may reach, in its unit; the others are powers and energies, to 99.9 kW."""


def _alarms(rule: Rule) -> st.SearchStrategy[Alarm]:
    values = st.floats(0, RANGES[rule]) if rule in RANGES else watts
    return st.builds(
        Alarm,
        rule=st.just(rule),
        level=st.sampled_from([Level.WATCH, Level.ACT, Level.FAULT]),
        level_since=maybe(moments),
        calls=st.integers(0, 3),
        phase=st.sampled_from([None, 1, 2, 3]),
        value=maybe(values),
        limit=values,
        since=st.none(),
        age_s=st.floats(0, 1e8),
        acknowledged=st.booleans(),
        at_least=st.just(value=False) if rule in RANGES else st.booleans(),
    )


alarms = st.sampled_from(Rule).flatmap(_alarms)
past_alarms = st.sampled_from(Rule).flatmap(
    lambda rule: st.builds(
        AlarmRow,
        began=moments,
        rule=st.just(rule),
        phase=st.sampled_from([None, 1, 2, 3]),
        ended=maybe(moments.map(lambda moment: moment + timedelta(days=366))),
        level=st.sampled_from([Level.WATCH, Level.ACT, Level.FAULT]),
        worst=maybe(st.floats(0, RANGES[rule]) if rule in RANGES else watts),
        limit=st.floats(0, RANGES[rule]) if rule in RANGES else watts,
        acknowledged=st.booleans(),
    )
)


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
        before = (midnight - timedelta(days=1)).astimezone(UTC)
        loads = draw(st.lists(watts, min_size=25, max_size=25))
        ended = _ended(midnight.astimezone(UTC), start, loads)
        if draw(st.booleans()):
            yesterday = _ended(before, midnight.astimezone(UTC), loads)
            ended = (*(replace(hour, quality=Quality.METERED) for hour in yesterday), *ended)
        if known:
            hour = RunningHour(start=start, import_wh=draw(watts), elapsed_s=draw(st.sampled_from([0.0, 60.0, 1200.0])))
            outlook = draw(_outlooks(start))
            today = draw(_days(now.astimezone(OSLO).date(), ended))
    return Situation(
        watch_w=draw(st.floats(1, 50_000)),
        act_w=draw(st.floats(50_001, 100_000)),
        level=draw(maybe(st.sampled_from(Level))),
        signal=draw(st.sampled_from(Signal)),
        power_import_w=draw(maybe(watts)),
        power_export_w=draw(maybe(watts)),
        shows_export=draw(maybe(st.booleans())),
        recent_w=tuple(draw(st.lists(maybe(signed), max_size=10))) * 12,
        phases=draw(st.tuples(phases, phases, phases)),
        phases_known=draw(st.booleans()),
        fuse_a=draw(maybe(st.floats(6, 1000))),
        voltage_limits_v=draw(st.sampled_from([(207.0, 253.0), (0.0, 0.0), (500.0, 999.0)])),
        line_to_line=draw(st.booleans()),
        hour=hour,
        outlook=outlook,
        hour_state=draw(maybe(st.sampled_from(HourState))),
        step_lost=draw(maybe(steps_lost)),
        money=draw(maybe(moneys)),
        spot=draw(maybe(spots(now))),
        today=today,
        month=draw(maybe(months)),
        voltage_day=draw(
            maybe(st.builds(VoltageDay, st.just(date.min), three_volts, three_volts, st.integers(0, 1500)))
        ),
        ended_hours=ended,
        alarms=tuple(draw(st.lists(alarms, max_size=3))),
        past_alarms=tuple(draw(st.lists(past_alarms, max_size=10))),
        local_time=None if now is None else now.astimezone(OSLO),
        clock_source=draw(st.sampled_from(ClockSource)),
        storage=draw(st.sampled_from(Storage)),
        reading_age_s=draw(maybe(st.floats(0, 1e8))),
        meter=draw(
            st.sampled_from(
                [
                    MeterIdentity(),
                    MeterIdentity("kamstrup", "6841121BN243101040", "5706567274389702"),
                    MeterIdentity("kaifa"),
                ]
            )
        ),
        line=draw(st.builds(LineQuality, st.just(0), st.integers(0, 10**9), st.integers(0, 10**9))),
        health=draw(upkeeps),
    )


steps_lost = st.builds(
    StepLost,
    hour=moments.map(lambda moment: moment.replace(minute=0)),
    limit_kw=st.sampled_from([2.0, 4.75, 100.0]),
    was=st.sampled_from([0, 3]),
    now=st.sampled_from([3, 4]),
    above_kw=st.sampled_from([0.0, 2.25, 100.0]),
    up_to_kw=st.sampled_from([None, 5.0, 997.75]),
    dearer_kr=maybe(st.sampled_from([0.4, 99.5, 9999.0])),
)

costs = st.builds(
    Cost,
    st.one_of(st.sampled_from([0.0, 99.994, 99.996, 9999.0]), st.floats(0, 99_999)),
    st.frozensets(st.sampled_from(Part)),
)
moneys = st.builds(
    Money,
    price=st.just(HourPrice(energy_ore=28.99, taxes_ore=8.13, power_ore=None, vat=0.25)),
    kwh=st.builds(Cost, st.floats(-1, 99.99), st.frozensets(st.sampled_from(Part))),
    today=costs,
    yesterday=maybe(costs),
    month=costs,
    forecast=maybe(costs),
    capacity=costs,
    cap=maybe(st.builds(Cap, st.floats(0, 99_999), st.sampled_from([1000.0, 5000.0]))),
    prices_of=maybe(st.dates()),
)


def spots(now: datetime | None) -> st.SearchStrategy[Spot]:
    """The prices of the day, from the least to the most that is believed."""
    day = date(2026, 1, 15) if now is None else now.astimezone(OSLO).date()
    count = len(starts(day))
    ores = st.lists(st.sampled_from([-1500.0, -0.4, 0.0, 99.9, 1000.0, 10_000.0]), min_size=count, max_size=count)
    days = ores.map(lambda ore: (SpotDay(day, tuple(ore)),))
    sources = st.sampled_from(["hvakosterstrommen.no", "elprisetjustnu.se", "192.168.1.40", "prices.home.arpa"])
    prices = st.builds(
        SpotPrices, st.sampled_from(AREAS), sources, st.one_of(st.just(()), days), st.sampled_from([None, "no network"])
    )
    return prices.map(lambda known: around(known, now, 0.25))


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
            shed_w=maybe(watts),
            crosses_in_s=maybe(st.floats(0, 3600)),
            costs_nothing=st.booleans(),
            at_least=st.booleans(),
        )
    )


def _days(day: date, ended: Sequence[Hour]) -> st.SearchStrategy[Today]:
    energy = maybe(st.one_of(st.sampled_from([0.0, 9994, 9995, 99_949, 99_950, 2_397_600]), st.floats(0, 2_397_600)))
    return st.builds(
        Today,
        day=st.just(day),
        import_wh=energy,
        export_wh=energy,
        highest=st.sampled_from([None, *ended]),
    )
