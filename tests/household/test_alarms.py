"""The six rules: what each asks for, and what the household has seen of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.alarm_spec import HOUR_ACT_S, AlarmInputs
from appliance.household.alarms import Alarms
from appliance.household.rules import ExportRule, HourRule, PhaseRule, Rules, Thresholds, VoltageRule
from appliance.household.situation import Alarm, Level, Rule

OK, WATCH, ACT, FAULT = Level
MOMENT = datetime(2026, 1, 15, 17, tzinfo=UTC)
AT_ONCE = Rules(
    power=Thresholds(on_delay_s=0, off_delay_s=0),
    hour=HourRule(on_delay_s=0, off_delay_s=0),
    phase=PhaseRule(fuse_a=40.0, on_delay_s=0, off_delay_s=0),
    export=ExportRule(5000.0, on_delay_s=0, off_delay_s=0),
)
QUIET = AlarmInputs(import_w=100.0, export_w=0.0, currents_a=(1.0, 1.0, 1.0), hour_wh=500.0, hour_allowed_wh=5000.0)


def levels(rules: Rules, rule: Rule, *facts: tuple[float, AlarmInputs]) -> list[Level]:
    """The level of one rule after each of these moments."""
    alarms, found = Alarms(rules), []
    for now, its in facts:
        alarms.update(its, now)
        found.append(max((alarm.level for alarm in alarms.active(now, None) if alarm.rule is rule), default=OK))
    return found


def power(import_w: float | None) -> AlarmInputs:
    return replace(QUIET, import_w=import_w)


def hour(hour_wh: float | None, allowed_wh: float | None = 5000.0, left_s: float = 1800.0) -> AlarmInputs:
    return replace(QUIET, hour_wh=hour_wh, hour_allowed_wh=allowed_wh, hour_left_s=left_s)


def currents(one: float | None, two: float | None, three: float | None) -> AlarmInputs:
    return replace(QUIET, currents_a=(one, two, three))


def export(export_w: float | None) -> AlarmInputs:
    return replace(QUIET, export_w=export_w)


def silence(seconds: float) -> AlarmInputs:
    return replace(QUIET, import_w=None, silence_s=seconds) if seconds >= 30 else replace(QUIET, silence_s=seconds)


def only(alarms: Alarms, now: float = 0.0) -> Alarm:
    (alarm,) = alarms.active(now, None)
    return alarm


def test_when_all_is_well_there_is_no_alarm():
    alarms = Alarms(AT_ONCE)

    assert alarms.update(QUIET, 0.0) == []
    assert alarms.voltages((230.0, 230.0, 230.0), 60.0) == []
    assert (alarms.active(60.0, None), alarms.unacknowledged(), alarms.alarm_checkpoints(60.0, None)) == ((), OK, ())


def test_when_nothing_is_known_there_is_no_alarm():
    alarms = Alarms(AT_ONCE)
    alarms.update(AlarmInputs(), 0.0)
    alarms.voltages((None, None, None), 60.0)

    assert alarms.active(60.0, None) == ()


# Power.


def test_the_power_is_watched_with_the_thresholds_hysteresis_and_times():
    rules = Rules(power=Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, on_delay_s=0, off_delay_s=30))

    assert levels(rules, Rule.POWER, (0, power(4999)), (1, power(5000)), (2, power(10_000))) == [OK, WATCH, ACT]
    assert levels(rules, Rule.POWER, (0, power(12_000)), (10, power(1000)), (39.9, power(1000)), (40, power(1000))) == [
        ACT,
        ACT,
        ACT,
        OK,
    ]
    assert levels(rules, Rule.POWER, (0, power(5000)), (10, power(4801)), (1000, power(4801)))[-1] is WATCH


def test_while_the_power_is_not_known_its_level_stays_and_no_time_counts():
    rules = Rules(power=Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, on_delay_s=0, off_delay_s=30))
    steps = ((0, 12_000), (10, 1000), (20, None), (60, 1000), (89, 1000), (90, 1000))

    assert levels(rules, Rule.POWER, *((now, power(value)) for now, value in steps)) == [ACT] * 5 + [OK]


def test_a_power_alarm_says_its_value_and_the_limit_of_its_level():
    alarms = Alarms(AT_ONCE)
    alarms.update(power(6000), 0.0)
    assert (only(alarms).value, only(alarms).limit, only(alarms).phase) == (6000, 5000, None)
    alarms.update(power(11_000), 0.0)
    assert (only(alarms).value, only(alarms).limit) == (11_000, 10_000)


# The projected hour.


@pytest.mark.parametrize(("hour_wh", "level"), [(4999.0, OK), (5000.0, OK), (5001.0, WATCH)])
def test_an_hour_may_have_just_what_it_may(hour_wh, level):
    assert levels(AT_ONCE, Rule.HOUR, (0, hour(hour_wh))) == [level]


@pytest.mark.parametrize(
    ("left_s", "level"), [(3300.0, WATCH), (HOUR_ACT_S + 1, WATCH), (HOUR_ACT_S, ACT), (10.0, ACT)]
)
def test_only_in_its_last_20_minutes_an_hour_asks_to_act(left_s, level):
    assert HOUR_ACT_S == 20 * 60
    assert levels(AT_ONCE, Rule.HOUR, (0, hour(6000, left_s=left_s))) == [level]


def test_an_hour_that_costs_nothing_or_of_which_nobody_can_say_is_no_alarm():
    assert levels(AT_ONCE, Rule.HOUR, (0, hour(20_000, None, 600))) == [OK]


def test_without_the_rule_no_hour_is_an_alarm():
    assert levels(replace(AT_ONCE, hour=HourRule(on=False, on_delay_s=0)), Rule.HOUR, (0, hour(20_000, 5000, 600))) == [
        OK
    ]


def test_an_hour_falls_below_its_limit_by_the_hysteresis_and_for_the_off_delay():
    rules = Rules(hour=HourRule(hysteresis=0.03, on_delay_s=120, off_delay_s=60))
    steps = ((0, 6000), (119, 6000), (120, 6000), (200, 4851), (300, 4851), (310, 4849), (369, 4849), (370, 4849))

    assert levels(rules, Rule.HOUR, *((now, hour(wh)) for now, wh in steps)) == [OK, OK, *[WATCH] * 5, OK]


def test_a_new_hour_is_no_alarm_of_the_old_one():
    rules = Rules(hour=HourRule(on_delay_s=0, off_delay_s=60))
    new = hour(7000, None, 3600)

    assert levels(rules, Rule.HOUR, (0, hour(6000, left_s=10)), (10, new), (69, new), (70, new)) == [ACT, ACT, ACT, OK]


def test_an_hour_is_shown_with_what_it_will_have_and_what_it_may():
    alarms = Alarms(AT_ONCE)
    alarms.update(hour(6000), 0.0)

    assert (only(alarms).value, only(alarms).limit) == (6000, 5000)


def test_an_hour_that_may_have_more_now_is_shown_as_it_is_until_it_is_over():
    alarms = Alarms(replace(AT_ONCE, hour=HourRule(on_delay_s=0, off_delay_s=60)))
    alarms.update(hour(6000), 0.0)
    alarms.update(hour(5800, None), 10.0)
    assert (only(alarms).value, only(alarms).limit) == (5800, 5000)
    alarms.update(hour(None, None), 20.0)
    assert (only(alarms).value, only(alarms).limit) == (5800, 5000)


def test_while_no_power_is_known_nothing_is_decided_about_the_hour():
    unknown = replace(QUIET, import_w=None, hour_wh=None, hour_allowed_wh=None)
    rules = Rules(hour=HourRule(on_delay_s=0, off_delay_s=60))

    assert levels(rules, Rule.HOUR, (0, hour(6000)), (10, unknown), (300, unknown), (310, hour(6000)))[-1] is WATCH
    assert levels(rules, Rule.HOUR, (0, hour(6000)), (10, hour(100)), (20, unknown), (80, hour(100))) == [WATCH] * 4


# Phases.


def test_each_phase_has_its_share_of_the_main_fuse():
    found = []
    for one in (31.9, 32.0, 39.9, 40.0, 60.0):
        found += levels(AT_ONCE, Rule.PHASE, (0, currents(one, 1.0, 1.0)))

    assert found == [OK, WATCH, WATCH, ACT, ACT]


def test_a_phase_alarm_names_its_phase():
    alarms = Alarms(AT_ONCE)
    alarms.update(currents(1.0, 2.0, 33.0), 0.0)

    assert (only(alarms).rule, only(alarms).phase, only(alarms).value, only(alarms).limit) == (
        Rule.PHASE,
        3,
        33.0,
        32.0,
    )


def test_a_phase_that_is_not_reported_is_no_alarm_and_the_others_are():
    alarms = Alarms(AT_ONCE)
    alarms.update(currents(35.0, None, 45.0), 0.0)

    assert [(alarm.phase, alarm.level) for alarm in alarms.active(0.0, None)] == [(3, ACT), (1, WATCH)]


def test_a_current_that_flows_back_heats_the_fuse_as_well():
    assert levels(AT_ONCE, Rule.PHASE, (0, currents(-33.0, 0.0, 0.0))) == [WATCH]


def test_without_a_fuse_no_current_is_an_alarm():
    assert levels(replace(AT_ONCE, phase=PhaseRule(on_delay_s=0)), Rule.PHASE, (0, currents(500.0, 500.0, 500.0))) == [
        OK
    ]


def test_a_phase_has_on_delay_hysteresis_and_off_delay():
    rules = Rules(phase=PhaseRule(fuse_a=40.0, hysteresis_a=1.0, on_delay_s=10, off_delay_s=60))
    steps = ((0, 33.0), (9.9, 33.0), (10, 33.0), (20, 31.0), (100, 31.0), (110, 30.9), (169, 30.9), (170, 30.9))

    assert levels(rules, Rule.PHASE, *((now, currents(one, 0.0, 0.0)) for now, one in steps)) == [
        OK,
        OK,
        *[WATCH] * 5,
        OK,
    ]


def test_while_the_currents_are_not_known_nothing_is_decided():
    unknown, none = currents(None, None, None), currents(0.0, 0.0, 0.0)
    rules = Rules(phase=PhaseRule(fuse_a=40.0, on_delay_s=0, off_delay_s=60))

    assert levels(rules, Rule.PHASE, (0, currents(33, 0, 0)), (10, unknown), (300, unknown)) == [WATCH] * 3
    assert levels(rules, Rule.PHASE, (0, currents(33, 0, 0)), (10, none), (20, unknown), (75, none))[-1] is WATCH


# Voltages.


@pytest.mark.parametrize("mean_v", [207.0, 253.0, 230.0, sum([206.9, 207.1]) / 2])
def test_a_mean_on_its_limit_is_inside(mean_v):
    assert Alarms(Rules()).voltages((mean_v, mean_v, mean_v), 60.0) == []


@pytest.mark.parametrize(("mean_v", "limit_v"), [(206.99, 207.0), (253.01, 253.0), (0.0, 207.0), (400.0, 253.0)])
def test_a_mean_outside_is_a_watch_that_names_the_limit_on_its_side(mean_v, limit_v):
    alarms = Alarms(Rules())

    assert len(alarms.voltages((230.0, mean_v, 230.0), 60.0)) == 1
    found = only(alarms, 60.0)
    assert (found.rule, found.level, found.phase, found.value, found.limit) == (Rule.VOLTAGE, WATCH, 2, mean_v, limit_v)


def test_a_voltage_alarm_is_since_the_beginning_of_its_minute():
    alarms = Alarms(Rules())
    alarms.voltages((200.0, 230.0, 230.0), 60.0)

    found = alarms.active(70.0, MOMENT)[0]
    assert (found.age_s, found.since) == (70.0, MOMENT - timedelta(seconds=70))


@pytest.mark.parametrize(
    ("inside_v", "level"), [(206.0, WATCH), (207.9, WATCH), (208.0, OK), (230.0, OK), (252.1, WATCH)]
)
def test_one_minute_inside_by_the_hysteresis_clears_it(inside_v, level):
    alarms = Alarms(Rules(voltage=VoltageRule(hysteresis_v=1.0)))
    alarms.voltages((200.0, 230.0, 230.0), 60.0)
    alarms.voltages((inside_v, 230.0, 230.0), 120.0)

    assert max((alarm.level for alarm in alarms.active(120.0, None)), default=OK) is level


def test_a_minute_that_did_not_report_a_voltage_decides_nothing():
    alarms = Alarms(Rules())
    alarms.voltages((200.0, 230.0, 230.0), 60.0)

    assert alarms.voltages((None, None, None), 120.0) == []
    assert only(alarms, 120.0).value == 200.0


def test_a_voltage_is_judged_by_its_minutes_and_not_between():
    alarms = Alarms(Rules())
    alarms.voltages((200.0, 230.0, 230.0), 60.0)
    alarms.update(QUIET, 90.0)

    assert only(alarms, 90.0).rule is Rule.VOLTAGE


# Export.


def test_an_export_at_its_limit_is_a_watch_whatever_it_is():
    found = [levels(AT_ONCE, Rule.EXPORT, (0, export(watt)))[0] for watt in (4999.0, 5000.0, 50_000.0, None)]

    assert found == [OK, WATCH, WATCH, OK]


def test_without_a_limit_no_export_is_an_alarm():
    assert levels(replace(AT_ONCE, export=ExportRule(on_delay_s=0)), Rule.EXPORT, (0, export(99_000.0))) == [OK]


def test_an_export_has_on_delay_hysteresis_and_off_delay():
    rules = Rules(export=ExportRule(5000.0, 200.0, 60, 60))
    steps = ((0, 5000), (59, 5000), (60, 5000), (70, 4800), (200, 4800), (210, 4799), (269, 4799), (270, 4799))

    assert levels(rules, Rule.EXPORT, *((now, export(watt)) for now, watt in steps)) == [OK, OK, *[WATCH] * 5, OK]


# Silence.


def test_a_silent_meter_is_a_fault_until_the_next_reading():
    found = levels(Rules(), Rule.SILENT, (0, silence(29.9)), (1, silence(30.0)), (2, silence(300.0)), (3, silence(0.0)))

    assert found == [OK, FAULT, FAULT, OK]


def test_silence_begins_when_the_rules_say():
    assert levels(Rules(silent_s=90.0), Rule.SILENT, (0, silence(89.9)), (1, silence(90.0))) == [OK, FAULT]


# All of them together.


EVERYTHING = AlarmInputs(
    import_w=12_000, export_w=6000, hour_wh=6000, hour_allowed_wh=5000, hour_left_s=1800, silence_s=30.0
)


def everything(alarms: Alarms, now: float) -> None:
    """All rules over a limit."""
    alarms.update(replace(EVERYTHING, currents_a=(33.0, 41.0, 1.0)), now)
    alarms.voltages((200.0, 230.0, 260.0), now)


def order(alarms: Alarms, now: float = 0.0) -> list[tuple[Rule, int | None, Level, bool]]:
    return [(alarm.rule, alarm.phase, alarm.level, alarm.acknowledged) for alarm in alarms.active(now, None)]


def test_alarms_are_listed_worst_first():
    alarms = Alarms(AT_ONCE)
    everything(alarms, 100.0)

    assert order(alarms) == [
        (Rule.SILENT, None, FAULT, False),
        (Rule.POWER, None, ACT, False),
        (Rule.PHASE, 2, ACT, False),
        (Rule.HOUR, None, WATCH, False),
        (Rule.PHASE, 1, WATCH, False),
        (Rule.VOLTAGE, 1, WATCH, False),
        (Rule.VOLTAGE, 3, WATCH, False),
        (Rule.EXPORT, None, WATCH, False),
    ]


def test_of_one_level_those_not_acknowledged_come_before_the_others():
    alarms = Alarms(AT_ONCE)
    alarms.update(power(6000), 0.0)
    alarms.acknowledge()
    alarms.update(replace(power(6000), export_w=6000), 1.0)

    assert [(rule, acknowledged) for rule, _, _, acknowledged in order(alarms)] == [
        (Rule.EXPORT, False),
        (Rule.POWER, True),
    ]


def test_an_acknowledged_act_still_comes_before_a_watch():
    alarms = Alarms(AT_ONCE)
    alarms.update(power(12_000), 0.0)
    alarms.acknowledge()
    alarms.update(replace(power(12_000), export_w=6000), 1.0)

    assert [rule for rule, _, _, _ in order(alarms)] == [Rule.POWER, Rule.EXPORT]
    assert alarms.unacknowledged() is WATCH


def test_an_update_names_the_rules_that_changed():
    alarms = Alarms(AT_ONCE)

    assert [watcher.rule for watcher in alarms.update(power(6000), 0.0)] == [Rule.POWER]
    assert [watcher.rule for watcher in alarms.update(hour(6000), 1.0)] == [Rule.POWER, Rule.HOUR]
    assert alarms.update(hour(6000), 2.0) == []


def test_what_is_acknowledged_is_silent_until_it_is_over():
    alarms = Alarms(AT_ONCE)
    alarms.update(power(12_000), 0.0)
    assert [watcher.rule for watcher in alarms.acknowledge()] == [Rule.POWER]
    assert (alarms.unacknowledged(), only(alarms).acknowledged, alarms.acknowledge()) == (OK, True, [])

    alarms.update(power(6000), 1.0)
    alarms.update(power(12_000), 2.0)
    assert (alarms.unacknowledged(), only(alarms).acknowledged) == (OK, True)

    alarms.update(power(100), 3.0)
    alarms.update(power(6000), 4.0)
    assert (alarms.unacknowledged(), only(alarms).acknowledged) == (WATCH, False)


def test_what_is_acknowledged_is_loud_again_when_it_gets_worse():
    alarms = Alarms(AT_ONCE)
    alarms.update(power(6000), 0.0)
    alarms.acknowledge()
    alarms.update(power(12_000), 1.0)

    assert (alarms.unacknowledged(), only(alarms).acknowledged) == (ACT, False)


def test_acknowledging_silences_all_that_is_there_and_nothing_that_comes():
    alarms = Alarms(AT_ONCE)
    everything(alarms, 100.0)

    assert len(alarms.acknowledge()) == 8
    assert alarms.unacknowledged() is OK
    alarms.update(replace(EVERYTHING, currents_a=(33.0, 41.0, 34.0)), 101.0)
    assert (
        alarms.unacknowledged(),
        [alarm.phase for alarm in alarms.active(101.0, None) if not alarm.acknowledged],
    ) == (
        WATCH,
        [3],
    )


def test_an_alarm_says_since_when_once_the_time_is_known():
    alarms = Alarms(AT_ONCE)
    alarms.update(power(6000), 100.0)

    assert (alarms.active(110.0, None)[0].since, alarms.active(110.0, None)[0].age_s) == (None, 10.0)
    assert alarms.active(130.0, MOMENT)[0].since == MOMENT - timedelta(seconds=30)
    assert alarms.active(190.0, MOMENT + timedelta(hours=5))[0].since == MOMENT - timedelta(seconds=30)


# Over a restart.


def test_after_a_restart_every_alarm_but_silence_goes_on_as_it_was():
    alarms, again = Alarms(AT_ONCE), Alarms(AT_ONCE)
    everything(alarms, 100.0)
    alarms.acknowledge()
    alarms.update(replace(EVERYTHING, currents_a=(33.0, 41.0, 34.0)), 101.0)
    again.restore(alarms.alarm_checkpoints(110.0, MOMENT), 5.0)

    assert order(again) == order(alarms)[1:]
    assert {alarm.since for alarm in again.active(5.0, None)} == {
        alarm.since for alarm in alarms.active(110.0, None)[1:]
    }
    assert [alarm.limit for alarm in again.active(5.0, None)] == [
        alarm.limit for alarm in alarms.active(110.0, None)[1:]
    ]
    assert {alarm.age_s for alarm in again.active(5.0, None)} == {0.0}
    assert {alarm.value for alarm in again.active(5.0, None)} == {None}


def test_after_a_restart_what_still_is_changes_nothing_and_what_was_acknowledged_stays_so():
    alarms, again = Alarms(Rules()), Alarms(Rules())
    alarms.update(power(12_000), 0.0)
    alarms.acknowledge()
    again.restore(alarms.alarm_checkpoints(0.0, MOMENT), 5.0)

    assert again.update(power(12_000), 6.0) == []
    assert (again.unacknowledged(), only(again).acknowledged) == (OK, True)


def test_after_a_restart_a_rule_that_is_no_more_is_no_alarm():
    alarms, again = Alarms(AT_ONCE), Alarms(Rules())
    everything(alarms, 100.0)
    again.restore(alarms.alarm_checkpoints(100.0, MOMENT), 5.0)

    assert {rule for rule, _, _, _ in order(again)} == {Rule.POWER, Rule.HOUR, Rule.VOLTAGE}


facts = st.builds(
    AlarmInputs,
    import_w=st.one_of(st.none(), st.floats(0, 15_000)),
    export_w=st.one_of(st.none(), st.floats(0, 8000)),
    currents_a=st.tuples(*[st.one_of(st.none(), st.floats(0, 50))] * 3),
    hour_wh=st.one_of(st.none(), st.floats(0, 9000)),
    hour_allowed_wh=st.one_of(st.none(), st.floats(1, 9000)),
    hour_left_s=st.floats(1, 3600),
    silence_s=st.floats(0, 60),
)
SLOW = Rules(
    power=Thresholds(on_delay_s=20, off_delay_s=30),
    hour=HourRule(on_delay_s=120, off_delay_s=60),
    phase=PhaseRule(fuse_a=40.0, on_delay_s=10, off_delay_s=60),
    export=ExportRule(5000.0, on_delay_s=60, off_delay_s=60),
)
TIMES = {
    Rule.POWER: (20, 30),
    Rule.HOUR: (120, 60),
    Rule.PHASE: (10, 60),
    Rule.EXPORT: (60, 60),
    Rule.SILENT: (0, 0),
}


@given(st.lists(st.tuples(st.floats(1, 100), facts, st.booleans()), max_size=60))
def test_whatever_happens_no_rule_flaps_and_the_list_is_in_order(steps):
    alarms, now = Alarms(SLOW), 0.0
    rose: dict[tuple[Rule, int | None, Level], float] = {}
    left: dict[tuple[Rule, int | None, Level], float] = {}
    before: dict[tuple[Rule, int | None], Level] = {}
    for pause, its, acknowledged in steps:
        now += pause
        changed = {(watcher.rule, watcher.phase) for watcher in alarms.update(its, now)}
        active = alarms.active(now, None)
        after = {(alarm.rule, alarm.phase): alarm.level for alarm in active}
        assert changed == {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        for key in changed:
            on_delay_s, off_delay_s = TIMES[key[0]]
            for level in (WATCH, ACT, FAULT):
                if before.get(key, OK) < level <= after.get(key, OK):
                    assert now - left.get((*key, level), 0.0) >= on_delay_s
                    rose[*key, level] = now
                if after.get(key, OK) < level <= before.get(key, OK):
                    assert now - rose[*key, level] >= off_delay_s
                    left[*key, level] = now
        before = after
        assert list(active) == sorted(active, key=lambda alarm: (-alarm.level, alarm.acknowledged))
        assert alarms.unacknowledged() == max((alarm.level for alarm in active if not alarm.acknowledged), default=OK)
        if acknowledged:
            alarms.acknowledge()
            assert all(alarm.acknowledged for alarm in alarms.active(now, None))
