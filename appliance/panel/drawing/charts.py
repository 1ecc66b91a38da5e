"""The widgets that draw an amount: the bar at the foot, the last minutes, the hours of a day, a share.

All keep to a few lit pixels: what is there is drawn, the rest of the scale stays dark. Shares are of the widget's
scale, 0..1; what is beyond is drawn at its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from PIL import Image, ImageDraw

from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import HEIGHT, LEFT, MARGIN, RIGHT, Box

_FOOT = HEIGHT - MARGIN - 1


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar along the foot of the page, with a mark where the limit is."""

    share: float
    """How long the bar is."""
    limit: float | None = None
    """A mark of the whole height."""
    watch: float | None = None
    """A short mark."""
    ahead: float | None = None
    """What it will come to, drawn as an outline that goes on from the bar."""

    TOP = 57
    texts: ClassVar[tuple[str, ...]] = ()

    @property
    def box(self) -> Box:
        """The foot of the page."""
        return LEFT, self.TOP, RIGHT, _FOOT + 1

    def draw(self, image: Image.Image) -> None:
        """Draw base line, bar and marks; around a mark the bar has a gap, so that it is seen on a full bar too."""
        image.paste(1, (LEFT, _FOOT, RIGHT, _FOOT + 1))
        end, top = self._column(self.share), _FOOT - 4
        if self.ahead is not None and (last := self._column(self.ahead)) > end:
            image.paste(1, (end, top, last, top + 1))
            image.paste(1, (last - 1, top, last, _FOOT - 1))
            image.paste(1, (end, _FOOT - 2, last, _FOOT - 1))
        image.paste(1, (LEFT, top, end, _FOOT - 1))
        for mark, height in ((self.watch, 3), (self.limit, _FOOT - self.TOP)):
            if mark is not None:
                column = min(max(self._column(mark), LEFT + 2), RIGHT - 2)
                image.paste(0, (column - 2, self.TOP, column + 2, _FOOT - 1))
                image.paste(1, (column - 1, _FOOT - height, column + 1, _FOOT))

    @staticmethod
    def _column(share: float) -> int:
        return LEFT + round(min(1.0, max(0.0, share)) * (RIGHT - LEFT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """The course of a value, one column each, the newest at the right; a value that is not known is a gap."""

    values: Sequence[float | None]
    left: int
    top: int
    width: int
    height: int
    least: float
    """The scale reaches from 0 to at least this, so that a calm house draws a calm line."""
    texts: ClassVar[tuple[str, ...]] = ()

    @property
    def box(self) -> Box:
        """The whole field, whatever the values."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def draw(self, image: Image.Image) -> None:
        """Draw the line; if some of it is below zero, with a dotted line at zero."""
        values = self.values[-self.width :]
        known = [value for value in values if value is not None]
        low, high = min([0.0, *known]), max([self.least, *known])
        scale = (self.height - 1) / (high - low)
        foot = self.top + self.height - 1
        if low < 0:
            for column in range(self.left, self.left + self.width, 4):
                image.putpixel((column, foot - round(-low * scale)), 1)
        pen, before = ImageDraw.Draw(image), None
        for column, value in enumerate(values, start=self.left + self.width - len(values)):
            row = None if value is None else foot - round((value - low) * scale)
            if row is not None:
                # Upright strokes join the steps, half by each neighbour's column, so that the line is one.
                reach = row if before is None else before + (1 if row > before else -1 if row < before else 0)
                pen.line((column, reach, column, row), fill=1)
            before = row


class Ink(Enum):
    """How the bar of an hour is drawn."""

    FULL = "full"
    HOLLOW = "hollow"
    """It is not over yet."""
    ABSENT = "absent"
    """It is not known."""
    AHEAD = "ahead"
    """It has not begun."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day as bars, 23 to 25 of them; some are named below."""

    bars: Sequence[tuple[Ink, float]]
    """How to draw each, and its share of the height."""
    names: Mapping[int, str]
    """What stands under a bar, by its place."""
    top: int = 46
    """The row that a full bar reaches up to."""

    PITCH, BASE = 5, 54
    """The bars stand on the row `BASE`."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The names, from left to right."""
        return tuple(self.names.values())

    @property
    def box(self) -> Box:
        """The foot of the page."""
        return LEFT, self.top, RIGHT, _FOOT + 1

    def draw(self, image: Image.Image) -> None:
        """Draw the bars on a base line: a dot for an hour that has not begun, nothing for one that is not known."""
        tallest, base = self.BASE - 1 - self.top, self.BASE
        for place, (ink, share) in enumerate(self.bars):
            left = LEFT + place * self.PITCH
            top = base - 1 - round(min(1.0, max(0.0, share)) * tallest)
            bar = (left, top, left + self.PITCH - 1, base)
            match ink:
                case Ink.AHEAD:
                    image.paste(1, (left + 1, base, left + 3, base + 1))
                case Ink.ABSENT:
                    pass
                case Ink.FULL | Ink.HOLLOW:
                    image.paste(1, (left, base, left + self.PITCH - 1, base + 1))
                    image.paste(1, bar)
                    if ink is Ink.HOLLOW:
                        image.paste(0, (left + 1, top + 1, left + self.PITCH - 2, base))
            if name := self.names.get(place):
                SMALL.draw(image, left, base + 2, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of something as a level bar on a base line, 7 rows high; more than full, it has a gap near its end."""

    share: float
    left: int
    top: int
    width: int

    HEIGHT = 7
    texts: ClassVar[tuple[str, ...]] = ()

    @property
    def box(self) -> Box:
        """Bar and base line."""
        return self.left, self.top, self.left + self.width, self.top + self.HEIGHT

    def draw(self, image: Image.Image) -> None:
        """Draw the base line, and the bar on it."""
        left, top, right, bottom = self.box
        image.paste(1, (left, bottom - 1, right, bottom))
        image.paste(1, (left, top + 1, left + round(min(1.0, max(0.0, self.share)) * self.width), bottom - 1))
        if self.share > 1:
            image.paste(0, (right - 5, top, right - 3, bottom))


@dataclass(frozen=True, slots=True)
class Gauge:
    """An upright share of something, 5 by 15 pixels: when more than full, there is a gap near its top."""

    share: float
    left: int
    top: int

    WIDTH, HEIGHT = 5, 15
    texts: ClassVar[tuple[str, ...]] = ()

    @property
    def box(self) -> Box:
        """Its outline."""
        return self.left, self.top, self.left + self.WIDTH, self.top + self.HEIGHT

    def draw(self, image: Image.Image) -> None:
        """Draw the wall and fill it from the foot."""
        left, top, right, _ = self.box
        image.paste(1, self.box)
        inner = self.HEIGHT - 2
        empty = inner - round(min(1.0, max(0.0, self.share)) * inner)
        image.paste(0, (left + 1, top + 1, right - 1, top + 1 + empty))
        if self.share > 1:
            image.paste(0, (left, top + 3, right, top + 4))
