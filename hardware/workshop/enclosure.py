"""Front and box: the sizes, what must hold of them, and what OpenSCAD makes of them.

The front stands as one sees it, x to the right and y up, from its middle, in millimetres. Where display, lamps,
buttons, sound, jack and posts are is where the printed board has them (board.py): one source for both. A front wired by
hand fits the same holes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import cos, hypot, radians, sin

from hardware.workshop import board
from hardware.workshop.footprints import FOOTPRINTS
from hardware.workshop.make import keep
from hardware.workshop.printing import OUT, PRINTED, Facet, export, stl

Point = tuple[float, float]
Stroke = tuple[Point, Point]


def _moved(strokes: tuple[Stroke, ...], by: float) -> tuple[Stroke, ...]:
    """Return strokes further to the right, mm."""
    return tuple(((x1 + by, y1), (x2 + by, y2)) for (x1, y1), (x2, y2) in strokes)


OUTER = (150.0, 92.0)
FACE, FLOOR, WALL, CORNER, DEPTH = 3.0, 3.0, 2.4, 6.0, 60.0
BOARD_AT = (-50.0, 38.0)
"""The board's upper left corner, seen from the front."""
GAP = 15.0
"""From the front's back to the board: the display on its socket."""
OUTSIDE = GAP + FACE
"""From the board to the face: so high are the lamps' tops."""


def on_board(at: Point) -> Point:
    """Return a place of the board on the front."""
    return round(BOARD_AT[0] + at[0], 3), round(BOARD_AT[1] - at[1], 3)


def _part(ref: str) -> Point:
    put = board.PUTS[ref]
    return on_board((put.x, put.y))


ACTIVE = (55.01, 27.49)
"""Waveshare 2.42inch OLED Module, wiki: display size; the module is 61.5 by 39.5 mm."""
MODULE = (61.5, 39.5)
DISPLAY_AT = (_part("DS1")[0] + 7.62, _part("DS1")[1] + 2.54 - MODULE[1] / 2)
"""Its socket is at the module's upper edge, in the middle."""
WINDOW = (56.6, 29.0)
POCKET = (62.1, 43.5)
"""The module's width and a bit, and 4 mm of its height to shift it until the pixels stand in the window."""
BEVEL = 1.5
LAMPS_AT = {"red": _part("D12"), "yellow": _part("D11"), "green": _part("D10")}
LAMP_HOLE = 5.2
BUTTONS_AT = {"A": _part("SW1"), "B": _part("SW2")}
BUTTON_HOLE, BUTTON_BODY, BUTTON_DEPTH = 12.2, 16.0, 26.0
CAP, CAP_RIM, CAP_STEM, CAP_OUT, CAP_BORE = 11.6, 14.0, 3.9, 2.0, 2.0
"""The board's switches reach the face by printed caps: width, rim behind the face, the switch's square, how far out,
and how far over the plunger."""
SWITCH_HEIGHT, SWITCH_TRAVEL, PLAY = 7.3, 0.5, 0.2
"""Omron B3F-4055, with its projecting plunger of 3.8 mm square; what a cap may move before it presses."""
PIEZO_AT = _part("BZ1")
PIEZO, SOUND_HOLE = 17.6, 1.8
POSTS_AT = tuple(map(on_board, board.HOLES.values()))
INSERT, INSERT_DEEP, PILLAR = 4.0, 7.0, 8.0
"""Holes for brass inserts M3 x 5.7, as their makers give them; the pillars that carry the board."""
JACK_AT = _part("J1")[0] + 4.445
JACK = (17.0, 14.5)
"""The jack's opening: width, and height from the board."""
GROOVE = 1.2
"""How wide the signs are cut into the face; two thirds as deep, with walls so steep that they print on the bed."""
_BANG: tuple[Stroke, ...] = (((0.0, 3.2), (0.0, -0.8)), ((0.0, -3.2), (0.0, -3.2)))
_FORTH: tuple[Stroke, ...] = (((-1.6, 2.4), (1.8, 0.0)), ((1.8, 0.0), (-1.6, -2.4)), ((-1.6, -2.4), (-1.6, 2.4)))
_BACK: tuple[Stroke, ...] = tuple(((-x1, y1), (-x2, y2)) for (x1, y1), (x2, y2) in _FORTH)
_MENU: tuple[Stroke, ...] = tuple(((-2.4, y), (2.4, y)) for y in (2.0, 0.0, -2.0))
_HOME: tuple[Stroke, ...] = (
    *(((-2.8, 0.2), (0.0, 2.8)), ((0.0, 2.8), (2.8, 0.2))),
    *(((-1.9, 0.2), (-1.9, -2.6)), ((-1.9, -2.6), (1.9, -2.6)), ((1.9, -2.6), (1.9, 0.2))),
)
_A: tuple[Stroke, ...] = (((-2.0, -2.6), (0.0, 2.6)), ((0.0, 2.6), (2.0, -2.6)), ((-1.0, 0.0), (1.0, 0.0)))
_B: tuple[Stroke, ...] = (
    *(((-1.6, -2.6), (-1.6, 2.6)), ((-1.6, 2.6), (1.4, 1.3)), ((1.4, 1.3), (-1.6, 0.0))),
    *(((-1.6, 0.0), (1.6, -1.3)), ((1.6, -1.3), (-1.6, -2.6))),
)


