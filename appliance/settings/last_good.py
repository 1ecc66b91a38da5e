"""The settings to run on, whatever is in the file.

A panel that stays dark for a slip of the pen helps nobody. So a good file is remembered in the data folder. When the
file has a mistake later, the appliance runs on the remembered one, or on the defaults if there is none, and the panel
names the mistake.

What is remembered lies on a disk that outlives the file: a card may be handed on, and a key be taken out of the file.
So the copy has neither `[network]` nor a secret, and an older copy that has them is read without them and written
again. The folder belongs to the appliance's user; root takes no settings from there (`report` and `network` never ask
for them).
"""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from appliance.settings import settings_file
from appliance.settings.model import SECRETS, DataSettings, Settings
from appliance.settings.settings_file import USUAL_FOLDER, SettingsError
from appliance.settings.toml_text import toml_text
from appliance.system.atomic_file import read_small_file, replace_file
from appliance.words.sentence import Sentence

log = logging.getLogger(__name__)

LAST_GOOD_FILE = "last-good.toml"
LAST_GOOD_HOLD, DEFAULTS_HOLD = Sentence("the last good settings are in force"), Sentence("the defaults are in force")
"""What is said after a mistake."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and the mistake in the settings file if they are not its own."""

    settings: Settings
    mistake: str | None = None
    """One sentence that names the file and the key; `None` when these are the file's own."""
    defaults: bool = False
    """With a mistake: no last good settings are remembered, so these are the defaults."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last good settings, without `[network]` and secrets."""

    settings: Settings
    tables: Mapping[str, Any]
    """What the file said that they are from."""


def load_or_last_good(path: Path | None, folder: Path | None = None) -> LoadedSettings:
    """Return the settings of the file at `path` (`None`: the usual one), or the last good ones that `folder` remembers.

    Without a `folder` it is the one that the settings name. Raise nothing: a folder that cannot be written remembers
    nothing.
    """
    try:
        settings = settings_file.load(path)
    except SettingsError as error:
        kept = next(filter(None, map(_remembered_or_removed, places(path, folder))), None)
        settings = defaults(path) if kept is None else kept.settings
        return LoadedSettings(settings, error.sentence, defaults=kept is None)
    with contextlib.suppress(OSError, SettingsError):
        _remember(path, folder or Path(settings.data.folder))
    return LoadedSettings(settings)


def remembered(path: Path | None, folder: Path | None = None, state: Path = Path(USUAL_FOLDER)) -> Remembered | None:
    """Return the last good settings of the file at `path`; `None` where none can be read. Change nothing."""
    for place in places(path, folder, state):
        with contextlib.suppress(OSError, SettingsError):
            return _read(place)
    return None


def defaults(path: Path | None) -> Settings:
    """Return the defaults, with what the file at `path` names legibly despite its mistake: language and data folder.

    So the mistake is told in the household's language, and the history is where it was.
    """
    settings = replace(Settings(), language=settings_file.language_named(path))
    named = settings_file.folder_named(path)
    return settings if named is None else replace(settings, data=DataSettings(str(named)))


def places(path: Path | None, folder: Path | None, state: Path = Path(USUAL_FOLDER)) -> Iterator[Path]:
    """Yield the folders in which the settings of the file at `path` may be remembered: `folder` if one is given.

    Else the one that the file names, and the service's own, `state`.
    """
    if folder is not None:
        yield folder
        return
    if (named := settings_file.folder_named(path)) is not None:
        yield named
    yield state


def without_secrets(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file's tables without `[network]`, and without the keys whose values are never shown."""
    return {
        name: {key: part for key, part in value.items() if f"{name}.{key}" not in SECRETS}
        if isinstance(value, dict)
        else value
        for name, value in tables.items()
        if name != "network" and not (name == "web" and "password" in value)  # no page without its password
    }


def _read(folder: Path) -> Remembered:
    """Return what a folder remembers, without its secrets. Raise OSError, SettingsError."""
    file = folder / LAST_GOOD_FILE
    try:
        text = read_small_file(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: is not UTF-8 text") from None
    tables = without_secrets(settings_file.document(text, str(file)))
    return Remembered(settings_file.parse(toml_text(tables), str(file)), tables)


def _remembered_or_removed(folder: Path) -> Remembered | None:
    """Return what a folder remembers, with the secrets in an older copy taken out; remove what cannot be used."""
    file = folder / LAST_GOOD_FILE
    try:
        kept = _read(folder)
        clean = toml_text(kept.tables).encode()
        if clean != read_small_file(file):
            with contextlib.suppress(OSError):
                replace_file(file, clean)
        return kept
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except (OSError, SettingsError) as error:
        # From a program that knew other keys, or damaged. It is a copy, and may have a secret in it: it is not kept.
        log.warning("%s; the last good settings are lost", error if isinstance(error, SettingsError) else _why(error))
        with contextlib.suppress(OSError):
            file.unlink()
        return None


def _why(error: OSError) -> str:
    return f"{LAST_GOOD_FILE}: {error.strerror}"


def _remember(path: Path | None, folder: Path) -> None:
    """Keep a copy of the file, whole or not at all, and only if it has changed. Raise OSError."""
    file = path or settings_file.DEFAULT_FILE
    copy = _copy(read_small_file(file, follow=True) if file.exists() else b"")
    kept = folder / LAST_GOOD_FILE
    with contextlib.suppress(OSError):
        if read_small_file(kept) == copy:
            return
    replace_file(kept, copy)


def _copy(octets: bytes) -> bytes:
    """Return what is kept of a good file."""
    return toml_text(without_secrets(settings_file.document(octets.decode("utf-8-sig"), ""))).encode()
