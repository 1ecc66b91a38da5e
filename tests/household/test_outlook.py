"""The running hour: what it will come to, what it may, and whether that costs anything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from appliance.household.hours import HOUR, Hour, Quality, RunningHour
from appliance.household.ledger import HourLedger
from appliance.household.outlook import LARGEST_W, MISSING_S, Limit, Outlook, outlook
from appliance.household.summary import Summary
from appliance.household.tariff import Basis, EnergyPrice, Month, Step, Tariff, month

START = datetime(2026, 1, 20, 16, tzinfo=UTC)
"""Of the hour from 17 to 18, local time."""
TODAY = date(2026, 1, 20)


def hour(days_ago: int, import_wh: float, known: Quality = Quality.METERED, hours_ago: int = 0) -> Hour:
    return Hour(START - timedelta(days=days_ago, hours=hours_ago), import_wh, 0.0, known, 1.0)


def running(minutes: float, import_wh: float, missing_s: float = 0.0) -> RunningHour:
    return RunningHour(start=START, import_wh=import_wh, seen_s=minutes * 60 - missing_s, elapsed_s=minutes * 60)


def this_month(*hours: Hour, tariff: Tariff = Tariff()) -> Month:  # noqa: B008
    return month(tariff, sorted(hours, key=lambda one: one.start), TODAY)


def limit(found: Month, before: Month | None = None, chosen_kw: float | None = None) -> Limit:
    return Limit.for_hour(START, found, before, chosen_kw)


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
    found = seen(30, 3850, 1000, limit(this_month(tariff=Tariff(days=1)), chosen_kw=5.0))

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
    assert seen(30, 1000, 2000) == Outlook(until=START + HOUR, time_left_s=1800.0, so_far_wh=1000, projection_wh=2000.0)


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


@pytest.mark.parametrize(("missing_s", "known"), [(0, True), (MISSING_S, True), (MISSING_S + 1, False)])
def test_there_is_no_outlook_when_too_much_of_the_hour_was_not_seen(missing_s, known):
    found = outlook(running(30, 1000, missing_s), 1000, START + timedelta(minutes=30), None)

    assert (found is not None) is known


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
    assert not seen(30, 100, 200, limit(this_month(*THREE_DAYS[:2]))).costs_nothing


# The limit.


def test_without_a_choice_it_is_the_step_that_the_month_has_reached():
    found = seen(30, 100, 100, limit(SETTLED))

    assert (found.limit_kw, found.certain) == (5.0, True)


def test_the_running_hour_itself_can_reach_the_next_step():
    found = seen(55, 7600, 100, limit(SETTLED))

    assert (found.limit_kw, found.certain) == (10.0, True)
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

    assert (found.limit_kw, found.allowed_wh, found.certain) == (4.5, 6000, True)


def test_a_chosen_limit_that_is_passed_gives_way_to_the_step_that_is_reached():
    found = seen(30, 100, 100, limit(this_month(hour(1, 8000), hour(2, 7000), hour(3, 3000)), chosen_kw=5.0))

    assert (found.limit_kw, found.certain) == (10.0, True)


@pytest.mark.parametrize(("lower", "limit_kw"), [(True, 5.0), (False, 10.0)])
def test_a_month_just_on_the_chosen_limit_has_passed_it_where_limits_are_upper(lower, limit_kw):
    on = this_month(hour(1, 5000), hour(2, 5000), hour(3, 5000), tariff=Tariff(limit_is_lower=lower))

    assert seen(30, 100, 100, limit(on, chosen_kw=5.0)).limit_kw == limit_kw


def test_in_the_highest_step_nothing_limits():
    found = seen(30, 100, 100, limit(this_month(hour(1, 150_000), hour(2, 150_000), hour(3, 150_000))))

    assert (found.limit_kw, found.allowed_wh, found.headroom_w, found.step) == (None, None, None, 9)


@pytest.mark.parametrize("import_wh", [6000, 20_000])
def test_in_the_highest_step_nothing_limits_even_if_the_table_gives_it_an_end(import_wh):
    tariff = Tariff(steps=(Step(5.0), Step(10.0)))
    found = seen(30, 100, 100, limit(this_month(*(hour(day, import_wh) for day in (1, 2, 3)), tariff=tariff)))

    assert (found.limit_kw, found.headroom_w) == (None, None)


# The first days of a month.

BEFORE = Month(
    date(2025, 12, 1), Tariff(), tuple(replace(one, start=one.start - timedelta(days=31)) for one in THREE_DAYS)
)


def test_before_enough_days_are_known_the_step_of_the_month_before_stands_in():
    found = seen(30, 100, 100, limit(this_month(), BEFORE))

    assert (found.limit_kw, found.allowed_wh, found.certain) == (5.0, 5000, True)


def test_without_a_month_before_it_is_the_step_that_is_reached_and_not_certain():
    found = seen(30, 2500, 100, limit(this_month()))

    assert (found.limit_kw, found.certain) == (5.0, False)


def test_a_month_before_that_was_not_known_well_enough_stands_in_for_nothing():
    found = seen(30, 100, 100, limit(this_month(), replace(BEFORE, peaks=BEFORE.peaks[:2])))

    assert (found.limit_kw, found.certain) == (2.0, False)


def test_a_month_before_in_the_highest_step_stands_in_for_nothing():
    high = replace(BEFORE, peaks=tuple(replace(peak, import_wh=150_000) for peak in BEFORE.peaks))

    assert limit(this_month(), high).of(100) == (2.0, False)


def test_past_the_step_of_the_month_before_nothing_is_certain():
    found = seen(50, 6000, 100, limit(this_month(), BEFORE))

    assert (found.limit_kw, found.certain) == (10.0, False)


def test_a_choice_is_certain_from_the_first_hour_on():
    found = seen(30, 100, 100, limit(this_month(), BEFORE, chosen_kw=10.0))

    assert (found.limit_kw, found.certain) == (10.0, True)


def test_once_enough_days_are_known_the_month_before_counts_no_more():
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
    its_limit = limit(
        this_month(*(hour(day, wh) for day, wh in enumerate(energies_wh)), tariff=tariff), None, chosen_kw
    )
    limit_kw, _ = its_limit.of(import_wh)

    assert limit_kw is not None
    assert tariff.within(its_limit.other_peaks.mean_kw(import_wh), limit_kw)
    assert its_limit.other_peaks.allowed_wh(limit_kw) >= import_wh


# The accounts: the same from the ledger's hours, reckoned again whenever these change.


def accounts(
    *hours: Hour, tariffs: Sequence[Tariff] = (Tariff(),), now: datetime = START + timedelta(minutes=30)
) -> Summary:
    made = Summary(tariffs, None, 30.0)
    made.ledger.adopt(hours)
    begin = START.replace(minute=0)
    for minute in range(0, int((now - begin).total_seconds()) + 1, 10):
        made.ledger.power(2000, None, float(minute), begin + timedelta(seconds=minute))
    return made


NOW = START + timedelta(minutes=30)


def test_the_accounts_have_the_outlook_of_the_running_hour():
    found = accounts(*THREE_DAYS).outlook(3000, NOW)

    assert found is not None
    assert found.projection_wh == pytest.approx(2500)
    assert (found.limit_kw, found.allowed_wh) == (5.0, 7500)


def test_without_a_power_or_a_running_hour_there_is_no_outlook():
    assert accounts(*THREE_DAYS).outlook(None, NOW) is None
    assert Summary((Tariff(),), None, 30.0).outlook(1000, NOW) is None
    assert Summary((Tariff(),), None, 30.0).today() is None


def test_a_corrected_hour_is_in_the_account_at_once():
    made = accounts(*THREE_DAYS)
    before = made.month(NOW)
    made.ledger.correct(THREE_DAYS[0].start, 9000)
    after, found = made.month(NOW), made.outlook(3000, NOW)

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
    found = made.outlook(2000, START + timedelta(seconds=10))

    assert found is not None
    assert found.limit_kw == 5.0


def test_the_hour_that_has_ended_stands_beside_the_next():
    made = accounts(*THREE_DAYS, now=START + HOUR + timedelta(minutes=10))
    found, today = made.outlook(1000, START + HOUR + timedelta(minutes=10)), made.today()

    assert found is not None
    assert found.until == START + 2 * HOUR
    assert today is not None
    assert today.highest is not None
    assert (today.highest.start, today.highest.import_wh) == (START, pytest.approx(2000))


def test_the_month_before_stands_in_for_the_first_days():
    made = Summary((Tariff(),), None, 30.0)
    first = datetime(2026, 1, 31, 23, tzinfo=UTC)
    made.ledger.adopt(THREE_DAYS)
    for second in range(0, 600, 10):
        made.ledger.power(2000, None, float(second), first + timedelta(seconds=second))
    found = made.outlook(2000, first + timedelta(seconds=590))

    assert found is not None
    assert (found.limit_kw, found.certain) == (5.0, True)


def test_a_table_that_begins_in_mid_month_counts_from_its_day_on():
    tables = (Tariff(), Tariff(valid_from=date(2026, 1, 20), days=1))
    made = accounts(*THREE_DAYS, tariffs=tables)
    before, after = made.month(NOW - timedelta(days=1)), made.month(NOW)

    assert before is not None
    assert after is not None
    assert (before.tariff.days, after.tariff.days) == (3, 1)
    assert (before.mean_kw, after.mean_kw) == (3.5, 4.0)


def test_a_table_also_begins_while_nothing_is_heard_of_the_meter():
    tables = (Tariff(), Tariff(valid_from=date(2026, 1, 21), days=1))
    made = Summary(tables, None, 30.0)
    made.ledger.adopt(THREE_DAYS)
    found = [made.month(NOW + timedelta(days=days)) for days in (0, 1)]

    assert [one.tariff.days for one in found if one is not None] == [3, 1]


def test_the_month_is_that_of_the_local_day():
    made = Summary((Tariff(),), None, 30.0)
    found = [made.month(datetime(2026, 1, 31, hour, 30, tzinfo=UTC)) for hour in (22, 23)]

    assert [one.first for one in found if one is not None] == [date(2026, 1, 1), date(2026, 2, 1)]


@pytest.mark.parametrize(("fuse_a", "step"), [(None, None), (25.0, 0), (40.0, 1)])
def test_a_tariff_by_fuse_has_a_step_that_never_changes_and_no_limit(fuse_a, step):
    table = Tariff(basis=Basis.FUSE, steps=(Step(25.0), Step(63.0), Step(None)))
    made = Summary((table,), None, 30.0, fuse_a)
    made.ledger.adopt(THREE_DAYS)
    found = made.month(NOW)

    assert found is not None
    assert found.step == step


@pytest.mark.parametrize("tables", [(), (Tariff(basis=Basis.NONE),), (Tariff(basis=Basis.FUSE),)])
def test_without_a_tariff_by_hours_there_is_no_limit_but_a_projection(tables):
    made = accounts(*THREE_DAYS, tariffs=tables)
    found = made.outlook(3000, NOW)

    assert (made.month(NOW) is None) == (tables != (Tariff(basis=Basis.FUSE),))
    assert found is not None
    assert (found.projection_wh, found.limit_kw, found.certain) == (pytest.approx(2500), None, False)


def test_a_household_without_a_capacity_tariff_still_has_its_cost():
    tables = (Tariff(basis=Basis.NONE, energy=EnergyPrice(100.0, 100.0)),)
    midnight = datetime(2026, 1, 19, 23, tzinfo=UTC)
    hours = [Hour(midnight + number * HOUR, 1000.0, 0.0, Quality.METERED, 1.0) for number in range(17)]
    today = accounts(*hours, tariffs=tables).today()

    assert today is not None
    assert today.cost_kr == pytest.approx(17 + 1)


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
        assert made.month(NOW) == month(Tariff(), ledger.ended, TODAY)
