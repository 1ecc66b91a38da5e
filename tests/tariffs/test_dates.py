"""Public holidays, taxes and the state's prices by their dates, and how they cut a company's tables."""

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest
from holidays import country_holidays

from appliance.household.tariff import Basis, Tariff, in_force
from appliance.tariffs import (
    SUPPORT,
    Customer,
    Zone,
    companies,
    company,
    holidays,
    norgespris,
    tariffs,
    taxes_ore,
    vat,
)
from tests.tariffs import second_reading

YEARS = range(2024, 2047)


def test_the_stored_holidays_are_those_of_another_program():
    """PyPI's `holidays`, which also made them: a change of the law, or of the library, is seen here."""
    assert holidays() == set(country_holidays("NO", years=YEARS))


def test_the_stored_holidays_are_those_of_the_law():
    """Counted from Easter; twelve a year, or eleven where two fall together: 17 May 2043 is Whit Sunday."""
    days = (date(2024, 1, 1) + timedelta(days) for days in range((date(2047, 1, 1) - date(2024, 1, 1)).days))
    assert holidays() == {day for day in days if second_reading.public_holiday(day)}


def test_the_stored_holidays_are_those_of_the_calendar_on_the_wall():
    """2026, from the almanac: Easter on 5 April, Ascension on 14 May, Whitsun on 24 and 25 May."""
    days = "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-17 05-24 05-25 12-25 12-26"
    assert " ".join(f"{day:%m-%d}" for day in sorted(holidays()) if day.year == 2026) == days


@pytest.mark.parametrize(
    ("day", "ordinary", "tiltakssone"),
    [
        ("2023-12-31", None, None),
        ("2024-01-01", 9.51 + 1, 1.0),
        ("2024-04-01", 16.44 + 1, 1.0),
        ("2025-01-01", 9.79 + 1, 1.0),
        ("2025-03-31", 9.79 + 1, 1.0),
        ("2025-04-01", 16.93 + 1, 1.0),
        ("2025-10-01", 12.53 + 1, 1.0),
        ("2026-01-01", 7.13 + 1, 1.0),
        ("2026-12-31", 7.13 + 1, 1.0),
        ("2027-01-01", None, None),
    ],
)
def test_taxes_by_day_and_zone(day: str, ordinary: float | None, tiltakssone: float | None):
    """Skatteetaten's levels, Enova's 1.00 øre; with VAT 7.13 is the 8.9125 that Fjellnett prints as 8.913."""
    on = date.fromisoformat(day)
    assert taxes_ore(Zone.ORDINARY, on) == taxes_ore(Zone.NORTH, on) == pytest.approx(ordinary)
    assert taxes_ore(Zone.TILTAKSSONE, on) == tiltakssone
    assert [vat(zone, on) for zone in Zone] == [0.25, 0.0, 0.0]


def test_norgespris_is_known_from_october_2025_to_the_end_of_2026():
    [home], [cabin] = norgespris(Zone.ORDINARY, Customer.HOME), norgespris(Zone.NORTH, Customer.CABIN)

    assert home == (date(2025, 10, 1), date(2027, 1, 1), 40.0, 5000.0)
    assert cabin == (date(2025, 10, 1), date(2027, 1, 1), 40.0, 1000.0)


def test_norgespris_holds_from_its_first_day_to_its_last():
    """1 October 2025 and 31 December 2026 have it, the days around do not, and nobody has it without asking."""
    days = {date(2025, 9, 30): None, date(2025, 10, 1): 40.0, date(2026, 12, 31): 40.0, date(2027, 1, 1): None}
    with_it, without = (tariffs("elvia", customer=Customer.HOME, norgespris=chosen) for chosen in (True, False))

    for day, ore in days.items():
        power = in_force(with_it, day).power
        assert (power and power.ore) == ore
    assert {table.power for table in without} == {None}
    cabin = in_force(tariffs("elvia", customer=Customer.CABIN, norgespris=True), date(2026, 1, 1))
    assert cabin.power.cap_kwh == 1000


