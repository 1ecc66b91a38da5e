"""What was chosen on the panel, and stays chosen.

The settings file is the installer's, and this program never writes into it. What the household chooses with the two
buttons is kept beside the history, in a small file of its own that lies over the settings; a line taken out of it, or
"as set" on the panel, and the settings file holds again. The file is whole or the old one, whatever plug is pulled,
and one that cannot be understood is set aside and said, for a panel must not stay dark because of it.

Beside the rooms, not in one: the panel offers these choices, and what they do to the household is settled elsewhere.
"""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from appliance.system.atomic_file import replace_file
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

CHOICES_FILE = "choices.toml"
RETRY_S = 60.0
_HEAD = (
    "# Chosen with the panel's buttons; each line lies over the same setting of appliance.toml.\n"
    "# 'han-appliance config show' tells what is in force.\n"
)


class Choices(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the household chose; `None` is "as set", and "none" is none at all."""

    limit_kw: Annotated[float, Meta(gt=0, le=1000)] | Literal["none"] | None = None
    """The mean that an hour is to stay within, kW."""
    fuse_a: Annotated[float, Meta(ge=6, le=1000)] | Literal["none"] | None = None
    """The main fuse, A."""
    tariff: Literal["highest-days", "fuse", "none"] | None = None
    """What the capacity step is found by."""
    brightness: Annotated[int, Meta(ge=1, le=100)] | None = None
    """Of the display after a key, per cent."""
    language: Literal["nb", "en", "sv"] | None = None
    large: bool | None = None
    """One huge number in place of the first page."""


AS_SET = Choices()


class ChoicesError(Exception):
    """A file of choices that cannot be used; one sentence."""


def load(folder: Path) -> Choices:
    """The choices kept in a folder; none when there is no file. Raises ChoicesError."""
    path = folder / CHOICES_FILE
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Choices)
    except FileNotFoundError:
        return AS_SET
    except OSError as trouble:
        raise ChoicesError(f"{path}: cannot be read: {trouble.strerror}") from None
    except (ValueError, msgspec.ValidationError) as trouble:
        raise ChoicesError(f"{path}: is no file of choices: {trouble}") from None


def load_or_set_aside(folder: Path, warn: Callable[..., None]) -> Choices:
    """The choices kept in a folder; a file that cannot be used is renamed and said, and nothing is chosen then."""
    try:
        return load(folder)
    except ChoicesError as trouble:
        warn("%s; what was chosen on the panel is forgotten, and the settings hold", trouble)
    path = folder / CHOICES_FILE
    try:
        path.rename(path.with_name(path.name + ".damaged"))
    except OSError as trouble:
        warn("%s: cannot be set aside: %s", path, trouble.strerror)
    return AS_SET


def save(folder: Path, choices: Choices) -> None:
    """Keep the choices, whole or not at all. Raises OSError."""
    lines = (f"{key} = {_toml(value)}\n" for key, value in msgspec.to_builtins(choices).items())
    replace_file(folder / CHOICES_FILE, (_HEAD + "".join(lines)).encode())


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'  # words of ours, none with a quote in it
        case _:
            return f"{value:g}"


class ChoiceStore:
    """Holds the choices, and keeps them on a disk that may be slow, full or gone."""

    def __init__(
        self, folder: Path | None, choices: Choices, timebase: Timebase, warn: Callable[..., None], worker: Worker
    ) -> None:
        """Keep choices in a folder; without one they last as long as the program."""
        self.choices = choices
        self._folder = folder
        self._timebase = timebase
        self._warn = warn
        self._worker = worker
        self._changed = asyncio.Event()
        self._said = ""

    def choose(self, choices: Choices) -> None:
        """These are the choices from now on; they are written in a moment."""
        if choices != self.choices:
            self.choices = choices
            self._changed.set()

    async def run(self) -> None:
        """Write what was chosen, until cancelled; a disk that refuses is tried again."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._folder is not None and not await self._save(self._folder, self.choices):
                await self._timebase.sleep(RETRY_S)
                self._changed.set()

    async def _save(self, folder: Path, choices: Choices) -> bool:
        try:
            await self._worker.do(lambda: save(folder, choices))
        except (OSError, HungError) as trouble:
            reason = trouble.strerror if isinstance(trouble, OSError) else str(trouble)
            if reason != self._said:
                self._warn("%s: what was chosen counts, but cannot be kept: %s", folder / CHOICES_FILE, reason)
            self._said = reason or ""
            return False
        self._said = ""
        return True
