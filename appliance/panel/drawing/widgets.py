"""What pages are made of: each knows the box it takes, and draws itself there and nowhere else.

A page is a handful of these. Since the boxes are there before anything is drawn, a test can hold any page in any
situation to the rule that nothing overlaps and nothing leaves the glass.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PIL import Image

from appliance.panel.drawing.typeface import BOLD, SMALL, Face

WIDTH, HEIGHT = 128, 64
MARGIN = 1
"""Columns and rows that stay dark all round: the picture will be shifted by a pixel now and then."""
LEFT, RIGHT = MARGIN + 1, WIDTH - MARGIN - 1
STRIP_HEIGHT = 11

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are not part of it."""


class Widget(Protocol):
    """Something that stands on a page."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What can be read of it, in the order in which it is read."""

    @property
    def box(self) -> Box:
        """All pixels it may touch."""

    def draw(self, image: Image.Image) -> None:
        """Draw it on a one-bit picture of the glass."""


def drawn(widgets: Iterable[Widget]) -> Image.Image:
    """Return the picture of a page: mode "1", 128x64."""
    image = Image.new("1", (WIDTH, HEIGHT))
    for widget in widgets:
        widget.draw(image)
    return image


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `top` is the top of its glyphs."""

    face: Face
    text: str
    left: int
    top: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The text."""
        return (self.text,)

    @property
    def box(self) -> Box:
        """As wide as the text, and as high down to its lowest ink."""
        return self.left, self.top, self.left + self.face.width(self.text), self.top + self.face.depth(self.text)

    def draw(self, image: Image.Image) -> None:
        """Draw it lit."""
        self.face.draw(image, self.left, self.top, self.text)


@dataclass(frozen=True, slots=True)
class Inverted:
    """A line of text, dark on light, with a lit column and row around it."""

    line: Text

    @property
    def texts(self) -> tuple[str, ...]:
        """The text."""
        return self.line.texts

    @property
    def box(self) -> Box:
        """A pixel more on each side than the text's capitals and digits."""
        left, top, right, _ = self.line.box
        return left - 1, top - 1, right + 1, top + self.line.face.baseline + 1

    def draw(self, image: Image.Image) -> None:
        """Draw it."""
        image.paste(1, self.box)
        self.line.face.draw(image, self.line.left, self.line.top, self.line.text, 0)


def right_aligned(face: Face, text: str, right: int, top: int) -> Text:
    """Return a text whose last column is the one before `right`."""
    return Text(face, text, right - face.width(text), top)


def paragraph(face: Face, text: str, left: int, top: int, width: int, pitch: int, most: int) -> tuple[Text, ...]:
    """Return the text in lines no wider than `width` columns, each `pitch` rows below the last.

    What does not fit into the `most` lines is cut off.
    """
    lines = wrapped(face, text, width)
    if len(lines) > most:
        lines[most - 1] = cut(face, f"{lines[most - 1]}...", width)
    return tuple(Text(face, line, left, top + pitch * place) for place, line in enumerate(lines[:most]))


def wrapped(face: Face, text: str, width: int) -> list[str]:
    """Return the text in lines no wider than `width` columns, none of them empty.

    A word that is wider, such as a file's path, is broken. Spaces that follow each other are one.
    """
    lines: list[str] = []
    for word in filter(None, text.split(" ")):  # by " " alone: a space that does not break stays
        if lines and face.width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while face.width(word) > width:
            fits = next(count for count in range(len(word), 0, -1) if face.width(word[:count]) <= width)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return [line for line in lines if line.strip()]  # one of spaces that do not break has no ink


def cut(face: Face, text: str, width: int) -> str:
    """Return the text, or as much of it as fits with three dots after it."""
    if face.width(text) <= width:
        return text
    text = text.rstrip(".")
    while text and face.width(f"{text}...") > width:
        text = text[:-1]
    return f"{text.rstrip()}..."


