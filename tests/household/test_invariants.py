"""What always holds of hours, whatever the clock does over cuts and corrections; by arithmetic on constant loads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.hours import Hour, Quality
from appliance.household.ledger import HourLedger

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
STEP_S = 10


class Home:
    """A ledger that hears a constant power every ten seconds, by a clock that may be wrong."""

    def __init__(self, utc: datetime = NOON, most_w: float | None = None) -> None:
        self.ledger = HourLedger(most_w=most_w)
        self.utc = utc
        self.now = 5000.0

    def live(self, seconds: float, power_w: float = 6000.0, *, off_s: float = 0.0, timeless: bool = False) -> None:
        for _ in range(int(seconds) // STEP_S):
            shown = None if timeless else self.utc + timedelta(seconds=off_s)
            self.ledger.power(power_w, None, self.now, shown)
            self.pass_time(STEP_S)

    def pass_time(self, seconds: float) -> None:
        self.utc += timedelta(seconds=seconds)
        self.now += seconds

    def cut(self, dark_s: float) -> None:
        """Lose the power, and start again after some time that nobody measured."""
        checkpoint = self.ledger.checkpoint(self.now)
        ended = self.ledger.ended
        self.ledger = HourLedger()
        self.pass_time(dark_s)
        self.now = 7.0
        self.ledger.restore(ended, checkpoint, self.now, None)

    def hours(self) -> dict[int, Hour]:
        return {hour.start.hour: hour for hour in self.ledger.ended}


def hold(home: Home, most_w: float = 6000.0) -> None:
    """No hour has more seconds than 3600 or more energy than its largest power allows; none is there twice."""
    starts = [hour.start for hour in home.ledger.ended]
    assert starts == sorted(set(starts))
    running = home.ledger.running
    if running is not None:
        assert running.seen_s <= running.elapsed_s + 0.001 <= 3600.001
        assert running.import_wh <= most_w * running.elapsed_s / 3600 + 0.001
    for hour in home.ledger.ended:
        assert 0 <= hour.coverage <= 1
        assert hour.import_wh <= most_w * hour.coverage + 0.001


@pytest.mark.parametrize("off_s", [-5 * 3600, -3600, -1800, -180, -60, 0, 60, 180, 1200, 3600, 86_400])
def test_after_a_cut_no_clock_gives_an_hour_time_that_it_does_not_have(off_s: float) -> None:
    home = Home()
    home.live(3000)
    home.cut(60)
    home.live(7 * 3600, off_s=off_s)

    hold(home)
    whole = [hour.import_wh for hour in home.ledger.ended if hour.coverage == 1]
    assert whole == [pytest.approx(6000)] * len(whole) != []


def test_after_a_cut_the_hour_goes_on_where_the_clock_lies_in_it_and_the_dark_counts_as_not_seen() -> None:
    home = Home()
    home.live(1200)
    home.cut(600)
    home.live(1200)
    running = home.ledger.running

    # 1,190 s before the cut and 1,190 s after it: a power holds from its list on, and the last one was lost.
    assert running is not None
    assert (running.start, running.continued) == (NOON, True)
    assert (running.seen_s, running.missing_s) == (pytest.approx(2380), pytest.approx(610))
    assert running.import_wh == pytest.approx(6000 * 2380 / 3600)


def test_after_a_cut_an_earlier_clock_in_the_same_hour_ends_it_as_what_was_seen() -> None:
    home = Home()
    home.live(2400)
    home.cut(60)
    home.live(60, off_s=-1200)

    assert home.hours()[12].quality is Quality.PARTLY
    assert home.hours()[12].import_wh == pytest.approx(6000 * 2390 / 3600)
    home.live(3600, off_s=-1200)
    assert home.hours()[12].import_wh == pytest.approx(6000 * 2390 / 3600)  # nothing is added to it


def test_after_a_cut_an_earlier_clock_in_the_same_hour_has_no_difference_with_the_register_before() -> None:
    """Nobody knows how long it was dark: the difference may be of more than the hour."""
    home = Home()
    home.live(10)
    home.ledger.register(5_000_000.0, None, "id", home.now - 10, NOON)
    home.live(2390)
    home.cut(60)
    home.live(60, off_s=-1200)
    assert home.ledger.checkpoint(home.now).register is None


def test_after_a_cut_an_hour_in_the_future_is_dropped_with_its_register() -> None:
    home = Home()
    home.live(10)
    home.ledger.register(5_000_000.0, None, "id", home.now - 10, NOON)
    home.live(1190)
    home.cut(60)
    home.live(1860, off_s=-3600)
    assert home.ledger.ended == home.ledger.ahead == ()
    assert home.ledger.checkpoint(home.now).register is None


def test_a_cut_before_the_time_is_known_again_loses_nothing() -> None:
    home = Home()
    home.live(1200)
    home.cut(60)
    home.live(60, timeless=True)
    home.cut(60)
    home.live(60)
    running = home.ledger.running
    assert running is not None
    assert running.seen_s == pytest.approx(1190 + 50)


@pytest.mark.parametrize("by_s", [-140, -60, 3, 60, 140])
def test_a_correction_moves_the_border_and_lengthens_no_hour(by_s: float) -> None:
    """The clock is corrected at 12:30 by its own time; the hour's end, and what is in it, go by the new one."""
    home = Home()
    home.live(1800, 3000.0)
    home.live(1800 + 300, 3000.0, off_s=by_s)
    hold(home, 3000.0)
    hour = home.hours()[12]

    # Set forward, the hour began before it was heard: that share was not seen. Set back, it began within what was.
    missing_s = max(0.0, by_s)
    assert hour.coverage == pytest.approx(1 - missing_s / 3600, abs=0.001)
    assert hour.import_wh == pytest.approx(3000 * (1 - missing_s / 3600), abs=3)


