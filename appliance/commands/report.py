"""`han-appliance report`."""

import argparse
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.doctor import report
from appliance.settings import last_good
from appliance.settings.settings_file import DEFAULT_FILE


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "report",
        help="write a folder with all that somebody needs to help",
        description="Writes the doctor's verdict, the status, the settings, hours, peaks and voltages as CSV and the "
        "letter to the grid company into a new folder in DIR, and takes a file 'report' away that lies there. The "
        "image does so on its boot partition when somebody puts such a file there.",
        epilog="example: han-appliance report /boot/firmware",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the report's folder is made")
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    found = last_good.load_or_last_good(options.config, None)
    try:
        print(report.write(options.folder, options.config, Path(found.settings.data.folder), found.settings))
    except OSError as error:
        return fail(error)
    return FINE
