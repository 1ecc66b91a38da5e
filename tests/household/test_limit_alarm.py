"""One rule over time: limits with hysteresis, delays, and what was acknowledged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.limit_alarm import AlarmCheckpoint, Delays, LimitAlarm, SetPoints
from appliance.household.rules import Thresholds
from appliance.household.situation import Level, Rule

LIMITS = Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, on_delay_s=0, off_delay_s=30)
OK, WATCH, ACT, FAULT = Level
MOMENT = datetime(2026, 1, 15, 17, tzinfo=UTC)


def limit_alarm(rules: Thresholds = LIMITS) -> LimitAlarm:
    delays = Delays(rules.on_delay_s, rules.off_delay_s)
    set_points = SetPoints(watch=rules.watch_w, act=rules.act_w, hysteresis=rules.hysteresis_w, delays=delays)
    return LimitAlarm(Rule.POWER, None, set_points)


def power_rule(on_delay_s: float, off_delay_s: float) -> Thresholds:
    return replace(LIMITS, on_delay_s=on_delay_s, off_delay_s=off_delay_s)


def levels(rules: Thresholds, *values: tuple[float, float | None]) -> list[Level]:
    load, found = limit_alarm(rules), []
    for now, value in values:
        load.update(value, now)
        found.append(load.level)
    return found


# Limits.


def test_the_level_rises_with_the_first_value_at_a_limit():
    assert levels(LIMITS, (0, 4999), (1, 5000), (2, 9999), (3, 10_000)) == [OK, WATCH, WATCH, ACT]


def test_the_level_falls_only_after_the_off_delay():
    assert levels(LIMITS, (0, 12_000), (10, 1000), (39.9, 1000), (40, 1000)) == [ACT, ACT, ACT, OK]


def test_a_value_that_comes_back_starts_the_off_delay_again():
    found = levels(LIMITS, (0, 12_000), (10, 1000), (20, 12_000), (30, 1000), (59, 1000), (60, 1000))

    assert found[-2:] == [ACT, OK]


@pytest.mark.parametrize(("value", "left"), [(4800, False), (4799.9, True)])
def test_a_value_within_the_hysteresis_leaves_no_limit(value, left):
    assert levels(LIMITS, (0, 5000), (10, value), (100, value))[-1] is (OK if left else WATCH)


def test_within_the_hysteresis_the_off_delay_starts_again():
    assert levels(LIMITS, (0, 5000), (10, 1000), (39, 4900), (50, 1000), (79, 1000), (80, 1000))[-2:] == [WATCH, OK]


def test_from_act_the_level_falls_to_watch_while_the_lower_limit_holds():
    assert levels(LIMITS, (0, 12_000), (10, 6000), (40, 6000), (500, 6000)) == [ACT, ACT, WATCH, WATCH]


def test_each_limit_has_its_own_off_delay():
    assert levels(LIMITS, (0, 12_000), (10, 6000), (20, 1000), (40, 1000), (49, 1000), (50, 1000))[-3:] == [
        WATCH,
        WATCH,
        OK,
    ]


def test_an_on_delay_waits_before_the_level_rises():
    slow = Thresholds(on_delay_s=60)

    assert levels(slow, (0, 7000), (59, 7000), (60, 7000)) == [OK, OK, WATCH]
    assert levels(slow, (0, 7000), (30, 1000), (40, 7000), (99, 7000), (100, 7000))[-2:] == [OK, WATCH]


def test_each_limit_has_its_own_on_delay():
    slow = Thresholds(on_delay_s=60)

    assert levels(slow, (0, 7000), (30, 12_000), (60, 12_000), (89, 12_000), (90, 12_000))[2:] == [WATCH, WATCH, ACT]


def test_the_hysteresis_is_for_leaving_and_not_for_reaching():
    assert levels(Thresholds(on_delay_s=60), (0, 5000), (30, 4900), (60, 5000), (119, 5000), (120, 5000))[2:] == [
        OK,
        OK,
        WATCH,
    ]


def test_while_the_value_is_unknown_the_level_stays_and_no_time_counts():
    assert levels(LIMITS, (0, 12_000), (10, 1000), (20, None), (60, 1000), (89, 1000), (90, 1000)) == [ACT] * 5 + [OK]
    assert levels(Thresholds(on_delay_s=30), (0, 7000), (20, None), (40, 7000), (69, 7000), (70, 7000))[2:] == [
        OK,
        OK,
        WATCH,
    ]


def test_where_act_cannot_be_reached_the_level_is_watch_and_act_is_left_after_the_off_delay():
    hour = LimitAlarm(Rule.HOUR, None, SetPoints(watch=1.0, act=1.0, hysteresis=0.03, delays=Delays(0, 30)))
    found = []
    for now, act in ((0, False), (10, True), (20, False), (49, False), (50, False)):
        hour.update(1.5, now, act=act)
        found.append(hour.level)

    assert found == [WATCH, ACT, ACT, ACT, WATCH]


def test_a_rule_may_be_a_fault_and_nothing_less():
    silent = LimitAlarm(Rule.SILENT, None, SetPoints(watch=30.0), FAULT)
    silent.update(29.9, 29.9)
    assert silent.level is OK
    silent.update(30.0, 30.0)
    assert silent.level is FAULT


def test_an_update_says_whether_the_level_changed_and_from_what():
    load = limit_alarm()

    assert [load.update(value, now) for now, value in ((0, 1000), (1, 6000), (2, 7000), (3, 12_000), (4, None))] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert (load.before, load.level) == (WATCH, ACT)


def test_the_level_before_is_that_of_the_update_before():
    load, found = limit_alarm(Thresholds(off_delay_s=0)), []
    for now, value in enumerate((12_000, 6000, 100, 100)):
        load.update(value, now)
        found.append(load.before)

    assert found == [OK, ACT, WATCH, OK]


values = st.one_of(st.none(), st.floats(0, 15_000), st.sampled_from([4800.0, 4799.0, 5000.0, 9800.0, 9799.0, 10_000.0]))
lives = st.lists(st.tuples(st.floats(0.1, 60), values), max_size=80)
delays = st.sampled_from([0.0, 10.0, 30.0, 120.0])


@given(lives, delays, delays)
def test_whatever_the_values_no_level_is_left_sooner_than_its_off_delay_or_reached_sooner_than_its_on_delay(
    steps, on_delay_s, off_delay_s
):
    load, now = limit_alarm(power_rule(on_delay_s, off_delay_s)), 0.0
    reached: dict[Level, float] = {}
    over: dict[Level, float | None] = {WATCH: None, ACT: None}
    under: dict[Level, float | None] = {WATCH: None, ACT: None}
    for pause, value in steps:
        now += pause
        before = load.level
        load.update(value, now)
        for level, limit in ((WATCH, 5000), (ACT, 10_000)):
            if value is None or value < limit:
                over[level] = None
            elif over[level] is None:
                over[level] = now
            if value is None or value >= limit - 200:
                under[level] = None
            elif under[level] is None:
                under[level] = now
            if before < level <= load.level:
                since = over[level]
                assert since is not None
                assert now - since >= on_delay_s
                reached[level] = now
            if load.level < level <= before:
                since = under[level]
                assert since is not None
                assert now - since >= off_delay_s
                assert now - reached[level] >= off_delay_s


@given(lives, delays, delays)
def test_whatever_the_values_a_level_that_is_due_is_reached_and_one_that_is_over_is_left(
    steps, on_delay_s, off_delay_s
):
    load, now = limit_alarm(power_rule(on_delay_s, off_delay_s)), 0.0
    for pause, value in steps:
        now += pause
        load.update(value, now)

    for level, value in ((ACT, 10_000.0), (WATCH, 6000.0), (OK, 100.0)):
        load.update(value, now)
        load.update(value, now := now + max(on_delay_s, off_delay_s) + 0.001)
        assert load.level is level


@given(lives)
def test_without_on_delay_the_level_is_never_below_what_the_value_asks_for(steps):
    load, now = limit_alarm(), 0.0
    for pause, value in steps:
        now += pause
        load.update(value, now)
        if value is not None:
            assert load.level >= (ACT if value >= 10_000 else WATCH if value >= 5000 else OK)


# What it says of itself.


def test_its_limit_is_that_of_its_level():
    load, found = limit_alarm(), []
    for now, value in ((0, 1000), (1, 6000), (2, 12_000), (3, 6000), (33, 6000)):
        load.update(value, now)
        found.append(load.limit)

    assert found == [5000, 5000, 10_000, 10_000, 5000]


def test_it_began_when_the_level_left_ok_and_ended_when_it_came_back():
    load = limit_alarm()
    for now, value in ((0, 1000), (10, 6000), (20, 12_000), (30, 1000), (60, 1000)):
        load.update(value, now)

    assert (load.since, load.until) == (10, 60)


def test_its_beginning_is_fixed_when_the_time_is_first_known():
    load = limit_alarm()
    load.update(6000, 100)

    assert load.began(150, None) is None
    assert load.began(160, MOMENT) == MOMENT - timedelta(seconds=60)
    assert load.began(170, MOMENT + timedelta(hours=1)) == MOMENT - timedelta(seconds=60)


def test_another_alarm_has_another_beginning():
    load = limit_alarm()
    load.update(6000, 0)
    assert load.began(0, MOMENT) == MOMENT
    load.update(1000, 10)
    load.update(1000, 40)
    load.update(6000, 50)

    assert load.began(50, MOMENT + timedelta(seconds=50)) == MOMENT + timedelta(seconds=50)


def test_the_worst_value_is_that_since_it_began_and_so_are_its_limit_and_the_highest_level():
    load = limit_alarm()
    for now, value in ((0, 13_000), (10, 1000), (40, 1000), (50, 5500), (60, 6000), (70, 5500)):
        load.update(value, now)

    assert (load.worst, load.passed, load.highest, load.value) == (6000, 5000, WATCH, 5500)


def test_the_highest_level_outlasts_a_fall():
    load = limit_alarm()
    for now, value in ((0, 6000), (10, 12_000), (20, 6000), (50, 6000)):
        load.update(value, now)

    assert (load.level, load.highest, load.worst, load.passed) == (WATCH, ACT, 12_000, 10_000)


def test_a_level_that_is_reached_by_standing_has_its_own_limit():
    load = limit_alarm(Thresholds(on_delay_s=60))
    for now, value in ((0, 7000), (30, 12_000), (60, 12_000), (90, 12_000)):
        load.update(value, now)

    assert (load.highest, load.worst, load.passed) == (ACT, 12_000, 10_000)


def test_a_value_that_people_know_otherwise_is_shown_as_they_know_it():
    volts = LimitAlarm(Rule.VOLTAGE, 1, SetPoints(watch=0.0, hysteresis=1.0))
    for now, (outside, mean_v, limit_v) in enumerate([(2.0, 205.0, 207.0), (4.0, 257.0, 253.0), (1.0, 206.0, 207.0)]):
        volts.update(outside, now, shown=(mean_v, limit_v))

    assert (volts.value, volts.limit, volts.worst, volts.passed) == (206.0, 207.0, 257.0, 253.0)


# Acknowledged.


def test_what_is_acknowledged_stays_so_until_it_is_over():
    load = limit_alarm()
    load.update(12_000, 0)
    load.acknowledged = ACT
    for now, value in ((10, 6000), (40, 6000), (50, 12_000)):
        load.update(value, now)
        assert load.acknowledged is ACT
    load.update(1000, 60)
    load.update(1000, 90)

    assert (load.level, load.acknowledged) == (OK, OK)


def test_what_gets_worse_is_more_than_was_acknowledged():
    load = limit_alarm()
    load.update(6000, 0)
    load.acknowledged = WATCH
    load.update(12_000, 10)

    assert load.level > load.acknowledged


# Over a restart.


def test_after_a_restart_it_goes_on_with_level_beginning_and_worst():
    load = limit_alarm()
    for now, value in ((0, 13_000), (10, 6000), (40, 6000)):
        load.update(value, now)
    load.acknowledged = WATCH
    again = limit_alarm()
    again.restore(load.checkpoint(40, MOMENT), 1000)
    again.update(7000, 1000)

    assert (again.level, again.acknowledged, again.highest) == (WATCH, WATCH, ACT)
    assert (again.worst, again.passed) == (13_000, 10_000)
    assert again.began(1000, MOMENT + timedelta(days=1)) == MOMENT - timedelta(seconds=40)
    assert again.checkpoint(1000, None) == load.checkpoint(40, None)


@pytest.mark.parametrize(("level", "value"), [(WATCH, 6000.0), (ACT, 12_000.0)])
def test_after_a_restart_a_value_that_still_asks_for_the_level_changes_nothing(level, value):
    again = limit_alarm(Thresholds(on_delay_s=60))
    again.restore(AlarmCheckpoint(rule=Rule.POWER, phase=None, level=level, acknowledged=OK, began=MOMENT), 1000)

    assert not again.update(value, 1000)
    assert again.level is level


def test_after_a_restart_the_off_delay_counts_again():
    again = limit_alarm()
    again.restore(AlarmCheckpoint(rule=Rule.POWER, phase=None, level=ACT, acknowledged=OK, began=MOMENT), 1000)
    found = []
    for now in (1005, 1034.9, 1035):
        again.update(100, now)
        found.append(again.level)

    assert found == [ACT, ACT, OK]
