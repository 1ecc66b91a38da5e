"""The front as one printed circuit board: where each part stands, and which net each hole is on.

The parts and what joins them are circuit.toml's and board.toml's, read back from the board's schematic by KiCad; their
places are here. x goes to the right and y down from the board's upper left corner, as one looks at its front; the
display, lamps, buttons and sound face there, and the ribbon to the Pi leaves at the back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, hypot, radians, sin

from hardware.workshop.circuit import BOARD, HEADER, Part, parts
from hardware.workshop.footprints import FOOTPRINTS, HOLE, Footprint, Pad
from hardware.workshop.netlist import Netlist
from hardware.workshop.routing import GRID, TRACK, Hole, Place, Track, Via, route

WIDTH, HEIGHT, CORNER = 100.0, 80.0, 3.0
THICK = 1.6
SLOT = (35.56, 49.0, 66.0, 1.0)
"""The milled slot under the optocoupler: its middle, its ends, its width."""
HOLES = {"H1": (3.81, 3.81), "H2": (96.19, 3.81), "H3": (3.81, 76.19), "H4": (96.19, 76.19)}
METER = (1.0, 48.4, 33.0, 79.0)
"""Where the meter's nets may run: left, top, right, bottom."""
PI_ABOVE, PI_RIGHT = 42.3, 38.7
"""Where all others may: above this, or to the right of that."""
POUR = ((0.5, 0.5), (99.5, 0.5), (99.5, 79.5), (39.2, 79.5), (39.2, 42.0), (0.5, 42.0))
"""Ground on both layers."""
EDGE = 0.5


@dataclass(frozen=True, slots=True)
class Put:
    """Where a part's origin is, how far it is turned counter-clockwise, and whether it stands at the back."""

    x: float
    y: float
    turned: int = 0
    back: bool = False


PUTS: dict[str, Put] = {
    "J1": Put(12.065, 66.675),
    "D3": Put(10.16, 60.96),
    "D1": Put(10.16, 57.15, 180),
    "R1": Put(10.16, 53.34, 180),
    "D2": Put(10.16, 49.53),
    "R2": Put(26.67, 55.245, 270),
    "U1": Put(31.75, 55.88),
    "TP7": Put(20.32, 56.515),
    "TP8": Put(20.32, 60.325),
    "R3": Put(48.26, 54.61),
    "R4": Put(48.26, 46.99),
    "C1": Put(45.72, 50.8),
    "J2": Put(10.16, 26.67, 270, back=True),
    "DS1": Put(35.56, 5.08),
    "R9": Put(30.48, 12.7),
    "C2": Put(41.91, 12.7),
    "U2": Put(69.85, 5.715),
    "C3": Put(72.39, 10.16),
    "C4": Put(72.39, 13.97),
    "D12": Put(90.17, 13.97),
    "D11": Put(90.17, 29.21),
    "D10": Put(90.17, 44.45),
    "R12": Put(76.2, 19.05),
    "R11": Put(76.2, 24.13),
    "R10": Put(76.2, 39.37),
    "R13": Put(76.2, 43.815),
    "Q1": Put(84.455, 52.705),
    "BZ1": Put(86.36, 64.135),
    "R16": Put(85.09, 77.47),
    "U3": Put(43.18, 33.655),
    "R17": Put(60.96, 33.655),
    "R18": Put(60.96, 37.465),
    "R19": Put(60.96, 41.275),
    "C5": Put(35.56, 36.83),
    "J3": Put(64.77, 54.61),
    "SW1": Put(48.26, 66.04),
    "SW2": Put(67.31, 66.04),
    "R14": Put(48.26, 76.2),
    "R15": Put(67.31, 76.2),
    "TP3": Put(57.15, 48.26),
    "TP1": Put(62.23, 48.26),
    "TP2": Put(67.31, 48.26),
    "TP5": Put(72.39, 48.26),
    "TP6": Put(77.47, 48.26),
    "TP4": Put(57.15, 53.34),
}

SAYS: tuple[tuple[str, Place, float], ...] = (
    ("HAN front, revision B", (19.0, 38.6), 1.2),
    ("METER'S SIDE, ISOLATED", (17.8, 46.2), 1.1),
    ("24 V, NOT ETHERNET", (16.5, 77.2), 0.9),
    ("A", (57.3, 70.6), 1.6),
    ("B", (76.4, 70.6), 1.6),
    ("act now", (82.2, 13.97), 1.1),
    ("look", (83.6, 29.21), 1.1),
    ("fine", (84.8, 44.9), 1.1),
)
"""What is printed on the front besides the parts: text, where its middle is, and how high."""
SAYS_BACK: tuple[tuple[str, Place, float], ...] = (
    ("to the Pi's 40-pin header, red edge at pin 1", (34.3, 21.2), 1.2),
    ("isolated: bridge nothing here", (16.5, 45.4), 1.0),
)


