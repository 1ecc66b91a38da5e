"""The shown digit stays where the value wavers, and follows where it moves."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.panel.antiflicker import SIDE_S, Side, steady_side, steady_w
from appliance.words.words import WORDS


def test_a_value_that_wavers_about_the_middle_of_two_digits_shows_one_of_them():
    shown, seen = None, set()
    for power_w in (2314, 2316, 2315, 2314, 2316, 2313, 2315):
        shown = steady_w(shown, power_w)
        seen.add(WORDS["nb"].thousands(shown))
    assert seen == {"2,31"}


def test_a_value_that_moves_on_is_followed():
    assert steady_w(2310, 2317) == 2320
    assert steady_w(2310, 500) == 500


def test_what_is_unknown_is_unknown_and_the_next_value_starts_anew():
    assert steady_w(2310, None) is None
    assert steady_w(None, 2315.1) == 2320


@pytest.mark.parametrize(
    ("shown_w", "power_w", "text"),
    [(9_990, 9_997, "10,0"), (10_000, 9_980, "9,98"), (0, 4, "0,00"), (96, 4_000, "4,00")],
)
def test_a_number_that_changes_its_size_has_the_digits_of_its_size(shown_w, power_w, text):
    assert WORDS["nb"].thousands(steady_w(shown_w, power_w)) == text


@pytest.mark.parametrize(
    ("shown_w", "power_w", "steady"), [(None, 4.2, 4), (90, 91, 91), (99, 100, 100), (100, 99, 99)]
)
def test_below_100_w_each_watt_counts(shown_w, power_w, steady):
    assert steady_w(shown_w, power_w) == steady


def test_a_side_stays_for_20_s_and_then_follows():
    side, flips = Side(), []
    for second in range(120):  # to the grid and from it in turn, every five seconds
        import_w, export_w = (0.0, 400.0) if second // 5 % 2 else (300.0, 0.0)
        before, side = side, steady_side(side, import_w, export_w, float(second))
        if side.export != before.export:
            flips.append(second)

    assert flips[0] == 5
    assert all(later - earlier >= SIDE_S for earlier, later in pairwise(flips))
    assert flips[-1] >= 80


def test_a_side_stays_while_nothing_flows_or_nothing_is_known():
    exporting = Side(export=True, since_s=0.0)
    for import_w, export_w in ((0.0, 0.0), (0.0, None), (None, None)):
        assert steady_side(exporting, import_w, export_w, 1000.0) is exporting


@given(st.lists(st.floats(0, 99_900), min_size=1))
def test_it_is_never_wrong_by_more_than_a_digit(powers_w):
    shown = None
    for power_w in powers_w:
        shown = steady_w(shown, power_w)
        assert abs(shown - power_w) <= 0.6 * (10 if power_w < 9_995 else 100) + 1e-6
