"""What it costs, kr with VAT, by arithmetic in the text; the prices are those of Elvia's list and the law's for 2026.

Elvia from 1 July 2026: 28.99 øre by day on working days from 6 to 22, else 16.99, without taxes and VAT; 4,032 kr a
year from 5 to 10 kW and 2,400 kr from 2 to 5. Forbruksavgift 7.13 and Enova 1.00 øre, VAT 25 %. Norgespris 40 øre
without VAT up to 5,000 kWh a month.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.capacity import month
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.money import Cap, Money, Part, Purse
from appliance.household.recurring import Calendar, DayKind, Recurring
from appliance.household.tariff import Basis, EnergyPrice, PowerPrice, Step, Tariff, in_force

DAY = Recurring(frozenset(range(6, 22)), frozenset({DayKind.WORKING_DAY}))
STEPS = (Step(2.0, 1440 / 12), Step(5.0, 2400 / 12), Step(10.0, 4032 / 12), Step(None, 5616 / 12))
ELVIA = Tariff(
    valid_from=date(2026, 7, 1),
    steps=STEPS,
    energy=EnergyPrice(16.99, ((DAY, 28.99),)),
    taxes_ore=8.13,
    vat=0.25,
    power=PowerPrice(40.0, 5000.0),
)
DAY_KR, NIGHT_KR = (28.99 + 8.13 + 40) * 1.25 / 100, (16.99 + 8.13 + 40) * 1.25 / 100
"""A kWh by Norgespris: 0.964 and 0.814 kr."""


def hours_from(begin: datetime, end: datetime, load_wh: Callable[[datetime], float]) -> list[Hour]:
    """All hours between two moments, UTC, with a load by the local time."""
    found, start = [], begin
    while start < end:
        found.append(Hour(start, load_wh(start.astimezone(OSLO)), 0.0, Quality.METERED, 1.0))
        start += HOUR
    return found


def midnight(year: int, of_month: int, day: int) -> datetime:
    return datetime(year, of_month, day, tzinfo=OSLO).astimezone(UTC)


def money(tariffs: Sequence[Tariff], hours: Sequence[Hour], start: datetime, import_wh: float = 0.0) -> Money:
    purse, day = Purse(tariffs), start.astimezone(OSLO).date()
    tariff = in_force(tariffs, day)
    assert tariff is not None
    purse.count(hours, start, None if tariff.basis is Basis.NONE else month(tariff, hours, day, start))
    running = RunningHour(start=start, import_wh=import_wh, seen_s=1800, elapsed_s=1800)
    found = purse.money(running)
    assert found is not None
    return found


def test_a_kwh_costs_what_three_parts_and_vat_make():
    start = midnight(2026, 9, 2) + 12 * HOUR
    found = money([ELVIA], [], start)

    assert found.kwh.kr == pytest.approx(0.964)
    assert found.price.vat == 0.25
    assert not found.kwh.missing


def test_a_month_of_norgespris_with_a_clock_change_day_is_right_to_the_ore():
    """October 2026 has 745 hours, for on the 25th the clocks go back; each has 1 kWh, and the peak is 1 kW.

    22 working days of 16 hours by day are 352 kWh at 0.964 kr, the other 393 at 0.814 kr: 339.328 + 319.902 = 659.23;
    the step to 2 kW is 1440 / 12 x 1.25 = 150.00 kr. On 31 October, a Saturday, from 23 on, 744 hours are over.
    """
    start = midnight(2026, 11, 1) - HOUR
    hours = hours_from(midnight(2026, 10, 1), start, lambda _: 1000.0)
    assert len(hours) == 744
    found = money([ELVIA], hours, start, 1000.0)

    assert found.month.kr == pytest.approx(352 * 0.964 + 393 * 0.814 + 150.0, abs=1e-6)
    assert round(found.month.kr, 2) == 809.23
    assert not found.month.missing
    assert found.cap == Cap(745.0, 5000.0)


def test_across_the_cap_the_power_is_not_priced():
    """Of 10 kWh an hour, at 500 hours of September the cap is reached; in hour 501 the power's price ends."""
    begin = midnight(2026, 9, 1)
    flat = replace(ELVIA, energy=EnergyPrice(16.99))
    at_cap = money([flat], hours_from(begin, begin + 500 * HOUR, lambda _: 10_000.0), begin + 500 * HOUR, 1000.0)
    step_kr = 5616 / 12 * 1.25

    assert at_cap.month.kr == pytest.approx(5000 * 0.814 + 1 * (16.99 + 8.13) * 0.0125 + step_kr)
    assert (at_cap.month.missing, at_cap.kwh.missing) == (frozenset({Part.POWER}), frozenset({Part.POWER}))
    assert at_cap.cap == Cap(5001.0, 5000.0)
    before = money([flat], hours_from(begin, begin + 499 * HOUR, lambda _: 10_000.0), begin + 499 * HOUR, 9999.0)
    assert before.month.kr == pytest.approx(4999.999 * 0.814 + step_kr)
    assert not before.month.missing


