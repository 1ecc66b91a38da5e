"""The one page: a pure function of what is known, complete without JavaScript.

Its numbers and words are the panel's. What is not known is "--"; a lower bound has its "≥".
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape

from appliance import __version__
from appliance.household.hours import HOUR, WHOLE, Hour, Quality
from appliance.household.money import Cost, Part
from appliance.household.rules import Rule
from appliance.household.situation import AlarmRow, Level, Signal, Situation
from appliance.household.tariff import Basis
from appliance.links.homeassistant import alarm_name
from appliance.links.states import step_name
from appliance.links.web.drawing import Bar, bars
from appliance.links.web.spot_prices import spot_prices
from appliance.system.health import LineCondition, sentence
from appliance.words.words import NOT_KNOWN, Words

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the page shows beside the situation."""

    lamps: Mapping[str, str]
    """What each of red, yellow and green does."""
    settings: Sequence[tuple[str, str]] = ()
    """Those in force: key and value."""
    has_hours: bool = False
    """Hours can be fetched as CSV."""
    token: str | None = None
    """Of the form that acknowledges; `None`: it may not be done here."""


def page(situation: Situation, words: Words, extras: Extras) -> str:
    """Return the page as HTML."""
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(words.say('The meter cupboard'))}</title>"
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">'
        '<script src="/live.js" defer></script></head><body>'
        f"<main><h1>{escape(words.say('The meter cupboard'))}</h1>{''.join(_sections(situation, words, extras))}</main>"
        f'<footer class="faint">HAN {__version__}</footer></body></html>'
    )


def texts(situation: Situation, words: Words) -> Mapping[str, str]:
    """Return the texts that change by themselves, by the ids of their places."""
    import_w, export_w = situation.power_import_w, situation.power_export_w
    power = NOT_KNOWN if import_w is None else f"{words.thousands(import_w)} kW"
    if export_w:
        power = f"−{words.thousands(export_w)} kW"
    outlook = situation.outlook
    hour = NOT_KNOWN
    if outlook is not None:
        projected = outlook.projection_wh
        hour = f"{words.at_least(projected) if outlook.at_least else words.thousands(projected)} kWh"
    headroom = None if outlook is None else outlook.headroom_w
    return {
        "power": power,
        "hour": hour,
        "headroom": NOT_KNOWN if headroom is None else f"{words.kilowatts(headroom)} kW",
        "clock": words.clock(situation.local_time),
    }


def _sections(situation: Situation, words: Words, extras: Extras) -> Iterator[str]:
    yield _front(situation, words, extras)
    yield _section(words.say("The last 24 hours, kWh"), _hours(situation, words))
    yield _section(words.say("The month's highest hours, kWh"), _peaks(situation, words))
    yield _section(words.say("Yesterday and today"), _days(situation, words))
    if situation.spot is not None:
        yield _section(words.say("Spot price, kr a kWh"), spot_prices(situation.spot, words))
    yield _section(words.say("Alarms"), _alarms(situation, words, extras.token))
    yield _section(words.say("The appliance"), _verdict(situation, words))
    if extras.has_hours:
        yield _section(words.say("Hours as a table"), _csv(situation, words))
    rows = "".join(
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>' for key, value in extras.settings
    )
    if rows:
        yield f"<details><summary>{escape(words.say('Settings in force'))}</summary><table>{rows}</table></details>"


def _section(head: str, inside: str) -> str:
    return f"<section><h2>{escape(head)}</h2>{inside}</section>"


def _front(situation: Situation, words: Words, extras: Extras) -> str:
    shown = texts(situation, words)
    names = {"red": words.say("red"), "yellow": words.say("yellow"), "green": words.say("green")}
    lamps = "".join(
        f'<li class="{colour}"><span class="lamp" id="lamp-{colour}" '
        f'data-light="{escape(extras.lamps.get(colour, "off"))}"></span>{escape(name)}</li>'
        for colour, name in names.items()
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="number" id="{key}">{escape(shown[key])}</td></tr>'
        for key, name in (
            ("power", words.say("Power")),
            ("hour", words.say("The hour comes to")),
            ("headroom", words.say("May still be used")),
            ("clock", words.say("Time")),
        )
    )
    return (
        f'<section class="front"><img class="glass" id="glass" src="/glass.png" width="512" height="256" '
        f'alt="{escape(words.say("The panel"))}"><ul class="lamps" aria-label="{escape(words.say("Lamps"))}">'
        f"{lamps}</ul><table>{rows}</table></section>"
    )