def test_a_restored_hour_is_cut_to_its_length_when_the_clock_is_corrected() -> None:
    """Nothing is known of its stretches any more: its mean power stands in for them."""
    home = Home()
    home.live(1800)
    checkpoint, ledger = home.ledger.checkpoint(home.now), HourLedger()
    ledger.restore((), checkpoint, 0.0, 10.0)
    home.ledger, home.now = ledger, 0.0
    home.live(1800, off_s=-120)
    running = home.ledger.running
    assert running is not None
    assert running.seen_s <= running.elapsed_s
    hold(home)


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=3650)])
def test_an_hour_in_the_future_ends_no_running_one_and_counts_for_nothing(ahead: timedelta) -> None:
    home = Home()
    home.live(2 * 3600, off_s=ahead.total_seconds())
    assert len(home.ledger.ended) == 1
    home.live(3600)
    running = home.ledger.running

    assert running is not None
    assert running.start == NOON + timedelta(hours=2)
    assert home.ledger.ended == ()
    assert [hour.start for hour in home.ledger.ahead] == [NOON + ahead]
    home.live(1800)
    assert [hour.start.hour for hour in home.ledger.ended] == [14]


def test_an_hour_that_lay_in_the_future_counts_when_its_time_has_come() -> None:
    home = Home()
    home.ledger.adopt([Hour(NOON + timedelta(hours=1), 1234.0, 0.0, Quality.METERED, 1.0)])
    home.live(60)
    assert home.ledger.ended == ()
    home.live(7200)
    assert home.hours()[13].import_wh == 1234.0


def test_a_clock_that_is_set_back_into_an_ended_hour_shows_it_again_and_adds_nothing_to_it() -> None:
    home = Home()
    home.live(5400, 3000.0)
    home.live(1800, 9000.0, off_s=-3600)
    running = home.ledger.running
    assert running is not None
    assert running.start == NOON
    home.live(3600, 9000.0, off_s=-3600)

    assert home.hours()[12].import_wh == pytest.approx(3000)


def test_no_stretch_of_time_is_in_two_hours() -> None:
    """Set forward by half an hour a minute after 13:00: the new hour began at what was 12:31, and 12 has that."""
    home = Home()
    home.live(3660)
    home.live(7200, off_s=1800)

    total = sum(hour.import_wh for hour in home.ledger.ended)
    running = home.ledger.running
    assert running is not None
    assert total + running.import_wh <= 6000 * (3660 + 7200) / 3600 + 0.01


def test_what_was_seen_before_the_time_was_known_is_in_the_hour() -> None:
    """An Aidon tells the time once an hour: here at 12:59, of an hour that was seen from 12:10 on."""
    home = Home(NOON + timedelta(minutes=10))
    home.live(49 * 60, timeless=True)
    home.live(120)

    assert home.hours()[12].coverage == pytest.approx(50 / 60, abs=0.003)


METERED_GAP = [  # what was unseen, s; the register's hour, Wh; the most that the connection carries, W; is it believed
    (480, 6000 * 3120 / 3600 + 700, None, True),
    (480, 6000 * 3120 / 3600 + 8100, None, False),  # the review's: 8 minutes of 6 kW are 800 Wh
    (480, 6000 * 3120 / 3600 + 8100, 70_000.0, True),
    (480, 6000 * 3120 / 3600 + 8100, 43_470.0, False),  # 63 A: 43.47 kW, 5.8 kWh in 8 minutes
    (480, 6000 * 3120 / 3600 - 200, None, True),  # within 5 %
    (480, 6000 * 3120 / 3600 - 400, None, False),
    (0, 6000 + 280, None, True),
    (0, 6000 + 500, None, False),
]