def test_the_support_is_the_one_of_the_law():
    """77 øre without VAT in 2026, 96.25 with it."""
    assert SUPPORT[-1].threshold_ore * 1.25 == 96.25
    assert [(each.valid_from.year, each.threshold_ore, each.share, each.cap_kwh) for each in SUPPORT] == [
        (2025, 75.0, 0.9, 5000.0),
        (2026, 77.0, 0.9, 5000.0),
    ]


def every_tariff() -> list[tuple[Tariff, ...]]:
    return [tariffs(each.id, customer=customer, norgespris=True) for each in companies() for customer in each.customers]


def test_times_follow_each_other_without_gap_or_overlap():
    for found in every_tariff():
        assert found
        assert all(earlier.valid_to == later.valid_from for earlier, later in pairwise(found))
        assert found[-1].valid_to is None


def test_each_time_is_constant():
    """No tax or price of the state changes within one."""
    for found in every_tariff():
        for table in found:
            inside = [
                day
                for day in (date(2024, 4, 1), date(2025, 4, 1), date(2025, 10, 1), date(2026, 1, 1), date(2027, 1, 1))
                if table.valid_from < day and (table.valid_to is None or day < table.valid_to)
            ]
            assert not inside or table.ended


def test_nothing_is_carried_beyond_an_end():
    """Linja's areas had tables of their own until the end of 2025: their limits stay, their prices do not."""
    last = tariffs("linja-sor", customer=Customer.HOME, norgespris=True)[-1]

    assert (last.valid_from, last.ended) == (date(2026, 1, 1), True)
    assert last.prices_are_old(date(2026, 1, 1))
    assert (last.energy, last.taxes_ore, last.power) == (None, None, None)
    assert [step.up_to for step in last.steps[:3]] == [2, 5, 10]
    assert {step.price_kr for step in last.steps} == {None}


def test_a_new_year_without_its_taxes_has_prices_without_them():
    last = tariffs("elvia", customer=Customer.HOME, norgespris=True)[-1]

    assert (last.valid_from, last.ended, last.taxes_ore, last.power) == (date(2027, 1, 1), False, None, None)
    assert last.energy is not None
    assert last.steps[0].price_kr == 120


def test_prices_are_of_their_check_or_their_first_day():
    """Arva's were checked on 2024-10-22, Elvia's on 2026-06-05, before they came into force."""
    arva, elvia = (in_force(tariffs(each, customer=Customer.HOME), date(2026, 11, 1)) for each in ("arva", "elvia"))

    assert (arva.prices_of, elvia.prices_of) == (date(2024, 10, 22), date(2026, 7, 1))
    assert arva.prices_are_old(date(2026, 11, 1))
    assert not elvia.prices_are_old(date(2026, 11, 1))


def test_who_has_no_table_has_no_tariff():
    assert tariffs("area-alle", customer=Customer.HOME) == ()
    assert tariffs("nobody", customer=Customer.HOME) == ()
    assert company("nobody") is None


def test_what_is_not_known_of_the_capacity_part_is_none():
    """Tinfos tells no method; Fjellnett's prices of the second half of 2025 lie on no line. Energy has a price."""
    tinfos = in_force(tariffs("tinfos", customer=Customer.HOME), date(2026, 6, 1))
    fjellnett = in_force(tariffs("fjellnett", customer=Customer.HOME), date(2025, 8, 1))

    for table in (tinfos, fjellnett):
        assert (table.basis, table.steps, table.linear) == (Basis.NONE, (), None)
        assert table.energy is not None


def test_at_run_time_neither_yaml_nor_holidays_is_imported():
    """The one reads files that are not there, the other takes 19 MB."""
    code = (
        "import sys; from appliance.tariffs import *; "
        "tariffs('elvia', customer=Customer.HOME); companies(); from appliance.commands.main import main; "
        "main(['tariff', 'list']); print(sorted({'yaml', 'holidays'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.splitlines()[-1] == "[]"
