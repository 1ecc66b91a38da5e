"""The printed board: KiCad's checks find nothing, and each deliberate mistake is found by one of them."""

import json
import os
import re
import shutil
from dataclasses import replace

import pytest

from hardware.workshop import assembly, boardfiles, netlist, pcb, rules
from hardware.workshop import board as front
from hardware.workshop.board import Put
from hardware.workshop.circuit import BOARD, leads, nets, parts
from hardware.workshop.footprints import FOOTPRINTS
from hardware.workshop.routing import Hole, NoWayError, route

kicad = pytest.mark.needs_tool("kicad-cli")


@pytest.fixture
def project(tmp_path):
    shutil.copytree(boardfiles.OUT, tmp_path / "board", ignore=shutil.ignore_patterns("order", "*.png", "*.html"))
    (tmp_path / "schematic").mkdir()
    shutil.copy(boardfiles.OUT.parent / "schematic" / "han.kicad_sym", tmp_path / "schematic")
    return tmp_path / "board"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1, flags=re.MULTILINE | re.DOTALL)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


@kicad
def test_the_committed_board_has_nothing_that_kicad_finds(project):
    found = boardfiles.judged(project)

    assert found["violations"] == found["unconnected_items"] == found["schematic_parity"] == []


@kicad
def test_a_project_without_its_schematic_fails(project):
    (project / "front.kicad_sch").unlink()

    with pytest.raises(RuntimeError, match=r"front.kicad_sch is missing"):
        boardfiles.judged(project)


def test_the_folder_holds_one_project():
    names = {path.name for path in boardfiles.OUT.glob("*.kicad_*")}

    assert names == {"front.kicad_pro", "front.kicad_sch", "front.kicad_pcb", "front.kicad_dru"}


@kicad
def test_a_part_over_the_gap_is_found(project):
    """R2 of the meter's side moved 6 mm to the right, towards the optocoupler's other side."""
    edit(project / "front.kicad_pcb", r"\(at 76\.6700 105\.2450 270\)", "(at 83.6700 105.2450 270)")

    found = " ".join(boardfiles.rules(project))
    assert "isolation, through the air" in found


@kicad
def test_a_slot_that_was_forgotten_is_no_mistake_that_the_air_hides(project):
    """The pins of U1 are 6.02 mm apart without it: the slot is more than the rule asks."""
    edit(project / "front.kicad_dru", r"creepage \(min 6mm\)", "creepage (min 6.1mm)")
    edit(project / "front.kicad_pcb", r"(\(gr_line \(start 85\.0600[^\n]*\n|\(gr_line \(start 86\.0600[^\n]*\n)+", "")

    assert "isolation, along the board" in " ".join(boardfiles.rules(project))


@kicad
def test_a_missing_track_is_found(project):
    text = (project / "front.kicad_pcb").read_text(encoding="utf-8")
    number = re.search(r'\(net (\d+) "led_red"\)', text)[1]
    (project / "front.kicad_pcb").write_text(
        re.sub(rf"\(segment [^\n]*\(net {number}\)[^\n]*\n", "", text), encoding="utf-8"
    )

    assert any("unconnected items" in sentence and "led_red" in sentence for sentence in boardfiles.rules(project))


@kicad
def test_a_swapped_pin_is_found(project):
    """The optocoupler's emitter and collector."""
    text = (project / "front.kicad_pcb").read_text(encoding="utf-8")
    start = text.index('(property "Reference" "U1"')
    three, four = (re.search(rf'\(pad "{pin}" [^\n]*(\(net \d+ "[^"]*"\))', text[start:]) for pin in "34")
    swapped = text[start:].replace(three[1], "(net ?)", 1).replace(four[1], three[1], 1).replace("(net ?)", four[1], 1)
    (project / "front.kicad_pcb").write_text(text[:start] + swapped, encoding="utf-8")

    assert any("schematic parity" in sentence and "U1" in sentence for sentence in boardfiles.rules(project))


@kicad
def test_a_wrong_footprint_is_found(project):
    edit(project / "front.kicad_pcb", r'\(footprint "front:DO35"', '(footprint "front:DO41"')

    found = " ".join(boardfiles.rules(project))
    assert "schematic parity" in found
    assert "DO35" in found


@kicad
def test_the_boards_schematic_is_the_circuit():
    drawn, _ = boardfiles.drawn_netlist()

    assert set(drawn.nets.values()) == set(nets(parts(BOARD)).values())


@kicad
def test_the_board_is_made_again_as_it_is(project):
    drawn, unused = boardfiles.drawn_netlist()
    board = front.laid(drawn, unused)

    assert pcb.board_text(board, boardfiles.filled(board)) == boardfiles.PCB.read_text(encoding="utf-8")


