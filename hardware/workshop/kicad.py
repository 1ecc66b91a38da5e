"""Sheets as KiCad 9 files: S-expressions, with identifiers that are the same each time.

Here is how KiCad writes things down; what stands where is in schematic.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import NAMESPACE_URL, uuid5

from hardware.workshop.circuit import BOARD, Part
from hardware.workshop.symbols import SYMBOLS, Pin, Place, Symbol

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
    """receiver and panel are the sheets of the hand-wired project; board is a project of its own."""
    paper: str
    title: str
    puts: dict[str, Put]
    wires: list[tuple[Place, ...]] = field(default_factory=list)
    supplies: list[tuple[str, Place]] = field(default_factory=list)
    labels: list[tuple[str, Place, int]] = field(default_factory=list)
    """Text, place, and where the label goes on to: 0 for right, 90 up, 180 left, 270 down."""
    unused: list[Place] = field(default_factory=list)
    texts: list[tuple[str, Place, float]] = field(default_factory=list)
    dashed: list[tuple[Place, Place]] = field(default_factory=list)


def turned(at: Place, put: Put) -> Place:
    """Return a point of a symbol on the sheet, where y grows downwards."""
    x, y = at
    for _ in range(put.turned // 90):
        x, y = -y, x
    return round(put.at[0] + x, 4), round(put.at[1] - y, 4)


def identifier(*what: object) -> str:
    """Return an identifier that is the same each time."""
    return str(uuid5(NAMESPACE_URL, "han-appliance/" + "/".join(map(str, what))))


ROOT = identifier("receiver")
BOARD_ROOT = identifier("board")
BOARD_PROJECT = "front"
CHILD = identifier("sheet", "panel")


def symbol_id(ref: str) -> str:
    """Return the identifier of a part's symbol, by which a board finds it."""
    return identifier(ref)


def _font(size: float = _TEXT, justify: str = "", hidden: bool = False) -> str:
    how = f" (justify {justify})" if justify else ""
    hide = " (hide yes)" if hidden else ""
    return f"{hide} (effects (font (size {size:g} {size:g})){how})"


def _field(name: str, value: str, at: Place, angle: int = 0, *, justify: str = "", hidden: bool = False) -> str:
    font = _font(justify=justify, hidden=hidden)
    return f'(property "{name}" "{value}" (at {at[0]:g} {at[1]:g} {angle}){font})'


def _points(points: Iterable[Place]) -> str:
    return "(pts " + " ".join(f"(xy {x:g} {y:g})" for x, y in points) + ")"


def _stroke(width: float = 0.254, kind: str = "default") -> str:
    return f"(stroke (width {width:g}) (type {kind}))"


def symbol_text(symbol: Symbol, *, embedded: bool) -> str:
    """Return a symbol as a library holds it, or as the schematic carries it along."""
    name = f"{LIBRARY}:{symbol.name}" if embedded else symbol.name
    reference = "#PWR" if symbol.power else symbol.name[0]
    lines = [f'(symbol "{name}"', "(power)" if symbol.power else ""]
    lines.append(f"(pin_numbers (hide {'no' if symbol.numbers_shown and not symbol.power else 'yes'}))")
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
    reference = put.reference_at or turned(symbol.reference_at, Put(put.at))
    value = put.value_at or turned(symbol.value_at, Put(put.at))
    angle = put.turned % 180  # so that the fields of a part on its side read from left to right
    lines = [_symbol_head(symbol, put.at, put.turned, symbol_id(part.ref))]
    lines += [_field("Reference", part.ref, reference, angle), _field("Value", part.value, value, angle)]
    hidden = {"Footprint": "", "Datasheet": "", "Description": part.use, "Buy": part.buy, "Instead": part.instead}
    if sheet.name == BOARD:
        hidden |= {"Footprint": f"{BOARD_PROJECT}:{part.footprint}", "Maker": part.maker, "Part number": part.mpn}
    lines += [_field(name, text, put.at, hidden=True) for name, text in hidden.items()]
    lines += [f'(pin "{pin.number}" (uuid "{identifier(part.ref, pin.number)}"))' for pin in symbol.pins]
    lines.append(_path(part.ref, sheet) + ")")
    return "\n".join(lines)


def _symbol_head(symbol: Symbol, at: Place, turned: int, uuid: str) -> str:
    bom = "no" if symbol.power else "yes"
    return (
        f'(symbol (lib_id "{LIBRARY}:{symbol.name}") (at {at[0]:g} {at[1]:g} {turned}) (unit 1) (exclude_from_sim no)'
        f' (in_bom {bom}) (on_board yes) (dnp no) (uuid "{uuid}")'
    )


