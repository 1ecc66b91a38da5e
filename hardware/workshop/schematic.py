"""circuit.toml and board.toml drawn as a KiCad 9 project of two sheets: the receiver, and the panel with the Pi.

What is here is where things stand and how the wires run. What the wires join is read back by KiCad (the netlist) and
compared with circuit.toml, so that a wire that was drawn wrongly is found.
"""

import json
from pathlib import Path

from hardware.workshop.circuit import BOARD, FOLDER, HEADER, Part, leads, parts
from hardware.workshop.kicad import CHILD, LIBRARY, ROOT, Put, Sheet, sheet_text, symbol_text, turned
from hardware.workshop.symbols import SYMBOLS, Place

OUT = FOLDER / "schematic"
_TEXT = 1.27


def receiver() -> Sheet:
    """Draw the receiver: the meter's pair to the left, GPIO15 to the right."""
    top, low = 58.42, 68.58
    sheet = Sheet(
        "receiver",
        "A5",
        "HAN receiver, isolated",
        {
            "J1": Put((25.4, 63.5)),
            "D3": Put((40.64, 63.5), 270, (43.82, 64.77), (46.99, 67.31)),
            "D1": Put((50.8, top)),
            "R1": Put((71.12, top)),
            "D2": Put((91.44, top)),
            "R2": Put((106.68, 63.5), 270, (102.87, 62.23), (102.87, 64.77)),
            "U1": Put((127, 63.5)),
            "R3": Put((147.32, 73.66), 270, (143.51, 72.39), (143.51, 74.93)),
            "R4": Put((160.02, low)),
            "C1": Put((172.72, 53.34), 270, (177.8, 52.07), (177.8, 54.61)),
        },
    )
    sheet.wires = [
        ((35.56, top), (40.64, top), (45.72, top)),
        ((55.88, top), (66.04, top)),
        ((76.2, top), (86.36, top)),
        ((96.52, top), (106.68, top), (116.84, top)),
        ((35.56, low), (40.64, low), (106.68, low), (116.84, low)),
        ((137.16, top), (137.16, 48.26), (147.32, 48.26), (172.72, 48.26)),
        ((137.16, low), (147.32, low), (154.94, low)),
        ((165.1, low), (172.72, low)),
    ]
    sheet.supplies = [("3V3", (147.32, 48.26)), ("GND", (147.32, 78.74)), ("GND", (172.72, 58.42))]
    sheet.labels = [("han_rxd", (172.72, low), 0)]
    sheet.texts = [
        ("Meter's side", (101.6, 38.1), 2.0),
        ("Pi's side", (138.43, 38.1), 2.0),
        ("Simulated, not yet measured on a meter", (20.32, 20.32), 2.0),
        ("No capacitor, and at most 1 nF in all, across pins 1 and 2", (20.32, 88.9), _TEXT),
        ("Mark about 24 V: LED lit, GPIO15 high. Space about 12 V: dark, low.", (20.32, 92.71), _TEXT),
    ]
    sheet.dashed = [((127, 35.56), (127, 49.53)), ((127, 72.39), (127, 96.52))]
    return sheet


def panel() -> Sheet:
    """Draw the Pi's header to the left with board.toml's names on its pins; what hangs on them to the right."""
    header = (71.12, 73.66)
    sheet = Sheet("panel", "A4", "Front panel and Raspberry Pi", {HEADER: Put(header)})
    _header_leads(sheet, header)
    rows = {"led_red": ("R12", "D12"), "led_yellow": ("R11", "D11"), "led_green": ("R10", "D10")}
    rows |= {"buzzer": ("R13", "BZ1"), "button_a": ("R14", "SW1"), "button_b": ("R15", "SW2")}
    for row, (signal, chain) in enumerate(rows.items()):
        _row(sheet, signal, chain, (165.1, 35.56 + 17.78 * row))
    _display(sheet, "5V", "3V3")
    sheet.texts.append(("All on this sheet is the Pi's side of the isolation", (20.32, 20.32), 2.0))
    for supply, x in (("3V3", 30.48), ("GND", 50.8), ("5V", 71.12)):
        sheet.supplies += [(supply, (x, 187.96)), ("flag", (x + 7.62, 187.96))]
        sheet.wires.append(((x, 187.96), (x + 7.62, 187.96)))
    return sheet


