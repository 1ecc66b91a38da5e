"""What the self-test found: the boot page shows it, line by line, before the first reading is there."""

from dataclasses import dataclass
from enum import Enum


class PartState(Enum):
    """How one part of the appliance came up."""

    NOT_YET = "not yet"
    """It has not been tried, or has not answered."""
    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """The parts in the order in which the boot page names them."""

    display: PartState = PartState.NOT_YET
    lamps: PartState = PartState.NOT_YET
    buttons: PartState = PartState.NOT_YET
    history: PartState = PartState.NOT_YET
    port: PartState = PartState.NOT_YET
