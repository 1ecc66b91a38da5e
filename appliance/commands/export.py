"""`han-appliance export`."""

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.history import csv_export
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.settings import settings_file
from appliance.settings.data_folder import data_folder
from appliance.settings.grid import tariffs


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "export",
        help="print the history for a spreadsheet",
        description="Prints hours, each day's highest hour with its place in the month, or voltage excursions as CSV, "
        "in Norwegian time and in the language of the settings. Works beside a running appliance.",
        epilog="example: han-appliance export --from 2026-11-01 --to 2026-11-30 --csv > november.csv",
    )
    parser.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first day: 2026-11-01")
    parser.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day, itself included")
    parser.add_argument("--csv", action="store_true", help="as CSV; there is no other form yet")
    parser.add_argument("--what", choices=("hours", "peaks", "voltage"), default="hours", help="default: hours")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write all three into DIR instead")
    parser.add_argument("--config", type=Path, metavar="HISTORY_FILE", help="settings: where the history is, language")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        settings = settings_file.load(options.config)
        first, last = csv_export.days(options.first, options.last)
        with contextlib.closing(History(data_folder(settings, os.environ) / HISTORY_FILE, read_only=True)) as history:
            wanted = settings.language, tariffs(settings)
            if options.out:
                for path in csv_export.export_files(history, first, last, options.out, *wanted):
                    print(path)
                return FINE
            sys.stdout.reconfigure(encoding=csv_export.ENCODING, newline="")  # type: ignore[union-attr]  # it is a TextIOWrapper
            sys.stdout.writelines(csv_export.export(history, first, last, options.what, *wanted))
            sys.stdout.flush()
    except (settings_file.SettingsError, csv_export.BadDatesError, HistoryError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)
    return FINE
