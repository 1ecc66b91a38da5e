"""*Month*: the mean of the highest days, which of them count, the step it has reached and how far the next one is.

A household without a capacity tariff does not come here: the page leaves the round.
"""

from math import floor

from appliance.household.capacity import Month
from appliance.household.hours import OSLO, WHOLE, Hour
from appliance.household.recurring import ALWAYS
from appliance.household.situation import Situation
from appliance.household.tariff import Basis
from appliance.panel.drawing.charts import Share
from appliance.panel.drawing.typeface import LARGE, MEDIUM, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, right_aligned
from appliance.panel.pages.layout import (
    LINE,
    NUMBER_FOOT,
    NUMBER_TOP,
    WORDS_TOP,
    column,
    lowered,
    not_yet,
    sentence,
    strip,
    unknown,
)
from appliance.panel.pages.net import fuse_w
from appliance.words.words import Words

_SHOWN = 3
_COLUMNS, _ROW = (92, 105, RIGHT), 8
"""Right ends of the days', hours' and energies' columns."""
_TOP, _WORDS_TOP, _STEP_TOP = NUMBER_TOP - 1, WORDS_TOP - 1, WORDS_TOP - 1 + LINE
"""Of the number and of two lines of words below it; there is no bar."""
_SHARE_LEFT, _BESIDE = 62, 4
_FINE_KW = 9.995
"""From here on the mean has one decimal."""


def month_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Month*."""
    month = situation.month
    if month is None:
        if situation.local_time is None:
            return not_yet(words.say("Month"), situation, words)
        advice = words.say("The settings have no tariff for this month.")
        return unknown(words.say("Month"), words.say("No tariff"), advice, situation, words)
    name = words.month(month.first)
    match month.tariff.basis:
        case Basis.NONE:
            advice = words.say("Switched off in the settings.")
            return unknown(name, words.say("No capacity tariff"), advice, situation, words)
        case Basis.FUSE:
            return _by_fuse(name, month, situation, words)
        case Basis.PEAKS:
            return _by_days(name, month, situation, words)


def _by_days(name: str, month: Month, situation: Situation, words: Words) -> tuple[Widget, ...]:
    mean_kw, days = month.mean_kw, month.tariff.peaks.number
    if mean_kw is None:
        advice = words.say("The first whole hour of the month is not over yet.")
        if month.tariff.peaks.counts != ALWAYS:
            advice = words.say("No hour of the month has counted so far.")
        return unknown(name, words.say("Not known yet"), advice, situation, words)
    name = words.say("{month}, top {days}", month=name, days=days) if days > 1 else name
    mean = words.at_least(1000 * mean_kw) if month.at_least else words.thousands(1000 * mean_kw)
    return (
        strip(name, situation, words),
        Text(LARGE, mean, LEFT, _TOP),
        *_days(month, words),
        *sentence(words.say("kW mean") if days > 1 else words.say("kW, top hour"), _left(month, words), _WORDS_TOP),
        *(_price_line(month, words) if month.step is None else _step_line(month, month.step, words)),
    )


def _left(month: Month, words: Words) -> str:
    """Return how far the step's end is, rounded down, with as many decimals as the mean; nothing in the last step."""
    if month.mean_kw is None or month.step is None or (end_kw := month.tariff.end_of(month.step)) is None:
        return ""
    left_w = max(0.0, 1000 * (end_kw - month.mean_kw))
    if month.at_least:
        return words.say("{left} kW left", left=words.at_most(left_w))
    decimals = 2 if month.mean_kw < _FINE_KW else 1
    scale = 10**decimals
    return words.say("{left} kW left", left=words.number(floor(round(left_w * scale / 1000, 6)) / scale, decimals))


def _price_line(month: Month, words: Words) -> tuple[Widget, ...]:
    """Return the line of a price by the kilowatt: what the month costs as it stands."""
    kr, at_least = month.capacity_kr, "≥" if month.at_least else ""
    if kr is None:
        return ()
    price = f"{at_least}{words.kroner(kr * (1 + month.tariff.vat))}"
    return sentence(words.say("Price by the kW"), price, _STEP_TOP)


