"""The boot page: what this is, which version, and what the self-test found so far."""

from appliance import __version__
from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, Text, Widget, right_aligned
from appliance.panel.selftest import Check, Checks
from appliance.words.words import Words

_TOP, _PITCH, _STATE = 18, 9, 62


def boot_widgets(_situation: Situation, words: Words, checks: Checks) -> tuple[Widget, ...]:
    """What stands on the glass while it starts."""
    lines = (
        (words.say("Display"), checks.display),
        (words.say("Lamps"), checks.lamps),
        (words.say("Buttons"), checks.buttons),
        (words.say("History"), checks.history),
        (words.say("Serial port"), checks.port),
    )
    rows = [
        text
        for place, (name, check) in enumerate(lines)
        for text in (
            Text(SMALL, name, LEFT, _TOP + _PITCH * place),
            Text(SMALL, _state(check, words), _STATE, _TOP + _PITCH * place),
        )
    ]
    return (
        Text(BOLD, "HAN appliance", LEFT, MARGIN + 1),
        right_aligned(SMALL, __version__, RIGHT, MARGIN + 1 + BOLD.baseline - SMALL.baseline),
        *rows,
    )


def _state(check: Check, words: Words) -> str:
    match check:
        case Check.NOT_YET:
            return "…"
        case Check.OK:
            return "✓"
        case Check.FAILED:
            return "× " + words.say("not found")
