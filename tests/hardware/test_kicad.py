"""KiCad itself on the drawn project: its electrical rules, and the mistakes they find."""

import shutil
from uuid import uuid4

import pytest

from hardware.workshop import exports, netlist, rules, schematic
from hardware.workshop.circuit import leads, parts

pytestmark = pytest.mark.needs_tool("kicad-cli")


@pytest.fixture
def project(tmp_path):
    for path in schematic.project_files():
        shutil.copy(path, tmp_path)
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_committed_schematic_keeps_the_electrical_rules(project):
    exports.electrical_rules(project)


def test_a_pin_that_nothing_joins_is_found(project):
    edit(project / "panel.kicad_sch", '(global_label "led_red"', '(global_label "led_rde"')

    with pytest.raises(RuntimeError, match="led_rde"):
        exports.electrical_rules(project)


def wire(project, sheet, start, end):
    """Draw one more wire."""
    points = f"(pts (xy {start[0]} {start[1]}) (xy {end[0]} {end[1]}))"
    more = f'(wire {points} (stroke (width 0) (type default)) (uuid "{uuid4()}"))\n(wire'
    edit(project / sheet, "(wire", more)


def drawn(project):
    return netlist.read(exports.drawn_netlist(project))


def test_two_supplies_joined_are_found(project):
    wire(project, "panel.kicad_sch", (38.1, 187.96), (50.8, 187.96))

    with pytest.raises(RuntimeError, match="Power output"):
        exports.electrical_rules(project)


def test_the_committed_netlist_is_the_drawing(project):
    assert exports.drawn_netlist(project) == netlist.COMMITTED.read_text(encoding="utf-8")


def test_a_wire_over_the_isolation_is_found_where_the_electrical_rules_see_nothing(project):
    wire(project, "han.kicad_sch", (106.68, 68.58), (147.32, 78.74))
    exports.electrical_rules(project)

    assert "the isolation is bridged: the meter's pair reaches GND of the Pi by the net GND itself" in list(
        rules.isolation_rules(parts(), drawn(project).nets)
    )


def test_labels_swapped_on_the_header_are_found(project):
    path = project / "panel.kicad_sch"
    edit(path, '(global_label "led_green"', '(global_label "led_swap"')
    edit(path, '(global_label "led_yellow"', '(global_label "led_green"')
    edit(path, '(global_label "led_swap"', '(global_label "led_yellow"')

    assert "pin 11 of the header should carry led_green, but the schematic has led_yellow there" in list(
        rules.drawing_rules(parts(), drawn(project))
    )


def test_a_wire_around_a_resistor_is_found(project):
    wire(project, "panel.kicad_sch", (175.26, 35.56), (185.42, 35.56))

    assert list(rules.current_rules(leads(), parts(), drawn(project).nets)) == [
        "led_red (pin 15) has no resistor of its own in series: put one in, or its pin burns"
    ]
