"""The front with its dimensions, as one marks a sheet of metal or checks a print by."""

import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from numpy.typing import NDArray
from PIL import Image

from hardware.workshop import enclosure as box
from hardware.workshop import printing, schematic, stripboard
from hardware.workshop.circuit import HEADER, parts
from hardware.workshop.make import keep, keep_picture

LINE, DIM = "#1b1b1b", "#1f5a9c"
LAMPS = {"red": "#e05a4f", "yellow": "#f0c040", "green": "#58b368"}


PAGE = (297.0, 210.0)
"""A4, for the drawing that one drills by."""


def make_drawing() -> None:
    """Write the drawing, from the sizes that OpenSCAD is given, on a page at its true size and as a picture."""
    keep(printing.OUT / "front.pdf", _drawing("pdf", {"CreationDate": None, "Producer": None, "Creator": None}))
    keep_picture(printing.OUT / "front.png", _drawing("png", {"Software": None}))
    keep_picture(printing.OUT / "parts.png", _parts())


def _drawing(form: str, metadata: dict[str, None]) -> bytes:
    figure = Figure(figsize=(PAGE[0] / 25.4, PAGE[1] / 25.4), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    _front(axes)
    _dimensions(axes)
    _ruler(axes)
    axes.set(xlim=(-PAGE[0] / 2, PAGE[0] / 2), ylim=(-PAGE[1] / 2 - 4, PAGE[1] / 2 - 4), aspect="equal")
    axes.axis("off")
    title = "Front, seen from outside, 1:1 on A4; millimetres, face 3 mm thick"
    axes.text(-PAGE[0] / 2 + 12, PAGE[1] / 2 - 20, title, fontsize=13, va="center")
    made = io.BytesIO()
    figure.savefig(made, format=form, metadata=metadata)
    return made.getvalue()


def _ruler(axes: Axes) -> None:
    """Draw 100 mm to hold a ruler against: a printer that scales the page is seen at once."""
    start, y = PAGE[0] / 2 - 115, PAGE[1] / 2 - 20
    axes.plot((start, start + 100), (y, y), color=LINE, linewidth=1)
    for step in range(0, 101, 10):
        axes.plot((start + step, start + step), (y, y + (3 if step % 50 else 5)), color=LINE, linewidth=1)
    axes.text(start + 50, y - 4, "100 mm: measure this before you drill", ha="center", va="center", fontsize=9)


def _front(axes: Axes) -> None:
    width, height = box.OUTER
    round_ = f"round,pad=0,rounding_size={box.CORNER:g}"
    style: dict[str, Any] = {"facecolor": "none", "edgecolor": LINE, "linewidth": 1.6}
    axes.add_patch(FancyBboxPatch((-width / 2, -height / 2), width, height, boxstyle=round_, **style))
    for size, dashes in ((box.WINDOW, "-"), (box.MODULE, "--"), (box.ACTIVE, ":")):
        corner = (box.DISPLAY_AT[0] - size[0] / 2, box.DISPLAY_AT[1] - size[1] / 2)
        axes.add_patch(Rectangle(corner, *size, **{**style, "linewidth": 1.0, "linestyle": dashes}))
    x, y = box.DISPLAY_AT
    axes.text(x, y, "display window\n(dotted: pixels, dashed: module)", ha="center", va="center", fontsize=9)
    for colour, at in box.LAMPS_AT.items():
        axes.add_patch(Circle(at, box.LAMP_HOLE / 2, facecolor=LAMPS[colour], edgecolor=LINE))
        axes.text(at[0] + 5, at[1], colour, ha="left", va="center", fontsize=9)
    for name, at in box.BUTTONS_AT.items():
        axes.add_patch(Circle(at, box.BUTTON_HOLE / 2, **style))
        axes.text(*at, name, ha="center", va="center", fontsize=11)
    for (x1, y1), (x2, y2) in box.strokes():
        axes.plot((x1, x2), (y1, y2), color=LINE, linewidth=2.0, solid_capstyle="round", marker="o", markersize=1.4)
    for at in box.POSTS_AT:
        axes.add_patch(Circle(at, box.PILLAR / 2, **{**style, "linewidth": 0.8, "linestyle": "--"}))
    for hole in box.sound_holes():
        axes.add_patch(Circle(hole, box.SOUND_HOLE / 2, facecolor=LINE))
    axes.text(box.PIEZO_AT[0] + 8, box.PIEZO_AT[1], "sound", ha="left", va="center", fontsize=9)
    for at in box.SCREWS_AT:
        axes.add_patch(Circle(at, box.SCREW_HOLE / 2, **style))


def _dimensions(axes: Axes) -> None:
    """Draw width and height outside, then the places from the lower left corner."""
    width, height = box.OUTER
    left, low, right = -width / 2, -height / 2, width / 2
    _across(axes, left, right, low - 31, f"{width:g}")
    _up(axes, low, low + height, right + 22, f"{height:g}")
    window = box.DISPLAY_AT[0] - box.WINDOW[0] / 2, box.DISPLAY_AT[1] - box.WINDOW[1] / 2
    for step, (label, x) in enumerate(
        (
            ("A", box.BUTTONS_AT["A"][0]),
            ("B", box.BUTTONS_AT["B"][0]),
            ("sound", box.PIEZO_AT[0]),
            ("lamps", box.LAMPS_AT["red"][0]),
        )
    ):
        _across(axes, left, x, low - 6 - 6 * step, f"{x - left:.1f}  ({label})")
    _across(axes, left, window[0], low + height + 6, f"{window[0] - left:.1f}")
    _across(axes, window[0], window[0] + box.WINDOW[0], low + height + 6, f"{box.WINDOW[0]:g}")
    _up(axes, low, window[1], left - 8, f"{window[1] - low:.1f}")
    _up(axes, window[1], window[1] + box.WINDOW[1], left - 8, f"{box.WINDOW[1]:g}")
    _up(axes, low, box.BUTTONS_AT["A"][1], left - 20, f"{box.BUTTONS_AT['A'][1] - low:.1f}")
    for step, (_, y) in enumerate(reversed(box.LAMPS_AT.values())):
        _up(axes, low, y, right + 4 + 6 * step, f"{y - low:.1f}")
    notes = (
        f"lamps {len(box.LAMPS_AT)} x Ø{box.LAMP_HOLE:g}    buttons 2 x Ø{box.BUTTON_HOLE:g}"
        f"    sound 7 x Ø{box.SOUND_HOLE:g} on Ø8    screws 4 x Ø{box.SCREW_HOLE:g}, {box.SCREWS_AT[1][0] * 2:g} by "
        f"{box.SCREWS_AT[2][1] * 2:g} apart    window bevelled {box.BEVEL:g} x 45° outside\n"
        "signs above the buttons: next, back; below, for a button that is held: menu, first page\n"
        "dashed circles: pillars that carry the board, from its own file; by hand nothing is drilled there"
    )
    axes.text(left - 20, low - 36, notes, fontsize=9, va="top")


def _across(axes: Axes, start: float, end: float, y: float, text: str) -> None:
    arrow = {"arrowstyle": "<|-|>", "color": DIM, "shrinkA": 0, "shrinkB": 0, "linewidth": 0.9}
    axes.annotate("", (start, y), (end, y), arrowprops=arrow)
    background = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axes.text((start + end) / 2, y, text, ha="center", va="center", color=DIM, fontsize=9, bbox=background)


def _up(axes: Axes, start: float, end: float, x: float, text: str) -> None:
    arrow = {"arrowstyle": "<|-|>", "color": DIM, "shrinkA": 0, "shrinkB": 0, "linewidth": 0.9}
    axes.annotate("", (x, start), (x, end), arrowprops=arrow)
    background = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axes.text(x, (start + end) / 2, text, ha="center", va="center", color=DIM, fontsize=9, bbox=background)


def make_stripboard() -> None:
    """Write the receiver's stripboard from the parts' side."""
    figure = Figure(figsize=(11, 3.4), dpi=110)
    axes = figure.add_axes((0.02, 0.0, 0.96, 0.9))
    board, of = stripboard.layout(), parts()
    for place, row in enumerate(stripboard.ROWS):
        axes.add_patch(Rectangle((0.5, place - 0.36), stripboard.COLUMNS, 0.72, facecolor="#e9cfa6", linewidth=0))
        letter = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        axes.text(0.0, place, row, ha="center", va="center", fontsize=9, color=DIM, bbox=letter, zorder=5)
        for column in range(1, stripboard.COLUMNS + 1):
            axes.add_patch(Circle((column, place), 0.11, facecolor="white", edgecolor="#b08a4c", linewidth=0.6))
    for row, column in board.cuts:
        middle = (column, stripboard.ROWS.index(row))
        axes.add_patch(Circle(middle, 0.36, facecolor="white", edgecolor=LAMPS["red"], linewidth=1.2))
    for column in (1, *range(5, stripboard.COLUMNS + 1, 5)):
        axes.text(column, -0.75, str(column), ha="center", va="center", fontsize=9, color=DIM)
    for ref, legs in board.legs.items():
        _soldered(axes, ref, of[ref].value, {pin: _spot(hole) for pin, hole in legs.items()})
    axes.set(xlim=(-4.2, stripboard.COLUMNS + 4.6), ylim=(len(stripboard.ROWS) + 0.2, -1.2), aspect="equal")
    axes.axis("off")
    title = "Receiver on stripboard, parts' side; red rings: strip cut (simulated, not yet measured)"
    figure.suptitle(title, x=0.03, ha="left")
    made = io.BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    keep_picture(schematic.OUT / "stripboard.png", made.getvalue())


def _spot(hole: stripboard.Hole) -> tuple[int, int]:
    return hole[1], stripboard.ROWS.index(hole[0])


def _soldered(axes: Axes, ref: str, value: str, legs: dict[str, tuple[int, int]]) -> None:
    """Draw one part: a bar between two legs, a box for the optocoupler, an arrow for each lead that leaves."""
    white = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    if ref in ("J1", HEADER):
        for pin, (x, y) in legs.items():
            out, what = (-2.2, f"HAN {pin}") if ref == "J1" else (1.2, f"pin {pin} of the Pi")
            axes.plot((x, x + out), (y, y), color=DIM, linewidth=2)
            axes.text(x + 1.12 * out, y, what, ha="right" if out < 0 else "left", va="center", fontsize=9, color=DIM)
    elif ref == "U1":
        xs, ys = zip(*legs.values(), strict=True)
        corner, size = (min(xs), min(ys) - 0.5), (max(xs) - min(xs), max(ys) - min(ys) + 1)
        axes.add_patch(Rectangle(corner, *size, facecolor="#33363c", edgecolor=LINE, alpha=0.9))
        axes.text(
            corner[0] + size[0] / 2,
            corner[1] + size[1] / 2,
            f"{ref}\n{value}",
            color="white",
            fontsize=8,
            ha="center",
            va="center",
        )
        axes.add_patch(Circle((legs["1"][0] + 0.35, legs["1"][1] - 0.2), 0.12, facecolor="white"))
    else:
        (x1, y1), (x2, y2) = legs.values()
        axes.plot((x1, x2), (y1, y2), color="#666a70", linewidth=1.6)
        axes.plot(
            (x1 + 0.25 * (x2 - x1), x1 + 0.75 * (x2 - x1)),
            (y1 + 0.25 * (y2 - y1), y1 + 0.75 * (y2 - y1)),
            color="#8aa9c9",
            linewidth=13,
            solid_capstyle="round",
        )
        text_y = (y1 + y2) / 2 if x1 != x2 else y1 - 0.5
        axes.text((x1 + x2) / 2, text_y, f"{ref} {value}", ha="center", va="center", fontsize=7.5)
        for pin, (x, y) in legs.items():
            if pin == "K":
                axes.text(x, y - 0.42, "K", ha="center", va="center", fontsize=8, bbox=white)
    for x, y in legs.values():
        axes.add_patch(Circle((x, y), 0.16, facecolor=LINE))


def _parts() -> bytes:
    """Draw both printed parts from above at an angle, as they lie on the bed."""
    size, scale = (2400, 1100), 6.0
    nearest = np.full(size[::-1], -np.inf)
    shades = np.full(size[::-1], 255, dtype=np.uint8)
    for part, middle in (("front", (620.0, 640.0)), ("back", (1760.0, 720.0)), ("caps", (1190.0, 930.0))):
        for facet in printing.stored(part):
            x, y, z = printing.normal(facet)
            shade = int(95 + 120 * max(0.0, 0.15 * x - 0.45 * y + 0.88 * z))
            seen = [
                (
                    middle[0] + scale * (0.86 * cx - 0.51 * cy),
                    middle[1] - scale * (0.31 * cx + 0.52 * cy + 0.80 * cz),
                    0.6 * cz - 0.41 * cx - 0.69 * cy,
                )
                for cx, cy, cz in facet
            ]
            _paint(seen, shade, nearest, shades)
    picture = Image.fromarray(shades).resize((size[0] // 2, size[1] // 2), Image.Resampling.LANCZOS)
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    return made.getvalue()


def _paint(
    seen: list[tuple[float, float, float]], shade: int, nearest: NDArray[np.float64], shades: NDArray[np.uint8]
) -> None:
    """Paint one triangle, where nothing painted before is nearer."""
    (ax, ay, ad), (bx, by, bd), (cx, cy, cd) = seen
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    left, right = int(min(ax, bx, cx)), int(max(ax, bx, cx)) + 2
    top, low = int(min(ay, by, cy)), int(max(ay, by, cy)) + 2
    if abs(area) < 1e-6:
        return
    x, y = np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, low) + 0.5)
    share_b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
    share_c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
    depth = ad + share_b * (bd - ad) + share_c * (cd - ad)
    place = np.s_[top:low, left:right]
    shown = (share_b >= 0) & (share_c >= 0) & (share_b + share_c <= 1) & (depth > nearest[place])
    nearest[place][shown] = depth[shown]
    shades[place][shown] = shade
