"""The boot page: what this is, which version, and what the self-test has found so far."""

from appliance import __version__
from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, Text, Widget, right_aligned
from appliance.panel.selftest import PartState, SelfTest
from appliance.words.words import Words

_TOP, _PITCH, _STATE = 18, 9, 62


def boot_widgets(_situation: Situation, words: Words, self_test: SelfTest) -> tuple[Widget, ...]:
    """Return what stands on the glass during the start."""
    lines = (
        (words.say("Display"), self_test.display),
        (words.say("Lamps"), self_test.lamps),
        (words.say("Buttons"), self_test.buttons),
        (words.say("History"), self_test.history),
        (words.say("Serial port"), self_test.port),
    )
    rows = [
        text
        for place, (name, state) in enumerate(lines)
        for text in (
            Text(SMALL, name, LEFT, _TOP + _PITCH * place),
            Text(SMALL, _state(state, words), _STATE, _TOP + _PITCH * place),
        )
    ]
    return (
        Text(BOLD, "HAN appliance", LEFT, MARGIN + 1),
        right_aligned(SMALL, __version__, RIGHT, MARGIN + 1 + BOLD.baseline - SMALL.baseline),
        *rows,
    )


def _state(state: PartState, words: Words) -> str:
    match state:
        case PartState.NOT_YET:
            return "…"
        case PartState.OK:
            return "✓"
        case PartState.FAILED:
            return "× " + words.say("not found")
