"""Worked by hand: price lists as the companies printed them, with the arithmetic beside, against what is answered.

VAT is 25 % and Enova 1.00 øre throughout; forbruksavgift is 7.13 øre in 2026.
"""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from appliance.household.recurring import DayKind
from appliance.household.tariff import Basis, Period, in_force
from appliance.tariffs import Customer, Zone, answers, tariffs
from appliance.tariffs.answers import HourAnswer, StepPrice
from tests.tariffs.second_reading import utc


def hour(company: str, local: str, **options: object) -> HourAnswer:
    start = utc(local)
    [answer] = answers.hours(company, start, start.replace(minute=0) + answers._HOUR, **options)
    return answer


def with_vat(company: str, local: str, **options: object) -> float:
    """The grid's part as the price lists for households have it: taxes and VAT included, øre."""
    answer = hour(company, local, **options)
    return answer.energy_ore + answer.taxes_ore + answer.vat_ore


def step(company: str, day: str, value: float, customer: Customer = Customer.HOME) -> StepPrice:
    table = answers.table_on(company, customer, date.fromisoformat(day))
    assert table is not None
    return answers.step_of(table, value)


def test_griug_as_it_printed_2024():
    """griug.no, nettleiepriser-2024. With VAT: 220, 330 and 495 kr, "5.00 kW is in step 3"; energy on Fridays from 16
    to 22, October to April, 13.75 øre more.

    It also printed 19.31 øre with 9.51 of forbruksavgift and 1.00 of Enova in it, which leaves 8.80. The source has
    9.80 in this table, which ended in 2024: with Enova, by mistake.
    """
    assert step("griug", "2024-02-01", 1.999).month_kr(0.25) == 220
    assert step("griug", "2024-02-01", 4.99).month_kr(0.25) == 330
    assert (step("griug", "2024-02-01", 5.00).start, step("griug", "2024-02-01", 5.00).month_kr(0.25)) == (5, 495)
    usual = with_vat("griug", "2024-02-01T12:00")
    assert round(usual, 2) == 24.14 + 1.25
    fridays = {at: with_vat("griug", f"2024-02-02T{at}:00") - usual for at in (15, 16, 21, 22)}
    assert fridays == pytest.approx({15: 0, 16: 13.75, 21: 13.75, 22: 0})
    assert with_vat("griug", "2024-06-07T17:00") == pytest.approx(32.80 + 1.25)  # a Friday in summer


def test_rakkestad_as_it_printed_the_middle_of_2024():
    """rakkestadenergi.no, from 2024-07-01: 263, 363 and 463 kr with VAT ("8 kW: 463"), day 32.50 and night 26.25 øre
    with VAT but without the other taxes, which are 20.55 and 1.25 with VAT.
    """
    assert [step("rakkestadenergi", "2024-08-01", kw).month_kr(0.25) for kw in (1, 3, 8)] == [262.5, 362.5, 462.5]
    # 32.50 + 20.55 + 1.25 = 54.30; 26.25 + 20.55 + 1.25 = 48.05
    assert with_vat("rakkestadenergi", "2024-08-01T12:00") == pytest.approx(54.30)
    assert with_vat("rakkestadenergi", "2024-08-01T23:00") == pytest.approx(48.05)


def test_fjellnett_as_it_printed_2026():
    """fjellnett.no, privatkunder fra 1.1.2026: 2,500 kr a year and 667.50 kr a kW with VAT; energy 26.29 øre. Five
    weekly peaks of twelve months, weighted 100, 100, 85, 50, 30, 25, 25, 25, 30, 45, 70, 95 % from January.
    """
    assert with_vat("fjellnett", "2026-03-01T12:00") == pytest.approx((12.90 + 7.13 + 1.00) * 1.25)  # 26.2875
    table = in_force(tariffs("fjellnett", customer=Customer.HOME), date(2026, 3, 1))
    assert (table.basis, table.steps, table.peaks.number, table.peaks.months) == (Basis.PEAKS, (), 5, 12)
    assert table.peaks.period is Period.WEEK
    # 5.25 kW: (2,500 + 5.25 x 667.50) / 12 = 500.364...
    assert table.capacity_kr(5.25) * (1 + table.vat) == pytest.approx((2500 + 5.25 * 667.5) / 12)
    assert table.peaks.weight(utc("2026-02-10T17:00"), table.calendar) == 1
    assert table.peaks.weight(utc("2026-07-10T17:00"), table.calendar) == Fraction(1, 4)
    assert table.peaks.weight(utc("2026-12-10T17:00"), table.calendar) == Fraction(95, 100)


