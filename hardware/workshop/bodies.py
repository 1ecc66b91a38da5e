"""Simple bodies of our own for the board's parts, and the board's pictures with them.

KiCad draws the board; what stands on it is made here from prisms, as VRML, so that no library of models has to be
fetched (it is ten times what all else needs). Lengths are millimetres; z goes up from the board.
"""

import io
from collections.abc import Iterable
from math import cos, pi, sin
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFont

from hardware.workshop import boardfiles
from hardware.workshop.enclosure import OUTSIDE
from hardware.workshop.footprints import FOOTPRINTS, Footprint, Place
from hardware.workshop.make import keep, run
from hardware.workshop.vrml import (
    BEIGE,
    BLACK,
    GLASS,
    GOLD,
    GREY,
    METAL,
    OCHRE,
    WHITE,
    Colour,
    lathed,
    prism,
    rect,
    ring,
)

LAMPS = {"D10": (0.15, 0.65, 0.25), "D11": (0.95, 0.75, 0.1), "D12": (0.85, 0.12, 0.1)}


def _leg(x: float, y: float, top: float) -> str:
    return prism(rect(x - 0.3, y - 0.3, x + 0.3, y + 0.3), -3.0, top, METAL)


def _lying(length: float, radius: float, colour: Colour, band: Colour | None = None) -> str:
    """Return a part that lies, with its leads at 5.08 mm to both sides."""
    height = radius + 0.15
    body = prism(ring(radius, (0, height), 20), -length / 2, length / 2, colour, "x")
    if band:
        body += prism(ring(radius + 0.03, (0, height), 20), -length / 2 + 0.4, -length / 2 + 1.1, band, "x")
    for sign in (-1, 1):
        ends = sorted((sign * length / 2, sign * 5.3))
        body += prism(ring(0.3, (0, height), 8), ends[0], ends[1], METAL, "x") + _leg(sign * 5.08, 0, height)
    return body


def _chip(pins: int) -> str:
    rows = pins // 2
    bottom = -2.54 * (rows - 1)
    legs = "".join(_leg(x, -2.54 * row, 2.0) for x in (0, 7.62) for row in range(rows))
    return prism(rect(0.7, bottom - 1.5, 6.92, 1.5), 0.6, 3.9, BLACK) + legs


def _standing(radius: float, top: float, colour: Colour) -> str:
    turns = [pi / 2 * step / 8 for step in range(9)]
    dome = [(radius * cos(turn), top - radius + radius * sin(turn)) for turn in turns]
    rim = [(2.9, top - 8.6), (2.9, top - 7.6), (radius, top - 7.6)]
    legs = "".join(_leg(x, 0, top - 7) for x in (-1.27, 1.27))
    return lathed([*rim, *dome], colour, glow=0.25) + legs + prism(ring(2.3), 0.0, top - 8.6, WHITE)


def body(shape: Footprint, ref: str) -> str:
    """Return a part's body as VRML shapes; nothing for a test point."""
    match shape.name:
        case "R0207":
            return _lying(6.3, 1.2, (0.65, 0.2, 0.15) if ref == "R1" else BEIGE)
        case "DO41" | "DO41both":
            return _lying(5.2, 1.3, BLACK, METAL if shape.name == "DO41" else None)
        case "DO35":
            return _lying(3.9, 0.95, GLASS, BLACK)
        case "C508":
            disc = prism(ring(2.5, (0, 3.4)), -1.2, 1.2, OCHRE, "y")
            return disc + _leg(-2.54, 0, 2.0) + _leg(2.54, 0, 2.0)
        case "DIP4" | "DIP8":
            return _chip(4 if shape.name == "DIP4" else 8)
        case "Socket1x7":
            holes = "".join(prism(rect(2.54 * n - 0.5, -0.5, 2.54 * n + 0.5, 0.5), 8.4, 8.55, GREY) for n in range(7))
            return prism(rect(-1.27, -1.25, 16.5, 1.25), 0, 8.5, BLACK) + holes
        case "Header1x5":
            pins = "".join(prism(rect(2.54 * n - 0.3, -0.3, 2.54 * n + 0.3, 0.3), -3, 8.5, GOLD) for n in range(5))
            return prism(rect(-1.27, -1.25, 11.43, 1.25), 0, 2.5, BLACK) + pins
        case "Header2x20":
            walls = (
                (-3.2, 5.0, -2.2, -53.3),
                (4.74, 5.0, 5.74, -53.3),
                (-3.2, 5.0, 5.74, 4.0),
                (-3.2, -52.3, 5.74, -53.3),
            )
            pins = "".join(
                prism(rect(x - 0.3, -2.54 * row - 0.3, x + 0.3, -2.54 * row + 0.3), -3, 8.0, GOLD)
                for x in (0, 2.54)
                for row in range(20)
            )
            box = "".join(prism(rect(left, low, right, high), 0, 9.0, GREY) for left, high, right, low in walls)
            return box + prism(rect(-3.2, -53.3, 5.74, 5.0), 0, 1.5, GREY) + pins
        case "RJ45":
            mouth = prism(rect(-1.5, 3.0, 10.4, 11.5), -13.99, -13.0, GREY, "y")
            return prism(rect(-3.2, -13.97, 12.1, 3.77), 0, 13.4, BLACK) + mouth
        case "B3F":
            cap = prism(rect(-1.9, -1.9, 1.9, 1.9), 3.8, 7.3, BLACK) + prism(ring(3.4), 3.7, 4.2, BLACK)
            return prism(rect(-6, -6, 6, 6), 0, 3.5, BLACK) + prism(rect(-5.9, -5.9, 5.9, 5.9), 3.5, 3.8, METAL) + cap
        case "TO92":
            half = [(2.54 + 2.3 * cos(pi * step / 16), 2.3 * sin(pi * step / 16)) for step in range(17)]
            flat = [*half, (0.3, -1.4), (4.78, -1.4)]
            return prism(flat, 2.5, 7.0, BLACK) + "".join(_leg(2.54 * pin, 0, 2.6) for pin in range(3))
        case "LED5":
            return _standing(2.5, OUTSIDE, LAMPS[ref])
        case "PS1720":
            return prism(ring(8.5), 0, 8.0, BLACK) + prism(ring(1.2), 7.9, 8.05, GREY)
    return ""


