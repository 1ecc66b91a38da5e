"""The schematic and the harness, through KiCad and WireViz to what one looks at."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from hardware.workshop import harness, netlist, schematic
from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import keep, run

_BOM_FIELDS = "Reference,Value,Buy,Instead,${QUANTITY}"
_BOM_LABELS = "Parts,Value,Buy,Or instead,Number"


def make_schematic() -> None:
    """Write the KiCad project, and from it netlist, bill of materials, SVG and PDF."""
    for path, text in schematic.project_files().items():
        keep(path, text)
    electrical_rules()
    drawn = schematic.OUT / "han.kicad_sch"
    with TemporaryDirectory(dir=FOLDER / ".tools") as place:
        folder = Path(place)
        keep(netlist.COMMITTED, drawn_netlist())
        fields = (
            "--fields",
            _BOM_FIELDS,
            "--labels",
            _BOM_LABELS,
            "--group-by",
            "Value,Buy,Instead",
            "--ref-range-delimiter",
            "",
        )
        run("kicad-cli", "sch", "export", "bom", *fields, "-o", folder / "bom.csv", drawn)
        keep(schematic.OUT / "bom.csv", (folder / "bom.csv").read_bytes())
        run("kicad-cli", "sch", "export", "svg", "-o", folder / "svg", drawn)
        for svg, name in (("han.svg", "receiver.svg"), ("han-Front panel and Raspberry Pi.svg", "panel.svg")):
            keep(schematic.OUT / name, _still((folder / "svg" / svg).read_text(encoding="utf-8")))
        run("kicad-cli", "sch", "export", "pdf", "-o", folder / "han.pdf", drawn)
        keep(schematic.OUT / "han.pdf", _undated((folder / "han.pdf").read_bytes()))


def drawn_netlist(project: Path = schematic.OUT) -> str:
    """Return the netlist that KiCad reads out of the drawing, without dates and places."""
    with TemporaryDirectory(dir=FOLDER / ".tools") as place:
        made = Path(place) / "han.net"
        run("kicad-cli", "sch", "export", "netlist", "-o", made, project / "han.kicad_sch")
        return netlist.without_dates(made.read_text(encoding="utf-8"))


def electrical_rules(project: Path = schematic.OUT) -> None:
    """Run KiCad's own check of the schematic. Raises RuntimeError with its report when it finds anything."""
    with TemporaryDirectory(dir=FOLDER / ".tools") as place:
        report = Path(place) / "erc.txt"
        drawn = project / "han.kicad_sch"
        arguments = ("sch", "erc", "--severity-all", "--exit-code-violations", "-o", report, drawn)
        said = run("kicad-cli", *arguments, codes=(0, 5))
        if "Found 0 violations" not in said:
            raise RuntimeError("KiCad's electrical rules check:\n" + report.read_text(encoding="utf-8"))


def make_harness() -> None:
    """Write the harness's YAML, drawing and bill of materials; the picture has it in two rows, to be read on a page."""
    keep(harness.OUT / "harness.yml", harness.text())
    with TemporaryDirectory(dir=FOLDER / ".tools") as place:
        folder = Path(place)
        _wireviz(folder, "harness", harness.text(), "st")
        keep(harness.OUT / "harness.svg", (folder / "harness.svg").read_text(encoding="utf-8"))
        keep(harness.OUT / "harness.bom.tsv", (folder / "harness.bom.tsv").read_text(encoding="utf-8"))
        rows = []
        for number, text in enumerate(harness.halves()):
            _wireviz(folder, f"row{number}", text, "p")
            rows.append(Image.open(folder / f"row{number}.png").convert("RGB"))
        both = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)), "white")
        for number, row in enumerate(rows):
            both.paste(row, (0, number * rows[0].height))
        keep(harness.OUT / "harness.png", _smaller(both))


def _wireviz(folder: Path, name: str, text: str, forms: str) -> None:
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    wireviz = Path(sys.executable).parent / "wireviz"
    path = f"{FOLDER / '.tools' / 'bin'}:{os.environ['PATH']}"
    command = [str(wireviz), "-f", forms, f"{name}.yml"]
    subprocess.run(command, cwd=folder, env={"PATH": path}, check=True, capture_output=True)


def _still(svg: str) -> str:
    """Return an SVG of KiCad's without the moment it was made."""
    return re.sub(r"<!-- date [^>]*-->|\n<title>[^<]*</title>", "", re.sub(r"date \d{4}/\d\d/\d\d[^<\n]*", "", svg))


def _undated(pdf: bytes) -> bytes:
    """Return a PDF with all dates the same, of the same length, so that its table of offsets stays right."""
    return re.sub(rb"\(D:\d{14}[^)]*\)", lambda date: b"(D:" + b"20000101000000".ljust(len(date[0]) - 4) + b")", pdf)


def _smaller(picture: Image.Image) -> bytes:
    """Return a drawing of few colours as a PNG that says so."""
    made = io.BytesIO()
    picture.quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()
