"""The pages that come forward by themselves: what is wrong, how much, and what to do about it."""

import re

from appliance.household.situation import Level, Rule, Signal, Situation, Storage
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Strip, Widget, paragraph
from appliance.panel.pages.layout import LINE, NUMBER_TOP, WORDS_TOP, column, headline, number, sentence
from appliance.panel.pages.line_reason import reason
from appliance.panel.pages.power import now_widgets
from appliance.panel.pages.rule_view import rule_view
from appliance.system.health import Fault, FaultKind, LineCondition
from appliance.words.words import Words

_UNREADABLE = frozenset(LineCondition) - {LineCondition.FINE, LineCondition.DAMAGED, LineCondition.MISSING}


def alarm_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return the page of the worst alarm; that of a fault if the meter is silent, and *Now* if there is no alarm."""
    if not situation.alarms:
        return now_widgets(situation, words)
    worst = situation.alarms[0]
    if worst.rule is Rule.SILENT or worst.level is Level.FAULT:
        return fault_widgets(situation, words)
    view = rule_view(worst.rule)
    value, limit = view.figures(worst, words)
    large, unit = number(value, view.unit)
    seen = words.say("Seen") if worst.acknowledged else words.say("A: seen")
    return (
        Strip(headline(situation, words), words.clock(situation.local_time), inverted=True),
        large,
        unit,
        *column((words.say("limit"), f"{limit} {view.unit}"), large, unit.left),
        *sentence(view.advice(worst, situation, words), top=WORDS_TOP - 1),
        *sentence(words.say("for {duration}", duration=words.duration(worst.age_s)), seen, WORDS_TOP - 1 + LINE),
    )


def fault_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return the page of the first fault of the appliance, else of its history, else of its line; else *Now*."""
    found = _fault(situation, words)
    if found is None:
        return now_widgets(situation, words)
    matter, advice = found
    lines = paragraph(BOLD, matter, LEFT, NUMBER_TOP + 1, RIGHT - LEFT, 12, 2)
    top = lines[-1].top + 12 + 2
    most = (WORDS_TOP - 1 + LINE - top) // LINE + 1
    return (
        Strip(words.say("Fault"), words.clock(situation.local_time), inverted=True),
        *lines,
        *paragraph(SMALL, advice, LEFT, top, RIGHT - LEFT, LINE, most),
    )


def _fault(situation: Situation, words: Words) -> tuple[str, str] | None:
    """Return what is the matter, and what to do; `None` when nothing is."""
    if situation.health.faults:
        return _in_words(situation.health.faults[0], words)
    match situation.storage:
        case Storage.FAILING:
            return words.say("History not written"), words.say("Is the memory card full or worn out?")
        case Storage.SET_ASIDE:
            return words.say("History begun anew"), words.say("The old one was damaged and is set aside.")
        case Storage.NONE | Storage.FINE:
            pass
    silent = any(alarm.rule is Rule.SILENT for alarm in situation.alarms)
    if silent or situation.signal in (Signal.SILENT, Signal.NO_PORT) or situation.health.line in _UNREADABLE:
        return reason(situation, words)
    return None


def _in_words(fault: Fault, words: Words) -> tuple[str, str]:
    """Return a fault of the appliance, and what to do."""
    detail = fault.detail
    match fault.kind:
        case FaultKind.HISTORY:
            return words.say("History not written"), words.say("Is the card full or worn? {file}", file=detail)
        case FaultKind.SETTINGS:
            where = re.sub(r"^/\S*/", "", detail)  # the card is known at the panel, and its folders are not
            return words.say("Mistake in settings"), words.say("The last good ones hold. {detail}", detail=where)
        case FaultKind.BUTTON:
            return words.say("Button {letter} is stuck", letter=detail), words.say("Is something pressing on it?")
        case FaultKind.PINS:
            return words.say("No lamps or buttons"), detail or words.say("Is the board seated?")
        case FaultKind.PART:
            return words.say("A part fails"), words.say("Started again and again: {part}", part=detail)