@pytest.mark.parametrize(("unseen_s", "metered_wh", "most_w", "believed"), METERED_GAP)
def test_what_was_not_seen_may_have_used_what_the_fuse_or_the_largest_power_allows(
    unseen_s: int, metered_wh: float, most_w: float | None, believed: bool
) -> None:
    home = Home(most_w=most_w)
    home.live(10)
    home.ledger.register(5_000_000.0, None, "id", home.now - 10, NOON)
    home.live(1790)
    home.pass_time(unseen_s)
    home.live(1800 - unseen_s + 10)
    home.ledger.register(5_000_000.0 + metered_wh, None, "id", home.now - 10, NOON + timedelta(hours=1))

    assert (home.hours()[12].quality is Quality.METERED) == believed


def test_a_register_counts_at_a_full_hour_or_shortly_after_it() -> None:
    """In a list of 12:50 it says nothing of 12:00 to its own resolution: powers of 50 minutes would be taken off."""
    home = Home()
    home.live(3000)
    home.ledger.register(5_000_000.0, None, "id", home.now - 10, home.utc - timedelta(seconds=10))
    assert home.ledger.checkpoint(home.now).register is None
    home.live(600 + 170)
    home.ledger.register(5_000_000.0, None, "id", home.now - 10, home.utc - timedelta(seconds=10))
    register = home.ledger.checkpoint(home.now).register
    assert register is not None
    assert (register.hour, register.used_wh) == (NOON + timedelta(hours=1), pytest.approx(6000 * 160 / 3600))


def registers(
    home: Home, unit_wh: float, wh: list[float], scale: float = 1.0, gap: int | None = None
) -> Iterator[Hour]:
    """Live hours of these energies, each with its register in a unit that the list does not say."""
    register_wh = 5_000_000.0
    for place, energy_wh in enumerate([*wh, 0.0]):
        home.live(10, energy_wh)
        shown = register_wh * scale // unit_wh * unit_wh
        home.ledger.register(shown, None, "id", home.now - 10, home.utc - timedelta(seconds=10), unit_wh)
        if place:
            yield home.ledger.ended[-1]
        if place == gap:
            home.live(1790, energy_wh)
            home.pass_time(480)
            home.live(1320, energy_wh)
        else:
            home.live(3590, energy_wh)
        register_wh += energy_wh


@pytest.mark.parametrize("scale", [1.0, 10.0])
def test_a_register_settles_an_hour_only_once_its_unit_was_seen(scale: float) -> None:
    """A Kamstrup that counts in Wh shows ten times its register: the review's 890 Wh became 8,998 after 8 minutes."""
    home = Home()
    hours = list(registers(home, 10.0, [1500.0, 890.0, 1200.0, 890.0], scale, gap=3))

    found = [hour.quality for hour in hours]
    assert found == [Quality.INTEGRATED, Quality.METERED, Quality.METERED, Quality.METERED]
    assert hours[3].import_wh == pytest.approx(890, abs=10)
    assert hours[3].coverage == pytest.approx(1 - 490 / 3600, abs=0.01)


def test_a_gap_before_the_unit_is_known_leaves_an_hour_partly_known() -> None:
    hours = list(registers(Home(), 10.0, [1500.0, 890.0], 10.0, gap=1))

    assert hours[1].quality is Quality.PARTLY
    assert hours[1].import_wh <= 890


def test_a_unit_that_changes_settles_nothing_until_it_was_seen_again() -> None:
    home = Home()
    before = list(registers(home, 10.0, [1000.0, 1000.0, 1000.0]))
    home.ledger.register(0.0, None, "other", home.now, home.utc)  # so that no difference spans both
    after = list(registers(home, 10.0, [1000.0, 1000.0, 1000.0, 1000.0], 10.0, gap=1))

    assert [hour.quality for hour in before] == [Quality.INTEGRATED, Quality.METERED, Quality.METERED]
    found = [hour.quality for hour in after]
    assert found == [Quality.INTEGRATED, Quality.PARTLY, Quality.METERED, Quality.METERED]
    assert all(hour.import_wh <= 1000 + 20 for hour in after)


