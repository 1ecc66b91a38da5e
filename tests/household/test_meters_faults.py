"""What is wrong with what the meter says, though its line is fine: named in the health that the situation carries."""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.system.health import Fault, FaultKind, Health, LineCondition

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Home:
    """A household that hears a Kamstrup every ten seconds, by a clock that may be off."""

    def __init__(self) -> None:
        self.household = Household(Rules())
        self.household.port(is_open=True)
        self.now = 0.0

    def live(self, seconds: int, off: timedelta = timedelta(0)) -> None:
        for _ in range(seconds // 10):
            wall = (NOON + timedelta(hours=1, seconds=self.now) + off).replace(tzinfo=None)
            reading = Reading(
                offset=0, length=0, elements=25, maker=Maker.KAMSTRUP, power_import_w=2000.0, clock=MeterClock(wall)
            )
            self.household.reading(reading, self.now)
            self.health = self.household.situation(self.now, Health(LineCondition.FINE)).health
            self.now += 10


def test_a_clock_that_jumps_is_the_lines_condition_until_it_is_right_for_ten_minutes() -> None:
    home = Home()
    home.live(3600)
    assert home.health.line is LineCondition.FINE
    home.live(60, timedelta(days=30))
    assert home.health.line is LineCondition.CLOCK
    home.live(590)
    assert home.health.line is LineCondition.CLOCK
    home.live(20)
    assert home.health.line is LineCondition.FINE


@pytest.mark.parametrize("line", [LineCondition.SILENT, LineCondition.DAMAGED, LineCondition.ENCRYPTED])
def test_what_the_line_itself_says_goes_before(line: LineCondition) -> None:
    home = Home()
    home.live(3600)
    home.live(60, timedelta(days=30))
    assert home.household.situation(home.now, Health(line)).health.line is line


def test_hours_of_the_future_are_a_fault_that_names_the_first_and_their_number() -> None:
    """The only meter's clock was ten years ahead for three hours, and is right since: believed after twice as long."""
    home = Home()
    home.live(3 * 3600, timedelta(days=3650))
    assert home.health.faults == ()
    home.live(7 * 3600)

    # Eight hours ended by that clock, from 13:00 local time on: three while it ran, five in doubt.
    assert home.health.faults == (Fault(FaultKind.HOURS_AHEAD, "2036-01-13 13:00 (8)"),)
    assert home.health.line is LineCondition.FINE
