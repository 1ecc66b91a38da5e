"""*Hour*: what may still be used until the full hour, what is used now, and what the hour will come to.

The number is what one can act on: the power that may be used, and when the hour comes to too much, the power that must
be switched off. Where the hour costs nothing more whatever it comes to, it says so. Where nothing limits the hour, the
number is the projection. It is that too where more than a little of the hour was not seen: it will have at least that
much, while what may still be used could be far less than the most it can be.
"""

from math import ceil

from appliance.household.outlook import MISSING_S, HourState, Outlook
from appliance.household.situation import Situation
from appliance.panel.drawing.charts import Bar
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, paragraph
from appliance.panel.pages.layout import LINE, NUMBER_TOP, column, not_yet, number, sentence, strip
from appliance.words.words import Words

_SCALE = 1.25
"""The bar's end, in energies that the hour may have."""
_LEAST_WH = 1000.0
"""What the bar takes as allowed where the hour may have less, Wh."""


def hour_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Hour*."""
    outlook, now = situation.outlook, situation.local_time
    if outlook is None or now is None:
        return not_yet(words.say("This hour"), situation, words)
    until = words.clock(outlook.until.astimezone(now.tzinfo))
    much_missing = situation.hour is None or situation.hour.missing_s > MISSING_S
    if outlook.headroom_w is None or outlook.allowed_wh is None or (outlook.at_least and much_missing):
        return _comes_to(outlook, until, situation, words)
    if must_shed(situation):
        return _too_high(outlook, situation, words)
    if outlook.costs_nothing and outlook.headroom_w >= _is_free_from_w(situation):
        return _free(outlook, until, situation, words)
    return _may_use(outlook, outlook.headroom_w, until, situation, words)


def must_shed(situation: Situation) -> bool:
    """Return whether something must be switched off for the hour to stay within what is allowed."""
    outlook = situation.outlook
    if outlook is None or not outlook.shed_w:
        return False
    return situation.hour_state is HourState.HIGH or (situation.hour_state is HourState.LOST and not outlook.headroom_w)


def shed_widgets(outlook: Outlook, situation: Situation, words: Words) -> tuple[Text, ...]:
    """Return the number that must be switched off, and beside it what is drawn now."""
    large, unit = number(words.kilowatts(_enough_w(outlook.shed_w or 0.0)), "kW")
    now_w = situation.power_import_w
    drawn = "" if now_w is None else words.say("now {power} kW", power=words.thousands(now_w))
    return large, unit, *column((words.say("switch off"), drawn), large, unit.left)


def _enough_w(shed_w: float) -> float:
    """Return a power to switch off, W, rounded up to the tenth of a kW that is shown: less would not be enough."""
    return ceil(round(shed_w / 100, 6)) * 100.0


def comes_to(outlook: Outlook, words: Words) -> str:
    """Return what the hour comes to, of what it may have."""
    allowed = words.kilowatts(outlook.allowed_wh or 0.0)
    hour = words.at_least(outlook.projection_wh) if outlook.at_least else words.kilowatts(outlook.projection_wh)
    return words.say("Hour: {hour} of {allowed} kWh", hour=hour, allowed=allowed)


def _comes_to(outlook: Outlook, until: str, situation: Situation, words: Words) -> tuple[Widget, ...]:
    ahead = _energy(outlook.projection_wh, outlook, words)
    large, unit = number(words.at_least(outlook.projection_wh) if outlook.at_least else ahead, "kWh")
    limit = words.say("no limit")
    if outlook.allowed_wh is not None:
        limit = f"{words.say('limit')} {words.thousands(outlook.allowed_wh)}"
    left = f"{max(1, round(outlook.time_left_s / 60))} min"
    return (
        strip(words.say("Hour comes to"), situation, words),
        large,
        unit,
        *column((words.say("to {time}", time=until), left), large, unit.left),
        *sentence(words.say("so far {energy} kWh", energy=_energy(outlook.so_far_wh, outlook, words)), limit),
        _bar(outlook),
    )


def _too_high(outlook: Outlook, situation: Situation, words: Words) -> tuple[Widget, ...]:
    return (
        strip(words.say("Hour too high"), situation, words),
        *shed_widgets(outlook, situation, words),
        *sentence(comes_to(outlook, words)),
        _bar(outlook),
    )


def _free(outlook: Outlook, until: str, situation: Situation, words: Words) -> tuple[Widget, ...]:
    return (
        strip(words.say("This hour"), situation, words),
        Text(BOLD, words.say("Free until {time}", time=until), LEFT, NUMBER_TOP + 4),
        *paragraph(SMALL, words.say("The hour costs no more."), LEFT, NUMBER_TOP + 21, RIGHT - LEFT, LINE, 2),
        _bar(outlook),
    )


def _may_use(outlook: Outlook, headroom_w: float, until: str, situation: Situation, words: Words) -> tuple[Widget, ...]:
    large, unit = number(words.at_most(headroom_w) if outlook.at_least else words.kilowatts(headroom_w), "kW")
    now_w = situation.power_import_w
    drawn = "" if now_w is None else words.say("now {power} kW", power=words.thousands(now_w))
    return (
        strip(words.say("You may use"), situation, words),
        large,
        unit,
        *column((words.say("to {time}", time=until), drawn), large, unit.left),
        *sentence(comes_to(outlook, words)),
        _bar(outlook),
    )


def _is_free_from_w(situation: Situation) -> float:
    """Return from which headroom on it says nothing any more: the house cannot use as much."""
    return situation.act_w


def _energy(energy_wh: float, outlook: Outlook, words: Words) -> str:
    """Return an energy of the hour, kWh; with a mark where it may be more."""
    return words.at_least(energy_wh, fine=True) if outlook.at_least else words.thousands(energy_wh)


def _bar(outlook: Outlook) -> Bar:
    if outlook.allowed_wh is None:
        scale = max(_LEAST_WH, _SCALE * outlook.projection_wh)
        return Bar(outlook.so_far_wh / scale, ahead=outlook.projection_wh / scale)
    scale = _SCALE * max(_LEAST_WH, outlook.allowed_wh)
    return Bar(outlook.so_far_wh / scale, limit=outlook.allowed_wh / scale, ahead=outlook.projection_wh / scale)
