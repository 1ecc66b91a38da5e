"""Why there is no reading, in words: what is the matter, and the likeliest thing to look at.

The serial line knows best (`Health.line` and its causes); where it says nothing, the signal alone has to do.
"""

from appliance.household.situation import Signal, Situation
from appliance.system.health import Cause, LineCondition
from appliance.words.words import Words


def reason(situation: Situation, words: Words) -> tuple[str, str]:
    """Return what is the matter with the line, and what to do."""
    match situation.health.line:
        case LineCondition.NO_PORT:
            return _no_port(words)
        case LineCondition.NOISE:
            return words.say("Only noise"), words.say("Is it the HAN port, and the lead the right way round?")
        case LineCondition.WRONG_SETTINGS:
            return words.say("Wrong baud"), words.say("Take baud and parity out of the settings.")
        case LineCondition.INVERTED:
            return words.say("Line is inverted"), words.say("Turn round the converter's output.")
        case (
            None
            | LineCondition.SEARCHING
            | LineCondition.FINE
            | LineCondition.SILENT
            | LineCondition.DAMAGED
            | LineCondition.MISSING
        ):
            pass
    match situation.signal:
        case Signal.NO_PORT:
            return _no_port(words)
        case Signal.SILENT:
            silence = words.duration(situation.reading_age_s or 0)
            likely = _cause(situation, words) or words.say("Is the meter's lead loose?")
            return words.say("Silent for {duration}", duration=silence), likely
        case Signal.WAITING | Signal.RECEIVING:
            likely = _cause(situation, words) or words.say("Has the grid company opened the HAN port?")
            return words.say("Waiting for meter"), likely


def verdict(situation: Situation, words: Words) -> str:
    """Return how good the line is, in two or three words."""
    match situation.health.line:
        case None:
            return words.say("Not judged")
        case LineCondition.SEARCHING:
            return words.say("Searching")
        case LineCondition.FINE:
            return words.say("Line fine")
        case LineCondition.SILENT:
            return words.say("Line silent")
        case LineCondition.NOISE:
            return words.say("Only noise")
        case LineCondition.WRONG_SETTINGS:
            return words.say("Wrong baud")
        case LineCondition.INVERTED:
            return words.say("Inverted")
        case LineCondition.DAMAGED:
            return words.say("Damaged")
        case LineCondition.MISSING:
            return words.say("Lists missing")
        case LineCondition.NO_PORT:
            return words.say("No port")


def _no_port(words: Words) -> tuple[str, str]:
    return words.say("No serial port"), words.say("Is the HAN adapter plugged in?")


def _cause(situation: Situation, words: Words) -> str | None:
    match situation.health.causes[0] if situation.health.causes else None:
        case Cause.PORT_CLOSED:
            return words.say("Has the grid company opened the HAN port?")
        case Cause.CABLE:
            return words.say("Is the meter's lead loose?")
        case Cause.CONVERTER:
            return words.say("Has the HAN converter its supply?")
        case Cause.OVERCURRENT_PAUSE:
            return words.say("The meter rests its port for a minute.")
        case None:
            return None
