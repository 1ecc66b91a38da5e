"""What must hold of board.toml, of the circuit and of the drawn netlist; each rule gives a sentence for each breach.

The rules are pure functions of what they judge, so that a test can hand them a mistake and see it named.
"""

from collections.abc import Iterator, Mapping

from hardware.workshop.circuit import HEADER, HEADER_PINS, Lead, Net, Part, nets
from hardware.workshop.netlist import Netlist

ISOLATORS = {"optocoupler": ({"1", "2"}, {"3", "4"})}
"""The kinds of part that current cannot cross, and the pins on either side."""

RAIL_V = 3.3
PIN_LIMIT_MA, ALL_PINS_LIMIT_MA = 16.0, 50.0
"""Raspberry Pi documentation, GPIO: 16 mA a pin, 50 mA in all."""
DESIGN_MA = 3.3
"""The 3.3 V rail is designed for about 3 mA a pin; with 10 % for parts and a rail at the edge of their tolerance."""
FORWARD_V = {"led": 1.8, "piezo": 0.0}
"""The least a load drops: a LED its forward voltage, a piezo nothing in the first microsecond of each edge."""


def pin_rules(leads: list[Lead]) -> Iterator[str]:
    """Check board.toml against the header: right pins, each used once, outputs dark and silent at reset."""
    seen: dict[int, str] = {}
    for lead in leads:
        if (other := seen.setdefault(lead.pin, lead.name)) != lead.name:
            yield f"{other} and {lead.name} are both on pin {lead.pin} of the header: give each its own"
        there = HEADER_PINS.get(lead.pin, "nothing")
        meant = lead.net if lead.gpio is None else f"GPIO{lead.gpio}"
        if there != meant:
            yield f"{lead.name} says {meant} on pin {lead.pin} of the header, but {there} is there"
        if lead.gpio is None:
            continue
        pulled = "up" if lead.gpio <= 8 else "down"
        if lead.pull != pulled:
            yield f"{lead.name}: GPIO{lead.gpio} is pulled {pulled} at reset, not {lead.pull}"
        if lead.direction == "out" and pulled == "up":
            yield f"{lead.name} is an output on GPIO{lead.gpio}, which is high at reset: it would be lit before boot"
        if (lead.colour is None) != (lead.direction == "open"):
            yield f"{lead.name} needs a colour if and only if a lead ends on its pin"


def drawing_rules(of: Mapping[str, Part], drawn: Netlist) -> Iterator[str]:
    """Check the drawn netlist against circuit.toml and board.toml: parts, values, names, what is joined."""
    for ref in sorted(of.keys() | drawn.values.keys()):
        if ref not in drawn.values:
            yield f"{ref} ({of[ref].value}) is in circuit.toml but not in the schematic"
        elif ref not in of:
            yield f"{ref} is in the schematic but not in circuit.toml"
        elif of[ref].value != drawn.values[ref]:
            yield f"{ref} is {of[ref].value} in circuit.toml but {drawn.values[ref]} in the schematic"
    for name, meant in nets(of).items():
        for ref, pin in sorted(meant):
            found = drawn.net_of(ref, pin)
            if found is None:
                yield f"pin {pin} of {ref} should be on {name}, but nothing is drawn there"
                continue
            named = ref == HEADER
            if named and found != name:
                yield f"pin {pin} of the header should carry {name}, but the schematic has {found} there"
            elif extra := drawn.nets[found] - meant:
                with_whom = ", ".join(f"{part}.{number}" for part, number in sorted(extra))
                yield f"pin {pin} of {ref} should be on {name}, but the schematic joins it to {with_whom}"


def isolation_rules(of: Mapping[str, Part], joined: Mapping[str, Net]) -> Iterator[str]:
    """Yield each way for current from the meter's pair (J1) to the Pi's header, other than by light."""
    ways: dict[str, tuple[str, str] | None] = {}
    for name, pins in joined.items():
        if any(ref == "J1" for ref, _ in pins):
            ways[name] = None
    edge = list(ways)
    while edge:
        here = edge.pop(0)
        for ref, pin in sorted(joined[here]):
            for there in _across(of[ref], pin, joined, ref):
                if there not in ways:
                    ways[there] = (here, ref)
                    edge.append(there)
    for name, pins in joined.items():
        if name in ways and any(ref == HEADER for ref, _ in pins):
            yield f"the isolation is bridged: the meter's pair reaches {name} of the Pi by {_trail(name, ways)}"