def _header_leads(sheet: Sheet, header: Place) -> None:
    """Draw board.toml's leads on the header's pins; a cross on each pin that has none."""
    ends = {pin.number: turned(pin.at, Put(header)) for pin in SYMBOLS["header"].pins}
    for lead in leads():
        x, y = ends.pop(str(lead.pin)) if lead.direction != "open" else (0, 0)
        if lead.direction == "open":
            continue
        left = lead.pin % 2 == 1
        sheet.labels.append((lead.net, (x, y), 180 if left else 0))
    sheet.unused += ends.values()


def _row(sheet: Sheet, signal: str, chain: tuple[str, str], at: Place) -> None:
    """Draw a signal's name, its resistor, what hangs on it, ground."""
    x, y = at
    sheet.labels.append((signal, at, 180))
    sheet.puts[chain[0]] = Put((x + 15.24, y))
    sheet.puts[chain[1]] = Put((x + 38.1, y))
    sheet.wires += [((x, y), (x + 10.16, y)), ((x + 20.32, y), (x + 33.02, y)), ((x + 43.18, y), (x + 53.34, y))]
    sheet.supplies.append(("GND", (x + 53.34, y)))


def _display(sheet: Sheet, supply_net: str, reset_net: str) -> None:
    """Draw the display with its reset."""
    middle = (111.76, 153.67)
    sheet.puts["DS1"] = Put(middle)
    ends = {pin.number: turned(pin.at, sheet.puts["DS1"]) for pin in SYMBOLS["display"].pins}
    for pin, signal in (("SDA", "display_sda"), ("SCL", "display_scl")):
        sheet.labels.append((signal, ends[pin], 180))
    x, supply = ends["VCC"]
    sheet.wires.append(((x, supply), (91.44, supply), (91.44, supply - 5.08)))
    _rail(sheet, supply_net, (91.44, supply - 5.08))
    reset = ends["RES"][1]
    sheet.puts["R9"] = Put((60.96, reset - 5.08), 270, (57.15, reset - 6.35), (57.15, reset - 3.81))
    sheet.puts["C2"] = Put((60.96, reset + 5.08), 270, (56.52, reset + 3.81), (56.52, reset + 6.35))
    sheet.wires.append(((60.96, reset), (x, reset)))
    _rail(sheet, reset_net, (60.96, reset - 10.16))
    sheet.supplies.append(("GND", (60.96, reset + 10.16)))
    low = ends["GND"][1]
    for pin in ("DC", "CS", "GND"):
        sheet.wires.append((ends[pin], (91.44, ends[pin][1])))
    sheet.wires += [
        ((91.44, ends["DC"][1]), (91.44, ends["CS"][1])),
        ((91.44, ends["CS"][1]), (91.44, low)),
        ((91.44, low), (91.44, low + 2.54)),
    ]
    sheet.supplies.append(("GND", (91.44, low + 2.54)))


def _rail(sheet: Sheet, net: str, at: Place) -> None:
    """Draw a supply's symbol, or a label where it has none."""
    if net in SYMBOLS:
        sheet.supplies.append((net, at))
    else:
        sheet.labels.append((net, at, 90))


LABEL_TURNED = {0: 180, 90: 270, 180: 0, 270: 90}
"""Where a label goes on to, by the direction from a pin's end into its part."""

