"""The doctor's round: every check in the order in which people build, then the line.

The installer wants to know what to do first, and a fault at the top often explains those below it. The line comes last
because it takes half a minute.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.doctor import health, listening, panel, port
from appliance.doctor.finding import Check, Finding, Grade, examine
from appliance.doctor.target import Target
from appliance.service import status
from appliance.service.local_socket import SOCKET, ControlError
from appliance.settings import choices, last_good, settings_file
from appliance.settings.model import Settings

CHECKS: dict[str, Check] = {
    "board": health.board,
    "settings": health.settings,
    "appliance": health.appliance,
    "port": port.port,
    "port holder": port.holder,
    "uart": port.uart,
    "console": port.console,
    "display": panel.display,
    "pins": panel.pins,
    "space": health.space,
    "writes": health.writes,
    "clock": health.clock,
    "watchdog": health.watchdog,
    "temperature": health.temperature,
    "supply": health.supply,
}
"""By name, in the order of the report."""


def find_target(path: Path | None, root: Path = Path("/")) -> tuple[Target, str | None]:
    """Return what to look at, and why a running appliance cannot be asked, if it cannot; one sentence.

    `path` is that of the settings file, `None` the usual one.
    """
    mistake = None
    try:
        settings = settings_file.load(path)
    except settings_file.SettingsError as error:
        settings, mistake = last_good.remembered(Path(Settings().data.folder)), str(error)
    file = path or (settings_file.DEFAULT_FILE if settings_file.DEFAULT_FILE.exists() else None)
    running, refused = None, None
    try:
        answer = status.ask_status(_socket(settings))
        running = None if answer is None else answer[0]
    except ControlError as error:
        refused = str(error)
    return Target(settings, file, mistake, root, running), refused


def language(target: Target) -> str:
    """Return the household's language, "nb", "en" or "sv": as chosen on the panel, else as set."""
    with contextlib.suppress(choices.ChoicesError):
        return choices.load(target.path(target.settings.data.folder)).language or target.settings.language
    return target.settings.language


def _socket(settings: Settings) -> Path:
    return Path(settings.data.folder) / SOCKET


def findings(
    target: Target, refused: str | None, seconds: float, wait: Callable[[float], None] = time.sleep
) -> Iterator[Finding]:
    """Yield what every check finds as soon as it is known; the line is listened to for `seconds`."""
    for name, check in CHECKS.items():
        if name == "appliance" and refused is not None:
            yield Finding(name, Grade.WARNING, refused, "ask as root, or as a user of the group han-appliance")
        else:
            yield examine(name, check, target)
    yield examine("line", lambda one: listening.judge(_sample(one, refused, seconds, wait)), target)


def _sample(target: Target, refused: str | None, seconds: float, wait: Callable[[float], None]) -> listening.LineSample:
    if refused is not None:
        # One runs, and two on a port take the octets from each other.
        return listening.LineSample(seconds=seconds, refused=f"a running appliance has the port, and {refused}")
    if target.running is None:
        return listening.listen(target, seconds)
    try:
        return listening.compare(target.running, seconds, _socket(target.settings), wait)
    except ControlError as error:
        return listening.LineSample(seconds=seconds, refused=str(error))
