"""The rhythm that all pages keep: where the strip, the number, its unit, the column and the line of words stand.

All measures are rows and columns of the glass. The number's foot is row 44 on every page, and beside it the column's
lines begin at its top; the line of words below it is for one sentence, and the foot is the bar's.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from appliance.household.clock import ClockSource
from appliance.household.situation import Level, Rule, Signal, Situation
from appliance.panel.drawing.typeface import BOLD, LARGE, MEDIUM, SMALL
from appliance.panel.drawing.widgets import HEIGHT, LEFT, MARGIN, RIGHT, Strip, Text, Widget, paragraph, right_aligned
from appliance.panel.pages.line_reason import reason
from appliance.panel.pages.rule_view import rule_view
from appliance.words.words import NOT_KNOWN, Words

NUMBER_TOP = 13
NUMBER_FOOT = NUMBER_TOP + LARGE.baseline
UNIT_TOP = NUMBER_FOOT - MEDIUM.baseline
WORDS_TOP = 46
"""Of the line of words between number and bar."""
LINE = 9
"""From one line of a paragraph to the next."""
_CLOSE = 8
"""From one line of a column to the next."""
_OVER_THE_UNIT = 2
"""Lines of a column that have room there."""
_GAP = 6
_REMEMBERED = 512
"""Numbers whose places are kept: the same few come again all day."""
_MARKS = {Level.WATCH: "!", Level.ACT: "!!"}
_BESIDE = 38
"""Left edge of the headline beside the two dashes of what is not known."""


def strip(name: str, situation: Situation, words: Words) -> Strip:
    """Return the strip; while something is over a limit it has a mark at its end, so it is seen without colour."""
    return Strip(name, words.clock(situation.local_time), mark=_MARKS.get(situation.level or Level.OK, ""))


def headline(situation: Situation, words: Words) -> str:
    """Return what asks for a look or an act, in two or three words: the worst alarm's headline.

    A level without an alarm is said as one of the power: there is no other that could be meant.
    """
    rule, phase = (Rule.POWER, None) if not situation.alarms else (situation.alarms[0].rule, situation.alarms[0].phase)
    return rule_view(rule).headline(situation.level, phase, words)


@lru_cache(_REMEMBERED)
def number(text: str, unit: str) -> tuple[Text, Text]:
    """Return the number and its unit on one baseline; the unit is small where there is no more room."""
    large = Text(LARGE, text, LEFT, NUMBER_TOP)
    left = LEFT + LARGE.width(text) + _GAP
    if left + MEDIUM.width(unit) <= RIGHT:
        return large, Text(MEDIUM, unit, left, UNIT_TOP)
    return large, Text(SMALL, unit, left - 2, NUMBER_FOOT - SMALL.baseline)


def column(lines: Sequence[str], beside: Text, left: int) -> tuple[Text, ...]:
    """Place lines over the unit, from the number's top down, as close as their ink allows.

    They stand further to the left where they need the width; a line for which the number leaves none is left out, and
    so is an empty one.
    """
    if not lines:
        return ()
    width = RIGHT - beside.box[2] - 2
    shown = [line for line in lines if line.strip() and SMALL.width(line) <= width]
    left = min(left, RIGHT - max((SMALL.width(line) for line in shown), default=0))
    texts: list[Text] = []
    for line in shown:
        texts.append(Text(SMALL, line, left, max(NUMBER_TOP + _CLOSE, texts[-1].box[3]) if texts else NUMBER_TOP))
    over = 1 if len(texts) == _OVER_THE_UNIT and texts[-1].box[3] > UNIT_TOP else 0  # letters of both lines hang
    return tuple(replace(text, top=text.top - over) for text in texts)


def sentence(left: str, right: str = "", top: int = WORDS_TOP) -> tuple[Text, ...]:
    """Return the line of words: what is on the left, and on the right."""
    texts = [Text(SMALL, left, LEFT, top)] if left else []
    if right:
        texts.append(right_aligned(SMALL, right, RIGHT, top))
    return tuple(texts)


def lowered(page: Sequence[Widget]) -> tuple[Widget, ...]:
    """Return a page with its lines of words a row lower, so that they keep clear of the number.

    Where a letter of the last line would hang over the foot of the glass, they stay.
    """
    lines = [widget for widget in page if isinstance(widget, Text) and widget.top >= WORDS_TOP - 1]
    if any(line.box[3] >= HEIGHT - MARGIN for line in lines):
        return tuple(page)
    return tuple(replace(widget, top=widget.top + 1) if widget in lines else widget for widget in page)


def unknown(name: str, matter: str, advice: str, situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return a page without a number: what is the matter in large words, and below it the likely reason."""
    lines = paragraph(BOLD, matter, _BESIDE, NUMBER_TOP + 4, RIGHT - _BESIDE, 12, 2)
    if len(lines) == 1:
        lines = (Text(BOLD, lines[0].text, _BESIDE, NUMBER_TOP + 10),)
    return (
        strip(name, situation, words),
        Text(LARGE, NOT_KNOWN, LEFT, NUMBER_TOP),
        *lines,
        *paragraph(SMALL, advice, LEFT, WORDS_TOP - 1, RIGHT - LEFT, LINE, 2),
    )


def no_signal(name: str, situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return a page that says why nothing comes from the meter, most likely."""
    return unknown(name, *reason(situation, words), situation, words)


def not_yet(name: str, situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return a page that says why a value is not known yet: no signal, no time, or a part of the hour was not seen."""
    if situation.signal is not Signal.RECEIVING:
        return no_signal(name, situation, words)
    if situation.clock_source is ClockSource.UNKNOWN or situation.local_time is None:
        advice = words.say("The meter sends the time at the next full hour.")
        return unknown(name, words.say("Time not known yet"), advice, situation, words)
    advice = words.say("Part missing. Counts again from the next full hour.")
    return unknown(name, words.say("Not known yet"), advice, situation, words)
