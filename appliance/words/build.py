"""Compiles the catalogues and draws the QR codes when the package is built: the sources in git are text alone.

Hatchling runs this for a wheel and for `pip install -e`; a source distribution carries the `.po` files and this. The
package cannot be imported at that time, so what compiles and draws is run by its path.
"""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Writes the `.mo` of each `.po` beside it, and the codes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Compile all catalogues of the tree that is built, and draw its codes."""
        words = Path(self.root) / "appliance" / "words"
        runpy.run_path(str(words / "compile.py"))["compile_catalogues"](words / "catalogues")
        runpy.run_path(str(words / "codes.py"))["draw_codes"](words / "catalogues")
