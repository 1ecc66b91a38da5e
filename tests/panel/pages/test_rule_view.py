"""What the panel says of an alarm: each rule in its own words and unit, and none in another's."""

from dataclasses import replace
from enum import Enum
from typing import cast

import pytest

from appliance.household.situation import Alarm, Level, Rule
from appliance.panel.drawing.widgets import Strip, Text
from appliance.panel.pages.attention import alarm_widgets
from appliance.panel.pages.layout import headline
from appliance.panel.pages.rule_view import rule_view
from appliance.simulation.examples import CALM
from appliance.words.words import WORDS

EN = WORDS["en"]
UNITS = {
    Rule.POWER: "kW",
    Rule.HOUR: "kWh",
    Rule.PHASE: "A",
    Rule.VOLTAGE: "V",
    Rule.EXPORT: "kW",
    Rule.SILENT: "s",
}
LEVELS = (Level.WATCH, Level.ACT)


class NewRule(Enum):
    """A rule that nobody has written words for."""

    REACTIVE = "reactive"


def alarm(rule: Rule, level: Level = Level.WATCH, value: float | None = 230.0) -> Alarm:
    return Alarm(
        rule=rule,
        level=level,
        phase=None,
        value=value,
        limit=200.0,
        since=None,
        age_s=0.0,
        acknowledged=False,
    )


def headlines(rule: Rule, language: str) -> set[str]:
    return {rule_view(rule).headline(level, None, WORDS[language]) for level in LEVELS}


def advices(rule: Rule, language: str) -> set[str]:
    return {rule_view(rule).advice(alarm(rule, level), CALM, WORDS[language]) for level in LEVELS}


@pytest.mark.parametrize("said", [headlines, advices])
@pytest.mark.parametrize("language", WORDS)
def test_each_rule_has_words_that_no_other_has(said, language):
    of_each = [said(rule, language) for rule in Rule]

    assert all(all(words) for words in of_each)
    assert len(set().union(*of_each)) == sum(len(words) for words in of_each)


@pytest.mark.parametrize("rule", Rule)
def test_each_rule_has_its_unit(rule):
    assert rule_view(rule).unit == UNITS[rule]


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.SILENT])
@pytest.mark.parametrize("level", LEVELS)
def test_the_page_of_an_alarm_is_in_its_own_words_and_unit(rule, level):
    over = alarm(rule, level)
    situation = replace(CALM, level=level, alarms=(over,))
    strip, *rest = alarm_widgets(situation, EN)
    texts = [widget.text for widget in rest if isinstance(widget, Text)]

    assert isinstance(strip, Strip)
    assert strip.name == rule_view(rule).heading(over, situation, EN)
    assert headline(situation, EN) == rule_view(rule).headline(level, None, EN)
    assert rule_view(rule).unit in texts
    assert rule_view(rule).advice(over, situation, EN) in " ".join(texts)


def test_a_value_that_is_not_known_is_dashes_beside_its_limit():
    assert rule_view(Rule.PHASE).figures(alarm(Rule.PHASE, value=None), EN) == ("--", "200")


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        (Rule.POWER, ("0.23", "0.2")),
        (Rule.HOUR, ("0.23", "0.2")),
        (Rule.EXPORT, ("0.23", "0.2")),
        (Rule.PHASE, ("230", "200")),
        (Rule.VOLTAGE, ("230", "200")),
        (Rule.SILENT, ("230", "200")),
    ],
)
def test_figures_are_in_the_unit_that_stands_beside_them(rule, figures):
    assert rule_view(rule).figures(alarm(rule), EN) == figures


def test_a_rule_without_a_row_of_its_own_is_no_other_one_but_fails():
    with pytest.raises(AssertionError, match="REACTIVE"):
        rule_view(cast(Rule, NewRule.REACTIVE))
