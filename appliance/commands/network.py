"""`han-appliance network`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.install import network
from appliance.settings import last_good
from appliance.settings.model import Settings
from appliance.settings.settings_file import DEFAULT_FILE


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "network",
        help="join the network of the settings (on the SD-card image)",
        description="Writes what [network] of the settings asks for below /run and starts it. The image does so at "
        "each start; other systems have their own ways to a network.",
        epilog="example: han-appliance network --config /boot/firmware/appliance.toml",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    found = last_good.load_or_last_good(options.config, Path(Settings().data.folder))
    try:
        failed = network.apply(found.settings.network)
    except OSError as error:
        return fail(error)
    for sentence in failed:
        fail(sentence)
    return NOTHING_FOUND if failed else FINE
