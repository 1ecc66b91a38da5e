"""*Hour*: what may still be used until the full hour, what was used, and what the hour will come to.

The number is the headroom, since that is what one can act on; where nothing limits the hour, it is the projection.
"""

from appliance.household.outlook import Outlook
from appliance.household.situation import Situation
from appliance.panel.drawing.charts import Bar
from appliance.panel.drawing.widgets import Widget
from appliance.panel.pages.layout import column, not_yet, number, sentence, strip
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
    until = words.say("to {time}", time=words.clock(outlook.until.astimezone(now.tzinfo)))
    left = f"{max(1, round(outlook.time_left_s / 60))} min"
    so_far, ahead = words.thousands(outlook.so_far_wh), words.thousands(outlook.projection_wh)
    if outlook.headroom_w is None or outlook.allowed_wh is None:
        large, unit = number(ahead, "kWh")
        name, comes_to = words.say("Hour comes to"), words.say("no limit")
    else:
        large, unit = number(words.kilowatts(outlook.headroom_w), "kW")
        name, comes_to = words.say("Left this hour"), f"→ {ahead} kWh"
    return (
        strip(name, situation, words),
        large,
        unit,
        *column((until, left), large, unit.left),
        *sentence(f"{so_far} kWh", comes_to),
        _bar(outlook),
    )


def _bar(outlook: Outlook) -> Bar:
    if outlook.allowed_wh is None:
        scale = max(_LEAST_WH, _SCALE * outlook.projection_wh)
        return Bar(outlook.so_far_wh / scale, ahead=outlook.projection_wh / scale)
    scale = _SCALE * max(_LEAST_WH, outlook.allowed_wh)
    return Bar(outlook.so_far_wh / scale, limit=outlook.allowed_wh / scale, ahead=outlook.projection_wh / scale)
