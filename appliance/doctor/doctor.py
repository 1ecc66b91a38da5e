"""The doctor's round: every check in the order in which people build, then the line.

The installer wants to know what to do first, and a fault at the top often explains those below it. The line comes last
because it takes half a minute.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from appliance.doctor import health, listening, panel, port, prices
from appliance.doctor.finding import Check, Finding, Grade, examine
from appliance.doctor.target import Target
from appliance.service import status
from appliance.service.local_socket import SOCKET, ControlError
from appliance.settings import choices, last_good, settings_file
from appliance.settings.data_folder import NO_ENVIRONMENT, data_folder, socket_folders, state_directory
from appliance.settings.model import DataSettings, Settings
from appliance.words.sentence import Sentence
from appliance.words.words import Language

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


def find_target(
    path: Path | None,
    root: Path = Path("/"),
    *,
    trusting: bool | None = None,
    environ: Mapping[str, str] = NO_ENVIRONMENT,
) -> tuple[Target, str | None]:
    """Return what to look at, and why a running appliance cannot be asked, if it cannot; one sentence.

    `path` is that of the settings file, `None` the usual one. Only with `trusting` are the last good settings taken
    from the appliance's folder after a mistake in it; by default root is not.
    """
    mistake = None
    trusting = os.geteuid() != 0 if trusting is None else trusting
    try:
        settings = settings_file.load(path)
    except settings_file.SettingsError as error:
        kept = last_good.remembered(path, state=state_directory(environ)) if trusting else None
        settings, mistake = last_good.defaults(path) if kept is None else kept.settings, error.sentence
    if root == Path("/"):
        settings = replace(settings, data=DataSettings(str(data_folder(settings, environ))))
    file = path or (settings_file.DEFAULT_FILE if settings_file.DEFAULT_FILE.exists() else None)
    running, refused = None, None
    try:
        answer = status.ask_status(*sockets(path, settings))
        running = None if answer is None else answer[0]
    except ControlError as error:
        refused = str(error)
    return Target(settings, file, mistake, root, running), refused


def language(target: Target) -> Language:
    """Return the household's language, as chosen on the panel, else as set."""
    with contextlib.suppress(choices.ChoicesError):
        return choices.load(target.path(target.settings.data.folder)).language or target.settings.language
    return target.settings.language


def sockets(path: Path | None, settings: Settings) -> list[Path]:
    """Return where the running appliance may answer, the likeliest first; `path` is that of the settings file."""
    folders = dict.fromkeys((Path(settings.data.folder), *socket_folders(path, NO_ENVIRONMENT)))
    return [folder / SOCKET for folder in folders]


def findings(
    target: Target, refused: str | None, seconds: float, wait: Callable[[float], None] = time.sleep
) -> Iterator[Finding]:
    """Yield what every check finds as soon as it is known; the line is listened to for `seconds`."""
    for name, check in CHECKS.items():
        if name == "appliance" and refused is not None:
            yield Finding(
                name, Grade.WARNING, refused, Sentence("ask as root, or as a user of the group han-appliance")
            )
        else:
            yield examine(name, check, target)
    if target.settings.spot.area is not None:
        yield examine(prices.NAME, prices.prices, target)
    yield examine("line", lambda one: listening.judge(_sample(one, refused, seconds, wait)), target)


def _sample(target: Target, refused: str | None, seconds: float, wait: Callable[[float], None]) -> listening.LineSample:
    if refused is not None:
        # One runs, and two on a port take the octets from each other.
        return listening.LineSample(
            seconds=seconds, refused=Sentence("a running appliance has the port, and {refused}", refused=refused)
        )
    if target.running is None:
        return listening.listen(target, seconds)
    try:
        return listening.compare(target.running, seconds, sockets(target.settings_file, target.settings), wait)
    except ControlError as error:
        return listening.LineSample(seconds=seconds, refused=str(error))
