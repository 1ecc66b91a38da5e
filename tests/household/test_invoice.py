"""A month as the invoices have it, by arithmetic in the text, and beside what the panel counts hour by hour.

The prices are Elvia's from 1 July 2026, its price list by way of Fri nettleie: 28.99 øre on working days from 6 to 22,
else 16.99; 4,032 kr a year from 5 to 10 kW, 2,400 from 2 to 5 and 1,440 below. Forbruksavgift 7.13 and Enova 1.00 øre,
VAT 25 %. Norgespris 40 øre up to 5,000 kWh a month.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.capacity import month
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.invoice import EnergyLine, Invoice, invoice, to_the_ore
from appliance.household.money import Part, Purse
from appliance.household.recurring import DayKind, Recurring
from appliance.household.tariff import Basis, EnergyPrice, Linear, PeakRule, Period, PowerPrice, Step, Tariff, in_force

DAY = Recurring(frozenset(range(6, 22)), frozenset({DayKind.WORKING_DAY}))
ELVIA = Tariff(
    valid_from=date(2026, 7, 1),
    steps=(Step(2.0, 1440 / 12), Step(5.0, 2400 / 12), Step(10.0, 4032 / 12), Step(None, 5616 / 12)),
    energy=EnergyPrice(16.99, ((DAY, 28.99),)),
    taxes_ore=8.13,
    vat=0.25,
    power=PowerPrice(40.0, 5000.0),
)


def midnight(year: int, of_month: int, day: int) -> datetime:
    return datetime(year, of_month, day, tzinfo=OSLO).astimezone(UTC)


def hours_from(begin: datetime, end: datetime, load_wh: Callable[[datetime], float]) -> list[Hour]:
    number = round((end - begin) / HOUR)
    starts = [begin + place * HOUR for place in range(number)]
    return [Hour(start, load_wh(start.astimezone(OSLO)), 0.0, Quality.METERED, 1.0) for start in starts]


def october(load_wh: Callable[[datetime], float] = lambda _: 1000.0) -> list[Hour]:
    return hours_from(midnight(2026, 10, 1), midnight(2026, 11, 1), load_wh)


def purse_kr(tariffs: Sequence[Tariff], hours: Sequence[Hour]) -> float:
    """What the panel shows for the month at the end of its last hour."""
    purse, last = Purse(tariffs), hours[-1]
    day = last.start.astimezone(OSLO).date()
    tariff = in_force(tariffs, day)
    assert tariff is not None
    ended = hours[:-1]
    purse.count(ended, last.start, None if tariff.basis is Basis.NONE else month(tariff, hours, day))
    money = purse.money(RunningHour(start=last.start, import_wh=last.import_wh, seen_s=3600, elapsed_s=3600))
    assert money is not None
    return money.month.kr


def lines(found: Invoice) -> list[tuple[float | None, float]]:
    return [(line.ore, line.wh) for line in (*found.energy, *found.taxes, *found.power)]


def test_a_month_line_by_line_with_the_day_of_25_hours():
    """October 2026, 1 kWh each hour: 22 working days of 16 hours by day, 745 - 352 = 393 kWh else.

    352 x 0.2899 = 102.0448; 393 x 0.1699 = 66.7707; 745 x 0.0813 = 60.5685; 745 x 0.40 = 298; up to 2 kW 120 kr.
    Together 647.384; VAT 161.846; 809.23 kr.
    """
    found = invoice([ELVIA], october(), date(2026, 10, 1))

    assert (found.hours, found.of_hours, found.wh) == (745, 745, 745_000)
    assert lines(found) == [(28.99, 352_000), (16.99, 393_000), (8.13, 745_000), (40.0, 745_000)]
    assert [line.kr for line in found.energy] == pytest.approx([102.0448, 66.7707])
    [capacity] = found.capacity
    assert (capacity.days, capacity.of_days, capacity.month_kr, capacity.kr) == (31, 31, 120.0, 120.0)
    assert capacity.step(found.month) == (0.0, 2.0)
    assert found.net_kr == pytest.approx(647.384)
    assert found.vat_kr == pytest.approx(161.846)
    assert round(found.total.kr, 2) == 809.23
    assert not found.total.missing
    assert found.total.kr == pytest.approx(purse_kr([ELVIA], october()))


def test_the_peaks_and_their_mean_are_those_of_three_days():
    """6, 5.5 and 5 kWh on the 5th, 12th and 20th, and another 5.9 on the 5th: the mean is 16.5 / 3 = 5.5 kW."""
    peaks = {(5, 17): 6000.0, (5, 18): 5900.0, (12, 7): 5500.0, (20, 20): 5000.0}
    found = invoice([ELVIA], october(lambda local: peaks.get((local.day, local.hour), 500.0)), date(2026, 10, 1))

    assert found.month is not None
    assert [peak.import_wh for peak in found.month.top] == [6000, 5500, 5000]
    assert found.month.mean_kw == 5.5
    assert found.capacity[0].step(found.month) == (5.0, 10.0)
    assert found.capacity[0].kr == pytest.approx(336.0)


def test_beyond_the_cap_the_power_is_not_priced():
    """10 kWh each hour make 7,450; 5,000 of them cost 40 øre, and what 2,450 cost is not known."""
    found = invoice([ELVIA], october(lambda _: 10_000.0), date(2026, 10, 1))

    assert found.power == (EnergyLine(40.0, 5_000_000, 0.25), EnergyLine(None, 2_450_000, 0.25))
    assert found.total.missing == {Part.POWER}
    assert found.total.kr == pytest.approx(purse_kr([ELVIA], october(lambda _: 10_000.0)))


def test_two_tables_share_the_capacity_part_by_days():
    """11 of 31 days by a table of 120 kr, 20 by one of 240: 42.58 and 154.84 kr."""
    later = replace(ELVIA, valid_from=date(2026, 10, 12), steps=(Step(2.0, 240.0), Step(None, 999.0)))
    found = invoice([ELVIA, later], october(), date(2026, 10, 1))

    assert [(line.first.day, line.days) for line in found.capacity] == [(1, 11), (12, 20)]
    assert [line.kr for line in found.capacity] == pytest.approx([120 * 11 / 31, 240 * 20 / 31])
    assert len(found.energy) == 2  # the same two prices in both tables stand together
    assert found.total.kr == pytest.approx(purse_kr([ELVIA, later], october()))


def test_what_no_table_says_has_no_kroner():
    ended = replace(ELVIA, valid_to=date(2026, 10, 16), power=None)
    found = invoice([ended], october(), date(2026, 10, 1))

    assert [line.kr for line in found.capacity] == [pytest.approx(120 * 15 / 31), None]
    assert found.energy[-1].ore is None
    assert found.total.missing == {Part.CAPACITY, Part.GRID, Part.POWER}
    nothing = invoice([], october(), date(2026, 10, 1))
    assert (nothing.priced, nothing.total.kr, nothing.month) == (False, 0.0, None)
    assert not invoice([Tariff()], october(), date(2026, 10, 1)).priced


def test_a_month_that_is_not_whole_says_so():
    found = invoice([ELVIA], october()[:100], date(2026, 10, 1))

    assert (found.hours, found.of_hours, found.total.missing) == (100, 745, {Part.HOURS})


def test_hours_of_other_months_do_not_count():
    around = hours_from(midnight(2026, 9, 1), midnight(2026, 12, 1), lambda _: 1000.0)

    assert invoice([ELVIA], around, date(2026, 10, 1)) == invoice([ELVIA], october(), date(2026, 10, 1))


def test_a_capacity_part_of_more_months_goes_by_the_hours_before_too():
    """One peak of two months, linear: 10 kr and 2 kr a kW of September's 7 kW are 24 kr."""
    rule = PeakRule(number=1, period=Period.MONTH, months=2)
    table = replace(ELVIA, peaks=rule, steps=(), linear=Linear(2.0, 10.0), valid_from=date(2026, 1, 1))
    before = hours_from(midnight(2026, 9, 1), midnight(2026, 10, 1), lambda _: 7000.0)
    found = invoice([table], october(), date(2026, 10, 1), before=[*before, *october(lambda _: 9000.0)])

    assert found.capacity[0].kr == pytest.approx(24.0)
    assert found.capacity[0].step(found.month) is None