def test_a_week_of_fjellnetts_is_weighted_by_its_monday():
    """fjellnett.no, fellesbestemmelser: "if Monday is in February, the hours of that week are weighted by 100 %, even
    if its end lies in March". Monday 23 February 2026 to Sunday 1 March; Monday 2 March has March's 85 %. Sunday 1
    November 2026 is in a week of October's 45 %.
    """
    table = in_force(tariffs("fjellnett", customer=Customer.HOME), date(2026, 3, 1))
    days = {"2026-02-23": 100, "2026-03-01": 100, "2026-03-02": 85, "2026-11-01": 45, "2026-11-02": 70}
    for day, percent in days.items():
        assert table.peaks.weight(utc(f"{day}T17:00"), table.calendar) == Fraction(percent, 100), day


def test_elvia_on_a_may_day():
    """1 May 2026 is a Friday, and nobody works: the night's price all day. (12.99 + 8.13) x 1.25 = 26.40, and on the
    Thursday before, (20.99 + 8.13) x 1.25 = 36.40.
    """
    assert with_vat("elvia", "2026-04-30T12:00") == pytest.approx(36.40)
    assert with_vat("elvia", "2026-05-01T12:00") == pytest.approx(26.40)
    assert hour("elvia", "2026-05-01T12:00").holiday
    assert not hour("elvia", "2026-05-02T12:00").holiday  # a Saturday is none


def test_elvia_with_norgespris_is_the_whole_bill_of_a_kilowatt_hour():
    """1 December 2026, noon, a Tuesday: 28.99 + 8.13 + 40.00 = 77.12; VAT 19.28; 96.40 øre."""
    answer = hour("elvia", "2026-12-01T12:00", norgespris=True)

    assert (answer.energy_ore, answer.taxes_ore, answer.power_ore) == (28.99, 8.13, 40.0)
    assert (answer.vat_ore, answer.total_ore) == (19.28, 96.40)


def test_elvias_first_of_july_has_the_new_prices_from_midnight():
    """Until 30 June 2026 2,880 kr a year for 5 to 10 kW, 240 a month, 300 with VAT; then 4,032, 336 and 420."""
    assert hour("elvia", "2026-06-30T23:00").energy_ore == 12.99
    assert hour("elvia", "2026-07-01T00:00").energy_ore == 16.99
    assert (step("elvia", "2026-06-30", 5).month_kr(), step("elvia", "2026-06-30", 5).month_kr(0.25)) == (240, 300)
    assert (step("elvia", "2026-07-01", 5).month_kr(), step("elvia", "2026-07-01", 5).month_kr(0.25)) == (336, 420)


@pytest.mark.parametrize(("day", "free"), [("2026-12-23", False), ("2026-12-24", True), ("2026-12-31", True)])
def test_bkk_has_christmas_eve_off(day: str, free: bool):
    """A Wednesday and two Thursdays. Night: (10.50 + 8.13) x 1.25 = 23.2875. Day: (28.77 + 8.13) x 1.25 = 46.125.
    No law makes them holidays, and Elvia does not: its day then is (28.99 + 8.13) x 1.25 = 46.40.
    """
    assert with_vat("bkk", f"{day}T12:00") == pytest.approx(23.2875 if free else 46.125)
    assert with_vat("elvia", f"{day}T12:00") == pytest.approx(46.40)
    assert not hour("bkk", f"{day}T12:00").holiday


def test_tensio_on_a_sunday():
    """Every day has a day's price with Tensio, Sundays and holidays too. TN from July 2026, Sunday 6 September:
    (27.198 + 8.13) x 1.25 = 44.16 by day, (13.702 + 8.13) x 1.25 = 27.29 by night.
    """
    assert with_vat("tensio-tn", "2026-09-06T12:00") == pytest.approx(44.16)
    assert with_vat("tensio-tn", "2026-09-06T22:00") == pytest.approx(27.29)
    assert with_vat("tensio-tn", "2026-12-25T12:00") == pytest.approx(44.16)


