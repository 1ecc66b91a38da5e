"""A number that does not flicker: its last digit moves only when the value has clearly left it.

A load of 2,315 W, read once in two seconds, would be 2.31 and 2.32 in turn, and a digit that moves says that something
happened. So the digit that is shown stays until the value is well beyond the middle between it and the next. In the
same way the side stays for a while, from the grid or to it, when clouds pass over the roof or a thermostat switches:
meanwhile what goes the other way is on neither, and the number of the side that is shown is 0, as it is.
"""

from dataclasses import dataclass

KEPT = 0.6
"""How far the value may be from the one that is shown, in digits; the middle between two is at 0.5."""
SIDE_S = 20.0
"""For how long a side stays at least, s."""


def steady_w(shown_w: float | None, power_w: float | None) -> float | None:
    """Return the power to show, W from 0, in whole digits of its size, when `shown_w` is shown; `None` is unknown."""
    if power_w is None:
        return None
    digit_w = 1.0 if power_w < 99.5 else 10.0 if power_w < 9_995 else 100.0 if power_w < 99_950 else 1000.0
    if shown_w is not None and shown_w % digit_w == 0 and abs(power_w - shown_w) <= KEPT * digit_w:
        return shown_w
    return round(power_w / digit_w) * digit_w


@dataclass(frozen=True, slots=True)
class Side:
    """Which way the power is shown to go, and since when, s."""

    export: bool = False
    since_s: float = float("-inf")


def is_export(import_w: float | None, export_w: float | None) -> bool:
    """Return whether power goes to the grid, by what the meter says it is, W."""
    return import_w == 0 and bool(export_w)


def steady_side(shown: Side, import_w: float | None, export_w: float | None, now_s: float) -> Side:
    """Return the side to show at `now_s` with these powers, W, when `shown` is; where nothing flows it stays."""
    export = is_export(import_w, export_w)
    nothing = not import_w and not export_w
    if export == shown.export or nothing or now_s - shown.since_s < SIDE_S:
        return shown
    return Side(export, now_s)
