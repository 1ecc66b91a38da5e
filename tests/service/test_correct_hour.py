"""Which hours may be corrected, with a clock and without; what the local socket makes of any request."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.history.database import HISTORY_FILE, History
from appliance.household.hours import HOUR, Hour, Quality
from appliance.service.correct_hour import WRITTEN, refusal, set_hour, set_hours, understood
from appliance.settings.corrections import BadPeakError
from appliance.system.as_owner import OwnerError

NEWEST = datetime(2027, 1, 5, 11, tzinfo=UTC)
MEASURED = Hour(NEWEST, 900.0, 0.0, Quality.METERED, 1.0)
FUTURE = Hour(datetime(2035, 1, 1, tzinfo=UTC), 900.0, 0.0, Quality.EDITED, 0.0)
"""What an older program took from a wrong year: nothing was measured of it."""


def asked(**changed: object) -> dict[str, object]:
    return {"start": "2027-01-05T11:00:00+00:00", "import_wh": 6420, **changed}


def test_with_a_clock_the_hour_must_have_ended():
    assert refusal(NEWEST, NEWEST + timedelta(hours=1), []) is None
    assert refusal(NEWEST, NEWEST + timedelta(minutes=59), [MEASURED]) == (
        "the hour from 2027-01-05 12:00 has not ended yet: it is 2027-01-05 12:59"  # Norwegian time: UTC and 1 h
    )


def test_without_a_clock_it_may_not_be_later_than_the_newest_that_was_measured():
    assert refusal(NEWEST, None, [MEASURED, FUTURE]) is None
    assert refusal(NEWEST + timedelta(hours=1), None, [MEASURED, FUTURE]) == (
        "the hour from 2027-01-05 13:00 may not have ended yet: the time is not known, and the newest that was "
        "measured is from 2027-01-05 12:00; wait for the meter's time"
    )


def test_without_a_clock_and_an_hour_only_what_is_older_than_the_program_has_surely_ended():
    assert refusal(WRITTEN - timedelta(hours=1), None, []) is None
    assert "no hour was measured; wait for the meter's time" in str(refusal(WRITTEN, None, [FUTURE]))


def test_an_hour_that_was_measured_and_then_corrected_was_measured():
    assert refusal(NEWEST, None, [Hour(NEWEST, 1.0, 0.0, Quality.EDITED, 0.7)]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"import_wh": True},
        {"import_wh": "6420"},
        {"import_wh": None},
        {"import_wh": 10**400},
        {"import_wh": float("inf")},
        {"import_wh": float("nan")},
        {"import_wh": -1},
        {"import_wh": 100_001},
        {"start": "0001-01-01T00:00:00+14:00"},
        {"start": "9999-12-31T23:00:00-10:00"},
        {"start": "2027-01-05T11:00:00"},
        {"start": "2027-01-05T11:30:00+00:00"},
        {"start": "2027-01-05T11:00:00+05:30"},
        {"start": "2014-12-31T11:00:00+00:00"},
        {"start": 17},
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_a_sentence(wrong: dict[str, object]):
    with pytest.raises(BadPeakError, match=r"."):
        understood(asked(**wrong))


@pytest.mark.parametrize("request_", [None, 1, "x", [], {}, {"start": "2027-01-05T11:00:00Z"}])
def test_a_request_of_another_shape_is_refused_in_a_sentence(request_: object):
    with pytest.raises(BadPeakError, match="needs start"):
        understood(request_)


@given(st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:00(:00)?[+-]\d\d:\d\d", fullmatch=True), st.integers() | st.floats())
def test_no_request_raises_anything_else(start: str, import_wh: float):
    try:
        found, energy = understood({"start": start, "import_wh": import_wh})
    except BadPeakError:
        return
    assert (found.tzinfo, found.minute, 0 <= energy <= 100_000) == (UTC, 0, True)


def test_a_wrong_year_is_not_written_where_no_appliance_runs(tmp_path: Path):
    set_hour(tmp_path, datetime(2026, 1, 14, 16, tzinfo=UTC), 6420.0)
    with pytest.raises(OwnerError, match="2062-11-20 18:00 may not have ended"):
        set_hour(tmp_path, datetime(2062, 11, 20, 17, tzinfo=UTC), 6420.0)

    history = History(tmp_path / HISTORY_FILE, read_only=True)
    found = history.hours(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    history.close()
    assert [hour.start.year for hour in found] == [2026]


def test_of_several_hours_what_the_appliance_did_not_take_before_it_stopped_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answers = [{"done": True}, None]
    monkeypatch.setattr("appliance.service.correct_hour.ask", lambda _path, _request: answers.pop(0))
    first = datetime(2026, 1, 14, 16, tzinfo=UTC)
    set_hours(tmp_path, {first + place * HOUR: 1000.0 + place for place in range(3)})

    history = History(tmp_path / HISTORY_FILE, read_only=True)
    found = history.hours(first, first + 24 * HOUR)
    history.close()
    assert [hour.import_wh for hour in found] == [1001.0, 1002.0]  # the first is the appliance's own to write


def test_an_hour_that_is_refused_keeps_none_before_it_from_being_written(tmp_path: Path):
    good, bad = datetime(2026, 1, 14, 16, tzinfo=UTC), datetime(2062, 11, 20, 17, tzinfo=UTC)
    with pytest.raises(OwnerError, match="2062-11-20 18:00 may not have ended"):
        set_hours(tmp_path, {good: 1000.0, bad: 2000.0})

    history = History(tmp_path / HISTORY_FILE, read_only=True)
    found = history.hours(good, datetime(2100, 1, 1, tzinfo=UTC))
    history.close()
    assert [hour.start for hour in found] == [good]
