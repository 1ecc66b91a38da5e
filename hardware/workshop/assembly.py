"""The interactive bill of materials: one page that shows where each part goes, and keeps what is soldered.

InteractiveHtmlBom makes it out of the board's file; it needs no network. What differs from one run to the next, the
file's date, is taken out.
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import run

FIELDS = ("Value", "Maker", "Part number")
FIRST = ("R", "D", "U", "C", "Q", "DS", "J", "SW", "BZ", "~")
"""Low parts come first, as one solders them; D10 to D12 are as high as the box says."""
LICENCE = FOLDER / ".tools" / "kicad-python" / "interactivehtmlbom-2.12.0.dist-info" / "licenses" / "LICENSE"


def page(board: Path) -> str:
    """Return the whole page."""
    options = {
        "--checkboxes": "Ordered,Soldered",
        "--mark-when-checked": "Soldered",
        "--highlight-pin1": "all",
        "--extra-data-file": str(board),
        "--show-fields": ",".join(FIELDS),
        "--group-fields": "Value,Maker,Part number",
        "--sort-order": ",".join(FIRST),
        "--blacklist": "TP*",
        "--name-format": "page",
    }
    with TemporaryDirectory(dir=FOLDER / ".tools") as place:
        words = [word for option in options.items() for word in option]
        script = FOLDER / "workshop" / "ibom.py"
        run("kicad-python", script, "--no-browser", "--no-compression", *words, "--dest-dir", place, board)
        text = (Path(place) / "page.html").read_text(encoding="utf-8")
    licence = LICENCE.read_text(encoding="utf-8").strip()
    said = f"<!DOCTYPE html>\n<!-- Made by InteractiveHtmlBom 2.12.0.\n\n{licence}\n-->"
    return undated(text).replace("<!DOCTYPE html>", said, 1)


def undated(text: str) -> str:
    """Return the page without the moment its board's file was written."""
    return re.sub(r'("metadata": \{[^}]*"date": )"[^"]*"', r'\1""', text, count=1)
