"""*Today*: the energy since midnight, what it cost where it is priced, and the day's hours as bars.

A day has 23, 24 or 25 hours: they are counted in UTC from one midnight to the next.
"""

from datetime import UTC, date, datetime, time, timedelta

from appliance.household.hours import HOUR, OSLO, Quality
from appliance.household.situation import Situation, Today
from appliance.panel.drawing.charts import Hours, Ink
from appliance.panel.drawing.widgets import Widget
from appliance.panel.pages.layout import column, not_yet, number, strip
from appliance.words.words import NOT_KNOWN, Words

_LEAST_WH = 1000.0
"""The least that a full bar stands for."""


def today_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Today*."""
    today = situation.today
    if today is None:
        return not_yet(words.say("Today"), situation, words)
    energy = NOT_KNOWN if today.import_wh is None else words.thousands(today.import_wh)
    large, unit = number(energy, "kWh")
    return (
        strip(words.say("Today"), situation, words),
        large,
        unit,
        *column(_beside(today, words), large, unit.left),
        _bars(situation, today),
    )


def _beside(today: Today, words: Words) -> list[str]:
    """Return what it cost and what was sold; or why there is no number."""
    if today.import_wh is None:
        return [words.say("Part not seen")]
    lines = []
    if today.cost_kr is not None:
        lines.append(words.kroner(today.cost_kr))
    if today.export_wh:
        lines.append(f"↑ {words.thousands(today.export_wh)}")
    return lines


def _bars(situation: Situation, today: Today) -> Hours:
    known = {hour.start: hour for hour in situation.ended_hours[-25:]}
    running = situation.hour
    starts = _starts(today.day)
    energies = [hour.import_wh for start in starts if (hour := known.get(start)) is not None]
    most = max([_LEAST_WH, *energies, running.import_wh if running is not None else 0.0])
    bars = []
    for start in starts:
        hour = known.get(start)
        if running is not None and start == running.start:
            bars.append((Ink.HOLLOW, running.import_wh / most))
        elif hour is not None and hour.quality is not Quality.UNKNOWN:
            bars.append((Ink.FULL, hour.import_wh / most))
        else:
            gone = running is not None and start < running.start
            bars.append((Ink.ABSENT if gone else Ink.AHEAD, 0.0))
    highest = today.highest
    return Hours(tuple(bars), starts.index(highest.start) if highest is not None and highest.start in starts else None)


def _starts(day: date) -> list[datetime]:
    """Return the beginnings of the hours of a Norwegian day, UTC."""
    begin, end = (datetime.combine(day + timedelta(days=ahead), time(), OSLO).astimezone(UTC) for ahead in (0, 1))
    return [begin + HOUR * place for place in range(round((end - begin) / HOUR))]