def test_an_hour_that_passes_the_cap_is_priced_up_to_it():
    begin = midnight(2026, 9, 1)
    flat = replace(ELVIA, energy=EnergyPrice(16.99), power=PowerPrice(40.0, 25.0))
    found = money([flat], hours_from(begin, begin + 3 * HOUR, lambda _: 10_000.0), begin + 3 * HOUR)

    # 30 kWh of the grid company's, 25 of the power's.
    assert found.today.kr == pytest.approx((30 * (16.99 + 8.13) + 25 * 40) * 0.0125)


def test_a_table_that_changes_in_mid_month_prices_its_own_hours_and_shares_the_capacity_part_by_days():
    """15 of September's 30 days by each table: (2400 + 3600) / 2 / 12 x 1.25 = 312.50 kr for a step of 2 to 5 kW."""
    later = replace(
        ELVIA, valid_from=date(2026, 9, 16), energy=EnergyPrice(20.0), steps=(Step(2.0), Step(5.0, 300), Step(None))
    )
    first = replace(ELVIA, energy=EnergyPrice(10.0))
    begin, start = midnight(2026, 9, 1), midnight(2026, 10, 1) - HOUR
    found = money([first, later], hours_from(begin, start, lambda _: 3000.0), start, 3000.0)

    assert found.month.kr == pytest.approx(
        360 * 3 * (10 + 8.13 + 40) * 0.0125 + 360 * 3 * (20 + 8.13 + 40) * 0.0125 + 312.5
    )


def test_a_public_holiday_costs_the_nights_price():
    """May Day of 2026 is a Friday; the table here is as Elvia's, from before."""
    table = replace(ELVIA, valid_from=date(2026, 4, 1), calendar=Calendar(frozenset({date(2026, 5, 1)})))
    found = money([table], [], midnight(2026, 5, 1) + 12 * HOUR)

    assert found.kwh.kr == pytest.approx(0.814)
    assert money([table], [], midnight(2026, 4, 30) + 12 * HOUR).kwh.kr == pytest.approx(0.964)


def test_what_is_not_known_is_said_and_never_that_of_another_time():
    without_power = replace(ELVIA, power=None)
    without_taxes = replace(ELVIA, taxes_ore=None, power=None)
    ended = replace(ELVIA, valid_to=date(2026, 9, 1))
    gone = Tariff(valid_from=date(2026, 9, 1), taxes_ore=None, ended=True, prices_of=date(2026, 7, 1))
    start = midnight(2026, 9, 2)

    assert money([without_power], [], start).kwh.missing == {Part.POWER}
    assert money([without_taxes], [], start).kwh.missing == {Part.GRID, Part.POWER}
    found = money([ended, gone], hours_from(midnight(2026, 9, 1), start, lambda _: 3000.0), start)
    assert (found.kwh.missing, found.prices_of) == ({Part.GRID, Part.POWER}, date(2026, 7, 1))
    assert found.month.missing == {Part.GRID, Part.POWER, Part.CAPACITY}
    assert found.month.kr == 0


