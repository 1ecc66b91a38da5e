"""The drawn receiver in ngspice: the netlist as KiCad reads it, with a meter at one end and GPIO15 at the other.

Which part is joined to which, and each part's value, come from the netlist; only what a netlist cannot know is here:
how a diode or an optocoupler behaves, the meter, the cable and the pin. All models are behavioural: simulated, not yet
measured.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware.workshop.circuit import FOLDER, Part, parts
from hardware.workshop.make import run
from hardware.workshop.netlist import Netlist
from hardware.workshop.rules import ohms
from hardware.workshop.serial import Trace

CABLE = "150p"
"""3 m of Cat 5e at about 50 pF a metre."""
EDGE_S = 2e-6

DEVICES = """
.model D1N4007 D(IS=7.0e-9 RS=0.034 N=1.81 CJO=18p VJ=0.75 M=0.33 TT=4u BV=1000)
.model SURGE D(IS=1e-14 RS=0.5 CJO=440p VJ=0.75 M=0.4 BV=64.6 IBV=1m)
.model IDEAL D(IS=1e-7 N=0.7 CJO=2p)
.model IRLED D(IS=2.0e-15 N=1.62 RS=1.5 CJO=30p EG=1.42 XTI=3)
.subckt optocoupler anode cathode emitter collector ctr=1.9 slow=1
.model PHOTO NPN(BF=300 IS=1e-14 TF={4.5n*slow} CJE={20p*slow} CJC={10p*slow} VAF=60 TR=50n)
Dled anode sense IRLED
Vsense sense cathode 0
Bphoto collector base I={ctr/300}*max(i(Vsense),0)*pow(min(max(i(Vsense),1e-9)/5m,1),0.25)
Q1 collector base emitter PHOTO
.ends
"""
"""The LED: 1.2 V at 20 mA. The transistor: rise 4 us and fall 3 us at 2 mA into 100 ohm, the data sheet's typical
values (Sharp PC817); its current transfer ratio falls with the fourth root of the current below 5 mA, read off the data
sheet's curve."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that varies between one receiver, meter and day and another."""

    mark_v: float = 24.0
    space_v: float = 12.0
    celsius: float = 25.0
    transfer: float = 2.9
    """Current transfer ratio at 5 mA and 25 degrees; rank C is 2.0 to 4.0."""
    slow: float = 1.0
    """How many times the typical optocoupler's rise and fall; the data sheet's maximum (18 us) is 4.5 times."""
    values: Mapping[str, float] = field(default_factory=dict)
    """Values other than the drawn ones, by part (ohms, volts)."""
    across_pair_f: float = 0.0
    """Capacitance that was put across the pair, besides cable and TVS."""
    pull: str = "up"
    """Which way the Pi pulls its pin: up or down."""
    pull_ohms: float = 50e3
    supply_v: float = 3.3
    """The Pi's 3.3 V."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a simulation shows."""

    line: Trace
    """The pair's voltage."""
    pin: Trace
    """GPIO15's voltage."""
    current: Trace
    """What the port gives, amperes."""


def dissipation(drawn: Netlist, volts: float, conditions: Conditions) -> dict[str, float]:
    """Return what each of the receiver's parts takes, mW, with this voltage for good from pin 1 to pin 2 of J1.

    Of the optocoupler it is the LED's share; its transistor carries less than 1 mA at 3.3 V.
    """
    ends = {
        "D1": (("D1", "A"), ("D1", "K")),
        "R1": (("R1", "1"), ("R1", "2")),
        "D2": (("D2", "K"), ("D2", "A")),
        "R2": (("R2", "1"), ("R2", "2")),
        "U1": (("U1", "1"), ("U1", "2")),
        "D3": (("D3", "1"), ("D3", "2")),
        "R3": (("R3", "1"), ("R3", "2")),
    }
    nodes = sorted({_node(drawn.net_of(*end)) for pair in ends.values() for end in pair})
    pair = drawn.net_of("J1", "1"), drawn.net_of("J1", "2")
    deck = [
        "the receiver on a wrong injector",
        DEVICES,
        *(_card(part, drawn, conditions) for part in parts().values() if part.ref in drawn.values),
        f"Vwrong {_node(pair[0])} {_node(pair[1])} PWL(0 0 1m {volts:g})",
        f"Rground {_node(pair[1])} 0 1g",
        f"Vpi {_node('3V3')} 0 {conditions.supply_v:g}\nRland {_node('GND')} 0 1m",
        f"Cpin {_node('han_rxd')} 0 5p",
        f".temp {conditions.celsius:g}",
        ".options method=gear reltol=2e-3 abstol=1e-9 vntol=1e-5 cshunt=2p",
        ".save " + " ".join(f"v({node})" for node in nodes) + " i(Vwrong)",
        ".tran 10u 30m 0 50u\n.end",
    ]
    _, columns = transient("\n".join(deck))
    at_end = dict(zip([*nodes, "given"], (column[-1] for column in columns), strict=True))

    def across(ref: str) -> float:
        return abs(at_end[_node(drawn.net_of(*ends[ref][0]))] - at_end[_node(drawn.net_of(*ends[ref][1]))])

    def of(ref: str) -> float:
        return conditions.values.get(ref, ohms(drawn.values[ref]))

    through = across("R1") / of("R1")
    found = {"D1": across("D1") * through, "R1": across("R1") * through, "D2": across("D2") * through}
    found |= {ref: across(ref) ** 2 / of(ref) for ref in ("R2", "R3")}
    found["U1"] = across("U1") * max(0.0, through - across("R2") / of("R2"))
    found["D3"] = across("D3") * max(0.0, abs(at_end["given"]) - through)
    return {ref: 1000 * watts for ref, watts in found.items()}


