"""What pages are made of: each knows the box it takes, and draws itself there and nowhere else.

A page is a handful of these. Since the boxes are there before anything is drawn, a test can hold any page in any
situation to the rule that nothing overlaps and nothing leaves the glass.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from appliance.panel.typeface import MEDIUM, SMALL, Face

WIDTH, HEIGHT = 128, 64
MARGIN = 1
"""Columns and rows that stay dark all round: the picture will be shifted by a pixel now and then."""
LEFT, RIGHT = MARGIN + 1, WIDTH - MARGIN - 1
STRIP_HEIGHT = 10

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are not part of it."""


class Widget(Protocol):
    """Something that stands on a page."""

    @property
    def box(self) -> Box:
        """All pixels it may touch."""

    def draw(self, image: Image.Image) -> None:
        """Draw it on a one-bit picture of the glass."""


def drawn(widgets: Iterable[Widget]) -> Image.Image:
    """A page: mode "1", 128x64."""
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
    def box(self) -> Box:
        """As wide as the text, and as high down to its lowest ink."""
        return self.left, self.top, self.left + self.face.width(self.text), self.top + self.face.depth(self.text)

    def draw(self, image: Image.Image) -> None:
        """Draw it lit."""
        self.face.draw(image, self.left, self.top, self.text)


def right_aligned(face: Face, text: str, right: int, top: int) -> Text:
    """A text whose last column is the one before `right`."""
    return Text(face, text, right - face.width(text), top)


def wrapped(face: Face, text: str, width: int) -> list[str]:
    """The text in lines no wider than this; a word that is wider stands alone, cut to fit."""
    lines: list[str] = []
    for word in text.split():
        while face.width(word) > width:
            word = word[:-1]
        if lines and face.width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True, slots=True)
class Strip:
    """The status strip on top of every page: what this is, and the time; dark on light when it calls."""

    name: str
    time: str
    calls: bool = False

    @property
    def box(self) -> Box:
        """The whole upper edge."""
        return MARGIN, MARGIN, WIDTH - MARGIN, MARGIN + STRIP_HEIGHT

    def draw(self, image: Image.Image) -> None:
        """Draw the strip; the name gives way to the time."""
        if self.calls:
            image.paste(1, self.box)
        ink = 0 if self.calls else 1
        clock = RIGHT - 1 - SMALL.width(self.time)
        SMALL.draw(image, clock, MARGIN + 1, self.time, ink)
        name = self.name
        while SMALL.width(name) > clock - LEFT - 4:
            name = name[:-1]
        SMALL.draw(image, LEFT + 1, MARGIN + 1, name, ink)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar along the foot of the page: how much of the scale, 0..1, with a short mark and a long one."""

    share: float
    short_mark: float
    long_mark: float

    TOP = 53
    _FOOT = HEIGHT - MARGIN - 1

    @property
    def box(self) -> Box:
        """The foot of the page."""
        return LEFT, self.TOP, RIGHT, self._FOOT + 1

    def draw(self, image: Image.Image) -> None:
        """Draw base line, bar and marks; round a mark the bar leaves a gap, so that it is seen over a full one."""
        foot = self._FOOT
        image.paste(1, (LEFT, foot, RIGHT, foot + 1))
        image.paste(1, (LEFT, foot - 5, self._column(self.share), foot - 1))
        for mark, top in ((self.short_mark, foot - 6), (self.long_mark, self.TOP)):
            column = min(max(self._column(mark), LEFT + 2), RIGHT - 2)
            image.paste(0, (column - 2, top, column + 2, foot - 1))
            image.paste(1, (column - 1, top, column + 1, foot + 1))

    def _column(self, share: float) -> int:
        return LEFT + round(min(1.0, max(0.0, share)) * (RIGHT - LEFT))


@dataclass(frozen=True, slots=True)
class UpArrow:
    """An arrow that points out of the house: power goes to the grid. 11 by 13 pixels."""

    left: int
    top: int

    @property
    def box(self) -> Box:
        """Head and shaft."""
        return self.left, self.top, self.left + 11, self.top + 13

    def draw(self, image: Image.Image) -> None:
        """Draw it lit."""
        for row in range(6):
            image.paste(1, (self.left + 5 - row, self.top + row, self.left + 6 + row, self.top + row + 1))
        image.paste(1, (self.left + 4, self.top + 6, self.left + 7, self.top + 13))


def phase_row(name: str, voltage: str, current: str, top: int) -> tuple[Widget, ...]:
    """A phase: its name, its volts and its amperes, each number against the same right edge in every row."""
    foot = top + MEDIUM.baseline - SMALL.baseline
    return (
        Text(SMALL, name, LEFT, foot),
        right_aligned(MEDIUM, voltage, 53, top),
        Text(SMALL, "V", 56, foot),
        right_aligned(MEDIUM, current, 114, top),
        Text(SMALL, "A", 117, foot),
    )
