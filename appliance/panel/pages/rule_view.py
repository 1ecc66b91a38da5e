"""What the panel says of each alarm rule: its headline, its figures with their unit, and what to do.

This is the one table of the panel that knows the rules. A new rule gets its row in `rule_view` and its words in the
catalogues, and nothing else in the panel changes. A rule without a row is an error of the type checker, and of a test:
it is never shown with the words or the unit of another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel.pages.line_reason import reason
from appliance.panel.pages.net import voltage_name
from appliance.words.words import NOT_KNOWN, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """How the alarms of one rule are shown."""

    headline: Callable[[Level | None, int | None, Words], str]
    """What asks for a look or an act, in two or three words; of the situation's level and the alarm's phase."""
    unit: str
    """Of value and limit as they are shown."""
    value: Callable[[float, float, Words], str]
    """The value as it is shown, in the unit; of the value and its limit, both in the rule's unit."""
    limit: Callable[[float, Words], str]
    """The limit as it is shown, in the unit; of the limit in the rule's unit."""
    advice: Callable[[Alarm, Situation, Words], str]
    """What to do, in one line."""
    title: Callable[[Alarm, Situation, Words], str] | None = None
    """What the alarm's own page is headed with, where that says more than the headline."""

    def heading(self, alarm: Alarm, situation: Situation, words: Words) -> str:
        """Return what an alarm's own page is headed with."""
        if self.title is not None and alarm.value is not None:
            return self.title(alarm, situation, words)
        return self.headline(alarm.level, alarm.phase, words)

    def figures(self, alarm: Alarm, words: Words) -> tuple[str, str]:
        """Return the value and the limit of an alarm as they are shown, without their unit."""
        limit = self.limit(alarm.limit, words)
        if alarm.value is None:
            return NOT_KNOWN, limit
        return words.at_least(alarm.value) if alarm.at_least else self.value(alarm.value, alarm.limit, words), limit


def rule_view(rule: Rule) -> RuleView:
    """Return how the alarms of a rule are shown."""
    match rule:
        case Rule.POWER:
            return RuleView(
                headline=lambda level, _, words: (
                    words.say("Switch off!") if level is Level.ACT else words.say("High load")
                ),
                unit="kW",
                value=_thousands,
                limit=_thousands_limit,
                advice=lambda alarm, _, words: (
                    words.say("Oven, car, water heater?") if alarm.level is Level.ACT else words.say("Wait with more")
                ),
            )
        case Rule.HOUR:
            return RuleView(
                headline=lambda _level, _, words: words.say("Hour too high"),
                unit="kWh",
                value=_thousands,
                limit=_thousands_limit,
                advice=_until_the_hour_ends,
            )
        case Rule.PHASE:
            return RuleView(
                headline=lambda _, phase, words: words.say("High current L{phase}", phase=phase or NOT_KNOWN),
                unit="A",
                value=lambda value, _, words: words.amperes(value),
                limit=_limit,
                advice=lambda _alarm, _, words: words.say("Use less on this phase"),
            )
        case Rule.VOLTAGE:
            return RuleView(
                headline=lambda _, phase, words: words.say("Voltage L{phase}", phase=phase or NOT_KNOWN),
                unit="V",
                value=_volts,
                limit=_limit,
                advice=lambda _alarm, _, words: words.say("Call the grid company if it lasts."),
                title=_low_or_high,
            )
        case Rule.EXPORT:
            return RuleView(
                headline=lambda _level, _, words: words.say("High export"),
                unit="kW",
                value=_thousands,
                limit=_thousands_limit,
                advice=lambda _alarm, _, words: words.say("Export above limit"),
            )
        case Rule.SILENT:
            return RuleView(
                headline=lambda _level, _, words: words.say("No reading"),
                unit="s",
                value=lambda value, _, words: words.number(value, 0),
                limit=_limit,
                advice=lambda _, situation, words: reason(situation, words)[1],
            )
    assert_never(rule)


def _limit(limit: float, words: Words) -> str:
    return words.limit(limit)


def _thousands(value: float, _limit: float, words: Words) -> str:
    """Return W in kW, or Wh in kWh."""
    return words.thousands(value)


def _thousands_limit(limit: float, words: Words) -> str:
    return words.limit(limit / 1000)


def _volts(value_v: float, limit_v: float, words: Words) -> str:
    """Return a voltage, with one decimal if it would look like its limit without."""
    return words.number(value_v, 1 if round(value_v) == round(limit_v) else 0)


def _low_or_high(alarm: Alarm, situation: Situation, words: Words) -> str:
    """Return whether a voltage is low or high, and of which line; in an IT net it lies between two."""
    line = voltage_name((alarm.phase or 1) - 1, situation)
    if alarm.value is not None and alarm.value < alarm.limit:
        return words.say("Low voltage {line}", line=line)
    return words.say("High voltage {line}", line=line)


def _until_the_hour_ends(_alarm: Alarm, situation: Situation, words: Words) -> str:
    """Return until when to use less: the outlook's end, or the next full hour."""
    outlook, now = situation.outlook, situation.local_time
    until = None if outlook is None or now is None else outlook.until.astimezone(now.tzinfo)
    if until is None and now is not None:
        until = now.replace(minute=0) + timedelta(hours=1)
    return words.say("Use less until {time}", time=words.clock(until))
