"""How much of a long search runs.

The README's line tries a few cases of each, so that it takes minutes; `.ci/run` sets HAN_SHARE and tries a share of
them, and `.ci/long` sets HAN_LONG and tries all.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

LONG = bool(os.environ.get("HAN_LONG"))
SHARE = bool(os.environ.get("HAN_SHARE"))

Case = TypeVar("Case")


def cases(few: int, share: int, whole: int) -> int:
    """Return how many cases to try."""
    return whole if LONG else share if SHARE else few


def some(of: Sequence[Case], each: int) -> Sequence[Case]:
    """Return all cases, or only one in so many of them where few are tried, and twice as many as a share."""
    return of if LONG else of[:: (each + 1) // 2] if SHARE else of[::each]
