"""*Today*: the energy since midnight, what it cost where it is priced, yesterday's, and the day's hours as bars.

Where a part of the day was not seen, the number is what was seen: a lower bound, with since when.

A day has 23, 24 or 25 hours: they are counted in UTC from one midnight to the next.
"""

from datetime import UTC, date, datetime, time, timedelta

from appliance.household.capacity import between
from appliance.household.hours import HOUR, OSLO, WHOLE, Hour, Quality
from appliance.household.situation import Situation, Today
from appliance.panel.drawing.charts import Hours, Ink
from appliance.panel.drawing.widgets import Widget
from appliance.panel.pages.layout import column, not_yet, number, strip
from appliance.panel.pages.money import energy_cost
from appliance.words.words import Words

_LEAST_WH = 1000.0
"""The least that a full bar stands for."""
_LINES = 2
"""That have room over the unit."""
_NAMED = 6
"""Every sixth hour is named under its bar."""


def today_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Today*."""
    today = situation.today
    if today is None:
        return not_yet(words.say("Today"), situation, words)
    energy_wh = today.import_wh
    energy = words.at_least(_seen_wh(situation, today)) if energy_wh is None else words.thousands(energy_wh)
    large, unit = number(energy, "kWh")
    return (
        strip(words.say("Today"), situation, words),
        large,
        unit,
        *column(_beside(situation, today, words)[:_LINES], large, unit.left),
        _bars(situation, today),
    )


def _beside(situation: Situation, today: Today, words: Words) -> list[str]:
    """Return since when it was seen where that is not all, what it cost, what was sold, and yesterday's energy."""
    lines = []
    if today.import_wh is None:
        begin, first = _starts(today.day)[0], _first_seen(situation, today)
        since = None if first is None or first == begin else words.clock(first.astimezone(OSLO))
        lines.append(words.say("Incomplete") if since is None else words.say("since {time}", time=since))
    if situation.money is not None:
        lines.append(energy_cost(situation.money.today, words))
    if today.export_wh:
        lines.append(f"↑ {words.thousands(today.export_wh)}")
    yesterday_wh = _whole_day_wh(situation, today.day - timedelta(days=1))
    if yesterday_wh is not None:
        lines.append(words.say("yest. {energy}", energy=words.thousands(yesterday_wh)))
    return lines


def _of_day(situation: Situation, day: date) -> list[Hour]:
    """Return the ended hours of a day of which something is known, oldest first."""
    starts = _starts(day)
    hours = between(situation.ended_hours, starts[0], starts[-1] + HOUR)
    return [hour for hour in hours if hour.quality is not Quality.UNKNOWN]


def _first_seen(situation: Situation, today: Today) -> datetime | None:
    """Return the beginning of the first hour of the day of which something is known, UTC."""
    hours = _of_day(situation, today.day)
    if hours:
        return hours[0].start
    return None if situation.hour is None else situation.hour.start


def _seen_wh(situation: Situation, today: Today) -> float:
    """Return the energy of the day's hours as far as they were seen, Wh: it had at least that."""
    running = situation.hour
    return sum(hour.import_wh for hour in _of_day(situation, today.day)) + (running.import_wh if running else 0.0)


def _whole_day_wh(situation: Situation, day: date) -> float | None:
    """Return the energy of a day that is over, Wh; `None` where a part of it is not known."""
    hours = _of_day(situation, day)
    whole = len(hours) == len(_starts(day)) and all(hour.quality in WHOLE for hour in hours)
    return sum(hour.import_wh for hour in hours) if whole else None


def _bars(situation: Situation, today: Today) -> Hours:
    known = {hour.start: hour for hour in situation.ended_hours[-25:]}
    running = situation.hour
    starts = _starts(today.day)
    energies = [hour.import_wh for start in starts if (hour := known.get(start)) is not None]
    marks: dict[int, int] = {}
    for place, start in enumerate(starts):
        if (local := start.astimezone(OSLO)).hour % _NAMED == 0 and local.hour not in marks.values():
            marks[place] = local.hour
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
    return Hours(tuple(bars), {place: str(hour) for place, hour in marks.items()})


def _starts(day: date) -> list[datetime]:
    """Return the beginnings of the hours of a Norwegian day, UTC."""
    begin, end = (datetime.combine(day + timedelta(days=ahead), time(), OSLO).astimezone(UTC) for ahead in (0, 1))
    return [begin + HOUR * place for place in range(round((end - begin) / HOUR))]
