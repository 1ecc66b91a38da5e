"""What goes wrong in the field, on the octets that meters send: a test for each report, and none makes a false hour."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.household.clock import ClockSource
from appliance.household.hours import OSLO, Quality
from appliance.household.rules import HourRule, PhaseRule, Rules
from appliance.household.situation import Level, Rule, Signal
from appliance.meter.reading import Maker
from appliance.simulation.faults import silent, stuck_hourly, twice_hourly, without_hourly
from appliance.simulation.house import Load, Net
from appliance.simulation.meter import Meter
from tests.household.living import Life, constant, known
from tests.share import some

START = datetime(2026, 1, 15, 14, 50, tzinfo=UTC)
EACH = some([Maker.KAMSTRUP, Maker.AIDON, Maker.KAIFA], 3)
"""Where only one is tried it is the one with the fewest lists."""
METERED, INTEGRATED, PARTLY, UNKNOWN = Quality.METERED, Quality.INTEGRATED, Quality.PARTLY, Quality.UNKNOWN
RESOLUTION = {Maker.AIDON: 10, Maker.KAIFA: 1, Maker.KAMSTRUP: 10}
BETWEEN_LISTS_WH = {Maker.AIDON: 0, Maker.KAIFA: 12, Maker.KAMSTRUP: 12}
"""What the load can change unseen in the seconds between the full hour and the list that is sent then."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hold_true(life: Life) -> None:
    """Every hour is as it was: metered to the register's resolution, integrated to 1 % or 30 Wh, never above."""
    starts = [hour.start for hour in life.household.hours]
    assert starts == sorted(set(starts))
    for hour in life.household.hours:
        was = life.was(hour.start)
        if hour.quality is METERED:
            assert abs(hour.import_wh - was) < 2 * RESOLUTION[life.maker] + BETWEEN_LISTS_WH[life.maker]
        elif hour.quality is INTEGRATED:
            assert hour.import_wh == pytest.approx(was, abs=max(30, 0.01 * was))
        else:
            assert hour.import_wh <= was + 30


def test_an_aidon_that_repeats_the_list_of_the_hour_before_makes_no_empty_and_no_double_hour():
    life = Life(Maker.AIDON, START)
    life.live(stuck_hourly(life.meter(), {utc("2026-01-15T17:00")}), 5)

    assert life.qualities("2026-01-15T15", "2026-01-15T16", "2026-01-15T17", "2026-01-15T18") == [
        METERED,
        INTEGRATED,
        INTEGRATED,
        METERED,
    ]
    hold_true(life)


def test_the_power_of_a_repeated_list_is_an_hour_old_and_not_shown():
    life = Life(
        Maker.AIDON, START, loads=(Load("load", None, lambda moment, _c: 9000.0 if moment.hour < 18 else 1000.0),)
    )
    powers = []
    life.live(
        stuck_hourly(life.meter(), {utc("2026-01-15T17:00")}),
        2.4,
        seen=lambda _now, situation: powers.append(situation.power_import_w),
    )

    assert set(powers[: powers.index(1000.0)]) == {9000.0}
    assert set(powers[powers.index(1000.0) :]) == {1000.0}


@pytest.mark.parametrize("maker", EACH)
def test_an_hourly_list_that_comes_twice_counts_once(maker):
    life = known(maker, START)
    life.live(twice_hourly(life.meter(), 45.0), 4)

    assert life.qualities("2026-01-15T15", "2026-01-15T16", "2026-01-15T17") == [METERED] * 3
    hold_true(life)


@pytest.mark.parametrize("maker", EACH)
def test_a_missing_hourly_list_leaves_two_integrated_hours_and_their_sum(maker):
    life = known(maker, START)
    life.live(without_hourly(life.meter(), {utc("2026-01-15T17:00")}), 5)

    assert life.qualities("2026-01-15T15", "2026-01-15T16", "2026-01-15T17", "2026-01-15T18") == [
        METERED,
        INTEGRATED,
        INTEGRATED,
        METERED,
    ]
    hold_true(life)
    (span,) = life.household.record(life.now(life.moment)).spans
    assert (span.start, span.end) == (utc("2026-01-15T16:00"), utc("2026-01-15T18:00"))
    two = life.hour("2026-01-15T16").import_wh + life.hour("2026-01-15T17").import_wh
    assert span.import_wh == pytest.approx(two, rel=0.01)


