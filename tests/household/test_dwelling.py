"""Whether the house of `dwelling` is one that could stand in Norway."""

import numpy as np
import pytest

from tests.household.dwelling import DAY, HOUR, NOTHING, Dwelling, Load, Net, Owed, Watts, drawn, fitting_fuse_a
from tests.household.months import BEFORE, DAYS, DAYS_BEFORE, made

DETACHED_KWH = 20_211
"""Electricity of a Norwegian detached house in a year: Statistics Norway's survey of 2012, its latest by kind of house
("Hva er gjennomsnittlig strømforbruk i husholdningene?")."""
JANUARYS_SHARE = 0.13
"""By the arithmetic of the heating: 24 K x 150 W/K - 500 W is 3.1 kW in January, and 16 K x 150 W/K - 500 W = 1.9 kW
over the year, so January has 3.1 of some 21 kW-months of heat, 15 %, and a twelfth of the rest, 8 %; where two thirds
are heat that is 13 %."""
SEEDS = range(4)


@pytest.fixture(scope="module")
def months() -> list[np.ndarray]:
    """The hours of some houses from December to January, Wh."""
    return [np.array(made(seed).hours_wh(0, DAYS_BEFORE + DAYS)) for seed in SEEDS]


def short(seed: int) -> Dwelling:
    return Dwelling(drawn(seed), BEFORE, 5, seed)


def test_a_january_is_as_large_as_those_of_detached_houses(months):
    kwh = [hours[DAYS_BEFORE * 24 :].sum() / 1000 for hours in months]
    print("\nJanuary, kWh:", *(f"{one:.0f}" for one in kwh))

    assert all(1200 < one < 4000 for one in kwh)
    assert np.mean(kwh) == pytest.approx(DETACHED_KWH * JANUARYS_SHARE, rel=0.3)


def test_the_highest_hours_are_those_of_houses_that_heat_with_electricity(months):
    """Half of the customers of Lede would stay below 5 kW, flats among them (TU, November 2021); detached above."""
    highest = [hours.max() / 1000 for hours in months]
    print("\nhighest hour, kW:", *(f"{one:.1f}" for one in highest))

    assert all(4 < one < 16 for one in highest)
    assert 6 < np.median(highest) < 12


def test_the_same_seed_is_the_same_house():
    one, two = short(1), short(1)

    assert [one.step(place) for place in range(DAY)] == [two.step(place) for place in range(DAY)]


def test_what_is_held_back_comes_again():
    """Three hours are held on an evening: the energy is there a day later, or still owed."""
    powers, owed = [], []
    for held in (range(0), range(3 * DAY + 17 * HOUR, 3 * DAY + 20 * HOUR)):
        house = short(0)
        powers.append(
            [sum(house.step(place, frozenset(Load) if place in held else NOTHING)) for place in range(5 * DAY)]
        )
        owed.append(house.owed)
    house = short(0)
    assert house.hours_wh(0, 5) == pytest.approx(np.array(powers[0]).reshape(-1, HOUR).mean(axis=1))
    assert house.owed == owed[0]
    free, held = (np.array(one) for one in powers)

    begin, end = 3 * DAY + 17 * HOUR, 3 * DAY + 20 * HOUR
    assert held[begin:end].mean() < free[begin:end].mean() - 1000
    assert held[end : end + HOUR].mean() > free[end : end + HOUR].mean() + 1000
    assert abs(_wh(held) + _owed_wh(owed[1]) - _wh(free) - _owed_wh(owed[0])) < 1


def test_the_current_of_a_line_between_two_others_is_their_difference():
    """Two loads of 10 A from one line to the others: 2 x 10 A x cos 30 degrees = 17.3 A in it, 10 A in each other."""
    house = short(next(seed for seed in range(99) if drawn(seed).net is Net.IT))
    watts: Watts = (2300.0, 0.0, 2300.0)  # L1-L2, L2-L3, L3-L1

    assert house.currents_a(watts) == pytest.approx((17.32, 10.0, 10.0), abs=0.01)


def test_a_fuse_bears_113_hundredths_of_its_current_for_ever():
    assert fitting_fuse_a(np.array([[10.0, 28.2, 5.0]])) == 25
    assert fitting_fuse_a(np.array([[10.0, 28.3, 5.0]])) == 32


def _wh(powers: np.ndarray) -> float:
    return float(powers.sum()) * 10 / 3600


def _owed_wh(owed: Owed) -> float:
    return owed.heat_wh + owed.tank_wh + owed.car_wh
