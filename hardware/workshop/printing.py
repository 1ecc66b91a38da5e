"""The printed parts as triangles: what OpenSCAD makes, how it is kept, and whether it prints."""

import re
import struct
from collections.abc import Iterator
from itertools import chain
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import run

OUT = FOLDER / "front"
PRINTED = ("front", "back", "caps")

Vertex = tuple[float, float, float]
Facet = tuple[Vertex, Vertex, Vertex]


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