def test_the_boards_circuit_keeps_the_rules_of_the_wired_one():
    of = parts(BOARD)

    assert list(rules.isolation_rules(of, nets(of))) == []
    assert list(rules.current_rules(leads(), of, nets(of))) == []
    assert list(front.rules(boardfiles.placed())) == []


def test_parts_in_each_others_room_and_over_the_edge_are_named():
    board = boardfiles.placed()
    moved = replace(board, puts=board.puts | {"R9": Put(48.26, 14.0), "R14": Put(50.8, 79.5)})

    assert list(front.rules(moved)) == [
        "R14 reaches over the board's edge",
        "C2 and R9 stand in each other's room",
    ]
    fewer = replace(board, puts={ref: put for ref, put in board.puts.items() if ref != "Q1"})
    assert list(front.rules(fewer)) == ["Q1 has no place on the board"]


def test_the_header_at_the_back_counts_as_the_pis():
    """Raspberry Pi's own: going from pin 1 to pin 3, pin 2 is at the left hand, as seen from where one plugs in.

    On the board one looks through it from the front, so it is at the right hand.
    """
    board = boardfiles.placed()

    assert front.header_is_the_pis(board)
    in_front = replace(board, puts=board.puts | {"J2": Put(10.16, 26.67, 270)})
    assert not front.header_is_the_pis(in_front)


def test_the_meters_nets_end_at_the_light():
    drawn = netlist.Netlist({}, nets(parts(BOARD)))

    assert front.meter_nets(drawn) == {"HAN_PLUS", "HAN_MINUS", "RECTIFIED", "LIMITED", "LED_ANODE"}


@pytest.mark.parametrize("ref", sorted(parts(BOARD)))
def test_each_pin_has_its_hole(ref):
    part = parts(BOARD)[ref]

    assert set(part.pins) <= {pad.number for pad in FOOTPRINTS[part.footprint].pads}


def test_two_pins_with_no_way_between_them_are_named():
    holes = [Hole("here", (2.54, 2.54), 0.8), Hole("here", (12.7, 2.54), 0.8)]
    wall = {(10, y) for y in range(100)}

    with pytest.raises(NoWayError, match="here"):
        route((20.0, 20.0), holes, {"here": wall})
    tracks, _ = route((20.0, 20.0), holes, {})
    assert tracks[0].start == (2.54, 2.54)
    assert tracks[-1].end == (12.7, 2.54)


@pytest.mark.needs_tool("gerbv")
@pytest.mark.needs_tool("rsvg-convert")
@pytest.mark.parametrize("layer", boardfiles.ORDERED)
def test_the_gerbers_show_another_reader_what_kicad_plots(layer, tmp_path):
    """At 600 dots an inch at most 0.5 % of the dots differ."""
    share = boardfiles.compared(layer, tmp_path)

    assert share <= 0.005


@pytest.mark.needs_tool("gerbv")
def test_the_drill_files_have_the_boards_holes(tmp_path):
    """Counts and sizes as gerbv reads them, against those of the footprints."""
    board = boardfiles.placed()
    meant = {True: {}, False: {}}
    for _, pad, _, _ in board.pads():
        sizes = meant[bool(pad.number)]
        sizes[pad.drill] = sizes.get(pad.drill, 0) + 1
    text = boardfiles.PCB.read_text(encoding="utf-8")
    meant[True][0.4] = len(re.findall(r"^\(via ", text, re.MULTILINE))

    assert boardfiles.drilled("front-PTH.drl", tmp_path) == meant[True]
    assert boardfiles.drilled("front-NPTH.drl", tmp_path) == meant[False]


def test_the_interactive_bill_has_each_part_once_and_no_moment():
    text = (boardfiles.OUT / "assembly.html").read_text(encoding="utf-8")
    data, _ = json.JSONDecoder().raw_decode(text, text.index("var pcbdata = ") + len("var pcbdata = "))

    listed = sorted(ref for group in data["bom"]["both"] for ref, _ in group)
    assert listed == sorted(ref for ref, part in parts(BOARD).items() if part.kind != "testpoint")
    assert data["metadata"]["date"] == ""


@pytest.mark.needs_tool("kicad-python")
def test_the_interactive_bill_is_the_same_from_a_board_written_at_another_time(tmp_path):
    board = shutil.copy(boardfiles.PCB, tmp_path)
    os.utime(board, (1e9, 1e9))

    assert assembly.page(tmp_path / boardfiles.PCB.name) == (boardfiles.OUT / "assembly.html").read_text("utf-8")
