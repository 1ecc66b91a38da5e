"""The pages that come forward by themselves: what is wrong, how much, and what to do about it."""

import re
from datetime import timedelta

from appliance.household.hours import HOUR, OSLO
from appliance.household.outlook import Outlook, StepLost
from appliance.household.situation import Alarm, Level, Rule, Signal, Situation, Storage
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Strip, Text, Widget, paragraph, wrapped
from appliance.panel.pages.hour import comes_to, must_shed, shed_widgets
from appliance.panel.pages.large import large_alarm, large_matter
from appliance.panel.pages.layout import LINE, NUMBER_TOP, WORDS_TOP, column, lowered, number, sentence
from appliance.panel.pages.line_reason import reason
from appliance.panel.pages.power import large_widgets, now_widgets
from appliance.panel.pages.rule_view import rule_view
from appliance.system.health import Fault, FaultKind, LineCondition
from appliance.words.words import NOT_KNOWN, Words

Subject = tuple[Rule, int | None]
"""What an alarm is about: its rule, and the phase where it has one."""

_READABLE = (
    *(LineCondition.FINE, LineCondition.DAMAGED, LineCondition.MISSING),
    *(LineCondition.CLOCK, LineCondition.IMPLAUSIBLE),
)
_A_PAGE = 5
"""Lines of small type below the strip."""
_UNREADABLE = frozenset(LineCondition).difference(_READABLE)


def alarm_widgets(
    situation: Situation, words: Words, subject: Subject | None = None, place: tuple[int, int] = (1, 1)
) -> tuple[Widget, ...]:
    """Return the page of an alarm, of the first one where `subject` is left out; it is so many of so many in `place`.

    It is that of a fault if the meter is silent, and *Now* if there is no alarm.
    """
    found = [alarm for alarm in situation.alarms if subject is None or (alarm.rule, alarm.phase) == subject]
    alarm = found[0] if found else None
    if situation.step_lost is not None and (alarm is None or alarm.rule is Rule.HOUR) and not must_shed(situation):
        return _lost_widgets(situation.step_lost, alarm, situation, place, words)
    if alarm is None:
        return now_widgets(situation, words)
    if alarm.rule is Rule.SILENT or alarm.level is Level.FAULT:
        return fault_widgets(situation, words)
    view, outlook = rule_view(alarm.rule), situation.outlook
    name = view.heading(alarm, situation, words)
    more: list[str] = []
    if alarm.rule is Rule.HOUR and outlook is not None and must_shed(situation):
        body: tuple[Widget, ...] = (
            *shed_widgets(outlook, situation, words),
            *sentence(_crossing(outlook, situation, words), top=WORDS_TOP - 1),
        )
        if outlook.dearer_kr:
            more = [words.say("else +{price}", price=words.kroner(round(outlook.dearer_kr)))]
    else:
        value, limit = view.figures(alarm, words)
        large, unit = number(value, view.unit)
        first, *more = wrapped(SMALL, view.advice(alarm, situation, words), RIGHT - LEFT)
        body = (
            large,
            unit,
            *column((words.say("limit"), f"{limit} {view.unit}"), large, unit.left),
            *sentence(first, top=WORDS_TOP - 1),
        )
    return (
        Strip(name, words.clock(situation.local_time), inverted=True),
        *lowered((*body, *_foot(alarm, situation, place, words, " ".join(more)))),
    )


def _foot(
    alarm: Alarm | None, situation: Situation, place: tuple[int, int], words: Words, rest: str = ""
) -> tuple[Text, ...]:
    """Return the last line: which of several it is, since when it is at this level, and the key to press.

    The `rest` of what to do, where it took more than its line, stands in place of the time; and no time stands beside
    an order to switch something off.
    """
    seen = words.say("Seen") if alarm is not None and alarm.acknowledged else words.say("A: seen")
    since, is_order = rest, alarm is not None and alarm.rule is Rule.HOUR and must_shed(situation)
    if (
        alarm is not None
        and alarm.level is Level.WATCH
        and not (rest or is_order)
        and alarm.level_since is not None
        and situation.local_time is not None
    ):
        at = words.clock(alarm.level_since.astimezone(situation.local_time.tzinfo))
        since = words.say("since {time}", time=at)
    number_of, count = place
    return sentence(f"{number_of}/{count} {since}".strip() if count > 1 else since, seen, WORDS_TOP - 1 + LINE)


