"""A battery clock's time: known at once after a power cut, and no evidence against the meter or a network."""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.clock import ClockSource, WallClock
from appliance.meter.reading import Maker
from tests.household.test_clock import telling

NOON = datetime(2026, 1, 15, 11, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


def test_it_tells_the_time_until_the_meter_does():
    clock = WallClock()
    assert clock.battery(NOON, 0.0)
    assert (clock.utc(5.0), clock.source) == (NOON + 5 * A_SECOND, ClockSource.SYSTEM)

    assert clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:20"), 10.0)
    assert (clock.utc(10.0), clock.source) == (NOON + 20 * A_SECOND, ClockSource.METER)


@pytest.mark.parametrize("off", [timedelta(minutes=-3), timedelta(minutes=3), timedelta(hours=-1), timedelta(days=90)])
def test_a_wrong_one_makes_no_meter_wrong(off):
    """Not for one list: what the meter says is believed as it would be without a battery clock."""
    clock = WallClock()
    assert clock.battery(NOON + off, 0.0)
    for at in range(10, 130, 10):
        assert clock.take(telling(Maker.KAIFA, f"2026-01-15 12:{at // 60:02}:{at % 60:02}"), float(at))
        assert (clock.utc(at), clock.is_wrong) == (NOON + at * A_SECOND, False)


def test_a_network_counts_before_it():
    clock = WallClock()
    clock.battery(NOON, 0.0)
    clock.system(NOON + 70 * A_SECOND, True, 10.0)

    assert clock.utc(10.0) == NOON + 70 * A_SECOND


def test_it_is_not_taken_where_the_time_is_known():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)

    assert not clock.battery(NOON + timedelta(hours=1), 1.0)
    assert clock.utc(0.0) == NOON


@pytest.mark.parametrize(("earlier", "taken"), [(timedelta(minutes=1), True), (timedelta(minutes=3), False)])
def test_one_that_is_earlier_than_the_history_is_not_taken(earlier, taken):
    clock = WallClock()
    clock.lost(NOON, 3600.0)

    assert clock.battery(NOON - earlier, 0.0) is taken


def test_which_of_the_repeated_hours_it_is_after_a_cut_is_told_by_it():
    """On 25 October 2026 the hour from 02:00 comes twice; 01:30 UTC is the second."""
    clock = WallClock()
    clock.battery(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 0.0)
    clock.take(telling(Maker.KAIFA, "2026-10-25 02:30:10"), 10.0)

    assert clock.utc(10.0) == datetime(2026, 10, 25, 1, 30, 10, tzinfo=UTC)


def test_a_restart_of_the_program_asks_it_again():
    """Handed on as the meter's or the system's, it would be more than it is."""
    clock = WallClock()
    clock.battery(NOON, 0.0)
    assert clock.kept_source is ClockSource.UNKNOWN
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:10"), 10.0)
    assert clock.kept_source is ClockSource.METER


def test_another_clock_is_set_by_a_meter_only_after_ten_minutes_of_lists_that_agree():
    clock = WallClock()
    clock.battery(NOON, 0.0)
    confirmed = []
    for at in range(10, 700, 10):
        clock.take(telling(Maker.KAIFA, f"2026-01-15 12:{at // 60:02}:{at % 60:02}"), float(at))
        if (utc := clock.confirmed(float(at))) is not None:
            confirmed.append((at, utc))

    assert confirmed[0] == (620, NOON + 620 * A_SECOND)  # the second list is the first that agrees
    clock.take(telling(Maker.KAIFA, "2026-01-15 14:00:00"), 700.0)
    assert clock.confirmed(700.0) is None


def test_nothing_confirms_what_the_battery_said_and_what_is_long_past():
    clock = WallClock()
    clock.battery(NOON, 0.0)
    assert clock.confirmed(1000.0) is None

    clock.system(NOON, True, 2000.0)
    assert clock.confirmed(2030.0) == NOON + 30 * A_SECOND
    assert clock.confirmed(2100.0) is None  # nobody asked since: the network may be gone


def test_a_time_from_before_a_restart_confirms_nothing():
    clock = WallClock()
    clock.go_on(NOON, ClockSource.SYSTEM, 0.0)
    assert clock.confirmed(1.0) is None
    clock = WallClock()
    clock.go_on(NOON, ClockSource.METER, 0.0, 7200.0)
    assert clock.confirmed(1.0) is None