@dataclass(frozen=True, slots=True)
class Strip:
    """The status strip on top of every page: what this is, and the time.

    It calls for a look where it is dark on light: all of it (`inverted`) where it says what is the matter, else its
    right end with a `mark`, so that a page keeps its name. For a moment after a key, dots take the place of the time:
    they tell which page of how many is up.
    """

    name: str
    time: str
    inverted: bool = False
    dots: tuple[int, int] | None = None
    """The place of the page that is up, from 0, and how many there are."""
    mark: str = ""
    """Exclamation marks: something is over a limit."""

    DOT, PITCH = 3, 5
    PAD = 2
    """Columns between the mark, what is beside it, and the edge of its block."""

    @property
    def box(self) -> Box:
        """The whole upper edge."""
        return MARGIN, MARGIN, WIDTH - MARGIN, MARGIN + STRIP_HEIGHT

    @property
    def texts(self) -> tuple[str, ...]:
        """The name, and the time where no dots take its place."""
        name = cut(SMALL, self.name, self.name_width)
        return (name, self.time) if self.dots is None else (name,)

    @property
    def name_width(self) -> int:
        """Columns for the name."""
        return self._block - LEFT - (5 if not self.mark else 3)

    def draw(self, image: Image.Image) -> None:
        """Draw the strip; the name gives way to the time."""
        left, top, right, bottom = self.box
        if self.inverted or self.mark:
            # A row more below a name: some of its letters hang below the base line.
            image.paste(1, (left, top, right, bottom) if self.inverted else (self._block, top, right, bottom - 1))
        BOLD.draw(image, self._block + self.PAD, MARGIN + 1, self.mark, 0)
        ink = 0 if self.inverted or self.mark else 1
        if self.dots is None:
            SMALL.draw(image, self._right_part, MARGIN + 1, self.time, ink)
        else:
            self._draw_dots(image, *self.dots, ink)
        ink = 0 if self.inverted else 1
        SMALL.draw(image, LEFT + (1 if self.inverted else 0), MARGIN + 1, cut(SMALL, self.name, self.name_width), ink)

    @property
    def _right_part(self) -> int:
        inset = 1 if self.inverted or self.mark else 0
        if self.dots is None:
            return RIGHT - inset - SMALL.width(self.time)
        return RIGHT - inset - (self.dots[1] - 1) * self.PITCH - self.DOT

    @property
    def _block(self) -> int:
        """Return where the block of the mark begins; without a mark, where the time or the dots do."""
        return self._right_part - (2 * self.PAD + BOLD.width(self.mark) if self.mark else 0)

    def _draw_dots(self, image: Image.Image, place: int, count: int, ink: int) -> None:
        """Draw a square for the page that is up, and a single pixel for each other."""
        for number in range(count):
            left, top = self._right_part + number * self.PITCH, MARGIN + 4
            if number == place:
                image.paste(ink, (left, top - 1, left + self.DOT, top + 2))
            else:
                image.putpixel((left + 1, top), ink)


@dataclass(frozen=True, slots=True)
class Banner:
    """A headline along the foot of the large mode; `inverted`, dark on light, to call for a look."""

    text: str
    inverted: bool = False

    TOP = 51

    @property
    def texts(self) -> tuple[str, ...]:
        """As much of the text as fits."""
        return (self._cut,)

    @property
    def _cut(self) -> str:
        return cut(BOLD, self.text, RIGHT - LEFT - 2)

    @property
    def box(self) -> Box:
        """The whole lower edge."""
        return MARGIN, self.TOP, WIDTH - MARGIN, HEIGHT - MARGIN

    def draw(self, image: Image.Image) -> None:
        """Draw it; what does not fit is cut."""
        if self.inverted:
            image.paste(1, self.box)
        left = LEFT + (1 if self.inverted else 0)
        ink = 0 if self.inverted else 1
        BOLD.draw(image, left, self.TOP + 1, self._cut, ink)


@dataclass(frozen=True, slots=True)
class UpArrow:
    """An arrow that points out of the house: power goes to the grid. 11 by 13 pixels."""

    left: int
    top: int
    texts: ClassVar[tuple[str, ...]] = ()

    @property
    def box(self) -> Box:
        """Head and shaft."""
        return self.left, self.top, self.left + 11, self.top + 13

    def draw(self, image: Image.Image) -> None:
        """Draw it lit."""
        for row in range(6):
            image.paste(1, (self.left + 5 - row, self.top + row, self.left + 6 + row, self.top + row + 1))
        image.paste(1, (self.left + 4, self.top + 6, self.left + 7, self.top + 13))
