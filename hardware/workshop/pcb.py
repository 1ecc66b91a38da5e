"""The board as KiCad 9 files: S-expressions, with identifiers that are the same each time.

Here is how KiCad writes a board down; what stands where is in board.py.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from hardware.workshop import board as front
from hardware.workshop.board import Board, Put
from hardware.workshop.circuit import Part
from hardware.workshop.footprints import FOOTPRINTS, HOLE, Footprint, Pad, Place
from hardware.workshop.kicad import BOARD_PROJECT, BOARD_ROOT, identifier, symbol_id
from hardware.workshop.routing import TRACK, VIA, VIA_DRILL

FROM = 50.0
"""Where the board's corner is on KiCad's sheet."""
CREEPAGE, AIR = 6.0, 5.0
"""Between the meter's nets and all others, mm: along the board and through the air."""

LAYERS = (
    (0, "F.Cu", "signal"),
    (2, "B.Cu", "signal"),
    (13, "F.Paste", "user"),
    (15, "B.Paste", "user"),
    (5, "F.SilkS", "user"),
    (7, "B.SilkS", "user"),
    (1, "F.Mask", "user"),
    (3, "B.Mask", "user"),
    (25, "Edge.Cuts", "user"),
    (31, "F.CrtYd", "user"),
    (29, "B.CrtYd", "user"),
    (35, "F.Fab", "user"),
    (33, "B.Fab", "user"),
)

Fill = Mapping[str, Sequence[Sequence[Place]]]
"""The ground's filled outlines, by layer, as KiCad found them."""


def _xy(at: Place) -> str:
    return f"{at[0] + FROM:.4f} {at[1] + FROM:.4f}"


def _flat(at: Place) -> str:
    return f"{at[0]:g} {at[1]:g}"


def _effects(size: float, mirrored: bool = False, hidden: bool = False) -> str:
    how = " (justify mirror)" if mirrored else ""
    return (
        f"{' (hide yes)' if hidden else ''}"
        f" (effects (font (size {size:g} {size:g}) (thickness {0.15 if size >= 0.9 else 0.12:g})){how})"
    )


def _uuid(*what: object) -> str:
    return f'(uuid "{identifier("board", *what)}")'


def _outline(shape: Footprint, put: Put, what: str) -> Iterator[str]:
    """Yield what is printed around a part, and its courtyard, in the footprint's own frame."""
    side = "B" if put.back else "F"

    def own(at: Place) -> str:
        return _flat((at[0], -at[1] if put.back else at[1]))

    stroke = "(stroke (width 0.12) (type solid))"
    for place, line in enumerate(shape.lines):
        for step, (start, end) in enumerate(pairwise(line)):
            yield (
                f'(fp_line (start {own(start)}) (end {own(end)}) {stroke} (layer "{side}.SilkS")'
                f" {_uuid(what, 'line', place, step)})"
            )
    for place, (middle, radius) in enumerate(shape.circles):
        yield (
            f"(fp_circle (center {own(middle)}) (end {own((middle[0] + radius, middle[1]))}) {stroke} (fill no)"
            f' (layer "{side}.SilkS") {_uuid(what, "circle", place)})'
        )
    for text, at in shape.says:
        yield (
            f'(fp_text user "{text}" (at {own(at)} 90) (layer "{side}.SilkS") {_uuid(what, "says", at)}'
            f"{_effects(0.8, put.back)})"
        )
    left, top, right, bottom = shape.room
    yield (
        f"(fp_rect (start {own((left, top))}) (end {own((right, bottom))}) (stroke (width 0.05) (type solid)) (fill no)"
        f' (layer "{side}.CrtYd") {_uuid(what, "courtyard")})'
    )


def _pad(pad: Pad, put: Put, net: str, what: str) -> str:
    at = _flat((pad.at[0], -pad.at[1] if put.back else pad.at[1]))
    turned = f" {put.turned}" if put.turned else ""
    if not pad.number:
        return (
            f'(pad "" np_thru_hole circle (at {at}{turned}) (size {_flat(pad.size)}) (drill {pad.drill:g})'
            f' (layers "*.Cu" "*.Mask") {_uuid(what, "hole", pad.at)})'
        )
    form = "rect" if pad.square else "circle" if pad.size[0] == pad.size[1] else "oval"
    return (
        f'(pad "{pad.number}" thru_hole {form} (at {at}{turned}) (size {_flat(pad.size)}) (drill {pad.drill:g})'
        f' (layers "*.Cu" "*.Mask") (remove_unused_layers no){net} {_uuid(what, "pad", pad.number, pad.at)})'
    )


