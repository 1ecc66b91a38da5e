"""What the house's net makes of its phases: how many there are, what a voltage lies between, what a fuse carries.

An IT net has 230 V between two lines each, a TN net 230 V from each line to neutral (400 V between two lines). A house
of one phase reports only the first.
"""

from appliance.household.power_limits import fuse_w as three_phases_w
from appliance.household.situation import Phase, Situation

PHASE_V = 230.0
_NAMES = ("L1", "L2", "L3")
_BETWEEN = ("L1-L2", "L2-L3", "L1-L3")
"""The lines of an IT net's voltages, in the order of the meters' lists."""


def voltage_name(place: int, situation: Situation) -> str:
    """Return what the voltage of a phase lies on, or between; `place` is 0 to 2."""
    return (_BETWEEN if situation.line_to_line else _NAMES)[place]


def places(situation: Situation) -> tuple[int, ...]:
    """Return the phases that this house has, as 0 to 2: all three, or the first where no other is ever reported."""
    found = tuple(place for place, phase in enumerate(situation.phases) if phase != Phase())
    return found if found in ((), (0,)) else (0, 1, 2)


def fuse_w(fuse_a: float, situation: Situation) -> float | None:
    """Return the power that a main fuse lets through in this house's net, W; `None` before the phases are known."""
    if not situation.phases_known or not places(situation):
        return None
    if len(places(situation)) == 1:
        return PHASE_V * fuse_a
    return three_phases_w(fuse_a, line_to_line=situation.line_to_line)
