"""`han-appliance decode`."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from appliance.commands.outcome import FINE, NOTHING_FOUND, add_verbose, fail
from appliance.line import capture
from appliance.meter.reading import Reading


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "decode",
        help="say what a capture of octets holds",
        description="Decodes captured octets to a table. Exit code 0 when a frame was decoded, 1 when none was, "
        "2 for a file that cannot be read.",
        epilog="example: han-appliance decode --hex --json capture.hex",
    )
    parser.add_argument("--hex", action="store_true", help="the capture is text, two hex digits an octet")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, in the order of the stream")
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="the capture; - is standard input")
    add_verbose(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    name = "standard input" if options.file == "-" else options.file
    try:
        with _opened(options.file) as file:
            return _tell(capture.octets_of(file, name, is_hex=options.hex), name, options)
    except (capture.BadCaptureError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)


def _opened(name: str) -> contextlib.AbstractContextManager[BinaryIO]:
    return contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _tell(octets: Iterator[bytes], name: str, options: argparse.Namespace) -> int:
    count = {True: 0, False: 0}
    for result in capture.results(octets):
        good = isinstance(result, Reading)
        if not options.json and not any(count.values()):
            print(capture.TABLE_HEAD)
        count[good] += 1
        print(capture.as_json(result) if options.json else capture.as_row(result))
    sys.stdout.flush()
    if not options.json or not count[True]:
        hint = "" if count[True] or options.hex else "; if it holds hex digits, add --hex"
        print(f"{name}: frames decoded {count[True]}, rejected {count[False]}{hint}", file=sys.stderr)
    return FINE if count[True] else NOTHING_FOUND