def _fields(shape: Footprint, put: Put, ref: str, part: Part | None, what: str) -> Iterator[str]:
    side = "B" if put.back else "F"
    angle = " 90" if put.turned in (90, 270) else " 0"

    def own(at: Place) -> str:
        return _flat((at[0], -at[1] if put.back else at[1])) + angle

    bare = part is None and ref != "REF**"
    shown = "SilkS" if shape.reference_shown and not bare else "Fab"
    value = part.value if part else shape.name
    yield (
        f'(property "Reference" "{ref}" (at {own(shape.reference_at)}) (layer "{side}.{shown}")'
        f" {_uuid(what, 'reference')}{_effects(shape.text, put.back, hidden=bare)})"
    )
    yield (
        f'(property "Value" "{value}" (at {own(shape.value_at or (0, 0))})'
        f' (layer "{side}.{"SilkS" if shape.value_at else "Fab"}") {_uuid(what, "value")}'
        f"{_effects(shape.text, put.back, hidden=bare)})"
    )
    fields = {"Datasheet": "", "Description": part.use if part else ""}
    if part:
        fields |= {"Buy": part.buy, "Instead": part.instead, "Maker": part.maker, "Part number": part.mpn}
    for name, text in fields.items():
        yield (
            f'(property "{name}" "{text}" (at 0 0 0) (layer "{side}.Fab") {_uuid(what, name)}'
            f"{_effects(1.0, put.back, hidden=True)})"
        )


def library_text(shape: Footprint) -> str:
    """Return a footprint as the board's own library holds it."""
    put = Put(0, 0)
    what = f"library/{shape.name}"
    kind = "exclude_from_pos_files exclude_from_bom" if shape is HOLE else "through_hole"
    return "\n".join(
        [
            f'(footprint "{shape.name}" (version 20241229) (generator "han") (generator_version "9.0") (layer "F.Cu")',
            *_fields(shape, put, "REF**", None, what),
            f"(attr {kind})",
            *_outline(shape, put, what),
            *(_pad(pad, put, "", what) for pad in shape.pads),
            "(embedded_fonts no))\n",
        ]
    )


def _instance(board: Board, ref: str, nets: Mapping[str, int]) -> str:
    put, shape, part = board.puts[ref], board.footprint(ref), board.parts.get(ref)
    turned = f" {put.turned}" if put.turned else ""
    lines = [f'(footprint "{BOARD_PROJECT}:{shape.name}" (layer "{"B" if put.back else "F"}.Cu") {_uuid(ref)}']
    lines.append(f"(at {_xy((put.x, put.y))}{turned})")
    lines += _fields(shape, put, ref, part, ref)
    if part:
        lines.append(f'(path "/{symbol_id(ref)}") (sheetname "/") (sheetfile "{BOARD_PROJECT}.kicad_sch")')
        lines.append(f"(attr through_hole{' exclude_from_pos_files' if part.kind == 'testpoint' else ''})")
    else:
        lines.append("(attr exclude_from_pos_files exclude_from_bom board_only)")
    lines += _outline(shape, put, ref)
    for pad in shape.pads:
        name = board.nets.get((ref, pad.number), "") if pad.number else ""
        lines.append(_pad(pad, put, f' (net {nets[name]} "{name}")' if name else "", ref))
    return "\n".join(lines) + "\n(embedded_fonts no))"


def _edge() -> Iterator[str]:
    """Yield the board's outline with its cut corners, and the slot under the optocoupler.

    Straight lines only: KiCad's creepage check takes minutes for each arc.
    """
    width, height, cut = front.WIDTH, front.HEIGHT, front.CORNER
    outline = (
        *((cut, 0), (width - cut, 0), (width, cut), (width, height - cut)),
        *((width - cut, height), (cut, height), (0, height - cut), (0, cut), (cut, 0)),
    )
    middle, top, bottom, wide = front.SLOT
    left, right = middle - wide / 2, middle + wide / 2
    slot = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    for name, line in (("outline", outline), ("slot", slot)):
        for place, (start, end) in enumerate(pairwise(line)):
            yield (
                f"(gr_line (start {_xy(start)}) (end {_xy(end)}) (stroke (width 0.1) (type default))"
                f' (layer "Edge.Cuts") {_uuid(name, place)})'
            )


def _texts() -> Iterator[str]:
    for side, of in (("F", front.SAYS), ("B", front.SAYS_BACK)):
        for text, at, size in of:
            yield (
                f'(gr_text "{text}" (at {_xy(at)} 0) (layer "{side}.SilkS") {_uuid("text", side, text)}'
                f"{_effects(size, side == 'B')})"
            )


