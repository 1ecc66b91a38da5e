"""The time as the meters tell it."""

from datetime import UTC, datetime

import pytest

from appliance.household.clock import WallClock
from appliance.meter.reading import Maker, MeterClock, Reading


def telling(maker: Maker, wall: str, *, status: int = 0, list_name: str | None = None) -> Reading:
    clock = MeterClock(datetime.fromisoformat(wall), None, status)
    return Reading(offset=0, length=0, maker=maker, elements=18, list_name=list_name, clock=clock)


def test_before_the_meter_has_told_it_the_time_is_unknown():
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
