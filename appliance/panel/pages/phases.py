"""*Phases*: amperes, share of the main fuse and volts of each; *Voltage*: the day's lowest and highest.

In an IT net the voltages lie between two lines each, and are named by both. What the meter leaves out is "–": it is
never worked out from the others. A house of one phase has one row.
"""

from math import ceil, floor

from appliance.household.situation import Phase, Signal, Situation
from appliance.panel.drawing.charts import Gauge
from appliance.panel.drawing.typeface import MEDIUM, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Inverted, Text, Widget, right_aligned
from appliance.panel.pages.layout import no_signal, not_yet, strip, unknown
from appliance.panel.pages.net import places, voltage_name
from appliance.words.words import NOT_REPORTED, Words

_TOP, _ROW = 13, 17
_NOMINAL_V = 230.0
_FOOT = MEDIUM.baseline - SMALL.baseline


def phases_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Phases*."""
    name = words.say("Phases")
    if not situation.phases_known:
        if situation.signal is not Signal.RECEIVING:
            return no_signal(name, situation, words)
        advice = words.say("Most meters send the phases every 10 seconds.")
        return unknown(name, words.say("Not known yet"), advice, situation, words)
    draw = _between_lines if situation.line_to_line else _to_neutral
    shown = places(situation) or (0, 1, 2)
    rows = [
        widget
        for place in shown
        for widget in draw(place, situation.phases[place], situation, words, _top(place, len(shown)))
    ]
    return strip(words.say("Phases, IT net") if situation.line_to_line else name, situation, words), *rows


def voltage_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Voltage*; what was outside its limits is dark on light."""
    day = situation.voltage_day
    if day is None:
        return not_yet(words.say("Voltage today"), situation, words)
    name = words.say("Voltage today")
    if day.outside_min:
        name = words.say("Outside: {minutes} min", minutes=day.outside_min)
    low_v, high_v = situation.voltage_limits_v
    rows: list[Widget] = []
    for place, (lowest, highest) in enumerate(zip(day.lowest_v, day.highest_v, strict=True)):
        has_one = len(places(situation)) == 1
        if place and has_one and (lowest, highest) == (None, None):
            continue
        top = _top(place, 1 if has_one and day.lowest_v[1:] == (None, None) else 3)
        rows += [
            Text(SMALL, voltage_name(place, situation), LEFT, top + _FOOT),
            _extreme(lowest, 66, top, is_outside=lowest is not None and lowest < low_v),
            *((Text(MEDIUM, "–", 70, top),) if lowest is not None and highest is not None else ()),
            _extreme(highest, 110, top, is_outside=highest is not None and highest > high_v),
            Text(SMALL, "V", 114, top + _FOOT),
        ]
    return strip(name, situation, words), *rows


def _top(place: int, count: int) -> int:
    """Return where the row of a phase begins; one that is alone stands in the middle."""
    return _TOP + _ROW * (place if count > 1 else 1)


def _extreme(voltage_v: float | None, right: int, top: int, *, is_outside: bool) -> Widget:
    """Return the lowest or the highest voltage; one that is outside is rounded away from its limit."""
    if voltage_v is None or not is_outside:
        return right_aligned(MEDIUM, _volts(voltage_v), right, top)
    rounded = floor(voltage_v) if voltage_v < _NOMINAL_V else ceil(voltage_v)
    return Inverted(right_aligned(MEDIUM, f"{rounded}", right, top))


def _to_neutral(place: int, phase: Phase, situation: Situation, words: Words, top: int) -> list[Widget]:
    """Return a phase's row: amperes, their share of the main fuse, volts."""
    current_a = phase.current_a
    current = NOT_REPORTED if current_a is None else words.amperes(current_a)
    row: list[Widget] = [
        Text(SMALL, f"L{place + 1}", LEFT, top + _FOOT),
        right_aligned(MEDIUM, current, 55, top),
        Text(SMALL, "A", 58, top + _FOOT),
        right_aligned(MEDIUM, _volts(phase.voltage_v), 107, top),
        Text(SMALL, "V", 110, top + _FOOT),
    ]
    if situation.fuse_a is not None and current_a is not None:
        row.append(Gauge(abs(current_a) / situation.fuse_a, 67, top))
    return row


def _between_lines(place: int, phase: Phase, situation: Situation, words: Words, top: int) -> list[Widget]:
    """Return a line's row in an IT net: amperes, their share of the main fuse, and the volts to the next line.

    Some meters give a current the sign of its power, which says nothing there that a reader could use.
    """
    current_a = phase.current_a
    current = NOT_REPORTED if current_a is None else words.amperes(abs(current_a))
    volts = f"{voltage_name(place, situation)} {_volts(phase.voltage_v)} V"
    row: list[Widget] = [
        Text(SMALL, f"L{place + 1}", LEFT, top + _FOOT),
        right_aligned(MEDIUM, current, 52, top),
        Text(SMALL, "A", 55, top + _FOOT),
        right_aligned(SMALL, volts, RIGHT, top + _FOOT),
    ]
    if situation.fuse_a is not None and current_a is not None:
        row.append(Gauge(abs(current_a) / situation.fuse_a, 66, top))
    return row


def _volts(voltage_v: float | None) -> str:
    return NOT_REPORTED if voltage_v is None else f"{voltage_v:.0f}"
