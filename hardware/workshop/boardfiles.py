"""The board's files: the project that KiCad opens, its checks, and what one sends to a board house."""

import csv
import io
import json
import re
from collections.abc import Iterator
from math import pi, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageOps

from hardware.workshop import assembly, kicad, netlist, pcb, schematic
from hardware.workshop import board as front
from hardware.workshop.board import Board
from hardware.workshop.circuit import BOARD, FOLDER, parts
from hardware.workshop.kicad import BOARD_PROJECT
from hardware.workshop.make import keep, run

OUT = FOLDER / "board"
SHEET, PCB = OUT / f"{BOARD_PROJECT}.kicad_sch", OUT / f"{BOARD_PROJECT}.kicad_pcb"
ORDER = OUT / "order"
SCRATCH = FOLDER / ".tools"
ORDERED = ("F.Cu", "B.Cu", "F.Mask", "B.Mask", "F.SilkS", "B.SilkS", "Edge.Cuts")
"""The layers that are sent to a board house."""

_SYMBOLS = (
    "(sym_lib_table\n  (version 7)\n"
    '  (lib (name "han")(type "KiCad")(uri "${KIPRJMOD}/../schematic/han.kicad_sym")(options "")(descr ""))\n)\n'
)
_FOOTPRINTS = (
    "(fp_lib_table\n  (version 7)\n"
    f'  (lib (name "{BOARD_PROJECT}")(type "KiCad")(uri "${{KIPRJMOD}}/{BOARD_PROJECT}.pretty")(options "")(descr ""))'
    "\n)\n"
)


def make_board() -> None:
    """Write the whole project, with its tracks and its ground."""
    keep(SHEET, kicad.sheet_text(schematic.board(), parts(BOARD)))
    keep(OUT / "sym-lib-table", _SYMBOLS)
    keep(OUT / "fp-lib-table", _FOOTPRINTS)
    for name, text in pcb.libraries().items():
        keep(OUT / f"{BOARD_PROJECT}.pretty" / name, text)
    keep(OUT / f"{BOARD_PROJECT}.kicad_dru", pcb.rules_text())
    drawn, unused = drawn_netlist()
    keep(OUT / f"{BOARD_PROJECT}.kicad_pro", pcb.project_text(front.meter_nets(drawn)))
    board = front.laid(drawn, unused)
    keep(PCB, pcb.board_text(board, filled(board)))


def make_orders() -> None:
    """Write what a board house and a shop need: gerbers, drill, positions, netlist, bill of materials."""
    with TemporaryDirectory(dir=SCRATCH) as place:
        folder = Path(place)
        layers = ("--layers", ",".join(ORDERED), "--no-protel-ext")
        run("kicad-cli", "pcb", "export", "gerbers", *layers, "-o", f"{folder}/", PCB)
        run("kicad-cli", "pcb", "export", "drill", "--excellon-separate-th", "-o", f"{folder}/", PCB)
        pos = ("--format", "csv", "--units", "mm", "--side", "both", "--use-drill-file-origin")
        run("kicad-cli", "pcb", "export", "pos", *pos, "-o", folder / "front-positions.csv", PCB)
        run("kicad-cli", "pcb", "export", "ipcd356", "-o", folder / "front.ipc", PCB)
        for made in sorted(folder.iterdir()):
            if made.suffix != ".gbrjob":
                keep(ORDER / made.name, undated(made.read_text(encoding="utf-8")))
    keep(ORDER / "front-bom.csv", bill())
    keep(OUT / "assembly.html", assembly.page(PCB))


def placed() -> Board:
    """Return the board without its copper: parts and places."""
    puts = front.PUTS | {name: front.Put(*at) for name, at in front.HOLES.items()}
    return Board(parts=parts(BOARD), puts=puts, nets={}, tracks=[], vias=[])


def bill() -> str:
    """Return the board's bill of materials: maker and part number, the same things together."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    for part in parts(BOARD).values():
        if part.kind != "testpoint":
            optional = "optional" if part.optional else ""
            key = (part.value, part.maker, part.mpn, part.footprint, optional, part.buy, part.instead)
            grouped.setdefault(key, []).append(part.ref)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("Parts", "Number", "Value", "Maker", "Part number", "Footprint", "", "Buy", "Or instead"))
    writer.writerows((" ".join(refs), len(refs), *key) for key, refs in grouped.items())
    return made.getvalue()


def drawn_netlist(sheet: Path = SHEET) -> tuple[netlist.Netlist, dict[tuple[str, str], str]]:
    """Return what KiCad reads out of the board's schematic: its nets, and its name for each pin that is left open."""
    with TemporaryDirectory(dir=SCRATCH) as place:
        made = Path(place) / "front.net"
        run("kicad-cli", "sch", "export", "netlist", "-o", made, sheet)
        text = made.read_text(encoding="utf-8")
    return netlist.read(text), netlist.unused(text)


