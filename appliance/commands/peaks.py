"""`han-appliance peaks`."""

import argparse
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, fail
from appliance.service import correct_hour
from appliance.service.local_socket import ControlError
from appliance.settings import corrections, settings_file
from appliance.settings.data_folder import data_folder
from appliance.system.as_owner import OwnerError
from appliance.system.clock import SystemClock


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser("peaks", help="correct an hour by the grid company's figures")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    setting = actions.add_parser(
        "set",
        help="give an hour its energy",
        description="Gives an hour the energy that the grid company has for it, in place of what was measured or "
        "missed. It is marked as edited everywhere; what was measured stays in the file beside it. While the "
        "appliance runs, it is asked to write; otherwise the file is written at once.",
        epilog="example: han-appliance peaks set 2026-11-20 17 6.42   (the hour from 17:00 to 18:00 had 6.42 kWh)",
    )
    setting.add_argument("date", metavar="DATE", help="the day in Norway, such as 2026-11-20")
    setting.add_argument("hour", metavar="HOUR", help="the hour it began at, 0 to 23")
    setting.add_argument("kwh", metavar="KWH", help="its energy in kWh, such as 6.42")
    setting.add_argument("--second", action="store_true", help="the later of the two hours 2 of the day in October")
    setting.add_argument("--config", type=Path, metavar="FILE", help="settings: where the history is")
    setting.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        folder = data_folder(settings_file.load(options.config), os.environ)
        start = corrections.hour_start(options.date, options.hour, second=options.second)
        import_wh, clock = corrections.watt_hours(options.kwh), SystemClock()
        utc = clock.utc() if clock.synchronised() else None
        how = correct_hour.set_hour(folder, start, import_wh, utc)
    except (settings_file.SettingsError, corrections.BadPeakError, ControlError, OwnerError) as error:
        return fail(error)
    print(f"{options.date} {int(options.hour):02}:00 now has {options.kwh} kWh ({how})")
    return FINE
