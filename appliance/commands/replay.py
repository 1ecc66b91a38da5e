"""`han-appliance replay`."""

import argparse
import asyncio
import contextlib
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.history.trouble import NewerError
from appliance.line import recording
from appliance.line.recording import BadRecordingError
from appliance.panel.keys import Key, Press
from appliance.service.replay import KeyPress, Replay
from appliance.service.replay_text import HEAD, as_text, summary_as_text
from appliance.settings import settings_file
from appliance.settings.model import Settings


class BadInputError(Exception):
    """Something that was handed in cannot be used; one sentence."""


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "replay",
        help="show what the panel would have said to a recording",
        description="Feeds a recording of 'run --record' through the whole appliance in simulated time, as fast as "
        "the machine goes: decoder, household, panel, lamps and sounds, without a port, pins, a display or a network. "
        "It prints a line for each change of power, line, level, lamps, sound, page, words or alarms, and a summary. "
        "What moves by itself makes no line: the clock, ages, and the running sums of hour and day with their "
        "projection and headroom. Exit code 0 when a list was read, 1 when none was, 2 for a bad file, settings or "
        "option.",
        epilog="example: han-appliance replay --config appliance.toml --json evening.rec",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings; without it the defaults hold")
    parser.add_argument("--json", action="store_true", help="one JSON object a line; the manual names its fields")
    parser.add_argument(
        "--utc", metavar="ISO", help="what a synchronised system clock showed at 0 s: 2026-02-03T17:00:00Z"
    )
    parser.add_argument(
        "--history", type=Path, metavar="DIR", help="go on from DIR/history.sqlite3 after a power cut, and write it"
    )
    parser.add_argument(
        "--keys", type=Path, metavar="FILE", help="press keys: a line 'SECONDS a|b|A|B' each, capitals are held"
    )
    parser.add_argument(
        "--messages",
        type=Path,
        metavar="FILE",
        help="write what the broker of [mqtt] would be told: one JSON object a line",
    )
    parser.add_argument("--png", type=Path, metavar="DIR", help="draw the glass into DIR for each line")
    parser.add_argument("--setup", action="store_true", help="ask the questions of a first start, where it is one")
    parser.add_argument("file", metavar="RECORDING", help="the recording; - is standard input")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        return _run(options)
    except (BadInputError, BadRecordingError, HistoryError, settings_file.SettingsError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)


def _run(options: argparse.Namespace) -> int:
    settings = settings_file.load(options.config) if options.config else Settings()
    if options.messages is not None and settings.mqtt.host is None:
        raise BadInputError("--messages: the settings have no [mqtt] with a host that could be told any; leave it out")
    utc, keys = _utc(options.utc), _keys(options.keys)
    text, name = _text(options.file)
    chunks = list(recording.parse(text, name))  # before anything is printed or written
    del text
    for folder in filter(None, (options.png, options.history)):
        folder.mkdir(parents=True, exist_ok=True)
    if options.history is not None:
        _check(options.history / HISTORY_FILE)
    with contextlib.ExitStack() as opened:
        messages = None
        if options.messages is not None:
            messages = opened.enter_context(options.messages.open("w", encoding="utf-8"))
        replay = Replay(
            settings, chunks, utc=utc, folder=options.history, keys=keys, asks=options.setup, messages=messages
        )
        return _replayed(replay, options)


def _replayed(replay: Replay, options: argparse.Namespace) -> int:
    """Let the recording pass, and print what came of it. Return the exit code."""
    pictures: dict[str, int] = {}
    encode = msgspec.json.Encoder().encode
    if not options.json:
        print(HEAD)

    def printed() -> None:
        report = replay.report
        for line in report.lines:
            sys.stdout.write(f"{encode(line).decode() if options.json else as_text(line)}\n")
            if options.png is not None:
                _draw(replay, options.png, line["t"], pictures)
        report.lines.clear()

    asyncio.run(replay.run(printed))
    summary = replay.report.summary()
    print(encode(summary).decode() if options.json else summary_as_text(summary))
    sys.stdout.flush()
    return FINE if replay.report.lists else NOTHING_FOUND


def _draw(replay: Replay, folder: Path, at_s: float, pictures: dict[str, int]) -> None:
    """Draw the glass as it is; a second picture of the same moment gets a number."""
    name = f"{at_s:012.3f}"
    pictures[name] = number = pictures.get(name, 0) + 1
    replay.picture().save(folder / (f"{name}.png" if number == 1 else f"{name}-{number}.png"))


def _utc(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInputError(f"--utc {text}: it must be a moment such as 2026-02-03T17:00:00Z") from None
    if moment.tzinfo is None:
        raise BadInputError(f"--utc {text}: say the zone too, with Z for UTC or an offset such as +01:00")
    if not 2000 <= moment.year <= 2200:
        raise BadInputError(f"--utc {text}: the year must be from 2000 to 2200")
    return moment.astimezone(UTC)


def _text(name: str) -> tuple[str, str]:
    """Return a recording's text, and what sentences call it."""
    octets = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return octets.removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace"), "standard input" if name == "-" else name


def _keys(path: Path | None) -> list[KeyPress]:
    """Return the presses in a file."""
    if path is None:
        return []
    presses = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.fullmatch(r"\s*(\d{1,10}(?:\.\d*)?)\s+([abAB])\s*", line, re.ASCII)
        if found is None:
            raise BadInputError(f"{path}, line {number}: not seconds and a key, such as '12.5 a'; A and B are held")
        presses.append(KeyPress(float(found[1]), Press(Key(found[2].upper()), long=found[2].isupper())))
    return presses


def _check(path: Path) -> None:
    """Leave a newer program's history as it is, and raise NewerError. A damaged one is set aside as `run` does it."""
    if path.exists():
        try:
            History(path, read_only=True).close()
        except NewerError:
            raise
        except HistoryError:
            pass
