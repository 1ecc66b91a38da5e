"""`han-appliance tariff check`."""

import argparse
import contextlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance import tariffs
from appliance.commands import check_text, check_values
from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.history import elhub
from appliance.history.comparison import NEAR_WH, Comparison, compare
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.history.elhub_cells import ElhubError
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.invoice import Invoice, invoice
from appliance.household.spot import SpotPrices
from appliance.links import spot_file
from appliance.service import correct_hour
from appliance.service.local_socket import ControlError
from appliance.settings import corrections, grid, settings_file
from appliance.settings.data_folder import data_folder
from appliance.settings.model import Settings
from appliance.system.as_owner import OwnerError
from appliance.system.clock import SystemClock
from appliance.words.sentence import Sentence
from appliance.words.words import WORDS

_BEFORE = timedelta(days=400)
"""A capacity part may go by twelve months."""
_MOST_AT_ONCE = 1000
"""Corrections: a month has 745 hours, and its file some of the next one. Each is written by itself."""
_AFTER = datetime(2200, 1, 1, tzinfo=UTC)


def add(actions: Any) -> None:
    """Add the action to those of `tariff`."""
    parser = actions.add_parser(
        "check",
        help="compare Elhub's hours with the history, and print the month's invoice",
        description="Compares the hourly values that everybody can download from Elhub's pages (Min side) with the "
        "history, prints the hours that differ, and what each month comes to as the invoice has it. Exit code 0 when "
        "no hour differs, or all that did have been corrected; 1 when some do; 2 when the file is not understood.",
        epilog="example: han-appliance tariff check november.csv",
    )
    parser.add_argument("file", type=Path, metavar="ELHUB.csv", help="the downloaded file")
    parser.add_argument("--apply", action="store_true", help="give the hours that differ the file's figures")
    parser.add_argument(
        "--above",
        type=_watt_hours,
        default=NEAR_WH,
        metavar="WH",
        help=f"an hour that differs by no more is the same; default: {NEAR_WH}",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object; null is not known")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings: where the history is, prices, language")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        settings = settings_file.load(options.config)
    except settings_file.SettingsError as error:
        return fail(error)
    words = WORDS[settings.language]
    folder = data_folder(settings, os.environ)
    try:
        file = elhub.read(_octets(options.file))
        ours = _history(folder, file.hours[0].start)
        compared, corrected = _compared(file.hours, ours, folder, options)
    except ElhubError as error:
        return fail(f"{options.file}: {words.tell(error.sentence)}")
    except (HistoryError, ControlError, OwnerError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return fail(error)
    invoices = _invoices(file.hours, ours, settings, _spot(settings, folder))
    if options.json:
        told = check_values.values(file, compared, [theirs for theirs, _ in invoices], corrected)
        print(json.dumps(told, ensure_ascii=False))
    else:
        for line in check_text.comparison(file, compared, options.above, corrected, words):
            print(line)
        for theirs, own in invoices:
            print()
            for line in check_text.invoice(theirs, own, _priced_by(settings), words):
                print(line)
    return FINE if len(compared.differences) == corrected else NOTHING_FOUND


def _compared(
    file: Sequence[elhub.GridHour], ours: Sequence[Hour], folder: Path, options: argparse.Namespace
) -> tuple[Comparison, int]:
    """Return how the hours compare, and how many were corrected. Raise ElhubError, ControlError and OwnerError."""
    utc = _utc()
    newest = corrections.newest_measured(hour for hour in ours if utc is None or hour.start + HOUR <= utc)
    compared = compare(file, ours, newest, options.above)
    wanted = compared.corrections
    if not options.apply or compared.shift or not wanted:
        return compared, 0
    if len(wanted) > _MOST_AT_ONCE:
        raise ElhubError(
            Sentence(
                "{number} hours differ, and at most {most} are corrected at once: download a month by itself",
                number=len(wanted),
                most=_MOST_AT_ONCE,
            )
        )
    correct_hour.set_hours(folder, wanted, utc)
    return compared, len(wanted)


def _octets(path: Path) -> bytes:
    """Return what a file holds, or enough of it to see that it is too large. Raise OSError."""
    with path.open("rb") as file:
        return file.read(elhub.LARGEST_FILE + 1)


def _history(folder: Path, start: datetime) -> list[Hour]:
    """Return the hours from long enough before a moment, UTC. Raise HistoryError."""
    with contextlib.closing(History(folder / HISTORY_FILE, read_only=True)) as history:
        return history.hours(start - _BEFORE, _AFTER)


def _utc() -> datetime | None:
    clock = SystemClock()
    return clock.utc() if clock.synchronised() else None


def _invoices(
    file: Sequence[elhub.GridHour], ours: Sequence[Hour], settings: Settings, spot: SpotPrices | None
) -> list[tuple[Invoice, Invoice | None]]:
    """Return each month of the file, by the file's hours, and by ours where those are all known."""
    priced, fuse_a = grid.tariffs(settings), settings.phases.fuse_a
    theirs = [Hour(hour.start, hour.import_wh, 0.0, Quality.EDITED, 0.0) for hour in file]
    merged = sorted(({hour.start: hour for hour in ours} | {hour.start: hour for hour in theirs}).items())
    before = [hour for _, hour in merged]
    found = list[tuple[Invoice, Invoice | None]]()
    for first in sorted({_month(hour.start) for hour in file}):
        by_file = invoice(priced, theirs, first, before=before, fuse_a=fuse_a, spot=spot)
        by_ours = invoice(priced, ours, first, before=ours, fuse_a=fuse_a, spot=spot)
        found.append((by_file, by_ours if by_ours.hours == by_file.hours == by_file.of_hours else None))
    return found


def _spot(settings: Settings, folder: Path) -> SpotPrices | None:
    """Return the spot prices that the appliance keeps; `None` where it fetches none, or they cannot be read."""
    area = settings.spot.area
    if area is None:
        return None
    try:
        return SpotPrices(area, "", spot_file.load(folder, area))
    except (OSError, ValueError):
        return None  # the sum says that it lacks them


def _month(start: datetime) -> date:
    return start.astimezone(OSLO).date().replace(day=1)


def _priced_by(settings: Settings) -> str | None:
    """Return the name of the company whose prices count; `None` where it is none's that is known."""
    if settings.grid.company is None or grid.has_own_tables(settings):
        return None
    company = tariffs.company(settings.grid.company)
    return None if company is None else company.full_name


def _watt_hours(text: str) -> float:
    """Return an argument as Wh."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100_000:
        raise argparse.ArgumentTypeError("it must be a number of Wh from 0 to 100000")
    return number
