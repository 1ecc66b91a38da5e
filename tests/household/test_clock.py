"""The time as the meters tell it."""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.clock import ClockReading, ClockSource, WallClock
from appliance.meter.reading import Maker, MeterClock, Reading


def telling(maker: Maker, wall: str, *, status: int = 0, list_name: str | None = None) -> Reading:
    clock = MeterClock(datetime.fromisoformat(wall), None, status)
    return Reading(offset=0, length=0, maker=maker, elements=18, list_name=list_name, clock=clock)


def test_before_the_meter_has_sent_it_the_time_is_unknown():
    assert WallClock().utc(100.0) is None


def test_between_tellings_the_monotonic_clock_carries_on():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 18:00:10"), 50.0)

    assert clock.utc(110.0) == datetime(2026, 1, 15, 17, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("maker", "utc_hour"),
    [(Maker.KAIFA, 10), (Maker.AIDON, 10), (Maker.KAMSTRUP, 11)],
)
def test_in_summer_kamstrup_stays_on_standard_time_and_the_others_do_not(maker, utc_hour):
    clock = WallClock()
    clock.tell(telling(maker, "2026-07-15 12:00:00"), 0.0)

    assert clock.utc(0.0) == datetime(2026, 7, 15, utc_hour, tzinfo=UTC)


def test_an_aidons_hourly_list_is_ten_seconds_old_when_it_comes():
    clock = WallClock()
    clock.tell(telling(Maker.AIDON, "2026-01-15 18:00:00", list_name="AIDON_V0001"), 0.0)

    assert clock.utc(0.0) == datetime(2026, 1, 15, 17, 0, 10, tzinfo=UTC)


def test_a_repeated_hourly_list_does_not_set_the_clock_back():
    clock = WallClock()
    stuck = telling(Maker.AIDON, "2026-01-15 17:00:00", list_name="AIDON_V0001")
    clock.tell(stuck, 0.0)
    clock.tell(stuck, 3600.0)

    assert clock.utc(3600.0) == datetime(2026, 1, 15, 17, 0, 10, tzinfo=UTC)


def test_a_clock_that_the_meter_calls_invalid_tells_nothing():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 18:00:10", status=1), 0.0)
    clock.tell(telling(Maker.KAMSTRUP, "2000-01-01 22:33:00"), 0.0)

    assert clock.utc(0.0) is None


def test_the_hour_that_autumn_repeats_is_told_apart_by_what_came_before():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-10-25 01:59:50"), 0.0)
    clock.tell(telling(Maker.KAIFA, "2026-10-25 02:30:00"), 1810.0)
    first = clock.utc(1810.0)
    clock.tell(telling(Maker.KAIFA, "2026-10-25 02:30:10"), 1820.0 + 3600.0)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock.utc(1820.0 + 3600.0) == datetime(2026, 10, 25, 1, 30, 10, tzinfo=UTC)


def test_in_the_repeated_hour_a_first_telling_is_not_guessed_at():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-10-25 02:30:00"), 0.0)

    assert clock.utc(0.0) is None


def test_a_wall_clock_in_the_hour_that_spring_skips_tells_nothing():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-03-29 02:30:00"), 0.0)

    assert clock.utc(0.0) is None


NOON = datetime(2026, 1, 15, 11, tzinfo=UTC)


def test_a_system_clock_that_nothing_has_set_tells_nothing():
    clock = WallClock()
    clock.system(NOON, False, 0.0)

    assert (clock.utc(0.0), clock.source) == (None, ClockSource.UNKNOWN)


def test_a_system_clock_that_was_set_tells_the_time_until_the_meter_does():
    clock = WallClock()
    clock.system(NOON, True, 0.0)
    assert (clock.utc(10.0), clock.source) == (NOON + timedelta(seconds=10), ClockSource.SYSTEM)

    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:40"), 20.0)
    assert (clock.utc(20.0), clock.source) == (NOON + timedelta(seconds=40), ClockSource.METER)


def test_a_system_clock_that_jumps_when_the_network_comes_moves_nothing_that_the_meter_said():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    for hours in (-8760, -5, 5, 8760):
        clock.system(NOON + timedelta(hours=hours), True, 10.0)

        assert clock.utc(10.0) == NOON + timedelta(seconds=10)


def test_a_system_clock_that_was_set_is_not_lost_when_the_network_is():
    clock = WallClock()
    clock.system(NOON, True, 0.0)
    clock.system(NOON + timedelta(hours=5), False, 10.0)

    assert clock.utc(10.0) == NOON + timedelta(seconds=10)


def test_a_telling_hours_off_is_believed_when_a_second_one_confirms_it():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    clock.tell(telling(Maker.KAIFA, "2026-01-15 09:00:10"), 10.0)
    assert clock.utc(10.0) == NOON + timedelta(seconds=10)

    clock.tell(telling(Maker.KAIFA, "2026-01-15 09:00:20"), 20.0)
    assert clock.utc(20.0) == NOON + timedelta(hours=-3, seconds=20)


def test_two_tellings_that_contradict_each_other_confirm_nothing():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    clock.tell(telling(Maker.KAIFA, "2026-01-15 09:00:10"), 10.0)
    clock.tell(telling(Maker.KAIFA, "2026-01-15 07:00:20"), 20.0)

    assert clock.utc(20.0) == NOON + timedelta(seconds=20)


def test_a_first_telling_that_contradicts_a_clock_that_was_set_waits_for_a_second_one():
    clock = WallClock()
    clock.system(NOON, True, 0.0)
    clock.tell(telling(Maker.AIDON, "2026-01-15 11:00:00", list_name="AIDON_V0001"), 10.0)

    assert (clock.utc(10.0), clock.source) == (NOON + timedelta(seconds=10), ClockSource.SYSTEM)


def test_a_correction_by_some_seconds_is_taken_at_once():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:50"), 10.0)

    assert clock.utc(10.0) == NOON + timedelta(seconds=50)


def test_an_hourly_list_of_another_hour_names_no_moment_for_its_register():
    clock = WallClock()
    clock.tell(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)

    assert clock.listed(telling(Maker.KAIFA, "2026-01-15 12:00:10"), 10.0) == NOON + timedelta(seconds=10)
    assert clock.listed(telling(Maker.KAIFA, "2026-01-15 11:00:10"), 10.0) is None


@pytest.mark.parametrize("source", [ClockSource.METER, ClockSource.SYSTEM])
def test_the_time_goes_on_over_a_restart_in_one_boot(source):
    clock = WallClock()
    clock.go_on(NOON, source, 3.0)

    assert (clock.utc(13.0), clock.source) == (NOON + timedelta(seconds=10), source)


def test_a_list_that_was_heard_before_a_power_cut_is_no_news_after_it():
    clock = WallClock()
    clock.remember(ClockReading(datetime(2026, 1, 15, 12, 0)))
    stuck = telling(Maker.AIDON, "2026-01-15 12:00:00", list_name="AIDON_V0001")
    clock.tell(stuck, 0.0)

    assert clock.repeats(stuck)
    assert clock.utc(0.0) is None
