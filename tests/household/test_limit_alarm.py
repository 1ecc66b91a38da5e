"""One rule over time: limits with hysteresis, delays, and what was acknowledged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.limit_alarm import ACKNOWLEDGED_S, AlarmCheckpoint, LimitAlarm, SetPoints
from appliance.household.rules import Delays
from appliance.household.situation import Level, Rule

LIMITS = SetPoints(watch=5000, act=10_000, hysteresis=200, delays=Delays(0, 30))
OK, WATCH, ACT, FAULT = Level
MOMENT = datetime(2026, 1, 15, 17, tzinfo=UTC)


def limit_alarm(set_points: SetPoints = LIMITS) -> LimitAlarm:
    return LimitAlarm(Rule.POWER, None, set_points)


def power_rule(on_delay_s: float, off_delay_s: float = 30) -> SetPoints:
    return replace(LIMITS, delays=Delays(on_delay_s, off_delay_s))


def levels(rules: SetPoints, *values: tuple[float, float | None]) -> list[Level]:
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
    slow = power_rule(60)

    assert levels(slow, (0, 7000), (59, 7000), (60, 7000)) == [OK, OK, WATCH]
    assert levels(slow, (0, 7000), (30, 1000), (40, 7000), (99, 7000), (100, 7000))[-2:] == [OK, WATCH]


def test_each_limit_has_its_own_on_delay():
    slow = power_rule(60)

    assert levels(slow, (0, 7000), (30, 12_000), (60, 12_000), (89, 12_000), (90, 12_000))[2:] == [WATCH, WATCH, ACT]


def test_the_hysteresis_is_for_leaving_and_not_for_reaching():
    assert levels(power_rule(60), (0, 5000), (30, 4900), (60, 5000), (119, 5000), (120, 5000))[2:] == [
        OK,
        OK,
        WATCH,
    ]


def test_while_the_value_is_unknown_the_level_stays_and_no_time_counts():
    assert levels(LIMITS, (0, 12_000), (10, 1000), (20, None), (60, 1000), (89, 1000), (90, 1000)) == [ACT] * 5 + [OK]
    assert levels(power_rule(30), (0, 7000), (20, None), (40, 7000), (69, 7000), (70, 7000))[2:] == [
        OK,
        OK,
        WATCH,
    ]


def test_where_act_cannot_be_reached_the_level_is_watch_and_act_is_left_after_the_off_delay():
    hour = LimitAlarm(Rule.HOUR, None, SetPoints(watch=1.0, act=1.0, hysteresis=0.03, delays=Delays(0, 30)))
    found = []
    for now, act in ((0, False), (10, True), (20, False), (49, False), (50, False)):
        hour.update(1.5, now, act_value=float(act))
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
    load, found = limit_alarm(power_rule(0, 0)), []
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
    load = limit_alarm(power_rule(60))
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
    assert again.restore(load.checkpoint(40, MOMENT), 1000, 0.0)
    again.update(7000, 1000)

    assert (again.level, again.acknowledged, again.highest) == (WATCH, WATCH, ACT)
    assert (again.worst, again.passed) == (13_000, 10_000)
    assert again.began(1000, MOMENT + timedelta(days=1)) == MOMENT - timedelta(seconds=40)
    assert again.checkpoint(1000, None) == load.checkpoint(40, None)


@pytest.mark.parametrize(("level", "value"), [(WATCH, 6000.0), (ACT, 12_000.0)])
def test_after_a_restart_a_value_that_still_asks_for_the_level_changes_nothing(level, value):
    again = limit_alarm(power_rule(60))
    again.restore(AlarmCheckpoint(rule=Rule.POWER, phase=None, level=level, acknowledged=OK, began=MOMENT), 1000, 5.0)

    assert not again.update(value, 1000)
    assert again.level is level


def test_after_a_restart_the_off_delay_counts_again():
    again = limit_alarm()
    again.restore(AlarmCheckpoint(rule=Rule.POWER, phase=None, level=ACT, acknowledged=OK, began=MOMENT), 1000, 5.0)
    found = []
    for now in (1005, 1034.9, 1035):
        again.update(100, now)
        found.append(again.level)

    assert found == [ACT, ACT, OK]


# Not seen.


def unseen_after(unseen_s: float, on_delay_s: float = 0.0) -> LimitAlarm:
    set_points = SetPoints(watch=5000, act=10_000, hysteresis=200, delays=Delays(on_delay_s, 30), unseen_s=unseen_s)
    return LimitAlarm(Rule.POWER, None, set_points)


def test_without_a_time_for_it_a_rule_is_never_out_of_sight():
    load = limit_alarm()
    load.update(6000, 0)

    assert not load.end_unseen(1e12)


def test_it_ends_when_it_was_last_seen_and_starts_afresh():
    load = unseen_after(60, on_delay_s=20)
    for now, value in ((0, 12_000), (20, 12_000), (50, 12_000), (55, None)):
        load.update(value, now)
    assert (load.level, load.end_unseen(110), load.level) == (ACT, False, ACT)
    assert (load.end_unseen(110.1), load.before, load.level, load.until) == (True, ACT, OK, 50)
    assert not load.end_unseen(200)
    found = []
    for now in (200, 219, 220):
        load.update(12_000, now)
        found.append(load.level)

    assert found == [OK, OK, ACT]
    assert load.since == 220


def test_a_delay_that_runs_does_not_run_on_unseen():
    load = unseen_after(60, on_delay_s=100)
    load.update(6000, 0)
    assert not load.end_unseen(150)
    load.update(6000, 150)

    assert load.level is OK


def test_when_a_value_was_seen_may_be_before_it_is_judged():
    load = unseen_after(60)
    load.update(6000, 0)
    load.update(6000, 30, seen_at=12)

    assert not load.end_unseen(72)
    assert load.end_unseen(72.1)
    assert load.until == 12


def acknowledged_unseen() -> LimitAlarm:
    load = unseen_after(60)
    load.update(6000, 0)
    load.acknowledged = WATCH
    assert load.end_unseen(1000)
    return load


@pytest.mark.parametrize(("after_s", "acknowledged"), [(ACKNOWLEDGED_S, WATCH), (ACKNOWLEDGED_S + 1, OK)])
def test_what_was_acknowledged_is_remembered_for_five_minutes_after_it_is_seen_again(after_s, acknowledged):
    assert ACKNOWLEDGED_S == 5 * 60
    load = acknowledged_unseen()
    load.update(100, 2000)
    load.update(6000, 2000 + after_s)

    assert (load.level, load.acknowledged) == (WATCH, acknowledged)


def test_what_is_remembered_is_forgotten_when_it_is_over():
    load = acknowledged_unseen()
    for now, value in ((2000, 6000), (2010, 100), (2040, 100)):
        load.update(value, now)

    assert (load.level, load.acknowledged) == (OK, OK)


def test_it_is_remembered_anew_each_time_that_it_is_lost_sight_of():
    load = acknowledged_unseen()
    load.update(6000, 2000)
    assert load.end_unseen(3000)
    load.update(100, 4000)
    load.update(6000, 4000 + ACKNOWLEDGED_S)

    assert load.acknowledged is WATCH


@pytest.mark.parametrize(
    ("level", "downtime_s", "unseen_s", "goes_on"),
    [(WATCH, 20, 40, True), (WATCH, 20.1, 40, False), (WATCH, 0, 60, True), (WATCH, None, 0, False), (OK, 1, 1, False)],
)
def test_over_a_restart_it_goes_on_if_it_was_seen_of_late(level, downtime_s, unseen_s, goes_on):
    again = unseen_after(60)
    checkpoint = AlarmCheckpoint(
        rule=Rule.POWER, phase=None, level=level, acknowledged=WATCH, began=MOMENT, age_s=300.0, unseen_s=unseen_s
    )

    assert again.restore(checkpoint, 1000, downtime_s) is goes_on
    assert (again.level, again.acknowledged) == (WATCH if goes_on else OK, WATCH)
    if goes_on:
        assert (again.since, again.seen_at) == (1000 - downtime_s - 300, 1000 - downtime_s - unseen_s)
        assert again.checkpoint(1000, None) == replace(
            checkpoint,
            age_s=300 + downtime_s,
            unseen_s=downtime_s + unseen_s,
            highest=WATCH,
            passed=5000,
            level_age_s=300 + downtime_s,  # an older program left it out: as long as the alarm
            called=WATCH,  # and it has called at its level
        )


def test_a_checkpoint_of_an_older_program_begins_with_it():
    again = unseen_after(60)
    again.restore(AlarmCheckpoint(rule=Rule.POWER, phase=None, level=ACT, acknowledged=OK, began=MOMENT), 1000, 5.0)

    assert (again.since, again.seen_at) == (995, 995)


def test_what_is_over_has_no_beginning_in_a_checkpoint():
    load = acknowledged_unseen()

    assert load.checkpoint(1000, MOMENT) == AlarmCheckpoint(
        rule=Rule.POWER, phase=None, level=OK, acknowledged=WATCH, began=None
    )


def test_a_rule_that_is_removed_ends_and_is_no_longer_acknowledged():
    load = limit_alarm()
    load.update(12_000, 0)
    load.acknowledged = ACT
    load.disable(40)

    assert (load.before, load.level, load.acknowledged, load.until) == (ACT, OK, OK, 40)


def test_before_its_first_value_it_is_over_nothing_and_says_so():
    load = limit_alarm()

    assert (load.level, load.before, load.acknowledged, load.highest) == (OK, OK, OK, OK)
    assert (load.value, load.worst, load.limit, load.passed) == (None, None, 5000, 5000)
    assert (load.since, load.until, load.seen_at, load.at_least) == (0.0, 0.0, float("-inf"), False)
    assert load.checkpoint(0, MOMENT).began is None
    assert not load.end_unseen(1e9)


def test_what_is_left_out_of_its_limits_is_none():
    assert SetPoints(watch=1.0) == SetPoints(
        watch=1.0,
        act=float("inf"),
        hysteresis=0.0,
        delays=Delays(0.0, 0.0),
        act_delays=None,
        act_latches=False,
        unseen_s=float("inf"),
        repeat_s=0.0,
        always_calls=None,
    )
    old = AlarmCheckpoint(rule=Rule.POWER, phase=None, level=WATCH, acknowledged=OK, began=None)
    assert (old.highest, old.worst, old.passed, old.furthest, old.age_s, old.unseen_s) == (OK, None, None, 0.0, None, 0)
    assert (old.level_age_s, old.called) == (None, None)


def test_it_goes_by_the_limits_and_delays_of_another():
    load = unseen_after(60)
    load.update(6000, 0)
    other = SetPoints(watch=5500, act=5900, hysteresis=500, delays=Delays(10, 20), unseen_s=100)
    load.take_limits_of(LimitAlarm(Rule.POWER, None, other))
    found = []
    for now, value in ((10, 6000), (20, 6000), (30, 5001), (50, 5001), (60, 4999), (79, 4999), (80, 4999)):
        load.update(value, now)
        found.append(load.level)

    # ACT is 5,900 W for 10 s, left below 5,400 for 20 s; WATCH is left below 5,000.
    assert found == [WATCH, ACT, ACT, WATCH, WATCH, WATCH, OK]
    load.update(6000, 100)
    load.update(6000, 110)
    assert (load.end_unseen(210), load.end_unseen(210.1)) == (False, True)


def test_an_alarm_that_lasts_stays_acknowledged():
    load = unseen_after(60)
    load.update(6000, 0)
    load.acknowledged = WATCH
    for now in range(0, 1000, 10):
        load.update(6000, now)

    assert load.acknowledged is WATCH


def test_it_knows_its_newest_value_while_all_is_well():
    load = limit_alarm()
    load.update(1000, 0)
    load.update(900, 10, shown=(0.9, 5.0))
    assert (load.value, load.limit) == (0.9, 5.0)
    load.update(800, 20)

    assert (load.value, load.limit) == (800, 5000)


def test_what_was_acknowledged_is_remembered_while_the_on_delay_runs():
    load = unseen_after(60, on_delay_s=20)
    load.update(6000, 0)
    load.update(6000, 20)
    load.acknowledged = WATCH
    load.end_unseen(1000)
    for now in (2000, 2010, 2020):
        load.update(6000, now)

    assert (load.level, load.acknowledged, load.until) == (WATCH, WATCH, 20)


def test_of_two_values_that_are_as_far_over_the_first_is_the_worst():
    volts = LimitAlarm(Rule.VOLTAGE, 1, SetPoints(watch=0.0, hysteresis=1.0))
    volts.update(2.0, 0, shown=(205.0, 207.0))
    volts.update(2.0, 60, shown=(255.0, 253.0))

    assert (volts.worst, volts.passed) == (205.0, 207.0)


# Two limits, each with its delays.


def test_each_limit_may_have_its_own_delays():
    # Issue 16: "each phase: yellow from 100 % for 5 min, red from 115 % for 60 s". 33 A are 132 % of 25 A.
    phase = SetPoints(watch=25.0, act=28.75, hysteresis=1.0, delays=Delays(300, 600), act_delays=Delays(60, 60))

    assert levels(phase, (0, 33), (59, 33), (60, 33)) == [OK, OK, ACT]
    assert levels(phase, (0, 26), (299, 26), (300, 26)) == [OK, OK, WATCH]
    # Down again: red to yellow after 60 s below 27.75 A, yellow to green after 600 s below 24 A.
    down = ((0, 33), (60, 33), (100, 10), (159, 10), (160, 10), (699, 10), (700, 10))
    assert levels(phase, *down) == [OK, ACT, ACT, ACT, WATCH, WATCH, OK]


def test_a_red_that_took_less_time_than_yellow_falls_to_yellow_while_the_lower_limit_holds():
    phase = SetPoints(watch=25.0, act=28.75, hysteresis=1.0, delays=Delays(300, 600), act_delays=Delays(60, 60))

    assert levels(phase, (0, 33), (60, 33), (70, 26), (130, 26), (5000, 26)) == [OK, ACT, ACT, WATCH, WATCH]


def test_act_by_another_value_needs_the_lowest_level():
    hour = LimitAlarm(Rule.HOUR, None, SetPoints(watch=1.0, act=1.0))
    hour.update(0.9, 0, act_value=5.0)
    assert hour.level is OK
    hour.update(1.0, 1, act_value=5.0)
    assert hour.level is ACT


def test_act_that_latches_lasts_until_the_lowest_level_is_left_or_it_is_let_go():
    latching = SetPoints(watch=1.0, act=1.0, delays=Delays(0, 60), act_delays=Delays(), act_latches=True)
    found, hour = [], LimitAlarm(Rule.HOUR, None, latching)
    for now, share, urgency in ((0, 1.2, 1.0), (10, 1.2, 0.0), (900, 1.2, 0.0), (910, 0.9, 0.0), (970, 0.9, 9.0)):
        hour.update(share, now, act_value=urgency)
        found.append(hour.level)
    assert found == [ACT, ACT, ACT, ACT, OK]

    hour.update(1.2, 1000, act_value=1.0)
    hour.release()
    hour.update(1.2, 1010, act_value=0.0)
    assert hour.level is WATCH


# Calls.


def calling(repeat_s: float = 1800.0, always_calls: Level | None = None) -> LimitAlarm:
    return limit_alarm(replace(power_rule(0, 0), repeat_s=repeat_s, always_calls=always_calls))


def calls(load: LimitAlarm, *values: tuple[float, float]) -> list[bool]:
    found = []
    for now, value in values:
        load.update(value, now)
        found.append(load.has_called())
    return found


def test_it_calls_when_it_rises_to_a_level_and_not_while_it_is_there_or_falls():
    load = calling()
    assert calls(load, (0, 100), (1, 6000), (2, 6500), (3, 12_000), (4, 13_000), (5, 6000), (6, 100)) == [
        False,
        True,
        False,
        True,
        False,
        False,
        False,
    ]
    load.update(12_000, 4000)
    assert (load.has_called(), load.has_called()) == (True, False)


def test_calls_are_counted_since_it_began():
    load = calling()
    for now, value in ((0, 6000), (10, 12_000)):
        load.update(value, now)
    load.call_again()
    assert (load.calls, load.called) == (3, ACT)
    load.update(100, 20)
    load.update(6000, 5000)
    assert (load.calls, load.called) == (1, WATCH)


@pytest.mark.parametrize(("after_s", "has_called"), [(1, False), (1799, False), (1800, True)])
def test_a_level_that_it_was_at_a_short_while_ago_calls_nobody_again(after_s, has_called):
    # "A rule that comes again at the same level within 30 min of having ended lights its lamp and nothing else".
    load = calling()
    calls(load, (0, 6000), (100, 100))

    assert calls(load, (100 + after_s, 6000)) == [has_called]
    assert (load.level, load.called, load.repeats) == (WATCH, WATCH, not has_called)


def test_the_higher_level_calls_though_the_lower_one_was_left_a_short_while_ago():
    load = calling()

    assert calls(load, (0, 6000), (100, 100), (200, 6000), (210, 12_000)) == [True, False, False, True]


def test_a_red_that_comes_again_over_a_yellow_that_lasted_calls_nobody_again():
    load = calling()

    assert calls(load, (0, 12_000), (100, 6000), (200, 12_000)) == [True, False, False]
    assert calls(load, (300, 6000), (300 + 1800, 12_000)) == [False, True]


def test_the_level_that_always_calls_does_so_however_soon_it_comes_again():
    load = calling(always_calls=ACT)

    assert calls(load, (0, 12_000), (100, 100), (200, 12_000), (210, 100), (220, 6000)) == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_what_ended_unseen_and_comes_again_soon_calls_nobody_again():
    load = LimitAlarm(
        Rule.POWER, None, SetPoints(watch=5000, act=10_000, delays=Delays(0, 0), unseen_s=60, repeat_s=1800)
    )
    assert calls(load, (0, 6000)) == [True]
    load.end_unseen(100)

    assert calls(load, (1799, 6000)) == [False]
    load.end_unseen(2000)
    assert calls(load, (1799 + 1800, 6000)) == [True]


def test_a_level_at_which_it_may_not_call_yet_calls_as_soon_as_it_may():
    load, found = calling(), []
    for now, may in ((0, False), (10, False), (20, True), (30, True)):
        load.update(6000, now, may_call=lambda _level, may=may: may)
        found.append(load.has_called())

    assert found == [False, False, True, False]


def test_what_was_acknowledged_calls_at_a_higher_level_alone():
    load = calling()
    load.update(6000, 0, may_call=lambda _level: False)
    load.acknowledged = WATCH

    assert calls(load, (10, 6000), (20, 12_000)) == [False, True]


def test_a_recall_is_a_call_that_nobody_has_seen():
    load = calling()
    load.update(6000, 0)
    load.has_called()
    load.acknowledged = WATCH
    load.recall(500)

    assert (load.acknowledged, load.level_since, load.calls, load.has_called()) == (OK, 500, 2, True)


def test_since_when_it_is_at_its_level():
    load, found = calling(), []
    for now, value in ((0, 100), (10, 6000), (20, 7000), (30, 12_000), (40, 6000), (50, 100)):
        load.update(value, now)
        found.append(load.level_since)

    assert found == [0, 10, 10, 30, 40, 50]


def test_after_a_restart_what_has_called_does_not_call_again_and_is_as_long_at_its_level():
    load = calling()
    for now, value in ((0, 6000), (50, 12_000)):
        load.update(value, now)
    again = calling()
    again.restore(load.checkpoint(60, MOMENT), 1000, 5.0)

    assert (again.level_since, again.called) == (1000 - 5 - 10, ACT)
    assert calls(again, (1000, 12_000)) == [False]


def test_after_a_restart_what_had_not_called_yet_still_does():
    load = calling()
    load.update(6000, 0, may_call=lambda _level: False)
    again = calling()
    again.restore(load.checkpoint(60, MOMENT), 1000, 5.0)

    assert (again.called, again.calls) == (OK, 0)
    assert calls(again, (1000, 6000)) == [True]


def test_while_a_delay_runs_time_alone_may_change_the_level():
    load = limit_alarm(power_rule(20))
    turning = []
    for now, value in ((0, 1000), (10, 6000), (30, 6000), (40, 1000), (70, 1000), (80, None)):
        load.update(value, now)
        turning.append((load.level, load.turning))
    assert turning == [(OK, False), (OK, True), (WATCH, False), (WATCH, True), (OK, False), (OK, False)]


def test_what_was_judged_last_is_known_and_a_new_rule_repeats_nothing():
    load = limit_alarm()
    assert (load.judged, load.repeats, load.calls) == (None, False, 0)
    load.update(6000, 0)
    load.update(6100, 1)
    assert load.judged == 6100
    load.update(None, 2)
    assert load.judged is None


def test_the_moment_is_named_at_which_an_alarm_has_not_been_seen_for_too_long():
    load = limit_alarm(replace(LIMITS, unseen_s=60.0))
    load.update(6000, 100)
    assert 160 < load.unseen_at < 160.1
    assert not load.end_unseen(160)
    assert load.end_unseen(load.unseen_at)
