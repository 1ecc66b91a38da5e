"""What outlasts the program: real processes on a pseudo-terminal and a real file, ended, killed and started again."""

import contextlib
import csv
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import Restored
from appliance.household.hours import Hour, Quality
from appliance.simulation.meter import Line
from appliance.system.clock import Boot
from tests.conftest import SPEAKS_FROM
from tests.started import CAP_S, ENDS_S, MOCK_PINS, Started, command, settings_file, situation


def stored(folder: Path) -> Restored:
    with contextlib.closing(History(folder / HISTORY_FILE, read_only=True)) as history:
        return history.load(Boot("another", 0.0))


def hour_wh(folder: Path) -> float:
    """Return what the running appliance has counted in the running hour, Wh."""
    now = situation(folder)
    return 0.0 if now is None or now.hour is None else now.hour.import_wh


def test_a_program_that_is_ended_and_started_again_goes_on_with_the_hour(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    energies = []
    for least_wh in (40, 90):
        with Started("run", "--config", settings, **MOCK_PINS) as run:
            run.wait_for(lambda least_wh=least_wh: hour_wh(tmp_path) >= least_wh)
            assert run.end() < ENDS_S
            assert run.process.returncode == 0
        running = stored(tmp_path).checkpoint.ledger.running
        energies.append(running.import_wh)

    assert running.start == SPEAKS_FROM.replace(minute=0)
    assert running.continued
    assert energies[0] >= 40
    # Between the two runs lie some seconds: the power of before is believed over them, so nothing is missing.
    assert energies[1] >= max(90, energies[0])
    assert running.seen_s * 10 == pytest.approx(running.import_wh, abs=1)


def test_a_killed_program_leaves_a_file_that_opens(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: (tmp_path / HISTORY_FILE).exists())
        time.sleep(1)
        run.process.kill()
        run.process.wait()

    assert stored(tmp_path).hours == ()


def test_a_peak_is_set_by_the_running_program_and_shown_by_the_export(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: (tmp_path / "control.sock").exists())
        assert oct((tmp_path / "control.sock").stat().st_mode)[-3:] == "660"
        code, out, err = command("peaks", "set", "2026-01-14", "17", "6,42", "--config", settings)
        assert (code, err) == (0, "")
        assert out == "2026-01-14 17:00 now has 6,42 kWh (the running appliance has written it)\n"
        code, out, err = command("export", "--from", "2026-01-01", "--to", "2026-01-31", "--csv", "--config", settings)
        assert (code, err) == (0, "")
        run.end()
        assert (tmp_path / "control.sock").exists() is False or command(
            "peaks", "set", "2026-01-14", "18", "1", "--config", settings
        )[0] == 0

    rows = list(csv.reader(out.lstrip("\ufeff").splitlines(), delimiter=";"))
    assert [row for row in rows if "6,420" in row or "6,42" in row], rows
    hour = stored(tmp_path).hours[0]
    assert (hour.start, hour.import_wh, hour.quality) == (datetime(2026, 1, 14, 16, tzinfo=UTC), 6420, Quality.EDITED)


def test_a_peak_can_be_set_while_nothing_runs(tmp_path: Path):
    settings = settings_file(tmp_path, "/dev/no-such-port")

    code, out, err = command("peaks", "set", "2026-01-14", "17", "6.42", "--config", settings)

    assert (code, err) == (0, "")
    assert "written; no appliance is running" in out
    assert stored(tmp_path).hours == (Hour(datetime(2026, 1, 14, 16, tzinfo=UTC), 6420, 0, Quality.EDITED, 0),)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2026-01-14", "24", "6"), "24: the hour must be from 0 to 23; 17 is the one from 17:00 to 18:00"),
        (("14.1.2026", "7", "6"), "14.1.2026: the date must be such as 2026-11-20"),
        (("2026-02-30", "7", "6"), "2026-02-30: the date must be such as 2026-11-20"),
        (("2026-01-14", "7", "six"), "six: the energy must be in kWh, from 0 to 100, such as 6.42"),
        (("2026-01-14", "7", "642"), "642: the energy must be in kWh, from 0 to 100, such as 6.42"),
        (("2026-03-29", "2", "6"), "2026-03-29 has no hour 2: the clock skips it"),
        (("2026-01-14", "7", "6", "--second"), "2026-01-14 has only one hour 7; leave out --second"),
    ],
)
def test_a_peak_that_cannot_be_is_refused_in_a_sentence(arguments, sentence, tmp_path: Path):
    settings = settings_file(tmp_path, "/dev/no-such-port")

    assert command("peaks", "set", *arguments, "--config", settings) == (2, "", f"han-appliance: {sentence}\n")


