"""What is remembered of an update, in root's own folder beside the history: what is tried, and how the last ended.

`trying.json` is there from before the restart until the trial has ended; `last.json` tells how that was. `offered.json`
names a bundle that is only taken when somebody asks for it at the panel.
"""

from enum import Enum
from pathlib import Path
from typing import TypeVar

import msgspec

from appliance.system.atomic_file import read_small_file, replace_file
from appliance.update.card import System
from appliance.words.sentence import Sentence

T = TypeVar("T")
FOLDER = Path("/data/update")
TRYING, LAST, OFFERED = "trying.json", "last.json", "offered.json"


class Reason(Enum):
    """Why an update was not taken."""

    SIGNATURE = "signature"
    """Nobody whom this system knows has signed it."""
    OLDER = "older"
    DAMAGED = "damaged"
    """What came is not what was signed: the copy is not whole."""
    OTHER_CARD = "other card"
    """It is for another layout of the card, or does not fit on this one."""
    NOT_WRITTEN = "not written"
    """The card did not take it, or does not give back what was written."""
    WEAK_SUPPLY = "weak supply"
    """Of the Pi: it is below 4.63 V, or was while the appliance ran."""
    STICK_OUT = "stick out"
    """The USB stick with it is gone, or cannot be read."""
    NO_TRY = "no try"
    """The firmware could not be asked to start it once."""
    NO_START = "no start"
    """It did not come up, or not to its end."""
    NO_PANEL = "no panel"
    NO_HISTORY = "no history"
    NO_DISPLAY = "no display"
    NO_LISTS = "no lists"
    """Of the meter that the old system heard."""


class RefusedError(Exception):
    """An update is not taken."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(sentence(reason))
        self.reason = reason


class Trying(msgspec.Struct, frozen=True, kw_only=True):
    """An update that was written, and is tried at the next start."""

    version: str
    before: str
    """The version that runs, and goes on where the update is not well."""
    system: System
    """Where it was written."""
    heard: bool
    """A meter was heard in the day before (`trial.heard_the_day_before`)."""
    meter: str | None = None
    """Which, where the old system has heard it since its start, and the meter tells."""
    display: bool
    """The old system's display answered."""
    reason: Reason | None = None
    """Why the new system gave up, which it writes down itself; `None` as long as it has not."""
    build: int = 0
    """Its number."""


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """How the last update ended."""

    version: str
    before: str
    reason: Reason | None = None
    """`None`: it was taken."""
    boot: str
    """The boot in which that was known."""
    build: int = 0
    """Of that version; 0 where it is not known."""


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that is at hand, and is not taken by itself."""

    version: str
    build: int
    older: bool
    """It is older than what runs; otherwise it was tried, and was not well."""
    file: str
    """Its path."""


def trying(folder: Path = FOLDER) -> Trying | None:
    """Return the update that is tried; `None` when none is, or when what was remembered cannot be read."""
    return _read(folder / TRYING, Trying)


def last(folder: Path = FOLDER) -> Last | None:
    """Return how the last update ended; `None` when there was none, or when what was remembered cannot be read."""
    return _read(folder / LAST, Last)


def offered(folder: Path = FOLDER) -> Offered | None:
    """Return the bundle that is offered; `None` when none is, or when what was remembered cannot be read."""
    return _read(folder / OFFERED, Offered)


def remember(told: Trying | Last | Offered, folder: Path = FOLDER) -> None:
    """Write it down; how an update ended takes the place of what is tried. Raise OSError."""
    folder.mkdir(mode=0o755, exist_ok=True)
    name = {Trying: TRYING, Last: LAST, Offered: OFFERED}[type(told)]
    replace_file(folder / name, msgspec.json.encode(told), 0o644)
    if isinstance(told, Last):
        (folder / TRYING).unlink(missing_ok=True)


def _read(path: Path, shape: type[T]) -> T | None:
    try:
        return msgspec.json.decode(read_small_file(path), type=shape)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def sentence(reason: Reason) -> Sentence:
    """Return why an update was not taken, without a full stop."""
    match reason:
        case Reason.SIGNATURE:
            return Sentence("it is not signed by the maker of this system")
        case Reason.OLDER:
            return Sentence("it is older than what runs")
        case Reason.DAMAGED:
            return Sentence("its copy is damaged")
        case Reason.OTHER_CARD:
            return Sentence("it does not fit this card")
        case Reason.NOT_WRITTEN:
            return Sentence("the card did not take it")
        case Reason.WEAK_SUPPLY:
            return Sentence("the supply is too weak")
        case Reason.STICK_OUT:
            return Sentence("the stick was taken out")
        case Reason.NO_TRY:
            return Sentence("it could not be tried")
        case Reason.NO_START:
            return Sentence("it did not start")
        case Reason.NO_PANEL:
            return Sentence("the panel did not run")
        case Reason.NO_HISTORY:
            return Sentence("the history could not be opened")
        case Reason.NO_DISPLAY:
            return Sentence("the display did not answer")
        case Reason.NO_LISTS:
            return Sentence("the meter was not heard")
