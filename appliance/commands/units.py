"""`han-appliance units`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.install import units


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "units",
        help="install the systemd units, the user and the rules for its devices",
        description="Writes the systemd units (with the path of this command), the sysusers file and the udev rules "
        "below DIR: / for this machine, or the root of an image.",
        epilog="example: sudo han-appliance units /",
    )
    parser.add_argument("root", type=Path, metavar="DIR", help="the root directory to write below")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        for path in units.install(options.root):
            print(path)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)
    return FINE
