"""A number that does not flicker: its last digit moves only when the value has clearly left it.

A load of 2,315 W told once in two seconds would be 2.31 and 2.32 in turn, and a digit that moves says that something
happened. So the digit that is shown stays until the value is well beyond the middle between it and the next.
"""

KEPT = 0.6
"""Of a digit: how far the value may be from the one that is shown. The middle between two is at 0.5."""


def steady_w(shown_w: float | None, power_w: float | None) -> float | None:
    """The power to show, W from 0, in whole digits of its size, after `shown_w` was; `None` is unknown."""
    if power_w is None:
        return None
    digit_w = 10.0 if power_w < 9_995 else 100.0 if power_w < 99_950 else 1000.0
    if shown_w is not None and shown_w % digit_w == 0 and abs(power_w - shown_w) <= KEPT * digit_w:
        return shown_w
    return round(power_w / digit_w) * digit_w