def _crossing(outlook: Outlook, situation: Situation, words: Words) -> str:
    """Return when the hour passes what it may have."""
    if outlook.crosses_in_s is None or situation.local_time is None or outlook.allowed_wh is None:
        return comes_to(outlook, words)
    at = words.clock(situation.local_time + timedelta(seconds=outlook.crosses_in_s))
    return words.say("{allowed} kWh passed at {time}", allowed=words.kilowatts(outlook.allowed_wh), time=at)


def _lost_widgets(
    lost: StepLost, alarm: Alarm | None, situation: Situation, place: tuple[int, int], words: Words
) -> tuple[Widget, ...]:
    """Return the page of a step that was lost: which one it is now, by which hour, and what it costs."""
    name, matter = _new_step(lost, words)
    lines = _by_which_hour(lost, situation, words)
    return (
        Strip(name, words.clock(situation.local_time), inverted=True),
        Text(BOLD, matter, LEFT, NUMBER_TOP + 2),
        *(Text(SMALL, line, LEFT, NUMBER_TOP + 18 + (LINE + 1) * row) for row, line in enumerate(lines)),
        *_foot(alarm, situation, place, words),
    )


def _new_step(lost: StepLost, words: Words) -> tuple[str, str]:
    """Return what was lost in two words, and the step it is now; the limit, where that lies within a step."""
    if lost.was == lost.now:
        return words.say("Limit passed"), f"{words.limit(lost.limit_kw)} kW"
    low = words.limit(lost.above_kw)
    return words.say("New step"), f"{low}+ kW" if lost.up_to_kw is None else f"{low}–{words.limit(lost.up_to_kw)} kW"


def _by_which_hour(lost: StepLost, situation: Situation, words: Words) -> list[str]:
    """Return by which hour a step was lost, with its energy, and what that costs where it is known."""
    begins, outlook = lost.hour.astimezone(OSLO), situation.outlook
    hours = f"{begins.hour:02}–{(lost.hour + HOUR).astimezone(OSLO).hour:02}"
    energy_wh = next((hour.import_wh for hour in reversed(situation.ended_hours) if hour.start == lost.hour), None)
    if energy_wh is None and outlook is not None and outlook.until == lost.hour + HOUR:
        energy_wh = outlook.so_far_wh
    energy = NOT_KNOWN if energy_wh is None else words.kilowatts(energy_wh)
    if situation.local_time is not None and situation.local_time.date() > begins.date():
        lines = [words.say("Yesterday {hours}: {energy} kWh.", hours=hours, energy=energy)]
    else:
        lines = [words.say("Hour {hours}: {energy} kWh.", hours=hours, energy=energy)]
    if lost.dearer_kr:
        price = words.kroner(round(lost.dearer_kr))
        lines.append(words.say("{price} more in {month}.", price=price, month=words.month_within(begins.date())))
    return lines


def large_alarm_widgets(
    situation: Situation, words: Words, subject: Subject | None = None, _place: tuple[int, int] = (1, 1)
) -> tuple[Widget, ...]:
    """Return the page of an alarm in the large mode, as `alarm_widgets`; which of several it is has no room there."""
    found = [alarm for alarm in situation.alarms if subject is None or (alarm.rule, alarm.phase) == subject]
    alarm = found[0] if found else None
    lost = situation.step_lost
    if lost is not None and (alarm is None or alarm.rule is Rule.HOUR) and not must_shed(situation):
        name, matter = _new_step(lost, words)
        return large_matter(f"{name} {matter}", " ".join(_by_which_hour(lost, situation, words)))
    if alarm is None:
        return large_widgets(situation, words)
    if alarm.rule is Rule.SILENT or alarm.level is Level.FAULT:
        return large_fault_widgets(situation, words)
    view, outlook = rule_view(alarm.rule), situation.outlook
    name = view.heading(alarm, situation, words)
    if alarm.rule is Rule.HOUR and outlook is not None and must_shed(situation):
        return large_alarm(name, words.kilowatts(outlook.shed_w or 0.0), "kW", words.say("switch off"))
    value, _limit = view.figures(alarm, words)
    return large_alarm(name, value, view.unit, view.advice(alarm, situation, words))


