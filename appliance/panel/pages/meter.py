"""*Meter*: which meter it is, how good the line is, and where this appliance is; small type, to be read from near.

Its foot says how the menu is opened: it is where somebody ends who turns all pages in search of it.
"""

from dataclasses import replace

from appliance import __version__
from appliance.household.clock import ClockSource
from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, cut, right_aligned
from appliance.panel.pages.layout import strip
from appliance.panel.pages.line_reason import verdict
from appliance.panel.pages.menu_page import KeyHint
from appliance.words.words import NOT_KNOWN, Words

_TOP, _PITCH = 13, 10
_BETWEEN = 6
_MOST_NEWER = 66


def meter_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Meter*."""
    meter, line, health = situation.meter, situation.line, situation.health
    frames = line.readings + line.rejected
    # Rounded down: with one bad frame it is no longer all of them.
    quality = NOT_KNOWN if not frames else f"{words.number(1000 * line.readings // frames / 10, 1)} %"
    rows = (
        (meter.meter_type or words.say("Meter not known yet"), _newer(health.newer, words)),
        (meter.meter_id or f"ID {NOT_KNOWN}", f"v{__version__}"),
        (health.line_settings or NOT_KNOWN, quality),
        (verdict(situation, words), _clock(situation.clock_source, words)),
    )
    texts = [text for place, (left, right) in enumerate(rows) for text in _row(left, right, _TOP + _PITCH * place)]
    hint = KeyHint("A", words.say("Menu").lower(), held=True)
    hint = replace(hint, left=RIGHT - hint.width)
    address = health.addresses[0] if health.addresses else words.say("No network")
    name = words.say("Meter") if meter.maker is None else words.say("Meter: {maker}", maker=meter.maker.capitalize())
    return (
        strip(name, situation, words),
        *texts,
        Text(SMALL, cut(SMALL, address, hint.left - _BETWEEN - LEFT), LEFT, _TOP + _PITCH * len(rows)),
        hint,
    )


def _row(left: str, right: str, top: int) -> list[Text]:
    """Return a line of two texts; the left one gives way."""
    if not right:
        return [Text(SMALL, cut(SMALL, left, RIGHT - LEFT), LEFT, top)]
    end = right_aligned(SMALL, right, RIGHT, top)
    return [Text(SMALL, cut(SMALL, left, end.left - _BETWEEN - LEFT), LEFT, top), end]


def _newer(version: str | None, words: Words) -> str:
    """Return which newer version there is, as far as there is room for it; empty for none."""
    return "" if version is None else cut(SMALL, words.say("new: {version}", version=version), _MOST_NEWER)


def _clock(source: ClockSource, words: Words) -> str:
    match source:
        case ClockSource.UNKNOWN:
            return words.say("no time")
        case ClockSource.SYSTEM:
            return words.say("own time")
        case ClockSource.METER:
            return words.say("meter's time")
