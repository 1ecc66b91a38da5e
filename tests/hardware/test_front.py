"""Front and box: everything finds its place, and prints without supports."""

from dataclasses import replace

import pytest

from hardware.workshop import board, printing
from hardware.workshop import enclosure as box


def moved(name, at):
    return [replace(room, at=at) if room.name == name else room for room in box.rooms()]


def prism(*outline, height, base=0.0):
    """A closed body over an outline of four corners, counter-clockwise."""
    low = [(*corner, base) for corner in outline]
    high = [(*corner, base + height) for corner in outline]
    sides = [
        facet
        for here, there in ((0, 1), (1, 2), (2, 3), (3, 0))
        for facet in ((low[here], low[there], high[there]), (low[here], high[there], high[here]))
    ]
    return [
        *sides,
        (low[0], low[2], low[1]),
        (low[0], low[3], low[2]),
        (high[0], high[1], high[2]),
        (high[0], high[2], high[3]),
    ]


SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def test_everything_has_its_place():
    assert list(box.front_rules(box.rooms())) == []


def test_what_overlaps_is_named():
    assert list(box.front_rules(moved("button A", (0.0, 5.0)))) == ["display and button A overlap behind the front"]


def test_what_reaches_into_the_wall_is_named():
    assert list(box.front_rules(moved("piezo", (65.0, -5.0)))) == ["piezo reaches into the wall by 2.7 mm"]


def test_the_sizes_for_openscad_are_up_to_date():
    assert (printing.OUT / "sizes.scad").read_text(encoding="utf-8") == box.sizes()


@pytest.mark.parametrize("part", printing.PRINTED)
def test_each_stored_part_prints_without_supports(part):
    assert list(printing.print_rules(part, printing.stored(part))) == []


def test_the_front_has_its_holes_where_the_board_has_its_parts():
    """One source: a lamp moved on the board moves on the front."""
    assert box.LAMPS_AT["red"] == box.on_board((board.PUTS["D12"].x, board.PUTS["D12"].y))
    assert box.on_board((0, 0)) == box.BOARD_AT
    assert box.on_board((board.WIDTH, board.HEIGHT)) == (box.BOARD_AT[0] + 100, box.BOARD_AT[1] - 80)


@pytest.mark.parametrize("part", ["front", "back"])
def test_the_stored_part_is_a_closed_body_that_prints_without_supports(part):
    facets = printing.stored(part)

    assert list(printing.print_rules(part, facets)) == []
    corners = [corner for facet in facets for corner in facet]
    for axis in (0, 1):
        assert max(corner[axis] for corner in corners) == pytest.approx(box.OUTER[axis] / 2, abs=0.01)
        assert min(corner[axis] for corner in corners) == pytest.approx(-box.OUTER[axis] / 2, abs=0.01)
    assert max(corner[2] for corner in corners) == {"front": box.FACE + box.GAP, "back": box.DEPTH}[part]


def test_the_front_lies_on_its_face_so_the_lamps_are_on_the_other_hand():
    x, y = box.LAMPS_AT["red"]
    rim = [
        corner
        for facet in printing.stored("front")
        for corner in facet
        if abs(((corner[0] + x) ** 2 + (corner[1] - y) ** 2) ** 0.5 - box.LAMP_HOLE / 2) < 0.02
    ]

    assert rim


def test_a_hole_in_a_body_is_named():
    assert list(printing.print_rules("it", prism(*SQUARE, height=5)[1:])) == [
        "it is no closed body: a slicer would guess"
    ]


def test_an_overhang_is_named():
    wide = tuple((x * 2 - 5, y * 2 - 5) for x, y in SQUARE)
    mushroom = prism(*SQUARE, height=5) + prism(*wide, height=2, base=5.0)

    assert list(printing.print_rules("it", mushroom)) == ["it needs supports: something hangs over at 5 mm"]


def test_a_part_above_the_bed_is_named():
    assert list(printing.print_rules("it", prism(*SQUARE, height=5, base=1.0))) == [
        "it does not lie on the bed: its lowest point is at 1 mm"
    ]


def shifted(facets, behind):
    """Return the caps with all that is behind the face so much longer."""
    return [
        tuple((x, y, z + behind if z > box.CAP_OUT + box.FACE + 2.5 else z) for x, y, z in facet) for facet in facets
    ]


def test_a_box_in_which_the_ribbon_meets_the_usb_sockets_is_named(monkeypatch):
    """From the front's back: 15 mm to the board, 1.6 mm of it, 15 mm to the ribbon; the sockets begin at 25.6 mm."""
    monkeypatch.setattr(box, "DEPTH", 52.0)

    assert list(box.front_rules(box.rooms())) == ["the ribbon on J2 and the Pi's USB sockets need 7.0 mm more depth"]


def test_the_caps_press_their_switches_and_come_back():
    assert list(box.cap_rules(printing.stored("caps"))) == []


@pytest.mark.parametrize(
    ("longer", "said"),
    [
        (-3.2, ["a cap's bore ends 3.4 mm above its switch, not 0 to 0.4 mm",
                "a cap is flush with the face 2.1 mm before it has pressed its switch"]),
        (1.0, ["a cap's bore ends -0.8 mm above its switch, not 0 to 0.4 mm"]),
    ],
)  # fmt: skip
def test_a_cap_that_is_too_short_or_too_long_is_named(longer, said):
    assert list(box.cap_rules(shifted(printing.stored("caps"), longer))) == said


def test_a_cap_whose_rim_does_not_fit_behind_the_front_is_named():
    higher = [tuple((x, y, z - 0.5) for x, y, z in facet) for facet in printing.stored("caps")]

    assert any("inside the front's plate" in said for said in box.cap_rules(higher))


@pytest.mark.needs_tool("openscad")
@pytest.mark.parametrize("part", ["caps"])
def test_the_stored_part_is_what_openscad_makes_of_the_sizes(part):
    assert (printing.OUT / f"{part}.stl").read_bytes() == printing.stl(printing.export(part))
