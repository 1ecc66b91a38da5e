"""Growing pauses between tries: a thing that fails is tried again soon, and then less and less often."""


class Backoff:
    """The pauses between tries: each twice the last, up to a longest."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        """Begin with a pause of `first_s`; none is longer than `longest_s`."""
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def pause_s(self) -> float:
        """Return how long to wait before the next try, s; the one after it is twice as long."""
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        return pause_s

    def reset(self) -> None:
        """Begin with the first pause again: a try succeeded."""
        self._next_s = self._first_s
