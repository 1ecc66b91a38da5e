"""circuit.toml and board.toml drawn as a KiCad 9 project of two sheets: the receiver, and the panel with the Pi.

What is here is where things stand and how the wires run. What the wires join is read back by KiCad (the netlist) and
compared with circuit.toml, so that a wire that was drawn wrongly is found.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from hardware.workshop.circuit import FOLDER, HEADER, HEADER_PINS, Part, leads, parts
from hardware.workshop.symbols import SYMBOLS, Pin, Place, Symbol

OUT = FOLDER / "schematic"
LIBRARY = "han"
_TEXT = 1.27


@dataclass(frozen=True, slots=True)
class Put:
    """A part on a sheet: its middle, and how far it is turned counter-clockwise."""

    at: Place
    turned: int = 0
    reference_at: Place | None = None
    value_at: Place | None = None


@dataclass
class Sheet:
    """One sheet's drawing."""

    name: str
    paper: str
    title: str
    puts: dict[str, Put]
    wires: list[tuple[Place, ...]] = field(default_factory=list)
    supplies: list[tuple[str, Place]] = field(default_factory=list)
    labels: list[tuple[str, Place, int]] = field(default_factory=list)
    """Text, place, and 0 for a label that goes on to the right, 180 to the left."""
    unused: list[Place] = field(default_factory=list)
    texts: list[tuple[str, Place, float]] = field(default_factory=list)
    dashed: list[tuple[Place, Place]] = field(default_factory=list)


