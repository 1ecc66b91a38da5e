"""How a command ends: its exit code, and the one sentence when it cannot do what it was asked."""

import argparse
import contextlib
import sys

FINE, NOTHING_FOUND, BAD_INPUT = 0, 1, 2


def fail(error: object) -> int:
    """Print why, in a sentence on the standard error. Return the exit code."""
    if isinstance(error, OSError) and error.filename is not None:
        error = f"{error.filename}: {error.strerror}"
    print(f"han-appliance: {error}", file=sys.stderr)
    return BAD_INPUT


def positive(text: str) -> float:
    """Return an argument as a number above 0 and of a size that makes sense."""
    with contextlib.suppress(ValueError):
        if 0 < (number := float(text)) <= 1e6:
            return number
    raise argparse.ArgumentTypeError("it must be a number above 0 and at most 1000000")


def add_verbose(parser: argparse.ArgumentParser) -> None:
    """Add the option that logs more."""
    parser.add_argument("-v", "--verbose", action="count", default=0, help="log more; -vv logs every reading")
