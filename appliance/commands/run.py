"""`han-appliance run`."""

import argparse
import contextlib
import logging
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, add_verbose, fail
from appliance.line.recording import Recorder
from appliance.service.bench import BenchPanel, both_buttons_down
from appliance.service.signals import run_until_signal
from appliance.service.wiring import SWITCHED_ON_S, Machine, appliance
from appliance.settings import last_good, settings_file
from appliance.settings.data_folder import RUNTIME_FOLDER, service_folder
from appliance.settings.doubts import doubts
from appliance.settings.model import Settings
from appliance.settings.settings_file import DEFAULT_FILE
from appliance.system.battery_clock import open_bus
from appliance.system.board import undervoltage
from appliance.system.clock import SystemClock
from appliance.system.network_addresses import lent_addresses
from appliance.system.service_manager import ServiceManager
from appliance.system.timebase import Timebase
from appliance.update import outcome
from appliance.update.running import running_or_none

log = logging.getLogger(__name__)


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "run",
        help="run the appliance on the Pi's serial port, display and pins",
        description="Runs the appliance: the serial port, the display and the pins of a Raspberry Pi. What is missing "
        "is named once and tried again. A mistake in the settings does not stop it: it is named, and the last good "
        "settings hold, or the defaults where none are remembered.",
        epilog="The alarms:\n\n" + settings_file.rules() + "\nexample: han-appliance run --config appliance.toml -v",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE}, if there)")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write all octets, with their times, to FILE")
    parser.add_argument(
        "--bench",
        type=Path,
        metavar="FILE",
        help="show the wires in place of the house where FILE or FILE.txt is, or while both buttons are held",
    )
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
        state, runtime = os.environ.get("STATE_DIRECTORY"), os.environ.get("RUNTIME_DIRECTORY")  # systemd.exec(5)
        remembered_in = Path(state) if state else None
        found = _loaded(options.config, remembered_in)
        clock = SystemClock()
        if _is_for_the_bench(options.bench, found.settings, clock):
            panel = BenchPanel(found.settings, Timebase(), manager=ServiceManager.of(os.environ))
            run_until_signal(panel.run())
            return FINE
        folder, elsewhere = service_folder(found.settings, os.environ)
        if elsewhere is not None:
            log.warning("%s", elsewhere)
        supervisor = appliance(
            found.settings,
            Timebase(),
            Machine(
                clock=clock,
                open_clock_bus=open_bus,
                addresses=lent_addresses,
                low_supply=undervoltage,
                boot=clock.boot,
                folder=folder,
                runtime=Path(runtime or RUNTIME_FOLDER),
                answers_in=Path(runtime) if runtime else None,
                manager=ServiceManager.of(os.environ),
                updates=outcome.FOLDER,
                system=running_or_none(),
                asks=True,
                linked=True,
            ),
            recorder=recorder,
            mistake=found.mistake,
            defaults=found.defaults,
        )
        run_until_signal(supervisor.run(), lambda: supervisor.reload(_loaded(options.config, remembered_in)))
        return FINE


def _is_for_the_bench(file: Path | None, settings: Settings, clock: SystemClock) -> bool:
    """Return whether the bench is asked for: by a file, or by both buttons while the machine starts."""
    if file is None:
        return False
    if file.exists() or file.with_name(f"{file.name}.txt").exists():
        return True
    return clock.boot().clock_s < SWITCHED_ON_S and both_buttons_down(settings)


def _loaded(config: Path | None, remembered_in: Path | None) -> last_good.LoadedSettings:
    """Return the settings of the file, or the last good ones, and log what they hardly mean."""
    found = last_good.load_or_last_good(config, remembered_in)
    for sentence in doubts(found.settings):
        log.warning("%s", sentence)
    return found