@pytest.mark.parametrize("maker", EACH)
def test_a_port_that_goes_silent_over_hours_is_a_fault_and_its_register_difference_stays_a_sum(maker):
    life = known(maker, START)
    signals = []
    life.live(
        silent(life.meter(), utc("2026-01-15T16:20"), utc("2026-01-15T18:40")),
        1.5,
        seen=lambda _now, situation: signals.append(situation.signal),
    )
    assert set(signals) == {Signal.RECEIVING}
    quiet = life.household.situation(life.now(utc("2026-01-15T17:30")))
    assert (quiet.signal, quiet.level, quiet.hour, quiet.outlook) == (Signal.SILENT, Level.FAULT, None, None)
    assert [alarm.rule for alarm in quiet.alarms] == [Rule.SILENT]

    life.live(silent(life.meter(), utc("2026-01-15T16:20"), utc("2026-01-15T18:40")), 4)

    assert life.situation.signal is Signal.RECEIVING
    assert life.qualities("2026-01-15T15", "2026-01-15T16", "2026-01-15T17", "2026-01-15T18", "2026-01-15T19") == [
        METERED,
        PARTLY,
        UNKNOWN,
        PARTLY,
        METERED,
    ]
    hold_true(life)
    (span,) = life.household.record(life.now(life.moment)).spans
    assert (span.start, span.end) == (utc("2026-01-15T16:00"), utc("2026-01-15T19:00"))
    assert span.import_wh == pytest.approx(sum(life.was(span.start + timedelta(hours=n)) for n in range(3)), abs=32)


@pytest.mark.parametrize("maker", EACH)
def test_a_silence_within_an_hour_is_made_good_by_the_register(maker):
    life = known(maker, START)
    life.live(silent(life.meter(), utc("2026-01-15T16:05"), utc("2026-01-15T16:40")), 2.4)

    assert life.hour("2026-01-15T16").quality is METERED
    assert life.hour("2026-01-15T16").coverage == pytest.approx(25 / 60, abs=0.02)
    hold_true(life)


@pytest.mark.parametrize("maker", EACH)
def test_an_exchanged_meter_ends_no_hour_wrongly(maker):
    life = known(maker, START)
    life.live(life.meter(), 1.5)
    life.live(life.meter(register_wh=0, meter_id="6970630000000002"), 4)

    assert life.situation.meter.meter_id == "6970630000000002"
    assert life.qualities("2026-01-15T15", "2026-01-15T16", "2026-01-15T17", "2026-01-15T18") == [
        METERED,
        INTEGRATED,
        # The unit of the new one's registers is known after two whole hours, where the list does not say it.
        METERED if maker is Maker.AIDON else INTEGRATED,
        METERED,
    ]
    hold_true(life)


@pytest.mark.parametrize("maker", EACH)
def test_a_register_that_starts_again_from_zero_ends_no_hour_wrongly(maker):
    life = Life(maker, START)
    life.live(life.meter(register_wh=99_990_000), 1.5)
    life.live(life.meter(register_wh=0), 4)

    assert life.hour("2026-01-15T16").quality is INTEGRATED
    assert life.hour("2026-01-15T18").quality is METERED
    hold_true(life)


