"""Shapes as VRML: prisms, turned bodies and meshes. Lengths are millimetres."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin

from hardware.workshop.footprints import Place

Colour = tuple[float, float, float]
Vertex = tuple[float, float, float]
UNIT = 2.54
"""KiCad takes a VRML file's unit for a tenth of an inch."""

BLACK, GREY, METAL, GOLD = (0.07, 0.07, 0.08), (0.35, 0.36, 0.38), (0.75, 0.75, 0.76), (0.85, 0.68, 0.3)
BEIGE, OCHRE, GLASS, WHITE = (0.83, 0.72, 0.5), (0.85, 0.6, 0.15), (0.75, 0.35, 0.15), (0.92, 0.92, 0.9)


def mesh(points: Sequence[Vertex], faces: Sequence[Sequence[int]], colour: Colour, glow: float = 0.0) -> str:
    """Return faces, each by the places of its corners, as a VRML shape; one that glows shines by that share."""
    coordinates = ", ".join(" ".join(f"{value / UNIT:.4f}" for value in point) for point in points)
    indices = ", ".join(" ".join(f"{index}," for index in face) + " -1" for face in faces)
    red, green, blue = colour
    shine = " ".join(f"{glow * value:g}" for value in colour)
    return (
        "Shape { appearance Appearance { material Material { "
        f"diffuseColor {red:g} {green:g} {blue:g} emissiveColor {shine} "
        "specularColor 0.25 0.25 0.25 shininess 0.3 ambientIntensity 0.4 "
        "} } geometry IndexedFaceSet { solid FALSE creaseAngle 0.5 "
        f"coord Coordinate {{ point [ {coordinates} ] }} coordIndex [ {indices} ] }} }}\n"
    )


def prism(outline: Sequence[Place], low: float, high: float, colour: Colour, axis: str = "z") -> str:
    """Return an outline drawn out along an axis."""

    def turned(at: Place, along: float) -> Vertex:
        a, b = at
        return {"x": (along, a, b), "y": (a, along, b), "z": (a, b, along)}[axis]

    count = len(outline)
    points = [turned(at, along) for along in (low, high) for at in outline]
    faces = [list(range(count - 1, -1, -1)), list(range(count, 2 * count))]
    faces += [[step, (step + 1) % count, count + (step + 1) % count, count + step] for step in range(count)]
    if axis == "y":
        faces = [face[::-1] for face in faces]
    return mesh(points, faces, colour)


def lathed(profile: Sequence[Place], colour: Colour, middle: Place = (0, 0), glow: float = 0.0) -> str:
    """Return a body turned about the vertical: its outline as radius and height, from below to above."""
    count = 32
    points = [(x, y, height) for radius, height in profile for x, y in ring(radius, middle, count)]
    faces = [list(range(count - 1, -1, -1)), list(range(len(points) - count, len(points)))]
    for below, above in pairwise(range(0, len(points), count)):
        faces += [
            [below + step, below + (step + 1) % count, above + (step + 1) % count, above + step]
            for step in range(count)
        ]
    return mesh(points, faces, colour, glow)


def ring(radius: float, middle: Place = (0, 0), corners: int = 32) -> list[Place]:
    """Return a circle."""
    turns = [2 * pi * step / corners for step in range(corners)]
    return [(middle[0] + radius * cos(turn), middle[1] + radius * sin(turn)) for turn in turns]


def rect(left: float, low: float, right: float, high: float) -> list[Place]:
    """Return a rectangle."""
    return [(left, low), (right, low), (right, high), (left, high)]