def test_by_the_fuse_the_step_is_the_fuses():
    table = replace(ELVIA, basis=Basis.FUSE, steps=(Step(63.0, 300.0), Step(None, 500.0)))

    found = invoice([table], october(), date(2026, 10, 1), fuse_a=63.0)
    assert (found.capacity[0].kr, found.capacity[0].step(found.month)) == (500.0, (63.0, None))
    assert invoice([table], october(), date(2026, 10, 1)).capacity[0].kr is None


def test_without_a_capacity_part_there_is_no_line_of_it():
    found = invoice([replace(ELVIA, basis=Basis.NONE)], october(), date(2026, 10, 1))

    assert (found.capacity, found.month, found.total.missing) == ((), None, frozenset())


def test_half_an_ore_is_rounded_up():
    """733.5 kWh at 1 øre are 7.335 kr, and 100.5 are 1.005, which no float is."""
    assert to_the_ore(733_500 * 1.0 / 100_000) == 7.34
    assert to_the_ore(1.005) == 1.01
    assert (to_the_ore(7.3349), to_the_ore(0.0), to_the_ore(1071.894)) == (7.33, 0.0, 1071.89)


@given(
    st.lists(st.integers(0, 12_000), min_size=24, max_size=200),
    st.sampled_from([None, 30.0, 5000.0]),
    st.integers(1, 31),
    st.sampled_from([0.0, 0.25]),
)
def test_the_sum_is_the_purses(loads: list[int], cap_kwh: float | None, changed_on: int, vat: float):
    """Whatever the hours, the cap and the day on which another table begins."""
    first = replace(ELVIA, power=PowerPrice(40.0, cap_kwh), vat=vat)
    tables = [first, replace(first, valid_from=date(2026, 12, changed_on), energy=EnergyPrice(20.0), power=None)]
    begin = midnight(2026, 12, 1)
    hours = [Hour(begin + place * HOUR, wh, 0.0, Quality.METERED, 1.0) for place, wh in enumerate(loads)]
    found = invoice(tables, hours, date(2026, 12, 1))

    assert found.total.kr == pytest.approx(purse_kr(tables, hours))
    assert sum(line.wh for line in found.energy) == pytest.approx(sum(loads))
    assert sum(line.wh for line in found.power) == pytest.approx(sum(loads))
    assert found.hours == len(loads)
    assert timedelta(days=sum(line.days for line in found.capacity)) == timedelta(days=31)
