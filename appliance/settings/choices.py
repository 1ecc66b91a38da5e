"""What was chosen on the panel, and stays chosen.

The settings file is the installer's, and this program never writes into it. What the household chooses with the two
buttons is kept beside the history, in a small file of its own that lies over the settings. Take a line out of it, or
choose "as set" on the panel, and the settings file holds again. A power cut leaves either the new file or the old one,
and a file that cannot be read is set aside and logged, for a panel must not stay dark because of it.

The panel offers these choices; `chosen` puts them over the settings.
"""

import asyncio
import logging
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from appliance.system.atomic_file import replace_file
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

log = logging.getLogger(__name__)

CHOICES_FILE = "choices.toml"
RETRY_S = 60.0
"""Between two tries to write while the disk refuses."""
_HEAD = (
    "# Chosen with the panel's buttons; each line lies over the same setting of appliance.toml.\n"
    "# 'han-appliance config show' tells what is in force.\n"
)


class Choices(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the household chose; `None` is "as set", and "none" is no limit, no fuse or no tariff."""

    limit_kw: Annotated[float, Meta(gt=0, le=1000)] | Literal["none"] | None = None
    """The mean power that an hour is to stay within, kW."""
    fuse_a: Annotated[float, Meta(ge=6, le=1000)] | Literal["none"] | None = None
    """The main fuse, A."""
    tariff: Literal["highest-days", "fuse", "none"] | None = None
    """What the capacity step is found by."""
    brightness: Annotated[int, Meta(ge=1, le=100)] | None = None
    """Of the display after a key, per cent, from 1 to 100."""
    language: Literal["nb", "en", "sv"] | None = None
    large: bool | None = None
    """One huge number in place of the first page."""


AS_SET = Choices()


class ChoicesError(Exception):
    """A file of choices that cannot be used; one sentence."""


def load(folder: Path) -> Choices:
    """Return the choices kept in a folder; none when there is no file. Raise ChoicesError."""
    path = folder / CHOICES_FILE
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Choices)
    except FileNotFoundError:
        return AS_SET
    except OSError as error:
        raise ChoicesError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise ChoicesError(f"{path}: is no file of choices: {error}") from None


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
        self._folder = folder
        self._timebase = timebase
        self._worker = worker
        self._changed = asyncio.Event()
        self._failure = SayOnce(log)

    def choose(self, choices: Choices) -> None:
        """Take these as the choices from now on; `run` writes them."""
        if choices != self.choices:
            self.choices = choices
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
