"""*Meter*: which meter it is, how good the line is, and where this appliance is; small type, to be read from near."""

from appliance import __version__
from appliance.household.clock import ClockSource
from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, cut, right_aligned
from appliance.panel.pages.layout import strip
from appliance.panel.pages.line_reason import verdict
from appliance.words.words import NOT_KNOWN, Words

_TOP, _PITCH = 13, 10
_BETWEEN = 6


def meter_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Meter*."""
    meter, line, health = situation.meter, situation.line, situation.health
    frames = line.readings + line.rejected
    # Rounded down: with one bad frame it is no longer all of them.
    quality = NOT_KNOWN if not frames else f"{words.number(1000 * line.readings // frames / 10, 1)} %"
    counts = words.say("{good} ok, {bad} bad", good=_count(line.readings, words), bad=_count(line.rejected, words))
    rows = (
        (meter.meter_type or words.say("Meter not known yet"), ""),
        (meter.meter_id or f"ID {NOT_KNOWN}", f"v{__version__}"),
        (health.line_settings or NOT_KNOWN, verdict(situation, words)),
        (counts, quality),
        (health.addresses[0] if health.addresses else words.say("No network"), _clock(situation.clock_source, words)),
    )
    texts = [text for place, (left, right) in enumerate(rows) for text in _row(left, right, _TOP + _PITCH * place)]
    name = words.say("Meter") if meter.maker is None else words.say("Meter: {maker}", maker=meter.maker)
    return strip(name, situation, words), *texts


def _row(left: str, right: str, top: int) -> list[Text]:
    """Return a line of two texts; the left one gives way."""
    if not right:
        return [Text(SMALL, cut(SMALL, left, RIGHT - LEFT), LEFT, top)]
    end = right_aligned(SMALL, right, RIGHT, top)
    return [Text(SMALL, cut(SMALL, left, end.left - _BETWEEN - LEFT), LEFT, top), end]


def _count(count: int, words: Words) -> str:
    """Return a count in at most five characters: it grows for years."""
    if count < 100_000:
        return str(count)
    if count < 1_000_000:
        return f"{count // 1000}k"
    return f"{words.number(count // 100_000 / 10, 1)}M" if count < 10_000_000 else f"{count // 1_000_000}M"


def _clock(source: ClockSource, words: Words) -> str:
    match source:
        case ClockSource.UNKNOWN:
            return words.say("no time")
        case ClockSource.SYSTEM:
            return words.say("own time")
        case ClockSource.METER:
            return words.say("meter's time")
