"""KiCad itself on the drawn project: its electrical rules, and the mistakes they find."""

import shutil
from uuid import uuid4

import pytest
from needs import needs_tool

from hardware.workshop import exports, schematic

pytestmark = needs_tool("kicad-cli")


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


def test_two_supplies_joined_are_found(project):
    short = "(wire (pts (xy 38.1 187.96) (xy 50.8 187.96)) (stroke (width 0) (type default)) (uuid 0))"
    edit(project / "panel.kicad_sch", "(no_connect", short.replace("uuid 0", f'uuid "{uuid4()}"') + "\n(no_connect")

    with pytest.raises(RuntimeError, match="Power output"):
        exports.electrical_rules(project)
