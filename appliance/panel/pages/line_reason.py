"""Why there is no reading, in words: what is the matter, and the likeliest thing to look at or to ask for.

The serial line knows best (`Health.line` and its causes); where it says nothing, the signal alone has to do.
"""

from appliance.household.situation import Signal, Situation
from appliance.system.health import Cause, LineCondition
from appliance.words.words import Words

_LONG_S = 100 * 86_400


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
            return words.say("Signal is inverted"), words.say("Invert the converter's output.")
        case LineCondition.ENCRYPTED if Cause.WRONG_KEY in situation.health.causes:
            return words.say("The key does not fit"), words.say("Check the meter's keys in the settings.")
        case LineCondition.ENCRYPTED:
            return words.say("Lists are encrypted"), words.say("Ask the grid company for keys, or to end it.")
        case LineCondition.P1:
            return words.say("This is a P1 port"), words.say("It is not read here: it needs another reader.")
        case LineCondition.MBUS:
            return words.say("Meter sends M-Bus"), words.say("It is not read here. Is it the HAN port?")
        case LineCondition.BLOCK_TRANSFER:
            return words.say("Lists in blocks"), words.say("They are not read here. Ask the grid company.")
        case LineCondition.UNKNOWN_LIST:
            return words.say("List not known"), words.say("Send us a recording: see the manual.")
        case LineCondition.UNKNOWN_METER:
            return words.say("Meter not known"), words.say("Send us a recording: see the manual.")
        case LineCondition.UNREADABLE if Cause.REPLAYED in situation.health.causes:
            return words.say("Old lists again"), words.say("Somebody repeats the meter's encrypted lists.")
        case LineCondition.UNREADABLE:
            return words.say("Lists unreadable"), words.say("Send us a recording: see the manual.")
        case (
            None
            | LineCondition.SEARCHING
            | LineCondition.FINE
            | LineCondition.SILENT
            | LineCondition.DAMAGED
            | LineCondition.MISSING
            | LineCondition.CLOCK
            | LineCondition.IMPLAUSIBLE
        ):
            pass
    match situation.signal:
        case Signal.NO_PORT:
            return _no_port(words)
        case Signal.SILENT:
            likely = _cause(situation, words) or words.say("Is the meter's lead loose?")
            return _silence(situation.reading_age_s or 0, words), likely
        case Signal.WAITING | Signal.RECEIVING:
            likely = _cause(situation, words) or words.say("Has the grid company opened the HAN port?")
            return words.say("Waiting for meter"), likely


def verdict(situation: Situation, words: Words) -> str:
    """Return how good the line is, in two or three words."""
    return named(situation.health.line, words)


def named(condition: LineCondition | None, words: Words) -> str:
    """Return what the line does, in two or three words."""
    match condition:
        case None:
            return words.say("Not checked")
        case LineCondition.SEARCHING:
            return words.say("Searching")
        case LineCondition.FINE:
            return words.say("Line OK")
        case LineCondition.SILENT:
            return words.say("No data")
        case LineCondition.NOISE:
            return words.say("Only noise")
        case LineCondition.WRONG_SETTINGS:
            return words.say("Wrong baud")
        case LineCondition.INVERTED:
            return words.say("Inverted")
        case LineCondition.DAMAGED:
            return words.say("Damaged data")
        case LineCondition.MISSING:
            return words.say("Lists missing")
        case LineCondition.CLOCK:
            return words.say("Clock wrong")
        case LineCondition.IMPLAUSIBLE:
            return words.say("Odd values")
        case LineCondition.NO_PORT:
            return words.say("No port")
        case LineCondition.ENCRYPTED:
            return words.say("Encrypted")
        case LineCondition.P1:
            return words.say("P1 port")
        case LineCondition.MBUS:
            return words.say("M-Bus")
        case LineCondition.BLOCK_TRANSFER:
            return words.say("In blocks")
        case LineCondition.UNKNOWN_LIST:
            return words.say("Unknown list")
        case LineCondition.UNKNOWN_METER:
            return words.say("Unknown meter")
        case LineCondition.UNREADABLE:
            return words.say("Unreadable")


def _silence(silent_s: float, words: Words) -> str:
    """Return for how long nothing came; from a hundred days on, for which there is no room, that nothing does."""
    if silent_s >= _LONG_S:
        return words.say("No data")
    return words.say("No data for {duration}", duration=words.duration(silent_s))


def _no_port(words: Words) -> tuple[str, str]:
    return words.say("No serial port"), words.say("Is the HAN adapter plugged in?")


def _cause(situation: Situation, words: Words) -> str | None:
    match situation.health.causes[0] if situation.health.causes else None:
        case Cause.PORT_CLOSED:
            return words.say("Has the grid company opened the HAN port?")
        case Cause.CABLE:
            return words.say("Is the meter's lead loose?")
        case Cause.CONVERTER:
            return words.say("Is the HAN converter powered?")
        case Cause.OVERCURRENT_PAUSE:
            return words.say("The meter pauses its port for a minute.")
        case None | Cause.WRONG_KEY | Cause.REPLAYED:
            return None