@pytest.mark.parametrize("maker", EACH)
@pytest.mark.parametrize("error_s", some([-7200, -3600, -1500, 1500, 3600, 90_000], 4))
def test_a_clock_that_the_grid_company_sets_counts_nothing_twice(maker, error_s):
    life = Life(maker, START, loads=constant(3000))
    life.live(life.meter(), 2.4)
    # Nobody else knows the time: it is believed when it has contradicted for twice as long as the other held.
    life.live(life.meter(clock_error=timedelta(seconds=error_s)), 10.5)

    assert life.situation.clock_source is ClockSource.METER
    shown = life.situation.local_time.astimezone(UTC) - timedelta(seconds=error_s)
    assert shown == pytest.approx(life.moment, abs=timedelta(seconds=3))
    starts = [hour.start for hour in life.household.hours]
    assert starts == sorted(set(starts))
    for hour in life.household.hours:
        assert hour.import_wh <= 3000 + 12
        if hour.quality is not PARTLY:
            assert hour.import_wh == pytest.approx(3000, abs=32) or hour.coverage < 0.99
    # All that was used from the first full hour on is in the hours, but for those that were jumped back into.
    whole = sum(hour.import_wh for hour in life.household.hours)
    assert whole <= 3000 * (2.4 + 10.5) + 60


@pytest.mark.parametrize("maker", EACH)
def test_a_clock_that_is_some_seconds_off_and_corrected_keeps_its_hours(maker):
    life = Life(maker, START)
    life.live(life.meter(clock_error=timedelta(seconds=40)), 2.2)
    life.live(life.meter(clock_error=timedelta(seconds=-5)), 3)

    for text in ("2026-01-15T15", "2026-01-15T16", "2026-01-15T17", "2026-01-15T18"):
        hour = life.hour(text)
        assert hour.quality in (METERED, INTEGRATED)
        assert hour.import_wh == pytest.approx(life.was(hour.start), rel=0.03, abs=45 * 3)


@pytest.mark.parametrize(("fold", "day", "hours"), [(0, "2026-03-29", 23), (1, "2026-10-25", 25)])
@pytest.mark.parametrize("maker", EACH)
def test_the_days_of_23_and_25_hours_have_all_their_hours_and_no_other_days(maker, fold, day, hours):
    midnight = datetime.combine(date.fromisoformat(day), datetime.min.time(), OSLO).astimezone(UTC)
    life = Life(maker, midnight - timedelta(minutes=70), solar=True)
    at_midnight = []

    def seen(_now, situation) -> None:
        local = situation.local_time
        if local is not None and (local.hour, local.minute) == (23, 59) and local.second < 50:
            at_midnight.append(situation)

    life.live(life.meter(), hours + 1.5, seen=seen)

    that_day = [hour for hour in life.household.hours if str(hour.start.astimezone(OSLO).date()) == day]
    assert len(that_day) == hours
    assert {hour.quality for hour in that_day} == {METERED}
    hold_true(life)
    before_midnight = at_midnight[-1]
    assert str(before_midnight.today.day) == day
    assert before_midnight.today.import_wh == pytest.approx(sum(hour.import_wh for hour in that_day), rel=0.01)
    # Hours of the evening before are another day's.
    assert life.situation.month.peaks[0].start in {hour.start for hour in life.household.hours}


def test_a_restart_after_a_power_cut_shows_no_hour_until_an_aidon_has_told_the_time():
    life = Life(Maker.AIDON, START)
    life.live(life.meter(), 2.5)
    record = life.household.record(life.now(life.moment))

    from appliance.household.checkpoint import Restored

    life.household = life.made()
    life.household.restore(Restored(record.hours, record.checkpoint, None), life.now(life.moment))
    shown = []
    life.moment += timedelta(minutes=7)
    life.live(life.meter(), 1.2, seen=lambda _now, situation: shown.append(situation))

    dark = [situation for situation in shown if situation.local_time is None]
    assert dark
    assert all(situation.hour is None and situation.outlook is None and situation.today is None for situation in dark)
    assert life.situation.hour is not None
    # Both registers are known: the hour with the cut in it is metered all the same.
    assert life.hour("2026-01-15T17").quality is METERED
    assert life.hour("2026-01-15T17").coverage < 0.95
    hold_true(life)


