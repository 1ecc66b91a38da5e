"""The makers whose meters the simulator can be: all that differs between them, one entry each.

What a maker's lists mean when they are read is the meter room's; this is the other way round. A maker that can be
read need not be here: it is then one that no simulated house has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo

from appliance.household.hours import OSLO
from appliance.meter import hdlc
from appliance.meter.makers import Maker
from appliance.meter.reading import MeterClock, Reading
from appliance.simulation import encoder
from appliance.simulation.encoder import Envelope
from appliance.simulation.house import Net

STANDARD_TIME = timezone(timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When a maker's meter sends what, s; the offset is after the full hour."""

    fast_s: float | None
    """Between two lists of the power alone; `None`: there are none."""
    full_s: float
    hourly_offset_s: float
    hourly_replaces: bool
    """The hourly list is sent in place of the list due then."""
    hourly_made_on_the_hour: bool
    """Its clock, registers and values are those of xx:00:00, whenever it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMaker:
    """How the meters of one maker speak."""

    data: Callable[[Reading], bytes]
    """Return a list's data as this maker writes it. Raises ValueError for a reading that it cannot send."""
    envelope: Envelope
    cadence: Cadence
    list_name: str
    meter_id: str
    types: Mapping[Net, str]
    zone: tzinfo = STANDARD_TIME
    """What the meter's clock shows: standard time all year, or Norway's clocks with daylight saving."""
    clock_hourly_only: bool = False
    """Only the hourly list has a clock, and no list's header."""
    deviation_min: int | None = None
    """As it stands in each clock, whatever the time of year; so do the hundredths."""
    hundredths: int | None = None
    current_decimals: int
    voltage_decimals: int
    register_step_wh: int
    sends_l2_current_in_it_net: bool = True
    measures_l2_voltage_in_it_net: bool = True
    """Else it sends 0 V."""
    counts_codes: bool = False
    """The elements of a list are its values and their codes."""


MAKERS: Mapping[Maker, SimulatedMaker] = {
    Maker.AIDON: SimulatedMaker(
        data=encoder.aidon_data,
        envelope=encoder.AIDON,
        cadence=Cadence(fast_s=2.5, full_s=10, hourly_offset_s=10, hourly_replaces=True, hourly_made_on_the_hour=True),
        list_name="AIDON_V0001",
        meter_id="7359990000000001",
        types={Net.IT: "6525", Net.TN: "6534", Net.ONE_PHASE: "6515"},
        clock_hourly_only=True,
        deviation_min=0,
        hundredths=0,
        current_decimals=1,
        voltage_decimals=1,
        register_step_wh=10,
        sends_l2_current_in_it_net=False,
    ),
    Maker.KAIFA: SimulatedMaker(
        data=encoder.kaifa_data,
        envelope=encoder.KAIFA,
        cadence=Cadence(fast_s=2, full_s=10, hourly_offset_s=10, hourly_replaces=True, hourly_made_on_the_hour=False),
        list_name="KFM_001",
        meter_id="6970630000000001",
        types={Net.IT: "MA304H3E", Net.TN: "MA304H4", Net.ONE_PHASE: "MA105H2E"},
        zone=OSLO,
        current_decimals=3,
        voltage_decimals=1,
        register_step_wh=1,
        measures_l2_voltage_in_it_net=False,
    ),
    Maker.KAMSTRUP: SimulatedMaker(
        data=encoder.kamstrup_data,
        envelope=encoder.KAMSTRUP,
        cadence=Cadence(
            fast_s=None, full_s=10, hourly_offset_s=5, hourly_replaces=False, hourly_made_on_the_hour=False
        ),
        list_name="Kamstrup_V0001",
        meter_id="5706560000000001",
        types={Net.IT: "6841121BN243101040", Net.TN: "6841138BN245101090", Net.ONE_PHASE: "6861111BN242101040"},
        current_decimals=2,
        voltage_decimals=0,
        register_step_wh=10,
        counts_codes=True,
    ),
}


def encode(reading: Reading, envelope: Envelope | None = None, header_clock: MeterClock | None = None) -> bytes:
    """Return the frame that says what the reading says, both flags included; its offset and length are not looked at.

    The envelope is the maker's own and the header's clock the reading's own unless others are given. Raises ValueError
    for a reading that no meter of its maker can send, and for a maker that is not simulated.
    """
    if reading.maker is None or (maker := MAKERS.get(reading.maker)) is None:
        raise ValueError("no simulated meter writes as this maker's do")
    envelope = envelope or maker.envelope
    head = encoder.head(envelope, header_clock or reading.clock)
    return hdlc.encode(envelope.address, head + maker.data(reading))
