"""The page's section on the spot prices: this hour's, the cheapest and the dearest, and the hours as bars."""

from collections.abc import Sequence
from html import escape

from appliance.household.hours import OSLO
from appliance.household.spot import Spot, SpotHour
from appliance.links.web.drawing import Bar, bars
from appliance.words.words import NOT_KNOWN, Words


def spot_prices(spot: Spot, words: Words) -> str:
    """Return the section's inside: with VAT, without what grid company and supplier take."""
    now = NOT_KNOWN if spot.now_kr is None else words.number(spot.now_kr, 2)
    rows = (
        (words.say("This hour"), now),
        (words.say("The day's cheapest hour"), _hour(spot.cheapest, words)),
        (words.say("The day's dearest hour"), _hour(spot.dearest, words)),
    )
    inside = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="number">{escape(value)}</td></tr>' for name, value in rows
    )
    named = words.say("{area}, with VAT. Prices by {source}", area=spot.area, source=spot.source)
    link = f'<a href="https://{escape(spot.source)}/" rel="noreferrer">{escape(spot.source)}</a>'
    credit = escape(named).replace(escape(spot.source), link)
    trouble = "" if spot.trouble is None else f"<p>{escape(spot.trouble)}</p>"
    return (
        f"<table>{inside}</table>{_chart(words.say('Today'), spot.today, spot, words)}"
        f'{_chart(words.say("Tomorrow"), spot.tomorrow, spot, words)}{trouble}<p class="faint">{credit}</p>'
    )


def _hour(hour: SpotHour | None, words: Words) -> str:
    if hour is None:
        return NOT_KNOWN
    return f"{hour.start.astimezone(OSLO):%H:%M}: {words.number(hour.kr, 2)}"


def _chart(name: str, hours: Sequence[SpotHour], spot: Spot, words: Words) -> str:
    if not hours:
        return f"<p>{escape(name)}: {escape(words.say('Not known yet'))}</p>"
    chart = []
    for hour in hours:
        at = hour.start.astimezone(OSLO)
        look = "now" if hour.kr == spot.now_kr and spot.now_start == hour.start else "known"
        below = f"{at.hour:02}" if at.hour % 3 == 0 else ""
        chart.append(Bar(below, hour.kr, f"{at:%H:%M} {words.number(hour.kr, 2)} kr", look))
    label = f"{words.say('Spot price, kr a kWh')}: {name}"
    return f"<h3>{escape(name)}</h3>{bars(chart, label, words)}"