def _hours(situation: Situation, words: Words) -> str:
    """Return the ended hours of a day and a night, and the running one."""
    local = situation.local_time
    if local is None:
        return _nothing(words)
    now = local.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    ended = {hour.start: hour for hour in situation.ended_hours[-30:]}
    chart = []
    for back in range(23, -1, -1):
        start = now - back * HOUR
        at = start.astimezone(local.tzinfo)
        label = f"{at.hour:02}" if at.hour % 3 == 0 else ""
        hour = ended.get(start)
        if back == 0 and situation.outlook is not None:
            so_far_wh = situation.outlook.so_far_wh
            chart.append(Bar(label, so_far_wh / 1000, f"{at:%H:%M} {words.thousands(so_far_wh)} kWh", "now"))
        elif hour is None or hour.quality is Quality.UNKNOWN:
            chart.append(Bar(label, None, ""))
        else:
            whole = hour.quality in WHOLE
            energy = words.thousands(hour.import_wh) if whole else words.at_least(hour.import_wh)
            look = "known" if whole else "partly"
            chart.append(Bar(label, hour.import_wh / 1000, f"{at:%H:%M} {energy} kWh", look))
    return bars(chart, words.say("The last 24 hours, kWh"), words)


def _peaks(situation: Situation, words: Words) -> str:
    month, local = situation.month, situation.local_time
    if month is None or local is None or month.tariff.basis is Basis.NONE:
        return _nothing(words)
    zone = local.tzinfo
    dated = [(peak.start.astimezone(zone).date(), peak) for peak in reversed(month.peaks)]
    by_day = {day.day: peak for day, peak in dated if day.replace(day=1) == month.first}
    counted = {peak.start for peak in month.top}
    chart = []
    for day in range(1, monthrange(month.first.year, month.first.month)[1] + 1):
        peak, label = by_day.get(day), str(day) if day % 5 == 0 else ""
        if peak is None:
            chart.append(Bar(label, None, ""))
            continue
        title = f"{peak.start.astimezone(zone):%d.%m. %H:%M} {words.thousands(peak.import_wh)} kWh"
        chart.append(Bar(label, peak.import_wh / 1000, title, "now" if peak.start in counted else "known"))
    place, mean_name = month.step, words.say("The month's mean")
    limits = [step.up_to for step in month.tariff.steps if step.up_to is not None]
    marks = [(limit, f"{limit:g} kW") for limit in limits] if month.tariff.basis is Basis.PEAKS else []
    mean = NOT_KNOWN
    if month.mean_kw is not None:
        mean_wh = 1000 * month.mean_kw
        mean = f"{words.at_least(mean_wh, fine=True) if month.at_least else words.thousands(mean_wh)} kW"
    step = NOT_KNOWN if place is None else step_name(month.tariff, place)
    cost = "" if situation.money is None else f", {escape(_kroner(situation.money.capacity, words))}"
    text = (
        f"<p>{escape(mean_name)}: <strong>{escape(mean)}</strong>. "
        f"{escape(words.say('Capacity step'))}: <strong>{escape(step)}</strong>{cost}</p>"
    )
    return text + (bars(chart, words.say("The month's highest hours, kWh"), words, marks) if by_day else "")


def _days(situation: Situation, words: Words) -> str:
    local, today = situation.local_time, situation.today
    if local is None:
        return _nothing(words)
    yesterday = _sum(situation.ended_hours, local, (local - DAY).date())
    import_wh = None if today is None else today.import_wh
    rows = [
        (words.say("Yesterday"), NOT_KNOWN if yesterday is None else f"{words.thousands(yesterday)} kWh"),
        (words.say("Today"), NOT_KNOWN if import_wh is None else f"{words.thousands(import_wh)} kWh"),
    ]
    money = situation.money
    if money is not None:
        costs = (
            (words.say("Price of a kWh"), money.kwh),
            (words.say("Cost yesterday"), money.yesterday),
            (words.say("Cost today"), money.today),
            (words.say("Cost this month"), money.month),
            (words.say("The month will cost"), money.forecast),
        )
        rows += [(name, _kroner(cost, words)) for name, cost in costs]
    return _table(rows)


def _kroner(cost: Cost | None, words: Words) -> str:
    """Return a sum of money; one that lacks a part is a lower bound, but for spot prices: they may be below zero."""
    if cost is None:
        return NOT_KNOWN
    if Part.SPOT in cost.missing:
        return words.say("{amount} without some spot prices", amount=words.kroner(cost.kr))
    return f"≥ {words.kroner(cost.kr)}" if cost.missing else words.kroner(cost.kr)


