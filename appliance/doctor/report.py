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
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.doctor import doctor, finding
from appliance.doctor.letter import letter
from appliance.history import csv_export
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.hours import OSLO
from appliance.household.situation import MeterIdentity
from appliance.service import status, status_text
from appliance.service.local_socket import SOCKET, ControlError, ask_any
from appliance.service.status import RECORDING, StatusAnswer
from appliance.settings import effective
from appliance.settings.grid import tariffs
from appliance.settings.model import Settings
from appliance.system.as_owner import OwnerError, as_owner
from appliance.system.atomic_file import replace_file
from appliance.words.words import WORDS, Words

REQUESTS = ("report", "report.txt")
"""What the request may be called: a PC's editor adds its ending. Case does not matter on FAT."""
UNFINISHED = "report.new"
KEPT_DAYS = 400
"""Back from the newest hour: a year and the month before."""
LISTENS_S = 30.0
_FAILURES = (HistoryError, OSError)
"""Of reading the history."""


def write(folder: Path, settings_file: Path | None, data: Path, settings: Settings, mistake: str | None = None) -> Path:
    """Make the report's folder in `folder` and take the request away. Return the new folder. Raise OSError.

    `settings_file` is that of the appliance (`None`: the usual one), `data` where its history is, and `mistake` why
    the settings are not the file's.

    Root runs this on the image, and `data` is the appliance's: nothing is written there, no settings are taken from
    there, and what is read is read as its owner.
    """
    unfinished = folder / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    for name, octets in _parts(settings_file, data, settings, mistake):
        replace_file(unfinished / name, octets)
    finished = _free_name(folder, _newest(data))
    unfinished.rename(finished)
    os.sync()
    for request in REQUESTS:
        (folder / request).unlink(missing_ok=True)
    return finished


def _parts(
    settings_file: Path | None, data: Path, settings: Settings, mistake: str | None
) -> Iterator[tuple[str, bytes]]:
    words = WORDS[settings.language]
    texts: dict[str, Callable[[], str]] = {
        "doctor.txt": lambda: _verdict(settings_file, words),
        "status.txt": lambda: _status(settings_file, settings, data),
        "settings.txt": lambda: _settings(settings_file, data, mistake, words),
        "recording.txt": lambda: _recording(settings_file, settings, data),
        "letter.txt": lambda: letter(settings.language, _meter(settings_file, settings, data)),
    }
    for name, made in texts.items():
        yield name, _text(_or_why(made, words).replace("\n", "\r\n"))
    for what in csv_export.WHAT:
        yield (
            f"{what}.csv",
            _text(_or_why(partial(as_owner, data, partial(_table, data, settings, what), *_FAILURES), words)),
        )


def _or_why(made: Callable[[], str], words: Words) -> str:
    try:
        return made()
    except (HistoryError, ControlError, OwnerError, OSError) as error:
        return words.say("This could not be made: {error}", error=str(error)) + "\r\n"


def _text(text: str) -> bytes:
    return text.encode(csv_export.ENCODING)


def _verdict(settings_file: Path | None, words: Words) -> str:
    target, refused = doctor.find_target(settings_file, trusting=False)
    found = list(doctor.findings(target, refused, LISTENS_S))
    lines = [
        f"HAN appliance {__version__}",
        "",
        *(finding.as_text(one, words) for one in found),
        "",
        finding.summary(found, words),
    ]
    return "\n".join(lines) + "\n"


def _asked(settings_file: Path | None, settings: Settings, data: Path) -> tuple[StatusAnswer, Mapping[str, Any]] | None:
    """Return what the running appliance says; `None` when none is found. Raise ControlError."""
    return status.ask_status(data / SOCKET, *doctor.sockets(settings_file, settings))


def _status(settings_file: Path | None, settings: Settings, data: Path) -> str:
    answer = _asked(settings_file, settings, data)
    if answer is None:
        return WORDS[settings.language].say("No appliance is running.") + "\n"
    report, as_it_came = answer
    return status_text.as_text(report) + "\n\n" + json.dumps(as_it_came, ensure_ascii=False, indent=1) + "\n"


def _recording(settings_file: Path | None, settings: Settings, data: Path) -> str:
    """Return what came on the line in the last hour: 'han-appliance replay' takes it. Raise ControlError."""
    found = ask_any((data / SOCKET, *doctor.sockets(settings_file, settings)), {RECORDING: {}})
    if found is None:
        return WORDS[settings.language].say("No appliance is running.") + "\n"
    return str(found[1][RECORDING])


def _settings(settings_file: Path | None, data: Path, mistake: str | None, words: Words) -> str:
    shown = effective.effective_settings(settings_file, data, trusting=False)
    mistakes = shown.mistakes if mistake is None else (mistake, *shown.mistakes[1:])
    return "".join(f"{words.tell(sentence)}\n" for sentence in mistakes) + effective.as_table(shown)


def _meter(settings_file: Path | None, settings: Settings, data: Path) -> MeterIdentity:
    answer = None
    with contextlib.suppress(ControlError):
        answer = _asked(settings_file, settings, data)
    return MeterIdentity() if answer is None else answer[0].situation.meter


def _table(data: Path, settings: Settings, what: csv_export.What) -> str:
    none_yet = WORDS[settings.language].say("There are no hours yet.") + "\r\n"
    if not (data / HISTORY_FILE).exists():
        return none_yet
    with _history(data) as history:
        newest = _newest_of(history)
        if newest is None:
            return none_yet
        last = newest.astimezone(OSLO).date()
        lines = csv_export.export(
            history, last - timedelta(days=KEPT_DAYS), last, what, settings.language, tariffs(settings)
        )
        return "".join(lines)


@contextlib.contextmanager
def _history(data: Path) -> Iterator[History]:
    """Open the history to read. Raise HistoryError, OSError.

    SQLite makes two files beside one that is read. Where no appliance has made them, a copy is read elsewhere.
    """
    file = data / HISTORY_FILE
    with contextlib.ExitStack() as opened:
        if not file.with_name(file.name + "-shm").exists() and file.exists():
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            for one in (file, file.with_name(file.name + "-wal")):
                if one.exists():
                    shutil.copyfile(one, folder / one.name, follow_symlinks=False)
            file = folder / HISTORY_FILE
        yield opened.enter_context(contextlib.closing(History(file, read_only=True)))


def _newest(data: Path) -> datetime | None:
    """Return the beginning of the newest hour; `None` without a history."""

    def read() -> str:
        with _history(data) as history:
            newest = _newest_of(history)
            return "" if newest is None else newest.isoformat()

    try:
        told = as_owner(data, read, *_FAILURES)
    except OwnerError:
        return None
    return datetime.fromisoformat(told) if told else None


def _newest_of(history: History) -> datetime | None:
    hours = history.hours(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    return hours[-1].start if hours else None


def _free_name(folder: Path, newest: datetime | None) -> Path:
    """Return a name with the day of the newest hour, which a Pi without a network knows; numbered where it is taken."""
    stem = "report" if newest is None else f"report-{newest.astimezone(OSLO):%Y-%m-%d}"
    names = (folder / (stem if number == 1 and newest else f"{stem}-{number}") for number in range(1, 1000))
    return next(name for name in names if not name.exists())
