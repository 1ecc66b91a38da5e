"""Front and box: the sizes, what must hold of them, and what OpenSCAD makes of them.

The front stands as one sees it, x to the right and y up, from its middle, in millimetres. The layout is the panel's
picture: display to the left, lamps to the right from the top as on the street, buttons below, the sound beside them.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from math import cos, hypot, radians, sin, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import keep, run

OUT = FOLDER / "front"

Point = tuple[float, float]
Vertex = tuple[float, float, float]
Facet = tuple[Vertex, Vertex, Vertex]

OUTER = (130.0, 92.0)
FACE, FLOOR, WALL, CORNER, DEPTH = 3.0, 3.0, 2.4, 6.0, 52.0
DISPLAY_AT = (-18.0, 13.0)
ACTIVE = (55.01, 27.49)
"""Waveshare 2.42inch OLED Module, wiki: display size; the module is 61.5 by 39.5 mm."""
MODULE = (61.5, 39.5)
WINDOW = (56.6, 29.0)
POCKET = (62.1, 43.5)
"""The module's width and a bit, and 4 mm of its height to shift it until the pixels stand in the window."""
BEVEL = 1.5
LAMPS_AT = {"red": (38.0, 30.0), "yellow": (38.0, 13.0), "green": (38.0, -4.0)}
LAMP_HOLE = 5.2
BUTTONS_AT = {"A": (-38.0, -31.0), "B": (2.0, -31.0)}
BUTTON_HOLE, BUTTON_BODY, BUTTON_DEPTH = 12.2, 16.0, 26.0
PIEZO_AT = (38.0, -31.0)
PIEZO, SOUND_HOLE = 12.6, 1.8
SCREWS_AT = ((-58.0, -39.0), (58.0, -39.0), (-58.0, 39.0), (58.0, 39.0))
SCREW_HOLE, SCREW_PILOT, POST = 3.4, 2.6, 10.0
PI = (85.0, 56.0)
PI_AT = (-44.0, -30.0)
"""The Pi's lower left corner in the box, seen from the front; its sockets for power and HDMI look down."""
PI_HOLES = tuple((3.5 + x, 3.5 + y) for x in (0.0, 58.0) for y in (0.0, 23.0, 49.0))
"""Raspberry Pi 3 Model B and, with the middle pair, Zero 2 W mechanical drawings: 58 by 49 and 58 by 23 mm."""
STANDOFF, PI_PILOT, PI_HEIGHT = 6.0, 2.2, 18.0
SLOTS = {"supply": (-33.4, 13.0), "HAN lead": (30.0, 6.0)}
"""Where the leads leave downwards, and how wide."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a thing takes of the front's back, as a rectangle."""

    name: str
    at: Point
    size: Point


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
        "screws_at": SCREWS_AT,
        "screw_hole": SCREW_HOLE,
        "screw_pilot": SCREW_PILOT,
        "post": POST,
        "pi_holes_at": tuple((PI_AT[0] + x, PI_AT[1] + y) for x, y in PI_HOLES),
        "standoff": STANDOFF,
        "pi_pilot": PI_PILOT,
        "slots_at": tuple(SLOTS.values()),
        "slot_floor": FLOOR + 4,
        "vent_y": 36.0,
        "hangers_at": ((-45.0, 30.0), (45.0, 30.0)),
        "hanger_head": 8.0,
        "hanger_neck": 4.2,
    }
    lines = (f"{name} = {_scad(value)};" for name, value in values.items())
    return "// Made by hardware/build from hardware/workshop/enclosure.py; millimetres.\n" + "\n".join(lines) + "\n"


def _scad(value: object) -> str:
    return "[" + ", ".join(map(_scad, value)) + "]" if isinstance(value, tuple) else f"{value:g}"


def rooms() -> list[Room]:
    """Return all that must find its place at the front's back."""
    found = [Room("display", DISPLAY_AT, (POCKET[0] + 3.2, POCKET[1] + 3.2))]
    found += [Room(f"{name} lamp", at, (LAMP_HOLE + 2, LAMP_HOLE + 2)) for name, at in LAMPS_AT.items()]
    found += [Room(f"button {name}", at, (BUTTON_BODY, BUTTON_BODY)) for name, at in BUTTONS_AT.items()]
    found.append(Room("piezo", PIEZO_AT, (PIEZO + 4, PIEZO + 4)))
    found += [Room(f"screw {place}", at, (POST, POST)) for place, at in enumerate(SCREWS_AT, start=1)]
    return found


def sound_holes() -> list[Point]:
    """Return the places of one hole in the middle and six around it."""
    around = [radians(60 * turn) for turn in range(6)]
    return [PIEZO_AT] + [(PIEZO_AT[0] + 4 * cos(turn), PIEZO_AT[1] + 4 * sin(turn)) for turn in around]


