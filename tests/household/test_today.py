"""The local day so far."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.rules import VoltageRule
from appliance.household.situation import Today, VoltageDay
from appliance.household.today import DaySum, with_minute

DAY = date(2026, 1, 15)


def midnight(day: date = DAY) -> datetime:
    return datetime.combine(day, time(), OSLO).astimezone(UTC)


def ended(count: int, day: date = DAY) -> list[Hour]:
    """The first hours of a day: 1000 Wh, 1001 Wh, and so on."""
    return [
        Hour(midnight(day) + number * HOUR, 1000.0 + number, 10.0, Quality.METERED, 1.0, Quality.METERED)
        for number in range(count)
    ]


def running(start: datetime, import_wh: float = 500.0, missing_s: float = 0.0, export_missing_s: float = 0.0):
    return RunningHour(
        start=start,
        import_wh=import_wh,
        export_wh=5.0,
        seen_s=1800 - missing_s,
        export_seen_s=1800 - export_missing_s,
        elapsed_s=1800,
    )


def today(hours: list[Hour], **given_) -> Today:
    start = hours[-1].start + HOUR if hours else midnight()
    return DaySum(hours, start).today(running(start, **given_))


def test_the_days_energy_is_that_of_its_ended_hours_and_of_the_running_one():
    assert today(ended(3)) == Today(day=DAY, import_wh=3003.0 + 500, export_wh=35.0, highest=ended(3)[2])


def test_in_its_first_hour_the_day_is_the_running_hour():
    assert today([]) == Today(day=DAY, import_wh=500.0, export_wh=5.0, highest=None)


def test_the_hours_of_other_days_are_not_in_it():
    before = [replace(hour, import_wh=9000.0) for hour in ended(24, DAY - timedelta(days=1))]
    later = [replace(hour, import_wh=9000.0) for hour in ended(24, DAY + timedelta(days=1))]
    hours = [*before, *ended(3), *later]

    assert DaySum(hours, midnight() + 3 * HOUR).today(running(midnight() + 3 * HOUR)) == today(ended(3))


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_has_as_many_hours_as_it_has(day, count):
    its_day = date.fromisoformat(day)
    hours = [*ended(24, its_day - timedelta(days=1)), *ended(count - 1, its_day)]
    if its_day - timedelta(days=1) in (date(2026, 3, 29), date(2026, 10, 25)):
        raise AssertionError("the day before is to have 24 hours")
    found = today(hours)

    assert found.day == its_day
    assert found.import_wh == sum(hour.import_wh for hour in ended(count - 1, its_day)) + 500


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_without_one_of_its_hours_the_day_is_not_known(missing):
    hours = ended(3)
    start = hours[2].start + HOUR
    del hours[missing]
    found = DaySum(hours, start).today(running(start))

    assert (found.import_wh, found.export_wh) == (None, None)
    assert found.highest == hours[-1]


@pytest.mark.parametrize("known", [Quality.PARTLY, Quality.UNKNOWN])
def test_with_one_of_its_hours_not_wholly_known_the_import_is_not(known):
    found = today([*ended(2), replace(ended(3)[2], quality=known)])

    assert (found.import_wh, found.export_wh) == (None, 35.0)


def test_the_export_is_known_by_its_own_reports():
    found = today([*ended(2), replace(ended(3)[2], export_quality=Quality.UNKNOWN)])

    assert (found.import_wh, found.export_wh) == (3503.0, None)


@pytest.mark.parametrize(("missing_s", "known"), [(0, True), (3, True), (4, False)])
def test_with_a_gap_in_the_running_hour_the_import_is_not_known(missing_s, known):
    found = today(ended(3), missing_s=missing_s)

    assert (found.import_wh is not None) == known


@pytest.mark.parametrize(("missing_s", "known"), [(0, True), (60, True), (61, False)])
def test_with_a_gap_in_the_running_hours_reports_the_export_is_not_known(missing_s, known):
    assert (today(ended(3), export_missing_s=missing_s).export_wh is not None) is known


def test_the_highest_hour_is_the_earliest_of_the_highest_that_ended():
    hours = [*ended(3), replace(ended(4)[3], import_wh=1002.0)]

    assert today(hours).highest == hours[2]


def test_an_hour_that_was_seen_in_part_can_be_the_highest_and_one_not_seen_cannot():
    partly, unknown = (replace(ended(3)[2], quality=known) for known in (Quality.PARTLY, Quality.UNKNOWN))

    assert today([*ended(2), partly]).highest == partly
    assert today([*ended(2), unknown]).highest == ended(2)[1]


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 24))
def test_on_whatever_day_all_hours_since_local_midnight_make_it_known(day, count):
    first = midnight(day)
    count = min(count, round((midnight(day + timedelta(days=1)) - first) / HOUR) - 1)
    start = first + count * HOUR
    hours = [Hour(first + number * HOUR, 100.0, 0.0, Quality.METERED, 1.0) for number in range(-30, count)]
    found = DaySum(hours, start).today(running(start))

    assert (found.day, found.import_wh) == (day, 100.0 * count + 500)


# Voltages.

WIDE = VoltageRule(50.0, 500.0)


def test_the_first_minute_of_a_day_is_its_lowest_and_highest():
    assert with_minute(None, DAY, (230.0, None, 232.0), WIDE) == VoltageDay(
        DAY, (230.0, None, 232.0), (230.0, None, 232.0)
    )


def test_each_phase_keeps_its_own_extremes():
    day = with_minute(None, DAY, (230.0, 231.0, 232.0), WIDE)
    day = with_minute(day, DAY, (229.0, 235.0, 232.0), WIDE)
    day = with_minute(day, DAY, (229.5, 228.0, 240.0), WIDE)

    assert day == VoltageDay(DAY, (229.0, 228.0, 232.0), (230.0, 235.0, 240.0))


def test_a_phase_that_is_not_reported_keeps_what_it_had():
    day = with_minute(with_minute(None, DAY, (230.0, None, 232.0), WIDE), DAY, (None, 231.0, None), WIDE)

    assert day == VoltageDay(DAY, (230.0, 231.0, 232.0), (230.0, 231.0, 232.0))


def test_another_day_starts_from_nothing():
    day = with_minute(None, DAY, (200.0, 200.0, 260.0), WIDE)

    assert with_minute(day, DAY + timedelta(days=1), (230.0, None, 232.0), WIDE).lowest_v == (230.0, None, 232.0)


def test_a_minute_in_which_a_phase_is_outside_its_limits_counts_once():
    day = None
    for minute in ((206.9, 206.0, 230.0), (207.0, None, 253.0), (230.0, 230.0, 253.1), (None, None, None)):
        day = with_minute(day, DAY, minute, VoltageRule(207.0, 253.0))

    assert day is not None
    assert day.outside_min == 2


volts = st.one_of(st.none(), st.floats(180, 280))


@given(st.lists(st.tuples(volts, volts, volts), min_size=1))
def test_the_extremes_are_those_of_all_minutes(minutes):
    day = None
    for minute in minutes:
        day = with_minute(day, DAY, minute, WIDE)

    assert day is not None
    for phase, (lowest_v, highest_v) in enumerate(zip(day.lowest_v, day.highest_v, strict=True)):
        of_phase = [minute[phase] for minute in minutes if minute[phase] is not None]
        assert (lowest_v, highest_v) == (min(of_phase, default=None), max(of_phase, default=None))