def _beside(at: Point, dx: float, dy: float) -> Point:
    return round(at[0] + dx, 3), round(at[1] + dy, 3)


SIGNS: dict[str, tuple[Point, tuple[Stroke, ...]]] = {
    "act": (_beside(LAMPS_AT["red"], -10, 0), (*_moved(_BANG, -1.5), *_moved(_BANG, 1.5))),
    "look": (_beside(LAMPS_AT["yellow"], -10, 0), _BANG),
    "fine": (
        _beside(LAMPS_AT["green"], -10, 0),
        (((-2.6, 0.2), (-0.8, -2.2)), ((-0.8, -2.2), (2.8, 2.6))),
    ),
    "A": (_beside(BUTTONS_AT["A"], -3.8, 11.4), _A),
    "next": (_beside(BUTTONS_AT["A"], 3.8, 11.4), _FORTH),
    "menu": (_beside(BUTTONS_AT["A"], 0, -11.9), _MENU),
    "B": (_beside(BUTTONS_AT["B"], -3.8, 11.4), _B),
    "back": (_beside(BUTTONS_AT["B"], 3.8, 11.4), _BACK),
    "first page": (_beside(BUTTONS_AT["B"], 0, -11.9), _HOME),
}
"""What is engraved, to see and to touch, beside lamps and buttons; the lower one at a button: held."""
SCREWS_AT = ((-68.0, -39.0), (68.0, -39.0), (-68.0, 39.0), (68.0, 39.0))
SCREW_HOLE, POST = 3.4, 10.0
PI = (85.0, 56.0)
PI_AT = (-68.5, -30.0)
"""The Pi's lower left corner in the box, seen from the front; its sockets for power and HDMI look down, its card to the
left wall, its USB sockets to the right, where 56 mm are free for a converter and its plug."""
USB_ROOM = 50.0
PI_HOLES = tuple((3.5 + x, 3.5 + y) for x in (0.0, 58.0) for y in (0.0, 23.0, 49.0))
"""Raspberry Pi 3 Model B and, with the middle pair, Zero 2 W mechanical drawings: 58 by 49 and 58 by 23 mm."""
STANDOFF, PI_PILOT, PI_THICK, PI_HEIGHT = 6.0, 2.2, 1.4, 18.0
PI_USB, PI_USB_HEIGHT = ((69.5, 21.6), (87.0, 54.4)), 16.0
"""Both USB sockets of a 3 B, 3 B+ or 4 B: their corners on the Pi, and how high they stand."""
RIBBON = 15.0
"""From the board's back to the ribbon on J2: box header, its socket and the bent ribbon."""
CARD = (PI_AT[1] + PI[1] / 2, 20.0, 9.0)
"""The opening in the left wall for the card: its middle, width, height above the floor."""
SLOTS = {"supply": (PI_AT[0] + 10.6, 11.0), "HAN lead": (44.0, 6.0)}
"""Where the leads leave downwards, and how wide; beside each are two slits in the floor for a cable tie."""
TIE = (5.0, 2.2, 8.0)
"""A tie's slits: length, width, and how far apart."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a thing takes of the front's back, as a rectangle or a circle."""

    name: str
    at: Point
    size: Point
    round: bool = False

    def meets(self, other: "Room") -> bool:
        """Return whether two things need the same place."""
        if self.round and other.round:
            apart = hypot(self.at[0] - other.at[0], self.at[1] - other.at[1])
            return apart < (self.size[0] + other.size[0]) / 2
        return all(abs(self.at[axis] - other.at[axis]) < (self.size[axis] + other.size[axis]) / 2 for axis in (0, 1))