def turned(at: Place, put: Put) -> Place:
    """Return a point of a footprint on the board."""
    x, y = at[0], -at[1] if put.back else at[1]
    angle = radians(put.turned)
    return round(put.x + x * cos(angle) + y * sin(angle), 4), round(put.y - x * sin(angle) + y * cos(angle), 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that is on the board."""

    parts: Mapping[str, Part]
    puts: Mapping[str, Put]
    nets: Mapping[tuple[str, str], str]
    """Net by part and pin, by KiCad's name."""
    tracks: list[Track]
    vias: list[Via]

    def footprint(self, ref: str) -> Footprint:
        """Return a part's footprint."""
        return FOOTPRINTS[self.parts[ref].footprint] if ref in self.parts else HOLE

    def pads(self) -> Iterator[tuple[str, Pad, Place, str]]:
        """Return each hole: part, pin, where it is, net ("" for none)."""
        for ref, put in self.puts.items():
            for pad in self.footprint(ref).pads:
                yield ref, pad, turned(pad.at, put), self.nets.get((ref, pad.number), "")


def meter_nets(drawn: Netlist) -> set[str]:
    """Return the meter's nets: all that J1 reaches without light."""
    found = {name for name, pins in drawn.nets.items() if any(ref == "J1" for ref, _ in pins)}
    grew = True
    while grew:
        refs = {ref for name in found for ref, _ in drawn.nets[name] if ref != "U1"}
        more = {name for name, pins in drawn.nets.items() if any(ref in refs for ref, _ in pins)}
        grew = not more <= found
        found |= more
    return found


def laid(drawn: Netlist, unused: Mapping[tuple[str, str], str]) -> Board:
    """Return the board with its tracks."""
    of = parts(BOARD)
    nets = {pin: name for name, pins in drawn.nets.items() for pin in pins} | dict(unused)
    puts = PUTS | {name: Put(*at) for name, at in HOLES.items()}
    bare = Board(parts=of, puts=puts, nets=nets, tracks=[], vias=[])
    holes = [
        Hole(net if not net.startswith("unconnected-") else "", at, _radius(pad)) for _, pad, at, net in bare.pads()
    ]
    meters = meter_nets(drawn)
    cells = {(x, y) for x in range(round(WIDTH / GRID) + 1) for y in range(round(HEIGHT / GRID) + 1)}
    for_meter = {cell for cell in cells if not _in_meters(cell)}
    for_pi = {cell for cell in cells if not _in_pis(cell)}
    forbidden = {name: for_meter if name in meters else for_pi for name in drawn.nets}
    tracks, vias = route((WIDTH, HEIGHT), holes, forbidden, poured=("GND",))
    return Board(parts=of, puts=puts, nets=nets, tracks=tracks, vias=vias)


def _radius(pad: Pad) -> float:
    """Return how far a hole's copper reaches; a bare hole keeps a little more away."""
    if not pad.number:
        return pad.drill / 2 + 0.2
    return hypot(*pad.size) / 2 if pad.square else max(pad.size) / 2


def _in_meters(cell: tuple[int, int]) -> bool:
    x, y = cell[0] * GRID, cell[1] * GRID
    return METER[0] + TRACK < x < METER[2] - TRACK / 2 and METER[1] + TRACK / 2 < y < METER[3] - TRACK


def _in_pis(cell: tuple[int, int]) -> bool:
    x, y = cell[0] * GRID, cell[1] * GRID
    inside = EDGE + TRACK / 2 < x < WIDTH - EDGE - TRACK / 2 and EDGE + TRACK / 2 < y < HEIGHT - EDGE - TRACK / 2
    return inside and (y < PI_ABOVE - TRACK / 2 or x > PI_RIGHT + TRACK / 2)


def rules(board: Board) -> Iterator[str]:
    """Yield what stands nowhere, reaches over the edge, or in another's room."""
    for ref in board.parts:
        if ref not in board.puts:
            yield f"{ref} has no place on the board"
    rooms = {ref: room(put, board.footprint(ref)) for ref, put in board.puts.items()}
    for ref, (left, top, right, bottom) in rooms.items():
        if ref != "J1" and (left < 0 or top < 0 or right > WIDTH or bottom > HEIGHT):
            yield f"{ref} reaches over the board's edge"
    names = sorted(rooms)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            a, b = rooms[one], rooms[other]
            same_side = board.puts[one].back == board.puts[other].back
            if same_side and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                yield f"{one} and {other} stand in each other's room"


def room(put: Put, shape: Footprint) -> tuple[float, float, float, float]:
    """Return what a part takes of the board: left, top, right, bottom."""
    left, top, right, bottom = shape.room
    corners = [turned(at, put) for at in ((left, top), (right, bottom))]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return xs[0], ys[0], xs[1], ys[1]


def header_is_the_pis(board: Board) -> bool:
    """Return whether the header at the back counts as the Pi's does, seen from where its ribbon is plugged in."""
    at = {pad.number: place for ref, pad, place, _ in board.pads() if ref == HEADER}
    along = at["3"][0] - at["1"][0], at["3"][1] - at["1"][1]
    across = at["2"][0] - at["1"][0], at["2"][1] - at["1"][1]
    return along[0] * across[1] - along[1] * across[0] > 0
