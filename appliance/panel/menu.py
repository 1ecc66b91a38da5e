"""The menu: what two buttons can choose, as a pure state machine and its pictures.

Everything is a wheel of three lines with the middle one lit: A turns it, a long A takes what is in the middle, B goes
back. The foot of the page says so, since whoever stands before it has never seen it. Nothing is changed before the
long A, and what is chosen is asked for as a deed, which somebody else does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec
from PIL import Image

from appliance.choices import Choices
from appliance.household.clock import OSLO
from appliance.household.situation import Situation
from appliance.panel.buttons import Key, Press
from appliance.panel.typeface import SMALL
from appliance.panel.widgets import LEFT, MARGIN, RIGHT, WIDTH, Box, Strip, Text, Widget, drawn, wrapped
from appliance.panel.words import Words


class Row(Enum):
    """A line of the menu; the value is its name in English, which is the words' key."""

    LIMIT = "Limit"
    FUSE = "Main fuse"
    TARIFF = "Tariff"
    QUIET = "Quiet"
    BRIGHTNESS = "Brightness"
    LANGUAGE = "Language"
    LARGE = "Large digits"
    LAMP_TEST = "Lamp test"
    SHUT_DOWN = "Shut down"
    BACK = "Back"


class Hush(Enum):
    """For how long no sound is to be made; the value is its name in English."""

    OFF = "Off"
    HOUR = "for 1 h"
    MORNING = "till morning"


class Order(Enum):
    """A deed without particulars."""

    ACKNOWLEDGE = "acknowledge"
    TEST_LAMPS = "test the lamps"
    SHUT_DOWN = "shut down"


Deed = Order | Hush | Choices
"""What somebody asked for with the buttons; choices are all of them, with one changed."""

ROWS = tuple(Row)
FIELDS = {
    Row.LIMIT: "limit_kw",
    Row.FUSE: "fuse_a",
    Row.TARIFF: "tariff",
    Row.BRIGHTNESS: "brightness",
    Row.LANGUAGE: "language",
    Row.LARGE: "large",
}
"""The choice that a row is about."""
VALUES: dict[Row, tuple[Any, ...]] = {
    Row.LIMIT: (None, "none", *map(float, (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25))),
    Row.FUSE: (None, "none", *map(float, (16, 20, 25, 32, 35, 40, 50, 63))),
    Row.TARIFF: (None, "highest-days", "fuse", "none"),
    Row.QUIET: tuple(Hush),
    Row.BRIGHTNESS: (None, 20, 40, 60, 80, 100),
    Row.LANGUAGE: (None, "nb", "en", "sv"),
    Row.LARGE: (None, True, False),
}
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
"""Each by its own name: who cannot read the others finds it."""


class Asked(Enum):
    """How far somebody is with switching off."""

    NOT = 0
    ASKED = 1
    GOING = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Menu:
    """Where in the menu somebody is."""

    row: Row = Row.LIMIT
    value: int | None = None
    """The place of the value in the middle; `None` while the rows are turned."""
    asked: Asked = Asked.NOT


def pressed(menu: Menu, press: Press, choices: Choices, *, hushed: bool) -> tuple[Menu | None, Deed | None]:
    """Where a press leads from here (`None` is out of the menu), and what it asks for."""
    if menu.asked is not Asked.NOT:
        return _switching_off(menu, press)
    if menu.value is not None:
        return _among_values(menu, menu.value, press, choices)
    match press:
        case Press(Key.A, long=False):
            return Menu(_after(ROWS, menu.row)), None
        case Press(Key.A, long=True):
            return _taken(menu, choices, hushed=hushed)
        case _:
            return None, None


def refused(menu: Menu) -> Menu:
    """Switching off was asked for and cannot be had."""
    return replace(menu, asked=Asked.REFUSED)


def _taken(menu: Menu, choices: Choices, *, hushed: bool) -> tuple[Menu | None, Deed | None]:
    match menu.row:
        case Row.BACK:
            return None, None
        case Row.LAMP_TEST:
            return menu, Order.TEST_LAMPS
        case Row.SHUT_DOWN:
            return replace(menu, asked=Asked.ASKED), None
        case Row.QUIET:
            return replace(menu, value=1 if hushed else 0), None
        case row:
            values, chosen = VALUES[row], getattr(choices, FIELDS[row])
            return replace(menu, value=values.index(chosen) if chosen in values else 0), None


def _among_values(menu: Menu, place: int, press: Press, choices: Choices) -> tuple[Menu, Deed | None]:
    values = VALUES[menu.row]
    match press:
        case Press(Key.A, long=False):
            return replace(menu, value=(place + 1) % len(values)), None
        case Press(Key.A, long=True):
            value = values[place]
            chosen = value if isinstance(value, Hush) else _changed(choices, menu.row, value)
            return replace(menu, value=None), chosen
        case _:
            return replace(menu, value=None), None


