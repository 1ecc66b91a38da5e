"""Both nights in which Norway's clocks change, on octets, with no clock but the meter's: for each maker, hour by hour.

The wall clocks are made by the test's own arithmetic from what each maker's meters are known to show (`oracle_world`);
only the frames around them are the simulator's.
"""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from appliance.household.hours import Quality
from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.meter.decoder import Decoder
from appliance.meter.reading import Maker, Reading
from appliance.simulation import encoder
from appliance.simulation.makers import encode
from tests.household.oracle_world import HOUR, KAIFA_SE, MAKES, Load, Make, Meter, Phase
from tests.share import some

MIDNIGHTS = {
    "spring": (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
    "autumn": (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
}
"""When the day of the change begins in Norway, and how many hours it has."""
FIELDS = (
    *("power_export_w", "reactive_import_var", "reactive_export_var"),
    *(f"current_l{phase}_a" for phase in (1, 2, 3)),
    *(f"voltage_l{phase}_v" for phase in (1, 2, 3)),
)
REACTIVE = ("reactive_energy_import_varh", "reactive_energy_export_varh")


def octets(make: Make, reading: Reading) -> bytes:
    """The frame of a list; what it has beside power, register and clock is 0."""
    fields = dict.fromkeys(FIELDS, 0) | vars(reading)
    if reading.energy_import_wh is not None:
        fields |= dict.fromkeys(REACTIVE, 0)
    if make.maker is Maker.KAIFA:
        fields["elements"] = 36 if make is KAIFA_SE else 18 if reading.energy_import_wh is not None else 13
    return encode(Reading.of(fields), encoder.KAIFA_SWEDISH if make is KAIFA_SE else None)


@pytest.mark.parametrize(
    ("make", "night"),
    some([(make, night) for make in MAKES for night in MIDNIGHTS], 3),
    ids=lambda value: value.name if isinstance(value, Make) else value,
)
def test_the_night_of_a_clock_change_has_all_its_hours_and_the_panel_the_right_time(make, night):
    midnight, hours = MIDNIGHTS[night]
    start = int(midnight.timestamp()) - 70 * 60
    end = int(midnight.timestamp()) + hours * HOUR + 90 * 60
    chance = Random(3)
    load = Load([(at, chance.randrange(300, 6000)) for at in range(start - HOUR, end + HOUR, 300)])
    meter = Meter(
        make=make,
        load=load,
        chance=chance,
        every_s=10,
        phases=[Phase(start - HOUR, "off", 0)],
        standard=make.standard,
        steps=[(0, make.step_wh)],
        bases=[(0, 21_000_000.0, make.meter_ids[0])],
    )
    household, decoder = Household(Rules()), Decoder()
    household.port(is_open=True)
    not_known = wrong_time = 0
    for told in meter.sent(start, end):
        frame = octets(make, told.reading)
        came = told.at + len(frame) / 240
        for result in decoder.feed(frame):
            assert isinstance(result, Reading)
            household.reading(result, came - start)
        local = household.situation(came - start).local_time
        if local is None:
            not_known += 1
        elif abs(local.timestamp() - came) > 3:
            wrong_time += 1

    assert wrong_time == 0
    assert not_known <= (1 if make.clock_always else 71 * 6)
    day = {hour.start: hour for hour in household.hours if midnight <= hour.start < midnight + timedelta(hours=hours)}
    assert len(day) == hours
    for hour in day.values():
        begun = hour.start.timestamp()
        assert hour.quality is Quality.METERED
        # A count of the register at either end, and what changed between the full hour and the list after it.
        assert hour.import_wh == pytest.approx(load.bought(begun, begun + HOUR), abs=make.step_wh + 0.5)
