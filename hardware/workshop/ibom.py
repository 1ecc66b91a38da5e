"""Starts InteractiveHtmlBom without a window. Runs in KiCad's Python, not ours; arguments are that program's own."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / ".tools" / "kicad-python"))
sys.dont_write_bytecode = True
os.environ["INTERACTIVE_HTML_BOM_NO_DISPLAY"] = "1"

from InteractiveHtmlBom.generate_interactive_bom import main  # noqa: E402  # only there from here on

main()
