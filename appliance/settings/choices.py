"""What was chosen on the panel, and stays chosen.

The settings file is the installer's, and this program never writes into it. What the household chooses with the two
buttons is kept beside the history, in a small file of its own that lies over the settings. Take a line out of it, or
choose "as in the file" on the panel, and the settings file holds again. A power cut leaves either the new file or the
old one, and a file that cannot be read is set aside and logged, for a panel must not stay dark because of it.

The panel offers these choices; `chosen` puts them over the settings.
"""

import asyncio
import logging
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from appliance.settings.mistakes import cut
from appliance.system.atomic_file import read_small_file, replace_file
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker
from appliance.words.sentence import Sentence, joined
from appliance.words.words import Language

log = logging.getLogger(__name__)

CHOICES_FILE = "choices.toml"
RETRY_S = 60.0
"""Between two tries to write while the disk refuses."""
_HEAD = (
    "# Chosen with the panel's buttons; each line lies over the same setting of appliance.toml.\n"
    "# 'han-appliance config show' tells what is in force.\n"
)


class Choices(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the household chose; `None` is "as in the file", and "none" is no limit of its own, no fuse or no tariff."""

    limit_kw: Annotated[float, Meta(gt=0, le=1000)] | Literal["none", "off"] | None = None
    """The mean power that an hour is to stay within, kW; "none" is to keep the step, "off" has no alarm of the hour."""
    fuse_a: Annotated[float, Meta(ge=6, le=1000)] | Literal["none"] | None = None
    """The main fuse, A."""
    tariff: Literal["highest-days", "fuse", "none"] | None = None
    """What the capacity step is found by."""
    brightness: Annotated[int, Meta(ge=1, le=100)] | None = None
    """Of the display after a key, per cent, from 1 to 100."""
    language: Language | None = None
    large: bool | None = None
    """One huge number in place of the first page."""
    volume: Literal["off", "low", "medium", "high"] | None = None
    """How loud alarms and keys are."""
    country: Literal["NO", "SE"] | None = None
    company: Annotated[str, Meta(pattern="^[a-z0-9-]{1,40}$")] | None = None
    """The grid company; "none" is none of those that are known."""
    customer: Literal["home", "cabin"] | None = None
    power: Literal["norgespris", "spot", "none"] | None = None
    """What the power's price is."""


AS_SET = Choices()


@dataclass(frozen=True, slots=True)
class InFile:
    """What the settings file says of all that can be chosen."""

    choices: Choices = AS_SET
    """Its own, or the program's defaults; in a panel without a settings file nothing is."""
    said: frozenset[str] = frozenset()
    """The names of those by which the file differs from the defaults."""


NO_FILE = InFile()


class ChoicesError(Exception):
    """A file of choices that cannot be used; one sentence."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence

    not_allowed = False
    """It may be fine, but this user may not read it."""


def load(folder: Path) -> Choices:
    """Return the choices kept in a folder; none when there is no file. Raise ChoicesError."""
    path = folder / CHOICES_FILE
    try:
        return msgspec.convert(tomllib.loads(read_small_file(path).decode()), Choices)
    except (FileNotFoundError, NotADirectoryError):
        return AS_SET
    except PermissionError:
        refused = ChoicesError(Sentence("{file}: this user may not read what was chosen on the panel", file=str(path)))
        refused.not_allowed = True
        raise refused from None
    except OSError as error:
        raise ChoicesError(
            Sentence("{file}: cannot be read: {reason}", file=str(path), reason=error.strerror or str(error))
        ) from None
    except (ValueError, OverflowError) as error:
        raise ChoicesError(
            Sentence("{file}: is not a file of choices: {reason}", file=str(path), reason=cut(str(error)))
        ) from None
    except (RecursionError, MemoryError):
        raise ChoicesError(joined(": ", (str(path), Sentence("its brackets lie too deep within each other")))) from None


def may_ask(folder: Path) -> bool:
    """Return whether nothing was ever chosen here, and what is chosen can be kept.

    Something was also where its file is damaged now, or was set aside.
    """
    was_chosen = any(os.path.lexists(folder / name) for name in (CHOICES_FILE, f"{CHOICES_FILE}.damaged"))
    return not was_chosen and (not folder.exists() or os.access(folder, os.W_OK))


def load_or_set_aside(folder: Path) -> Choices:
    """Return the choices kept in a folder; none if the file cannot be used, which is renamed and logged then."""
    try:
        return load(folder)
    except ChoicesError as error:
        log.warning("%s; what was chosen on the panel is forgotten, and the settings hold", error)
    path = folder / CHOICES_FILE
    try:
        path.rename(path.with_name(path.name + ".damaged"))
    except OSError as error:
        log.warning("%s: cannot be set aside: %s", path, error.strerror)
    return AS_SET


def save(folder: Path, choices: Choices) -> None:
    """Keep the choices, whole or not at all. Raise OSError."""
    lines = (f"{key} = {_toml(value)}\n" for key, value in msgspec.to_builtins(choices).items())
    replace_file(folder / CHOICES_FILE, (_HEAD + "".join(lines)).encode())


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'  # a word of the program's, without a quote in it
        case _:
            return f"{value:g}"


class ChoiceStore:
    """The choices in force, and their file on a disk that may be slow, full or gone."""

    def __init__(self, folder: Path | None, choices: Choices, timebase: Timebase, worker: Worker) -> None:
        """Keep choices in a folder; without one they last as long as the program."""
        self.choices = choices
        self.is_new = False
        """Whether somebody has chosen since the program began."""
        self._folder = folder
        self._timebase = timebase
        self._worker = worker
        self._changed = asyncio.Event()
        self._failure = SayOnce(log)

    def choose(self, choices: Choices) -> None:
        """Take these as the choices from now on; `run` writes them, also when they are what they were.

        For a file without a line in it tells that somebody was asked.
        """
        self.choices = choices
        self.is_new = True
        self._changed.set()

    async def run(self) -> None:
        """Write what was chosen, until cancelled; a disk that refuses is tried again after `RETRY_S`."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._folder is not None and not await self._save(self._folder, self.choices):
                await self._timebase.sleep(RETRY_S)
                self._changed.set()

    async def _save(self, folder: Path, choices: Choices) -> bool:
        """Write the choices. Return whether they are on the disk; a failure is logged, once as long as it lasts."""
        try:
            await self._worker.do(lambda: save(folder, choices))
        except (OSError, HungError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._failure.warn(f"{folder / CHOICES_FILE}: what was chosen counts, but cannot be kept: {reason}")
            return False
        self._failure.over()
        return True
