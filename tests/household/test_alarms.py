"""The level of the load: hysteresis, and hold times that delay falling."""

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.household.alarms import LoadLevel, Thresholds
from appliance.household.situation import Level

LIMITS = Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, rise_s=0, hold_s=30)


def levels(thresholds: Thresholds, *powers: tuple[float, float | None]) -> list[Level | None]:
    load = LoadLevel(thresholds)
    return [load.update(power, now) for now, power in powers]


def test_the_level_rises_with_the_first_reading_at_a_threshold():
    assert levels(LIMITS, (0, 4999), (1, 5000), (2, 10_000)) == [Level.OK, Level.WATCH, Level.ACT]


def test_the_level_falls_only_after_the_hold_time():
    assert levels(LIMITS, (0, 12_000), (10, 1000), (39.9, 1000), (40, 1000)) == [Level.ACT] * 3 + [Level.OK]


def test_a_power_that_comes_back_starts_the_hold_time_anew():
    assert levels(LIMITS, (0, 12_000), (10, 1000), (20, 12_000), (30, 1000), (59, 1000), (60, 1000))[-2:] == [
        Level.ACT,
        Level.OK,
    ]


def test_a_power_within_the_hysteresis_leaves_no_threshold():
    assert levels(LIMITS, (0, 5000), (10, 4801), (100, 4801), (1000, 4801))[-1] is Level.WATCH


def test_from_act_the_level_falls_to_watch_while_the_lower_threshold_holds():
    assert levels(LIMITS, (0, 12_000), (10, 6000), (40, 6000), (500, 6000))[-2:] == [Level.WATCH, Level.WATCH]


def test_a_rise_time_waits_before_the_level_rises():
    slow = Thresholds(rise_s=60)

    assert levels(slow, (0, 7000), (59, 7000), (60, 7000)) == [Level.OK, Level.OK, Level.WATCH]
    assert levels(slow, (0, 7000), (30, 1000), (40, 7000), (99, 7000))[-1] is Level.OK


def test_while_the_power_is_unknown_there_is_no_level_and_no_time_counts():
    assert levels(LIMITS, (0, 12_000), (10, 1000), (20, None), (60, 1000), (89, 1000), (90, 1000)) == [
        Level.ACT,
        Level.ACT,
        None,
        Level.ACT,
        Level.ACT,
        Level.OK,
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 60), st.floats(0, 15_000)), max_size=60))
def test_whatever_the_load_does_the_level_never_falls_sooner_than_the_hold_time_after_a_rise(steps):
    load, now, last, rose_at = LoadLevel(LIMITS), 0.0, Level.OK, None
    for pause, power in steps:
        now += pause
        level = load.update(power, now)
        if level > last:
            rose_at = now
        if level < last:
            assert rose_at is not None
            assert now - rose_at >= LIMITS.hold_s
        assert level >= (Level.ACT if power >= 10_000 else Level.WATCH if power >= 5000 else Level.OK)
        last = level
