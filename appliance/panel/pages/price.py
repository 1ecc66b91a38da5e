"""*Spot price*: what a kWh costs in this hour, the day's cheapest and dearest hour, and all its hours as bars.

Who tells the prices is named, as they ask. With VAT, and without what grid company and supplier take. A house that
fetches no prices does not come here; a price that could not be had is "--". A bar's foot is zero, or the lowest price
where that is below it.
"""

from appliance.household.hours import HOUR, OSLO
from appliance.household.situation import Situation
from appliance.household.spot import Spot, SpotHour
from appliance.panel.drawing.charts import Hours, Ink
from appliance.panel.drawing.typeface import MEDIUM, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, cut, right_aligned
from appliance.panel.pages.layout import LINE, not_yet, strip, unknown
from appliance.words.words import Words

_TOP, _SOURCE_TOP, _BARS_TOP = 12, 29, 40
_LEAST_KR = 0.1
"""The least that a full bar stands for."""
_NAMED = 6
"""Every sixth hour is named under its bar."""


def price_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Spot price*."""
    spot, local = situation.spot, situation.local_time
    name = words.say("Spot price")
    if spot is None or local is None:
        return not_yet(name, situation, words)
    name = f"{name} {spot.area}"
    if spot.now_kr is None:
        matter = words.say("Price not known")
        advice = spot.source if spot.trouble is None else words.say("No price from {source}", source=spot.source)
        return unknown(name, matter, advice, situation, words)
    number = Text(MEDIUM, _kroner(spot.now_kr, words), LEFT, _TOP)
    extremes = [
        right_aligned(SMALL, f"{arrow} {_when(hour)} {_kroner(hour.kr, words)}", RIGHT, _TOP + place * LINE)
        for place, (arrow, hour) in enumerate((("↓", spot.cheapest), ("↑", spot.dearest)))
        if hour is not None
    ]
    return (
        strip(name, situation, words),
        number,
        Text(SMALL, "kr", number.box[2] + 3, _TOP + MEDIUM.baseline - SMALL.baseline),
        *extremes,
        Text(SMALL, cut(SMALL, spot.source, RIGHT - LEFT), LEFT, _SOURCE_TOP),
        _bars(situation, spot),
    )


def _kroner(kr: float, words: Words) -> str:
    return words.number(kr, 2 if abs(kr) < 9.995 else 1)


def _when(hour: SpotHour) -> str:
    """Return an hour by its beginning and end: "02–03"."""
    begin = hour.start.astimezone(OSLO)
    return f"{begin.hour:02}–{(hour.start + HOUR).astimezone(OSLO).hour:02}"


def _bars(situation: Situation, spot: Spot) -> Hours:
    local = situation.local_time
    now = None if local is None else local.replace(minute=0, second=0, microsecond=0)
    lowest = min(0.0, *(hour.kr for hour in spot.today))
    scale = max(_LEAST_KR, *(hour.kr for hour in spot.today)) - lowest
    bars, marks = [], dict[int, str]()
    for place, hour in enumerate(spot.today):
        begin = hour.start.astimezone(OSLO)
        if begin.hour % _NAMED == 0 and str(begin.hour) not in marks.values():
            marks[place] = str(begin.hour)
        ink = Ink.HOLLOW if now is not None and hour.start == now else Ink.FULL
        bars.append((ink, (hour.kr - lowest) / scale))
    return Hours(tuple(bars), marks, _BARS_TOP)
