"""`han-appliance pages`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.simulation import sheet


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "pages",
        help="draw every page of the panel",
        description="Draws every page in every state and language with example values: a contact sheet a language, "
        "and each page by itself.",
        epilog="example: han-appliance pages --png pictures",
    )
    parser.add_argument("--png", type=Path, metavar="DIR", required=True, help="write the pictures into DIR")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        for path in sheet.write(options.png):
            print(path)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)
    return FINE