def sizes() -> str:
    """Return the sizes as OpenSCAD reads them."""
    values: dict[str, object] = {
        "outer": OUTER,
        "face": FACE,
        "floor": FLOOR,
        "wall": WALL,
        "corner": CORNER,
        "depth": DEPTH,
        "display_at": DISPLAY_AT,
        "window": WINDOW,
        "pocket": POCKET,
        "bevel": BEVEL,
        "lamps_at": tuple(LAMPS_AT.values()),
        "lamp_hole": LAMP_HOLE,
        "buttons_at": tuple(BUTTONS_AT.values()),
        "button_hole": BUTTON_HOLE,
        "piezo_at": PIEZO_AT,
        "piezo": PIEZO,
        "sound_hole": SOUND_HOLE,
        "groove": GROOVE,
        "strokes": strokes(),
        "screws_at": SCREWS_AT,
        "screw_hole": SCREW_HOLE,
        "insert": INSERT,
        "insert_deep": INSERT_DEEP,
        "post": POST,
        "posts_at": POSTS_AT,
        "pillar": PILLAR,
        "gap": GAP,
        "cap": CAP,
        "cap_rim": CAP_RIM,
        "cap_stem": CAP_STEM,
        "cap_length": GAP - SWITCH_HEIGHT + CAP_BORE,
        "cap_bore": CAP_BORE,
        "cap_out": CAP_OUT,
        "play": PLAY,
        "jack_at": JACK_AT,
        "jack": JACK,
        "card": CARD,
        "tie": TIE,
        "pi_holes_at": tuple((PI_AT[0] + x, PI_AT[1] + y) for x, y in PI_HOLES),
        "standoff": STANDOFF,
        "pi_pilot": PI_PILOT,
        "slots_at": tuple(SLOTS.values()),
        "slot_floor": FLOOR + 4,
        "vent_y": 36.0,
        "hangers_at": ((-50.0, 30.0), (50.0, 30.0)),
        "hanger_head": 8.0,
        "hanger_neck": 4.2,
    }
    lines = (f"{name} = {_scad(value)};" for name, value in values.items())
    return "// Made by hardware/build from hardware/workshop/enclosure.py; millimetres.\n" + "\n".join(lines) + "\n"


def strokes() -> tuple[Stroke, ...]:
    """Return all that is engraved, where it stands on the front."""
    return tuple(
        ((at[0] + x1, at[1] + y1), (at[0] + x2, at[1] + y2)) for at, of in SIGNS.values() for (x1, y1), (x2, y2) in of
    )


def _scad(value: object) -> str:
    return "[" + ", ".join(map(_scad, value)) + "]" if isinstance(value, tuple) else f"{value:g}"


def rooms() -> list[Room]:
    """Return all that must find its place at the front's back."""
    found = [Room("display", DISPLAY_AT, (POCKET[0] + 3.2, POCKET[1] + 3.2))]
    found += [Room(f"{name} lamp", at, (LAMP_HOLE + 2, LAMP_HOLE + 2)) for name, at in LAMPS_AT.items()]
    found += [Room(f"button {name}", at, (BUTTON_BODY, BUTTON_BODY)) for name, at in BUTTONS_AT.items()]
    found.append(Room("piezo", PIEZO_AT, (PIEZO + 3, PIEZO + 3), round=True))
    found += [Room(f"pillar {place}", at, (PILLAR, PILLAR), round=True) for place, at in enumerate(POSTS_AT, start=1)]
    found += [Room(f"screw {place}", at, (POST, POST)) for place, at in enumerate(SCREWS_AT, start=1)]
    return found