BLOCKS: dict[str, tuple[Place, dict[str, Place]]] = {
    "Piezo, from 5 V": (
        (245.0, 27.94),
        {"R13": (264.16, 43.18), "Q1": (299.72, 43.18), "R16": (340.36, 38.1), "BZ1": (340.36, 50.8)},
    ),
    "The display's own 3.3 V": (
        (245.0, 73.66),
        {"U2": (276.86, 88.9), "C3": (327.66, 86.36), "C4": (327.66, 99.06)},
    ),
    "Optional: memory that says what board this is": (
        (245.0, 119.38),
        {
            "U3": (281.94, 142.24),
            "R17": (342.9, 129.54),
            "R18": (342.9, 139.7),
            "R19": (342.9, 149.86),
            "C5": (342.9, 160.02),
        },
    ),
    "Optional: battery clock": ((245.0, 177.8), {"J3": (281.94, 195.58)}),
    "Test points": (
        (245.0, 218.44),
        {
            f"TP{number}": (276.86 + 48.26 * ((number - 1) // 3), 228.6 + 10.16 * ((number - 1) % 3))
            for number in range(1, 7)
        },
    ),
}
"""What only the board has: the title of each block and where it stands, and its parts."""


def board() -> Sheet:
    """Draw the front as one printed board: the receiver and the panel as ever, and what is the board's own."""
    of = parts(BOARD)
    sheet = receiver()
    sheet.name, sheet.paper, sheet.title = BOARD, "A3", "HAN front, one printed board"
    sheet.puts |= {
        "TP7": Put((40.64, 53.34), 90, (45.72, 50.8), (45.72, 53.34)),
        "TP8": Put((40.64, 73.66), 270, (45.72, 73.66), (45.72, 76.2)),
    }
    below = 99.06
    more = Sheet("panel", "A4", "", {HEADER: Put((71.12, 73.66))})
    for pin in SYMBOLS["header"].pins:
        at = turned(pin.at, more.puts[HEADER])
        if pin.number in of[HEADER].pins:
            more.labels.append((of[HEADER].pins[pin.number], at, LABEL_TURNED[pin.into]))
        else:
            more.unused.append(at)
    rows = {"led_red": ("R12", "D12"), "led_yellow": ("R11", "D11"), "led_green": ("R10", "D10")}
    rows |= {"button_a": ("R14", "SW1"), "button_b": ("R15", "SW2")}
    for row, (signal, chain) in enumerate(rows.items()):
        _row(more, signal, chain, (165.1, 35.56 + 17.78 * row))
    _display(more, "3V3_DISPLAY", "3V3_DISPLAY")
    for supply, x in (("3V3", 165.1), ("GND", 185.42), ("5V", 205.74)):
        more.supplies += [(supply, (x, 165.1)), ("flag", (x + 7.62, 165.1))]
        more.wires.append(((x, 165.1), (x + 7.62, 165.1)))
    _add(sheet, more, below)
    for title, (at, blocks) in BLOCKS.items():
        sheet.texts.append((title, at, 2.0))
        for ref, place in blocks.items():
            _labelled(sheet, of[ref], place)
    return sheet


def _labelled(sheet: Sheet, part: Part, at: Place) -> None:
    """Draw a part with its net's name at each pin."""
    put = sheet.puts[part.ref] = Put(at)
    for pin in SYMBOLS[part.kind].pins:
        end = turned(pin.at, put)
        if pin.number in part.pins:
            sheet.labels.append((part.pins[pin.number], end, LABEL_TURNED[pin.into]))
        else:
            sheet.unused.append(end)


def _add(sheet: Sheet, more: Sheet, below: float) -> None:
    """Put another sheet's drawing on this one, further down."""

    def down(at: Place) -> Place:
        return at[0], round(at[1] + below, 4)

    for ref, put in more.puts.items():
        fields = [None if at is None else down(at) for at in (put.reference_at, put.value_at)]
        sheet.puts[ref] = Put(down(put.at), put.turned, *fields)
    sheet.wires += [tuple(map(down, wire)) for wire in more.wires]
    sheet.supplies += [(name, down(at)) for name, at in more.supplies]
    sheet.labels += [(text, down(at), angle) for text, at, angle in more.labels]
    sheet.unused += map(down, more.unused)
    sheet.texts += [(text, down(at), size) for text, at, size in more.texts]


def project_files() -> dict[Path, str]:
    """Return the whole KiCad project, by file."""
    of = parts()
    library = "\n".join(symbol_text(symbol, embedded=False) for symbol in SYMBOLS.values())
    settings = {
        "meta": {"filename": "han.kicad_pro", "version": 3},
        "sheets": [[ROOT, "Root"], [CHILD, "Front panel and Raspberry Pi"]],
        "schematic": {"legacy_lib_dir": "", "legacy_lib_list": []},
    }
    row = f'(lib (name "{LIBRARY}")(type "KiCad")(uri "${{KIPRJMOD}}/han.kicad_sym")(options "")(descr ""))'
    return {
        OUT / "han.kicad_sch": sheet_text(receiver(), of),
        OUT / "panel.kicad_sch": sheet_text(panel(), of),
        OUT / "han.kicad_sym": '(kicad_symbol_lib (version 20241209) (generator "han")\n' + library + "\n)\n",
        OUT / "han.kicad_pro": json.dumps(settings, indent=2) + "\n",
        OUT / "sym-lib-table": f"(sym_lib_table\n  (version 7)\n  {row}\n)\n",
    }
