"""What the self-test found: the boot page shows it, line by line, before the first reading is there."""

from dataclasses import dataclass
from enum import Enum

from appliance.household.situation import Signal, Situation, Storage
from appliance.system.health import FaultKind


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


def self_test(situation: Situation, *, has_pins: bool) -> SelfTest:
    """Return the self-test as far as it has come. The display is well: it shows this."""
    pins = PartState.OK if has_pins else PartState.NOT_YET
    if any(fault.kind is FaultKind.PINS for fault in situation.health.faults):
        pins = PartState.FAILED
    history = PartState.FAILED if situation.storage is Storage.FAILING else PartState.OK
    port = PartState.FAILED if situation.signal is Signal.NO_PORT else PartState.OK
    stuck = any(fault.kind is FaultKind.BUTTON for fault in situation.health.faults)
    return SelfTest(
        display=PartState.OK,
        lamps=pins,
        buttons=PartState.FAILED if stuck else pins,
        history=PartState.NOT_YET if situation.storage is Storage.NONE else history,
        port=port,
    )
