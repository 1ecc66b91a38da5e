"""What a spot price makes of the costs: kr with VAT by arithmetic in the text, by the law's figures for 2026.

Strømstøtte 2026: 90 % of what is above 77 øre without VAT, up to 5,000 kWh a month, not for cabins
(FOR-2025-09-08-1791). VAT 25 %, none for households in Nordland, Troms and Finnmark (merverdiavgiftsloven § 6-6).
Elvia's grid part on a working day: 28.99 øre from 6 to 22 and 8.13 of taxes, without VAT (from 1 July 2026).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.household.capacity import month
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.household import Household
from appliance.household.invoice import invoice
from appliance.household.money import Money, Part, Purse
from appliance.household.spot import SpotDay, SpotPrices, around, starts
from appliance.household.tariff import Basis, Tariff, in_force
from appliance.settings import settings_file
from appliance.settings.grid import spot_vat, tariffs
from appliance.settings.policies import policies

DAY = date(2026, 11, 4)
"""A Wednesday."""
NOON = datetime(2026, 11, 4, 12, tzinfo=OSLO).astimezone(UTC)
GRID_KR = (28.99 + 8.13) * 1.25 / 100
OWN = "[[tariff]]\nday_ore = 50\nnight_ore = 40\n"
ELVIA = '[grid]\ncompany = "elvia"\n'
SPOT = '[power]\nprice = "spot"\nmarkup_ore = 5\n[spot]\narea = "{area}"\n'


def tables(text: str, area: str = "NO1") -> tuple[Tariff, ...]:
    return tariffs(settings_file.parse(text + SPOT.format(area=area), "a.toml"))


def prices(ore: float, day: date = DAY, area: str = "NO1", days: int = 1) -> SpotPrices:
    """Each hour of some days costs the same."""
    known = (day + timedelta(days=place) for place in range(days))
    return SpotPrices(area, "example.net", tuple(SpotDay(one, (ore,) * len(starts(one))) for one in known))


def hours(first: datetime, end: datetime, wh: float) -> list[Hour]:
    return [Hour(first + place * HOUR, wh, 0.0, Quality.METERED, 1.0) for place in range(round((end - first) / HOUR))]


def money(
    tables: Sequence[Tariff], spot: SpotPrices | None, ended: Sequence[Hour] = (), start: datetime = NOON
) -> Money:
    purse, day = Purse(tables, spot), start.astimezone(OSLO).date()
    tariff = in_force(tables, day)
    assert tariff is not None
    purse.count(ended, start, None if tariff.basis is Basis.NONE else month(tariff, ended, day, start))
    found = purse.money(RunningHour(start=start, import_wh=0.0, seen_s=1800, elapsed_s=1800))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("ore", "power_kr"),
    [
        (77.0, 77 * 1.25 / 100 + 0.05),  # nothing above: 0.9625 and the supplier's 0.05
        (177.0, (177 - 90) * 1.25 / 100 + 0.05),  # 100 above, of which the state pays 90: 87 øre are 1.0875 kr
        (-10.0, -10 * 1.25 / 100 + 0.05),
        (0.0, 0.05),
    ],
)
def test_the_state_pays_nine_tenths_of_what_is_above_its_threshold(ore, power_kr):
    found = money(tables(ELVIA), prices(ore))

    assert found.kwh.kr == pytest.approx(GRID_KR + power_kr)
    assert not found.kwh.missing


def test_beyond_the_cap_of_a_month_the_whole_spot_price_is_paid():
    """83 hours of 60 kWh are 4,980, so of the last hour's 60 kWh 20 are supported and 40 are not."""
    begin = datetime(2026, 11, 1, tzinfo=OSLO).astimezone(UTC)
    start = begin + 84 * HOUR
    spot = prices(177.0, date(2026, 11, 1), days=5)
    ended = hours(begin, start, 60_000.0)
    found, one_less = money(tables(ELVIA), spot, ended, start), money(tables(ELVIA), spot, ended[:-1], start - HOUR)
    grid_kr = 60 * GRID_KR  # 84 h are 12 on Wednesday: the hour from 11
    power_kr = 20 * ((177 - 90) * 1.25 / 100 + 0.05) + 40 * (177 * 1.25 / 100 + 0.05)

    assert found.month.kr - found.capacity.kr - (one_less.month.kr - one_less.capacity.kr) == pytest.approx(
        grid_kr + power_kr
    )
    assert found.kwh.kr == pytest.approx(GRID_KR + 177 * 1.25 / 100 + 0.05)
    assert Part.POWER not in found.month.missing