def filled(board: Board) -> pcb.Fill:
    """Return the ground's copper as KiCad fills it in."""
    with TemporaryDirectory(dir=SCRATCH) as place:
        folder = Path(place)
        for name in ("kicad_pro", "kicad_dru"):
            source = OUT / f"{BOARD_PROJECT}.{name}"
            (folder / source.name).write_bytes(source.read_bytes())
        (folder / PCB.name).write_text(pcb.board_text(board, {}), encoding="utf-8")
        script = FOLDER / "workshop" / "fill.py"
        run("kicad-python", script, folder / PCB.name, folder / "fill.json")
        found: dict[str, list[list[tuple[float, float]]]] = json.loads((folder / "fill.json").read_text("utf-8"))
    return found


def judged(project: Path = OUT) -> dict[str, Any]:
    """Return what KiCad's checks of board and schematic find, as its JSON has it.

    Raises RuntimeError when the project has no schematic: KiCad would then compare with nothing, and find nothing.
    """
    sheet = project / SHEET.name
    if not sheet.exists():
        raise RuntimeError(f"{sheet.name} is missing: the board cannot be compared with it")
    with TemporaryDirectory(dir=SCRATCH) as place:
        made = Path(place) / "drc.json"
        arguments = ("--format", "json", "--schematic-parity", "--severity-all", "--all-track-errors", "-o", made)
        run("kicad-cli", "pcb", "drc", *arguments, project / PCB.name)
        found: dict[str, Any] = json.loads(made.read_text(encoding="utf-8"))
    return found


def rules(project: Path = OUT) -> Iterator[str]:
    """Yield each thing that KiCad finds wrong."""
    found = judged(project)
    for kind in ("violations", "unconnected_items", "schematic_parity"):
        for one in found[kind]:
            where = "; ".join(item["description"] for item in one["items"])
            yield f"the board, {kind.replace('_', ' ')}: {one['description']} ({where})"


DOTS = 600
"""An inch, of the rasters that are compared."""


HALF = (0.25, -0.25)
"""The two readers round to dots differently: by so many dots to the right and up they agree best (tried by hand)."""


def compared(layer: str, folder: Path) -> float:
    """Return the share of dots that differ between a gerber, as gerbv shows it, and KiCad's own plot of the layer."""
    gerber = f"{BOARD_PROJECT}-{layer.replace('.', '_').replace('SilkS', 'Silkscreen')}.gbr"
    shown = _shown(ORDER / gerber, folder)
    plain = ("--black-and-white", "--exclude-drawing-sheet", "--drill-shape-opt", "0", "--page-size-mode", "0")
    run("kicad-cli", "pcb", "export", "svg", "--layers", layer, *plain, "-o", folder / "plot.svg", PCB)
    dots = ("-d", str(DOTS), "-p", str(DOTS), "-b", "white")
    run("rsvg-convert", *dots, "-o", folder / "plot.png", folder / "plot.svg")
    plotted = _sharp(ImageOps.invert(Image.open(folder / "plot.png").convert("L")).crop(_window()))
    return ImageChops.difference(shown, plotted).histogram()[255] / (shown.width * shown.height)


def drilled(name: str, folder: Path) -> dict[float, int]:
    """Return how many holes of which size (mm, to a tenth) a drill file has, as gerbv draws it."""
    picture = _shown(ORDER / name, folder)
    found: dict[float, int] = {}
    left = picture.histogram()[255]
    while box := picture.getbbox():
        row = picture.crop((box[0], box[1], box[2], box[1] + 1)).tobytes()
        ImageDraw.floodfill(picture, (box[0] + row.index(255), box[1]), 0)
        area, left = left - picture.histogram()[255], picture.histogram()[255]
        size = round(2 * sqrt(area / pi) / DOTS * 25.4, 1)
        found[size] = found.get(size, 0) + 1
    return found


def _window() -> tuple[int, int, int, int]:
    """Return the board with a margin, in whole dots of KiCad's sheet, so that both rasters have the same grid."""
    left = int(pcb.FROM / 25.4 * DOTS) - 20
    right, bottom = (left + 40 + int(size / 25.4 * DOTS) for size in (front.WIDTH, front.HEIGHT))
    return left, left, right, bottom


def _shown(file: Path, folder: Path) -> Image.Image:
    """Return what gerbv shows of a file, the whole board."""
    left, top, right, bottom = _window()
    inches = [f"{dots / DOTS:.6f}" for dots in (left + HALF[0], HALF[1] - bottom, right - left, bottom - top)]
    place = (f"--origin={inches[0]}x{inches[1]}", f"--window_inch={inches[2]}x{inches[3]}", "--border=0")
    colours = ("-b", "#000000", "-f", "#FFFFFF")
    run("gerbv", "-x", "png", "-D", str(DOTS), *place, *colours, "-o", folder / "shown.png", file)
    return _sharp(Image.open(folder / "shown.png").convert("L"))


def _sharp(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: 255 if value > 127 else 0)


def undated(text: str) -> str:
    """Return a file for the board house without the moment it was made."""
    text = re.sub(r"%TF\.CreationDate,[^*]*\*%", "%TF.CreationDate,2000-01-01T00:00:00+00:00*%", text)
    text = re.sub(r"(; #@! TF\.CreationDate,)\S*", r"\g<1>2000-01-01T00:00:00+00:00", text)
    return re.sub(
        r"(date |CREATED BY[^\n]*?)\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[+-]\d{4}|[+-]\d\d:\d\d)?", r"\1", text
    )