def simulate(drawn: Netlist, levels: Sequence[tuple[float, int]], conditions: Conditions) -> Run:
    """Simulate the drawn receiver on a line with these levels (1 mark, 0 space) from these times on."""
    drive = _points(levels, conditions)
    end = levels[-1][0]
    pair = drawn.net_of("J1", "1"), drawn.net_of("J1", "2")
    deck = [
        "the receiver as drawn",
        DEVICES,
        *(_card(part, drawn, conditions) for part in parts().values() if part.ref in drawn.values),
        "* the meter can give current and cannot take any, the worst case for a falling edge",
        f"Vdrive drive {_node(pair[1])} PWL({drive})",
        f"Rmeter drive given 10\nDmeter given {_node(pair[0])} IDEAL",
        f"Ccable {_node(pair[0])} {_node(pair[1])} {CABLE}",
        f"Cacross {_node(pair[0])} {_node(pair[1])} {conditions.across_pair_f:g}",
        f"Rground {_node(pair[1])} 0 1g",
        f"Vpi {_node('3V3')} 0 {conditions.supply_v:g}\nRland {_node('GND')} 0 1m",
        f"Rpull {_node('han_rxd')} {_node('3V3' if conditions.pull == 'up' else 'GND')} {conditions.pull_ohms:g}",
        f"Cpin {_node('han_rxd')} 0 5p",
        f".temp {conditions.celsius:g}",
        ".options method=gear reltol=2e-3 abstol=1e-9 vntol=1e-5 cshunt=2p",
        f".save v({_node('han_rxd')}) v({_node(pair[0])}) v({_node(pair[1])}) i(Vdrive)",
        f".tran 10u {end:.9g} 0 {min(50e-6, end / 2000):.3g}",
        ".end",
    ]
    times, (pin, high, low, given) = transient("\n".join(deck))
    line = [above - below for above, below in zip(high, low, strict=True)]
    return Run(Trace(times, line), Trace(times, pin), Trace(times, [-value for value in given]))


def transient(deck: str) -> tuple[Sequence[float], list[Sequence[float]]]:
    """Return the times of a transient analysis, and what the deck saved, in its order."""
    with TemporaryDirectory(dir=_scratch()) as place:
        (Path(place) / "deck.cir").write_text(deck, encoding="utf-8")
        run("ngspice", "-b", "-r", "out.raw", "deck.cir", folder=Path(place))
        raw = (Path(place) / "out.raw").read_bytes()
    head, _, body = raw.partition(b"Binary:\n")
    names = [line.split()[1] for line in head.decode().partition("Variables:\n")[2].splitlines() if line.strip()]
    numbers = array("d", body)
    columns: dict[str, Sequence[float]] = {name: numbers[place :: len(names)] for place, name in enumerate(names)}
    saved = next(line for line in deck.splitlines() if line.startswith(".save")).split()[1:]
    return columns["time"], [columns[name.lower()] for name in saved]


def _scratch() -> Path | None:
    own = FOLDER / ".tools"
    return own if own.is_dir() else None


def _points(levels: Sequence[tuple[float, int]], conditions: Conditions) -> str:
    volts = (conditions.space_v, conditions.mark_v)
    points = [(0.0, volts[levels[0][1]])]
    for (_, before), (time, level) in pairwise(levels[:-1]):
        points += [(time, volts[before]), (time + EDGE_S, volts[level])]
    points.append((levels[-1][0], volts[levels[-1][1]]))
    return "\n+ ".join(f"{time:.9g} {level:g}" for time, level in points)


def _node(net: str | None) -> str:
    """Return a net's name as ngspice likes it."""
    return "n_" + "".join(letter if letter.isalnum() else "_" for letter in net or "open")


def _card(part: Part, drawn: Netlist, conditions: Conditions) -> str:
    """Return one of the receiver's parts as ngspice reads it; nothing for what is no part of the receiver."""
    ref, value = part.ref, drawn.values[part.ref]

    def on(*pins: str) -> str:
        return " ".join(_node(drawn.net_of(ref, pin)) for pin in pins)

    match part.sheet, part.kind:
        case "receiver", "resistor":
            return f"{ref} {on('1', '2')} {conditions.values.get(ref, ohms(value)):g}"
        case "receiver", "capacitor":
            return f"{ref} {on('1', '2')} {value}"
        case "receiver", "optocoupler":
            return f"X{ref} {on('1', '2', '3', '4')} optocoupler ctr={_transfer(conditions):g} slow={conditions.slow:g}"
        case "receiver", "diode":
            return f"{ref} {on('A', 'K')} D1N4007"
        case "receiver", "tvs":
            one, other = on("1", "2").split()
            return f"D{ref}a {one} mid{ref} SURGE\nD{ref}b {other} mid{ref} SURGE"
        case "receiver", "zener":
            volts = conditions.values.get(ref, float(value.rpartition("-C")[2]))
            warmer = volts * (1 + 7.5e-4 * (conditions.celsius - 25))  # BZX79-C15: about 11 mV a degree
            return f"{ref} {on('A', 'K')} Z{ref}\n.model Z{ref} D(IS=1e-14 RS=15 CJO=60p BV={warmer:g} IBV=5m)"
    return f"* {ref} is elsewhere"


def _transfer(conditions: Conditions) -> float:
    """Return the current transfer ratio at this temperature: 100 % at 25, about 80 % at 60 and at -20 degrees."""
    apart = abs(conditions.celsius - 25)
    return conditions.transfer * (1 - 0.2 * min(apart / 40, 1.5))
