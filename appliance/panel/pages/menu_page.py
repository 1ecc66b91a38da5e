"""The menu's picture: a wheel of three lines with the middle one lit, and what the keys do.

The foot says which key does what, since the reader has perhaps never been here: a key is drawn as one, and one that
is to be held has a bar after its letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, WIDTH, Box, Strip, Text, Widget, drawn, wrapped
from appliance.panel.menu import FIELDS, ROWS, VALUES, Menu, Mute, Row, ShutdownStage
from appliance.settings.choices import Choices
from appliance.words.words import Words

UNITS = {Row.LIMIT: "kW", Row.FUSE: "A", Row.BRIGHTNESS: "%"}
NAMES = {
    None: "as set",
    "none": "none",
    "highest-days": "highest days",
    "fuse": "Main fuse",
    True: "On",
    False: "Off",
}
LANGUAGES = {"nb": "Norsk", "en": "English", "sv": "Svenska"}
"""Each by its own name: a reader of one language finds it among the others."""
_ROW_TOPS = (14, 26, 38)
_FOOT = 53


def picture(menu: Menu, choices: Choices, situation: Situation, words: Words) -> Image.Image:
    """Return the picture of the menu: mode "1", 128x64."""
    return drawn(widgets(menu, choices, situation, words))


def widgets(menu: Menu, choices: Choices, situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page of the menu."""
    if menu.shutdown is not ShutdownStage.NONE:
        return (_strip(words.say(menu.row.value), situation), *_sentence(menu.shutdown, words))
    if menu.value is None:
        lines = [
            (words.say(row.value), _chosen(row, choices, situation, words))
            for row in _around(ROWS, ROWS.index(menu.row))
        ]
        return (_strip(words.say("Menu"), situation), *_wheel(lines), *_keys(words))
    row = menu.row
    lines = [(_name(row, value, words), "") for value in _around(VALUES[row], menu.value)]
    return (_strip(words.say(row.value), situation), *_wheel(lines), *_keys(words))


def _around(things: Sequence[Any], place: int) -> list[Any]:
    return [things[(place + step) % len(things)] for step in (-1, 0, 1)]


def _strip(name: str, situation: Situation) -> Strip:
    local = situation.local_time
    return Strip(name, "--:--" if local is None else f"{local:%H:%M}")


def _chosen(row: Row, choices: Choices, situation: Situation, words: Words) -> str:
    """Return what stands beside a row: what is chosen there at present."""
    if row is Row.QUIET:
        left_s = situation.muted_s
        return words.say("Off") if left_s is None else f"{int(left_s // 60) + 1} min"
    return _name(row, getattr(choices, FIELDS[row]), words) if row in FIELDS else ""


def _name(row: Row, value: Any, words: Words) -> str:
    if isinstance(value, Mute):
        return words.say(value.value)
    if value is None or isinstance(value, bool) or value in ("none", "highest-days", "fuse"):
        return words.say(NAMES[value])
    return LANGUAGES[value] if isinstance(value, str) else f"{value:g} {UNITS[row]}"


def _wheel(lines: Sequence[tuple[str, str]]) -> tuple[Widget, ...]:
    """Return three lines, the middle one lit."""
    return tuple(
        Line(name, value, top, lit=place == 1)
        for place, ((name, value), top) in enumerate(zip(lines, _ROW_TOPS, strict=True))
    )


def _keys(words: Words) -> tuple[Widget, ...]:
    """Return the foot: what each key does here."""
    hints = (KeyHint("A", words.say("next")), KeyHint("A", words.say("choose"), held=True), _back(words))
    spare = RIGHT - LEFT - sum(hint.width for hint in hints)
    left, placed = LEFT, []
    for hint in hints:
        placed.append(replace(hint, left=left))
        left += hint.width + spare // 2
    return tuple(placed)


def _back(words: Words) -> "KeyHint":
    return KeyHint("B", words.say("Back").lower())


def _sentence(stage: ShutdownStage, words: Words) -> tuple[Widget, ...]:
    match stage:
        case ShutdownStage.CONFIRM:
            text = words.say("Hold A to shut down")
        case ShutdownStage.GOING:
            text = words.say("Shutting down. Unplug ten seconds after this goes dark.")
        case ShutdownStage.REFUSED | ShutdownStage.NONE:
            text = words.say("Not possible here: the shutdown unit is not installed.")
    lines = wrapped(SMALL, text, RIGHT - LEFT - 4)
    back = _back(words)
    return (
        *(Text(SMALL, line, LEFT + 1, 18 + 11 * place) for place, line in enumerate(lines)),
        *(() if stage is ShutdownStage.GOING else (replace(back, left=RIGHT - back.width),)),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the wheel: a name on the left, a value on the right; dark on light where it is lit."""

    name: str
    value: str
    top: int
    lit: bool = False

    @property
    def box(self) -> Box:
        """As wide as the page."""
        return MARGIN, self.top - 2, WIDTH - MARGIN, self.top + 10

    def draw(self, image: Image.Image) -> None:
        """Draw it; the name gives way to the value."""
        if self.lit:
            image.paste(1, self.box)
        ink = 0 if self.lit else 1
        right = RIGHT - 1 - SMALL.width(self.value)
        SMALL.draw(image, right, self.top, self.value, ink)
        name = self.name
        while name and SMALL.width(name) > right - LEFT - 5:
            name = name[:-1]
        SMALL.draw(image, LEFT + 1, self.top, name, ink)


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key, drawn as a key with its letter in it (longer for a long press), and what it does."""

    key: str
    what: str
    left: int = LEFT
    held: bool = False

    @property
    def width(self) -> int:
        """Key, gap and words."""
        return self._key_width + 3 + SMALL.width(self.what)

    @property
    def _key_width(self) -> int:
        return 17 if self.held else 9

    @property
    def box(self) -> Box:
        """Key and words."""
        return self.left, _FOOT - 1, self.left + self.width, _FOOT + 9

    def draw(self, image: Image.Image) -> None:
        """Draw the key lit with a dark letter, a long one with a bar that is held."""
        left, right = self.left, self.left + self._key_width
        image.paste(1, (left + 1, _FOOT - 1, right - 1, _FOOT + 8))
        image.paste(1, (left, _FOOT, right, _FOOT + 7))
        SMALL.draw(image, left + (9 - SMALL.width(self.key) + 1) // 2, _FOOT, self.key, 0)
        if self.held:
            image.paste(0, (left + 9, _FOOT + 3, right - 2, _FOOT + 4))
        SMALL.draw(image, right + 3, _FOOT, self.what)
