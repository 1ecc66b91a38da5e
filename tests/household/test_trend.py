"""The power of the last ten minutes in steps of five seconds."""

from appliance.household.trend import STEPS, PowerTrend


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