def _step_line(month: Month, place: int, words: Words) -> tuple[Widget, ...]:
    """Return the line of the step: its limits and its price, and that of the next; or how much of it is used."""
    limits = ("≥" if month.at_least else "") + _step(month, place, words)
    step, after = month.tariff.steps[place], month.tariff.steps[place + 1 : place + 2]
    vat = 1 + month.tariff.vat
    if step.price_kr is not None:
        said, dearer = f"{limits} kW: {words.kroner(step.price_kr * vat)}", ""
        if after and after[0].price_kr is not None and after[0].price_kr > step.price_kr:
            dearer = words.say("next +{amount}", amount=words.number((after[0].price_kr - step.price_kr) * vat, 0))
        fits = SMALL.width(said) + SMALL.width(dearer) + _BESIDE <= RIGHT - LEFT
        return sentence(said, dearer if fits else "", _STEP_TOP)
    said = words.say("Step {step}", step=limits)
    end_kw = month.tariff.end_of(place)
    left = max(_SHARE_LEFT, LEFT + SMALL.width(said) + _BESIDE)
    share = 1.0 if end_kw is None or month.mean_kw is None else month.mean_kw / end_kw
    return (*sentence(said, top=_STEP_TOP), Share(share=share, left=left, top=_STEP_TOP, width=RIGHT - left))


def _days(month: Month, words: Words) -> list[Widget]:
    """Return the highest days under a heading: the day of the month, the hour that begins, its kWh."""
    rows: list[Widget] = []
    heading = (
        (words.say("day"), words.say("hr"), "kW") if month.tariff.peaks.months == 1 else ("", words.say("day"), "kW")
    )
    for place, cells in enumerate((heading, *(_peak(peak, month, words) for peak in month.top[:_SHOWN]))):
        top = _TOP + _ROW * place + (1 if place else 0)  # letters of the heading hang below its base line
        rows += (right_aligned(SMALL, cell, right, top) for cell, right in zip(cells, _COLUMNS, strict=True) if cell)
    return rows


def _peak(peak: Hour, month: Month, words: Words) -> tuple[str, str, str]:
    """Return its day, its hour and what it counts; with a mark where it was seen in part and may have had more.

    Of a tariff by several months it is the day and the month.
    """
    start, energy_wh = peak.start.astimezone(OSLO), float(month.value(peak))
    energy = words.number(energy_wh / 1000, 1 if energy_wh < 99_950 else 0)
    day, clock = words.day(start), f"{start.hour}"
    if month.tariff.peaks.months > 1:
        day, clock = "", f"{start.day}/{start.month}"
    return day, clock, energy if peak.quality in WHOLE else words.at_least(energy_wh)


def _by_fuse(name: str, month: Month, situation: Situation, words: Words) -> tuple[Widget, ...]:
    if month.fuse_a is None or month.step is None:
        advice = words.say("The fuse decides the step: choose it in the menu.")
        return unknown(name, words.say("Main fuse not chosen"), advice, situation, words)
    large = Text(LARGE, f"{month.fuse_a:.0f}", LEFT, NUMBER_TOP)
    power_w, price_kr = fuse_w(month.fuse_a, situation), month.capacity_kr
    step = words.say("Step {step}", step=_step(month, month.step, words))
    price = "" if price_kr is None else words.kroner(price_kr * (1 + month.tariff.vat))
    return (
        strip(name, situation, words),
        large,
        Text(SMALL, "A", large.box[2] + 4, NUMBER_FOOT - SMALL.baseline),
        *(() if power_w is None else _carried(f"{words.thousands(power_w)} kW", large)),
        *lowered((*sentence(words.say("Main fuse"), top=_WORDS_TOP), *sentence(step, price, _STEP_TOP))),
    )


def _carried(power: str, beside: Text) -> tuple[Text, ...]:
    """Return what the fuse lets through, as large as there is room for."""
    medium = right_aligned(MEDIUM, power, RIGHT, NUMBER_TOP)
    return (medium,) if medium.left > beside.box[2] + _BESIDE else column([power], beside, RIGHT)


def _step(month: Month, place: int, words: Words) -> str:
    """Return a step by its limits: in kW, or in A where the main fuse decides it."""
    unit = " A" if month.tariff.basis is Basis.FUSE else ""
    below = month.tariff.steps[place - 1].up_to if place else 0.0
    above = month.tariff.steps[place].up_to
    low = words.limit(below or 0.0)
    return f"{low}+{unit}" if above is None else f"{low}–{words.limit(above)}{unit}"