def test_the_hour_that_october_has_twice_can_be_told_apart(tmp_path: Path):
    settings = settings_file(tmp_path, "/dev/no-such-port")
    command("peaks", "set", "2025-10-26", "2", "1", "--config", settings)
    command("peaks", "set", "2025-10-26", "2", "2", "--second", "--config", settings)

    first, second = stored(tmp_path).hours
    assert (first.import_wh, second.import_wh, second.start - first.start) == (1000, 2000, timedelta(hours=1))


def test_a_damaged_history_is_set_aside_and_said(line: Line, tmp_path: Path):
    (tmp_path / HISTORY_FILE).write_bytes(b"no database, but sixteen octets and more" * 100)
    with Started("run", "--config", settings_file(tmp_path, line.port), **MOCK_PINS) as run:
        run.wait_for(lambda: any("set aside as" in sentence for sentence in run.said))
        run.wait_for(lambda: hour_wh(tmp_path) > 0)
        assert run.process.poll() is None
        run.end()

    assert len(list(tmp_path.glob("history-damaged-*.sqlite3"))) == 1
    assert stored(tmp_path).checkpoint.ledger.running is not None


def test_a_folder_that_cannot_be_written_is_said_once_and_the_rest_goes_on(line: Line, tmp_path: Path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with Started("run", "--config", settings_file(tmp_path, line.port, in_the_way / "data"), **MOCK_PINS) as run:
        run.wait_for(lambda: sum("history" in sentence for sentence in run.said) == 1)
        time.sleep(3)
        assert run.process.poll() is None
        run.end()

    assert sum("history" in sentence for sentence in run.said) == 1
    assert not any("Traceback" in sentence for sentence in run.said)


def test_the_socket_answers_nonsense_with_a_sentence(line: Line, tmp_path: Path):
    with Started("run", "--config", settings_file(tmp_path, line.port), **MOCK_PINS) as run:
        run.wait_for(lambda: (tmp_path / "control.sock").exists())
        for request, sentence in (
            (b"nonsense\n", "a request is one line of JSON"),
            (b"[1]\n", "a request is a JSON object"),
            (b'{"x": 1}\n', "the running appliance knows set_hour, recording and status only"),
            (
                b'{"set_hour": {"start": "2026-01-14T16:00:00+00:00"}}\n',
                "set_hour needs start, by ISO 8601, and import_wh",
            ),
            (
                b'{"set_hour": {"start": "2026-01-14T16:00:00", "import_wh": 1}}\n',
                "2026-01-14T16:00:00: start must be a full hour with its offset from UTC",
            ),
            (
                b'{"set_hour": {"start": "2026-01-14T16:00:00Z", "import_wh": -1}}\n',
                "-1: import_wh must be from 0 to 100000",
            ),
            (
                b'{"set_hour": {"start": "0001-01-01T00:00:00+14:00", "import_wh": 1}}\n',
                "0001-01-01T00:00:00+14:00: the year must be from 2015 to 2100",
            ),
            (
                b'{"set_hour": {"start": "9999-12-31T23:00:00-10:00", "import_wh": 1}}\n',
                "9999-12-31T23:00:00-10:00: the year must be from 2015 to 2100",
            ),
            (
                b'{"set_hour": {"start": "2026-01-14T16:00:00Z", "import_wh": true}}\n',
                "set_hour needs start, by ISO 8601, and import_wh",
            ),
            (
                b'{"set_hour": {"start": "2099-01-14T16:00:00Z", "import_wh": 1}}\n',
                "the hour from 2099-01-14 17:00 may not have ended yet: the time is not known, and no hour was "
                "measured; wait for the meter's time",
            ),
            (b"x" * 100_000 + b"\n", "a request is one line of JSON"),
        ):
            with socket.socket(socket.AF_UNIX) as asked:
                asked.settimeout(CAP_S)
                asked.connect(str(tmp_path / "control.sock"))
                asked.sendall(request)
                with asked.makefile("rb") as answer:
                    assert json.loads(answer.readline()) == {"error": sentence}
        run.end()
        assert not any("Traceback" in told for told in run.said)


def test_an_export_without_a_history_says_so(tmp_path: Path):
    code, out, err = command(
        *("export", "--from", "2026-01-01", "--to", "2026-01-31", "--csv", "--config", settings_file(tmp_path, "x"))
    )

    assert (code, out) == (2, "")
    assert str(tmp_path / HISTORY_FILE) in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["appliance.toml"]
