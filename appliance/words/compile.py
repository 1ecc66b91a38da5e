"""Compiles the catalogues: `python -m appliance.words.compile` writes the `.mo` of each `.po` beside it.

The sources in git are text alone, so they have to be compiled: by the build of the package (`build.py`, which runs
this file by its path) and by the tests, when a `.po` was edited since. It needs babel and nothing else of this package.
"""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"


def compile_catalogues(folder: Path = CATALOGUES, *, only_stale: bool = False) -> list[Path]:
    """Write the `.mo` of each `.po` in a folder beside it, and return those that were written.

    With `only_stale`, those that are newer than their `.po` are left alone. Fuzzy entries, which nobody has looked at,
    are left out. Each file is replaced as a whole, so several processes may compile at once, and one that reads
    meanwhile gets the old or the new. Raises babel's PoFileError for a catalogue that cannot be read, and OSError.
    """
    written = []
    for source in sorted(folder.glob("*.po")):
        target = source.with_suffix(".mo")
        if not only_stale or is_stale(source, target):
            _compile(source, target)
            written.append(target)
    return written


def is_stale(source: Path, compiled: Path) -> bool:
    """Return whether a compiled catalogue is missing, or not newer than its source."""
    return not compiled.exists() or compiled.stat().st_mtime_ns <= source.stat().st_mtime_ns


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.stem, abort_invalid=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as compiled:
            write_mo(compiled, catalogue)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink()
        raise


if __name__ == "__main__":
    for path in compile_catalogues():
        print(path)
