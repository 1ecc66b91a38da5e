"""Octets on the HAN pair through the drawn receiver, simulated: the appliance reads what was sent, or it fails."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hardware.workshop import netlist, results, serial, simulation, spice
from hardware.workshop.spice import Conditions
from tests import corpus
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE

pytestmark = pytest.mark.needs_tool("ngspice")
DRAWN = netlist.committed()


def without(ref, *, shorted=False):
    """The drawn netlist without a part, its two nets joined or not."""
    values = {name: value for name, value in DRAWN.values.items() if name != ref}
    nets = {name: frozenset(pin for pin in pins if pin[0] != ref) for name, pins in DRAWN.nets.items()}
    if shorted:
        keep, gone = (name for name, pins in DRAWN.nets.items() if any(pin[0] == ref for pin in pins))
        nets[keep] |= nets.pop(gone)
    return netlist.Netlist(values, nets)


def turned(ref, one, other):
    """The drawn netlist with a part the wrong way round."""
    swap = {(ref, one): (ref, other), (ref, other): (ref, one)}
    return netlist.Netlist(
        DRAWN.values, {name: frozenset(swap.get(pin, pin) for pin in pins) for name, pins in DRAWN.nets.items()}
    )


@pytest.mark.parametrize("parity", [False, True], ids=["8N1", "8E1"])
@pytest.mark.parametrize("example", [AIDON_EXAMPLE, KAMSTRUP_EXAMPLE], ids=["Aidon", "Kamstrup"])
def test_the_makers_published_examples_are_read(example, parity):
    outcome, _, received = simulation.transmit(example, Conditions(), parity=parity)

    assert received.octets == example
    assert received.errors == 0
    assert simulation.readings(received.octets)
    assert outcome.same


@pytest.mark.parametrize("corner", simulation.CORNERS, ids=lambda corner: "{:g}-{:g}".format(*corner))
def test_every_corner_is_read(corner):
    outcome, _, _ = simulation.transmit(simulation.STRESS, Conditions(*corner), parity=True)

    assert outcome.same
    assert outcome.falls_s < 0.1 * serial.BIT_S
    assert outcome.idle_a < 0.006, "above what a Kamstrup port gives"


@pytest.mark.corpus
def test_a_frame_of_every_real_capture_is_read_as_it_was_sent():
    sent = {}
    for capture in corpus.captures():
        for offset, frame in list(capture.valid.items())[:1]:
            sent[capture.name] = capture.octets[offset : offset + frame["length"] + 2]

    def read(item):
        place, (name, octets) = item
        mark, space = simulation.CORNERS[place % len(simulation.CORNERS)]
        outcome, _, received = simulation.transmit(octets, Conditions(mark, space), parity=bool(place % 2))
        return name, outcome.same and bool(simulation.readings(received.octets))

    with ThreadPoolExecutor() as pool:
        read_well = dict(pool.map(read, enumerate(sent.items())))

    assert len(read_well) >= 20
    assert [name for name, well in read_well.items() if not well] == []


def test_36_to_24_v_fails_and_a_27_v_zener_reads_it():
    assert not simulation.transmit(simulation.STRESS, Conditions(*simulation.TOO_HIGH), parity=True)[0].same
    higher = Conditions(*simulation.TOO_HIGH, values={"D2": 27.0})
    assert simulation.transmit(simulation.STRESS, higher, parity=True)[0].same


def test_47_nf_across_the_pair_fails_and_1_nf_does_not():
    assert not simulation.transmit(simulation.STRESS, Conditions(across_pair_f=47e-9), parity=False)[0].same
    assert simulation.transmit(simulation.STRESS, Conditions(across_pair_f=1e-9), parity=False)[0].same


def test_a_microfarad_behind_430_ohm_trips_the_port_and_behind_820_ohm_does_not():
    peak, over = simulation.inrush(430, 1e-6)

    assert peak > simulation.TRIP_A
    assert over > simulation.TRIP_S
    assert over == pytest.approx(simulation.over_trip_s(430, 1e-6), rel=0.02)
    assert simulation.inrush(820, 1e-6)[1] == 0 == simulation.over_trip_s(820, 1e-6)


@pytest.mark.parametrize("ref", ["R3", "R4"])
def test_a_receiver_without_one_of_its_resistors_fails(ref):
    outcome, _, received = simulation.transmit(simulation.STRESS, Conditions(), parity=True, drawn=without(ref))

    assert not outcome.same
    assert received.octets != simulation.STRESS


def test_without_r1_the_port_would_trip():
    _, run, _ = simulation.transmit(simulation.STRESS, Conditions(), parity=True, drawn=without("R1", shorted=True))

    assert max(run.current.volts) > simulation.TRIP_A


@pytest.mark.parametrize(("ref", "pins"), [("D1", ("A", "K")), ("D2", ("A", "K")), ("U1", ("3", "4"))])
def test_a_part_the_wrong_way_round_fails(ref, pins):
    outcome, _, _ = simulation.transmit(simulation.STRESS, Conditions(), parity=True, drawn=turned(ref, *pins))

    assert not outcome.same


def test_swapped_ends_of_the_han_lead_give_no_data_and_take_no_current():
    _, run, received = simulation.transmit(simulation.STRESS, Conditions(), parity=True, drawn=turned("J1", "1", "2"))

    assert received.octets == b""
    assert abs(run.current.at(0.004)) < 1e-5


@pytest.mark.parametrize(("slow", "least", "most"), [(1.0, 1e-6, 8e-6), (4.5, 8e-6, 30e-6)])
def test_the_optocouplers_model_is_as_fast_as_the_data_sheet_says(slow, least, most):
    # Sharp PC817: rise 4 us, fall 3 us, both at most 18 us, at 2 mA into 100 ohm from 2 V.
    deck = (
        f"speed\n{spice.DEVICES}\nVled drive 0 PULSE(0 5 100u 1n 1n 400u 1m)\nRled drive anode 3k3\n"
        f"XU anode 0 emitter supply optocoupler ctr=2.4 slow={slow}\nVsupply supply 0 2.2\nRload emitter 0 100\n"
        ".save v(emitter)\n.tran 0.1u 900u 0 0.1u\n.end\n"
    )
    times, (volts,) = spice.transient(deck)
    trace, top = serial.Trace(times, volts), max(volts)
    rise = trace.rises_above(0.9 * top, 1e-4) - trace.rises_above(0.1 * top, 1e-4)
    fall = trace.falls_below(0.1 * top, 5e-4) - trace.falls_below(0.9 * top, 5e-4)

    assert top == pytest.approx(0.2, abs=0.08), "about 2 mA"
    assert least < rise < most
    assert least < fall < most


def test_the_kept_results_are_those_of_today():
    kept = results.kept()
    outcome = simulation.transmit(simulation.frames()[0], Conditions(*simulation.TOO_HIGH), parity=False)[0]

    assert results.alike({"36/24 V": results.row([outcome])}, {"36/24 V": kept["36/24 V"]})
    assert list(results.rules(kept)) == []
