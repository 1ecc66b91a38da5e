"""Compiles the catalogues when the package is built, so that the sources in git are text alone.

Hatchling runs this for a wheel and for `pip install -e`; a source distribution carries the `.po` files and this.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Writes the `.mo` of each `.po` beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Compile; fuzzy entries, which nobody has looked at, are left out."""
        folder = Path(self.root) / "appliance" / "words" / "catalogues"
        for source in sorted(folder.glob("*.po")):
            with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(text, locale=source.stem, abort_invalid=True))
