"""How long to wait for what a Pi does at once: an emulated one is slow, and slower on a host that does other things.

A wait that is too short fails a machine that is only slow. So each is stretched by the host's load at that moment: with
six programs for two processors everything takes three times as long.
"""

import os

PATIENCE_S = 360.0
"""For what a Pi does within seconds, and an emulated one within a minute."""


def stretched(seconds: float) -> float:
    """Return the seconds, on a host as busy as this one (its mean load of the last minute a processor)."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def patience_s() -> float:
    """Return how long to wait at most for what must come."""
    return stretched(PATIENCE_S)
