"""The report's folder: with an appliance, without one, with a damaged history, cut off, and on a full card."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.doctor import report
from appliance.history.database import HISTORY_FILE, History
from appliance.household.hours import Hour, Quality
from appliance.line import recording
from appliance.meter.decoder import Decoder, Reading
from appliance.settings.model import Settings
from appliance.simulation.meter import Line
from tests.started import MOCK_PINS, Started, settings_file

NAMES = [
    "doctor.txt",
    "hours.csv",
    "letter.txt",
    "peaks.csv",
    "recording.txt",
    "settings.txt",
    "status.txt",
    "voltage.csv",
]
HOUR = Hour(datetime(2026, 11, 3, 16, tzinfo=UTC), 4210.0, 0.0, Quality.EDITED, 1.0)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "LISTENS_S", 0.1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one hour."""
    folder = tmp_path / "data"
    folder.mkdir()
    history = History(folder / HISTORY_FILE)
    history.correct(HOUR)
    history.close()
    return folder


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A boot partition with a request."""
    folder = tmp_path / "card"
    folder.mkdir()
    (folder / "report").touch()
    return folder


def written(card: Path, data: Path) -> Path:
    settings = card / "appliance.toml"
    settings.write_text(f'[line]\nport = "{card}/none"\n[display]\nbus = 31\n[data]\nfolder = "{data}"\n')
    return report.write(card, settings, data, Settings())


def test_the_folder_is_named_by_the_newest_hour_and_the_request_is_gone(card: Path, data: Path):
    folder = written(card, data)

    assert folder == card / "report-2026-11-03"
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert sorted(path.name for path in card.iterdir()) == ["appliance.toml", "report-2026-11-03"]


def test_hours_and_peaks_are_a_spreadsheet_s_and_texts_a_pc_s(card: Path, data: Path):
    folder = written(card, data)

    assert "2026-11-03;17:00;18:00;UTC+1;4,210;rettet" in (folder / "hours.csv").read_text(encoding="utf-8-sig")
    assert "4,210" in (folder / "peaks.csv").read_text(encoding="utf-8-sig")
    for name in NAMES:
        octets = (folder / name).read_bytes()
        assert octets.startswith(b"\xef\xbb\xbf")
        assert octets.count(b"\n") == octets.count(b"\r\n") > 0


def test_a_second_report_of_a_day_stands_beside_the_first(card: Path, data: Path):
    written(card, data)
    (card / "report.txt").touch()

    assert written(card, data) == card / "report-2026-11-03-2"
    assert not (card / "report.txt").exists()


def test_without_a_history_it_is_numbered_and_says_so(card: Path, tmp_path: Path):
    folder = written(card, tmp_path / "nowhere")

    assert folder == card / "report-1"
    assert "ingen timer ennå" in (folder / "hours.csv").read_text(encoding="utf-8-sig")
    assert "Panelet kjører ikke" in (folder / "status.txt").read_text(encoding="utf-8-sig")


def test_a_damaged_history_keeps_nobody_from_the_verdict(card: Path, data: Path):
    (data / HISTORY_FILE).write_bytes(b"no database at all, but long enough to be taken for one" * 100)

    folder = written(card, data)

    assert "HAN appliance" in (folder / "doctor.txt").read_text(encoding="utf-8-sig")


def test_what_a_power_cut_left_is_made_anew(card: Path, data: Path):
    (card / report.UNFINISHED).mkdir()
    (card / report.UNFINISHED / "doctor.txt").write_text("half")

    folder = written(card, data)

    assert not (card / report.UNFINISHED).exists()
    assert (folder / "doctor.txt").stat().st_size > 100


def test_a_card_that_takes_nothing_leaves_the_request_and_says_why_in_a_sentence(tmp_path: Path, data: Path):
    in_the_way = tmp_path / "no card"
    in_the_way.write_text("")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "appliance",
            "report",
            str(in_the_way),
            "--config",
            settings_file(tmp_path, "none", data),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert "no card: File exists" in done.stderr
    assert "Traceback" not in done.stderr


def test_beside_a_running_appliance_it_tells_of_that_one(line: Line, card: Path, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: (tmp_path / "control.sock").exists())
        time.sleep(3)
        folder = report.write(card, Path(settings), tmp_path, Settings())
        run.end()

    recorded = recording.read(folder / "recording.txt")
    octets = b"".join(chunk.octets for chunk in recorded)
    assert any(isinstance(one, Reading) for one in Decoder().feed(octets))
    assert "36" in (folder / "status.txt").read_text(encoding="utf-8-sig")
    assert "kaifa" in (folder / "status.txt").read_text(encoding="utf-8-sig").lower()


def test_a_history_of_years_is_cut_to_one_and_a_month(card: Path, data: Path):
    history = History(data / HISTORY_FILE)
    history.correct(Hour(HOUR.start - timedelta(days=500), 1000.0, 0.0, Quality.EDITED, 1.0))
    history.close()

    assert "2025" not in (written(card, data) / "hours.csv").read_text(encoding="utf-8-sig")
