"""The power of the last ten minutes in steps of five seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.trend import STEPS, PowerTrend, RecentMean


def test_a_step_is_the_mean_of_its_readings_and_export_is_negative():
    recent = PowerTrend()
    recent.power(1000, 0, 100.0)
    recent.power(2000, None, 102.5)
    recent.power(0, 500, 105.0)

    assert recent.elapse(110.0)[-2:] == (1500, -500)


def test_a_step_without_a_reading_is_not_known():
    recent = PowerTrend()
    recent.power(1000, 0, 100.0)

    assert recent.elapse(116.0)[-3:] == (1000, None, None)


def test_the_step_that_runs_is_not_shown_yet():
    recent = PowerTrend()
    recent.power(1000, 0, 100.0)

    assert set(recent.elapse(104.9)) == {None}


def test_there_are_always_ten_minutes_of_steps_and_old_ones_go():
    recent = PowerTrend()
    for now in range(0, 1200, 5):
        recent.power(now, 0, float(now))

    assert recent.elapse(1200.0) == tuple(range(600, 1200, 5))
    assert len(recent.elapse(1200.0)) == STEPS
    assert set(recent.elapse(9999.0)) == {None}


# The mean of the last few minutes.


def test_a_power_holds_until_the_next_one_comes():
    recent = RecentMean(120.0, 30.0)
    for now, power_w in ((1000.0, 1000), (1010.0, 4000), (1030.0, 2000)):
        recent.power(power_w, now)

    # 10 s at 1 kW, 20 s at 4 kW and 10 s at 2 kW: 110,000 Ws in 40 s.
    assert recent.mean_w(1040.0) == pytest.approx(2750)


def test_before_the_first_power_there_is_no_mean_and_with_it_it_is_that():
    recent = RecentMean(120.0, 30.0)
    assert recent.mean_w(1000.0) is None
    recent.power(3000, 1000.0)
    assert recent.mean_w(1000.0) == 3000


def test_after_so_long_without_a_power_it_begins_anew():
    found = []
    for pause_s in (30.0, 30.1):
        recent = RecentMean(120.0, 30.0)
        recent.power(9000, 1000.0)
        recent.power(1000, 1000.0 + pause_s)
        found.append(recent.mean_w(1000.0 + pause_s + 10))

    assert found == [pytest.approx((9000 * 30 + 1000 * 10) / 40), 1000]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20_000), st.booleans()), min_size=1, max_size=60),
    st.integers(0, 200),
    st.integers(10, 150),
)
def test_the_mean_is_that_of_each_second(steps, after_s, window_s):
    """Against a list of what the power was in each second, in the order of the seconds."""
    recent, now, seconds = RecentMean(float(window_s), 30.0), 5000, []
    for pause_s, power_w, looked in steps:
        now += pause_s
        seconds += seconds[-1:] * pause_s if pause_s <= 30 else []
        if pause_s > 30:
            seconds = []
        recent.power(power_w, float(now))
        if looked:
            recent.mean_w(float(now))
        # The last one of the list is the power that holds from now on.
        seconds = [*seconds[:-1], power_w] if len(seconds) > 1 else [*seconds, power_w][-1:]
    held = [*seconds[:-1], *[steps[-1][1]] * after_s][-window_s:]

    wanted = sum(held) / len(held) if held else steps[-1][1]
    assert recent.mean_w(float(now + after_s)) == pytest.approx(wanted)


def test_what_is_old_is_forgotten_though_nobody_asks_for_the_mean():
    """Years without a clock that is known: nobody asks then."""
    recent = RecentMean(120.0, 30.0)
    for now in range(0, 100_000, 10):
        recent.power(1000, float(now))

    assert len(recent._powers) <= 120 / 10 + 1
