"""The running hour: what it will come to, what it may, and whether that costs anything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from appliance.household.capacity import Month, month
from appliance.household.hours import HOUR, UNSEEN_S, Hour, Quality, RunningHour
from appliance.household.ledger import HourLedger
from appliance.household.outlook import LARGEST_W, Limit, Outlook, StepLost, outlook
from appliance.household.summary import Summary
from appliance.household.tariff import Basis, PeakRule, Step, Tariff, by_day_and_night

LOWER = Tariff(limit_is_lower=True)
"""The arithmetic here counts a mean that is just on a limit to the lower step, as few companies do."""

START = datetime(2026, 1, 20, 16, tzinfo=UTC)
"""Of the hour from 17 to 18, local time."""
TODAY = date(2026, 1, 20)


def hour(days_ago: int, import_wh: float, known: Quality = Quality.METERED, hours_ago: int = 0) -> Hour:
    return Hour(START - timedelta(days=days_ago, hours=hours_ago), import_wh, 0.0, known, 1.0)


def running(minutes: float, import_wh: float, missing_s: float = 0.0) -> RunningHour:
    return RunningHour(start=START, import_wh=import_wh, seen_s=minutes * 60 - missing_s, elapsed_s=minutes * 60)


def this_month(*hours: Hour, tariff: Tariff = LOWER) -> Month:
    return month(tariff, sorted(hours, key=lambda one: one.start), TODAY)


def limit(found: Month, before: Month | None = None, chosen_kw: float | None = None) -> Limit:
    made = Limit.for_hour(START, found, before, chosen_kw)
    assert made is not None
    return made


def seen(minutes: float, import_wh: float, power_w: float, its_limit: Limit | None = None, **given_) -> Outlook:
    found = outlook(running(minutes, import_wh, **given_), power_w, START + timedelta(minutes=minutes), its_limit)
    assert found is not None
    return found


THREE_DAYS = (hour(1, 4000), hour(2, 3500), hour(3, 3000))
SETTLED = this_month(*THREE_DAYS)


# Arithmetic.


def test_you_may_use_so_much_until_the_hour_ends():
    # 15 kWh in all for three days' mean of 5 kW: 7.5 kWh are left for this one, and 40 minutes have taken 5.967.
    found = seen(40, 5967, 3000, limit(SETTLED))

    assert (found.limit_kw, found.allowed_wh) == (5.0, 7500)
    assert found.headroom_w == pytest.approx((7500 - 5967) * 3)
    assert found.until == datetime(2026, 1, 20, 17, tzinfo=UTC)
    assert found.time_left_s == 1200


def test_2_3_kilowatts_until_18_00():
    found = seen(
        30, 3850, 1000, limit(this_month(tariff=Tariff(limit_is_lower=True, peaks=PeakRule(number=1))), chosen_kw=5.0)
    )

    assert found.headroom_w == pytest.approx(2300)


def test_the_projection_is_so_far_and_the_present_power_until_the_end():
    found = seen(45, 2000, 6000)

    assert (found.so_far_wh, found.projection_wh) == (2000, 3500)


def test_the_power_of_the_last_reading_has_held_since():
    found = outlook(running(30, 2000), 3600, START + timedelta(minutes=30, seconds=10), limit(SETTLED))

    assert found is not None
    assert found.so_far_wh == pytest.approx(2010)
    assert found.projection_wh == pytest.approx(3800)
    assert found.headroom_w == pytest.approx((7500 - 2010) * 3600 / 1790)


def test_so_an_even_power_has_an_even_projection_between_two_readings():
    projections = {
        round(outlook(running(30, 2000), 3600, START + timedelta(minutes=30, seconds=age), None).projection_wh, 6)
        for age in range(30)
    }

    assert projections == {3800.0}


def test_a_clock_corrected_backwards_takes_nothing_away():
    found = outlook(running(30, 2000), 3600, START + timedelta(minutes=29, seconds=50), None)

    assert found is not None
    assert (found.so_far_wh, found.projection_wh) == (2000, 3810)


def test_without_a_limit_there_is_the_projection_and_nothing_else():
    assert seen(30, 1000, 2000) == Outlook(
        until=START + HOUR, time_left_s=1800.0, so_far_wh=1000, projection_wh=2000.0, mean_w=2000
    )


def test_no_less_than_nothing_may_be_used():
    found = seen(30, 7500.4, 1000, limit(SETTLED))

    assert (found.limit_kw, found.headroom_w) == (5.0, 0)


def test_the_headroom_of_the_last_seconds_is_no_more_than_anybody_has():
    assert seen(59.99, 0, 0, limit(SETTLED)).headroom_w == LARGEST_W


@given(st.floats(0.1, 59.9), st.floats(0, 8000), st.floats(0, 20_000))
def test_using_just_the_headroom_brings_the_hour_to_what_it_may_have(minutes, import_wh, power_w):
    its_limit = limit(SETTLED)
    found = seen(minutes, import_wh, power_w, its_limit)

    assert found.headroom_w is not None
    assert found.allowed_wh is not None
    assume(found.headroom_w < LARGEST_W)
    assert seen(minutes, import_wh, found.headroom_w, its_limit).projection_wh == pytest.approx(
        max(found.allowed_wh, import_wh)
    )


@given(st.floats(0, 59.9), st.floats(0, 12_000), st.floats(0, 20_000))
def test_the_mean_and_step_are_the_months_if_the_projection_comes_true(minutes, import_wh, power_w):
    found = seen(minutes, import_wh, power_w, limit(SETTLED))
    then = this_month(*THREE_DAYS, hour(0, found.projection_wh))

    assert (found.mean_kw, found.step) == (then.mean_kw, then.step)


# What was not seen.


@pytest.mark.parametrize(("missing_s", "at_least"), [(0, False), (UNSEEN_S, False), (UNSEEN_S + 1, True), (1800, True)])
@pytest.mark.parametrize("its_limit", [None, limit(SETTLED)])
def test_what_was_seen_of_an_hour_that_was_not_seen_whole_is_a_lower_bound(missing_s, at_least, its_limit):
    found = seen(30, 1000, 2000, its_limit, missing_s=missing_s)

    assert found.at_least is at_least
    # Half an hour at 2 kW is 1,000 Wh more, whatever was not seen before it.
    assert (found.so_far_wh, found.projection_wh) == (1000, 2000)


@pytest.mark.parametrize(("after", "known"), [(-1, False), (0, True), (3599, True), (3600, False), (3700, False)])
def test_there_is_an_outlook_within_the_hour_only(after, known):
    found = outlook(RunningHour(start=START), 1000, START + timedelta(seconds=after), None)

    assert (found is not None) is known


# What costs nothing.


def test_an_hour_below_a_higher_one_of_its_day_costs_nothing():
    its_limit = limit(this_month(*THREE_DAYS, hour(0, 6000, hours_ago=3)))

    assert seen(30, 3000, 6000, its_limit).costs_nothing
    assert not seen(30, 3000, 6010, its_limit).costs_nothing


def test_an_hour_below_as_many_higher_days_as_count_costs_nothing():
    assert seen(30, 1500, 3000, limit(SETTLED)).costs_nothing
    assert not seen(30, 1500, 3010, limit(SETTLED)).costs_nothing


def test_with_fewer_days_than_count_every_hour_lifts_something():
    assert not seen(30, 100, 200, limit(this_month(*THREE_DAYS[:2]), BEFORE)).costs_nothing


# The limit.


def test_without_a_choice_it_is_the_step_that_the_month_has_reached():
    found = seen(30, 100, 100, limit(SETTLED))

    assert found.limit_kw == 5.0


def test_the_running_hour_itself_can_reach_the_next_step():
    found = seen(55, 7600, 100, limit(SETTLED))

    assert found.limit_kw == 10.0
    assert found.allowed_wh == 22_500


def test_just_on_the_limit_the_step_is_kept():
    assert seen(55, 7500, 0, limit(SETTLED)).limit_kw == 5.0
    assert seen(55, 7501, 0, limit(SETTLED)).limit_kw == 10.0


def test_just_on_an_upper_limit_the_next_step_is_reached():
    upper = this_month(*THREE_DAYS, tariff=Tariff(limit_is_lower=False))

    assert seen(55, 7499, 0, limit(upper)).limit_kw == 5.0
    assert seen(55, 7500, 0, limit(upper)).limit_kw == 10.0


def test_a_choice_comes_before_the_step_that_is_reached():
    found = seen(30, 100, 100, limit(SETTLED, chosen_kw=4.5))

    assert (found.limit_kw, found.allowed_wh) == (4.5, 6000)


def test_a_chosen_limit_that_is_passed_gives_way_to_the_step_that_is_reached():
    found = seen(30, 100, 100, limit(this_month(hour(1, 8000), hour(2, 7000), hour(3, 3000)), chosen_kw=5.0))

    assert found.limit_kw == 10.0


@pytest.mark.parametrize(("lower", "limit_kw"), [(True, 5.0), (False, 10.0)])
def test_a_month_just_on_the_chosen_limit_has_passed_it_where_limits_are_upper(lower, limit_kw):
    on = this_month(hour(1, 5000), hour(2, 5000), hour(3, 5000), tariff=Tariff(limit_is_lower=lower))

    assert seen(30, 100, 100, limit(on, chosen_kw=5.0)).limit_kw == limit_kw


def test_in_the_highest_step_nothing_limits():
    found = seen(30, 100, 100, limit(this_month(hour(1, 150_000), hour(2, 150_000), hour(3, 150_000))))

    assert (found.limit_kw, found.allowed_wh, found.headroom_w, found.step) == (None, None, None, 9)


@pytest.mark.parametrize("import_wh", [6000, 20_000])
def test_in_the_highest_step_nothing_limits_even_if_the_table_gives_it_an_end(import_wh):
    tariff = Tariff(limit_is_lower=True, steps=(Step(5.0), Step(10.0)))
    found = seen(30, 100, 100, limit(this_month(*(hour(day, import_wh) for day in (1, 2, 3)), tariff=tariff)))

    assert (found.limit_kw, found.headroom_w) == (None, None)


# The first days of a month.

BEFORE = Month(
    date(2025, 12, 1), LOWER, tuple(replace(one, start=one.start - timedelta(days=31)) for one in THREE_DAYS)
)


def test_before_enough_peaks_are_known_the_step_of_the_month_before_stands_in():
    found = seen(30, 100, 100, limit(this_month(), BEFORE))

    assert (found.limit_kw, found.allowed_wh) == (5.0, 5000)


@pytest.mark.parametrize("known", [0, 1, 2])
def test_with_fewer_days_than_count_and_no_month_before_there_is_no_limit(known):
    # Issue 16: "Until as many days are known as count, the limit is the chosen step, else the step of the month before,
    # else there is none: then no headroom is shown, no hour alarm comes and no step is called lost".
    young = this_month(*THREE_DAYS[:known])
    assert Limit.for_hour(START, young, None, None) is None
    found = seen(30, 90_000, 9000, Limit.for_hour(START, young, None, None))

    assert (found.limit_kw, found.allowed_wh, found.headroom_w) == (None, None, None)
    assert (found.shed_w, found.crosses_in_s, found.lost) == (None, None, None)


def test_a_month_before_that_was_not_known_well_enough_stands_in_for_nothing():
    assert Limit.for_hour(START, this_month(), replace(BEFORE, peaks=BEFORE.peaks[:2]), None) is None


def test_a_month_before_in_the_highest_step_stands_in_for_nothing():
    high = replace(BEFORE, peaks=tuple(replace(peak, import_wh=150_000) for peak in BEFORE.peaks))

    assert Limit.for_hour(START, this_month(), high, None) is None


def test_past_the_step_of_the_month_before_the_next_step_is_kept():
    found = seen(50, 6000, 100, limit(this_month(), BEFORE))

    # A first day of 6 kWh is a mean of 6 kW: past 5, and up to 10 kWh are within the next.
    assert (found.limit_kw, found.allowed_wh) == (10.0, 10_000)
    assert found.lost is not None
    assert (found.lost.limit_kw, found.lost.was, found.lost.now) == (5.0, 1, 2)


def test_a_choice_holds_from_the_first_hour_on():
    found = seen(30, 100, 100, limit(this_month(), BEFORE, chosen_kw=10.0))

    assert found.limit_kw == 10.0


def test_once_enough_peaks_are_known_the_month_before_counts_no_more():
    high = replace(BEFORE, peaks=tuple(replace(peak, import_wh=9000) for peak in BEFORE.peaks))

    assert seen(30, 100, 100, limit(SETTLED, high)).limit_kw == 5.0


@given(
    st.lists(st.integers(0, 12_000), max_size=6),
    st.one_of(st.none(), st.sampled_from([2.0, 4.5, 5.0, 10.0])),
    st.integers(0, 12_000),
    st.booleans(),
)
def test_whatever_the_month_the_limit_is_never_passed_already(energies_wh, chosen_kw, import_wh, lower):
    tariff = Tariff(limit_is_lower=lower)
    its_month = this_month(*(hour(day, wh) for day, wh in enumerate(energies_wh)), tariff=tariff)
    its_limit = Limit.for_hour(START, its_month, None, chosen_kw)
    assert (its_limit is None) == (chosen_kw is None and not its_month.enough_peaks)
    if its_limit is None:
        return
    limit_kw, _ = its_limit.of(import_wh)

    assert limit_kw is not None
    assert tariff.within(its_limit.other_peaks.mean_kw(import_wh), limit_kw)
    assert its_limit.other_peaks.allowed_wh(limit_kw) >= import_wh


# The accounts: the same from the ledger's hours, reckoned again whenever these change.


def accounts(
    *hours: Hour, tariffs: Sequence[Tariff] = (LOWER,), now: datetime = START + timedelta(minutes=30)
) -> Summary:
    made = Summary(tariffs, None, 30.0)
    made.ledger.adopt(hours)
    begin = START.replace(minute=0)
    for minute in range(0, int((now - begin).total_seconds()) + 1, 10):
        made.ledger.power(2000, None, float(minute), begin + timedelta(seconds=minute))
    return made


NOW = START + timedelta(minutes=30)


def test_the_accounts_have_the_outlook_of_the_running_hour():
    found = accounts(*THREE_DAYS).outlook(3000, NOW, None)

    assert found is not None
    assert found.projection_wh == pytest.approx(2500)
    assert (found.limit_kw, found.allowed_wh) == (5.0, 7500)


def test_without_a_power_or_a_running_hour_there_is_no_outlook():
    assert accounts(*THREE_DAYS).outlook(None, NOW, None) is None
    assert Summary((LOWER,), None, 30.0).outlook(1000, NOW, None) is None
    assert Summary((LOWER,), None, 30.0).today() is None


def test_a_corrected_hour_is_in_the_account_at_once():
    made = accounts(*THREE_DAYS)
    before = made.month(NOW)
    made.ledger.correct(THREE_DAYS[0].start, 9000)
    after, found = made.month(NOW), made.outlook(3000, NOW, None)

    assert before is not None
    assert after is not None
    assert found is not None
    assert (before.mean_kw, after.mean_kw) == (3.5, pytest.approx(5.1667, abs=1e-4))
    assert found.limit_kw == 10.0


def test_the_accounts_begin_with_the_first_running_hour():
    made = accounts(*THREE_DAYS, now=START - HOUR)
    made.month(NOW)
    made.ledger.power(2000, None, 1e5, START)
    made.ledger.power(2000, None, 1e5 + 10, START + timedelta(seconds=10))
    found = made.outlook(2000, START + timedelta(seconds=10), None)

    assert found is not None
    assert found.limit_kw == 5.0


def test_the_hour_that_has_ended_stands_beside_the_next():
    made = accounts(*THREE_DAYS, now=START + HOUR + timedelta(minutes=10))
    found, today = made.outlook(1000, START + HOUR + timedelta(minutes=10), None), made.today()

    assert found is not None
    assert found.until == START + 2 * HOUR
    assert today is not None
    assert today.highest is not None
    assert (today.highest.start, today.highest.import_wh) == (START, pytest.approx(2000))


def test_the_month_before_stands_in_for_the_first_days():
    made = Summary((LOWER,), None, 30.0)
    first = datetime(2026, 1, 31, 23, tzinfo=UTC)
    made.ledger.adopt(THREE_DAYS)
    for second in range(0, 600, 10):
        made.ledger.power(2000, None, float(second), first + timedelta(seconds=second))
    found = made.outlook(2000, first + timedelta(seconds=590), None)

    assert found is not None
    assert found.limit_kw == 5.0


def test_a_table_that_begins_in_mid_month_counts_from_its_day_on():
    tables = (LOWER, Tariff(limit_is_lower=True, valid_from=date(2026, 1, 20), peaks=PeakRule(number=1)))
    made = accounts(*THREE_DAYS, tariffs=tables)
    before, after = made.month(NOW - timedelta(days=1)), made.month(NOW)

    assert before is not None
    assert after is not None
    assert (before.tariff.peaks.number, after.tariff.peaks.number) == (3, 1)
    assert (before.mean_kw, after.mean_kw) == (3.5, 4.0)


def test_a_table_also_begins_while_nothing_is_heard_of_the_meter():
    tables = (LOWER, Tariff(limit_is_lower=True, valid_from=date(2026, 1, 21), peaks=PeakRule(number=1)))
    made = Summary(tables, None, 30.0)
    made.ledger.adopt(THREE_DAYS)
    found = [made.month(NOW + timedelta(days=days)) for days in (0, 1)]

    assert [one.tariff.peaks.number for one in found if one is not None] == [3, 1]


def test_the_month_is_that_of_the_local_day():
    made = Summary((LOWER,), None, 30.0)
    found = [made.month(datetime(2026, 1, 31, hour, 30, tzinfo=UTC)) for hour in (22, 23)]

    assert [one.first for one in found if one is not None] == [date(2026, 1, 1), date(2026, 2, 1)]


@pytest.mark.parametrize(("fuse_a", "step"), [(None, None), (25.0, 0), (40.0, 1)])
def test_a_tariff_by_fuse_has_a_step_that_never_changes_and_no_limit(fuse_a, step):
    table = Tariff(limit_is_lower=True, basis=Basis.FUSE, steps=(Step(25.0), Step(63.0), Step(None)))
    made = Summary((table,), None, 30.0, fuse_a)
    made.ledger.adopt(THREE_DAYS)
    found = made.month(NOW)

    assert found is not None
    assert found.step == step


@pytest.mark.parametrize(
    "tables", [(), (Tariff(limit_is_lower=True, basis=Basis.NONE),), (Tariff(limit_is_lower=True, basis=Basis.FUSE),)]
)
def test_without_a_tariff_by_hours_there_is_no_limit_but_a_projection(tables):
    made = accounts(*THREE_DAYS, tariffs=tables)
    found = made.outlook(3000, NOW, None)

    assert (made.month(NOW) is None) == (tables != (Tariff(limit_is_lower=True, basis=Basis.FUSE),))
    assert found is not None
    assert (found.projection_wh, found.limit_kw) == (pytest.approx(2500), None)


def test_a_household_without_a_capacity_tariff_still_has_its_cost():
    tables = (Tariff(limit_is_lower=True, basis=Basis.NONE, energy=by_day_and_night(100.0, 100.0)),)
    midnight = datetime(2026, 1, 19, 23, tzinfo=UTC)
    hours = [Hour(midnight + number * HOUR, 1000.0, 0.0, Quality.METERED, 1.0) for number in range(17)]
    money = accounts(*hours, tariffs=tables).money()

    assert money is not None
    assert money.today.kr == pytest.approx(17 + 1)


def test_what_has_not_changed_is_not_reckoned_again():
    made = accounts(*THREE_DAYS)

    assert made.month(NOW) is made.month(NOW + timedelta(minutes=1))


@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 9000)), max_size=12, unique_by=lambda one: one[0]))
def test_whatever_is_corrected_the_accounts_are_those_of_the_hours(corrections):
    made, ledger = accounts(*THREE_DAYS), HourLedger(30.0)
    ledger.adopt(made.ledger.ended)
    for hours_ago, import_wh in corrections:
        start = START - timedelta(hours=hours_ago)
        made.ledger.correct(start, import_wh)
        ledger.correct(start, import_wh)
        made.today()
        assert made.month(NOW) == month(LOWER, ledger.ended, TODAY)


# What to switch off, when the limit is crossed, and by which mean.


def test_what_is_switched_off_and_when_it_is_crossed_go_by_the_mean_of_the_last_minutes():
    # 7,500 Wh in all; 30 minutes have taken 4,000. 3,500 Wh in 1,800 s are 7 kW. A mean of 9 kW takes 1,400 s for them.
    found = outlook(running(30, 4000), 10_000, START + timedelta(minutes=30), limit(SETTLED), 9000)

    assert found is not None
    assert (found.mean_w, found.headroom_w, found.crosses_in_s) == (9000, 7000, pytest.approx(1400))
    assert found.shed_w == 2000  # of the lower of both: an oven that is on just now need not be all of it
    assert found.projection_wh == 9000


def test_of_a_power_that_has_fallen_no_more_is_to_be_switched_off_than_it_has():
    found = outlook(running(30, 4000), 7500, START + timedelta(minutes=30), limit(SETTLED), 9000)

    assert found is not None
    assert found.shed_w == 500


def test_a_mean_that_just_fits_crosses_nothing():
    found = outlook(running(30, 4000), 7000, START + timedelta(minutes=30), limit(SETTLED))

    assert found is not None
    assert (found.crosses_in_s, found.shed_w) == (None, 0)


def test_once_the_limit_is_reached_it_is_crossed_now():
    found = seen(30, 7500, 100, limit(SETTLED))

    assert (found.crosses_in_s, found.shed_w, found.lost) == (0, 100, None)


# A step lost.

PRICED = Tariff(limit_is_lower=True, steps=(Step(2.0, 100.0), Step(5.0, 250.0), Step(10.0, 420.0), Step(None, 700.0)))


def lost_of(its_limit: Limit, so_far_wh: float) -> StepLost | None:
    _, lost = its_limit.of(so_far_wh)
    return lost


def test_a_step_lost_says_which_by_which_hour_and_what_it_costs():
    # 3 x 5 - 4 - 3.5 = 7.5 kWh keep the step; 7,501 make (7.501 + 4 + 3.5) / 3 = 5.0003 kW.
    its_limit = limit(this_month(*THREE_DAYS, tariff=PRICED))

    assert lost_of(its_limit, 7500) is None
    assert lost_of(its_limit, 7501) == StepLost(
        hour=START, limit_kw=5.0, was=1, now=2, above_kw=5.0, up_to_kw=10.0, dearer_kr=170.0
    )


def test_without_prices_nothing_is_said_of_the_cost():
    lost = lost_of(limit(SETTLED), 7501)

    assert lost is not None
    assert lost.dearer_kr is None


def test_two_steps_lost_in_one_hour_are_counted_from_the_one_that_was_to_be_kept():
    # 3 x 10 - 7.5 = 22.5 kWh keep the next step; 420 - 250 and 700 - 250 kr.
    its_limit = limit(this_month(*THREE_DAYS, tariff=PRICED))
    first, second = lost_of(its_limit, 22_500), lost_of(its_limit, 22_501)

    assert first is not None
    assert second is not None
    assert (first.now, first.dearer_kr) == (2, 170.0)
    assert (second.limit_kw, second.was, second.now) == (5.0, 1, 3)
    assert (second.above_kw, second.up_to_kw, second.dearer_kr) == (10.0, None, 450.0)
    assert its_limit.of(22_501)[0] is None  # nothing is left to be kept


def test_in_the_last_step_nothing_is_lost():
    its_limit = limit(this_month(*(hour(day, 11_000) for day in (1, 2, 3)), tariff=PRICED))

    assert its_limit.of(90_000) == (None, None)


def test_a_chosen_limit_within_a_step_that_is_passed_is_lost_though_the_step_is_the_same():
    # 3 x 4.5 - 7.5 = 6 kWh keep a mean of 4.5 kW; it is the step from 2 to 5 kW before and after.
    its_limit = limit(this_month(*THREE_DAYS, tariff=PRICED), chosen_kw=4.5)

    assert its_limit.of(6000) == (4.5, None)
    assert its_limit.of(6001) == (
        5.0,
        StepLost(hour=START, limit_kw=4.5, was=1, now=1, above_kw=2.0, up_to_kw=5.0, dearer_kr=0.0),
    )


def test_what_was_spent_before_the_hour_is_not_lost_by_it():
    its_limit = limit(this_month(hour(1, 8000), hour(2, 7000), hour(3, 3000)), chosen_kw=5.0)

    assert its_limit.of(100) == (10.0, None)


@given(st.lists(st.integers(0, 12_000), min_size=4, max_size=6), st.floats(0, 60_000), st.booleans())
def test_whatever_the_month_a_step_is_lost_just_where_its_place_rises(energies_wh, so_far_wh, lower):
    tariff = replace(PRICED, limit_is_lower=lower)
    its_month = this_month(*(hour(day, wh) for day, wh in enumerate(energies_wh)), tariff=tariff)
    before, after = (
        its_month.mean_kw,
        this_month(*(hour(day, wh) for day, wh in enumerate(energies_wh)), hour(0, so_far_wh), tariff=tariff).mean_kw,
    )
    assert before is not None
    assert after is not None
    lost = lost_of(limit(its_month), so_far_wh)

    assert (None if lost is None else (lost.was, lost.now)) == (
        None if tariff.step(after) == tariff.step(before) else (tariff.step(before), tariff.step(after))
    )
