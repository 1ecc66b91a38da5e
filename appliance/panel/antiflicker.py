"""A number that does not flicker: its last digit moves only when the value has clearly left it.

A load of 2,315 W, read once in two seconds, would be 2.31 and 2.32 in turn, and a digit that moves says that something
happened. So the digit that is shown stays until the value is well beyond the middle between it and the next.
"""

KEPT = 0.6
"""How far the value may be from the one that is shown, in digits; the middle between two is at 0.5."""


def steady_w(shown_w: float | None, power_w: float | None) -> float | None:
    """Return the power to show, W from 0, in whole digits of its size, when `shown_w` is shown; `None` is unknown."""
    if power_w is None:
        return None
    digit_w = 10.0 if power_w < 9_995 else 100.0 if power_w < 99_950 else 1000.0
    if shown_w is not None and shown_w % digit_w == 0 and abs(power_w - shown_w) <= KEPT * digit_w:
        return shown_w
    return round(power_w / digit_w) * digit_w
