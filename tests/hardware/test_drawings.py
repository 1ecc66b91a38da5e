"""What is committed under hardware/ is what board.toml and circuit.toml say."""

import csv

import pytest

from appliance.settings import settings_file
from appliance.settings.model import Settings
from hardware.workshop import harness, netlist, schematic
from hardware.workshop.circuit import HEADER, leads, nets, parts


def test_the_program_drives_the_pins_that_are_drawn():
    driven = settings_file.pins(Settings())

    assert {lead.name: lead.gpio for lead in leads() if lead.gpio is not None} == driven


@pytest.mark.parametrize("path", schematic.project_files(), ids=lambda path: path.name)
def test_the_kicad_project_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == schematic.project_files()[path]


def test_the_harness_is_up_to_date():
    assert (harness.OUT / "harness.yml").read_text(encoding="utf-8") == harness.text()


def test_the_drawn_nets_are_the_circuits():
    drawn = set(netlist.committed().nets.values())

    assert drawn == set(nets(parts()).values())


def test_the_header_carries_each_signal_of_the_board_under_its_own_name():
    drawn = netlist.committed()

    for lead in leads():
        assert drawn.net_of(HEADER, str(lead.pin)) == (lead.net if lead.colour else None)


def test_the_bill_of_materials_lists_every_part_once_with_what_to_buy():
    with (schematic.OUT / "bom.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    listed = [ref for row in rows for ref in row["Parts"].split(",")]

    assert sorted(listed) == sorted(parts())
    for row in rows:
        assert row["Buy"]
        assert row["Or instead"]
        assert int(row["Number"]) == len(row["Parts"].split(","))
