"""The settings to run on, whatever is in the file.

A panel that stays dark for a slip of the pen helps nobody. So a good file is remembered in the data folder. When the
file has a mistake later, the appliance runs on the remembered one, or on the defaults if there is none, and the panel
names the mistake.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.system.atomic_file import replace_file

LAST_GOOD_FILE = "last-good.toml"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and the mistake in the settings file if they are not its own."""

    settings: Settings
    mistake: str | None = None
    """One sentence that names the file and the key; `None` when these are the file's own."""


def load_or_last_good(path: Path | None, folder: Path | None = None) -> LoadedSettings:
    """Return the settings of the file at `path` (`None`: the usual one), or the last good ones that `folder` remembers.

    Without a `folder` it is the one that the settings name. Raise nothing: a folder that cannot be written remembers
    nothing.
    """
    try:
        settings = settings_file.load(path)
    except settings_file.SettingsError as error:
        return LoadedSettings(remembered(folder or Path(Settings().data.folder)), str(error))
    with contextlib.suppress(OSError):
        _remember(path or settings_file.DEFAULT_FILE, folder or Path(settings.data.folder))
    return LoadedSettings(settings)


def remembered(folder: Path) -> Settings:
    """Return the last good settings that a folder remembers, or the defaults."""
    file = folder / LAST_GOOD_FILE
    if not file.exists():
        return Settings()
    try:
        return settings_file.load(file)
    except settings_file.SettingsError:  # from a program that knew other keys, or damaged
        return Settings()


def _remember(path: Path, folder: Path) -> None:
    """Keep a copy of the file, whole or not at all, and only if it has changed."""
    octets = path.read_bytes() if path.exists() else b""
    kept = folder / LAST_GOOD_FILE
    if kept.exists() and kept.read_bytes() == octets:
        return
    replace_file(kept, octets)
