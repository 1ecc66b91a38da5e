"""The command line's entry: which verb, how much is logged, and what the process's exit code is.

Only the verb that was asked for is imported, so that the appliance does not carry the doctor, and `--version` is quick.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from appliance import __version__
from appliance.commands.outcome import FINE, fail
from appliance.words.words import CatalogueError

VERBS = (
    "run",
    "demo",
    "decode",
    "replay",
    "export",
    "peaks",
    "tariff",
    "rules",
    "pages",
    "status",
    "doctor",
    "report",
    "network",
    "imager",
    "update",
    "units",
    "config",
)
"""The modules of this room that are commands, in the order of `--help`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (`None`: the process's own) ask for. Return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser(arguments).parse_args(arguments)
    logging.basicConfig(
        level=[logging.WARNING, logging.INFO, logging.DEBUG][min(options.verbose, 2)],
        format="%(message)s" if not options.verbose else "%(asctime)s %(levelname)s %(message)s",
    )
    try:
        code: int = options.command(options)
    except CatalogueError as error:
        return fail(error)
    except BrokenPipeError:  # the reader of the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser that knows the verb which `arguments` begin with, or all of them where that is none."""
    parser = argparse.ArgumentParser(
        prog="han-appliance",
        description="Reads a smart meter's HAN port and shows the household's electricity on a small front panel.",
        epilog="example: han-appliance demo --meter kaifa --speed 10",
    )
    parser.add_argument("--version", action="version", version=f"han-appliance {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for verb in VERBS:
        if verb in arguments[:1] or not set(arguments[:1]) & set(VERBS):
            import_module(f"appliance.commands.{verb}").add(commands)
    return parser