def large_fault_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return the page of the first fault in the large mode; where there is none, the large number."""
    found = _fault(situation, words)
    return large_widgets(situation, words) if found is None else large_matter(*found)


def fault_widgets(situation: Situation, words: Words, turn: int = 0) -> tuple[Widget, ...]:
    """Return the page of the first fault of the appliance, else of its history, else of its line; else *Now*.

    What does not fit goes on on further pages, below the strip alone; `turn` counts on from one to the next.
    """
    found = _fault(situation, words)
    if found is None:
        return now_widgets(situation, words)
    matter, advice = found
    lines = paragraph(BOLD, matter, LEFT, NUMBER_TOP + 1, RIGHT - LEFT, 12, 2)
    top = lines[-1].top + 12 + 2
    most = (WORDS_TOP - 1 + LINE - top) // LINE + 1
    strip = Strip(words.say("Fault"), words.clock(situation.local_time), inverted=True)
    first, *more = _pages(wrapped(SMALL, advice, RIGHT - LEFT), most)
    place = turn % (1 + len(more))
    if place == 0:
        return strip, *lines, *_lines(first, top)
    return strip, *_lines(more[place - 1], NUMBER_TOP + 1)


def _pages(lines: list[str], most: int) -> list[list[str]]:
    """Return the lines of each page: `most` on the first, and as many as the glass has on each other."""
    rest = lines[most:]
    return [lines[:most], *(rest[begin : begin + _A_PAGE] for begin in range(0, len(rest), _A_PAGE))]


def _lines(lines: list[str], top: int) -> tuple[Text, ...]:
    return tuple(Text(SMALL, line, LEFT, top + LINE * place) for place, line in enumerate(lines))


def _fault(situation: Situation, words: Words) -> tuple[str, str] | None:
    """Return what is the matter, and what to do; `None` when nothing is."""
    if situation.health.faults:
        return _in_words(situation.health.faults[0], words)
    match situation.storage:
        case Storage.FAILING:
            return words.say("History not written"), words.say("Is the memory card full or worn out?")
        case Storage.SET_ASIDE:
            return words.say("New history started"), words.say("The old one was damaged and has been set aside.")
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
            holds = words.say("The last good settings apply.")
            return words.say("Mistake in settings"), f"{_where(words.tell(detail))} {holds}"
        case FaultKind.SETTINGS_DEFAULTS:
            holds = words.say("The defaults apply.")
            return words.say("Mistake in settings"), f"{_where(words.tell(detail))} {holds}"
        case FaultKind.DISPLAY:
            return words.say("No display"), words.say("Is its plug in? {detail}", detail=detail)
        case FaultKind.SUPPLY:
            return words.say("Weak supply"), words.say("Take one of 5.1 V and 2.5 A, with a short, thick lead.")
        case FaultKind.BUTTON:
            return words.say("Button {letter} is stuck", letter=detail), words.say("Is something pressing on it?")
        case FaultKind.PINS:
            return words.say("No lamps or buttons"), words.tell(detail) or words.say(
                "Is the circuit board seated properly?"
            )
        case FaultKind.HOURS_AHEAD:
            return words.say("Hours in the future"), words.say("They do not count: {hours}", hours=detail)
        case FaultKind.PART:
            return words.say("A part keeps failing"), words.say("Keeps restarting: {part}", part=detail)
        case FaultKind.UPDATE:
            return words.say("Update not taken"), words.tell(detail)


def _where(mistake: str) -> str:
    """Return the sentence with its stop and without the folders: the card is known at the panel, and they are not."""
    shown = re.sub(r"^/\S*/", "", mistake)
    return shown if shown.endswith("?") or not shown else f"{shown}."
