"""The pictures of the whole: what they show stands where the printed files and the drawings have it."""

import re

import pytest

from hardware.workshop import enclosure, product, vrml
from hardware.workshop.enclosure import DEPTH, FACE, FLOOR, GAP, OUTER, STANDOFF, WALL


def ends(shapes):
    """Return how far shapes reach, mm: least and most of x, y and z."""
    corners = [
        tuple(vrml.UNIT * float(number) for number in corner.split())
        for points in re.findall(r"point \[ (.*?) \]", shapes)
        for corner in points.split(", ")
    ]
    return [
        (pytest.approx(min(values), abs=0.01), pytest.approx(max(values), abs=0.01))
        for values in zip(*corners, strict=True)
    ]


def test_front_and_box_close_on_each_other():
    front, box = ends(product.front()), ends(product.back())

    assert front[:2] == box[:2] == [(-OUTER[0] / 2, OUTER[0] / 2), (-OUTER[1] / 2, OUTER[1] / 2)]
    assert front[2] == (0, GAP + FACE), "its pillars stand on the board"
    assert box[2] == (GAP - DEPTH, GAP)


def test_the_caps_are_over_their_switches_and_stick_out():
    (left, right), (_, _), (low, high) = ends(product.caps())

    buttons = enclosure.BUTTONS_AT
    assert left == buttons["A"][0] - enclosure.CAP_RIM / 2
    assert right == buttons["B"][0] + enclosure.CAP_RIM / 2
    assert high == GAP + FACE + enclosure.CAP_OUT
    assert low == enclosure.SWITCH_HEIGHT - enclosure.CAP_BORE


def test_the_display_is_behind_the_window_and_right_way_up():
    (left, right), (bottom, top), (_, high) = ends(product.display())

    assert right.expected - left.expected == pytest.approx(enclosure.MODULE[0], abs=0.02)
    assert top.expected < enclosure.on_board((0, 0))[1] + 0.01
    assert bottom.expected > enclosure.BUTTONS_AT["A"][1] + enclosure.BUTTON_BODY / 2
    assert high.expected < GAP, "nothing of it is in the front's plate"


def test_the_pi_stands_on_its_posts_between_the_walls():
    (left, right), (bottom, top), (low, _) = ends(product.pi())

    assert low == GAP - DEPTH + FLOOR + STANDOFF
    assert left.expected > WALL - OUTER[0] / 2
    assert right.expected < OUTER[0] / 2 - WALL - enclosure.USB_ROOM
    assert bottom.expected > WALL - OUTER[1] / 2
    assert top.expected < OUTER[1] / 2 - WALL


def test_apart_nothing_changes_its_order():
    order = sorted(product.APART, key=lambda name: product.APART[name])

    assert order == ["back", "Pi", "display", "caps", "front", "screws"]
    assert set(product.TOGETHER.values()) == {0.0}
