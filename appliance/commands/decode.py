"""`han-appliance decode`."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any, BinaryIO

from appliance.commands.outcome import FINE, NOTHING_FOUND, add_verbose, fail
from appliance.line import capture
from appliance.meter.cipher import Keys, keys_of
from appliance.meter.reading import Reading, Reason
from appliance.settings import settings_file
from appliance.settings.settings_file import SettingsError

_ADVICE = {
    Reason.ENCRYPTED: "the lists are encrypted: ask the grid company to switch that off, or for the meter's keys "
    "('han-appliance doctor --letter' does), and give them with --key and --authentication-key",
    Reason.WRONG_KEY: "the key does not fit: --key is the encryption key (in Denmark GPK60), --authentication-key the "
    "other one (GPK61), and GPK11 is neither",
    Reason.BLOCK_TRANSFER: "the lists come in blocks, which this program does not read: ask the grid company for plain "
    "lists on the HAN port",
    Reason.UNKNOWN_LIST: "a list of that layout is not known: send us the file",
}
"""What to do where a list was rejected for this reason."""


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "decode",
        help="say what a capture of octets holds",
        description="Decodes captured octets to a table. A text is taken for a dump: hex with whatever stands between "
        "and before, or base64; payloads without frames are read too, and what is not read is named. Exit code 0 when "
        "a list was decoded, 1 when none was, 2 for a file that cannot be read.",
        epilog="example: han-appliance decode --hex --json capture.hex",
    )
    parser.add_argument("--hex", action="store_true", help="the capture is text, two hex digits an octet")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, in the order of the stream")
    keys = parser.add_mutually_exclusive_group()
    keys.add_argument("--key", metavar="HEX", help="the meter's encryption key (in Denmark GPK60)")
    keys.add_argument("--config", type=Path, metavar="FILE", help="take the meter's keys from these settings")
    parser.add_argument("--authentication-key", metavar="HEX", help="its authentication key (in Denmark GPK61)")
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="the capture; - is standard input")
    add_verbose(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    name = "standard input" if options.file == "-" else options.file
    try:
        keys = _keys(options)
        with _opened(options.file) as file:
            return _tell(capture.Capture(file, name, is_hex=options.hex, keys=keys), name, options)
    except (capture.BadCaptureError, SettingsError, ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)


def _keys(options: argparse.Namespace) -> Keys | None:
    """Return the keys that were given. Raises ValueError and SettingsError, without them."""
    if options.config is None:
        return keys_of(options.key, options.authentication_key)
    meter = settings_file.load(options.config).meter
    return keys_of(meter.key, options.authentication_key or meter.authentication_key)


def _opened(name: str) -> contextlib.AbstractContextManager[BinaryIO]:
    return contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _tell(captured: capture.Capture, name: str, options: argparse.Namespace) -> int:
    count, reasons = {True: 0, False: 0}, set()
    for result in captured.results():
        if not options.json and not any(count.values()):
            print(capture.TABLE_HEAD)
        count[isinstance(result, Reading)] += 1
        if not isinstance(result, Reading):
            reasons.add(result.reason)
        print(capture.as_json(result) if options.json else capture.as_row(result))
    sys.stdout.flush()
    if not options.json or not count[True]:
        hints = [captured.form and f"read as {captured.form}", captured.named and f"it holds {captured.named}"]
        hints += [advice for reason, advice in _ADVICE.items() if reason in reasons]
        if not (count[True] or options.hex or any(hints)):
            hints.append("if it holds hex digits, add --hex")
        said = "".join(f"; {hint}" for hint in hints if hint)
        print(f"{name}: frames decoded {count[True]}, rejected {count[False]}{said}", file=sys.stderr)
    return FINE if count[True] else NOTHING_FOUND