def with_bodies(text: str, folder: Path, of: Iterable[str] = FOOTPRINTS) -> str:
    """Return the board's file with a body on each part of these footprints; writes the bodies into a folder."""
    for piece in text.split('\n(footprint "')[1:]:
        name = piece.partition('"')[0].partition(":")[2]
        ref = piece.partition('(property "Reference" "')[2].partition('"')[0]
        if name in of and (shapes := body(FOOTPRINTS[name], ref)):
            (folder / f"{ref}.wrl").write_text(f"#VRML V2.0 utf8\n{shapes}", encoding="utf-8")
            text = with_model(text, ref, folder / f"{ref}.wrl")
    return text


def with_model(text: str, ref: str, model: Path, offset: Place = (0, 0)) -> str:
    """Return the board's file with a model on one footprint, so far (mm) to the right and up from its origin."""
    before, found, after = text.partition(f'(property "Reference" "{ref}"')
    put = f'(model "{model}" (offset (xyz {offset[0]:g} {offset[1]:g} 0)) (scale (xyz 1 1 1)) (rotate (xyz 0 0 0)))\n)'
    return before + found + after.replace("(embedded_fonts no))", f"(embedded_fonts no)\n{put}", 1)


VIEWS = {"front.png": ("top", "'-35,0,20'"), "back.png": ("bottom", "'-35,0,-20'")}
STEPS = (
    ("R0207", "DO35", "DO41", "DO41both", "DIP4", "DIP8"),
    ("C508", "TO92", "Socket1x7", "Header1x5", "Header2x20", "B3F"),
    ("RJ45", "PS1720", "LED5"),
)
"""What is soldered first, second and third: the low before the high."""


def make_pictures() -> None:
    """Write the board's pictures: from both sides, and how it fills."""
    text = boardfiles.PCB.read_text(encoding="utf-8")
    with TemporaryDirectory(dir=boardfiles.SCRATCH) as place:
        folder = Path(place)
        for name, (side, turn) in VIEWS.items():
            view = ("--side", side, "--rotate", turn, "--zoom", "0.85", "-w", "1408", "-h", "1056")
            keep(boardfiles.OUT / name, rendered(with_bodies(text, folder), folder, *view))
        steps = []
        for step in range(len(STEPS)):
            shown = with_bodies(text, folder, [shape for shapes in STEPS[: step + 1] for shape in shapes])
            small = ("--rotate", "'-35,0,20'", "--zoom", "0.85", "-w", "512", "-h", "384")
            steps.append(Image.open(io.BytesIO(rendered(shown, folder, *small))).convert("RGB"))
        width, height = steps[0].size
        strip = Image.new("RGB", (width * len(steps), height))
        for step, picture in enumerate(steps):
            strip.paste(picture, (width * step, 0))
            ImageDraw.Draw(strip).text((width * step + 16, 6), str(step + 1), "#222", ImageFont.load_default(44))
        made = io.BytesIO()
        strip.save(made, "PNG", optimize=True)
        keep(boardfiles.OUT / "steps.png", made.getvalue())


def rendered(text: str, folder: Path, *view: str) -> bytes:
    """Return a board's file as KiCad shows it from one side: a PNG."""
    board = folder / boardfiles.PCB.name
    board.write_text(text, encoding="utf-8")
    how = ("--perspective", "--background", "opaque")
    run("kicad-cli", "pcb", "render", *how, *view, "-o", folder / "view.png", board)
    return (folder / "view.png").read_bytes()
