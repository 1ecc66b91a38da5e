"""`han-appliance config`."""

import argparse
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import BAD_INPUT, FINE, NOTHING_FOUND, fail
from appliance.settings import effective, settings_file
from appliance.settings.doubts import doubts
from appliance.settings.settings_file import DEFAULT_FILE
from appliance.words.words import WORDS


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "config",
        help="print a settings file with every key and its default, or what is in force",
        description="Prints a commented appliance.toml with every key, its default, its unit and what it may be. "
        "With 'show': each setting as it is in force, and whether the program, the file or the panel said so. With "
        "'check': what is wrong with a settings file.",
        epilog="example: han-appliance config > appliance.toml",
    )
    parser.set_defaults(command=run, verbose=0)
    actions = parser.add_subparsers(metavar="show|check")
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
    checking = actions.add_parser(
        "check",
        help="whether the settings file has a mistake",
        description="Reads the settings file as the appliance would, and changes nothing. Exit code 0 when it is good, "
        "1 when something in it hardly means what it says, 2 when it has a mistake.",
        epilog="example: han-appliance config check --config appliance.toml",
    )
    checking.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE}, if there)")
    checking.set_defaults(command=_check_config)


def run(_options: argparse.Namespace) -> int:
    """Print the file. Return the exit code."""
    print(settings_file.sample(), end="")
    return FINE


def _show_config(options: argparse.Namespace) -> int:
    shown = effective.effective_settings(options.config, environ=os.environ)
    print(effective.as_json(shown) if options.json else effective.as_table(shown), end="")
    for mistake in shown.mistakes:
        fail(mistake)
    return BAD_INPUT if shown.mistakes else FINE


def _check_config(options: argparse.Namespace) -> int:
    try:
        settings = settings_file.load(options.config)
        found = doubts(settings)
    except settings_file.SettingsError as error:
        return fail(WORDS[settings_file.language_named(options.config)].tell(error.sentence))
    words = WORDS[settings.language]
    for sentence in found:
        print(words.tell(sentence))
    if not found:
        print(words.say("no mistake was found"))
    return NOTHING_FOUND if found else FINE