@pytest.mark.parametrize(
    ("text", "area", "power_kr"),
    [
        ('[grid]\ncustomer = "cabin"\ncompany = "elvia"\n', "NO1", 177 * 1.25 / 100 + 0.05),  # no support for cabins
        ('[grid]\ncompany = "arva"\n', "NO4", (177 - 90) / 100 + 0.05),  # no VAT in the north
        (
            "[[tariff]]\nday_ore = 50\nnight_ore = 40\n",
            "NO1",
            (177 - 90) * 1.25 / 100 + 0.05,
        ),  # prices with VAT in them
        ("[[tariff]]\nday_ore = 50\nnight_ore = 40\n", "NO4", (177 - 90) / 100 + 0.05),
        (
            '[grid]\nzone = "ordinary"\n' + OWN,
            "NO4",
            (177 - 90) * 1.25 / 100 + 0.05,
        ),
        ("", "SE3", 177 * 1.25 / 100 + 0.05),
    ],
)
def test_what_a_household_pays_is_by_its_zone_kind_and_country(text, area, power_kr):
    found = tables(text, area)
    tariff = in_force(found, DAY)
    assert tariff is not None
    price = tariff.hour_price(NOON, 177.0)

    assert (price.power_with_vat_ore or 0) / 100 == pytest.approx(power_kr)


def test_an_hour_whose_price_is_not_known_lacks_it_and_has_no_other_hours():
    known = prices(50.0, DAY - timedelta(days=1))
    found = money(tables(ELVIA), known)

    assert found.kwh.missing == {Part.SPOT}
    assert found.kwh.kr == pytest.approx(GRID_KR)
    assert money(tables(ELVIA), None).kwh.missing == {Part.SPOT}
    assert money(tables(ELVIA), prices(50.0, area="NO2")).kwh.missing == {Part.SPOT}


def test_without_the_suppliers_markup_the_sums_say_that_they_lack_it():
    text = ELVIA + '[power]\nprice = "spot"\n[spot]\narea = "NO1"\n'
    found = money(tariffs(settings_file.parse(text, "a.toml")), prices(50.0))

    assert found.kwh.missing == {Part.MARKUP}
    assert found.kwh.kr == pytest.approx(GRID_KR + 50 * 1.25 / 100)


def test_a_supplier_without_a_markup_is_one_with_none_that_is_known():
    text = ELVIA + '[power]\nprice = "spot"\nmarkup_ore = 0\n[spot]\narea = "NO1"\n'
    assert not money(tariffs(settings_file.parse(text, "a.toml")), prices(50.0)).kwh.missing


def test_what_the_state_pays_in_2027_is_not_known_and_so_neither_is_the_price():
    new_year = datetime(2027, 1, 4, 12, tzinfo=OSLO).astimezone(UTC)
    found = money(tables(ELVIA), prices(50.0, date(2027, 1, 4)), start=new_year)

    assert Part.POWER in found.kwh.missing


def test_the_month_is_foretold_only_when_the_prices_of_all_its_hours_are_known():
    begin, start = (datetime(2026, 11, day, tzinfo=OSLO).astimezone(UTC) for day in (1, 29))
    ended = hours(begin, start, 1000.0)
    until_today, until_the_end = (prices(50.0, date(2026, 11, 1), days=count) for count in (29, 30))

    assert money(tables(ELVIA), until_today, ended, start).forecast is None
    found = money(tables(ELVIA), until_the_end, ended, start)
    assert found.forecast is not None
    power_kr = 720 * (0.625 + 0.05)
    grid_alone = money(tables(ELVIA), prices(0.0, date(2026, 11, 1), days=30), ended, start).forecast
    assert grid_alone is not None
    assert found.forecast.kr - grid_alone.kr == pytest.approx(power_kr - 720 * 0.05)


