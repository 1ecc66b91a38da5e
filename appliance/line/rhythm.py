"""The rhythm of a meter's lists, and how many of them are missing from it.

The steps between the lists are kept in order of size, so that their median, and those that are too long for one list,
are found without sorting them at each list.
"""

from bisect import bisect_left, insort
from collections import deque

_LONG = 1.49
"""A step of more rhythms than this is rounded to two or more."""


class Rhythm:
    """When the newest lists began, s."""

    def __init__(self, most: int) -> None:
        """Remember `most` lists."""
        self._most = most
        self._starts: deque[float] = deque()
        self._steps: list[float] = []  # by size

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, start: float) -> None:
        """Take a list that began at `start`, s."""
        if len(self._starts) == self._most:
            self._forget_first()
        if self._starts:
            insort(self._steps, start - self._starts[-1])
        self._starts.append(start)

    def forget(self, now: float, age_s: float) -> None:
        """Forget the lists that began more than `age_s` before `now`, s."""
        while self._starts and now - self._starts[0] > age_s:
            self._forget_first()

    def clear(self) -> None:
        """Begin from nothing."""
        self._starts.clear()
        self._steps.clear()

    def missing(self) -> tuple[int, int]:
        """Return how many of the lists, of two at least, their rhythm lacks, and how many there should have been."""
        steps, middle = self._steps, len(self._steps) // 2
        rhythm = steps[middle] if len(steps) % 2 else (steps[middle - 1] + steps[middle]) / 2
        if rhythm <= 0:
            return 0, len(self._starts)
        long = steps[bisect_left(steps, _LONG * rhythm) :]
        missing = sum(max(0, round(step / rhythm) - 1) for step in long)
        return missing, missing + len(self._starts)

    def _forget_first(self) -> None:
        first = self._starts.popleft()
        if self._starts:
            del self._steps[bisect_left(self._steps, self._starts[0] - first)]
