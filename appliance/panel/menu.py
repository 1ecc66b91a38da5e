"""The menu: what two buttons can choose, as a pure state machine.

Rows, and under most of them values: A goes to the next, a long A takes it, B goes back. Nothing is changed before
the long A, and what is chosen is handed on as an action, which the service carries out. How it looks is `menu_page`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec

from appliance.panel.keys import Key, Press
from appliance.settings.choices import Choices


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


class Mute(Enum):
    """For how long no sound is made; the value is its name in English."""

    OFF = "Off"
    HOUR = "for 1 h"
    MORNING = "till morning"


class Command(Enum):
    """An action without particulars."""

    ACKNOWLEDGE = "acknowledge"
    TEST_LAMPS = "test the lamps"
    SHUT_DOWN = "shut down"


Action = Command | Mute | Choices
"""What is asked for with the buttons; choices are all of them, with one changed."""

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
    Row.QUIET: tuple(Mute),
    Row.BRIGHTNESS: (None, 20, 40, 60, 80, 100),
    Row.LANGUAGE: (None, "nb", "en", "sv"),
    Row.LARGE: (None, True, False),
}


class ShutdownStage(Enum):
    """How far switching off has come."""

    NONE = 0
    CONFIRM = 1
    """It was chosen, and is to be confirmed by a long press."""
    GOING = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Menu:
    """A place in the menu."""

    row: Row = Row.LIMIT
    value: int | None = None
    """The place of the value in the middle; `None` while the rows are turned."""
    shutdown: ShutdownStage = ShutdownStage.NONE


def pressed(menu: Menu, press: Press, choices: Choices, *, muted: bool) -> tuple[Menu | None, Action | None]:
    """Return where a press leads from here (`None` is out of the menu), and what it asks for."""
    if menu.shutdown is not ShutdownStage.NONE:
        return _switching_off(menu, press)
    if menu.value is not None:
        return _among_values(menu, menu.value, press, choices)
    if press.key is Key.B:
        return None, None
    if press.long:
        return _taken(menu, choices, muted=muted)
    return Menu(_after(ROWS, menu.row)), None


def refused(menu: Menu) -> Menu:
    """Return the menu after switching off was asked for and cannot be had."""
    return replace(menu, shutdown=ShutdownStage.REFUSED)


def _taken(menu: Menu, choices: Choices, *, muted: bool) -> tuple[Menu | None, Action | None]:
    match menu.row:
        case Row.BACK:
            return None, None
        case Row.LAMP_TEST:
            return menu, Command.TEST_LAMPS
        case Row.SHUT_DOWN:
            return replace(menu, shutdown=ShutdownStage.CONFIRM), None
        case Row.QUIET:
            return replace(menu, value=1 if muted else 0), None
        case Row.LIMIT | Row.FUSE | Row.TARIFF | Row.BRIGHTNESS | Row.LANGUAGE | Row.LARGE:
            values, chosen = VALUES[menu.row], getattr(choices, FIELDS[menu.row])
            return replace(menu, value=values.index(chosen) if chosen in values else 0), None


def _among_values(menu: Menu, place: int, press: Press, choices: Choices) -> tuple[Menu, Action | None]:
    values = VALUES[menu.row]
    if press.key is Key.B:
        return replace(menu, value=None), None
    if not press.long:
        return replace(menu, value=(place + 1) % len(values)), None
    value = values[place]
    chosen = value if isinstance(value, Mute) else _changed(choices, menu.row, value)
    return replace(menu, value=None), chosen


def _changed(choices: Choices, row: Row, value: Any) -> Choices:
    return msgspec.structs.replace(choices, **{FIELDS[row]: value})


def _switching_off(menu: Menu, press: Press) -> tuple[Menu, Action | None]:
    if menu.shutdown is ShutdownStage.CONFIRM and press == Press(Key.A, long=True):
        return replace(menu, shutdown=ShutdownStage.GOING), Command.SHUT_DOWN
    if menu.shutdown is ShutdownStage.CONFIRM and press.key is Key.A:
        return menu, None
    return replace(menu, shutdown=ShutdownStage.NONE), None


def _after(rows: Sequence[Row], row: Row) -> Row:
    return rows[(rows.index(row) + 1) % len(rows)]
