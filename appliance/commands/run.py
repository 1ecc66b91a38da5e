"""`han-appliance run`."""

import argparse
import contextlib
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, add_verbose, fail
from appliance.line.recording import Recorder
from appliance.service.actions import RUNTIME
from appliance.service.signals import run_until_signal
from appliance.service.wiring import Machine, appliance
from appliance.settings import last_good, settings_file
from appliance.settings.settings_file import DEFAULT_FILE
from appliance.system.clock import SystemClock
from appliance.system.service_manager import ServiceManager
from appliance.system.timebase import Timebase


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "run",
        help="run the appliance on the Pi's serial port, display and pins",
        description="Runs the appliance: the serial port, the display and the pins of a Raspberry Pi. What is missing "
        "is named once and tried again; with a mistake in the settings it runs on the last good ones.",
        epilog="The alarms:\n\n" + settings_file.rules() + "\nexample: han-appliance run --config appliance.toml -v",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE}, if there)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write all octets, with their times, to FILE")
    add_verbose(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    with contextlib.ExitStack() as opened:
        try:
            file = opened.enter_context(options.record.open("x", encoding="ascii")) if options.record else None
            recorder = Recorder(file) if file else None
        except OSError as error:
            return fail(error)
        state = os.environ.get("STATE_DIRECTORY")  # systemd.exec(5)
        found = last_good.load_or_last_good(options.config, Path(state) if state else None)
        clock, folder = SystemClock(), Path(state or found.settings.data.folder)
        supervisor = appliance(
            found.settings,
            Timebase(),
            Machine(
                clock=clock,
                boot=clock.boot,
                folder=folder,
                runtime=Path(os.environ.get("RUNTIME_DIRECTORY") or RUNTIME),  # systemd.exec(5)
                manager=ServiceManager.of(os.environ),
            ),
            recorder=recorder,
            mistake=found.mistake,
        )
        run_until_signal(
            supervisor.run(), lambda: supervisor.reload(last_good.load_or_last_good(options.config, folder))
        )
        return FINE
