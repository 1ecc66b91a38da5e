"""The whole thing as a picture: assembled, and drawn apart.

Front, caps and box are the printed files themselves, the board is KiCad's, display and Pi are simple bodies at their
drawings' sizes; all of them stand where enclosure.py has them. Everything hangs on the board as one model, so that
KiCad's renderer draws it. z goes up from the board's upper side, towards who looks at the front.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from appliance.simulation.examples import EXAMPLES
from appliance.words.words import WORDS
from hardware.workshop import board, boardfiles, bodies, enclosure, printing
from hardware.workshop.enclosure import DEPTH, FLOOR, GAP, OUTSIDE, STANDOFF
from hardware.workshop.footprints import Place
from hardware.workshop.make import keep
from hardware.workshop.printing import Facet
from hardware.workshop.vrml import BLACK, GOLD, GREY, METAL, UNIT, Colour, Vertex, lathed, mesh, prism, rect, ring

PLASTIC, KEYS, PAINT = (0.25, 0.27, 0.3), (0.55, 0.57, 0.6), (0.95, 0.95, 0.92)
GLASS, BLUE, GREEN, PIXEL = (0.02, 0.02, 0.03), (0.05, 0.15, 0.32), (0.08, 0.34, 0.16), (0.75, 0.9, 1.0)


def _facets(of: list[Facet], where: Callable[[Vertex], Vertex], colour: Colour) -> str:
    places: dict[Vertex, int] = {}
    faces = [[places.setdefault(where(corner), len(places)) for corner in facet] for facet in of]
    return mesh(list(places), faces, colour)


def _face_down(at: Vertex, dx: float = 0.0, dy: float = 0.0, out: float = 0.0) -> Vertex:
    """Turn what was printed on its face to who looks at it."""
    return round(dx - at[0], 3), round(dy + at[1], 3), round(OUTSIDE + out - at[2], 3)


def front() -> str:
    """Return the printed front; its signs are painted."""
    deep = 0.65 * enclosure.GROOVE
    signs: list[Facet] = []
    rest: list[Facet] = []
    for facet in printing.stored("front"):
        sign = all(corner[2] <= deep + 0.01 for corner in facet) and 0.2 < abs(printing.normal(facet)[2]) < 0.999
        (signs if sign and not _in_window(facet) else rest).append(facet)
    return _facets(rest, _face_down, PLASTIC) + _facets(signs, _face_down, PAINT)


def _in_window(facet: Facet) -> bool:
    """Return whether a facet is of the window's bevel."""
    middle, size = enclosure.DISPLAY_AT, enclosure.WINDOW
    edge = 2 * enclosure.BEVEL + 0.5
    return all(
        abs(-corner[0] - middle[0]) < size[0] / 2 + edge and abs(corner[1] - middle[1]) < size[1] / 2 + edge
        for corner in facet
    )


def caps() -> str:
    """Return the two printed caps on their switches."""
    shapes = ""
    for sign, at in zip((-1, 1), enclosure.BUTTONS_AT.values(), strict=True):
        of = [facet for facet in printing.stored("caps") if sign * facet[0][0] > 0]

        def where(corner: Vertex, at: Place = at, middle: float = 10.0 * sign) -> Vertex:
            return _face_down(corner, at[0] + middle, at[1], enclosure.CAP_OUT)

        shapes += _facets(of, where, KEYS)
    return shapes


def screws() -> str:
    """Return the four screws of the front."""
    head = [(2.75, 0.0), (2.75, 1.2), (2.0, 2.0)]
    return "".join(
        lathed([(radius, OUTSIDE + height) for radius, height in head], METAL, at)
        + prism(ring(1.5, at, 16), OUTSIDE - 16, OUTSIDE, METAL)
        + prism(ring(1.2, at, 6), OUTSIDE + 2.0, OUTSIDE + 2.05, BLACK)
        for at in enclosure.SCREWS_AT
    )


def display() -> str:
    """Return the display module with a page of the panel on it."""
    (x, y), (wide, high) = enclosure.DISPLAY_AT, enclosure.MODULE
    bottom = 11.0
    shapes = prism(rect(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), bottom, bottom + 1.6, BLUE)
    shapes += prism(rect(x - 30.2, y - 17.5, x + 30.2, y + 17.5), bottom + 1.6, bottom + 3.8, GLASS)
    pins = [board.PUTS["DS1"].x + 2.54 * pin for pin in range(7)]
    for pin in pins:
        at = enclosure.on_board((pin, board.PUTS["DS1"].y))
        shapes += prism(rect(at[0] - 0.3, at[1] - 0.3, at[0] + 0.3, at[1] + 0.3), 3.0, bottom, GOLD)
    glass = EXAMPLES["alarm-hour"](WORDS["en"]).convert("1")
    across, down = enclosure.ACTIVE[0] / glass.width, enclosure.ACTIVE[1] / glass.height
    points: list[Vertex] = []
    for row in range(glass.height):
        for column in range(glass.width):
            if glass.getpixel((column, row)):
                left = x - enclosure.ACTIVE[0] / 2 + column * across
                top = y + enclosure.ACTIVE[1] / 2 - row * down
                points += [(*at, bottom + 3.84) for at in rect(left, top - 0.88 * down, left + 0.88 * across, top)]
    lit = [[place, place + 1, place + 2, place + 3] for place in range(0, len(points), 4)]
    return shapes + mesh(points, lit, PIXEL, glow=0.9)


