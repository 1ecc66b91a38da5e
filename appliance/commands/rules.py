"""`han-appliance rules`."""

import argparse
from typing import Any

from appliance.commands.outcome import FINE
from appliance.settings import settings_file


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "rules",
        help="explain the alarms",
        description="Explains each alarm in plain words with an example; the names are those of the settings.",
        epilog="example: han-appliance rules",
    )
    parser.set_defaults(command=run, verbose=0)


def run(_options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    print(settings_file.rules(), end="")
    return FINE
