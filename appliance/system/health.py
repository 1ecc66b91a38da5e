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
    NO_PORT = "no port"
    """The serial port cannot be opened."""


class Cause(Enum):
    """Why a line is silent; never more than likely."""

    PORT_CLOSED = "port closed"
    """The grid company has not opened the HAN port."""
    CABLE = "cable"
    CONVERTER = "converter"
    """The converter has no supply."""
    OVERCURRENT_PAUSE = "overcurrent pause"
    """The meter cuts its port's supply for a minute when too much was drawn."""


class FaultKind(Enum):
    """What is wrong with the appliance, not with the house's electricity."""

    HISTORY = "history"
    """The history cannot be written; `detail` is the file."""
    SETTINGS = "settings"
    """The settings file has a mistake, and the last good ones are in force; `detail` is the sentence that names it."""
    BUTTON = "button"
    """A button is held or stuck; `detail` is its letter."""
    PINS = "pins"
    """The lamps, buzzer and buttons cannot be had; `detail` is why."""
    PART = "room"
    """A part of the program fails again and again; `detail` is its name."""


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
        case FaultKind.BUTTON:
            wrong = "a button is held or stuck"
        case FaultKind.PINS:
            wrong = "lamps, buzzer and buttons cannot be had"
        case FaultKind.PART:
            wrong = "a part keeps failing"
    return f"{wrong}: {fault.detail}" if fault.detail else wrong


@dataclass(frozen=True, slots=True)
class Health:
    """What the appliance knows of itself; `None` and empty are "not known"."""

    line: LineCondition | None = None
    causes: tuple[Cause, ...] = ()
    """Why the line is silent, the likeliest first."""
    port: str | None = None
    """The serial port's name."""
    line_settings: str | None = None
    """How the line is read, as people write it: "2400 8E1"."""
    addresses: tuple[str, ...] = ()
    """On the network, if there is one."""
    faults: tuple[Fault, ...] = ()
    """The worst first."""


NOTHING_KNOWN = Health()