def test_a_unit_is_remembered_by_meter() -> None:
    home = Home()
    list(registers(home, 10.0, [1000.0, 1000.0, 1000.0], 10.0))
    checkpoint = home.ledger.checkpoint(home.now)
    assert [(one.meter_id, one.unit_wh) for one in checkpoint.units] == [("id", 1.0)]

    again = Home(home.utc)
    again.ledger.restore((), replace(checkpoint, running=None, register=None), again.now, None)
    first = next(registers(again, 10.0, [900.0], 10.0))
    assert (first.quality, first.import_wh) == (Quality.METERED, pytest.approx(900, abs=2))


def test_an_hour_without_use_says_nothing_of_the_unit() -> None:
    home = Home()
    list(registers(home, 10.0, [0.0, 0.0, 0.0]))
    assert home.ledger.checkpoint(home.now).units == ()


def take(home: Home, import_wh: float, export_wh: float | None = None, after_s: float = 0.0) -> None:
    """Have the ledger hear registers of a list that came `after_s` ago, s, in the list's own unit."""
    at, utc = home.now - 10 - after_s, home.utc - timedelta(seconds=10 + after_s)
    home.ledger.register(import_wh, export_wh, "id", at, utc)


def test_what_was_sold_is_the_difference_of_its_registers_less_what_came_after_the_full_hours() -> None:
    """1 kW is sold all the time; the lists come 60 s after 12:00 and 120 s after 13:00."""
    home = Home()
    for _ in range(7):
        home.ledger.power(0.0, 1000.0, home.now, home.utc)
        home.pass_time(STEP_S)
    home.ledger.register(5_000.0, 7_000.0 + 1000 * 60 / 3600, "id", home.now - 10, home.utc - timedelta(seconds=10))
    for _ in range(360 + 6):
        home.ledger.power(0.0, 1000.0, home.now, home.utc)
        home.pass_time(STEP_S)
    home.ledger.register(5_000.0, 8_000.0 + 1000 * 120 / 3600, "id", home.now - 10, home.utc - timedelta(seconds=10))

    hour = home.hours()[12]
    assert (hour.quality, hour.import_wh) == (Quality.METERED, 0.0)
    assert (hour.export_quality, hour.export_wh) == (Quality.METERED, pytest.approx(1000.0))


@pytest.mark.parametrize(("first", "second"), [(None, 8_000.0), (7_000.0, None)])
def test_what_was_sold_is_not_told_where_one_register_of_it_is_missing(
    first: float | None, second: float | None
) -> None:
    home = Home()
    home.live(10)
    take(home, 5_000_000.0, first)
    home.live(3600)
    take(home, 5_006_000.0, second)
    assert home.hours()[12].quality is Quality.METERED
    assert home.hours()[12].export_quality is Quality.UNKNOWN


def test_a_restart_within_the_boot_has_the_power_hold_that_held() -> None:
    """Down for 12 s from 3 s after the last list on: with a list 5 s after the start the 20 s between are seen."""
    home = Home()
    home.live(600)
    checkpoint, ended = home.ledger.checkpoint(home.now - 7), home.ledger.ended
    home.ledger = HourLedger()
    home.pass_time(10)
    home.ledger.restore(ended, checkpoint, home.now - 5, 12.0)
    home.live(10)
    running = home.ledger.running
    assert running is not None
    assert running.seen_s == pytest.approx(590 + 20)
    assert home.ledger.checkpoint(home.now).known_to == home.utc - timedelta(seconds=10)


def test_the_last_moment_before_a_cut_is_kept_over_a_restart_in_which_nothing_was_heard() -> None:
    home = Home()
    home.live(1200)
    checkpoint = home.ledger.checkpoint(home.now)
    home.ledger = HourLedger()
    home.ledger.restore((), checkpoint, 0.0, 5.0)
    assert home.ledger.checkpoint(1.0).known_to == NOON + timedelta(seconds=1190)


def test_an_hour_that_nobody_saw_is_metered_where_the_largest_power_allows_it() -> None:
    """12:00 and 13:00 were heard, and nothing between: at 6 kW it may have had 6 kWh, and not 7."""
    for metered_wh, quality in ((5_900.0, Quality.METERED), (7_000.0, None)):
        home = Home()
        home.live(10)
        take(home, 5_000_000.0)
        home.pass_time(3590)
        home.live(10)
        take(home, 5_000_000.0 + metered_wh)
        hour = home.hours().get(12)
        assert (None if hour is None else hour.quality) is quality
        assert hour is None or hour.coverage == 0.0


@pytest.mark.parametrize(("used_wh", "quality"), [(0.0, Quality.METERED), (-1.0, Quality.INTEGRATED)])
def test_a_register_that_stands_is_an_hour_without_use_and_one_that_goes_back_none(
    used_wh: float, quality: Quality
) -> None:
    home = Home()
    home.live(10, 0.0)
    take(home, 5_000_000.0)
    home.live(3600, 0.0)
    take(home, 5_000_000.0 + used_wh)
    assert home.hours()[12].quality is quality


