"""Whose prices count, by what the settings say; the figures are of Elvia's price list and the law's for 2026."""

from datetime import UTC, date, datetime

import pytest

from appliance.household.tariff import Basis, PowerPrice, Tariff, in_force
from appliance.settings import settings_file
from appliance.settings.choices import Choices
from appliance.settings.chosen import with_choices
from appliance.settings.doubts import doubts
from appliance.settings.grid import country_of, tariffs
from appliance.settings.model import Settings

SEPTEMBER = date(2026, 9, 1)
NOON = datetime(2026, 9, 1, 10, tzinfo=UTC)  # a Tuesday, 12 o'clock in Norway


def said(text: str) -> Settings:
    return settings_file.parse(text, "a.toml")


def table(text: str, day: date = SEPTEMBER) -> Tariff | None:
    return in_force(tariffs(said(text)), day)


def test_without_a_choice_norway_has_the_common_steps_without_prices():
    assert tariffs(Settings()) == (Tariff(),)
    assert Tariff().step(5.0) == 2  # on the limit: in the dearer one


def test_a_swedish_home_has_no_step_until_it_gives_a_tariff_and_no_company():
    assert tariffs(said('language = "sv"')) == ()
    assert tariffs(said('[grid]\ncountry = "SE"')) == ()
    assert country_of(said('language = "sv"\n[grid]\ncompany = "elvia"')) == "NO"
    assert country_of(said('language = "sv"\n[grid]\ncountry = "NO"')) == "NO"
    own = said('language = "sv"\n[[tariff]]\ndays = 5')
    assert (country_of(own), tariffs(own)[0].peaks.number) == ("NO", 5)
    swedish = said('[grid]\ncountry = "SE"\n[[tariff]]\ndays = 5\nday_ore = 30\nnight_ore = 30')
    assert tariffs(swedish)[0].calendar.holidays == frozenset()  # Norway's holidays are not Sweden's


def test_in_sweden_a_fixed_price_is_one_of_the_power_alone():
    [found] = tariffs(said('[grid]\ncountry = "SE"\n[power]\nprice = "fixed"\nore = 150'))
    assert (found.basis, found.hour_price(NOON).power_with_vat_ore) == (Basis.NONE, 150)
    assert found.hour_price(NOON).grid_ore is None


def test_the_companys_table_counts_before_a_table_that_only_repeats_the_common_steps():
    """As every settings file had one up to version 1.0, with the limit in the lower step."""
    found = table('[grid]\ncompany = "elvia"\n[[tariff]]\non_limit = "lower"')
    assert found is not None
    assert found.steps[1].price_kr == 200.0  # 2,400 kr a year
    assert found.hour_price(NOON).energy_ore == 28.99
    assert not found.limit_is_lower


@pytest.mark.parametrize(
    "own", ["days = 1", 'basis = "fuse"', "day_ore = 50\nnight_ore = 40", "steps = [{ up_to = 3 }, {}]"]
)
def test_a_table_of_ones_own_counts_before_the_companys(own):
    found = tariffs(said(f'[grid]\ncompany = "elvia"\n[[tariff]]\n{own}'))
    assert found == tariffs(said(f"[[tariff]]\n{own}"))


def test_a_common_table_without_a_company_means_what_it_says():
    [found] = tariffs(said('[[tariff]]\non_limit = "lower"'))
    assert found == Tariff(limit_is_lower=True)


def test_norgespris_is_there_for_a_companys_customer_and_for_anybody_in_its_time_only():
    """40 øre, 50 with VAT; up to 5,000 kWh, for a cabin 1,000; from 2025-10-01 to 2026-12-31."""
    for grid, vat, cap in (
        ('company = "elvia"', 0.25, 5000),
        ('company = "elvia"\ncustomer = "cabin"', 0.25, 1000),
        ('company = "linea"', 0.0, 5000),
    ):
        text = f'[grid]\n{grid}\n[power]\nprice = "norgespris"'
        found = table(text)
        assert found is not None
        assert found.power == PowerPrice(40.0, cap)
        assert found.vat == vat
        for day in (date(2025, 9, 30), date(2027, 1, 1)):
            other = table(text, day)
            assert other is None or other.power is None
    anybody = table('[power]\nprice = "norgespris"')
    assert anybody is not None
    assert (anybody.power, anybody.vat) == (PowerPrice(50.0, 5000), 0.0)
    assert table('[power]\nprice = "norgespris"', date(2025, 9, 30)) == Tariff()
    ended = table('[power]\nprice = "norgespris"', date(2027, 1, 1))
    assert ended is not None
    assert ended.power is None


def test_the_norths_norgespris_has_no_vat():
    found = table('[grid]\nzone = "north"\n[power]\nprice = "norgespris"')
    assert found is not None
    assert found.power == PowerPrice(40.0, 5000)


def test_a_fixed_price_is_told_with_vat():
    found = table('[grid]\ncompany = "elvia"\n[power]\nprice = "fixed"\nore = 120')
    assert found is not None
    assert found.hour_price(NOON).power_with_vat_ore == pytest.approx(120)
    own = table('[[tariff]]\ndays = 1\n[power]\nprice = "fixed"\nore = 120')
    assert own is not None
    assert own.hour_price(NOON).power_with_vat_ore == 120


def test_the_spot_price_is_not_known_and_the_supported_kilowatt_hours_are_counted():
    found = table('[grid]\ncompany = "elvia"\n[power]\nprice = "spot"')
    assert found is not None
    assert found.power == PowerPrice(None, 5000)
    assert found.hour_price(NOON).power_with_vat_ore is None
    cabin = table('[grid]\ncompany = "elvia"\ncustomer = "cabin"\n[power]\nprice = "spot"')
    assert cabin is not None
    assert cabin.power is None  # no support for cabins


def test_an_own_table_by_day_and_night_knows_norways_holidays():
    """May Day of 2026, a Friday, costs the night's price."""
    found = table("[[tariff]]\nday_ore = 50\nnight_ore = 40", date(2026, 5, 1))
    assert found is not None
    assert found.hour_price(datetime(2026, 5, 1, 10, tzinfo=UTC)).energy_ore == 40
    assert found.hour_price(datetime(2026, 4, 30, 10, tzinfo=UTC)).energy_ore == 50


def test_a_company_that_is_not_known_is_named_with_one_that_is():
    with pytest.raises(settings_file.SettingsError) as refused:
        said('[grid]\ncompany = "elvio"')
    assert 'did you mean "elvia"' in str(refused.value)


def test_a_company_without_prices_for_such_a_customer_leaves_the_common_steps_and_it_is_said():
    settings = said('[grid]\ncompany = "area-alle"')  # of cabins alone
    assert tariffs(settings) == (Tariff(),)
    assert [str(doubt) for doubt in doubts(settings)] == [
        'grid.company = "area-alle" has no prices for customer = "home": the common steps count, without prices'
    ]


def test_a_company_chosen_with_another_program_and_gone_since_keeps_nothing_from_starting():
    chosen = with_choices(said(""), Choices(country="NO", company="no-such"))
    assert tariffs(chosen) == (Tariff(),)


def test_what_was_chosen_on_the_panel_counts_before_the_file():
    chosen = with_choices(said('[grid]\ncompany = "bkk"'), Choices(country="NO", company="elvia", power="norgespris"))
    found = in_force(tariffs(chosen), SEPTEMBER)
    assert found is not None
    assert (found.steps[1].price_kr, found.power) == (200.0, PowerPrice(40.0, 5000))
    assert tariffs(with_choices(chosen, Choices(country="SE"))) == ()
