"""A folder with all that is needed to help from far away, for the boot partition of a Pi that one cannot log in to.

The household puts a file `report` on the card with a PC, and finds a folder beside it. Each part is made on its own,
and one that cannot be made says why: a damaged history does not keep the doctor's verdict back. The folder gets its
name when all is on the card, and the request goes last, so after a power cut in the middle it is asked for again.

Texts have a PC's line ends and a byte order mark, which Notepad and spreadsheets tell UTF-8 by.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from appliance import __version__
from appliance.doctor import doctor, finding
from appliance.doctor.letter import letter
from appliance.history import csv_export
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.hours import OSLO
from appliance.household.situation import MeterIdentity
from appliance.service import status, status_text
from appliance.service.local_socket import SOCKET, ControlError
from appliance.settings import effective
from appliance.settings.model import Settings
from appliance.settings.policies import tariffs
from appliance.system.atomic_file import replace_file

REQUESTS = ("report", "report.txt")
"""What the request may be called: a PC's editor adds its ending. Case does not matter on FAT."""
UNFINISHED = "report.new"
KEPT_DAYS = 400
"""Back from the newest hour: a year and the month before."""
LISTENS_S = 30.0


def write(folder: Path, settings_file: Path | None, data: Path, settings: Settings) -> Path:
    """Make the report's folder in `folder` and take the request away. Return the new folder. Raises OSError.

    `settings_file` is that of the appliance (`None`: the usual one), `data` where its history is.
    """
    unfinished = folder / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for name, octets in _parts(settings_file, data, settings):
        replace_file(unfinished / name, octets)
    finished = _free_name(folder, _newest(data))
    unfinished.rename(finished)
    os.sync()
    for request in REQUESTS:
        (folder / request).unlink(missing_ok=True)
    return finished


def _parts(settings_file: Path | None, data: Path, settings: Settings) -> Iterator[tuple[str, bytes]]:
    texts: dict[str, Callable[[], str]] = {
        "doctor.txt": lambda: _verdict(settings_file),
        "status.txt": lambda: _status(data),
        "settings.txt": lambda: _settings(settings_file, data),
        "letter.txt": lambda: letter(settings.language, _meter(data)),
    }
    for name, made in texts.items():
        yield name, _text(_or_why(made).replace("\n", "\r\n"))
    for what in csv_export.WHAT:
        yield f"{what}.csv", _text(_or_why(partial(_table, data, settings, what)))


def _or_why(made: Callable[[], str]) -> str:
    try:
        return made()
    except (HistoryError, ControlError, OSError) as error:
        return f"This could not be made: {error}\r\n"


def _text(text: str) -> bytes:
    return text.encode(csv_export.ENCODING)


def _verdict(settings_file: Path | None) -> str:
    target, refused = doctor.find_target(settings_file)
    found = list(doctor.findings(target, refused, LISTENS_S))
    lines = [f"HAN appliance {__version__}", "", *map(finding.as_text, found), "", finding.summary(found)]
    return "\n".join(lines) + "\n"


def _status(data: Path) -> str:
    answer = status.ask_status(data / SOCKET)
    if answer is None:
        return "No appliance is running.\n"
    report, as_it_came = answer
    return status_text.as_text(report) + "\n\n" + json.dumps(as_it_came, ensure_ascii=False, indent=1) + "\n"


def _settings(settings_file: Path | None, data: Path) -> str:
    shown = effective.effective_settings(settings_file, data)
    return "".join(f"{mistake}\n" for mistake in shown.mistakes) + effective.as_table(shown)


def _meter(data: Path) -> MeterIdentity:
    answer = None
    with contextlib.suppress(ControlError):
        answer = status.ask_status(data / SOCKET)
    return MeterIdentity() if answer is None else answer[0].situation.meter


def _table(data: Path, settings: Settings, what: csv_export.What) -> str:
    newest = _newest(data)
    if newest is None:
        return "There are no hours yet.\r\n"
    last = newest.astimezone(OSLO).date()
    with contextlib.closing(History(data / HISTORY_FILE, read_only=True)) as history:
        lines = csv_export.export(
            history, last - timedelta(days=KEPT_DAYS), last, what, settings.language, tariffs(settings)
        )
        return "".join(lines)


def _newest(data: Path) -> datetime | None:
    """Return the beginning of the newest hour; `None` without a history."""
    with contextlib.suppress(HistoryError), contextlib.closing(History(data / HISTORY_FILE, read_only=True)) as history:
        hours = history.hours(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
        return hours[-1].start if hours else None
    return None


def _free_name(folder: Path, newest: datetime | None) -> Path:
    """Return a name with the day of the newest hour, which a Pi without a network knows; numbered where it is taken."""
    stem = "report" if newest is None else f"report-{newest.astimezone(OSLO):%Y-%m-%d}"
    names = (folder / (stem if number == 1 and newest else f"{stem}-{number}") for number in range(1, 1000))
    return next(name for name in names if not name.exists())