def _zones(nets: Mapping[str, int], fill: Fill) -> Iterator[str]:
    corners = " ".join(f"(xy {_xy(at)})" for at in front.POUR)
    for layer in ("F.Cu", "B.Cu"):
        filled = "\n".join(
            f'(filled_polygon (layer "{layer}") (pts {" ".join(f"(xy {x:.4f} {y:.4f})" for x, y in outline)}))'
            for outline in fill.get(layer, ())
        )
        yield (
            f'(zone (net {nets["GND"]}) (net_name "GND") (layer "{layer}") {_uuid("zone", layer)} (hatch edge 0.5)'
            " (connect_pads (clearance 0.3)) (min_thickness 0.25) (filled_areas_thickness no)"
            " (fill yes (thermal_gap 0.3) (thermal_bridge_width 0.5) (island_removal_mode 0))"
            f" (polygon (pts {corners}))\n{filled})"
        )


def board_text(board: Board, fill: Fill) -> str:
    """Return the board as a .kicad_pcb file."""
    names = ["", *sorted(set(board.nets.values()))]
    nets = {name: number for number, name in enumerate(names)}
    out = [
        '(kicad_pcb (version 20241229) (generator "han") (generator_version "9.0")',
        f'(general (thickness {front.THICK:g}) (legacy_teardrops no)) (paper "A4")',
        '(title_block (title "HAN front") (rev "B") (company "HAN appliance"))',
        "(layers",
        *(f'({number} "{name}" {kind})' for number, name, kind in LAYERS),
        ")",
        "(setup (pad_to_mask_clearance 0.05) (allow_soldermask_bridges_in_footprints no)",
        f"(aux_axis_origin {_xy((0, front.HEIGHT))}))",
        *(f'(net {number} "{name}")' for name, number in nets.items()),
        *(_instance(board, ref, nets) for ref in sorted(board.puts)),
        *_edge(),
        *_texts(),
    ]
    for place, track in enumerate(board.tracks):
        layer = ("F.Cu", "B.Cu")[track.layer]
        out.append(
            f'(segment (start {_xy(track.start)}) (end {_xy(track.end)}) (width {TRACK:g}) (layer "{layer}")'
            f" (net {nets[track.net]}) {_uuid('track', place)})"
        )
    for place, via in enumerate(board.vias):
        out.append(
            f'(via (at {_xy(via.at)}) (size {VIA:g}) (drill {VIA_DRILL:g}) (layers "F.Cu" "B.Cu") (net {nets[via.net]})'
            f" {_uuid('via', place)})"
        )
    out += _zones(nets, fill)
    out.append("(embedded_fonts no))\n")
    return "\n".join(out)


def rules_text() -> str:
    """Return the board's own rules: the isolation, and that one spoke of the ground's copper is enough for a pin.

    The ground has thousands of corners, which KiCad's creepage check takes long for; so it keeps the whole creepage
    as its straight distance, and no way along the board is shorter than that.
    """
    meter = "A.NetClass == 'Meter' && B.NetClass != 'Meter' && B.NetName != ''"
    rules = (
        ("isolation, through the air", meter, f"clearance (min {AIR:g}mm)"),
        (
            "isolation, from the ground",
            "A.NetClass == 'Meter' && B.NetName == 'GND'",
            f"clearance (min {CREEPAGE:g}mm)",
        ),
        ("isolation, along the board", f"{meter} && B.NetName != 'GND'", f"creepage (min {CREEPAGE:g}mm)"),
    )
    texts = [f'(rule "{name}"\n  (condition "{when}")\n  (constraint {what}))' for name, when, what in rules]
    texts.append('(rule "tracks join the ground too"\n  (constraint min_resolved_spokes 1))')
    return "\n".join(("(version 1)", *texts)) + "\n"


def project_text(meters: set[str]) -> str:
    """Return the project's settings: the least sizes, and the meter's nets as a class of their own."""
    sizes = {"clearance": 0.2, "track_width": TRACK, "via_diameter": VIA, "via_drill": VIA_DRILL}
    limits = {
        "min_clearance": 0.2,
        "min_copper_edge_clearance": 0.4,
        "min_hole_clearance": 0.25,
        "min_hole_to_hole": 0.4,
        "min_silk_clearance": 0.05,
        "min_text_height": 0.8,
        "min_text_thickness": 0.12,
        "min_through_hole_diameter": 0.3,
        "min_track_width": 0.25,
        "min_via_annular_width": 0.15,
        "min_via_diameter": 0.6,
    }
    settings = {
        "board": {"design_settings": {"defaults": {}, "rules": limits}},
        "meta": {"filename": f"{BOARD_PROJECT}.kicad_pro", "version": 3},
        "net_settings": {
            "classes": [{"name": "Default", **sizes}, {"name": "Meter", **sizes}],
            "netclass_patterns": [{"netclass": "Meter", "pattern": name} for name in sorted(meters)],
        },
        "sheets": [[BOARD_ROOT, "Root"]],
    }
    return json.dumps(settings, indent=2) + "\n"


def libraries() -> dict[str, str]:
    """Return the footprint library, by file."""
    return {f"{shape.name}.kicad_mod": library_text(shape) for shape in (*FOOTPRINTS.values(), HOLE)}