@pytest.mark.parametrize(("used_wh", "is_kept"), [(299_000.0, True), (301_000.0, False), (-1.0, False)])
def test_a_sum_of_three_hours_has_no_more_than_three_hours_can(used_wh: float, is_kept: bool) -> None:
    home = Home()
    home.live(10)
    take(home, 5_000_000.0)
    home.pass_time(3 * 3600 - 10)
    home.live(10)
    take(home, 5_000_000.0 + used_wh)
    _, spans = home.ledger.unwritten()
    assert [span.import_wh for span in spans] == ([used_wh] if is_kept else [])


def test_without_a_power_the_hour_ends_once_the_last_one_is_too_old() -> None:
    home = Home()
    home.live(3580)
    for after_s, is_over in ((10, False), (20, False), (21, False), (50, True)):
        now = home.now - 10 + after_s
        home.ledger.elapse(now, home.utc + timedelta(seconds=after_s - 10))
        assert (home.ledger.running is None) == is_over, after_s
    assert home.hours()[12].coverage == pytest.approx(3570 / 3600)


def test_an_hour_is_over_at_the_full_hour() -> None:
    home = Home()
    home.live(3560)
    home.pass_time(39)
    home.ledger.elapse(home.now, home.utc)
    assert home.ledger.running is not None
    home.pass_time(1)
    home.ledger.elapse(home.now, home.utc)
    assert home.ledger.running is None


def test_while_powers_come_only_they_end_the_hour() -> None:
    home = Home()
    home.live(3600)
    home.ledger.elapse(home.now, home.utc)
    assert home.ledger.running is not None
    assert home.ledger.ended == ()


def test_a_correction_back_over_the_full_hour_does_not_open_the_hour_before_again() -> None:
    home = Home()
    home.live(3620)
    home.live(10, off_s=-60)
    running = home.ledger.running
    assert running is not None
    assert (running.start.hour, running.elapsed_s, running.seen_s) == (13, 0.0, 0.0)
    assert home.hours()[12].coverage == pytest.approx(1.0)


def test_what_was_seen_before_the_border_is_in_the_hour_when_a_correction_takes_it_in() -> None:
    """The time becomes known at 12:05; a minute later it is corrected forward by 60 s: the hour began 60 s earlier."""
    home = Home(NOON - timedelta(minutes=5))
    home.live(600, 3600.0, timeless=True)
    home.live(60, 3600.0)
    before = home.ledger.running
    home.live(10, 3600.0, off_s=60)
    after = home.ledger.running

    assert before is not None
    assert after is not None
    assert after.seen_s - before.seen_s == pytest.approx(60 + 10)
    assert after.import_wh == pytest.approx(after.seen_s)


def test_after_a_cut_the_hour_is_gone_on_with_once() -> None:
    home = Home()
    home.live(1200)
    home.cut(600)
    home.live(600)
    home.live(3600)
    assert home.hours()[12].coverage == pytest.approx((1190 + 1800) / 3600, abs=0.003)
    home.live(7200)
    assert sorted(home.hours()) == [12, 13, 14]


def test_a_lost_history_is_written_again_as_it_was() -> None:
    home = Home()
    home.live(3 * 3600 + 10)
    hours, spans = home.ledger.unwritten()
    home.ledger.written(hours, spans)
    assert home.ledger.unwritten() == ((), ())
    home.ledger.rewrite()
    assert home.ledger.unwritten() == (home.ledger.ended, ())


@pytest.mark.parametrize(("late_s", "counts"), [(3, True), (4, False)])
def test_a_register_counts_if_no_more_than_three_seconds_before_it_were_not_seen(late_s: int, counts: bool) -> None:
    """Nothing is heard up to `late_s` after 12:00; the list comes at 12:01."""
    home = Home(NOON + timedelta(seconds=late_s))
    for _ in range(60 - late_s + 1):
        home.ledger.power(3600.0, None, home.now, home.utc)
        home.pass_time(1)
    home.ledger.register(5_000_000.0, None, "id", home.now - 1, home.utc - timedelta(seconds=1))
    register = home.ledger.checkpoint(home.now).register
    assert (register is not None) == counts
    assert register is None or register.used_wh == pytest.approx(60 - late_s)


def test_while_the_time_is_not_known_no_hour_ends() -> None:
    home = Home()
    home.live(1200)
    home.ledger.elapse(home.now + 7200, None)
    assert home.ledger.running is not None


