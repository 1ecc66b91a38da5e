"""`han-appliance status`."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.service import status, status_text
from appliance.service.local_socket import SOCKET, ControlError
from appliance.service.status_text import one_line
from appliance.settings import settings_file
from appliance.settings.data_folder import socket_folders


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "status",
        help="say how the running appliance is",
        description="Asks the running appliance over its local socket. Exit code 0 when it answers, 2 when none does. "
        "With --check it prints one line, and 1 is an appliance that runs but has no reading or something wrong.",
        epilog="example: han-appliance status --check || echo look at the panel",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="all that it knows, as one JSON object")
    form.add_argument("--check", action="store_true", help="one line, and an exit code for a health check")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings: where the socket is")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    folders = socket_folders(options.config, os.environ)
    try:
        told = status.ask_status(*(folder / SOCKET for folder in folders))
    except ControlError as error:
        return fail(error)
    if told is None:
        return fail(_nobody(options.config, folders))
    report, as_it_came = told
    if options.json:
        print(json.dumps(as_it_came, ensure_ascii=False))
        return FINE
    print(
        one_line(report.situation) if options.check else status_text.as_text(report), end="\n" if options.check else ""
    )
    return FINE if not options.check or status.healthy(report.situation) else NOTHING_FOUND


def _nobody(settings: Path | None, folders: Sequence[Path]) -> str:
    """Return that none answers; one that runs may not be found where the settings file has a mistake."""
    try:
        settings_file.load(settings)
    except settings_file.SettingsError as error:
        asked = " or ".join(str(folder / SOCKET) for folder in folders)
        return f"no running appliance was found (nobody answers at {asked}), and {error}"
    return f"no appliance is running (nobody answers at {folders[0] / SOCKET})"