@pytest.mark.parametrize("maker", EACH)
@pytest.mark.parametrize("downtime_s", [4.0, 240.0])
def test_a_restart_within_the_same_boot_goes_on_with_the_hour_and_says_so(maker, downtime_s):
    life = known(maker, START, loads=constant(3600))
    life.live(life.meter(), 1.5)
    before = life.situation
    record = life.household.record(life.now(life.moment))

    from appliance.household.checkpoint import Restored

    life.household = life.made()
    life.moment += timedelta(seconds=downtime_s)
    life.household.restore(Restored(record.hours, record.checkpoint, downtime_s), life.now(life.moment))
    life.live(life.meter(), 1 / 60)

    hour = life.situation.hour
    assert hour.continued
    assert life.situation.local_time is not None
    assert hour.import_wh >= before.hour.import_wh
    assert hour.missing_s == pytest.approx(0.0 if downtime_s < 20 else downtime_s, abs=15)
    assert hour.import_wh + hour.missing_s == pytest.approx(hour.elapsed_s, abs=4)  # 3600 W is 1 Wh a second
    assert life.situation.outlook.at_least is (downtime_s > 120)
    life.live(life.meter(), 1.7)
    assert life.hour("2026-01-15T16").quality is METERED
    hold_true(life)


def test_a_converter_that_drops_octets_of_long_frames_costs_lists_and_no_truth():
    life = Life(Maker.AIDON, START)
    life.live(life.meter(), 4, line=lambda octets: octets[:120] + octets[121:])

    assert life.situation.signal is Signal.RECEIVING
    assert not life.situation.phases_known
    # Only hourly lists tell an Aidon's time, and those are long: nothing but the power is known.
    assert life.household.hours == ()
    assert life.situation.power_import_w is not None


def test_an_adapter_that_turns_line_feeds_into_two_octets_makes_no_wrong_hour():
    life = Life(Maker.KAIFA, START)
    life.live(life.meter(), 3, line=lambda octets: octets.replace(b"\n", b"\r\n"))

    hold_true(life)


def test_a_missing_l2_current_is_never_judged():
    heavy = (Load("heavy", 0, lambda _moment, _chance: 20_000.0),)
    life = Life(Maker.AIDON, START, rules=Rules(phase=PhaseRule(fuse_a=40)), net=Net.IT, loads=heavy)
    life.live(life.meter(), 0.1)

    assert life.situation.phases[1].current_a is None
    assert {alarm.phase for alarm in life.situation.alarms if alarm.rule is Rule.PHASE} == {1}


def test_an_hour_that_costs_nothing_is_silent_and_one_that_would_lift_the_step_is_not():
    def evening(moment, _chance) -> float:
        local = moment.astimezone(OSLO)
        # Three days with one hour of 4 kWh each, then an evening at 4, and one at 8.
        if local.hour != 18:
            return 500.0
        return 8000.0 if local.day == 19 else 4000.0

    start = datetime(2026, 1, 14, 22, 55, tzinfo=UTC)
    life = Life(
        Maker.KAMSTRUP,
        start,
        rules=Rules(power=replace(Rules().power, watch_w=20_000, act_w=30_000), hour=HourRule()),
        loads=(Load("evening", None, evening),),
        step_s=10,
    )
    heard: dict[date, set[Level]] = {}

    def seen(_now, situation) -> None:
        if situation.local_time is not None:
            for alarm in situation.alarms:
                assert alarm.rule is Rule.HOUR
                heard.setdefault(situation.local_time.date(), set()).add(alarm.level)

    life.live(life.meter(), 24 * 5, seen=seen)

    assert heard == {date(2026, 1, 19): {Level.WATCH, Level.ACT}}
    month = life.situation.month
    assert [round(hour.import_wh, -1) for hour in month.top] == [8000, 4000, 4000]
    assert month.mean_kw == pytest.approx(5.33, abs=0.02)
    assert month.since == datetime(2026, 1, 14, 23, tzinfo=UTC)


def test_the_meter_class_has_no_other_clock_than_its_own():
    life = Life(Maker.KAIFA, START)
    late = Meter(Maker.KAIFA, life.house, START, clock_error=timedelta(hours=1))
    first = next(late.sent())

    assert first.moment == START
    assert first.meant.clock.wall == datetime(2026, 1, 15, 16, 50)