def _path(reference: str, sheet: Sheet) -> str:
    path = {"receiver": f"/{ROOT}", "panel": f"/{ROOT}/{CHILD}", BOARD: f"/{BOARD_ROOT}"}[sheet.name]
    project = BOARD_PROJECT if sheet.name == BOARD else LIBRARY
    return f'(instances (project "{project}" (path "{path}" (reference "{reference}") (unit 1))))'


def _supply(name: str, at: Place, sheet: Sheet, count: int) -> str:
    symbol = SYMBOLS[name]
    letter = {"receiver": "R", "panel": "P", BOARD: "B"}[sheet.name]
    reference = f"#{'FLG' if name == 'flag' else 'PWR'}{letter}{count:02d}"
    hidden = name == "flag"
    return "\n".join(
        (
            _symbol_head(symbol, at, 0, identifier(sheet.name, name, at)),
            _field("Reference", reference, at, hidden=True),
            _field("Value", symbol.name, turned(symbol.value_at, Put(at)), hidden=hidden),
            *(_field(empty, "", at, hidden=True) for empty in ("Footprint", "Datasheet", "Description")),
            f'(pin "1" (uuid "{identifier(sheet.name, name, at, "pin")}"))',
            _path(reference, sheet) + ")",
        )
    )


def _junctions(sheet: Sheet, of: dict[str, Part]) -> Iterator[Place]:
    """Return where three or more ends meet."""
    ends: dict[Place, int] = {}
    for wire in sheet.wires:
        for place, weight in zip(wire, [1, *[2] * (len(wire) - 2), 1], strict=True):
            ends[place] = ends.get(place, 0) + weight
    for ref, put in sheet.puts.items():
        for pin in SYMBOLS[of[ref].kind].pins:
            at = turned(pin.at, put)
            ends[at] = ends.get(at, 0) + 1
    for _, at in sheet.supplies:
        ends[at] = ends.get(at, 0) + 1
    yield from (at for at, count in ends.items() if count > 2)


def sheet_text(sheet: Sheet, of: dict[str, Part]) -> str:
    """Return a sheet as a .kicad_sch file."""
    uuid = {"receiver": ROOT, "panel": identifier("panel"), BOARD: BOARD_ROOT}[sheet.name]
    kinds = sorted({of[ref].kind for ref in sheet.puts} | {name for name, _ in sheet.supplies})
    out = [
        f'(kicad_sch (version 20250114) (generator "han") (generator_version "9.0") (uuid "{uuid}")',
        f'(paper "{sheet.paper}") (title_block (title "{sheet.title}") (rev "B") (company "HAN appliance")'
        ' (comment 1 "made by hardware/build from circuit.toml and board.toml"))',
        "(lib_symbols",
        *(symbol_text(SYMBOLS[kind], embedded=True) for kind in kinds),
        ")",
        *(
            f"(junction (at {x:g} {y:g}) (diameter 0) (color 0 0 0 0)"
            f' (uuid "{identifier(sheet.name, "junction", x, y)}"))'
            for x, y in _junctions(sheet, of)
        ),
        *(f'(no_connect (at {x:g} {y:g}) (uuid "{identifier(sheet.name, "unused", x, y)}"))' for x, y in sheet.unused),
    ]
    for wire in sheet.wires:
        for start, end in pairwise(wire):
            out.append(
                f'(wire {_points((start, end))} {_stroke(0)} (uuid "{identifier(sheet.name, "wire", start, end)}"))'
            )
    out += [
        f'(polyline {_points(line)} {_stroke(0.3, "dash")} (uuid "{identifier(sheet.name, line)}"))'
        for line in sheet.dashed
    ]
    out += [
        f'(text "{text}" (exclude_from_sim no) (at {at[0]:g} {at[1]:g} 0){_font(size, "left bottom")}'
        f' (uuid "{identifier(sheet.name, text)}"))'
        for text, at, size in sheet.texts
    ]
    out += [_label(text, at, angle, sheet) for text, at, angle in sheet.labels]
    out += [_instance(of[ref], put, sheet) for ref, put in sheet.puts.items()]
    out += [_supply(name, at, sheet, count) for count, (name, at) in enumerate(sheet.supplies, start=1)]
    if sheet.name == "receiver":
        out.append(_child())
    if sheet.name != "panel":
        out.append('(sheet_instances (path "/" (page "1")))')
    out.append("(embedded_fonts no))\n")
    return "\n".join(out)


def _label(text: str, at: Place, angle: int, sheet: Sheet) -> str:
    side = "right" if angle in (180, 270) else "left"
    return (
        f'(global_label "{text}" (shape passive) (at {at[0]:g} {at[1]:g} {angle}){_font(justify=side)}'
        f' (uuid "{identifier(sheet.name, "label", text, at)}")'
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
