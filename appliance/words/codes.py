"""Draws the QR codes: `python -m appliance.words.codes` writes `port.LANGUAGE.png` for each language.

A code holds what to ask of the grid company, in capitals: in QR's alphanumeric set they fit into version 2, whose 25
modules leave a light edge on 64 rows of pixels. segno would take 6 MB at run time, so this is done when the package is
built, as with the catalogues; it needs babel, segno and nothing else of this package.
"""

from pathlib import Path

import segno
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"
REQUEST = "OPEN THE HAN PORT: LIST 3 WITHOUT ENCRYPTION"
"""In English; the catalogues have it in the other languages. At most 47 of 0-9, A-Z, space and $%*+-./:"""
VERSION = 2


def requests(folder: Path = CATALOGUES) -> dict[str, str]:
    """Return what is asked of the grid company by language, where its catalogue says it. Raises babel's PoFileError."""
    texts = {"en": REQUEST}
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as text:
            message = read_po(text, locale=source.stem, abort_invalid=True).get(REQUEST)
        if message is not None and isinstance(message.string, str) and message.string:
            texts[source.stem] = message.string
    return texts


def draw_codes(folder: Path = CATALOGUES) -> list[Path]:
    """Draw the code of each language, one pixel a module and without an edge, and return the files.

    Raises segno's DataOverflowError for a text that is too long.
    """
    written = []
    for language, text in requests(folder).items():
        target = folder / f"port.{language}.png"
        segno.make_qr(text, version=VERSION, mode="alphanumeric", error="l").save(str(target), scale=1, border=0)
        written.append(target)
    return written


if __name__ == "__main__":
    for path in draw_codes():
        print(path)
