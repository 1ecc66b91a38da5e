"""The receiver at the extremes of everything: 2400 baud holds in each corner, and the walk finds the worst of them."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from hardware.workshop import corners, netlist, results, serial
from tests.hardware.test_receiver import DRAWN

pytestmark = pytest.mark.needs_tool("ngspice")

REVISION_A = netlist.Netlist(DRAWN.values | {"R1": "3k3"}, DRAWN.nets)
HALF_BIT_S = serial.BIT_S / 2


@pytest.mark.parametrize("what", corners.WORSE)
def test_the_worst_corner_is_read_by_every_board(what):
    _, found = corners.worst(what)

    assert found.same
    assert found.mark_v > 2.1, "a Pi 4 B needs 2.0 V"
    assert found.space_v < 0.7, "a Pi 4 B needs 0.8 V"
    assert max(found.falls_s, found.rises_s) < 0.9 * HALF_BIT_S
    assert found.port_a < 0.006, "above what a Kamstrup port gives"


def test_revision_a_fails_in_its_worst_corner():
    """3k3 and rank B (130 %, aged by 30 %): what the chance runs of the first revision never met."""
    corner, _ = corners.worst("lowest mark", of=REVISION_A)
    found = corners.at(dict(corner) | {"transfer": 1.3 * 0.7}, of=REVISION_A)

    assert not found.same
    assert found.mark_v < 1.6


def test_9600_baud_reads_typical_parts_and_not_the_slowest():
    assert corners.at(corners.TYPICAL, 9600).same
    assert not corners.worst("slowest fall", 9600)[1].same


def test_the_kept_corners_are_those_of_today():
    corner, found = corners.worst("lowest mark")
    now = {"it": results.corner_row(found) | {"corner": dict(corner)}}

    assert results.alike({"it": results.kept()["lowest mark, 2400 baud"]}, now)


def test_r1_in_a_poe_injector_by_hand():
    """57 V less the diode (0.7), a zener of 14.25 V and the LED (1.2 V) over 2565 ohm: 15.9 mA, 0.65 W."""
    by_hand = (57 - 0.7 - 14.25 * (1 + 7.5e-4 * 35) - 1.2) ** 2 / 2565

    assert corners.powers(57.0)["R1"] == pytest.approx(1000 * by_hand, rel=0.02)
    assert all(milliwatts < 0.1 for ref, milliwatts in corners.powers(-57.0).items() if ref != "R3")


def test_a_part_that_an_injector_burns_is_named():
    assert list(corners.power_rules(results.injected(results.kept()))) == []
    assert list(corners.power_rules({57.0: {"R1": 1631.2}})) == [
        "R1 (2k7) takes 1631 mW at 57 V, more than its 1000 mW"
    ]


@pytest.mark.skipif("HAN_LONG" not in os.environ, reason="12,288 simulations, half an hour: .ci/long runs it")
def test_every_corner_is_read_and_none_is_worse_than_the_walks():
    with ThreadPoolExecutor() as pool:
        every = list(pool.map(corners.at, corners.all_corners(), chunksize=1))

    assert len(every) == 12288
    assert all(found.same for found in every)
    for what, worse in corners.WORSE.items():
        _, walked = corners.worst(what)
        print(what, results.corner_row(max(every, key=worse)))
        assert worse(walked) >= max(worse(found) for found in every) - 0.02 * abs(worse(walked))
