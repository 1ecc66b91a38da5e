"""The menu's picture: a wheel of three lines with the middle one lit, and what the keys do.

Beside a row stands what is in force; a dot after it says that it is from the settings file, or the program's default,
and was not chosen here. Among the values a tick stands at the one that is in force.

The foot says which key does what, since the reader has perhaps never been here: a key is drawn as one, and one that
is to be held has a bar after its letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import SMALL, Face
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, WIDTH, Box, Strip, Text, Widget, drawn, wrapped
from appliance.panel.menu import FIELDS, Leave, Menu, Mute, Row, Stage, chosen_in, rows, values_of
from appliance.settings.choices import AS_SET, Choices
from appliance.system.health import Offer
from appliance.tariffs import company
from appliance.words.words import Words

UNITS = {Row.LIMIT: "kW", Row.FUSE: "A", Row.BRIGHTNESS: "%"}
NAMES = {
    "none": "none",
    "off": "Off",
    "low": "Low",
    "medium": "Medium",
    "high": "High",
    "highest-days": "highest days",
    "fuse": "Main fuse",
    True: "On",
    False: "Off",
}
TICK, FROM_FILE = "✓", "·"
"""At what is chosen; after what was not chosen here."""
LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English", "sv": "Svenska"}
"""Each by its own name: a reader of one language finds it among the others."""
_ROW_TOPS = (14, 26, 38)
_FOOT = 53


def picture(menu: Menu, choices: Choices, situation: Situation, words: Words, in_file: Choices = AS_SET) -> Image.Image:
    """Return the picture of the menu: mode "1", 128x64."""
    return drawn(widgets(menu, choices, situation, words, in_file))


def widgets(
    menu: Menu, choices: Choices, situation: Situation, words: Words, in_file: Choices = AS_SET
) -> tuple[Widget, ...]:
    """Return what stands on the page of the menu, with what was chosen and what the settings file says."""
    row = menu.row
    if menu.stage is not Stage.NONE:
        return (_strip(words.say(row.value), situation), *_sentence(menu, situation, words))
    if menu.value is None:
        shown = rows(menu, situation.health.offer)
        lines = [
            (words.say(row.value), _in_force(row, choices, in_file, situation, words))
            for row in _around(shown, shown.index(row))
        ]
        return (_strip(words.say("Menu"), situation), *_wheel(lines), *_keys(_back(words), words))
    values, ticked = values_of(row, choices), _ticked(row, choices, situation)
    lines = [
        (_choice(row, value, in_file, words), TICK if value == ticked else "")
        for value in _around(values, min(menu.value, len(values) - 1))
    ]
    previous = KeyHint("B", words.say("prev"))
    return (_strip(words.say(row.value), situation), *_wheel(lines), *_keys(previous, words))


def _around(things: Sequence[Any], place: int) -> list[Any]:
    return [things[(place + step) % len(things)] for step in (-1, 0, 1)]


def _strip(name: str, situation: Situation) -> Strip:
    local = situation.local_time
    return Strip(name, "--:--" if local is None else f"{local:%H:%M}")


def _in_force(row: Row, choices: Choices, in_file: Choices, situation: Situation, words: Words) -> str:
    """Return what stands beside a row: what is in force there at present."""
    if row is Row.SOUND:
        if situation.muted_s is not None:
            return words.say("Off for {minutes} min", minutes=int(situation.muted_s // 60) + 1)
        return words.say("Off") if (choices.volume or in_file.volume) == "off" else words.say("On")
    if row is Row.VERSION:
        return "" if situation.health.offer is None else situation.health.offer.version
    if row is Row.GRID:
        return _grid(choices.company, in_file.company)
    if row not in FIELDS:
        return ""
    if (chosen := chosen_in(row, choices)) is not None:
        return _name(row, chosen, words)
    return f"{_name(row, chosen_in(row, in_file), words)} {FROM_FILE}"


def _grid(chosen: str | None, own: str | None) -> str:
    """Return the grid company that is chosen, or the settings file's; empty where there is none."""
    known = company(chosen or own or "none")
    if known is None:
        return ""
    return known.name if chosen else f"{known.name} {FROM_FILE}"


def _ticked(row: Row, choices: Choices, situation: Situation) -> Any:
    """Return the value at which the tick stands; that of a list without one for a sound that is off for a while."""
    if row is Row.SOUND:
        return Mute.OFF if situation.muted_s is None else object()
    return chosen_in(row, choices)


