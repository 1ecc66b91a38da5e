"""Compiles the catalogues: for maintainers, after a `.po` was edited.

    python -m appliance.words.compile

Installing the package does so too; an installation in place (`pip install -e`) reads the `.mo` beside the `.po`. Needs
babel, which the tests bring.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"


def compile_catalogues(folder: Path = CATALOGUES) -> Iterator[Path]:
    """Write the `.mo` of each `.po` in a folder, and yield its path. Entries marked fuzzy are left out.

    Raises babel.messages.pofile.PoFileError for a catalogue that is not one.
    """
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.stem, abort_invalid=True)
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
        yield source.with_suffix(".mo")


if __name__ == "__main__":
    for path in compile_catalogues():
        sys.stdout.write(f"{path}\n")
