"""The menu: what two buttons can choose, as a pure state machine.

Rows, and under most of them values: A goes to the next, a long A takes it. B leaves the rows; among values, of which
there may be many, it goes to the one before, and the last of them leads back. Nothing is changed before the long A,
and what is chosen is handed on as an action, which the service carries out. How it looks is `menu_page`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec

from appliance.household.rules import Rule
from appliance.panel.keys import Key, Press
from appliance.settings.choices import Choices
from appliance.system.health import Offer


class Row(Enum):
    """A line of the menu; the value is its name in English, which is the words' key."""

    LANGUAGE = "Language"
    """The first: whoever cannot read the others finds it."""
    LIMIT = "Limit"
    FUSE = "Main fuse"
    TARIFF = "Tariff"
    SOUND = "Sound"
    VOLUME = "Volume"
    BRIGHTNESS = "Brightness"
    LARGE = "Large digits"
    LAMP_TEST = "Lamp test"
    SET_UP = "Set up again"
    GRID = "Grid company"
    VERSION = "Version"
    """Only where one is offered that is not installed by itself."""
    SHUT_DOWN = "Shut down"
    BACK = "Back"


class Mute(Enum):
    """For how long no sound is made; the value is what the sound is then, in English."""

    OFF = "On"
    HOUR = "Off for 1 h"
    MORNING = "Off until morning"


class Leave(Enum):
    """The last of the values, which is none: it leads back to the rows."""

    BACK = "Back"


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """What was on the glass was seen: an alarm, of a phase where it has one; a fault is one of no rule."""

    rule: Rule | None = None
    phase: int | None = None


class Command(Enum):
    """An action without particulars."""

    TEST_LAMPS = "test the lamps"
    SET_UP = "ask the questions of the first start"
    CHOOSE_COMPANY = "ask for the grid company"
    SHUT_DOWN = "shut down"


@dataclass(frozen=True, slots=True)
class Install:
    """The version that is offered, by the number of its build."""

    build: int


Action = Acknowledge | Command | Mute | Choices | Install
"""What is asked for with the buttons; choices are all of them, with one changed."""

ROWS = tuple(row for row in Row if row is not Row.VERSION)
"""Those that are always there."""
FIELDS = {
    Row.LIMIT: "limit_kw",
    Row.FUSE: "fuse_a",
    Row.TARIFF: "tariff",
    Row.VOLUME: "volume",
    Row.BRIGHTNESS: "brightness",
    Row.LANGUAGE: "language",
    Row.LARGE: "large",
}
"""The choice that a row is about."""
VALUES: dict[Row, tuple[Any, ...]] = {
    Row.LIMIT: (None, "none", *map(float, (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25)), "off"),
    Row.FUSE: (None, "none", *map(float, (16, 20, 25, 32, 35, 40, 50, 63, 80))),
    Row.TARIFF: (None, "highest-days", "fuse", "none"),
    Row.SOUND: tuple(Mute),
    Row.VOLUME: (None, "off", "low", "medium", "high"),
    Row.BRIGHTNESS: (None, 20, 40, 60, 80, 100),
    Row.LANGUAGE: (None, "nb", "nn", "en", "sv"),
    Row.LARGE: (None, True, False),
}
"""What can be chosen; `None` is "as in the file"."""


class Stage(Enum):
    """How far something has come that is to be confirmed: switching off, or another version."""

    NONE = 0
    CONFIRM = 1
    """It was chosen, and is to be confirmed by a long press."""
    GOING = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Menu:
    """A place in the menu."""

    row: Row = Row.LANGUAGE
    value: int | None = None
    """The place of the value in the middle; `None` while the rows are turned."""
    stage: Stage = Stage.NONE


