"""*Month*: the mean of the highest days, which of them count, the step it has reached and how far the next one is."""

from appliance.household.hours import OSLO, WHOLE, Hour
from appliance.household.situation import Situation
from appliance.household.tariff import Basis, Month
from appliance.panel.drawing.charts import Bar
from appliance.panel.drawing.typeface import LARGE, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, right_aligned
from appliance.panel.pages.layout import LINE, NUMBER_FOOT, NUMBER_TOP, WORDS_TOP, not_yet, sentence, strip, unknown
from appliance.words.words import Words

_SCALE = 1.25
"""The bar's end, in limits of the step."""
_SHOWN = 3
_DAY_RIGHT, _ROW = 98, 8


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
            advice = words.say("The settings say that there is no capacity tariff.")
            return unknown(name, words.say("No capacity tariff"), advice, situation, words)
        case Basis.FUSE:
            return _by_fuse(name, month, situation, words)
        case Basis.HIGHEST_DAYS:
            return _by_days(name, month, situation, words)


def _by_days(name: str, month: Month, situation: Situation, words: Words) -> tuple[Widget, ...]:
    mean_kw, place = month.mean_kw, month.step
    if mean_kw is None or place is None:
        advice = words.say("The first whole hour of the month is not over yet.")
        return unknown(name, words.say("Not known yet"), advice, situation, words)
    end_kw = month.tariff.end_of(place)
    left = ""
    if end_kw is not None:
        left = words.say("{left} kW left", left=words.thousands(max(0.0, 1000 * (end_kw - mean_kw))))
    large = Text(LARGE, words.thousands(1000 * mean_kw), LEFT, NUMBER_TOP)
    return (
        strip(name, situation, words),
        large,
        Text(SMALL, "kW", large.box[2] + 4, NUMBER_FOOT - SMALL.baseline),
        *_days(month, words),
        *sentence(words.say("Step {step}", step=_step(month, place, words)), left),
        Bar(1.0) if end_kw is None else Bar(mean_kw / (_SCALE * end_kw), limit=1 / _SCALE),
    )


def _days(month: Month, words: Words) -> list[Widget]:
    rows: list[Widget] = []
    for place, peak in enumerate(month.top[:_SHOWN]):
        top = NUMBER_TOP + _ROW * place
        rows.append(right_aligned(SMALL, words.day(peak.start.astimezone(OSLO).date()), _DAY_RIGHT, top))
        rows.append(right_aligned(SMALL, _peak(peak, words), RIGHT, top))
    return rows


def _peak(peak: Hour, words: Words) -> str:
    """Its energy in kWh; with a mark where it was seen in part and may have had more."""
    energy = words.thousands(peak.import_wh)
    return energy if peak.quality in WHOLE else f">{energy}"


def _by_fuse(name: str, month: Month, situation: Situation, words: Words) -> tuple[Widget, ...]:
    if month.fuse_a is None or month.step is None:
        advice = words.say("It finds the step: set it in the menu.")
        return unknown(name, words.say("Main fuse not set"), advice, situation, words)
    large = Text(LARGE, f"{month.fuse_a:.0f}", LEFT, NUMBER_TOP)
    return (
        strip(name, situation, words),
        large,
        Text(SMALL, "A", large.box[2] + 4, NUMBER_FOOT - SMALL.baseline),
        *sentence(words.say("Main fuse"), top=WORDS_TOP - 1),
        *sentence(words.say("Step {step}", step=_step(month, month.step, words)), top=WORDS_TOP - 1 + LINE),
    )


def _step(month: Month, place: int, words: Words) -> str:
    """Return a step by its limits: in kW, or in A where the main fuse decides it."""
    unit = " A" if month.tariff.basis is Basis.FUSE else ""
    below = month.tariff.steps[place - 1].up_to if place else 0.0
    above = month.tariff.steps[place].up_to
    low = words.limit(below or 0.0)
    return f"{low}+{unit}" if above is None else f"{low}–{words.limit(above)}{unit}"
