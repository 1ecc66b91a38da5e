"""Simulated frames say what they were meant to say."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from appliance.meter.decoder import Decoder
from appliance.meter.reading import Maker
from appliance.simulation.house import House, Load, Net
from appliance.simulation.makers import MAKERS, encode
from appliance.simulation.meter import Meter, noisy

START = datetime(2026, 1, 15, 15, 58, tzinfo=UTC)


def sent(maker: Maker, net: Net = Net.IT, minutes: int = 4, **house):
    meter = Meter(maker, House(net, **house), START)
    return list(takewhile(lambda sent: sent.moment < START + timedelta(minutes=minutes), meter.sent()))


@pytest.mark.parametrize("net", list(Net))
@pytest.mark.parametrize("maker", list(MAKERS))
def test_every_frame_decodes_to_what_was_meant(maker, net):
    for frame in sent(maker, net, solar=True):
        (reading,) = Decoder().feed(frame.octets)
        assert replace(reading, offset=0, length=0) == frame.meant


@pytest.mark.parametrize(
    ("maker", "net", "lists"),
    [
        (Maker.AIDON, Net.IT, {1: 72, 12: 23, 17: 1}),
        (Maker.AIDON, Net.TN, {1: 72, 13: 23, 18: 1}),
        (Maker.AIDON, Net.ONE_PHASE, {1: 72, 9: 23, 14: 1}),
        (Maker.KAIFA, Net.TN, {1: 96, 13: 23, 18: 1}),
        (Maker.KAIFA, Net.ONE_PHASE, {1: 96, 9: 23, 14: 1}),
        (Maker.KAMSTRUP, Net.TN, {25: 24, 35: 1}),
    ],
)
def test_lists_come_in_the_makers_rhythm(maker, net, lists):
    elements = [frame.meant.elements for frame in sent(maker, net)]

    assert {count: elements.count(count) for count in sorted(set(elements))} == lists


@pytest.mark.parametrize(("maker", "second"), [(Maker.AIDON, 10), (Maker.KAIFA, 10), (Maker.KAMSTRUP, 5)])
def test_the_hourly_list_comes_seconds_after_the_hour(maker, second):
    (hourly,) = (frame for frame in sent(maker) if frame.meant.energy_import_wh is not None)

    assert hourly.moment == datetime(2026, 1, 15, 16, 0, second, tzinfo=UTC)


def test_an_aidon_tells_the_time_once_an_hour_and_as_it_was_ten_seconds_before():
    clocks = [frame.meant.clock for frame in sent(Maker.AIDON) if frame.meant.clock is not None]

    assert [clock.wall for clock in clocks] == [datetime(2026, 1, 15, 17, 0, 0)]


@pytest.mark.parametrize(("maker", "hour"), [(Maker.KAIFA, 14), (Maker.KAMSTRUP, 13)])
def test_in_summer_only_kamstrup_stays_on_standard_time(maker, hour):
    start = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
    frame = next(Meter(maker, House(), start).sent())

    assert frame.meant.clock is not None
    assert frame.meant.clock.wall.hour == hour


def test_the_register_is_the_houses_own_integral():
    house = House(Net.TN)
    meter = Meter(Maker.KAIFA, house, START, register_wh=1000)
    hourly = 0
    for frame in takewhile(lambda sent: sent.moment < START + timedelta(hours=2), meter.sent()):
        if frame.meant.energy_import_wh is not None:
            hourly += 1
            assert frame.meant.energy_import_wh == 1000 + int(house.import_wh)
    assert hourly == 2


def test_a_noisy_line_turns_loses_and_doubles_octets():
    octets = bytes(range(256)) * 40
    delivered = noisy(octets, 0.01, random.Random(1))

    assert delivered != octets
    assert abs(len(delivered) - len(octets)) < 60
    assert noisy(octets, 0.0, random.Random(1)) == octets


def test_in_an_it_net_a_load_between_two_lines_shows_in_both():
    house = House(Net.IT, loads=(Load("heater", 0, lambda _moment, _chance: 2300.0),))

    assert house.mains(START).currents_a == (10.0, 10.0, 0.0)


def test_in_a_tn_net_three_equal_loads_draw_equal_currents():
    house = House(Net.TN, loads=(Load("car", None, lambda _moment, _chance: 6900.0),))

    assert house.mains(START).currents_a == (10.0, 10.0, 10.0)


def test_a_maker_that_is_not_simulated_cannot_be_written():
    with pytest.raises(ValueError, match="no simulated meter"):
        encode(replace(sent(Maker.KAIFA)[0].meant, maker=None))
