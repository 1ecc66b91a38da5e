"""Hours by the grid company's figures, from the settings: which hour is meant, and when it is put right."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.history.database import HISTORY_FILE, History
from appliance.household.hours import Hour, Quality
from appliance.settings.corrections import BadPeakError, due, understood
from tests.started import MOCK_PINS, Started, settings_file

START = datetime(2026, 11, 3, 16, tzinfo=UTC)
MEASURED = Hour(START, 3900.0, 0.0, Quality.METERED, 1.0)


def test_an_hour_is_the_wall_s():
    assert understood({"2026-11-03T17": 4.21, "2026-07-01 0": 1, "2026-07-01T23:00": 0.5}) == {
        START: 4210.0,
        datetime(2026, 6, 30, 22, tzinfo=UTC): 1000.0,
        datetime(2026, 7, 1, 21, tzinfo=UTC): 500.0,
    }


def test_the_hour_that_autumn_repeats_is_told_by_its_offset():
    assert understood({"2026-10-25T02+02:00": 1, "2026-10-25T02+01:00": 2}) == {
        datetime(2026, 10, 25, 0, tzinfo=UTC): 1000.0,
        datetime(2026, 10, 25, 1, tzinfo=UTC): 2000.0,
    }
    with pytest.raises(BadPeakError, match="another offset"):
        understood({"2026-11-03T17+02:00": 1})


def test_an_hour_that_has_ended_is_put_right_once():
    assert list(due({START: 4210.0}, [MEASURED])) == [(START, 4210.0)]
    assert list(due({START: 4210.0}, [Hour(START, 4210.0, 0.0, Quality.EDITED, 1.0)])) == []


def test_an_hour_that_has_not_ended_waits():
    assert list(due({START + timedelta(hours=1): 4210.0}, [MEASURED])) == []
    assert list(due({START: 4210.0}, [])) == []


def test_a_start_puts_them_into_the_history(tmp_path: Path):
    history = History(tmp_path / HISTORY_FILE)
    for hour in range(3):
        history.correct(Hour(START + timedelta(hours=hour), 1000.0, 0.0, Quality.EDITED, 1.0))
    history.close()
    settings = settings_file(tmp_path, str(tmp_path / "none"))
    with Path(settings).open("a") as file:
        file.write("[corrections]\n2026-11-03T17 = 4.21\n2026-11-05T17 = 9\n")
    with Started("run", "--config", settings, "-v", **MOCK_PINS) as run:
        run.wait_for(lambda: any("by the settings" in line for line in run.said))
        run.end()

    history = History(tmp_path / HISTORY_FILE, read_only=True)
    hours = history.hours(START, START + timedelta(days=9))
    history.close()
    assert [hour.import_wh for hour in hours] == [4210.0, 1000.0, 1000.0]
