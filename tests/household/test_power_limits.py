"""From which power on the lamps turn yellow and red: as set, by what the main fuse bears, or by what is usual."""

import pytest

from appliance.household.power_limits import PowerLimits, fuse_w, power_limits
from appliance.household.rules import PhaseRule, Rules, Thresholds

SET = Thresholds(watch_w=4000, act_w=6000)


@pytest.mark.parametrize(
    ("fuse_a", "line_to_line", "bears_w"),
    # sqrt(3) x 400 V x A, and sqrt(3) x 230 V x A where 230 V lie between phases: 1.7320508 x 230 = 398.37 W an ampere.
    [(25, False, 17_320.5), (63, False, 43_647.7), (25, True, 9959.3), (32, True, 12_747.9), (40, True, 15_934.9)],
)
def test_what_a_main_fuse_of_three_phases_bears(fuse_a, line_to_line, bears_w):
    assert fuse_w(fuse_a, line_to_line=line_to_line) == pytest.approx(bears_w, abs=0.1)


@pytest.mark.parametrize("line_to_line", [True, False, None])
def test_without_a_fuse_and_without_settings_they_are_the_usual_ones(line_to_line):
    # Issue 16: "yellow from 12 kW, red from 17 kW".
    assert power_limits(Rules(), line_to_line) == PowerLimits(12_000, 17_000)


@pytest.mark.parametrize("fuse_a", [None, 25.0])
@pytest.mark.parametrize("line_to_line", [True, False, None])
def test_as_set_they_hold_whatever_the_fuse_bears(fuse_a, line_to_line):
    # Issue 16: "watch_w/act_w as set where they are set".
    assert power_limits(Rules(power=SET, phase=PhaseRule(fuse_a=fuse_a)), line_to_line) == PowerLimits(4000, 6000)


@pytest.mark.parametrize(("line_to_line", "bears_w"), [(False, 17_320.5), (True, 9959.3), (None, 17_320.5)])
def test_once_the_fuse_is_known_they_are_its_shares_of_what_it_bears(line_to_line, bears_w):
    # While nobody knows how the voltages lie, as to neutral: a false alarm is worse than none.
    found = power_limits(Rules(phase=PhaseRule(fuse_a=25.0)), line_to_line)

    assert found.by_fuse
    assert (found.watch_w, found.act_w) == (pytest.approx(bears_w, abs=0.1), pytest.approx(1.15 * bears_w, abs=0.1))


def test_the_shares_that_are_set_hold_for_the_power_as_well():
    found = power_limits(Rules(phase=PhaseRule(fuse_a=25.0, watch_share=0.8, act_share=1.0)), False)

    assert found == PowerLimits(pytest.approx(13_856.4), pytest.approx(17_320.5), by_fuse=True)
