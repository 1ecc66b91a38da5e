"""`han-appliance report`."""

import argparse
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.doctor import report
from appliance.settings import last_good, settings_file
from appliance.settings.data_folder import data_folder
from appliance.settings.model import Settings
from appliance.settings.settings_file import DEFAULT_FILE
from appliance.words.sentence import Sentence, joined


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
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the report's folder is made; DIR is made too")
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        settings: Settings = settings_file.load(options.config)
        mistake: Sentence | None = None
    except settings_file.SettingsError as error:
        # Root runs this on the image, and root takes no settings from the appliance's folder: no last good ones.
        settings = last_good.defaults(options.config)
        mistake = joined("; ", (error.sentence, Sentence("the report goes by the defaults")))
        fail(mistake)
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        print(report.write(options.folder, options.config, data_folder(settings, os.environ), settings, mistake))
    except OSError as error:
        return fail(error)
    return FINE