def pressed(
    menu: Menu, press: Press, choices: Choices, *, muted: bool, offer: Offer | None = None
) -> tuple[Menu | None, Action | None]:
    """Return where a press leads from here (`None` is out of the menu), and what it asks for."""
    if menu.stage is not Stage.NONE:
        return _confirming(menu, press, offer)
    if menu.value is not None:
        return _among_values(menu, menu.value, press, choices)
    if press.key is Key.B:
        return None, None
    if press.long:
        return _taken(menu, choices, muted=muted)
    return Menu(_after(rows(menu, offer), menu.row)), None


def rows(menu: Menu, offer: Offer | None) -> tuple[Row, ...]:
    """Return the rows: that of the version where one is offered, and as long as somebody is at it."""
    return ROWS if offer is None and menu.row is not Row.VERSION else tuple(Row)


def values_of(row: Row, choices: Choices) -> tuple[Any, ...]:
    """Return what can be chosen in a row: also what somebody's hand wrote into the file of choices; then the way back.

    A number that is not among the others stands in its place there.
    """
    values = VALUES[row]
    chosen = chosen_in(row, choices)
    if isinstance(chosen, float | int) and chosen not in values:
        numbers = [place for place, value in enumerate(values) if isinstance(value, float | int)]
        place = next((place for place in numbers if values[place] > chosen), numbers[-1] + 1)
        values = (*values[:place], chosen, *values[place:])
    return (*values, Leave.BACK)


def chosen_in(row: Row, choices: Choices) -> Any:
    """Return what is chosen in a row that is about a choice; `None` is "as in the file"."""
    return getattr(choices, FIELDS[row]) if row in FIELDS else None


def refused(menu: Menu) -> Menu:
    """Return the menu after what was confirmed cannot be had."""
    return replace(menu, stage=Stage.REFUSED)


def _taken(menu: Menu, choices: Choices, *, muted: bool) -> tuple[Menu | None, Action | None]:
    match menu.row:
        case Row.BACK:
            return None, None
        case Row.LAMP_TEST:
            return menu, Command.TEST_LAMPS
        case Row.SHUT_DOWN | Row.VERSION:
            return replace(menu, stage=Stage.CONFIRM), None
        case Row.SET_UP:
            return None, Command.SET_UP
        case Row.GRID:
            return None, Command.CHOOSE_COMPANY
        case Row.SOUND:
            return replace(menu, value=1 if muted else 0), None
        case Row.LIMIT | Row.FUSE | Row.TARIFF | Row.VOLUME | Row.BRIGHTNESS | Row.LANGUAGE | Row.LARGE:
            values, chosen = values_of(menu.row, choices), chosen_in(menu.row, choices)
            return replace(menu, value=values.index(chosen) if chosen in values else 0), None


def _among_values(menu: Menu, place: int, press: Press, choices: Choices) -> tuple[Menu, Action | None]:
    values = values_of(menu.row, choices)
    if press.key is Key.B or not press.long:
        return replace(menu, value=(place + (1 if press.key is Key.A else -1)) % len(values)), None
    value = values[min(place, len(values) - 1)]
    rows = replace(menu, value=None)
    if isinstance(value, Leave):
        return rows, None
    return rows, value if isinstance(value, Mute) else _changed(choices, menu.row, value)


def _changed(choices: Choices, row: Row, value: Any) -> Choices:
    return msgspec.structs.replace(choices, **{FIELDS[row]: value})


def _confirming(menu: Menu, press: Press, offer: Offer | None) -> tuple[Menu, Action | None]:
    if menu.stage is Stage.CONFIRM and press == Press(Key.A, long=True):
        if menu.row is Row.SHUT_DOWN:
            return replace(menu, stage=Stage.GOING), Command.SHUT_DOWN
        if offer is None:
            return refused(menu), None
        return replace(menu, stage=Stage.GOING), Install(offer.build)
    if menu.stage is Stage.CONFIRM and press.key is Key.A:
        return menu, None
    return replace(menu, stage=Stage.NONE), None


def _after(rows: Sequence[Row], row: Row) -> Row:
    return rows[(rows.index(row) + 1) % len(rows)]