def _across(part: Part, pin: str, joined: Mapping[str, Net], ref: str) -> list[str]:
    """Return the nets that a part lets current on to from one of its pins."""
    sides = ISOLATORS.get(part.kind)
    return [
        name
        for name, pins in joined.items()
        for other, number in pins
        if other == ref and number != pin and (sides is None or any({pin, number} <= side for side in sides))
        if ref not in ("J1", HEADER)
    ]


def _trail(name: str, ways: Mapping[str, tuple[str, str] | None]) -> str:
    parts = []
    step = ways[name]
    while step is not None:
        parts.append(step[1])
        step = ways[step[0]]
    return " and ".join(reversed(parts)) or f"the net {name} itself"


def current_ma(signal: str, of: Mapping[str, Part], joined: Mapping[str, Net]) -> float | None:
    """Return the most a pin can be asked for, mA: through its resistor into its load or ground; None without one."""
    pins = joined.get(signal, frozenset())
    resistors = [(ref, pin) for ref, pin in pins if of[ref].kind == "resistor"]
    others = [ref for ref, _ in pins if of[ref].kind not in ("resistor", "header", "testpoint")]
    if len(resistors) != 1 or others:
        return None
    ref, pin = resistors[0]
    behind = next(net for net, ends in joined.items() if (ref, "2" if pin == "1" else "1") in ends)
    drops = [FORWARD_V.get(of[load].kind, 0.0) for load, _ in joined[behind] if load != ref]
    return 1000 * (RAIL_V - min(drops, default=0.0)) / ohms(of[ref].value)


def current_rules(leads: list[Lead], of: Mapping[str, Part], joined: Mapping[str, Net]) -> Iterator[str]:
    """Check for a resistor at each pin that drives or could, and the currents against the Pi's limits."""
    total = 0.0
    for lead in leads:
        if lead.direction not in ("out", "in"):
            continue
        current = current_ma(lead.net, of, joined)
        if current is None:
            yield f"{lead.net} (pin {lead.pin}) has no resistor of its own in series: put one in, or its pin burns"
            continue
        if current > PIN_LIMIT_MA:
            yield f"{lead.net} (pin {lead.pin}) can be asked for {current:.1f} mA, above the pin's {PIN_LIMIT_MA:g} mA"
        if lead.direction == "out":
            total += current
            if of[_load(lead.net, of, joined)].kind == "led" and current > DESIGN_MA:
                yield f"{lead.net} takes {current:.1f} mA for good, above the rail's design of {DESIGN_MA:g} mA a pin"
    if total > ALL_PINS_LIMIT_MA:
        yield f"the outputs take {total:.1f} mA in all, above the Pi's {ALL_PINS_LIMIT_MA:g} mA"


def _load(signal: str, of: Mapping[str, Part], joined: Mapping[str, Net]) -> str:
    """Return what hangs on the far side of a signal's resistor."""
    ref, pin = next((ref, pin) for ref, pin in joined[signal] if of[ref].kind == "resistor")
    behind = next(net for net, ends in joined.items() if (ref, "2" if pin == "1" else "1") in ends)
    return next((load for load, _ in joined[behind] if load != ref), ref)


def bom_rules(of: Mapping[str, Part]) -> Iterator[str]:
    """Yield each part without something to buy and one substitute."""
    for part in of.values():
        if not part.buy or not part.instead or part.buy == part.instead:
            yield f"{part.ref} ({part.value}) needs a maker's part or a description to buy by, and one substitute"


def ohms(value: str) -> float:
    """Return a resistor's value, ohm, from the schematic's way to write it: 470, 4k7, 10k, 1M."""
    for letter, factor in (("k", 1e3), ("M", 1e6), ("R", 1.0)):
        if letter in value:
            whole, _, rest = value.partition(letter)
            return float(f"{whole}.{rest or 0}") * factor
    return float(value)
