"""*Now*: the power of this moment, to or from the grid; and the large mode, which says nothing else."""

from appliance.household.situation import Level, Situation
from appliance.panel.drawing.charts import Bar, Sparkline
from appliance.panel.drawing.typeface import HUGE
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, Banner, Text, UpArrow, Widget
from appliance.panel.pages.layout import NUMBER_TOP, column, headline, no_signal, number, strip
from appliance.panel.pages.line_reason import reason
from appliance.panel.pages.money import rate
from appliance.words.words import NOT_KNOWN, Words

_SCALE = 1.25
"""The bar's end, in limits of the red lamp; a load beyond it is a full bar, and moves the marks to the left."""
_IN_WATTS_W = 99.5
"""Below this, power is shown in W."""
_CALM_W = 1000.0
"""The least height of the last ten minutes' line, W: a fridge is no mountain."""
_STEPS = 120
"""Of the last ten minutes, one column each."""


def now_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Now*."""
    if situation.power_import_w is None:
        return no_signal(words.say("No reading"), situation, words)
    power_w, export = _power(situation)
    name = words.say("To grid") if export else words.say("From grid")
    value, its_unit = _figure(power_w, words)
    large, unit = number(value, its_unit)
    scale = max(_SCALE * situation.act_w, situation.power_import_w)
    cost = () if export or situation.money is None else rate(situation.money, power_w, words)
    return (
        strip(name, situation, words),
        large,
        unit,
        *column(cost, large, RIGHT),
        *((UpArrow(unit.left, NUMBER_TOP + 1),) if export else ()),
        Sparkline(values=situation.recent_w, left=LEFT + 2, top=46, width=_STEPS, height=9, least=_CALM_W),
        Bar(situation.power_import_w / scale, limit=situation.act_w / scale, watch=situation.watch_w / scale),
    )


def large_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the glass in the large mode; an alarm's headline takes the place of the words."""
    if situation.power_import_w is None:
        return Text(HUGE, NOT_KNOWN, LEFT, MARGIN), Banner(reason(situation, words)[0])
    power_w, export = _power(situation)
    figure, unit = _figure(power_w, words)
    value = Text(HUGE, figure, LEFT, MARGIN)
    if situation.level in (Level.WATCH, Level.ACT):
        return value, Banner(headline(situation, words), inverted=True)
    if unit == "W":
        return value, Banner(words.say("W to grid") if export else words.say("W from grid"))
    return value, Banner(words.say("kW to grid") if export else words.say("kW from grid"))


def _figure(power_w: float, words: Words) -> tuple[str, str]:
    """Return a power as it is shown, and its unit."""
    return (words.number(power_w, 0), "W") if power_w < _IN_WATTS_W else (words.thousands(power_w), "kW")


def _power(situation: Situation) -> tuple[float, bool]:
    """Return the power to show, W, and whether it goes to the grid."""
    export = situation.shows_export
    if export is None:
        export = situation.power_import_w == 0 and bool(situation.power_export_w)
    return (situation.power_export_w if export else situation.power_import_w) or 0.0, export