def test_a_cut_before_any_time_was_known_is_gone_on_from() -> None:
    home = Home()
    home.live(60, timeless=True)
    home.cut(60)
    home.live(1200)
    running = home.ledger.running
    assert running is not None
    assert not running.continued


def test_a_cut_within_the_hour_leaves_the_register_of_its_beginning() -> None:
    """10 minutes of 6 kW are not seen, and the register tells of them: 6 kWh."""
    home = Home()
    home.live(10)
    take(home, 5_000_000.0)
    home.live(1190)
    home.cut(600)
    home.live(1810)
    take(home, 5_006_000.0)
    hour = home.hours()[12]
    assert (hour.quality, hour.import_wh, hour.export_wh) == (Quality.METERED, 6000.0, 0.0)


@pytest.mark.parametrize(("gap_s", "second"), [(0, Quality.INTEGRATED), (600, Quality.METERED)])
def test_a_register_that_contradicts_a_whole_hour_is_forgotten(gap_s: int, second: Quality) -> None:
    """It says 9 kWh of an hour of 6 kWh. Where a part of the hour was not seen, the load may have been at fault."""
    home = Home()
    home.live(10)
    take(home, 5_000_000.0)
    home.live(1790)
    home.pass_time(gap_s)
    home.live(1810 - gap_s)
    take(home, 5_009_000.0)
    home.live(3600)
    take(home, 5_015_000.0)

    assert home.hours()[12].quality is (Quality.PARTLY if gap_s else Quality.INTEGRATED)
    assert home.hours()[13].quality is second


@pytest.mark.parametrize(("past_s", "counts"), [(180, True), (180.5, False)])
def test_three_minutes_are_shortly_after_a_full_hour(past_s: float, counts: bool) -> None:
    home = Home()
    home.live(190)
    home.pass_time(past_s - 180)
    home.ledger.power(6000.0, None, home.now - 10, home.utc - timedelta(seconds=10))
    take(home, 5_000_000.0)
    assert (home.ledger.checkpoint(home.now).register is not None) == counts


def test_a_sum_that_is_written_is_written_once_and_a_newer_one_stays() -> None:
    home = Home()
    home.live(10)
    take(home, 5_000_000.0)
    home.pass_time(2 * 3600 - 10)
    home.live(10)
    take(home, 5_008_000.0)
    hours, spans = home.ledger.unwritten()
    home.pass_time(2 * 3600 - 10)
    home.live(10)
    take(home, 5_012_000.0)
    home.ledger.written(hours, spans)

    assert [span.import_wh for span in spans] == [8000.0]
    assert [span.import_wh for span in home.ledger.unwritten()[1]] == [4000.0]


def test_after_a_cut_into_a_later_hour_the_one_before_ends_as_what_was_seen() -> None:
    home = Home()
    home.live(1200)
    home.cut(2 * 3600)
    home.live(600)
    running = home.ledger.running
    assert running is not None
    assert (running.start.hour, running.seen_s) == (14, pytest.approx(590))
    assert home.hours()[12].import_wh == pytest.approx(6000 * 1190 / 3600)


def test_the_largest_power_is_remembered_over_a_cut() -> None:
    """9 kW were seen the hour before: of the 10 minutes in the dark 1.5 kWh may be."""
    home = Home()
    home.live(3590, 9000.0)
    home.live(20, 1000.0)
    take(home, 5_000_000.0, after_s=0.0)
    home.live(1190, 1000.0)
    home.cut(600)
    home.live(1810, 1000.0)
    take(home, 5_000_000.0 + 1000 * 3000 / 3600 + 1400)
    assert home.hours()[13].quality is Quality.METERED


def test_what_was_seen_after_a_cut_and_before_the_time_was_known_is_in_the_hour_of_the_cut_also_when_that_is_over() -> (
    None
):
    """Dark from 12:20 to 12:50; the time is told at 13:05: of 12:00 to 13:00, all but half an hour was seen."""
    home = Home()
    home.live(1200)
    home.cut(1800)
    home.live(900, timeless=True)
    home.live(20)
    hold(home)

    assert home.hours()[12].coverage == pytest.approx((1190 + 600) / 3600)
    assert home.hours()[12].import_wh == pytest.approx(6000 * (1190 + 600) / 3600)
    running = home.ledger.running
    assert running is not None
    assert (running.start.hour, running.seen_s) == (13, pytest.approx(310))