def _sum(hours: Sequence[Hour], local: datetime, day: date) -> float | None:
    """Return the import of a whole local day, Wh; `None` where an hour of it is not known."""
    begin, end = (datetime.combine(when, time(), local.tzinfo).astimezone(UTC) for when in (day, day + DAY))
    found = [hour for hour in hours if begin <= hour.start < end]
    if len(found) != round((end - begin) / HOUR) or any(hour.quality not in WHOLE for hour in found):
        return None
    return sum(hour.import_wh for hour in found)


def _alarms(situation: Situation, words: Words, token: str | None) -> str:
    inside = "".join(_alarm_row(row, situation, words) for row in situation.past_alarms)
    if not inside:
        return f"<p>{escape(words.say('None so far'))}</p>"
    heads = (words.say("Began"), words.say("Alarm"), words.say("Ended"), words.say("Highest"))
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    form = ""
    if token is not None and any(not alarm.acknowledged for alarm in situation.alarms):
        form = (
            f'<form method="post" action="/acknowledge"><input type="hidden" name="token" value="{escape(token)}">'
            f"<p><button>{escape(words.say('Acknowledge'))}</button></p></form>"
        )
    return f"{form}<table><thead><tr>{head}</tr></thead><tbody>{inside}</tbody></table>"


def _alarm_row(row: AlarmRow, situation: Situation, words: Words) -> str:
    zone = None if situation.local_time is None else situation.local_time.tzinfo
    name = alarm_name(row.rule, words) + ("" if row.phase is None else f" L{row.phase}")
    ended = words.say("still") if row.ended is None else f"{row.ended.astimezone(zone):%d.%m. %H:%M}"
    cells = (f"{row.began.astimezone(zone):%d.%m. %H:%M}", name, ended, _worst(row, words))
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _worst(row: AlarmRow, words: Words) -> str:
    if row.worst is None:
        return NOT_KNOWN
    match row.rule:
        case Rule.POWER | Rule.EXPORT:
            return f"{words.thousands(row.worst)} kW"
        case Rule.HOUR:
            return f"{words.thousands(row.worst)} kWh"
        case Rule.PHASE:
            return f"{words.amperes(row.worst)} A"
        case Rule.VOLTAGE:
            return f"{words.number(row.worst, 1)} V"
        case Rule.SILENT:
            return words.duration(row.worst)


def _verdict(situation: Situation, words: Words) -> str:
    """Return whether the appliance does what it should, and what it knows to be wrong."""
    health = situation.health
    wrong = [words.tell(sentence(fault)) for fault in health.faults]
    if health.line not in (None, LineCondition.FINE) and health.line is not None:
        wrong.append(f"{words.say('The line')}: {health.line.value}")
    fine = situation.signal is Signal.RECEIVING and situation.level is not Level.FAULT and not wrong
    head = words.say("All is well with it.") if fine else words.say("Not all is well with it: the doctor tells more.")
    items = "".join(f"<li>{escape(one)}</li>" for one in wrong)
    meter = " ".join(filter(None, (situation.meter.maker, situation.meter.meter_type)))
    rows = [
        (words.say("The meter"), meter or NOT_KNOWN),
        (words.say("Readings"), str(situation.line.readings)),
        (words.say("Rejected frames"), str(situation.line.rejected)),
    ]
    return f"<p>{escape(head)}</p>{f'<ul>{items}</ul>' if items else ''}{_table(rows)}"


def _csv(situation: Situation, words: Words) -> str:
    local = situation.local_time
    last = local.date() if local is not None else date(2026, 1, 1)
    first = last.replace(day=1)
    fields = "".join(
        f'<label>{escape(name)} <input type="date" name="{key}" value="{day}" required></label>'
        for key, name, day in (("from", words.say("From"), first), ("to", words.say("To"), last))
    )
    return f'<form action="/hours.csv">{fields}<button>{escape(words.say("Fetch (CSV)"))}</button></form>'


def _table(rows: Sequence[tuple[str, str]]) -> str:
    inside = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="number">{_unbroken(escape(value))}</td></tr>'
        for name, value in rows
    )
    return f"<table>{inside}</table>"


def _unbroken(value: str) -> str:
    """Return a value whose unit stays on the line of its number."""
    return value.replace(" kr", "&nbsp;kr").replace(" kWh", "&nbsp;kWh")


def _nothing(words: Words) -> str:
    return f"<p>{escape(words.say('Not known yet'))}</p>"