def _changed(choices: Choices, row: Row, value: Any) -> Choices:
    return msgspec.structs.replace(choices, **{FIELDS[row]: value})


def _switching_off(menu: Menu, press: Press) -> tuple[Menu, Deed | None]:
    if menu.asked is Asked.ASKED and press == Press(Key.A, long=True):
        return replace(menu, asked=Asked.GOING), Order.SHUT_DOWN
    if menu.asked is Asked.ASKED and press.key is Key.A:
        return menu, None
    return replace(menu, asked=Asked.NOT), None


def _after(rows: Sequence[Row], row: Row) -> Row:
    return rows[(rows.index(row) + 1) % len(rows)]


_ROW_TOPS = (14, 26, 38)
_FOOT = 53


def picture(menu: Menu, choices: Choices, situation: Situation, words: Words) -> Image.Image:
    """What the glass shows of the menu."""
    return drawn(widgets(menu, choices, situation, words))


def widgets(menu: Menu, choices: Choices, situation: Situation, words: Words) -> tuple[Widget, ...]:
    """What stands on the page of the menu."""
    if menu.asked is not Asked.NOT:
        return (_strip(words.say(menu.row.value), situation), *_sentence(menu.asked, words))
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
    return Strip(name, "--:--" if local is None else f"{local.astimezone(OSLO):%H:%M}")


def _chosen(row: Row, choices: Choices, situation: Situation, words: Words) -> str:
    """What stands beside a row: what is chosen there at present."""
    if row is Row.QUIET:
        left_s = situation.hushed_s
        return words.say("Off") if left_s is None else f"{int(left_s // 60) + 1} min"
    return _name(row, getattr(choices, FIELDS[row]), words) if row in FIELDS else ""


def _name(row: Row, value: Any, words: Words) -> str:
    match value:
        case Hush():
            return words.say(value.value)
        case None | bool() | "none" | "highest-days" | "fuse":
            return words.say(NAMES[value])
        case str():
            return LANGUAGES[value]
        case _:
            return f"{value:g} {UNITS[row]}"


def _wheel(lines: Sequence[tuple[str, str]]) -> tuple[Widget, ...]:
    """Three lines, the middle one lit."""
    return tuple(
        Line(name, value, top, lit=place == 1)
        for place, ((name, value), top) in enumerate(zip(lines, _ROW_TOPS, strict=True))
    )


def _keys(words: Words) -> tuple[Widget, ...]:
    """The foot: what each key does here."""
    hints = (("A", words.say("next")), ("A" + HOLD, words.say("choose")), ("B", words.say("Back").lower()))
    hints_wide = [KeyHint(key, what, 0) for key, what in hints]
    spare = RIGHT - LEFT - sum(hint.width for hint in hints_wide)
    left, placed = LEFT, []
    for hint in hints_wide:
        placed.append(replace(hint, left=left))
        left += hint.width + spare // 2
    return tuple(placed)


def _sentence(asked: Asked, words: Words) -> tuple[Widget, ...]:
    match asked:
        case Asked.ASKED:
            text = words.say("Hold A to shut down")
        case Asked.GOING:
            text = words.say("Shutting down. Unplug ten seconds after this goes dark.")
        case _:
            text = words.say("Not possible here: the shutdown unit is not installed.")
    lines = wrapped(SMALL, text, RIGHT - LEFT - 4)
    back = KeyHint("B", words.say("Back").lower(), 0)
    return (
        *(Text(SMALL, line, LEFT + 1, 18 + 11 * place) for place, line in enumerate(lines)),
        *(() if asked is Asked.GOING else (replace(back, left=RIGHT - back.width),)),
    )


HOLD = "…"


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
    left: int

    @property
    def width(self) -> int:
        """Key, gap and words."""
        return self._key_width + 3 + SMALL.width(self.what)

    @property
    def _key_width(self) -> int:
        return 9 if HOLD not in self.key else 17

    @property
    def box(self) -> Box:
        """Key and words."""
        return self.left, _FOOT - 1, self.left + self.width, _FOOT + 9

    def draw(self, image: Image.Image) -> None:
        """Draw the key lit with a dark letter, a long one with a bar that is held."""
        left, right = self.left, self.left + self._key_width
        image.paste(1, (left + 1, _FOOT - 1, right - 1, _FOOT + 8))
        image.paste(1, (left, _FOOT, right, _FOOT + 7))
        letter = self.key[0]
        SMALL.draw(image, left + (9 - SMALL.width(letter) + 1) // 2, _FOOT, letter, 0)
        if HOLD in self.key:
            image.paste(0, (left + 9, _FOOT + 3, right - 2, _FOOT + 4))
        SMALL.draw(image, right + 3, _FOOT, self.what)
