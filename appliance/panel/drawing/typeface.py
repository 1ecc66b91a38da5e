"""One-bit type, drawn pixel by pixel.

At these sizes an outline font turned into one bit is mush, so each face is a sheet of glyphs in `faces/`, drawn with
`#` and `.` and read as easily by a person as by the program: the sheet is the source. A face is proportional but for
its digits, which are all of one width, so that a number that changes does not move.

Text is turned into a mask once and pasted from then on: the same few words and numbers come again all day.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from PIL import Image

_REMEMBERED = 512
_FIRM = "\u00a0"
"""A space at which no line is broken; it looks like any other."""


class SheetError(Exception):
    """A glyph sheet is not as it should be; the message names sheet and line."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Face:
    """A face: its glyphs as one-bit masks, all of the same height."""

    name: str
    height: int
    """Rows of a glyph, including what hangs below the baseline."""
    baseline: int
    """Rows above the baseline."""
    gap: int
    """Empty columns between two glyphs."""
    glyphs: dict[str, Image.Image] = field(repr=False)
    kern: dict[str, int] = field(default_factory=dict, repr=False)
    """By how many columns a glyph moves nearer to each of its neighbours: a decimal mark belongs to its number."""

    def width(self, text: str) -> int:
        """Return the number of columns the text takes."""
        return _width(self, text)

    def depth(self, text: str) -> int:
        """Return the number of rows down to the text's lowest ink: 0 to `height`."""
        return _depth(self, text)

    def draw(self, image: Image.Image, left: int, top: int, text: str, ink: int = 1) -> None:
        """Draw text on a one-bit picture, the top left of its first glyph at the given place; ink is 0 or 1.

        A character the face does not have is drawn as a hollow box.
        """
        if text:
            image.paste(ink, (left, top), _mask(self, text))

    def _glyph(self, letter: str) -> Image.Image:
        return self.glyphs.get(letter) or self._box()

    def _between(self, one: str, other: str) -> int:
        """Return the number of empty columns between two glyphs that follow each other."""
        return max(0, self.gap - max(self.kern.get(one, 0), self.kern.get(other, 0)))

    def _box(self) -> Image.Image:
        box = Image.new("1", (max(3, self.baseline * 2 // 3), self.height))
        box.paste(1, (0, 0, box.width, self.baseline))
        box.paste(0, (1, 1, box.width - 1, self.baseline - 1))
        return box


@lru_cache(_REMEMBERED)
def _width(face: Face, text: str) -> int:
    return sum(face._glyph(letter).width for letter in text) + sum(map(face._between, text, text[1:]))


@lru_cache(_REMEMBERED)
def _depth(face: Face, text: str) -> int:
    box = _mask(face, text).getbbox() if text else None
    return box[3] if box else 0


@lru_cache(_REMEMBERED)
def _mask(face: Face, text: str) -> Image.Image:
    mask = Image.new("1", (face.width(text), face.height))
    left = 0
    for letter, after in zip(text, f"{text[1:]} ", strict=True):
        glyph = face._glyph(letter)
        mask.paste(glyph, (left, 0))
        left += glyph.width + face._between(letter, after)
    return mask


def read_sheet(name: str, sheet: str) -> Face:
    """Return a face made from the text of its sheet. Raises SheetError."""
    measures: dict[str, int] = {}
    kern: dict[str, int] = {}
    art: dict[str, list[str]] = {}
    rows: list[str] = []
    for number, line in enumerate(sheet.splitlines(), start=1):
        key, _, value = line.partition(" ")
        if not line or line.startswith("# "):
            continue
        if key == "glyph":
            rows = art.setdefault(" " if value == "space" else value, [])
        elif set(line) <= set("#."):
            rows.append(line)
        elif key == "kern" and value[:1] and value[1:].strip().isdecimal():
            kern[value[0]] = int(value[1:])
        elif key in ("height", "baseline", "gap") and value.isdecimal():
            measures[key] = int(value)
        else:
            raise SheetError(f"{name}, line {number}: neither a measure, a kern, a glyph's name nor a row of # and .")
    for letter, drawn in art.items():
        if len(drawn) != measures["height"] or len({len(row) for row in drawn}) != 1:
            raise SheetError(f"{name}: the glyph {letter!r} is not {measures['height']} rows of one length")
    widths = {len(art[digit][0]) for digit in "0123456789"}
    if len(widths) != 1:
        raise SheetError(f"{name}: the digits are of different widths, {sorted(widths)}")
    glyphs = {letter: _glyph(drawn) for letter, drawn in art.items()}
    if " " in glyphs:
        glyphs[_FIRM] = glyphs[" "]
    return Face(
        name=name,
        height=measures["height"],
        baseline=measures["baseline"],
        gap=measures["gap"],
        glyphs=glyphs,
        kern=kern,
    )


def _glyph(rows: list[str]) -> Image.Image:
    glyph = Image.new("1", (len(rows[0]), len(rows)))
    glyph.putdata([pixel == "#" for row in rows for pixel in row])
    return glyph


def _load(name: str) -> Face:
    return read_sheet(name, (files("appliance.panel.drawing") / "faces" / f"{name}.txt").read_text(encoding="utf-8"))


HUGE = _load("huge")
"""46 pixel digits: the one number of the large mode."""
LARGE = _load("large")
"""32 pixel digits: the main number."""
MEDIUM = _load("medium")
"""15 pixel digits, and the letters that units and phases need."""
SMALL = _load("small")
"""7 pixel capitals: the status strip, and sentences read from near."""
BOLD = _load("bold")
"""9 pixel capitals with stems of two: headlines, read in passing."""