def pi() -> str:
    """Return a Raspberry Pi 3 B, by its mechanical drawing."""
    x, y = enclosure.PI_AT
    low = GAP - DEPTH + FLOOR + STANDOFF
    top = low + enclosure.PI_THICK

    def box(left: float, down: float, right: float, up: float, height: float, colour: Colour) -> str:
        return prism(rect(x + left, y + down, x + right, y + up), top, top + height, colour)

    shapes = prism(rect(x, y, x + 85, y + 56), low, top, GREEN)
    shapes += box(7.1, 49.8, 57.9, 54.8, 2.5, BLACK)
    for pin in range(20):
        for row in (51.0, 53.5):
            shapes += box(8.1 + 2.54 * pin, row - 0.3, 8.7 + 2.54 * pin, row + 0.3, 8.5, GOLD)
    shapes += box(66.0, 2.3, 87.0, 18.3, 13.5, METAL)
    (left, down), (right, up) = enclosure.PI_USB
    for foot in (down, up - 14.8):
        shapes += box(left, foot, right, foot + 14.8, enclosure.PI_USB_HEIGHT, METAL)
    shapes += box(6.9, -1.0, 14.3, 5.0, 2.6, METAL) + box(24.7, -1.0, 39.3, 10.5, 6.0, METAL)
    shapes += prism(ring(3.2, (x + 53.5, y + 6.5)), top, top + 6.0, BLACK)
    return shapes + box(18.8, 25.6, 32.8, 39.6, 1.2, GREY) + box(48.0, 25.0, 57.0, 34.0, 1.0, BLACK)


def back() -> str:
    """Return the printed box."""

    def where(at: Vertex) -> Vertex:
        return at[0], at[1], round(at[2] + GAP - DEPTH, 3)

    return _facets(printing.stored("back"), where, PLASTIC)


PIECES: Mapping[str, Callable[[], str]] = {
    "screws": screws,
    "front": front,
    "caps": caps,
    "display": display,
    "Pi": pi,
    "back": back,
}
APART = {"screws": 105.0, "front": 78.0, "caps": 52.0, "display": 30.0, "Pi": -42.0, "back": -82.0}
"""How far each is moved away from the board, mm."""
TOGETHER = dict.fromkeys(PIECES, 0.0)
VIEWS: Mapping[str, tuple[Mapping[str, float], str, tuple[str, ...]]] = {
    "product.png": (TOGETHER, "'-20,-24,-9'", ("-w", "1408", "-h", "896", "--zoom", "0.72")),
    "exploded.png": (APART, "'-58,0,-28'", ("-w", "1088", "-h", "1472", "--zoom", "0.31")),
}
LIGHT = (
    "--quality",
    "high",
    "--light-top",
    "0.45",
    "--light-side",
    "0.3",
    "--light-camera",
    "0.35",
    "--light-bottom",
    "0.1",
)


def model(away: Mapping[str, float]) -> str:
    """Return everything but the board with its parts, in the front's frame, as a VRML file."""
    moved = [
        f"Transform {{ translation 0 0 {away[name] / UNIT:.4f} children [\n{piece()}] }}\n"
        for name, piece in PIECES.items()
    ]
    return "#VRML V2.0 utf8\n" + "".join(moved)


def make_pictures() -> None:
    """Write the pictures of the whole."""
    for name, (away, turn, size) in VIEWS.items():
        with TemporaryDirectory(dir=boardfiles.SCRATCH) as place:
            folder = Path(place)
            (folder / "whole.wrl").write_text(model(away), encoding="utf-8")
            text = bodies.with_bodies(boardfiles.PCB.read_text(encoding="utf-8"), folder)
            text = bodies.with_model(text, "H1", folder / "whole.wrl", _to_front("H1"))
            keep(printing.OUT / name, bodies.rendered(text, folder, "--rotate", turn, *LIGHT, *size))


def _to_front(hole: str) -> Place:
    """Return where the front's middle is, from one of the board's holes."""
    x, y = enclosure.on_board(board.HOLES[hole])
    return -x, -y
