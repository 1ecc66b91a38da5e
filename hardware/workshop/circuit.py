"""The circuit as it is meant: circuit.toml's parts, and the Pi's header as board.toml wires it.

The schematic, the bill of materials, the harness and the checks all come from here; the simulation takes the netlist
that KiCad reads out of the drawn schematic, so that what is simulated is what is drawn.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain
from pathlib import Path

FOLDER = Path(__file__).parents[1]
HEADER = "J2"
WIRED, BOARD = "wired", "board"
"""The two builds: the front wired by hand with its receiver on stripboard, and the front as one printed board."""

# What stands on the 40-pin header, by pin: Raspberry Pi documentation, "GPIO and the 40-pin header".
HEADER_ROWS = (
    ("3V3", "5V"),
    ("GPIO2", "5V"),
    ("GPIO3", "GND"),
    ("GPIO4", "GPIO14"),
    ("GND", "GPIO15"),
    ("GPIO17", "GPIO18"),
    ("GPIO27", "GND"),
    ("GPIO22", "GPIO23"),
    ("3V3", "GPIO24"),
    ("GPIO10", "GND"),
    ("GPIO9", "GPIO25"),
    ("GPIO11", "GPIO8"),
    ("GND", "GPIO7"),
    ("GPIO0", "GPIO1"),
    ("GPIO5", "GND"),
    ("GPIO6", "GPIO12"),
    ("GPIO13", "GND"),
    ("GPIO19", "GPIO16"),
    ("GPIO26", "GPIO20"),
    ("GND", "GPIO21"),
)
HEADER_PINS = dict(enumerate(chain.from_iterable(HEADER_ROWS), start=1))


@dataclass(frozen=True, slots=True)
class Lead:
    """A wire's end on the Pi's header, as board.toml has it."""

    name: str
    pin: int
    net: str
    """The signal's name, or 3V3 or GND for a supply."""
    gpio: int | None
    direction: str
    pull: str | None
    colour: str | None
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of circuit.toml."""

    ref: str
    kind: str
    value: str
    sheet: str
    pins: Mapping[str, str]
    """Net by pin."""
    use: str
    buy: str
    instead: str
    footprint: str
    maker: str
    mpn: str
    """The maker's number."""
    source: str = ""
    """The page that the part's figures are from."""
    optional: bool = False
    """The rest works without it."""


Net = frozenset[tuple[str, str]]
"""All that one net joins, as (part, pin)."""


def leads(text: str | None = None) -> list[Lead]:
    """Return all leads of board.toml, signals first; `text` stands in for the file."""
    document = tomllib.loads(text or (files("appliance.settings") / "board.toml").read_text(encoding="utf-8"))
    signals = [
        Lead(name, line["pin"], name, line["gpio"], line["direction"], line["pull"], line.get("colour"), line["use"])
        for name, line in document["signals"].items()
    ]
    supplies = [
        Lead(name, line["pin"], line["net"], None, "supply", None, line["colour"], line["use"])
        for name, line in document["supplies"].items()
    ]
    return signals + supplies


def parts(build: str = WIRED) -> dict[str, Part]:
    """Return every part of a build by its reference, the header's pins filled in from board.toml."""
    document = tomllib.loads((FOLDER / "circuit.toml").read_text(encoding="utf-8"))
    header = {str(lead.pin): lead.net for lead in leads() if lead.direction != "open"}
    found = {}
    for ref, line in document["parts"].items():
        here = line.pop("board", {}) if build == BOARD else {}
        line.pop("board", None)
        if build in line.pop("builds", (WIRED, BOARD)):
            pins = line["pins"] | (header if ref == HEADER else {}) | here.pop("pins", {})
            found[ref] = Part(ref=ref, **line | here | {"pins": pins})
    return found


def nets(of: Mapping[str, Part]) -> dict[str, Net]:
    """Return what each net joins."""
    joined: dict[str, set[tuple[str, str]]] = {}
    for part in of.values():
        for pin, net in part.pins.items():
            joined.setdefault(net, set()).add((part.ref, pin))
    return {name: frozenset(pins) for name, pins in joined.items()}
