"""The program started on each kind of damaged history, and beside what is not its own: it comes up and says so."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.history import schema
from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import Batch
from appliance.household.hours import HOUR, Hour, Quality
from appliance.household.situation import Storage
from appliance.simulation.meter import Line
from appliance.system.clock import Boot
from tests.conftest import SPEAKS_FROM
from tests.started import MOCK_PINS, Started, command, settings_file, situation

HOURS = tuple(
    Hour(SPEAKS_FROM.replace(minute=0, second=0) - number * HOUR, 1000.0 + number, 0.0, Quality.METERED, 1.0)
    for number in range(60, 0, -1)
)
Harm = Callable[[Path], None]


def octet(place: int, value: int) -> Harm:
    """Another value in one octet; `place` counts from the end when it is below 0."""

    def harm(file: Path) -> None:
        octets = bytearray(file.read_bytes())
        octets[place] = value
        file.write_bytes(octets)

    return harm


def said(*statements: str) -> Harm:
    """What somebody has told SQLite to do."""

    def harm(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return harm


def no_name(file: Path) -> None:
    """The review's A4b: a table's name that is no UTF-8, and its statement broken."""
    octets = (
        file.read_bytes()
        .replace(b"Ccorrections", b"C\xc3orrections")
        .replace(b"CREATE TABLE corr", b"CREATE?TABLE \xc3orr")
    )
    file.write_bytes(octets)


def log_alone(file: Path) -> None:
    """A file of no length, beside a log that has all of it."""
    octets = _unfolded(file)
    file.write_bytes(b"")
    file.with_name(HISTORY_FILE + "-wal").write_bytes(octets)


def _unfolded(file: Path) -> bytes:
    file.unlink()
    with closing(History(file)) as history:
        history.write(Batch(hours=HOURS), Boot("before", 1.0))
        return file.with_name(HISTORY_FILE + "-wal").read_bytes()


def newer(file: Path) -> None:
    """A file that the next program has written."""
    said("CREATE TABLE weather (n INTEGER) STRICT", f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")(file)


def cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


SET_ASIDE: dict[str, tuple[Harm, int]] = {
    "a schema below 0": (octet(60, 0x80), len(HOURS)),
    "a schema far beyond ours": (octet(62, 0x01), len(HOURS)),
    "the next schema with our tables": (octet(63, len(schema.MIGRATIONS) + 1), len(HOURS)),
    "schema 0": (octet(63, 0), len(HOURS)),
    "not to be written": (octet(18, 0x12), len(HOURS)),
    "not to be read": (octet(19, 0x12), len(HOURS)),
    "a later format of the schema": (octet(47, 0x14), len(HOURS)),
    "another encoding": (octet(59, 3), len(HOURS)),
    "another magic": (octet(0, 0x00), len(HOURS)),
    "another application": (said("PRAGMA application_id = 77"), len(HOURS)),
    "a table's name that is no text": (no_name, len(HOURS)),
    "garbage": (lambda file: file.write_bytes(b"garbage " * 5000) and None, 0),
    "a log alone": (log_alone, len(HOURS)),
    "cut short": (cut_short, 0),
    "another program's tables": (said("DROP TABLE hours", "CREATE TABLE hours (n INTEGER)"), 0),
}  # fmt: skip
"""What is done to a file, and how many hours are there all the same."""
LEFT_ALONE: dict[str, tuple[Harm, str]] = {
    "a newer program's": (newer, "of a newer program"),
    "a folder": (folder, "it is a folder"),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a history of sixty hours before the meter speaks."""
    with closing(History(tmp_path / HISTORY_FILE)) as history:
        history.write(Batch(hours=HOURS), Boot("before", 1.0))
    return tmp_path


def come_up(run: Started, data: Path, storage: Storage) -> None:
    """Wait until it says on its socket that this is so, and that it reads its meter."""
    run.wait_for(
        lambda: (now := situation(data)) is not None and now.storage is storage and now.reading_age_s is not None
    )


@pytest.mark.parametrize("name", SET_ASIDE)
def test_it_comes_up_and_says_that_the_file_was_set_aside(line: Line, data: Path, name: str):
    harm, left = SET_ASIDE[name]
    harm(data / HISTORY_FILE)
    with Started("run", "--config", settings_file(data, line.port), **MOCK_PINS) as run:
        come_up(run, data, Storage.SET_ASIDE)
        run.end()
    assert run.process.returncode == 0
    assert not [text for text in run.said if "Traceback" in text]
    assert [text for text in run.said if "the history was damaged: it is set aside as" in text]
    assert list(data.glob("history-damaged-*.sqlite3"))
    with closing(History(data / HISTORY_FILE, read_only=True)) as history:
        found = set(history.hours(HOURS[0].start, HOURS[-1].start + HOUR))
    assert found <= set(HOURS)
    assert len(found) >= left


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_it_comes_up_beside_what_is_not_its_own_and_says_that_nothing_is_written(line: Line, data: Path, name: str):
    harm, says = LEFT_ALONE[name]
    harm(data / HISTORY_FILE)
    settings = settings_file(data, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        come_up(run, data, Storage.FAILING)
        run.end()
    assert run.process.returncode == 0
    assert not [text for text in run.said if "Traceback" in text]
    assert len([text for text in run.said if says in text]) == 1

    code, _, complaint = command("export", "--config", settings, "--from", "2026-01-01", "--to", "2026-01-31", "--csv")
    assert (code, says in complaint, complaint.count("\n")) == (2, True, 1)


def test_an_export_before_any_history_says_that_there_is_none(tmp_path: Path):
    for data in (tmp_path, tmp_path / "none"):
        settings = settings_file(tmp_path, "/dev/null", data)
        code, _, complaint = command(
            "export", "--config", settings, "--from", "2026-01-01", "--to", "2026-01-31", "--csv"
        )
        assert (code, "no history yet" in complaint, complaint.count("\n")) == (2, True, 1)
    code, _, complaint = command("peaks", "set", "2026-01-01", "17", "6.42", "--config", settings)
    assert (code, "no history yet" in complaint, complaint.count("\n")) == (2, True, 1)