def sound_holes() -> list[Point]:
    """Return the places of one hole in the middle and six around it."""
    around = [radians(60 * turn) for turn in range(6)]
    return [PIEZO_AT] + [(PIEZO_AT[0] + 4 * cos(turn), PIEZO_AT[1] + 4 * sin(turn)) for turn in around]


def front_rules(of: list[Room]) -> Iterator[str]:
    """Yield what overlaps or reaches into the wall at the front's back, and what leaves box and Pi no room."""
    for one, other in combinations(of, 2):
        if one.meets(other):
            yield f"{one.name} and {other.name} overlap behind the front"
    for room in of:
        for axis in (0, 1):
            spare = OUTER[axis] / 2 - abs(room.at[axis]) - room.size[axis] / 2
            if spare < (0 if room.name.startswith("screw") else WALL):
                yield f"{room.name} reaches into the wall by {WALL - spare:.1f} mm"
    for name, (at, _) in SIGNS.items():
        for lamp in LAMPS_AT.values():
            if hypot(at[0] - lamp[0], at[1] - lamp[1]) < LAMP_HOLE / 2 + 4.5:
                yield f"the sign {name} is cut into a lamp's hole"
        for button in BUTTONS_AT.values():
            if hypot(at[0] - button[0], at[1] - button[1]) < BUTTON_BODY / 2 + 3.5:
                yield f"the sign {name} is under a button's rim"
    needed = FLOOR + STANDOFF + PI_HEIGHT + BUTTON_DEPTH - FACE
    if needed > DEPTH:
        yield f"the box is {DEPTH:g} mm deep, but Pi and buttons need {needed:g} mm"
    free = OUTER[0] / 2 - WALL - PI_AT[0] - PI[0]
    if free < USB_ROOM:
        yield f"beside the Pi's USB sockets are {free:.0f} mm, but a converter and its plug need {USB_ROOM:g} mm"
    ribbon, sockets = board.room(board.PUTS["J2"], FOOTPRINTS["Header2x20"]), DEPTH - FLOOR - STANDOFF - PI_THICK
    (left, top), (right, bottom) = on_board(ribbon[:2]), on_board(ribbon[2:])
    over = left < PI_AT[0] + PI_USB[1][0] and right > PI_AT[0] + PI_USB[0][0]
    over = over and bottom < PI_AT[1] + PI_USB[1][1] and top > PI_AT[1] + PI_USB[0][1]
    spare = sockets - PI_USB_HEIGHT - GAP - board.THICK - RIBBON
    if over and spare < 1:
        yield f"the ribbon on J2 and the Pi's USB sockets need {1 - spare:.1f} mm more depth"
    for screw in SCREWS_AT:
        gap = hypot(*(max(PI_AT[axis] - screw[axis], 0, screw[axis] - PI_AT[axis] - PI[axis]) for axis in (0, 1)))
        if gap < POST / 2:
            yield f"the Pi stands where the screw post at {screw} is"


def cap_rules(of: list[Facet]) -> Iterator[str]:
    """Yield why a printed cap would not press its switch, or not come back."""
    behind = [
        (hypot(abs(x) - 10, y), OUTSIDE + CAP_OUT - z)
        for facet in of
        for x, y, z in facet
        if z > CAP_OUT + FACE - PLAY - 0.01
    ]
    square = hypot(CAP_STEM, CAP_STEM) / 2
    touches = max(height for radius, height in behind if radius <= square + 0.01)
    idle = touches - SWITCH_HEIGHT
    if not 0 <= idle <= 2 * PLAY:
        yield f"a cap's bore ends {idle:.1f} mm above its switch, not 0 to {2 * PLAY:g} mm"
    needs = idle + PLAY + SWITCH_TRAVEL
    if needs > CAP_OUT:
        yield f"a cap is flush with the face {needs - CAP_OUT:.1f} mm before it has pressed its switch"
    edge = BUTTON_HOLE / 2
    reach = max(height + radius - edge for radius, height in behind if radius > edge)
    if reach > GAP + 0.01:
        yield f"a cap's rim is {reach - GAP:.1f} mm inside the front's plate: it would be pressed all the time"


def make_front() -> None:
    """Write the sizes and both STL files."""
    keep(OUT / "sizes.scad", sizes())
    for part in PRINTED:
        keep(OUT / f"{part}.stl", stl(export(part)))
