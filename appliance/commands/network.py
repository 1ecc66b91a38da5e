"""`han-appliance network`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.install import links, network
from appliance.settings import settings_file
from appliance.settings.settings_file import DEFAULT_FILE


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "network",
        help="join the network of the settings (on the SD-card image)",
        description="Writes what [network] of the settings asks for below /run and starts it. The image does so at "
        "each start; other systems have their own ways to a network. With a mistake in the settings there is none.",
        epilog="example: han-appliance network --config /boot/firmware/appliance.toml",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        # Root runs this, and root takes no settings from the appliance's folder: no last good ones.
        settings = settings_file.load(options.config)
    except settings_file.SettingsError as error:
        return fail(f"{error}; there is no network until it is mended")
    try:
        failed = network.apply(settings.network, door=links.drop_in(settings))
    except OSError as error:
        return fail(error)
    for sentence in failed:
        fail(sentence)
    return NOTHING_FOUND if failed else FINE
