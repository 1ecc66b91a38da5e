"""The harness: every lead from the HAN plug to the Pi and from the Pi to the front, for WireViz to draw.

WireViz does not notice two leads on one pin of the header or a lead on the wrong one, so the rules here do. The
standard build is drawn, with a bought converter; the receiver of one's own has the same five ends.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hardware.workshop.circuit import FOLDER, HEADER_PINS, Lead, leads

OUT = FOLDER / "harness"

COLOURS = {
    "black": "BK",
    "blue": "BU",
    "brown": "BN",
    "green": "GN",
    "grey": "GY",
    "orange": "OG",
    "pink": "PK",
    "red": "RD",
    "violet": "VT",
    "white": "WH",
    "yellow": "YE",
}
"""IEC 60757 letters by board.toml's word."""

Document = dict[str, Any]

PI = "Pi"
"""The header's node; names are short because every lead repeats them."""


CONVERTER = (
    "Converter",
    {"1": "M-Bus +", "2": "M-Bus -"},
    {"receiver_3v3": "VCC", "han_rxd": "TXD", "receiver_gnd": "GND"},
)
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "Display": (
        "2.42 inch OLED, SSD1309, I2C",
        {
            "display_5v": "VCC",
            "display_gnd": "GND, DC, CS, C2",
            "display_sda": "SDA",
            "display_scl": "SCL",
            "display_3v3": "R9 to RES, C2",
        },
    ),
    "Lamps": (
        "LEDs and piezo, R10 to R13 in series",
        {
            "led_red": "R12, red LED +",
            "led_yellow": "R11, yellow LED +",
            "led_green": "R10, green LED +",
            "buzzer": "R13, piezo",
            "lamps_gnd": "all three LEDs -, piezo",
        },
    ),
    "Buttons": (
        "R14 and R15 in series",
        {"button_a": "R14, button A", "button_b": "R15, button B", "buttons_gnd": "both, back"},
    ),
}


def document(of: list[Lead] | None = None) -> Document:
    """Return WireViz's input."""
    by_name = {lead.name: lead for lead in (of or leads())}
    name, line_ends, pi_ends = CONVERTER
    used = [by_name[lead] for lead in pi_ends] + [by_name[lead] for _, ends in GROUPS.values() for lead in ends]
    pins = list(dict.fromkeys(lead.pin for lead in used))  # as the leads leave, so that they do not cross
    connectors: Document = {
        "Plug": {
            "type": "RJ45 to the meter",
            "subtype": "male",
            "pins": [1, 2],
            "pinlabels": ["+24 V", "return"],
            "notes": "pins 3 to 8 cut off",
        },
        name: {
            "type": "M-Bus slave, isolated, 3.3 V",
            "pinlabels": [*line_ends.values(), *pi_ends.values()],
            "notes": "TSS721A or NCN5150 module",
        },
        PI: {
            "type": "Raspberry Pi, 40-pin header",
            "subtype": "one lead a pin",
            "pins": pins,
            "pinlabels": [_label(pin, used) for pin in pins],
        },
    }
    cables: Document = {
        "HAN lead": {"gauge": "0.2 mm2", "length": 2, "colors": ["WHOG", "OG"], "notes": "T568B; T568A: WHGN, GN"},
        "Serial": _cable(by_name[lead] for lead in pi_ends),
    }
    places = list(range(len(line_ends) + 1, len(line_ends) + len(pi_ends) + 1))
    connections: list[list[Document]] = [
        [{"Plug": [1, 2]}, {"HAN lead": [1, 2]}, {name: [1, 2]}],
        [{name: places}, {"Serial": _count(pi_ends)}, {PI: [by_name[lead].pin for lead in pi_ends]}],
    ]
    for node, (note, ends) in GROUPS.items():
        connectors[node] = {"type": note, "pinlabels": list(ends.values())}
        cables[f"to {node}"] = _cable(by_name[lead] for lead in ends)
        header = {PI: [by_name[lead].pin for lead in ends]}
        connections.append([header, {f"to {node}": _count(ends)}, {node: _count(ends)}])
    options = {"fontname": "DejaVu Sans", "bgcolor": "WH"}
    return {"options": options, "connectors": connectors, "cables": cables, "connections": connections}


def text(of: list[Lead] | None = None) -> str:
    """Return WireViz's input as YAML."""
    return (
        "# Made by hardware/build from board.toml; JSON, which is YAML too.\n"
        + json.dumps(document(of), indent=2)
        + "\n"
    )


def halves() -> list[str]:
    """Return the harness as two drawings, which stand one above the other: to the meter, and to the front."""
    whole = document()
    texts = []
    for some in (whole["connections"][:2], whole["connections"][2:]):
        used = {name: pins for connection in some for end in connection for name, pins in end.items()}
        half = {
            key: {name: value for name, value in whole[key].items() if name in used} for key in ("connectors", "cables")
        }
        pins = [pin for connection in some for end in connection for pin in end.get(PI, [])]
        pi = half["connectors"][PI]
        labels = dict(zip(pi["pins"], pi["pinlabels"], strict=True))
        half["connectors"][PI] = pi | {"pins": pins, "pinlabels": [labels[pin] for pin in pins]}
        texts.append(json.dumps({"options": whole["options"], **half, "connections": some}))
    return texts


def rules(harness: Document, of: list[Lead]) -> Iterator[str]:
    """Check the harness against board.toml: each lead on its pin, in its colour, and alone there."""
    drawn: dict[int, list[tuple[str, str]]] = {}
    for connection in harness["connections"]:
        ends = [next(iter(end.items())) for end in connection]
        for place, (node, pins) in enumerate(ends):
            if node == PI:
                cable = ends[1][0]
                other, terminals = ends[2 - place]
                colours = harness["cables"][cable]["colors"]
                for pin, wire, terminal in zip(pins, ends[1][1], terminals, strict=True):
                    drawn.setdefault(pin, []).append((f"{other}, terminal {terminal}", colours[wire - 1]))
    meant = {lead.pin: lead for lead in of if lead.colour is not None}
    for pin, wires in drawn.items():
        if len(wires) > 1:
            both = " and ".join(terminal for terminal, _ in wires)
            yield f"two leads of the harness end on pin {pin} of the header: {both}; give each its own"
        if pin not in meant:
            yield f"the harness has a lead on pin {pin} of the header, where board.toml has none"
        elif COLOURS[meant[pin].colour or ""] != wires[0][1]:
            yield f"the lead on pin {pin} should be {meant[pin].colour} ({meant[pin].name}), but it is {wires[0][1]}"
    for pin, lead in meant.items():
        if pin not in drawn:
            yield f"{lead.name} should end on pin {pin} of the header, but the harness has no lead there"


def _cable(of: Iterator[Lead]) -> Document:
    return {"gauge": "0.14 mm2", "length": 0.2, "colors": [COLOURS[lead.colour or ""] for lead in of]}


def _count(of: Mapping[str, str]) -> list[int]:
    return list(range(1, len(of) + 1))


def _label(pin: int, used: list[Lead]) -> str:
    names = [lead.net for lead in used if lead.pin == pin]
    there = HEADER_PINS[pin]
    return there if names[0] == there else f"{there} {names[0]}"
