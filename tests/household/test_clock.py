"""The time as the meters tell it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.clock import ClockSource, WallClock
from appliance.household.clock_repeats import ClockReading
from appliance.meter.reading import Maker, MeterClock, Reading


def telling(
    maker: Maker | None,
    wall: str,
    *,
    status: int = 0,
    list_name: str | None = None,
    meter_id: str | None = None,
    register_wh: float | None = None,
) -> Reading:
    clock = MeterClock(datetime.fromisoformat(wall), None, status)
    return Reading(
        offset=0,
        length=0,
        maker=maker,
        elements=18,
        list_name=list_name,
        meter_id=meter_id,
        clock=clock,
        energy_import_wh=register_wh,
    )


def test_before_the_meter_has_sent_it_the_time_is_unknown():
    assert WallClock().utc(100.0) is None


def test_between_tellings_the_monotonic_clock_carries_on():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 18:00:10"), 50.0)

    assert clock.utc(110.0) == datetime(2026, 1, 15, 17, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("maker", "utc_hour"),
    [(Maker.KAIFA, 10), (Maker.AIDON, 11), (Maker.KAMSTRUP, 11)],
)
def test_in_summer_aidon_and_kamstrup_stay_on_standard_time_and_kaifa_does_not(maker, utc_hour):
    clock = WallClock()
    clock.take(telling(maker, "2026-07-15 12:00:00"), 0.0)

    assert clock.utc(0.0) == datetime(2026, 7, 15, utc_hour, tzinfo=UTC)


def test_an_aidons_hourly_list_is_ten_seconds_old_when_it_comes():
    clock = WallClock()
    clock.take(telling(Maker.AIDON, "2026-01-15 18:00:00", list_name="AIDON_V0001"), 0.0)

    assert clock.utc(0.0) == datetime(2026, 1, 15, 17, 0, 10, tzinfo=UTC)


def test_a_repeated_hourly_list_does_not_set_the_clock_back():
    clock = WallClock()
    stuck = telling(Maker.AIDON, "2026-01-15 17:00:00", list_name="AIDON_V0001")
    clock.take(stuck, 0.0)
    clock.take(stuck, 3600.0)

    assert clock.utc(3600.0) == datetime(2026, 1, 15, 17, 0, 10, tzinfo=UTC)


def test_a_clock_that_the_meter_calls_invalid_tells_nothing():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 18:00:10", status=1), 0.0)
    clock.take(telling(Maker.KAMSTRUP, "2000-01-01 22:33:00"), 0.0)

    assert clock.utc(0.0) is None


def test_the_hour_that_autumn_repeats_is_told_apart_by_what_came_before():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-10-25 01:59:50"), 0.0)
    clock.take(telling(Maker.KAIFA, "2026-10-25 02:30:00"), 1810.0)
    first = clock.utc(1810.0)
    clock.take(telling(Maker.KAIFA, "2026-10-25 02:30:10"), 1820.0 + 3600.0)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock.utc(1820.0 + 3600.0) == datetime(2026, 10, 25, 1, 30, 10, tzinfo=UTC)


def test_in_the_repeated_hour_a_first_telling_is_not_guessed_at():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-10-25 02:30:00"), 0.0)

    assert clock.utc(0.0) is None


def test_a_wall_clock_in_the_hour_that_spring_skips_tells_nothing():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-03-29 02:30:00"), 0.0)

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

    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:40"), 20.0)
    assert (clock.utc(20.0), clock.source) == (NOON + timedelta(seconds=40), ClockSource.METER)


@pytest.mark.parametrize("minutes", [-30, -29, 29, 30, 525_600])
def test_a_system_clock_that_was_set_beats_a_meters_that_is_half_an_hour_off_or_more(minutes):
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    clock.system(NOON + timedelta(minutes=minutes, seconds=10), True, 10.0)

    beaten = abs(minutes) >= 30
    assert clock.source is (ClockSource.SYSTEM if beaten else ClockSource.METER)
    assert clock.utc(10.0) == NOON + timedelta(minutes=minutes if beaten else 0, seconds=10)


def test_a_system_clock_that_was_set_tells_the_time_when_three_lists_contradict_it_by_half_an_hour():
    """A clock 3433 s ahead is learnt to be an hour ahead: the time it gives is 3433 - 3600 = -167 s off.

    When it is set right it names a moment 3600 s before the true one. Two such lists may be old ones.
    """
    clock = WallClock()
    off: list[float] = []
    for minute, ahead_s in enumerate([0] * 15 + [3433] * 60 + [0] * 4):
        now, true = 60.0 * minute, NOON + timedelta(minutes=minute)
        clock.system(true, True, now)
        shown = datetime(2026, 1, 15, 12) + timedelta(minutes=minute, seconds=ahead_s)
        elements = 18 if minute < 15 else 13  # what another list was found to mean makes it slow to learn
        clock.take(replace(telling(Maker.KAIFA, shown.isoformat()), elements=elements), now)
        off.append((clock.utc(now) - true).total_seconds())

    assert off[14] == 0
    assert off[74:] == [-167, -167, -167, 0, 0]
    assert clock.source is ClockSource.SYSTEM


def test_a_system_clock_that_was_set_is_not_lost_when_the_network_is():
    clock = WallClock()
    clock.system(NOON, True, 0.0)
    clock.system(NOON + timedelta(hours=5), False, 10.0)

    assert clock.utc(10.0) == NOON + timedelta(seconds=10)


def each_ten_seconds(
    clock: WallClock, wall: str, start_s: float, seconds: float, maker: Maker = Maker.KAMSTRUP
) -> None:
    """Send a clock that runs, from `start_s` on, when it shows `wall`, s."""
    for step in range(int(seconds) // 10 + 1):
        shown = datetime.fromisoformat(wall) + timedelta(seconds=10 * step)
        clock.take(telling(maker, shown.isoformat()), start_s + 10 * step)


@pytest.mark.parametrize(("minutes", "believed_after_s"), [(10, 600), (-10, 600), (-180, 7200)])
def test_a_clock_that_is_set_is_believed_when_it_has_run_right_long_enough(minutes, believed_after_s):
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 3600)
    set_to = datetime(2026, 1, 15, 13) + timedelta(minutes=minutes)
    each_ten_seconds(clock, set_to.isoformat(), 3600.0, believed_after_s - 20)
    assert clock.is_wrong
    assert clock.utc(3600.0) == NOON + timedelta(hours=1)

    later = set_to + timedelta(seconds=believed_after_s - 10)
    each_ten_seconds(clock, later.isoformat(), 3600.0 + believed_after_s - 10, 20)
    assert not clock.is_wrong
    assert clock.utc(3600.0) == NOON + timedelta(hours=1, minutes=minutes)


@pytest.mark.parametrize("days", [-3650, -30, -1, 1, 30, 3650])
def test_a_clock_that_is_days_off_for_two_hours_is_named_and_believed_by_nobody(days):
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 7200)
    off = datetime(2026, 1, 15, 14) + timedelta(days=days)
    each_ten_seconds(clock, off.isoformat(), 7200.0, 7200)
    assert clock.is_wrong
    assert clock.utc(14_400.0) == NOON + timedelta(hours=4)

    each_ten_seconds(clock, "2026-01-15 16:00:00", 14_400.0, 590)
    assert clock.is_wrong
    each_ten_seconds(clock, "2026-01-15 16:10:00", 15_000.0, 0)
    assert not clock.is_wrong


def test_after_a_power_cut_a_clock_is_doubted_by_what_held_since_then():
    """Two hours before the cut say nothing of it: the dark may have lasted a day. 20 minutes after it hold off 40."""
    clock = WallClock()
    clock.lost(NOON, 7200.0)
    each_ten_seconds(clock, "2026-01-15 16:00:00", 0.0, 1200)
    each_ten_seconds(clock, "2026-01-16 16:20:00", 1200.0, 2390)
    assert clock.utc(3590.0) == NOON + timedelta(hours=4, seconds=3590)

    each_ten_seconds(clock, "2026-01-16 16:59:50", 3590.0, 10)
    assert clock.utc(3600.0) == NOON + timedelta(days=1, hours=5)


def test_what_one_list_alone_has_told_does_not_hold_off_the_right_clock_for_longer_than_ten_minutes():
    """An hour-old list is the first after a power cut; then lists are without a clock for hours."""
    clock = WallClock()
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 11:00:00"), 0.0)
    each_ten_seconds(clock, "2026-01-15 15:00:00", 10_800.0, 600)

    assert clock.utc(11_400.0) == NOON + timedelta(hours=3, minutes=10)


def test_a_clock_that_stands_still_is_named_and_does_not_hold_the_time_up():
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 60)
    for now in range(70, 700, 10):
        assert clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:01:00"), float(now))  # what it measures is of now

    assert clock.is_wrong
    assert clock.utc(700.0) == NOON + timedelta(seconds=700)


def test_a_clock_that_stood_still_between_two_lists_corrects_the_time_by_nothing():
    """A list each 30 s: the clock stops 3 s after one, the next shows 27 s too little, and the one after the same."""
    clock = WallClock()
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:00"), 0.0)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:30"), 30.0)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:33"), 60.0)
    assert clock.utc(60.0) == NOON + timedelta(seconds=33)  # as far as anybody can know then, it was corrected
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:33"), 90.0)

    assert clock.utc(90.0) == NOON + timedelta(seconds=90)


def test_a_clock_that_stands_still_hours_off_takes_no_earlier_correction_back():
    clock = WallClock()
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:00"), 0.0)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:30"), 10.0)
    for now in (20.0, 30.0):
        clock.take(telling(Maker.KAMSTRUP, "2026-01-15 15:00:00"), now)

    assert clock.utc(30.0) == NOON + timedelta(seconds=50)


def test_a_clock_that_was_set_and_then_stands_still_is_not_set_back():
    """It is five minutes ahead, believed after ten of them, and stops at once."""
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 60)
    each_ten_seconds(clock, "2026-01-15 12:06:10", 70.0, 600)
    assert clock.utc(670.0) == NOON + timedelta(seconds=970)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:16:10"), 680.0)

    assert clock.utc(680.0) == NOON + timedelta(seconds=980)


def test_the_time_is_as_it_was_told_where_a_first_clock_stands_still():
    clock = WallClock()
    for now in (0.0, 30.0, 60.0):
        clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:00"), now)

    assert clock.utc(60.0) == NOON + timedelta(seconds=60)


@pytest.mark.parametrize("maker", Maker)
def test_a_list_that_is_an_hour_late_is_old_whichever_maker_sends_it(maker):
    clock = WallClock()
    assert clock.take(telling(maker, "2026-01-15 13:00:10"), 0.0)
    assert not clock.take(telling(maker, "2026-01-15 12:00:10"), 10.0)
    assert clock.take(telling(maker, "2026-01-15 13:00:30"), 20.0)
    assert not clock.is_wrong


def test_hourly_lists_that_are_an_hour_late_are_old_however_many_come():
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 7200)
    for hour in range(1, 5):
        late = telling(Maker.KAMSTRUP, f"2026-01-15 {12 + hour}:00:00", register_wh=hour * 500.0)
        assert not clock.take(late, 3600.0 * (hour + 1) + 5)


def test_nothing_is_learnt_from_a_clock_that_stands_still():
    """It shows 12:00 all the time; at 14:00 that would be two whole hours."""
    clock = WallClock()
    for now in range(0, 8000, 10):
        clock.system(NOON + timedelta(seconds=now), True, float(now))
        clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:00"), float(now))

    assert clock.meanings.findings == ()
    assert clock.is_wrong


def test_a_list_that_is_sent_again_within_two_minutes_is_old_and_moves_nothing():
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 60)
    assert not clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:20"), 65.0)
    assert clock.utc(65.0) == NOON + timedelta(seconds=65)
    assert clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:01:10"), 70.0)


def test_a_list_with_a_register_that_is_sent_again_is_old_also_when_all_between_was_lost():
    clock = WallClock()
    hourly = telling(Maker.KAIFA, "2026-01-15 12:00:10", register_wh=5_000.0)
    assert clock.take(hourly, 0.0)
    assert not clock.take(hourly, 50.0)


def test_a_clock_that_is_corrected_by_less_than_two_minutes_back_is_followed_with_the_second_list():
    clock = WallClock()
    each_ten_seconds(clock, "2026-01-15 12:00:00", 0.0, 60)
    each_ten_seconds(clock, "2026-01-15 12:00:10", 70.0, 10)
    assert clock.utc(80.0) == NOON + timedelta(seconds=20)


def test_a_list_that_was_sent_before_is_old_also_when_nobody_knows_the_time():
    clock = WallClock()
    ambiguous = telling(Maker.KAIFA, "2026-10-25 02:00:10", register_wh=5_000.0)

    assert clock.take(ambiguous, 0.0)
    assert not clock.take(ambiguous, 3600.0)


@pytest.mark.parametrize(
    ("maker", "wall", "utc_hour"),
    [
        (Maker.AIDON, "2026-07-15 12:00:00", 10),
        (Maker.KAMSTRUP, "2026-07-15 12:00:00", 10),
        (Maker.KAIFA, "2026-07-15 12:00:00", 11),
    ],
)
def test_a_system_clock_shows_what_a_meters_means_and_it_is_remembered(maker, wall, utc_hour):
    true = datetime(2026, 7, 15, utc_hour, tzinfo=UTC)
    clock = WallClock()
    for step in range(61):
        clock.system(true + timedelta(seconds=10 * step), True, 10.0 * step)
        shown = datetime.fromisoformat(wall) + timedelta(seconds=10 * step)
        clock.take(telling(maker, shown.isoformat(), meter_id="6970"), 10.0 * step)
    assert clock.source is ClockSource.METER
    assert clock.utc(0.0) == true

    alone = WallClock()
    alone.meanings.remember(clock.meanings.findings, "6970")
    alone.take(telling(maker, wall, meter_id="6970"), 0.0)
    assert alone.utc(0.0) == true
    another = WallClock()
    another.meanings.remember(clock.meanings.findings, "6970")
    another.take(telling(maker, wall, meter_id="7080"), 0.0)
    assert another.utc(0.0) != true


def test_a_winter_shows_nothing_of_the_zone():
    clock = WallClock()
    for step in range(61):
        clock.system(NOON + timedelta(seconds=10 * step), True, 10.0 * step)
        shown = datetime(2026, 1, 15, 12) + timedelta(seconds=10 * step)
        clock.take(telling(Maker.KAIFA, shown.isoformat()), 10.0 * step)

    alone = WallClock()
    alone.meanings.remember(clock.meanings.findings, "")
    alone.take(telling(Maker.KAIFA, "2026-07-15 12:00:00"), 0.0)
    assert alone.utc(0.0) == datetime(2026, 7, 15, 10, tzinfo=UTC)


def test_an_unknown_makers_clock_counts_only_when_one_that_was_set_has_confirmed_it():
    clock = WallClock()
    unknown = telling(None, "2026-07-15 12:00:00", meter_id="1")
    clock.take(unknown, 0.0)
    assert clock.utc(0.0) is None

    true = datetime(2026, 7, 15, 10, tzinfo=UTC)
    for step in range(61):
        clock.system(true + timedelta(seconds=10 * step), True, 10.0 * step)
        shown = datetime(2026, 7, 15, 12) + timedelta(seconds=10 * step)
        clock.take(telling(None, shown.isoformat(), meter_id="1"), 10.0 * step)
    assert clock.source is ClockSource.METER
    alone = WallClock()
    alone.meanings.remember(clock.meanings.findings, "1")
    alone.take(unknown, 0.0)
    assert alone.utc(0.0) == true


@pytest.mark.parametrize(("maker", "shows"), [(Maker.KAIFA, "02:59:50"), (Maker.KAMSTRUP, "03:59:50")])
def test_without_any_other_clock_the_night_of_the_change_shows_the_zone_and_the_time_goes_on(maker, shows):
    """A Kaifa that stays on standard time, and a Kamstrup that follows the summer: on 29 March 2026 at 01:00 UTC."""
    clock = WallClock()
    each_ten_seconds(clock, "2026-03-29 01:00:00", 0.0, 3590, maker)
    later = datetime.fromisoformat(f"2026-03-29 {shows}") - timedelta(minutes=59, seconds=50)
    each_ten_seconds(clock, later.isoformat(), 3600.0, 3590, maker)

    assert clock.utc(7190.0) == datetime(2026, 3, 29, 1, 59, 50, tzinfo=UTC)
    assert not clock.is_wrong


@pytest.mark.parametrize(("deviation_min", "status", "utc_hour"), [(-120, 0x80, 0), (60, 0, 1), (-60, 0x80, None)])
def test_deviation_and_status_tell_the_repeated_hours_apart_where_they_agree(deviation_min, status, utc_hour):
    clock = WallClock()
    sent = telling(Maker.KAIFA, "2026-10-25 02:30:00")
    clock.take(replace(sent, clock=MeterClock(sent.clock.wall, deviation_min, status)), 0.0)

    assert clock.utc(0.0) == (None if utc_hour is None else datetime(2026, 10, 25, utc_hour, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("elements", "meter_id", "utc_hour"), [(36, None, 11), (18, "7340157000000000", 11), (18, "6970631400000000", 10)]
)
def test_a_swedish_kaifa_stays_on_standard_time(elements, meter_id, utc_hour):
    clock = WallClock()
    clock.take(replace(telling(Maker.KAIFA, "2026-07-15 12:00:00", meter_id=meter_id), elements=elements), 0.0)

    assert clock.utc(0.0) == datetime(2026, 7, 15, utc_hour, tzinfo=UTC)


@pytest.mark.parametrize(("days", "believed"), [(-30, False), (-0.5, True), (0.5, True), (30, True)])
def test_after_a_power_cut_a_clock_from_days_before_it_has_to_run_right_first(days, believed):
    clock = WallClock()
    clock.lost(NOON, 7200.0)
    first = datetime(2026, 1, 15, 12) + timedelta(days=days)
    each_ten_seconds(clock, first.isoformat(), 0.0, 0)
    assert (clock.utc(0.0) is not None) == believed
    each_ten_seconds(clock, (first + timedelta(seconds=10)).isoformat(), 10.0, 14_400)
    assert clock.utc(0.0) == NOON + timedelta(days=days)


@pytest.mark.parametrize(("before_s", "is_of_now"), [(3000, False), (130, False), (60, True), (-30, True)])
def test_after_a_power_cut_a_first_list_from_before_it_is_old(before_s, is_of_now):
    """It was sent again: what it measures was before the cut, at 11:59 or earlier; by two minutes clocks may differ."""
    clock = WallClock()
    clock.lost(NOON - timedelta(minutes=1), 7200.0)
    first = datetime(2026, 1, 15, 11, 59) - timedelta(seconds=before_s)
    assert clock.take(telling(Maker.KAMSTRUP, first.isoformat()), 0.0) is is_of_now


def test_after_a_power_cut_a_clock_that_is_earlier_in_list_after_list_hides_no_values():
    clock = WallClock()
    clock.lost(NOON, 7200.0)
    first = datetime(2025, 12, 15, 12)
    taken = [
        clock.take(telling(Maker.KAMSTRUP, (first + timedelta(seconds=now)).isoformat()), float(now))
        for now in range(0, 50, 10)
    ]
    assert taken == [False, False, True, True, True]


def test_a_time_that_one_list_alone_has_told_shows_no_other_zone():
    """In summer, and the list is an hour old: the right clock is an hour off the time, and not on local time."""
    clock = WallClock()
    clock.take(telling(Maker.KAMSTRUP, "2026-07-15 12:00:00"), 0.0)
    each_ten_seconds(clock, "2026-07-15 13:00:10", 10.0, 620)

    assert clock.utc(630.0) == datetime(2026, 7, 15, 12, 10, 30, tzinfo=UTC)
    assert clock.meanings.findings == ()


def test_two_tellings_that_contradict_each_other_confirm_nothing():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    clock.take(telling(Maker.KAIFA, "2026-01-15 09:00:10"), 10.0)
    clock.take(telling(Maker.KAIFA, "2026-01-15 07:00:20"), 20.0)

    assert clock.utc(20.0) == NOON + timedelta(seconds=20)


def test_a_first_telling_that_contradicts_a_clock_that_was_set_waits_for_a_second_one():
    clock = WallClock()
    clock.system(NOON, True, 0.0)
    clock.take(telling(Maker.AIDON, "2026-01-15 11:00:00", list_name="AIDON_V0001"), 10.0)

    assert (clock.utc(10.0), clock.source) == (NOON + timedelta(seconds=10), ClockSource.SYSTEM)


def test_a_correction_by_some_seconds_is_taken_at_once():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:50"), 10.0)

    assert clock.utc(10.0) == NOON + timedelta(seconds=50)


def test_an_hourly_list_of_another_hour_names_no_moment_for_its_register():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)

    assert clock.listed(telling(Maker.KAIFA, "2026-01-15 12:00:10"), 10.0) == NOON + timedelta(seconds=10)
    assert clock.listed(telling(Maker.KAIFA, "2026-01-15 11:00:10"), 10.0) is None


@pytest.mark.parametrize("source", [ClockSource.METER, ClockSource.SYSTEM])
def test_the_time_goes_on_over_a_restart_in_one_boot(source):
    clock = WallClock()
    clock.go_on(NOON, source, 3.0)

    assert (clock.utc(13.0), clock.source) == (NOON + timedelta(seconds=10), source)


def test_a_list_that_was_heard_before_a_power_cut_is_no_news_after_it():
    clock = WallClock()
    clock.repeats.last = ClockReading(datetime(2026, 1, 15, 12, 0), 5_000.0)
    stuck = telling(Maker.AIDON, "2026-01-15 12:00:00", list_name="AIDON_V0001", register_wh=5_000.0)

    assert not clock.take(stuck, 0.0)
    assert clock.utc(0.0) is None


def test_a_clock_that_stands_still_does_so_with_an_old_list_in_between_too():
    clock = WallClock()
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:00"), 0.0)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:30"), 60.0)  # it stands still since half a minute
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 11:00:05"), 65.0)  # an hourly list that is sent again
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 12:00:30"), 120.0)

    assert clock.utc(120.0) == datetime(2026, 1, 15, 11, 2, tzinfo=UTC)


def test_where_a_first_clock_stands_still_the_systems_goes_on():
    clock = WallClock()
    clock.system(NOON, True, 0.0)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 11:59:20"), 5.0)
    clock.take(telling(Maker.KAMSTRUP, "2026-01-15 11:59:20"), 35.0)

    assert clock.source is ClockSource.SYSTEM
    assert clock.utc(40.0) == NOON + timedelta(seconds=40)


def test_a_list_that_is_sent_again_is_old_also_where_its_clock_is_taken_for_one_that_is_right_now():
    clock = WallClock()
    clock.system(datetime(2027, 7, 27, 20, 0, 10, tzinfo=UTC), True, 0.0)
    sent = telling(Maker.AIDON, "2027-07-27 22:00:00", list_name="AIDON_V0001", register_wh=29_047_020.0)
    clock.take(sent, 0.0)  # summer time, of a meter whose maker's clocks stay on standard time
    clock.system(datetime(2027, 7, 27, 21, 0, 10, tzinfo=UTC), True, 3600.0)

    assert not clock.take(sent, 3600.0)


@pytest.mark.parametrize("system", [False, True])
def test_beside_a_clock_that_is_a_month_behind_in_every_list_one_of_an_hour_ago_is_old(system):
    clock = WallClock()
    if system:
        clock.system(NOON, True, 0.0)
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00"), 0.0)
    taken = [clock.take(telling(Maker.KAIFA, f"2025-12-16 12:0{minute}:00"), 60.0 * minute) for minute in range(1, 5)]

    assert taken == [False, False, True, True]  # it says nothing of the values, from the third on
    assert not clock.take(telling(Maker.KAIFA, "2026-01-15 11:05:00"), 300.0)
    assert clock.take(telling(Maker.KAIFA, "2025-12-16 12:06:00"), 360.0)


def test_a_list_of_which_clock_and_register_have_gone_back_was_sent_before():
    clock = WallClock()
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00", register_wh=1000.0), 0.0)
    clock.take(telling(Maker.KAIFA, "2026-01-15 12:01:00", register_wh=1010.0), 60.0)
    for at in (120.0, 180.0):
        clock.take(telling(Maker.KAIFA, "2026-01-15 12:01:00", register_wh=1020.0 + at), at)  # it stands still

    assert not clock.take(telling(Maker.KAIFA, "2026-01-15 12:00:00", register_wh=1000.0), 240.0)


def test_what_contradicts_the_time_does_not_make_it_older():
    clock, wall, at = WallClock(), datetime(2026, 1, 15, 18), 0.0
    while at <= 1800.0:  # four hours ahead for half an hour
        clock.take(telling(Maker.KAIFA, f"{wall + timedelta(hours=4, seconds=at)}"), at)
        at += 60.0
    while at <= 1800.0 + 1200.0:
        clock.take(telling(Maker.KAIFA, f"{wall + timedelta(seconds=at)}"), at)
        at += 60.0
    after = WallClock()
    after.go_on(datetime(2026, 1, 15, 21, tzinfo=UTC) + timedelta(seconds=at), ClockSource.METER, at, clock.held_s)

    assert clock.held_s == 1800.0
    began, utc = at, datetime(2026, 1, 15, 17, tzinfo=UTC)
    while at - began < 2 * 1800.0 + 120.0:
        after.take(telling(Maker.KAIFA, f"{wall + timedelta(seconds=at)}"), at)
        at += 60.0
    assert after.utc(at) == utc + timedelta(seconds=at)  # twice as long as the wrong one had held
