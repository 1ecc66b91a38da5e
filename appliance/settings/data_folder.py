"""Where the appliance keeps its files: one rule for the service and for every command beside it.

`[data] folder` counts wherever it is set. Without it the folder is systemd's state directory, and there is one name
for that on every machine. The service's sandbox lets it write into its state directory only, unless a drop-in says
more. So where the service cannot write the folder that is set, or the history is in the state directory and none is in
that folder, the state directory goes on to be the place; the service says so, and the commands look there too.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from appliance.settings import last_good, settings_file
from appliance.settings.model import Settings
from appliance.settings.settings_file import USUAL_FOLDER

RUNTIME_FOLDER = Path("/run/han-appliance")
"""The service's runtime directory: it answers there too, whatever the settings say."""
NO_ENVIRONMENT: Mapping[str, str] = {}
"""Of a command that systemd has not started."""
_HELD = ("history.sqlite3", "control.sock")
"""What shows that an appliance keeps its files in a folder."""


def data_folder(settings: Settings, environ: Mapping[str, str]) -> Path:
    """Return where the appliance with these settings keeps its files, for a command beside it.

    `environ` is the process's environment, in which systemd names the service's folders.
    """
    named, state = Path(settings.data.folder), state_directory(environ)
    if settings.data.folder == USUAL_FOLDER or (_holds(state) and not _holds(named)):
        return state
    return named


def service_folder(settings: Settings, environ: Mapping[str, str]) -> tuple[Path, str | None]:
    """Return where this appliance is to keep its files, and why that is not the folder that the settings name.

    The second is one sentence, `None` when it is that folder.
    """
    named, state = Path(settings.data.folder), state_directory(environ)
    if settings.data.folder == USUAL_FOLDER:
        return state, None
    if "STATE_DIRECTORY" not in environ or named == state:
        return named, None
    if _holds(state) and not _holds(named):
        return state, f"data.folder: the history is in {state}, so all is kept there until it is moved to {named}"
    if not _may_write(named):
        return state, f"data.folder: the service may not write in {named}, so all is kept in {state}"
    return named, None


def socket_folders(path: Path | None, environ: Mapping[str, str]) -> list[Path]:
    """Return where an appliance with the settings file at `path` may answer, the likeliest first.

    A mistake in the file hides none of them: an appliance that was started before goes on in its own folder.
    """
    try:
        settings = settings_file.load(path)
    except settings_file.SettingsError:
        settings = last_good.defaults(path)
    runtime = Path(environ.get("RUNTIME_DIRECTORY") or RUNTIME_FOLDER)
    state = state_directory(environ)
    found = [data_folder(settings, environ), Path(settings.data.folder), runtime, state]
    return list(dict.fromkeys(found))


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return the service's own folder."""
    return Path(environ.get("STATE_DIRECTORY") or USUAL_FOLDER)  # systemd.exec(5)


def _holds(folder: Path) -> bool:
    """Return whether an appliance keeps its files in a folder, as far as this user may see."""
    try:
        return any((folder / name).exists() for name in _HELD)
    except (OSError, ValueError):
        return False


def _may_write(folder: Path) -> bool:
    """Return whether this process may write in a folder, which it makes where it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