def _choice(row: Row, value: Any, in_file: Choices, words: Words) -> str:
    """Return how a value is called in its list."""
    if value is not None:
        return _name(row, value, words)
    own = chosen_in(row, in_file)
    if own is None:
        return words.say("as in file")
    return words.say("as in file ({value})", value=_name(row, own, words))


def _name(row: Row, value: Any, words: Words) -> str:
    if isinstance(value, Mute | Leave):
        return words.say(value.value)
    if row is Row.LIMIT and isinstance(value, str):
        return words.say("keep the step") if value == "none" else words.say("none")
    if row is Row.LANGUAGE and value is not None:
        return LANGUAGES[value]
    if isinstance(value, str | bool):
        return words.say(NAMES[value])
    if value is None:
        return words.say("as in file")
    return f"{value:g} {UNITS[row]}".replace(".", words.decimal_mark)


def _wheel(lines: Sequence[tuple[str, str]]) -> tuple[Widget, ...]:
    """Return three lines, the middle one lit."""
    return tuple(
        Line(name, value, top, lit=place == 1)
        for place, ((name, value), top) in enumerate(zip(lines, _ROW_TOPS, strict=True))
    )


def _keys(third: "KeyHint", words: Words) -> tuple[Widget, ...]:
    """Return the foot: what each key does here."""
    hints = (KeyHint("A", words.say("next")), KeyHint("A", words.say("choose"), held=True), third)
    spare = RIGHT - LEFT - sum(hint.width for hint in hints)
    left, placed = LEFT, []
    for hint in hints:
        placed.append(replace(hint, left=left))
        left += hint.width + spare // 2
    return tuple(placed)


def _back(words: Words) -> "KeyHint":
    return KeyHint("B", words.say("Back").lower())


def _sentence(menu: Menu, situation: Situation, words: Words) -> tuple[Widget, ...]:
    stage = menu.stage
    text = _of_version(stage, situation.health.offer, words) if menu.row is Row.VERSION else _of_shutdown(stage, words)
    lines = wrapped(SMALL, text, RIGHT - LEFT - 4)
    back = _back(words)
    return (
        *(Text(SMALL, line, LEFT + 1, 18 + 11 * place) for place, line in enumerate(lines)),
        *(() if stage is Stage.GOING else (replace(back, left=RIGHT - back.width),)),
    )


def _of_shutdown(stage: Stage, words: Words) -> str:
    match stage:
        case Stage.CONFIRM:
            return words.say("Hold A to shut down")
        case Stage.GOING:
            return words.say("Shutting down. Unplug ten seconds after this goes dark.")
        case Stage.REFUSED | Stage.NONE:
            return words.say("Not possible here: the shutdown service is not installed.")


def _of_version(stage: Stage, offer: Offer | None, words: Words) -> str:
    match stage:
        case Stage.CONFIRM if offer is not None and offer.older:
            return words.say("An older version: {version}. Hold A to install it.", version=offer.version)
        case Stage.CONFIRM if offer is not None:
            return words.say("{version} was tried and did not do. Hold A to try again.", version=offer.version)
        case Stage.GOING:
            return words.say("It is installed, and started in some minutes.")
        case Stage.CONFIRM | Stage.REFUSED | Stage.NONE:
            return words.say("This version is not here any more.")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the wheel: a name on the left, a value on the right; dark on light where it is lit."""

    name: str
    value: str
    top: int
    lit: bool = False
    face: Face = SMALL

    @property
    def texts(self) -> tuple[str, ...]:
        """The name as far as there is room, and the value, if there is one."""
        return (self._shown, self.value) if self.value else (self._shown,)

    @property
    def box(self) -> Box:
        """As wide as the page."""
        return MARGIN, self.top - 2, WIDTH - MARGIN, self.top + 10

    def draw(self, image: Image.Image) -> None:
        """Draw it; the name gives way to the value."""
        if self.lit:
            image.paste(1, self.box)
        ink = 0 if self.lit else 1
        SMALL.draw(image, self._value_left, self.top, self.value, ink)
        self.face.draw(image, LEFT + 1, self.top, self._shown, ink)

    @property
    def _value_left(self) -> int:
        return RIGHT - 1 - SMALL.width(self.value)

    @property
    def _shown(self) -> str:
        """The name as far as there is room."""
        name = self.name
        while name and self.face.width(name) > self._value_left - LEFT - 5:
            name = name[:-1]
        return name


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key, drawn as a key with its letter in it (longer for a long press), and what it does."""

    key: str
    what: str
    left: int = LEFT
    held: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The key's letter, and what it does."""
        return self.key, self.what

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