@pytest.mark.parametrize(("before_s", "timeless_s", "off_s"), [(1200, 1800, -1200), (3000, 4200, -3600)])
def test_after_a_cut_a_clock_by_which_it_was_heard_before_it_ends_the_hour_as_what_was_seen(
    before_s: int, timeless_s: int, off_s: int
) -> None:
    """Dark for a minute, from 12:20 and 12:50; the time is told after 30 and 70 minutes, by an old list.

    It is told as 12:31 for 12:51, and as 13:01 for 14:01: the first power would have come at 12:01 and at 11:51.
    """
    home = Home()
    home.live(before_s)
    home.cut(60)
    home.live(timeless_s, power_w=3000.0, timeless=True)
    home.live(10, power_w=3000.0, off_s=off_s)
    hold(home)

    seen_s = before_s - STEP_S
    assert home.hours()[12].import_wh == pytest.approx(6000 * seen_s / 3600)
    assert home.hours()[12].coverage == pytest.approx(seen_s / 3600)


@pytest.mark.parametrize(("early_s", "goes_on"), [(1, False), (0, True)])
def test_after_a_cut_the_hour_goes_on_where_the_first_power_came_at_its_last_moment_or_later(
    early_s: int, goes_on: bool
) -> None:
    """The last power before the cut came at 12:19:50, and 70 s later the first one after it."""
    home = Home()
    home.live(1200)
    home.cut(60)
    home.live(600, timeless=True)
    home.live(10, off_s=-70 - early_s)
    assert (12 not in home.hours()) is goes_on


def test_a_correction_of_half_a_second_moves_the_border_too() -> None:
    home = Home()
    home.live(1800)
    home.live(10, off_s=0.5)
    running = home.ledger.running
    assert running is not None
    assert (running.elapsed_s, running.seen_s) == (pytest.approx(1800.5), pytest.approx(1800))

    checkpoint, ledger = home.ledger.checkpoint(home.now), HourLedger()
    ledger.restore((), checkpoint, home.now, 0.0)
    home.ledger = ledger
    home.live(10, off_s=-5.5)  # 6 s back: the hour has 4 s more than before, and 10 s more were seen
    running = home.ledger.running
    assert running is not None
    assert running.seen_s == pytest.approx(1804.5)


@pytest.mark.parametrize(("by_s", "goes_on"), [(150, True), (150.5, False), (-150, True), (-150.5, False)])
def test_a_clock_that_moves_by_more_than_150_s_was_set(by_s: float, goes_on: bool) -> None:
    """What the hour has then was used at another time, and what was seen is cut anew by the new clock."""
    home = Home()
    home.live(10)
    take(home, 5_000_000.0)
    home.live(1790)
    home.live(10, off_s=by_s)
    assert (home.ledger.checkpoint(home.now).register is not None) == goes_on


def test_an_hour_of_which_a_second_was_seen_is_known_partly() -> None:
    home = Home(NOON + timedelta(seconds=3599))
    for _ in range(2):
        home.ledger.power(3600.0, None, home.now, home.utc)
        home.pass_time(1)
    assert (home.hours()[12].quality, home.hours()[12].import_wh) == (Quality.PARTLY, pytest.approx(1.0))


def test_a_correction_is_all_that_is_known_of_an_hour_that_was_not_seen() -> None:
    home = Home()
    home.ledger.correct(NOON, 1234.0)
    assert home.ledger.ended == (Hour(NOON, 1234.0, 0.0, Quality.EDITED, 0.0),)


def test_a_correction_replaces_the_import_of_an_hour_and_nothing_else() -> None:
    home = Home()
    home.live(3610)
    before = home.hours()[12]
    home.ledger.correct(NOON, 1234.0)
    assert home.hours()[12] == replace(before, import_wh=1234.0, quality=Quality.EDITED)
    assert home.ledger.unwritten()[0] == (home.hours()[12],)


def test_a_correction_of_an_earlier_hour_leaves_all_later_ones() -> None:
    home = Home()
    home.live(4 * 3600 + 10)
    later = home.ledger.ended[1:]
    home.ledger.correct(NOON, 1234.0)
    assert home.ledger.ended[1:] == later
    assert [hour.start.hour for hour in later] == [13, 14, 15]


def test_a_register_leaves_a_correction_and_settles_what_was_sold() -> None:
    """1,000 Wh were corrected to 1,234; of the register's 300 Wh sold, the powers told none."""
    home = Home()
    home.ledger.power(1000.0, 0.0, home.now, NOON)
    home.ledger.register(50_000.0, 7000.0, "id", home.now, NOON)
    for _ in range(361):
        home.ledger.power(1000.0, 300.0, home.now, home.utc)
        home.pass_time(STEP_S)
    home.ledger.correct(NOON, 1234.0)
    home.ledger.register(51_000.0, 7300.0, "id", home.now - STEP_S, home.utc - timedelta(seconds=STEP_S))
    hour = home.hours()[12]
    assert (hour.import_wh, hour.quality) == (1234.0, Quality.EDITED)
    assert (hour.export_wh, hour.export_quality) == (pytest.approx(300.0), Quality.METERED)