def test_norgespris_and_a_fixed_price_do_not_go_by_the_spot_price():
    for power, kr in (('price = "norgespris"', 0.5), ('price = "fixed"\nore = 120', 1.2)):
        text = f'{ELVIA}[power]\n{power}\n[spot]\narea = "NO1"\n'
        found = money(tariffs(settings_file.parse(text, "a.toml")), prices(400.0))
        assert found.kwh.kr == pytest.approx(GRID_KR + kr)


def test_the_invoice_has_one_line_for_the_power_which_comes_to_the_hours_sum():
    """24 hours of 1 kWh: 12 at 177 øre, 87 after the support, and 12 at 50; each 4 øre (5 with VAT) to the supplier."""
    spot = SpotPrices("NO1", "", (SpotDay(DAY, (177.0,) * 12 + (50.0,) * 12),))
    begin = datetime(2026, 11, 4, tzinfo=OSLO).astimezone(UTC)
    found = invoice(tables(ELVIA), hours(begin, begin + 24 * HOUR, 1000.0), date(2026, 11, 1), spot=spot)
    [line] = found.power

    assert line.kr == pytest.approx((12 * (87 + 4) + 12 * (50 + 4)) / 100)
    assert found.total.missing == {Part.HOURS}
    lacking = invoice(tables(ELVIA), hours(begin - HOUR, begin + HOUR, 1000.0), date(2026, 11, 1), spot=spot)
    assert Part.SPOT in lacking.total.missing


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_each_hour_of_a_day_with_a_clock_change_has_its_own_price(day, count):
    spot = SpotPrices("NO1", "", (SpotDay(day, tuple(float(hour) for hour in range(count))),))
    begin = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)

    assert [spot.ore(begin + place * HOUR) for place in range(-1, count + 1)] == [None, *range(count), None]
    shown = around(spot, begin + (count - 1) * HOUR, 0.25)
    assert (shown.now_kr, len(shown.today)) == ((count - 1) * 1.25 / 100, count)
    assert shown.cheapest is not None
    assert shown.dearest is not None
    assert (shown.cheapest.start, shown.dearest.start) == (begin, begin + (count - 1) * HOUR)


@pytest.mark.parametrize(
    ("text", "vat"),
    [
        ('[spot]\narea = "NO1"', 0.25),
        ('[spot]\narea = "NO4"', 0.0),
        ('[spot]\narea = "SE1"', 0.25),
        ('[grid]\nzone = "ordinary"\n[spot]\narea = "NO4"', 0.25),
        ('[grid]\nzone = "tiltakssone"\n[spot]\narea = "NO4"', 0.0),
        ('[grid]\ncompany = "arva"\n[spot]\narea = "NO4"', 0.0),
    ],
)
def test_the_vat_is_by_the_zone_and_else_by_the_area(text, vat):
    assert spot_vat(settings_file.parse(text, "a.toml")) == vat


def test_prices_that_come_while_it_runs_count_at_once():
    found = policies(settings_file.parse(ELVIA + SPOT.format(area="NO1"), "a.toml"))
    household = Household(found.rules, tariffs=found.tariffs)
    assert household.situation(0.0).spot is None
    household.system_clock(NOON + timedelta(minutes=5), True, 0.0)
    household.spot(SpotPrices("NO1", "example.net", trouble="no network"), 0.25)
    before = household.situation(1.0).spot
    household.spot(prices(80.0), 0.25)
    after = household.situation(2.0).spot
    assert before is not None
    assert after is not None
    assert (before.now_kr, before.trouble) == (None, "no network")
    assert (after.now_kr, after.trouble, len(after.today), after.tomorrow) == (1.0, None, 24, ())
