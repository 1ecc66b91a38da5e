"""The receiver at the extremes of its parts, lines, weather and the Pi's own pull.

A hundred receivers by chance never visit a corner where all goes wrong together. Here every part stands at one end of
what it may be. There are 12,288 such corners, an hour of a processor; hardware/build finds the worst by walking: from
any corner it moves one part after another to the end that is worse, until none is. The long checks simulate them all
and compare.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

from hardware.workshop import netlist, serial, simulation, spice
from hardware.workshop.circuit import parts
from hardware.workshop.netlist import Netlist
from hardware.workshop.rules import ohms
from hardware.workshop.spice import Conditions

Corner = Mapping[str, float]

EXTREMES: dict[str, tuple[float, ...]] = {
    "R1": (0.95, 1.05),
    "R2": (0.95, 1.05),
    "R3": (0.95, 1.05),
    "R4": (0.95, 1.05),
    "D2": (0.95, 1.05),
    "transfer": (2.0 * 0.7, 4.0),
    "slow": (1.0, 4.5),
    "celsius": (25.0, -20.0, 60.0),
    "mark": (20.7, 28.3),
    "space": (10.7, 16.3),
    "pull": (33e3, -33e3),
    "supply": (3.2, 3.4),
    "across": (0.0, 0.6e-9),
}
"""Of each part its value's share; of the optocoupler rank C, new and aged by 30 %, typical and slowest; lines a third
of a volt beyond the worst that must be read; the Pi's pull as strong as it may be, up (positive) or down; its 3.3 V as
step 1 of the notes measures it; and what is left of 1 nF across the pair beside cable and TVS. 25 degrees stand there
too, for the current transfer ratio is highest between the ends. Pull: 33 to 73 kilohm on a BCM2711, 50 to 65 on older
chips (data sheets of the Compute Modules 4 and 3+)."""

WORTH = 0.002
"""A step of the walk must be worse by so much: what is less may differ between processors."""

TYPICAL: Corner = dict.fromkeys(("R1", "R2", "R3", "R4", "D2", "slow"), 1.0) | {
    "transfer": 2.9,
    "celsius": 25.0,
    "mark": 24.0,
    "space": 12.0,
    "pull": 50e3,
    "supply": 3.3,
    "across": 0.0,
}

OCTETS = b"\x00\x55"
"""The longest low there is, then every bit another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the receiver does in one corner."""

    mark_v: float
    """GPIO15 while the line rests."""
    space_v: float
    """GPIO15 at the end of the longest low."""
    falls_s: float
    """The longest time from an edge of the line to a level that each Pi takes for low."""
    rises_s: float
    """The longest time from an edge of the line to a level that each Pi takes for high."""
    port_a: float
    """What the port gives while the line rests."""
    same: bool
    """The octets came out as they went in, without one doubtful sample."""


WORSE: dict[str, Callable[[Found], float]] = {
    "lowest mark": lambda found: -found.mark_v,
    "highest space": lambda found: found.space_v,
    "slowest fall": lambda found: found.falls_s,
    "slowest rise": lambda found: found.rises_s,
    "most from the port": lambda found: found.port_a,
}
"""What may go wrong, and how much it is wrong."""


def conditions(corner: Corner, of: Netlist) -> Conditions:
    """Return a corner as the simulation takes it; parts' values are those drawn."""
    values = {ref: corner[ref] * ohms(of.values[ref]) for ref in ("R1", "R2", "R3", "R4")}
    values["D2"] = corner["D2"] * float(of.values["D2"].rpartition("-C")[2])
    return Conditions(
        mark_v=corner["mark"],
        space_v=corner["space"],
        celsius=corner["celsius"],
        transfer=corner["transfer"],
        slow=corner["slow"],
        values=values,
        across_pair_f=corner["across"],
        pull="up" if corner["pull"] > 0 else "down",
        pull_ohms=abs(corner["pull"]),
        supply_v=corner["supply"],
    )


def at(corner: Corner, baud: int = serial.BAUD, of: Netlist | None = None) -> Found:
    """Simulate one corner."""
    drawn = of or netlist.committed()
    outcome, run, received = simulation.transmit(OCTETS, conditions(corner, drawn), parity=True, drawn=drawn, baud=baud)
    start = simulation.LEAD_S
    return Found(
        mark_v=run.pin.at(0.8 * start),
        space_v=run.pin.at(start + 9.9 / baud),
        falls_s=outcome.falls_s,
        rises_s=outcome.rises_s,
        port_a=outcome.idle_a,
        same=received.octets == OCTETS and not received.errors,
    )


def all_corners() -> Iterator[Corner]:
    """Return every corner there is."""
    for ends in product(*EXTREMES.values()):
        yield dict(zip(EXTREMES, ends, strict=True))


def worst(what: str, baud: int = serial.BAUD, of: Netlist | None = None) -> tuple[Corner, Found]:
    """Return the corner where one thing is worst, as two walks find it: from all first ends and from all last ones."""
    starts = [{name: ends[place] for name, ends in EXTREMES.items()} for place in (0, -1)]
    first, last = (_walk(start, WORSE[what], baud, of) for start in starts)
    by, other = WORSE[what](first[1]), WORSE[what](last[1])
    return last if other > by + WORTH * abs(by) else first


def _walk(
    start: Corner, worse: Callable[[Found], float], baud: int, of: Netlist | None
) -> tuple[dict[str, float], Found]:
    """Move each part that it makes worse to its other end, all together if that is worse still, until nothing moves."""
    here, found = dict(start), at(start, baud, of)
    with ThreadPoolExecutor() as pool:
        while True:
            steps = [(name, end) for name, ends in EXTREMES.items() for end in ends if end != here[name]]
            seen = list(pool.map(lambda step, here=here: at(here | dict([step]), baud, of), steps))
            least = worse(found) + WORTH * abs(worse(found))
            better = {step: one for step, one in zip(steps, seen, strict=True) if worse(one) > least}
            if not better:
                return here, found
            together = here | dict(sorted(better, key=lambda step: worse(better[step])))
            step, one = max(better.items(), key=lambda item: worse(item[1]))
            all_at_once = at(together, baud, of)
            if worse(all_at_once) >= worse(one):
                here, found = together, all_at_once
            else:
                here, found = here | dict([step]), one


RATED_MW = {"D1": 1000.0, "R1": 1000.0, "D2": 500.0, "R2": 250.0, "U1": 70.0, "R3": 250.0, "R4": 250.0, "D3": 1000.0}
"""What each part may take for good, mW. U1: its LED (PC817: 70 mW, 50 mA). D3: steady state, P4KE. R2 to R4: Yageo
MFR-25."""


def powers(volts: float, of: Netlist | None = None) -> dict[str, float]:
    """Return what each part takes, mW, with a direct voltage for good on the pair: what a PoE injector does.

    The parts stand where most goes through them: R1 and D2 5 % low, a new optocoupler at the top of its rank.
    """
    drawn = of or netlist.committed()
    hard = {name: ends[0] for name, ends in EXTREMES.items()} | {"transfer": 4.0, "supply": 3.4, "celsius": 60.0}
    return spice.dissipation(drawn, volts, conditions(hard, drawn))


def power_rules(found: Mapping[float, Mapping[str, float]]) -> Iterator[str]:
    """Yield each part that a wrong injector would burn."""
    for volts, takes in found.items():
        for ref, milliwatts in takes.items():
            if milliwatts > RATED_MW[ref]:
                yield (
                    f"{ref} ({parts()[ref].value}) takes {milliwatts:.0f} mW at {volts:g} V,"
                    f" more than its {RATED_MW[ref]:g} mW"
                )
