"""How two buttons find one of some eighty grid companies: by ranges of the alphabet, three on the glass, ever narrower.

A goes to the next range and B takes it, so a range further down costs a press more. The ranges are as large as what is
left of the presses allows: of each screen's three the first holds about as many companies as the others together (a
tree by the tribonacci numbers 1, 1, 2, 4, 7, 13, 24, 44, 81). Eight presses reach any of 81.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ROWS = 3
"""Ranges on the glass."""


@dataclass(frozen=True, slots=True)
class Span:
    """The companies from one place to before another, in the order of the alphabet."""

    first: int
    end: int

    @property
    def is_one(self) -> bool:
        """Whether only one company is left."""
        return self.end - self.first == 1


NOTHING = Span(0, 0)


def parts(span: Span) -> tuple[Span, ...]:
    """Return the ranges that a range is parted into, at most `ROWS`; none of one company."""
    count = span.end - span.first
    if count <= 1:
        return ()
    if count <= ROWS:
        return tuple(Span(place, place + 1) for place in range(span.first, span.end))
    presses = next(presses for presses in range(count) if _reached(presses) >= count)
    room = [_reached(presses - 1 - row) for row in range(ROWS)]
    found, first = [], span.first
    for row in range(ROWS):
        left = span.end - first
        size = max(left - sum(room[row + 1 :]), round(left * room[row] / sum(room[row:])))
        found.append(Span(first, first + size))
        first += size
    return tuple(part for part in found if part.end > part.first)


def label(span: Span, names: Sequence[str]) -> str:
    """Return how a range is called: by the beginnings of its first and last name that tell it from its neighbours."""
    if span.is_one:
        return names[span.first]
    before = names[span.first - 1] if span.first else ""
    after = names[span.end] if span.end < len(names) else ""
    return f"{_beginning(names[span.first], before)}–{_beginning(names[span.end - 1], after)}"


def _beginning(name: str, other: str) -> str:
    """Return the fewest letters with which a name begins and another one does not; at least two."""
    length = 2
    while length < len(name) and (
        name[:length].casefold() == other[:length].casefold() or not name[length - 1].isalnum()
    ):
        length += 1
    return name[:length]


def _reached(presses: int) -> int:
    """Return how many companies so many presses reach at most."""
    if presses <= 0:
        return int(presses == 0)
    return sum(_reached(presses - 1 - row) for row in range(ROWS))
