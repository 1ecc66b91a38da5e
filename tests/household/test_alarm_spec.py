"""The table of the rules: every rule is in it once, and what is in it is judged without more."""

from dataclasses import replace

from appliance.household.alarm_spec import SPECS, AlarmInputs, RuleSpec
from appliance.household.alarms import Alarms
from appliance.household.limit_alarm import Delays, SetPoints
from appliance.household.rules import Rule, Rules
from appliance.household.situation import Level
from appliance.meter.reading import Reading

REACTIVE = RuleSpec(
    rule=Rule.EXPORT,  # the number of rules is fixed, so this one stands in its place
    set_points=lambda _rules: SetPoints(watch=2000.0, act=4000.0, hysteresis=100.0, delays=Delays(10.0, 0.0)),
    value=lambda inputs, _rules, _phase: inputs.full_list.reactive_import_var,
)


def test_every_rule_has_one_spec():
    assert sorted(spec.rule.value for spec in SPECS) == sorted(rule.value for rule in Rule)


def test_the_rules_that_the_household_has_not_set_have_no_set_points():
    assert {spec.rule for spec in SPECS if spec.set_points(Rules()) is None} == {Rule.PHASE, Rule.EXPORT}


def test_a_rule_on_another_value_of_the_full_list_is_its_spec_and_no_more():
    alarms = Alarms(Rules(), (REACTIVE,))
    full = Reading(offset=0, length=0, elements=13, reactive_import_var=2500.0)
    levels = []
    for now, reactive_var in (
        (0.0, 2500.0),
        (9.9, 2500.0),
        (10.0, 2500.0),
        (11.0, 4500.0),
        (21.0, 4500.0),
        (22.0, 1.0),
    ):
        alarms.update(AlarmInputs(full_list=replace(full, reactive_import_var=reactive_var)), now)
        levels.append(max((alarm.level for alarm in alarms.active(now, None)), default=Level.OK))

    assert levels == [Level.OK, Level.OK, Level.WATCH, Level.WATCH, Level.ACT, Level.OK]


def test_without_a_full_list_such_a_rule_decides_nothing():
    alarms = Alarms(Rules(), (REACTIVE,))

    assert alarms.update(AlarmInputs(import_w=9000.0), 100.0) == []
