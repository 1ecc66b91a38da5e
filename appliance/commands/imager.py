"""`han-appliance imager`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.install import imager


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "imager",
        help="take what Raspberry Pi Imager wrote on the card into the settings (on the SD-card image)",
        description="Takes host name, Wi-Fi and ssh key out of firstrun.sh, or user-data and network-config, into "
        "[network] of the settings beside them, and removes those files. The image does so at each start.",
        epilog="example: han-appliance imager /boot/firmware",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the boot partition's folder, which can be written")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        asked, refused = imager.take(options.folder)
    except OSError as error:
        return fail(error)
    taken = [key for key, _ in asked.items() if key not in refused]
    print(f"taken into [network]: {', '.join(taken) or 'nothing'}")
    if refused:
        fail(f"not taken, for the settings would have a mistake: {', '.join(refused)}")
        return NOTHING_FOUND
    return FINE