def test_ledes_steps_are_its_own():
    """0-5-10-15, not 0-2-5-10. From May 2026 2,580 / 12 = 215 kr, 4,404 / 12 = 367, 6,216 / 12 = 518; a flat price."""
    assert [step("lede", "2026-06-01", kw) for kw in (1, 4.999)] == [StepPrice(0, 5, 2580)] * 2
    assert [step("lede", "2026-06-01", kw).month_kr() for kw in (4.999, 5, 10)] == [215, 367, 518]
    assert {hour("lede", f"2026-06-02T{at:02}:00").energy_ore for at in range(24)} == {11.41}


def test_area_nett_has_three_areas_and_one_table_for_cabins():
    """2026, 5 to 10 kW: Lega 6,864 / 12 = 572 kr, Luostejok 7,020 / 12 = 585, NettiNord 7,245 / 12 = 603.75; cabins
    everywhere 8,772 / 12 = 731. No VAT there, and no tax but Enova. A July night: 21.90, 24.89, 24.89 and 24.89 øre.
    """
    areas = ("area-lega", "area-luostejok", "area-nettinord")
    assert [step(area, "2026-07-01", 7).month_kr() for area in areas] == [572, 585, 603.75]
    assert step("area-alle", "2026-07-01", 7, Customer.CABIN).month_kr() == 731
    assert [hour(area, "2026-07-01T03:00").energy_ore for area in areas] == [21.90, 24.89, 24.89]
    assert with_vat("area-lega", "2026-07-01T03:00") == pytest.approx(22.90)
    assert hour("area-lega", "2026-07-01T03:00", customer=Customer.CABIN).energy_ore is None
    assert hour("area-alle", "2026-07-01T03:00").energy_ore is None
    assert hour("area-alle", "2026-07-01T03:00", customer=Customer.CABIN).energy_ore == 24.89


def test_a_day_of_25_hours_has_25_prices():
    """25 October 2026: at 03:00 the clocks go back to 02:00. With Tensio TN eight hours and one more are night."""
    found = list(answers.hours("tensio-tn", utc("2026-10-25T00:00"), utc("2026-10-26T00:00")))

    assert len(found) == 25
    assert [answer.energy_ore for answer in found].count(13.702) == 9
    assert found[0].start == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert len(list(answers.hours("tensio-tn", utc("2026-03-29T00:00"), utc("2026-03-30T00:00")))) == 23


def test_alut_goes_by_the_fuse():
    """To 3 x 125 A 3,500 kr a year, above 4,500 (alut.no): 291.67 and 375 kr a month; 125 A is still the first."""
    assert [step("alut", "2026-01-01", ampere).month_kr() for ampere in (63, 125, 126)] == [291.67, 291.67, 375]
    assert {table.basis for table in tariffs("alut", customer=Customer.HOME)} == {Basis.FUSE}


def test_the_zone_of_the_household_counts_before_the_companys():
    """Arva in Tromsø pays forbruksavgift and no VAT; in Karlsøy, which is in the tiltakssone, only Enova."""
    assert hour("arva", "2026-07-01T12:00").taxes_ore == 8.13
    assert hour("arva", "2026-07-01T12:00").vat_ore == 0
    assert hour("arva", "2026-07-01T12:00", zone=Zone.TILTAKSSONE).taxes_ore == 1.0
    assert hour("arva", "2026-07-01T12:00", zone=Zone.ORDINARY).vat_ore > 0


def test_hours_have_a_wrapping_night_and_an_inclusive_evening():
    """`22-5` is 22:00 to 06:00, `6-21` is 06:00 to 22:00: Area Lega in July, and in February."""
    july = [hour("area-lega", f"2026-07-01T{at:02}:00").energy_ore for at in range(24)]
    assert july == [21.9] * 6 + [23.9] * 16 + [21.9] * 2
    february = [hour("area-lega", f"2026-02-03T{at:02}:00").energy_ore for at in range(24)]
    assert february == [23.9] * 6 + [26.9] * 16 + [23.9] * 2


def test_a_kind_of_day_of_every_name_is_known():
    assert len(DayKind) == 12