def front_rules(of: list[Room]) -> Iterator[str]:
    """Yield what overlaps or reaches into the wall at the front's back, and what leaves box and Pi no room."""
    for one, other in combinations(of, 2):
        if all(abs(one.at[axis] - other.at[axis]) < (one.size[axis] + other.size[axis]) / 2 for axis in (0, 1)):
            yield f"{one.name} and {other.name} overlap behind the front"
    for room in of:
        for axis in (0, 1):
            spare = OUTER[axis] / 2 - abs(room.at[axis]) - room.size[axis] / 2
            if spare < (0 if room.name.startswith("screw") else WALL):
                yield f"{room.name} reaches into the wall by {WALL - spare:.1f} mm"
    needed = FLOOR + STANDOFF + PI_HEIGHT + BUTTON_DEPTH - FACE
    if needed > DEPTH:
        yield f"the box is {DEPTH:g} mm deep, but Pi and buttons need {needed:g} mm"
    for screw in SCREWS_AT:
        gap = hypot(*(max(PI_AT[axis] - screw[axis], 0, screw[axis] - PI_AT[axis] - PI[axis]) for axis in (0, 1)))
        if gap < POST / 2:
            yield f"the Pi stands where the screw post at {screw} is"


def make_front() -> None:
    """Write the sizes and both STL files."""
    keep(OUT / "sizes.scad", sizes())
    for part in ("front", "back"):
        keep(OUT / f"{part}.stl", stl(export(part)))


def export(part: str) -> list[Facet]:
    """Return a part as OpenSCAD makes it."""
    with TemporaryDirectory(dir=FOLDER / ".tools") as place:
        made = Path(place) / "part.stl"
        run("openscad", "-q", "-D", f'part="{part}"', "-o", made, OUT / "enclosure.scad")
        return facets(made.read_text(encoding="utf-8"))


def facets(text: str) -> list[Facet]:
    """Return the triangles of an STL file in text form."""
    numbers = re.findall(r"vertex (\S+) (\S+) (\S+)", text)
    corners: list[Vertex] = [(round(float(x), 3), round(float(y), 3), round(float(z), 3)) for x, y, z in numbers]
    return [(corners[place], corners[place + 1], corners[place + 2]) for place in range(0, len(corners), 3)]


def stl(of: list[Facet]) -> bytes:
    """Return triangles as a binary STL file, in an order of their own, so that it is the same each time."""
    turned = sorted(_from_the_least(facet) for facet in of)
    body = b"".join(struct.pack("<12fH", *normal(facet), *chain.from_iterable(facet), 0) for facet in turned)
    return b"HAN appliance, made by hardware/build".ljust(80) + struct.pack("<I", len(turned)) + body


def _from_the_least(facet: Facet) -> Facet:
    """Return the same triangle, from its least corner on."""
    a, b, c = facet
    return min((a, b, c), (b, c, a), (c, a, b))


def stored(part: str) -> list[Facet]:
    """Return a part as it lies in the repository."""
    octets = (OUT / f"{part}.stl").read_bytes()
    found = []
    for numbers in struct.iter_unpack("<12fH", octets[84:]):
        a, b, c = (tuple(round(value, 3) for value in numbers[place : place + 3]) for place in (3, 6, 9))
        found.append(((a[0], a[1], a[2]), (b[0], b[1], b[2]), (c[0], c[1], c[2])))
    return found


def normal(facet: Facet) -> Vertex:
    """Return the direction that a triangle looks in."""
    (ax, ay, az), b, c = facet
    ux, uy, uz = b[0] - ax, b[1] - ay, b[2] - az
    vx, vy, vz = c[0] - ax, c[1] - ay, c[2] - az
    x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    length = sqrt(x * x + y * y + z * z) or 1.0
    return x / length + 0.0, y / length + 0.0, z / length + 0.0


def print_rules(name: str, of: list[Facet]) -> Iterator[str]:
    """Yield why a part cannot be printed: open, off the bed, or hanging over by more than 45 degrees."""
    edges: dict[tuple[Vertex, Vertex], int] = {}
    for a, b, c in of:
        for start, end in ((a, b), (b, c), (c, a)):
            edges[start, end] = edges.get((start, end), 0) + 1
    if any(edges.get((end, start)) != count for (start, end), count in edges.items()):
        yield f"{name} is no closed body: a slicer would guess"
    lowest = min(corner[2] for facet in of for corner in facet)
    if abs(lowest) > 0.02:
        yield f"{name} does not lie on the bed: its lowest point is at {lowest:g} mm"
    hanging = [facet for facet in of if normal(facet)[2] < -0.72 and min(corner[2] for corner in facet) > lowest + 0.05]
    if hanging:
        yield f"{name} needs supports: something hangs over at {min(corner[2] for corner in hanging[0]):g} mm"
