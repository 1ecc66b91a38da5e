"""`han-appliance units`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.install import units
from appliance.settings import settings_file
from appliance.settings.settings_file import DEFAULT_FILE


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "units",
        help="install the systemd units, the user and the rules for its devices",
        description="Writes the systemd units (with the path of this command), the sysusers file and the udev rules "
        "below DIR: / for this machine, or the root of an image. Where the settings name a link ([mqtt], [web], [p1], "
        "[spot]) the unit gets a drop-in that opens the network as far as the link needs it; run this again after such "
        "a change.",
        epilog="example: sudo han-appliance units /",
    )
    parser.add_argument("root", type=Path, metavar="DIR", help="the root directory to write below")
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: DIR{DEFAULT_FILE}, if there)")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    config = options.config or options.root / DEFAULT_FILE.relative_to("/")
    try:
        settings = settings_file.load(config) if options.config or config.exists() else None
    except settings_file.SettingsError as error:
        return fail(error)
    try:
        for path in units.install(options.root, settings=settings):
            print(path)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)
    return FINE