def receiver() -> Sheet:
    """The receiver: the meter's pair to the left, GPIO15 to the right."""
    top, low = 58.42, 68.58
    sheet = Sheet(
        "receiver",
        "A5",
        "HAN receiver, isolated",
        {
            "J1": Put((25.4, 63.5)),
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
        ((35.56, top), (45.72, top)),
        ((55.88, top), (66.04, top)),
        ((76.2, top), (86.36, top)),
        ((96.52, top), (106.68, top), (116.84, top)),
        ((35.56, low), (106.68, low), (116.84, low)),
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
    """The Pi's header to the left with board.toml's names on its pins; what hangs on them to the right."""
    header = (71.12, 73.66)
    sheet = Sheet("panel", "A4", "Front panel and Raspberry Pi", {HEADER: Put(header)})
    _header_leads(sheet, header)
    rows = {"led_red": ("R12", "D12"), "led_yellow": ("R11", "D11"), "led_green": ("R10", "D10")}
    rows |= {"buzzer": ("R13", "BZ1"), "button_a": ("R14", "SW1"), "button_b": ("R15", "SW2")}
    for row, (signal, chain) in enumerate(rows.items()):
        _row(sheet, signal, chain, (165.1, 35.56 + 17.78 * row))
    _display(sheet)
    sheet.texts.append(("All on this sheet is the Pi's side of the isolation", (20.32, 20.32), 2.0))
    for supply, x in (("3V3", 30.48), ("GND", 50.8)):
        sheet.supplies += [(supply, (x, 187.96)), ("flag", (x + 7.62, 187.96))]
        sheet.wires.append(((x, 187.96), (x + 7.62, 187.96)))
    return sheet


def _header_leads(sheet: Sheet, header: Place) -> None:
    """board.toml's leads on the header's pins; a cross on each pin that has none."""
    ends = {pin.number: _turned(pin.at, Put(header)) for pin in SYMBOLS["header"].pins}
    for lead in leads():
        x, y = ends.pop(str(lead.pin)) if lead.direction != "open" else (0, 0)
        if lead.direction == "open":
            continue
        left = lead.pin % 2 == 1
        sheet.labels.append((lead.net, (x, y), 180 if left else 0))
    sheet.unused += ends.values()


def _row(sheet: Sheet, signal: str, chain: tuple[str, str], at: Place) -> None:
    """A signal's name, its resistor, what hangs behind it, ground."""
    x, y = at
    sheet.labels.append((signal, at, 180))
    sheet.puts[chain[0]] = Put((x + 15.24, y))
    sheet.puts[chain[1]] = Put((x + 38.1, y))
    sheet.wires += [((x, y), (x + 10.16, y)), ((x + 20.32, y), (x + 33.02, y)), ((x + 43.18, y), (x + 53.34, y))]
    sheet.supplies.append(("GND", (x + 53.34, y)))


def _display(sheet: Sheet) -> None:
    """The display with its reset."""
    middle = (111.76, 153.67)
    sheet.puts["DS1"] = Put(middle)
    ends = {pin.number: _turned(pin.at, sheet.puts["DS1"]) for pin in SYMBOLS["display"].pins}
    for pin, signal in (("SDA", "display_sda"), ("SCL", "display_scl")):
        sheet.labels.append((signal, ends[pin], 180))
    x, supply = ends["VCC"]
    sheet.wires.append(((x, supply), (91.44, supply), (91.44, supply - 5.08)))
    sheet.supplies.append(("3V3", (91.44, supply - 5.08)))
    reset = ends["RES"][1]
    sheet.puts["R9"] = Put((60.96, reset - 5.08), 270, (57.15, reset - 6.35), (57.15, reset - 3.81))
    sheet.puts["C2"] = Put((60.96, reset + 5.08), 270, (56.52, reset + 3.81), (56.52, reset + 6.35))
    sheet.wires.append(((60.96, reset), (x, reset)))
    sheet.supplies += [("3V3", (60.96, reset - 10.16)), ("GND", (60.96, reset + 10.16))]
    low = ends["GND"][1]
    for pin in ("DC", "CS", "GND"):
        sheet.wires.append((ends[pin], (91.44, ends[pin][1])))
    sheet.wires += [
        ((91.44, ends["DC"][1]), (91.44, ends["CS"][1])),
        ((91.44, ends["CS"][1]), (91.44, low)),
        ((91.44, low), (91.44, low + 2.54)),
    ]
    sheet.supplies.append(("GND", (91.44, low + 2.54)))


def _turned(at: Place, put: Put) -> Place:
    """A point of a symbol on the sheet, where y grows downwards."""
    x, y = at
    for _ in range(put.turned // 90):
        x, y = -y, x
    return round(put.at[0] + x, 4), round(put.at[1] - y, 4)


def _id(*what: object) -> str:
    return str(uuid5(NAMESPACE_URL, "han-appliance/" + "/".join(map(str, what))))


ROOT = _id("receiver")
CHILD = _id("sheet", "panel")


def _font(size: float = _TEXT, justify: str = "", hidden: bool = False) -> str:
    how = f" (justify {justify})" if justify else ""
    hide = " (hide yes)" if hidden else ""
    return f"{hide} (effects (font (size {size:g} {size:g})){how})"


def _field(name: str, value: str, at: Place, angle: int = 0, **more: object) -> str:
    return f'(property "{name}" "{value}" (at {at[0]:g} {at[1]:g} {angle}){_font(**more)})'  # type: ignore[arg-type]


def _points(points: Iterable[Place]) -> str:
    return "(pts " + " ".join(f"(xy {x:g} {y:g})" for x, y in points) + ")"


def _stroke(width: float = 0.254, kind: str = "default") -> str:
    return f"(stroke (width {width:g}) (type {kind}))"


def symbol_text(symbol: Symbol, *, embedded: bool) -> str:
    """A symbol as a library holds it, or as the schematic carries it along."""
    name = f"{LIBRARY}:{symbol.name}" if embedded else symbol.name
    reference = "#PWR" if symbol.power else symbol.name[0]
    lines = [f'(symbol "{name}"', "(power)" if symbol.power else ""]
    lines.append(f"(pin_numbers (hide {'no' if symbol.names_shown and symbol.numbers_shown else 'yes'}))")
    lines.append(f"(pin_names (offset 0.762){'' if symbol.names_shown else ' (hide yes)'})")
    lines.append("(exclude_from_sim no) (in_bom yes) (on_board yes)")
    lines.append(_field("Reference", reference, symbol.reference_at, hidden=symbol.power))
    lines.append(_field("Value", symbol.name, symbol.value_at))
    lines += [_field(name, "", (0, 0), hidden=True) for name in ("Footprint", "Datasheet", "Description")]
    lines.append(f'(symbol "{symbol.name}_0_1"')
    lines += [f"(polyline {_points(line)} {_stroke()} (fill (type none)))" for line in symbol.lines]
    lines += [
        f"(circle (center {x:g} {y:g}) (radius {radius:g}) {_stroke()} (fill (type none)))"
        for (x, y), radius in symbol.circles
    ]
    lines.append(f') (symbol "{symbol.name}_1_1"')
    lines += [_pin_text(pin, symbol) for pin in symbol.pins]
    lines.append(") (embedded_fonts no))")
    return "\n".join(filter(None, lines))


def _pin_text(pin: Pin, symbol: Symbol) -> str:
    x, y = pin.at
    shown = pin.name if symbol.names_shown else "~"
    number = f'(number "{pin.number}"{_font(1.0)})'
    return (
        f"(pin {pin.electrical} line (at {x:g} {y:g} {pin.into}) (length {pin.length:g})"
        f' (name "{shown}"{_font(1.0)}) {number})'
    )


def _instance(part: Part, put: Put, sheet: Sheet) -> str:
    symbol = SYMBOLS[part.kind]
    reference = put.reference_at or _turned(symbol.reference_at, Put(put.at))
    value = put.value_at or _turned(symbol.value_at, Put(put.at))
    angle = put.turned % 180  # so that the fields of a part on its side read from left to right
    lines = [_symbol_head(symbol, put.at, put.turned, _id(part.ref))]
    lines += [_field("Reference", part.ref, reference, angle), _field("Value", part.value, value, angle)]
    hidden = {"Footprint": "", "Datasheet": "", "Description": part.use, "Buy": part.buy, "Instead": part.instead}
    lines += [_field(name, text, put.at, hidden=True) for name, text in hidden.items()]
    lines += [f'(pin "{pin.number}" (uuid "{_id(part.ref, pin.number)}"))' for pin in symbol.pins]
    lines.append(_path(part.ref, sheet) + ")")
    return "\n".join(lines)


def _symbol_head(symbol: Symbol, at: Place, turned: int, uuid: str) -> str:
    bom = "no" if symbol.power else "yes"
    return (
        f'(symbol (lib_id "{LIBRARY}:{symbol.name}") (at {at[0]:g} {at[1]:g} {turned}) (unit 1) (exclude_from_sim no)'
        f' (in_bom {bom}) (on_board yes) (dnp no) (uuid "{uuid}")'
    )


def _path(reference: str, sheet: Sheet) -> str:
    path = f"/{ROOT}" if sheet.name == "receiver" else f"/{ROOT}/{CHILD}"
    return f'(instances (project "{LIBRARY}" (path "{path}" (reference "{reference}") (unit 1))))'


def _supply(name: str, at: Place, sheet: Sheet, count: int) -> str:
    symbol = SYMBOLS[name]
    reference = f"#{'FLG' if name == 'flag' else 'PWR'}{'PR'[sheet.name == 'receiver']}{count:02d}"
    hidden = name == "flag"
    return "\n".join(
        (
            _symbol_head(symbol, at, 0, _id(sheet.name, name, at)),
            _field("Reference", reference, at, hidden=True),
            _field("Value", symbol.name, _turned(symbol.value_at, Put(at)), hidden=hidden),
            *(_field(empty, "", at, hidden=True) for empty in ("Footprint", "Datasheet", "Description")),
            f'(pin "1" (uuid "{_id(sheet.name, name, at, "pin")}"))',
            _path(reference, sheet) + ")",
        )
    )


def _junctions(sheet: Sheet, of: dict[str, Part]) -> Iterator[Place]:
    """Where three or more ends meet."""
    ends: dict[Place, int] = {}
    for wire in sheet.wires:
        for place, weight in zip(wire, [1, *[2] * (len(wire) - 2), 1], strict=True):
            ends[place] = ends.get(place, 0) + weight
    for ref, put in sheet.puts.items():
        for pin in SYMBOLS[of[ref].kind].pins:
            at = _turned(pin.at, put)
            ends[at] = ends.get(at, 0) + 1
    for _, at in sheet.supplies:
        ends[at] = ends.get(at, 0) + 1
    yield from (at for at, count in ends.items() if count > 2)


def sheet_text(sheet: Sheet, of: dict[str, Part]) -> str:
    """A sheet as a .kicad_sch file."""
    uuid = ROOT if sheet.name == "receiver" else _id("panel")
    kinds = sorted({of[ref].kind for ref in sheet.puts} | {name for name, _ in sheet.supplies})
    out = [
        f'(kicad_sch (version 20250114) (generator "han") (generator_version "9.0") (uuid "{uuid}")',
        f'(paper "{sheet.paper}") (title_block (title "{sheet.title}") (company "HAN appliance")'
        ' (comment 1 "made by hardware/build from circuit.toml and board.toml"))',
        "(lib_symbols",
        *(symbol_text(SYMBOLS[kind], embedded=True) for kind in kinds),
        ")",
        *(
            f'(junction (at {x:g} {y:g}) (diameter 0) (color 0 0 0 0) (uuid "{_id(sheet.name, "junction", x, y)}"))'
            for x, y in _junctions(sheet, of)
        ),
        *(f'(no_connect (at {x:g} {y:g}) (uuid "{_id(sheet.name, "unused", x, y)}"))' for x, y in sheet.unused),
    ]
    for wire in sheet.wires:
        for start, end in pairwise(wire):
            out.append(f'(wire {_points((start, end))} {_stroke(0)} (uuid "{_id(sheet.name, "wire", start, end)}"))')
    out += [
        f'(polyline {_points(line)} {_stroke(0.3, "dash")} (uuid "{_id(sheet.name, line)}"))' for line in sheet.dashed
    ]
    out += [
        f'(text "{text}" (exclude_from_sim no) (at {at[0]:g} {at[1]:g} 0){_font(size, "left bottom")}'
        f' (uuid "{_id(sheet.name, text)}"))'
        for text, at, size in sheet.texts
    ]
    out += [_label(text, at, angle, sheet) for text, at, angle in sheet.labels]
    out += [_instance(of[ref], put, sheet) for ref, put in sheet.puts.items()]
    out += [_supply(name, at, sheet, count) for count, (name, at) in enumerate(sheet.supplies, start=1)]
    if sheet.name == "receiver":
        out.append(_child())
        out.append('(sheet_instances (path "/" (page "1")))')
    out.append("(embedded_fonts no))\n")
    return "\n".join(out)


def _label(text: str, at: Place, angle: int, sheet: Sheet) -> str:
    side = "right" if angle == 180 else "left"
    return (
        f'(global_label "{text}" (shape passive) (at {at[0]:g} {at[1]:g} {angle}){_font(justify=side)}'
        f' (uuid "{_id(sheet.name, "label", text, at)}")'
        f' (property "Intersheetrefs" "${{INTERSHEET_REFS}}" (at 0 0 0){_font(hidden=True)}))'
    )


def _child() -> str:
    return (
        f"(sheet (at 20.32 104.14) (size 50.8 10.16) (exclude_from_sim no) (in_bom yes) (on_board yes) (dnp no)"
        f' {_stroke(0.1524, "solid")} (fill (color 0 0 0 0)) (uuid "{CHILD}")'
        f"{_field('Sheetname', 'Front panel and Raspberry Pi', (20.32, 103.4), justify='left bottom')}"
        f"{_field('Sheetfile', 'panel.kicad_sch', (20.32, 114.9), justify='left top')}"
        f' (instances (project "{LIBRARY}" (path "/{ROOT}" (page "2")))))'
    )


def project_files() -> dict[Path, str]:
    """The whole KiCad project, by file."""
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


assert set(HEADER_PINS) == {int(pin.number) for pin in SYMBOLS["header"].pins}
