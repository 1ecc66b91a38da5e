"""From which power on the lamps turn yellow and red: as set, by what the main fuse bears, or by what is usual."""

from math import sqrt
from typing import NamedTuple

from appliance.household.rules import USUAL_ACT_W, USUAL_WATCH_W, Rules

IT_V, TN_V = 230.0, 400.0
"""Between two lines."""


class PowerLimits(NamedTuple):
    """The limits of import, W: asked for with every list, so that it has to be quick to make."""

    watch_w: float
    act_w: float
    by_fuse: bool = False
    """They are what the main fuse bears."""


def fuse_w(fuse_a: float, *, line_to_line: bool) -> float:
    """Return the power that a main fuse of three phases bears for good, W.

    That is sqrt(3) x V x A, with the voltage between two lines: 230 V in an IT net, 400 V in a TN net.
    """
    return sqrt(3) * (IT_V if line_to_line else TN_V) * fuse_a


def power_limits(rules: Rules, line_to_line: bool | None) -> PowerLimits:
    """Return the limits that hold in a net whose voltages are between phases or not; while that is not known, not."""
    power, phase = rules.power, rules.phase
    if power.watch_w is not None and power.act_w is not None:
        return PowerLimits(power.watch_w, power.act_w)
    if phase.fuse_a is None:
        return PowerLimits(USUAL_WATCH_W, USUAL_ACT_W)
    bears_w = fuse_w(phase.fuse_a, line_to_line=bool(line_to_line))
    return PowerLimits(bears_w * phase.watch_share, bears_w * phase.act_share, by_fuse=True)
