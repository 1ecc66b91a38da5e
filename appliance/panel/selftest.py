"""What the self-test found: what the boot page tells, line by line, before the first reading is there."""

from dataclasses import dataclass
from enum import Enum


class Check(Enum):
    """How one part of the appliance came up."""

    NOT_YET = "not yet"
    """It has not been tried, or has not answered."""
    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Checks:
    """The parts in the order in which the boot page names them."""

    display: Check = Check.NOT_YET
    lamps: Check = Check.NOT_YET
    buttons: Check = Check.NOT_YET
    history: Check = Check.NOT_YET
    port: Check = Check.NOT_YET
