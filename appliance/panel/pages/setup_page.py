"""The pages of a first start: one answer, large, and what it means; the foot says what the two keys do.

Each is in the language that is being chosen. The name of a language is its own, so the first page needs no translation
to be understood.
"""

from dataclasses import replace
from typing import Any

from PIL import Image

from appliance.household.power_limits import fuse_w as three_phases_w
from appliance.household.situation import Situation
from appliance.panel.drawing.qr import port_code
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Strip, Text, Widget, drawn, paragraph, right_aligned
from appliance.panel.pages.company_page import company_widgets
from appliance.panel.pages.layout import NUMBER_TOP, number
from appliance.panel.pages.menu_page import LANGUAGES, KeyHint
from appliance.panel.pages.net import fuse_w, places
from appliance.panel.setup import KEEP_THE_STEP, Question, Setup
from appliance.words.words import WORDS, Words

IT, TN = "IT", "TN"
"""The kinds of net: 230 V and 400 V between two lines."""
_BOLD_TOP, _SENTENCE_TOP, _LINE = 16, 31, 10
_BESIDE_CODE = 60
"""Columns for the words beside the code for the port."""


def picture(setup: Setup, situation: Situation) -> Image.Image:
    """Return the picture of a question: mode "1", 128x64."""
    return drawn(widgets(setup, situation))


def widgets(setup: Setup, situation: Situation) -> tuple[Widget, ...]:
    """Return what stands on the page of the question that is asked."""
    words = WORDS[setup.language]
    step, answer = f"{setup.number}/{setup.count}", setup.answer
    match setup.question:
        case Question.LANGUAGE:
            return (Strip("Språk/Language", step), *_language(setup), *_foot(words))
        case Question.COUNTRY:
            return (Strip(words.say("Country"), step), *_country(answer, words), *_foot(words))
        case Question.COMPANY:
            today = None if situation.local_time is None else situation.local_time.date()
            foot = _foot(words, other=setup.span.is_one)
            return (Strip(words.say("Grid company"), step), *company_widgets(setup, today, words), *foot)
        case Question.PRICE:
            return (Strip(words.say("Power price"), step), *_price(answer, words), *_foot(words))
        case Question.FUSE:
            return (Strip(words.say("Main fuse"), step), *_fuse(answer, situation, words), *_foot(words))
        case Question.GOAL:
            return (Strip(words.say("Goal for the month"), step), *_goal(answer, setup, words), *_foot(words, setup))
        case Question.SOUND:
            return (Strip(words.say("Sound"), step), *_sound(answer, words), *_foot(words))
        case Question.PORT | None:
            return _port(words)


def allowed_w(fuse_a: float, situation: Situation) -> tuple[tuple[str, float], ...]:
    """Return how much a main fuse carries, W, by the kind of the net; both of them while the meter shows none."""
    own_w = fuse_w(fuse_a, situation)
    if own_w is None:
        return tuple((net, three_phases_w(fuse_a, line_to_line=net == IT)) for net in (IT, TN))
    if len(places(situation)) == 1:
        return (("", own_w),)
    return ((IT if situation.line_to_line else TN, own_w),)


def _language(setup: Setup) -> tuple[Widget, ...]:
    """Return the language that is shown, large, and the others below it."""
    others = [LANGUAGES[code] for code in setup.answers if code != setup.answer]
    return (
        Text(BOLD, LANGUAGES[setup.answer], LEFT, _BOLD_TOP),
        *paragraph(SMALL, " · ".join(others), LEFT, _SENTENCE_TOP, RIGHT - LEFT, _LINE, 2),
    )


def _country(country: str, words: Words) -> tuple[Widget, ...]:
    if country == "NO":
        return _worded(words.say("Norway"), words.say("With the grid companies' steps and prices."))
    return _worded(words.say("Sweden"), words.say("No capacity steps until a tariff is given."))


def _price(price: str, words: Words) -> tuple[Widget, ...]:
    if price == "norgespris":
        return _worded("Norgespris", words.say("The state's fixed price."))
    return _worded(words.say("Another price"), words.say("Costs are shown without the power."))


def _fuse(fuse_a: float | None, situation: Situation, words: Words) -> tuple[Widget, ...]:
    if fuse_a is None:
        return _worded(words.say("I don't know"), words.say("It can be set later, in the menu."))
    carried = [f"{net} {words.number(power_w / 1000, 1)} kW".strip() for net, power_w in allowed_w(fuse_a, situation)]
    lines = (*carried, words.say("see the fuse"))
    return (
        *number(f"{fuse_a:g}", "A"),
        *(right_aligned(SMALL, line, RIGHT, NUMBER_TOP + _LINE * place) for place, line in enumerate(lines)),
    )


def _goal(goal: Any, setup: Setup, words: Words) -> tuple[Widget, ...]:
    if goal == KEEP_THE_STEP:
        return _worded(words.say("Keep the step"), words.say("It warns before an hour lifts the capacity step."))
    if isinstance(goal, str):
        reason = words.say("No hour is warned of.")
        if len(setup.answers) == 1:
            reason = words.say("Without a tariff with steps there is none to keep.")
        return _worded(words.say("No goal"), reason)
    large, unit = number(f"{goal:g}", "kW")
    until = words.say("mean at most")
    return large, unit, right_aligned(SMALL, until, RIGHT, NUMBER_TOP)


def _sound(volume: str, words: Words) -> tuple[Widget, ...]:
    if volume == "off":
        return _worded(words.say("Off"), words.say("The lamps alone say it."))
    name = words.say("Low") if volume == "low" else words.say("High")
    return _worded(name, words.say("It sounds like this."))


def _worded(answer: str, meaning: str) -> tuple[Widget, ...]:
    return (
        Text(BOLD, answer, LEFT, _BOLD_TOP),
        *paragraph(SMALL, meaning, LEFT, _SENTENCE_TOP, RIGHT - LEFT, _LINE, 2),
    )


def _foot(words: Words, setup: Setup | None = None, *, other: bool = False) -> tuple[Widget, ...]:
    """Return what each key does here: A nothing where there is one answer only."""
    yes = KeyHint("B", words.say("yes, this"))
    yes = replace(yes, left=RIGHT - yes.width)
    next_one = words.say("another") if other else words.say("next")
    return (yes,) if setup is not None and len(setup.answers) == 1 else (KeyHint("A", next_one), yes)


def _port(words: Words) -> tuple[Widget, ...]:
    """Return what to ask of the grid company, as a code that a telephone reads."""
    code = port_code(words.language)
    width = RIGHT - LEFT if code is None else _BESIDE_CODE
    return (
        *paragraph(BOLD, words.say("Port open?"), LEFT, 2, width, 11, 2),
        *paragraph(SMALL, words.say("Send this to the grid company"), LEFT, 25, width, 9, 3),
        KeyHint("B", words.say("go on")),
        *(() if code is None else (code,)),
    )