def test_hours_of_the_future_count_each_when_its_time_has_come() -> None:
    home = Home()
    home.ledger.adopt([Hour(NOON + timedelta(hours=n), 100.0 * n, 0.0, Quality.METERED, 1.0) for n in (1, 4)])
    home.live(60)
    assert [hour.start.hour for hour in home.ledger.ahead] == [13, 16]
    home.live(2 * 3600)
    assert [hour.start.hour for hour in home.ledger.ahead] == [16]
    assert [hour.start.hour for hour in home.ledger.ended] == [12, 13]


def test_a_restored_hours_export_is_cut_to_its_length_too() -> None:
    """30 minutes at 600 W sold are 300 Wh; by a clock that is 2 minutes behind the hour has 28 of them, and 280 Wh."""
    home = Home()
    for _ in range(181):
        home.ledger.power(0.0, 600.0, home.now, home.utc)
        home.pass_time(STEP_S)
    checkpoint, ledger = home.ledger.checkpoint(home.now), HourLedger()
    ledger.restore((), checkpoint, 0.0, 0.0)
    ledger.power(0.0, 600.0, 0.0, NOON + timedelta(minutes=28))
    running = ledger.running
    assert running is not None
    assert running.export_wh == pytest.approx(280.0)
    assert running.export_seen_s == pytest.approx(28 * 60)


def test_the_newest_power_holds_for_thirty_seconds_and_for_both_sides() -> None:
    home = Home()
    home.ledger.power(1200.0, 600.0, home.now, NOON)
    assert home.ledger.held(home.now + 30.0).import_wh == pytest.approx(10.0)  # 1200 W for 30 s
    assert home.ledger.held(home.now + 30.0).export_wh == pytest.approx(5.0)
    assert home.ledger.held(home.now + 30.5).import_wh == 0.0
    assert HourLedger().held(home.now).import_wh == 0.0


def test_an_hour_that_ended_without_a_power_takes_nothing_of_the_next() -> None:
    """The last power of 12:00 is of 12:59:30; at 13:00:40 it has ended, and all from 13:00:50 on is of 13:00."""
    home = Home()
    home.live(3600 - 30)
    home.pass_time(70)
    home.ledger.elapse(home.now, home.utc)
    assert sorted(home.hours()) == [12]
    home.pass_time(10)
    home.live(600, 3600.0)
    running = home.ledger.running
    assert running is not None
    assert running.seen_s == pytest.approx(590.0, abs=0.1)
    assert running.import_wh == pytest.approx(590.0, abs=0.1)  # 3600 W are one Wh a second


def test_a_month_and_the_one_before_are_kept() -> None:
    """Of 31 days each, and the hour that autumn repeats."""
    assert HourLedger().hours_kept == 2 * 31 * 24 + 1 == 1489


def test_three_hours_may_have_what_three_hours_can_have_and_no_watt_hour_more() -> None:
    """100 kWh an hour: what no household's connection carries."""
    for used_wh, is_kept in ((300_000.0, True), (300_001.0, False)):
        home = Home()
        home.ledger.power(0.0, None, home.now, NOON)
        home.ledger.register(0.0, None, "id", home.now, NOON)
        home.pass_time(3 * 3600)
        home.ledger.power(0.0, None, home.now, home.utc)
        home.ledger.register(used_wh, None, "id", home.now, home.utc)
        assert [span.import_wh for span in home.ledger.unwritten()[1]] == ([used_wh] if is_kept else [])


@pytest.mark.parametrize(
    ("quality", "is_metered"), [(Quality.METERED, True), (Quality.INTEGRATED, True), (Quality.PARTLY, False)]
)
def test_over_a_restart_the_largest_known_hour_stands_for_the_largest_power(quality: Quality, is_metered: bool) -> None:
    """Powers of 100 W were heard; a known hour had 6 kWh, so the house can have used 5.9 kWh in one that nobody saw."""
    home = Home()
    home.live(10, 100.0)
    checkpoint, ledger = home.ledger.checkpoint(home.now), HourLedger()
    ledger.restore([Hour(NOON - timedelta(hours=5), 6000.0, 0.0, quality, 1.0)], checkpoint, 0.0, 0.0)
    home.ledger, home.now = ledger, 0.0
    take(home, 5_000_000.0)
    home.pass_time(3600 - STEP_S)
    home.live(10, 100.0)
    take(home, 5_005_900.0)
    hour = home.hours().get(12)
    assert (hour is not None and hour.quality is Quality.METERED) is is_metered