def test_prices_that_nobody_looked_at_for_a_year_are_old():
    table = replace(ELVIA, prices_of=date(2026, 7, 1))

    assert money([table], [], midnight(2027, 7, 1)).prices_of is None
    assert money([table], [], midnight(2027, 7, 2)).prices_of == date(2026, 7, 1)


def test_a_hole_in_the_hours_makes_the_sums_lower_bounds():
    begin = midnight(2026, 9, 2)
    hours = hours_from(begin, begin + 10 * HOUR, lambda _: 1000.0)
    found = money([ELVIA], [*hours[:4], *hours[5:]], begin + 10 * HOUR)

    assert found.today.missing == {Part.HOURS}
    assert Part.HOURS in found.month.missing  # the first of September was not seen
    assert found.yesterday is None


def test_yesterday_may_lie_in_the_month_before():
    begin = midnight(2026, 8, 31)
    hours = hours_from(begin, begin + 26 * HOUR, lambda _: 1000.0)
    found = money([ELVIA], hours, begin + 26 * HOUR)

    assert found.yesterday is not None
    assert found.yesterday.kr == pytest.approx(16 * DAY_KR + 8 * NIGHT_KR)  # a Monday
    assert found.today.kr == pytest.approx(2 * NIGHT_KR)
    assert found.month.kr == pytest.approx(2 * NIGHT_KR + 150.0)


def test_the_month_is_foretold_by_the_hours_of_the_last_days():
    """1 kWh each hour until now, and to the end: October's 809.23 kr as above."""
    start = midnight(2026, 10, 10)
    found = money([ELVIA], hours_from(midnight(2026, 10, 1), start, lambda _: 1000.0), start)

    assert found.forecast is not None
    assert round(found.forecast.kr, 2) == 809.23
    young = money([ELVIA], hours_from(start - 71 * HOUR, start, lambda _: 1000.0), start)
    assert young.forecast is None


def test_a_household_without_any_price_has_no_money():
    purse = Purse([Tariff()])
    start = midnight(2026, 9, 2)
    purse.count([], start, None)

    assert purse.money(RunningHour(start=start)) is None


@given(
    st.lists(st.integers(0, 9000), min_size=1, max_size=80), st.integers(0, 700), st.sampled_from([None, 30.0, 5000.0])
)
def test_the_month_is_the_sum_of_its_hours_one_by_one(loads, gone, cap_kwh):
    """Each watt-hour by itself: the first of the month until the cap have the power's price."""
    table = replace(ELVIA, power=PowerPrice(40.0, cap_kwh), basis=Basis.NONE, valid_from=date(2026, 1, 1))
    begin = midnight(2026, 3, 1)
    start = begin + gone * HOUR
    hours = [
        Hour(begin + (gone - len(loads) + place) * HOUR, wh, 0.0, Quality.METERED, 1.0)
        for place, wh in enumerate(loads)
    ]
    used, kr = 0, 0.0
    for hour in hours:
        local = hour.start.astimezone(OSLO)
        if local.month != 3:
            continue
        by_day = local.isoweekday() < 6 and 6 <= local.hour < 22
        kr += hour.import_wh / 1000 * ((28.99 if by_day else 16.99) + 8.13) * 0.0125
        cheap = hour.import_wh if cap_kwh is None else min(hour.import_wh, max(0, cap_kwh * 1000 - used))
        kr += cheap / 1000 * 40 * 0.0125
        used += hour.import_wh
    found = money([table], hours, start)

    assert found.month.kr == pytest.approx(kr)
    assert (Part.POWER in found.month.missing) == (cap_kwh is not None and used > cap_kwh * 1000)
    assert start - timedelta(hours=1) >= begin or found.month.kr == 0
