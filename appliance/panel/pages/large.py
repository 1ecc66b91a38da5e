"""The large mode of what comes forward and of the menu: for eyes that do not read seven pixels.

No clock and no word of the keys: what is wrong, how much, and what to do, in type of nine pixels and more. What does
not fit in it is in the small type rather than left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from appliance.panel.drawing.typeface import BOLD, LARGE, MEDIUM, SMALL
from appliance.panel.drawing.widgets import (
    LEFT,
    MARGIN,
    RIGHT,
    WIDTH,
    Box,
    Strip,
    Text,
    Widget,
    cut,
    paragraph,
    wrapped,
)
from appliance.panel.pages.menu_page import KeyHint, Line

_PITCH = 12
"""From one bold line to the next."""
_SMALL_PITCH = 9
_FOOT = 63
_INK = RIGHT - LEFT - 2


@dataclass(frozen=True, slots=True)
class Headline:
    """Bold lines, dark on light, over the width of the glass."""

    lines: tuple[str, ...]
    top: int = MARGIN

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines."""
        return self.lines

    @property
    def box(self) -> Box:
        """All of the light field."""
        return MARGIN, self.top, WIDTH - MARGIN, self.top + _PITCH * len(self.lines) + 1

    def draw(self, image: Image.Image) -> None:
        """Draw the field and the lines in it."""
        image.paste(1, self.box)
        for place, line in enumerate(self.lines):
            BOLD.draw(image, LEFT + 1, self.top + 1 + _PITCH * place, line, 0)


def large_alarm(headline: str, value: str, unit: str, advice: str) -> tuple[Widget, ...]:
    """Return an alarm: its headline, the value with its unit, and what to do.

    The value is as large as on other pages where the advice fits into one bold line, else of 15 pixels.
    """
    head = _headline(headline, 1)
    top, lines = head.box[3] + 1, wrapped(BOLD, advice, RIGHT - LEFT)
    if len(lines) > 1 and set(value) <= MEDIUM.glyphs.keys():
        number = Text(MEDIUM, value, LEFT, top + 1)
        below = top + 2 + MEDIUM.height
        return head, number, _unit(unit, number), *_words(advice, below)
    number = Text(LARGE, value, LEFT, top)
    return head, number, _unit(unit, number), *_words(advice, top + LARGE.baseline + 2)


def large_matter(matter: str, advice: str) -> tuple[Widget, ...]:
    """Return what is the matter, and what to do."""
    head = _headline(matter, 2)
    return head, *_words(advice, head.box[3] + 2)


def large_menu(page: Sequence[Widget], *, in_list: bool = False) -> tuple[Widget, ...]:
    """Return a page of the menu with the line that is lit alone, its value below it; the keys stay as they are.

    In a list of values the page's name is above the one that is lit.
    """
    keys = tuple(widget for widget in page if isinstance(widget, KeyHint))
    lit = next((widget for widget in page if isinstance(widget, Line) and widget.lit), None)
    name = next((widget.name for widget in page if isinstance(widget, Strip)), "")
    sentence = " ".join(widget.text for widget in page if isinstance(widget, Text))
    if lit is not None:
        name, sentence = (name, f"{lit.name} {lit.value}") if in_list else (lit.name, lit.value)
    foot = min((key.box[1] for key in keys), default=_FOOT)
    head = _headline(name, 1 if lit is None else 2)
    return head, *_words(sentence, head.box[3] + 2, foot), *keys


def _headline(text: str, most: int) -> Headline:
    lines = wrapped(BOLD, text, _INK)
    if len(lines) > most:
        lines[most - 1] = cut(BOLD, f"{lines[most - 1]}...", _INK)
    return Headline(tuple(lines[:most]))


def _unit(unit: str, number: Text) -> Text:
    """Return the unit on the number's base line, in the largest face that has its letters and the room."""
    left = number.box[2] + 6
    for face in (MEDIUM, BOLD, SMALL):
        if set(unit) <= face.glyphs.keys() and left + face.width(unit) <= RIGHT:
            break
    return Text(face, unit, left, number.top + number.face.baseline - face.baseline)


def _words(text: str, top: int, foot: int = _FOOT) -> tuple[Text, ...]:
    """Return the text from `top` to `foot` in bold, or in small where that does not fit."""
    found: tuple[Text, ...] = ()
    for face, pitch in ((BOLD, _PITCH), (SMALL, _SMALL_PITCH)):
        most = (foot - top) // pitch
        found = paragraph(face, text, LEFT, top, RIGHT - LEFT, pitch, max(1, most)) if text.strip() else ()
        if most and set(text) <= face.glyphs.keys() and len(wrapped(face, text, RIGHT - LEFT)) <= most:
            break
    return found
