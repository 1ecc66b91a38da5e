"""What the appliance knows of itself: its line, its network, and what is wrong with it.

A `Situation` carries this beside what it says of the house, so that the panel, the local socket and the links show
both from one snapshot. The household fills in none of it: the line, the tasks and the outputs report it to the
supervisor in these values, which know no room.
"""

from dataclasses import dataclass
from enum import Enum


class LineCondition(Enum):
    """What the serial line does, from its octets, its counters and the rhythm of its lists."""

    SEARCHING = "searching"
    """No settings have given a valid frame yet."""
    FINE = "fine"
    SILENT = "silent"
    """Not one octet comes."""
    NOISE = "noise"
    """Octets come that are no frame at any settings."""
    WRONG_SETTINGS = "wrong settings"
    """Baud or parity were set by hand, and other ones would read."""
    INVERTED = "inverted"
    """The line rests at the wrong level: the converter's output is turned round."""
    DAMAGED = "damaged"
    """More than 1 % of the frames are."""
    MISSING = "missing"
    """Lists are missing from the meter's rhythm."""
    CLOCK = "clock"
    """Lists are well, but the meter's clock stands still, jumps or is off: it is believed by nobody."""
    IMPLAUSIBLE = "implausible"
    """Lists are well, but values in them are beyond what a house's connection can carry."""
    ENCRYPTED = "encrypted"
    """The meter's lists come, and cannot be read without a key, or not with the one in the settings."""
    P1 = "p1"
    """P1 telegrams come, and no frames: another kind of port, which is not read here."""
    BLOCK_TRANSFER = "block transfer"
    """The lists come in pieces (general-block-transfer), which is not read here."""
    MBUS = "m-bus"
    """M-Bus frames come, which are not read here."""
    UNKNOWN_LIST = "unknown list"
    """The lists are a known maker's, and their layout is not known."""
    UNKNOWN_METER = "unknown meter"
    """Intact frames come, and whose they are and what they hold is not known."""
    UNREADABLE = "unreadable"
    """Intact frames come, and no reading is in them, for a reason that none of the others names."""
    NO_PORT = "no port"
    """The serial port cannot be opened."""


class Cause(Enum):
    """Why a line is silent, never more than likely; or why what comes cannot be read."""

    PORT_CLOSED = "port closed"
    """The grid company has not opened the HAN port."""
    CABLE = "cable"
    CONVERTER = "converter"
    """The converter has no supply."""
    OVERCURRENT_PAUSE = "overcurrent pause"
    """The meter cuts its port's supply for a minute when too much was drawn."""
    WRONG_KEY = "wrong key"
    """There is a key in the settings, and it does not fit."""
    REPLAYED = "old lists again"
    """Encrypted lists come whose counter has not grown."""


class FaultKind(Enum):
    """What is wrong with the appliance, not with the house's electricity."""

    HISTORY = "history"
    """The history cannot be written; `detail` is the file."""
    SETTINGS = "settings"
    """The settings file has a mistake, and the last good ones are in force; `detail` is the sentence that names it."""
    SUPPLY = "supply"
    """The Pi's supply fell below 4.63 V in the last day."""
    BUTTON = "button"
    """A button is held or stuck; `detail` is its letter."""
    PINS = "pins"
    """The lamps, buzzer and buttons cannot be had; `detail` is why."""
    HOURS_AHEAD = "hours ahead"
    """The history has hours later than now, which do not count; `detail` is the first, and their number."""
    PART = "room"
    """A part of the program fails again and again; `detail` is its name."""
    SETTINGS_DEFAULTS = "settings, defaults"
    """The settings file has a mistake, and the defaults are in force; `detail` is the sentence that names it."""
    DISPLAY = "display"
    """The display cannot be reached; `detail` is why."""
    UPDATE = "update"
    """An update of the card was not taken; `detail` is why, and what goes on."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and what it is about."""

    kind: FaultKind
    detail: str = ""


def sentence(fault: Fault) -> str:
    """Return what is wrong, in plain English and without a full stop: "a part keeps failing: display"."""
    match fault.kind:
        case FaultKind.HISTORY:
            wrong = "the history cannot be written"
        case FaultKind.SETTINGS:
            wrong = "the settings have a mistake"
        case FaultKind.SETTINGS_DEFAULTS:
            wrong = "the settings have a mistake, and the defaults are in force"
        case FaultKind.DISPLAY:
            wrong = "the display cannot be reached"
        case FaultKind.SUPPLY:
            wrong = "the supply was too weak"
        case FaultKind.BUTTON:
            wrong = "a button is held or stuck"
        case FaultKind.PINS:
            wrong = "lamps, buzzer and buttons cannot be had"
        case FaultKind.HOURS_AHEAD:
            wrong = "the history has hours that lie in the future, and do not count"
        case FaultKind.PART:
            wrong = "a part keeps failing"
        case FaultKind.UPDATE:
            wrong = "the update was not taken"
    return f"{wrong}: {fault.detail}" if fault.detail else wrong


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of the card's system that is at hand, and is only installed when somebody asks for it at the panel."""

    version: str
    build: int
    """Seconds since 1970 of the commit that it was built from."""
    older: bool
    """It is older than what runs; otherwise it was tried, and was not well."""


@dataclass(frozen=True, slots=True)
class Health:
    """What the appliance knows of itself; `None` and empty are "not known"."""

    line: LineCondition | None = None
    causes: tuple[Cause, ...] = ()
    """Why the line is silent or cannot be read, the likeliest first."""
    port: str | None = None
    """The serial port's name."""
    line_settings: str | None = None
    """How the line is read, as people write it: "2400 8E1"."""
    authentication: str | None = None
    """Of encrypted lists that are read: "verified", or "unverified" where nothing checks that they are the meter's."""
    addresses: tuple[str, ...] = ()
    """On the network, if there is one."""
    faults: tuple[Fault, ...] = ()
    """The worst first."""
    offer: Offer | None = None
    newer: str | None = None
    """A version that is newer than what runs, where somebody looks for it on the network."""


NOTHING_KNOWN = Health()
