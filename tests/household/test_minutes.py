"""One-minute means, cut on the monotonic clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.minutes import Minute, MinuteMeans
from appliance.household.situation import Phase


def volts(one: float | None, two: float | None = None, three: float | None = None) -> tuple[Phase, Phase, Phase]:
    return Phase(one, 1.0), Phase(two, 2.0), Phase(three, 3.0)


def test_a_minute_ends_with_the_first_reading_of_another():
    means = MinuteMeans()

    assert [means.power(1000, 0.0, now) for now in (60.0, 90.0, 119.9)] == [None] * 3
    assert means.power(5000, 0.0, 120.0) == Minute(60.0, 1000.0, 0.0)


def test_a_minute_ends_without_a_reading_when_time_has_passed():
    means = MinuteMeans()
    means.power(1000, None, 70.0)

    assert means.elapse(119.9) is None
    assert means.elapse(120.0) == Minute(60.0, 1000.0)
    assert means.elapse(180.0) is None


def test_what_is_not_reported_has_no_mean():
    means = MinuteMeans()
    means.power(1000, None, 0.0)
    means.phases(volts(230.0, None, 240.0), 1.0)

    assert means.elapse(60.0) == Minute(0.0, 1000.0, None, (230.0, None, 240.0))


def test_a_mean_is_over_the_readings_that_had_the_value():
    means = MinuteMeans()
    for now, export_w, volt in ((0.0, None, 230.0), (10.0, 100.0, None), (20.0, 300.0, 240.0)):
        means.power(600, export_w, now)
        means.phases(volts(volt), now)

    assert means.elapse(60.0) == Minute(0.0, 600.0, 200.0, (235.0, None, None))


def test_a_minute_ends_once_whoever_ends_it():
    means = MinuteMeans()
    means.power(1000, None, 0.0)

    assert means.phases(volts(230.0), 60.0) == Minute(0.0, 1000.0)
    assert means.power(2000, None, 60.0) is None
    assert means.elapse(120.0) == Minute(60.0, 2000.0, None, (230.0, None, None))


def test_minutes_in_which_nothing_was_read_are_left_out():
    means = MinuteMeans()
    means.power(1000, None, 0.0)

    assert means.power(2000, None, 600.0) == Minute(0.0, 1000.0)
    assert means.power(3000, None, 660.0) == Minute(600.0, 2000.0)


def test_before_the_first_reading_no_minute_ends():
    means = MinuteMeans()

    assert [means.elapse(now) for now in (5.0, 65.0, 125.0)] == [None] * 3


@given(st.lists(st.tuples(st.floats(0.1, 200), st.floats(0, 20_000), st.booleans()), max_size=60))
def test_whatever_the_pace_every_reading_is_in_the_mean_of_its_own_minute_and_no_other(steps):
    means, now = MinuteMeans(), 0.0
    ended: list[Minute | None] = []
    read: dict[float, list[float]] = {}
    for pause, import_w, looked in steps:
        now += pause
        if looked:
            ended.append(means.elapse(now))
        ended.append(means.power(import_w, None, now))
        read.setdefault(now // 60 * 60, []).append(import_w)
    ended.append(means.elapse(now + 60))

    assert {minute.at: minute.import_w for minute in ended if minute is not None} == {
        at: pytest.approx(sum(powers) / len(powers)) for at, powers in read.items()
    }
    assert sum(minute is not None for minute in ended) == len(read)
