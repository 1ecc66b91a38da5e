"""*Phases*: amperes, share of the main fuse and volts of each; *Voltage*: the day's lowest and highest.

In an IT net the voltages lie between two lines each, and are named by both. What the meter leaves out is "–": it is
never worked out from the others.
"""

from appliance.household.situation import Phase, Signal, Situation
from appliance.panel.drawing.charts import Gauge
from appliance.panel.drawing.typeface import MEDIUM, SMALL
from appliance.panel.drawing.widgets import LEFT, Text, Widget, right_aligned
from appliance.panel.pages.layout import no_signal, not_yet, strip, unknown
from appliance.words.words import NOT_REPORTED, Words

_TOP, _ROW = 12, 17
_FOOT = MEDIUM.baseline - SMALL.baseline
_BETWEEN = ("L1-L2", "L2-L3", "L1-L3")
"""The lines of an IT net's voltages, in the order of the meters' lists."""


def phases_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Phases*."""
    name = words.say("Phases")
    if not situation.phases_known:
        if situation.signal is not Signal.RECEIVING:
            return no_signal(name, situation, words)
        advice = words.say("Most meters tell the phases every ten seconds.")
        return unknown(name, words.say("Not known yet"), advice, situation, words)
    rows = [
        widget
        for place, phase in enumerate(situation.phases)
        for widget in _phase(place, phase, situation, words, _TOP + _ROW * place)
    ]
    return strip(name, situation, words), *rows


def voltage_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Voltage*."""
    day = situation.voltage_day
    if day is None:
        return not_yet(words.say("Voltage today"), situation, words)
    name = words.say("Voltage today")
    if day.outside_min:
        name = words.say("Outside: {minutes} min", minutes=day.outside_min)
    rows: list[Widget] = []
    for place, (lowest, highest) in enumerate(zip(day.lowest_v, day.highest_v, strict=True)):
        top = _TOP + _ROW * place
        label = _BETWEEN[place] if situation.line_to_line else f"L{place + 1}"
        rows += [
            Text(SMALL, label, LEFT, top + _FOOT),
            right_aligned(MEDIUM, _volts(lowest), 66, top),
            *((Text(MEDIUM, "–", 70, top),) if lowest is not None and highest is not None else ()),
            right_aligned(MEDIUM, _volts(highest), 110, top),
            Text(SMALL, "V", 113, top + _FOOT),
        ]
    return strip(name, situation, words), *rows


def _phase(place: int, phase: Phase, situation: Situation, words: Words, top: int) -> list[Widget]:
    current_a = phase.current_a
    current = NOT_REPORTED if current_a is None else words.amperes(current_a)
    row: list[Widget] = [
        Text(SMALL, f"L{place + 1}", LEFT, top + _FOOT),
        right_aligned(MEDIUM, current, 52, top),
        Text(SMALL, "A", 55, top + _FOOT),
    ]
    if situation.fuse_a is not None and current_a is not None:
        row.append(Gauge(abs(current_a) / situation.fuse_a, 63, top))
    row.append(right_aligned(MEDIUM, _volts(phase.voltage_v), 99 if situation.line_to_line else 104, top))
    if situation.line_to_line:
        row += [Text(SMALL, "V", 101, top), Text(SMALL, _BETWEEN[place], 101, top + _FOOT)]
    else:
        row.append(Text(SMALL, "V", 107, top + _FOOT))
    return row


def _volts(voltage_v: float | None) -> str:
    return NOT_REPORTED if voltage_v is None else f"{voltage_v:.0f}"
