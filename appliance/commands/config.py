"""`han-appliance config`."""

import argparse
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import BAD_INPUT, FINE, fail
from appliance.settings import effective, settings_file
from appliance.settings.settings_file import DEFAULT_FILE


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "config",
        help="print a settings file with every key and its default, or what is in force",
        description="Prints a commented appliance.toml with every key, its default, its unit and what it may be. "
        "With 'show': each setting as it is in force, and whether the program, the file or the panel said so.",
        epilog="example: han-appliance config > appliance.toml",
    )
    parser.set_defaults(command=run, verbose=0)
    actions = parser.add_subparsers(metavar="show")
    showing = actions.add_parser(
        "show",
        help="each setting, its value, and where that came from",
        description="Shows each setting with its value and where it came from: default, file, last good (the file has "
        "a mistake now), or panel (chosen with the buttons). '-' is not set. Exit code 2 when something has a mistake.",
        epilog="example: han-appliance config show --config appliance.toml",
    )
    showing.add_argument("--json", action="store_true", help="one JSON object by key")
    showing.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE}, if there)")
    showing.set_defaults(command=_show_config)


def run(_options: argparse.Namespace) -> int:
    """Print the file. Return the exit code."""
    print(settings_file.sample(), end="")
    return FINE


def _show_config(options: argparse.Namespace) -> int:
    state = os.environ.get("STATE_DIRECTORY")
    shown = effective.effective_settings(options.config, Path(state) if state else None)
    print(effective.as_json(shown) if options.json else effective.as_table(shown), end="")
    for mistake in shown.mistakes:
        fail(mistake)
    return BAD_INPUT if shown.mistakes else FINE
