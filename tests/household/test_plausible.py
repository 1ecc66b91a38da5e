"""What a house's connection can carry; the values are of the field reports in the fact sheet on meters."""

import pytest

from appliance.household.household import Household
from appliance.household.plausible import Plausibility
from appliance.household.rules import PhaseRule, Rules
from appliance.meter.reading import Maker, Reading
from appliance.system.health import LineCondition


def sent(elements: int = 13, **values: float) -> Reading:
    return Reading.of({"offset": 0, "length": 0, "maker": Maker.KAIFA, "elements": elements, **values})


@pytest.mark.parametrize(
    ("name", "value", "fuse_a", "kept"),
    [
        ("voltage_l1_v", 230.4, None, 230.4),
        ("voltage_l2_v", 0.0, None, 0.0),
        ("voltage_l3_v", 410.0, None, 410.0),
        ("voltage_l1_v", 22_199.0, None, 221.99),  # Danish firmware of 2025: hundredths
        ("voltage_l2_v", 2304.0, None, 230.4),
        ("voltage_l3_v", 65_535.0, None, None),
        ("voltage_l1_v", 700.0, None, None),
        ("current_l1_a", 4_294_961.296, None, None),  # -6.0 A without a sign
        ("current_l1_a", -7.4, None, -7.4),
        ("current_l2_a", 62.0, 25.0, 62.0),  # two and a half times the fuse, for seconds
        ("current_l2_a", 76.0, 25.0, None),
        ("power_import_w", 4_294_967_295.0, None, None),
        ("power_import_w", 43_000.0, 63.0, 43_000.0),
        ("power_import_w", 100_000.0, 25.0, None),
        ("power_export_w", 250_000.0, None, None),
        ("power_import_l2_w", 250_000.0, None, None),
    ],
)
def test_values_that_cannot_be_are_taken_out(name: str, value: float, fuse_a: float | None, kept: float | None) -> None:
    reading, has_implausible = Plausibility(fuse_a).sifted(sent(**{name: value}), 0.0)

    assert getattr(reading, name) == (None if kept is None else pytest.approx(kept))
    assert has_implausible == (kept is None)


def test_a_power_that_cannot_be_is_not_shown_nor_an_alarm_and_is_counted() -> None:
    household = Household(Rules())
    household.port(is_open=True)
    household.reading(sent(1, power_import_w=1200.0), 0.0)
    household.reading(sent(1, power_import_w=4_294_967_295.0), 2.0)
    situation = household.situation(2.0)

    assert (situation.power_import_w, situation.alarms) == (1200.0, ())
    assert (situation.line.readings, situation.line.rejected) == (2, 1)
    assert situation.health.line is None


def test_what_cannot_be_is_named_when_it_persists_for_a_minute_and_no_longer() -> None:
    household = Household(Rules(phase=PhaseRule(fuse_a=25)))
    named = []
    for now in range(0, 200, 10):
        wrong = {"current_l1_a": 500.0} if now < 100 else {}
        household.reading(sent(power_import_w=500.0, **wrong), float(now))
        named.append(household.situation(float(now)).health.line)

    assert named[:6] == [None] * 6
    assert named[6:15] == [LineCondition.IMPLAUSIBLE] * 9
    assert named[16:] == [None] * 4
