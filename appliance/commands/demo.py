"""`han-appliance demo`."""

import argparse
import contextlib
import logging
import sys
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from appliance.commands.outcome import FINE, add_verbose, fail, positive
from appliance.service.signals import run_until_signal
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.simulation import demonstration
from appliance.simulation.makers import MAKERS
from appliance.words.words import WORDS


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "demo",
        help="show the panel with a simulated meter, on any machine",
        description="Runs the same appliance with a simulated household and meter on a pseudo-terminal. In a terminal "
        "it shows the front panel: keys a and b are its buttons, q quits. Elsewhere, or with --headless, it prints a "
        "line for each change.",
        epilog="example: han-appliance demo --meter aidon --speed 10 --seconds 60 --headless --png pictures",
    )
    parser.add_argument("--meter", choices=[maker.value for maker in MAKERS], default="aidon", help="default: aidon")
    parser.add_argument(
        "--net", choices=("it", "tn", "one-phase"), default="it", help="how the house is fed; default: it"
    )
    parser.add_argument("--solar", action="store_true", help="the house has solar panels on its roof, and it is May")
    parser.add_argument(
        "--start",
        metavar="HH:MM[:SS]",
        help="the house's time of day; default: just before a car comes home in the afternoon and is charged",
    )
    parser.add_argument("--noise", type=_share, default=0.0, metavar="SHARE", help="share of octets damaged, 0 to 1")
    parser.add_argument("--speed", type=positive, default=1.0, metavar="N", help="times as fast as life; default: 1")
    parser.add_argument("--setup", action="store_true", help="begin with the questions of a first start")
    parser.add_argument("--seconds", type=positive, metavar="N", help="end after N seconds of the wall clock")
    parser.add_argument("--headless", action="store_true", help="print a line for each change, also in a terminal")
    parser.add_argument("--png", type=Path, metavar="DIR", help="also draw each change of the panel into DIR")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings: thresholds, language, display")
    parser.add_argument("--language", choices=tuple(WORDS), help="of the panel; default: the settings', else nb")
    add_verbose(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        settings = settings_file.load(options.config) if options.config else Settings()
        if options.language:
            settings = replace(settings, language=options.language)
        plan = demonstration.plan(
            options.meter,
            options.net,
            options.start,
            solar=options.solar,
            noise=options.noise,
            asks=options.setup,
        )
        if options.png:
            options.png.mkdir(parents=True, exist_ok=True)
    except (settings_file.SettingsError, demonstration.BadPlanError, OSError) as error:
        return fail(error)
    stage = demonstration.Stage(settings, plan, options.speed)
    if options.headless or options.png or not (sys.stdin.isatty() and sys.stdout.isatty()):
        run_until_signal(stage.headless(options.seconds, options.png))
        return FINE
    try:
        from appliance.simulation import terminal
    except ImportError:
        return fail("the panel in a terminal needs textual: install han-appliance[demo], or add --headless")
    logging.disable()  # the screen is the panel's
    return terminal.show(stage, options.seconds)


def _share(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= (number := float(text)) <= 1:
            return number
    raise argparse.ArgumentTypeError("it must be a number from 0 to 1")
