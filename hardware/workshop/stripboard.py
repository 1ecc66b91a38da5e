"""The receiver on stripboard: where each leg goes, where the copper is cut, and what that joins.

Seen from the parts' side, strips run from left to right. Rows are letters from the top, columns numbers from the left,
a hole every 2.54 mm. What the strips join is worked out here and compared with the circuit, so that a leg in the wrong
hole or a cut that was forgotten is found before anybody solders it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from hardware.workshop.circuit import HEADER, Net, leads

Hole = tuple[str, int]

ROWS = "ABCDEFG"
COLUMNS = 28
GAP = (15, 16)
"""The columns under the optocoupler: every strip is cut in both."""
ENDS = {"receiver_3v3": ("D", 28), "receiver_gnd": ("F", 28), "han_rxd": ("G", 28)}
"""The leads to the Pi, by their name in board.toml."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Hole by part and pin, and the holes where the strip is cut."""

    legs: Mapping[str, Mapping[str, Hole]]
    cuts: frozenset[Hole]


def layout() -> Layout:
    """Return the receiver as it is soldered."""
    legs: dict[str, Mapping[str, Hole]] = {
        "J1": {"1": ("A", 1), "2": ("E", 1)},
        "D3": {"1": ("A", 2), "2": ("E", 2)},
        "D1": {"A": ("A", 3), "K": ("B", 7)},
        "R1": {"1": ("B", 8), "2": ("C", 12)},
        "D2": {"K": ("C", 3), "A": ("D", 7)},
        "R2": {"1": ("D", 9), "2": ("E", 13)},
        "U1": {"1": ("D", 14), "2": ("E", 14), "3": ("E", 17), "4": ("D", 17)},
        "R4": {"1": ("E", 18), "2": ("G", 21)},
        "R3": {"1": ("E", 22), "2": ("F", 26)},
        "C1": {"1": ("D", 27), "2": ("F", 27)},
    }
    legs[HEADER] = {str(lead.pin): ENDS[lead.name] for lead in leads() if lead.name in ENDS}
    return Layout(legs, frozenset((row, column) for row in ROWS for column in GAP))


def strips(of: Layout) -> list[Net]:
    """Return what each piece of strip joins."""
    joined = []
    for row in ROWS:
        edges = [0, *sorted(column for where, column in of.cuts if where == row), COLUMNS + 1]
        for left, right in pairwise(edges):
            legs = ((ref, pin, hole) for ref, pins in of.legs.items() for pin, hole in pins.items())
            joined.append(
                frozenset((ref, pin) for ref, pin, (where, column) in legs if where == row and left < column < right)
            )
    return [net for net in joined if net]


def rules(of: Layout, meant: Mapping[str, Net]) -> Iterator[str]:
    """Check that the board joins what the circuit does, legs and parts have their places, the gap is whole."""
    ours = {(ref, pin) for ref, pins in of.legs.items() for pin in pins}
    built = strips(of)
    for name, net in meant.items():
        here = net & ours
        touched = [strip for strip in built if strip & here]
        if len(touched) > 1:
            pieces = " from ".join(", ".join(f"{ref}.{pin}" for ref, pin in sorted(strip & here)) for strip in touched)
            yield f"on the stripboard {name} is in pieces: {pieces}"
        for strip in touched:
            if extra := strip - net:
                yield f"on the stripboard {name} also joins " + ", ".join(f"{ref}.{pin}" for ref, pin in sorted(extra))
    holes: dict[Hole, str] = {}
    for ref, pins in of.legs.items():
        for pin, hole in pins.items():
            if (other := holes.setdefault(hole, f"{ref}.{pin}")) != f"{ref}.{pin}":
                yield f"{other} and {ref}.{pin} are both in hole {hole[0]}{hole[1]}"
            if hole in of.cuts:
                yield f"{ref}.{pin} is in hole {hole[0]}{hole[1]}, where the strip is cut"
    for row in ROWS:
        if any((row, column) not in of.cuts for column in GAP):
            yield f"strip {row} is not cut under U1 in both columns: the isolation is bridged or narrow"
    bodies = {ref: tuple(map(_place, pins.values())) for ref, pins in of.legs.items() if len(pins) == 2 and ref != "J1"}
    for (one, first), (other, second) in combinations(bodies.items(), 2):
        if _cross(first, second):
            yield f"{one} and {other} cross on the stripboard"


def _place(hole: Hole) -> tuple[int, int]:
    return hole[1], ROWS.index(hole[0])


def _cross(one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> bool:
    """Return whether two straight parts cross."""
    (a, b), (c, d) = one, other
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])
