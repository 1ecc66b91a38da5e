"""The receiver simulated: real frames over good and bad lines, parts and weather, and the two traps.

Octets go in as the pair's voltage, GPIO15's voltage comes out, a software UART reads it, and the appliance's own
decoder must give the readings it gives for the octets that were sent. Nothing here has been measured.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import log
from statistics import median

from appliance.meter.decoder import Decoder
from appliance.meter.reading import Reading
from appliance.simulation.house import House, Net
from appliance.simulation.makers import MAKERS
from appliance.simulation.meter import Meter
from hardware.workshop import netlist, serial, spice
from hardware.workshop.netlist import Netlist
from hardware.workshop.spice import Conditions, Run

CORNERS = ((21.0, 11.0), (24.0, 12.0), (24.0, 14.0), (27.0, 15.0), (28.0, 16.0))
"""Mark and space that the receiver must read, volts."""
TOO_HIGH = (36.0, 24.0)
"""Reported of one old installation; the receiver as drawn cannot read it."""
TEMPERATURES = (-20.0, 25.0, 60.0)
RUNS = 100
STRESS = bytes.fromhex("7e a0 00 ff 00 55 aa 01 80 fe 7f 00 00 ff 7e")
"""Both flags, and the longest lows and highs there are: 00 with even parity holds the line low for ten bits."""
LEAD_S = 0.005
"""How long the line rests before the first octet."""
TRIP_A = 0.030
"""Aidon HAN Interface Description v1.1A, 2.2.1: above this for about 50 us, the port is off for a minute."""
TRIP_S = 50e-6


@dataclass(frozen=True, slots=True)
class Outcome:
    """One simulated transmission."""

    same: bool
    """The octets came out as they went in, without one doubtful sample, and so did the readings."""
    falls_s: float
    """The longest time from an edge of the line to GPIO15 below 0.8 V."""
    rises_s: float
    """The longest time from an edge of the line to GPIO15 above 2.0 V."""
    idle_a: float
    """What the port gives while nothing is sent."""


@dataclass(frozen=True, slots=True)
class Results:
    """All that the notes show, simulated."""

    corners: dict[tuple[float, float], list[Outcome]]
    temperatures: dict[float, list[Outcome]]
    chance: list[Outcome]
    too_high: Outcome
    with_27_v: Outcome
    across: dict[float, Outcome]


def frames() -> list[bytes]:
    """Return one frame of each maker: the largest list that each simulated meter sends in its first minute."""
    start = datetime(2026, 7, 15, 9, 59, 55, tzinfo=UTC)
    found = []
    for maker in MAKERS:
        sent = Meter(maker, House(Net.TN), start).sent()
        found.append(max((next(sent).octets for _ in range(8)), key=len))
    return found


def transmit(
    octets: bytes,
    conditions: Conditions,
    *,
    parity: bool,
    drawn: Netlist | None = None,
    baud: int = serial.BAUD,
) -> tuple[Outcome, Run, serial.Received]:
    """Send octets through the drawn receiver."""
    bit_s = 1 / baud
    levels = serial.changes(octets, parity=parity, lead_s=LEAD_S, tail_s=14 * bit_s, bit_s=bit_s)
    run = spice.simulate(drawn or netlist.committed(), levels, conditions)
    received = serial.receive(run.pin, parity=parity, bit_s=bit_s)
    falls, rises = delays(run, levels)
    same = received.octets == octets and not received.errors and readings(received.octets) == readings(octets)
    return Outcome(same, max(falls), max(rises), run.current.at(0.8 * LEAD_S)), run, received


def readings(octets: bytes) -> list[Reading]:
    """Return what the appliance reads in octets."""
    return [item for item in Decoder().feed(octets) if isinstance(item, Reading)]


def delays(run: Run, levels: Sequence[tuple[float, int]]) -> tuple[list[float], list[float]]:
    """Return the times from each falling and each rising edge of the line to GPIO15 beyond its thresholds."""
    falls, rises = [], []
    for time, level in levels[1:-1]:
        if level:
            there = run.pin.rises_above(serial.HIGH_V, time)
            rises.append((there or levels[-1][0]) - time)
        else:
            there = run.pin.falls_below(serial.LOW_V, time)
            falls.append((there or levels[-1][0]) - time)
    return falls, rises


def by_chance(count: int = RUNS) -> Iterator[tuple[Conditions, bool]]:
    """Return receivers, meters and days by chance, the same ones each time."""
    chance = random.Random(2400)
    for _ in range(count):
        mark, space = chance.choice(CORNERS)
        values = {"R1": 2700.0, "R2": 4700.0, "R3": 4700.0, "R4": 1000.0, "D2": 15.0}
        yield (
            Conditions(
                mark_v=mark + chance.uniform(-0.3, 0.3),
                space_v=space + chance.uniform(-0.3, 0.3),
                celsius=chance.uniform(*TEMPERATURES[::2]),
                slow=chance.uniform(1.0, 4.5),
                transfer=chance.uniform(2.0, 4.0) * chance.uniform(0.7, 1.0),
                pull=chance.choice(("up", "down")),
                values={ref: value * chance.uniform(0.95, 1.05) for ref, value in values.items()},
            ),
            chance.random() < 0.5,
        )


def simulate_all() -> Results:
    """Simulate everything, on all processors."""
    standard, sent = Conditions(), frames()
    with ThreadPoolExecutor() as pool:

        def each(octets: Iterable[bytes], conditions: Conditions) -> list[Outcome]:
            jobs = [(one, parity) for one in octets for parity in (False, True)]
            return list(pool.map(lambda job: transmit(job[0], conditions, parity=job[1])[0], jobs))

        corners = {corner: each(sent, Conditions(*corner)) for corner in CORNERS}
        temperatures = {celsius: each(sent[:1], replace(standard, celsius=celsius)) for celsius in TEMPERATURES}
        chance = list(pool.map(lambda case: transmit(STRESS, case[0], parity=case[1])[0], by_chance()))
        too_high = each(sent[:1], Conditions(*TOO_HIGH))[0]
        with_27_v = each(sent[:1], Conditions(*TOO_HIGH, values={"D2": 27.0}))[0]
        across = {farads: each([STRESS], replace(standard, across_pair_f=farads))[0] for farads in (1e-9, 10e-9, 47e-9)}
    return Results(corners, temperatures, chance, too_high, with_27_v, across)


def inrush_current(ohms: float, farads: float, volts: float = 24.0) -> tuple[Sequence[float], list[float]]:
    """Return the current (A) from the port when a capacitor after a resistor is plugged in, by time."""
    deck = (
        f"inrush\nVport port 0 PWL(0 0 1u {volts:g})\nRlimit port store {ohms:g}\nCstore store 0 {farads:g}\n"
        ".save i(Vport)\n.tran 1u 3m 0 1u\n.end\n"
    )
    times, (current,) = spice.transient(deck)
    return times, [-amperes for amperes in current]


def inrush(ohms: float, farads: float, volts: float = 24.0) -> tuple[float, float]:
    """Return the peak of that current (A), and for how long it is above the port's trip (s)."""
    times, current = inrush_current(ohms, farads, volts)
    over = sum(
        later - time for (time, later), amperes in zip(pairwise(times), current, strict=False) if amperes > TRIP_A
    )
    return max(current), over


def over_trip_s(ohms: float, farads: float, volts: float = 24.0) -> float:
    """Return the same time by the formula of a capacitor's charge, to check the simulation by."""
    peak = volts / ohms
    return ohms * farads * log(peak / TRIP_A) if peak > TRIP_A else 0.0


def worst(outcomes: Iterable[Outcome]) -> tuple[float, float]:
    """Return the longest fall and rise."""
    found = list(outcomes)
    return max(one.falls_s for one in found), max(one.rises_s for one in found)


def usual_idle_a(outcomes: Iterable[Outcome]) -> float:
    """Return the median idle current, A."""
    return median(one.idle_a for one in outcomes)
