"""Frames whose true moment is known from outside: what the appliance says the time is, with no other clock than theirs.

A frame's wall clock has no zone. What it means is known only where somebody noted, beside the frame, when it came:
by a computer's clock, a log's line or a message's stamp. Such frames are the whole evidence; the captures are read
from where they lie, and each is here as a fixed vector too, with the wall clock that the report names.
"""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.meter.decoder import Decoder
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.simulation import encoder
from appliance.simulation.makers import encode
from tests.corpus import captures

CLOSE = timedelta(seconds=15)
"""Logs name the second in which a line was printed, and an Aidon's list is ten seconds old by then."""

# Capture, offset of the frame that tells the time, when it truly came (UTC), and how that is known.
CAPTURED = [
    # The log of the report has 22:00:05 in Norway beside it, and 1775 W where the frame has 1769 (hass-AMS#31).
    ("aidon/hassams-aidon-hourly", 0, "2020-07-21T20:00:05"),
    # Deviation +60 in June: an hour ahead of UTC, where summer time would be two. 18:00 and 19:00 on its own clock.
    ("aidon/robin-aidon-6525-3-fc722", 12683, "2019-06-12T17:00:10"),
    ("aidon/robin-aidon-6525-3-fc722", 157151, "2019-06-12T18:00:10"),
    # The computer that wrote the capture noted 23:18:43 in Norway beside the first frame.
    ("kaifa/roarfred-kaifa-han-20170912-2", 0, "2017-09-12T21:18:43"),
    # Standard time in October, before the clocks went back.
    ("kamstrup/robin-kamstrup-6841121-1", 0, "2017-10-20T02:43:30"),
    # Deviation -60, which by COSEM's sign is an hour ahead of UTC in what is summer time: inferred, not noted.
    ("kaifa_se/hassams-kaifa-ma304h4-se", 0, "2022-10-15T14:08:15"),
]


def octets(maker: Maker, wall: str, *, swedish: bool = False, deviation_min: int | None = None) -> bytes:
    """A list with this wall clock, as the maker's meters send it."""
    clock = MeterClock(datetime.fromisoformat(wall), deviation_min, 0, 1, None)
    values: dict[str, object] = {"power_import_w": 1769, "power_export_w": 0}
    energies = {"energy_import_wh": 21_882_340, "energy_export_wh": 0}
    reactive = {"reactive_energy_import_varh": 0, "reactive_energy_export_varh": 0}
    names = {"meter_id": "7359990000000001", "meter_type": "6534"}
    fields: dict[str, object] = {"offset": 0, "length": 0, "maker": maker, "clock": clock}
    match maker, swedish:
        case Maker.AIDON, True:
            return encode(Reading.of({**fields, "elements": 27, **values, **energies, **reactive}))
        case Maker.AIDON, False:
            named = {"list_name": "AIDON_V0001", **names}
            return encode(Reading.of({**fields, "elements": 18, **named, **values, **energies, **reactive}))
        case Maker.KAIFA, True:
            zeros = {name: 0.0 for kind in ("current", "voltage") for name in three(kind)}
            values |= {"reactive_import_var": 0, "reactive_export_var": 0}
            named = {"list_name": "KFM_001", **names}
            reading = Reading.of({**fields, "elements": 36, **named, **values, **zeros, **energies, **reactive})
            return encode(reading, encoder.KAIFA_SWEDISH)
        case Maker.KAIFA, False:
            return encode(Reading.of({**fields, "elements": 1, "power_import_w": 1769}))
        case _:
            named = {"list_name": "Kamstrup_V0001", **names}
            return encode(Reading.of({**fields, "elements": 35, **named, **values, **energies}))


def three(kind: str) -> list[str]:
    return [f"{kind}_l{phase}_{kind[0] if kind == 'voltage' else 'a'}" for phase in (1, 2, 3)]


def told(frame: bytes) -> datetime:
    """What a household that was just switched on takes for the time when the last octet has come."""
    household = Household(Rules())
    household.port(is_open=True)
    (reading,) = Decoder().feed(frame)
    assert isinstance(reading, Reading), reading
    household.reading(reading, 1000.0)
    local = household.situation(1000.0).local_time
    assert local is not None
    return local.astimezone(UTC)


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "offset", "true"), CAPTURED)
def test_a_capture_with_a_known_moment_tells_that_moment(name, offset, true):
    family = name.split("/")[0]
    found = [capture for capture in captures(family) if capture.name == name]
    if not found:
        pytest.skip("this capture is not in the corpus here")
    frame = found[0].octets[offset : offset + found[0].valid[offset]["length"] + 2]  # with its flags

    assert abs(told(frame) - datetime.fromisoformat(true).replace(tzinfo=UTC)) <= CLOSE


@pytest.mark.parametrize(
    ("maker", "swedish", "deviation_min", "wall", "true"),
    [
        # Aidon, Norway: hass-AMS#31 (above); amsreader#303, whose message came at 12:00:11Z; a 6540 of May 2023 that
        # was stamped 12:00:00 and received at 13:00:20 in Norway; and one in winter.
        (Maker.AIDON, False, 0, "2020-07-21 21:00:00", "2020-07-21T20:00:05"),
        (Maker.AIDON, False, 0, "2022-08-21 13:00:00", "2022-08-21T12:00:11"),
        (Maker.AIDON, False, 0, "2023-05-08 12:00:00", "2023-05-08T11:00:20"),
        (Maker.AIDON, False, 60, "2019-06-12 18:00:00", "2019-06-12T17:00:10"),
        (Maker.AIDON, False, 0, "2022-01-15 13:00:00", "2022-01-15T12:00:10"),
        # Aidon, Sweden: amshan-homeassistant#44, logged at 20:58:42 there.
        (Maker.AIDON, True, None, "2022-09-01 19:58:40", "2022-09-01T18:58:42"),
        # Kaifa, Norway: beside a computer's clock. Sweden: by its own deviation.
        (Maker.KAIFA, False, None, "2017-09-12 23:18:42", "2017-09-12T21:18:43"),
        (Maker.KAIFA, False, None, "2017-02-03 15:46:14", "2017-02-03T14:46:14"),
        (Maker.KAIFA, True, -60, "2022-10-15 15:08:15", "2022-10-15T14:08:15"),
        # Kamstrup: summer time was in force on that day.
        (Maker.KAMSTRUP, False, None, "2017-10-20 03:43:30", "2017-10-20T02:43:30"),
        (Maker.KAMSTRUP, False, None, "2022-11-26 15:00:05", "2022-11-26T14:00:05"),
    ],
)
def test_a_wall_clock_that_somebody_noted_the_moment_of_tells_that_moment(maker, swedish, deviation_min, wall, true):
    frame = octets(maker, wall, swedish=swedish, deviation_min=deviation_min)

    assert abs(told(frame) - datetime.fromisoformat(true).replace(tzinfo=UTC)) <= CLOSE
