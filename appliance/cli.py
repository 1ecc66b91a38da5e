"""The command line: what was asked for, to whom, and how it ended. Nothing is decided here."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from appliance import __version__, caretaking
from appliance.line import capture
from appliance.meter.reading import Reading
from appliance.outcome import BAD_INPUT, FINE, NOTHING_FOUND, positive, refuse
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.settings.settings_file import DEFAULT_FILE
from appliance.words.words import CatalogueError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the process's exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=[logging.WARNING, logging.INFO, logging.DEBUG][min(options.verbose, 2)],
        format="%(message)s" if not options.verbose else "%(asctime)s %(levelname)s %(message)s",
    )
    try:
        code: int = options.command(options)
    except CatalogueError as trouble:
        return refuse(trouble)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="han-appliance",
        description="Reads a smart meter's HAN port and shows the household's electricity on a small front panel.",
        epilog="example: han-appliance demo --meter kaifa --speed 10",
    )
    parser.add_argument("--version", action="version", version=f"han-appliance {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_demo(commands)
    _add_decode(commands)
    _add_export(commands)
    _add_peaks(commands)
    _add_rules(commands)
    _add_pages(commands)
    caretaking.add(commands)
    _add_config(commands)
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="run the appliance on the Pi's serial port, display and pins",
        description="Runs the appliance: the serial port, the display and the pins of a Raspberry Pi. What is missing "
        "is named once and tried again; only broken settings stop it (exit code 2).",
        epilog="The alarms:\n\n" + settings_file.rules() + "\nexample: han-appliance run --config appliance.toml -v",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE}, if there)")
    run.add_argument("--record", type=Path, metavar="FILE", help="also write all octets, with their times, to FILE")
    _add_verbose(run)
    run.set_defaults(command=_run)


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser(
        "demo",
        help="show the panel with a simulated meter, on any machine",
        description="Runs the same appliance with a simulated household and meter on a pseudo-terminal. In a terminal "
        "it shows the front panel: keys a and b are its buttons, q quits. Elsewhere, or with --headless, it prints a "
        "line for each change.",
        epilog="example: han-appliance demo --meter aidon --speed 10 --seconds 60 --headless --png pictures",
    )
    demo.add_argument("--meter", choices=("aidon", "kaifa", "kamstrup"), default="aidon", help="default: aidon")
    demo.add_argument(
        "--net", choices=("it", "tn", "one-phase"), default="it", help="how the house is fed; default: it"
    )
    demo.add_argument("--solar", action="store_true", help="the house has solar panels on its roof, and it is May")
    demo.add_argument("--start", default="17:05", metavar="HH:MM", help="the house's time of day; default: 17:05")
    demo.add_argument("--noise", type=_share, default=0.0, metavar="SHARE", help="share of octets damaged, 0 to 1")
    demo.add_argument("--speed", type=positive, default=1.0, metavar="N", help="times as fast as life; default: 1")
    demo.add_argument("--seconds", type=positive, metavar="N", help="end after N seconds of the wall clock")
    demo.add_argument("--headless", action="store_true", help="print a line for each change, also in a terminal")
    demo.add_argument("--png", type=Path, metavar="DIR", help="also draw each change of the panel into DIR")
    demo.add_argument("--config", type=Path, metavar="FILE", help="settings: thresholds, language, display")
    _add_verbose(demo)
    demo.set_defaults(command=_demo)


def _add_decode(commands: Any) -> None:
    decoding = commands.add_parser(
        "decode",
        help="say what a capture of octets holds",
        description="Decodes captured octets to a table. Exit code 0 when a frame was decoded, 1 when none was, "
        "2 for a file that cannot be read.",
        epilog="example: han-appliance decode --hex --json capture.hex",
    )
    decoding.add_argument("--hex", action="store_true", help="the capture is text, two hex digits an octet")
    decoding.add_argument("--json", action="store_true", help="one JSON object a line, in the order of the stream")
    decoding.add_argument("file", nargs="?", default="-", metavar="FILE", help="the capture; - is standard input")
    _add_verbose(decoding)
    decoding.set_defaults(command=_decode)


def _add_export(commands: Any) -> None:
    exporting = commands.add_parser(
        "export",
        help="print the history for a spreadsheet",
        description="Prints hours, each day's highest hour with its place in the month, or voltage excursions as CSV, "
        "in Norwegian time and in the language of the settings. Works beside a running appliance.",
        epilog="example: han-appliance export --from 2026-11-01 --to 2026-11-30 --csv > november.csv",
    )
    exporting.add_argument("--from", dest="first", required=True, metavar="DATE", help="the first day: 2026-11-01")
    exporting.add_argument("--to", dest="last", required=True, metavar="DATE", help="the last day, itself included")
    exporting.add_argument("--csv", action="store_true", help="as CSV; there is no other form yet")
    exporting.add_argument("--what", choices=("hours", "peaks", "voltage"), default="hours", help="default: hours")
    exporting.add_argument("--out", type=Path, metavar="DIR", help="write all three into DIR instead")
    exporting.add_argument("--config", type=Path, metavar="FILE", help="settings: where the history is, language")
    exporting.set_defaults(command=_export, verbose=0)


def _add_rules(commands: Any) -> None:
    rules = commands.add_parser(
        "rules",
        help="explain the alarms",
        description="Explains each alarm in plain words with an example; the names are those of the settings.",
        epilog="example: han-appliance rules",
    )
    rules.set_defaults(command=_rules, verbose=0)


def _add_pages(commands: Any) -> None:
    drawing = commands.add_parser(
        "pages",
        help="draw every page of the panel",
        description="Draws every page in every state and language with example values: a contact sheet a language, "
        "and each page by itself.",
        epilog="example: han-appliance pages --png pictures",
    )
    drawing.add_argument("--png", type=Path, metavar="DIR", required=True, help="write the pictures into DIR")
    drawing.set_defaults(command=_pages, verbose=0)


def _add_peaks(commands: Any) -> None:
    peaks = commands.add_parser("peaks", help="correct an hour by the grid company's figures")
    actions = peaks.add_subparsers(required=True, metavar="ACTION")
    setting = actions.add_parser(
        "set",
        help="give an hour its energy",
        description="Gives an hour the energy that the grid company has for it, in place of what was measured or "
        "missed. It is marked as edited everywhere; what was measured stays in the file beside it. While the "
        "appliance runs, it is asked to write; otherwise the file is written at once.",
        epilog="example: han-appliance peaks set 2026-11-20 17 6.42   (the hour from 17:00 to 18:00 had 6.42 kWh)",
    )
    setting.add_argument("date", metavar="DATE", help="the day in Norway, such as 2026-11-20")
    setting.add_argument("hour", metavar="HOUR", help="the hour it began at, 0 to 23")
    setting.add_argument("kwh", metavar="KWH", help="its energy in kWh, such as 6.42")
    setting.add_argument("--second", action="store_true", help="the later of the two hours 2 of the day in October")
    setting.add_argument("--config", type=Path, metavar="FILE", help="settings: where the history is")
    setting.set_defaults(command=_set_peak, verbose=0)


def _add_config(commands: Any) -> None:
    shown = commands.add_parser(
        "config",
        help="print a settings file with every key and its default, or what is in force",
        description="Prints a commented appliance.toml with every key, its default, its unit and what it may be. "
        "With 'show': each setting as it is in force, and whether the program, the file or the panel said so.",
        epilog="example: han-appliance config > appliance.toml",
    )
    shown.set_defaults(command=_config, verbose=0)
    actions = shown.add_subparsers(metavar="show")
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


def _add_verbose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-v", "--verbose", action="count", default=0, help="log more; -vv logs every reading")


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("it must be from 0 to 1")
    return number


def _run(options: argparse.Namespace) -> int:
    from appliance.line.recording import Recorder
    from appliance.service.actions import RUNTIME
    from appliance.service.wiring import appliance
    from appliance.settings import last_good
    from appliance.system.clock import SystemClock
    from appliance.system.service_manager import ServiceManager
    from appliance.system.timebase import Timebase

    with contextlib.ExitStack() as opened:
        try:
            file = opened.enter_context(options.record.open("x", encoding="ascii")) if options.record else None
            recorder = Recorder(file) if file else None
        except OSError as trouble:
            return refuse(trouble)
        state = os.environ.get("STATE_DIRECTORY")  # systemd.exec(5)
        found = last_good.find(options.config, Path(state) if state else None)
        clock, folder = SystemClock(), Path(state or found.settings.data.folder)
        supervisor = appliance(
            found.settings,
            Timebase(),
            clock=clock,
            boot=clock.boot,
            folder=folder,
            runtime=Path(os.environ.get("RUNTIME_DIRECTORY") or RUNTIME),  # systemd.exec(5)
            recorder=recorder,
            manager=ServiceManager.of(os.environ),
            mistake=found.mistake,
        )
        return _until_told(supervisor.run(), lambda: supervisor.reload(last_good.find(options.config, folder)))


def _demo(options: argparse.Namespace) -> int:
    from appliance.simulation import demonstration

    try:
        settings = settings_file.load(options.config) if options.config else Settings()
        plan = demonstration.plan(options.meter, options.net, options.start, solar=options.solar, noise=options.noise)
        if options.png:
            options.png.mkdir(parents=True, exist_ok=True)
    except (settings_file.SettingsError, demonstration.BadPlanError, OSError) as trouble:
        return refuse(trouble)
    stage = demonstration.Stage(settings, plan, options.speed)
    if options.headless or options.png or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _until_told(stage.headless(options.seconds, options.png))
    try:
        from appliance.simulation import terminal
    except ImportError:
        return refuse("the panel in a terminal needs textual: install han-appliance[demo], or add --headless")
    logging.disable()  # the screen is the panel's
    return terminal.show(stage, options.seconds)


def _decode(options: argparse.Namespace) -> int:
    name = "standard input" if options.file == "-" else options.file
    try:
        with _opened(options.file) as file:
            return _tell(capture.octets_of(file, name, is_hex=options.hex), name, options)
    except (capture.BadCaptureError, OSError) as trouble:
        if isinstance(trouble, BrokenPipeError):
            raise
        return refuse(trouble)


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


def _export(options: argparse.Namespace) -> int:
    from appliance.history import csv_export
    from appliance.history.database import FILE, History, HistoryError
    from appliance.settings.policies import tariffs

    try:
        settings = settings_file.load(options.config)
        first, last = csv_export.days(options.first, options.last)
        with contextlib.closing(History(Path(settings.data.folder) / FILE, read_only=True)) as history:
            asked = settings.language, tariffs(settings)
            if options.out:
                for path in csv_export.export_files(history, first, last, options.out, *asked):
                    print(path)
                return FINE
            sys.stdout.reconfigure(encoding=csv_export.ENCODING, newline="")  # type: ignore[union-attr]
            sys.stdout.writelines(csv_export.export(history, first, last, options.what, *asked))
            sys.stdout.flush()
    except (settings_file.SettingsError, csv_export.BadDatesError, HistoryError, OSError) as trouble:
        if isinstance(trouble, BrokenPipeError):
            raise
        return refuse(trouble)
    return FINE


def _rules(_options: argparse.Namespace) -> int:
    print(settings_file.rules(), end="")
    return FINE


def _pages(options: argparse.Namespace) -> int:
    from appliance.simulation import sheet

    try:
        for path in sheet.write(options.png):
            print(path)
    except OSError as trouble:
        if isinstance(trouble, BrokenPipeError):
            raise
        return refuse(trouble)
    return FINE


def _set_peak(options: argparse.Namespace) -> int:
    from appliance.history.database import HistoryError
    from appliance.service import correct_hour
    from appliance.service.local_socket import ControlError
    from appliance.settings import corrections
    from appliance.system.clock import SystemClock

    try:
        folder = Path(settings_file.load(options.config).data.folder)
        start = corrections.hour_start(options.date, options.hour, second=options.second)
        clock = SystemClock()
        if clock.synchronised() and start + timedelta(hours=1) > clock.utc():
            raise corrections.BadPeakError(f"{options.date} {options.hour}: that hour has not ended yet")
        how = correct_hour.set_hour(folder, start, corrections.watt_hours(options.kwh))
    except (settings_file.SettingsError, corrections.BadPeakError, ControlError, HistoryError) as trouble:
        return refuse(trouble)
    print(f"{options.date} {int(options.hour):02}:00 now has {options.kwh} kWh ({how})")
    return FINE


def _config(_options: argparse.Namespace) -> int:
    print(settings_file.sample(), end="")
    return FINE


def _show_config(options: argparse.Namespace) -> int:
    from appliance.settings import effective

    state = os.environ.get("STATE_DIRECTORY")
    shown = effective.show(options.config, Path(state) if state else None)
    print(effective.as_json(shown) if options.json else effective.as_table(shown), end="")
    for mistake in shown.mistakes:
        refuse(mistake)
    return BAD_INPUT if shown.mistakes else FINE


def _until_told(work: Coroutine[Any, Any, None], reload: Callable[[], None] | None = None) -> int:
    """Run until it ends, or SIGINT or SIGTERM asks for the end; SIGHUP asks to `reload`."""

    async def watched() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for told in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(told, task.cancel)
        if reload is not None:
            loop.add_signal_handler(signal.SIGHUP, reload)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(watched())
    return FINE
