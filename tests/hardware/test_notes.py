"""hardware/README.md: every table as computed, every link there, and the safety text whole."""

import re
from pathlib import Path

import pytest
from PIL import Image

from hardware.workshop import tables

TEXT = tables.README.read_text(encoding="utf-8")
GOLDEN = Path(__file__).parents[1] / "panel" / "pages" / "golden"


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", tables.TABLES)
def test_each_table_stands_in_the_notes_as_it_is_computed(name):
    assert f"<!-- made: {name} -->\n{tables.TABLES[name]()}\n<!-- end -->" in TEXT


def test_every_link_and_picture_is_there():
    headings = {anchor(line.lstrip("# ")) for line in TEXT.splitlines() if line.startswith("#")}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        place, _, heading = target.partition("#")
        if place:
            assert (tables.README.parent / place).exists(), target
        else:
            assert heading in headings, target


@pytest.mark.parametrize(
    "sentence",
    [
        "is not Ethernet",
        "PoE or passive-PoE",
        "direct-current short",
        "Never open seals or covers",
        "never from 5 V",
        "measure its idle TXD: at most 3.4 V",
        "looks like Ethernet and is not",
        "USB converter without isolation",
        "double-insulated supply",
        "3 m at most",
        "Simulated, not yet measured",
        "outside",
        "electrician's",
        "isolated low voltage",
        "constant-current charger",
    ],
)
def test_the_safety_text_is_whole(sentence):
    assert sentence in re.sub(r"\s+", " ", TEXT.replace("**", "").replace("\n", " "))


def test_no_page_of_the_panel_lights_more_than_the_power_table_reckons_with():
    shares = {
        path.name: Image.open(path).convert("L").point(lambda value: value > 127 and 255).histogram()[255] / 8192
        for path in GOLDEN.glob("*.png")
    }

    assert max(shares.values()) < tables.BUDGET["lit"]["most"]


def test_a_supply_that_is_too_weak_is_named():
    assert list(tables.power_rules(tables.BUDGET)) == []
    weak = tables.BUDGET["pi"] | {"3b": tables.BUDGET["pi"]["3b"] | {"supply_ma": 1000.0}}
    assert list(tables.power_rules(tables.BUDGET | {"pi": weak})) == [
        "Pi 3 B with 2.42 inch SSD1309 takes 1013 mA, more than its supply gives",
    ]


def test_a_figure_that_does_not_say_where_it_is_from_is_named():
    assert list(tables.source_rules(tables.FIGURES)) == []
    wrong = {
        "bare": 5.0,
        "nothing": {"is": 5.0},
        "both": {"is": 5.0, "source": "page 3", "none": "searched"},
        "remembered": {"is": 5.0, "source": "from memory"},
        "good": {"is": 5.0, "none": "searched the maker's pages"},
    }
    assert list(tables.source_rules({"it": wrong})) == [
        "budget.toml, it, bare: 5.0 says nothing about where it is from",
        "budget.toml, it, nothing: say where 5 is from, by one of source, derived and none",
        "budget.toml, it, both: say where 5 is from, by one of source, derived and none",
        "budget.toml, it, remembered: 'from memory' is no source; search one, or say none and what was searched",
    ]
