"""The large mode of alarms, faults and the menu: in large type, whole, and without clock and keys' words."""

from dataclasses import replace

import pytest

from appliance.household.situation import Level, Rule
from appliance.panel.drawing.typeface import BOLD, LARGE, MEDIUM, SMALL
from appliance.panel.drawing.widgets import Text
from appliance.panel.menu import ROWS, Menu, Row
from appliance.panel.pages import menu_page
from appliance.panel.pages.attention import large_alarm_widgets, large_fault_widgets
from appliance.panel.pages.large import Headline, large_alarm, large_matter, large_menu
from appliance.settings.choices import AS_SET, Choices
from appliance.simulation.examples import ACT, CALM, SILENT
from appliance.words.words import WORDS

NB = WORDS["nb"]


def read(widgets) -> list[str]:
    return [text for widget in widgets for text in widget.texts]


def faces(widgets) -> set[str]:
    return {widget.face.name for widget in widgets if isinstance(widget, Text)}


def test_an_alarm_is_its_headline_its_value_and_what_to_do():
    assert read(large_alarm("Skru av noe!", "13,0", "kW", "Vent med mer")) == [
        "Skru av noe!",
        "13,0",
        "kW",
        "Vent med mer",
    ]
    shown = read(large_alarm_widgets(ACT, NB))
    assert "17:36" not in shown
    assert not any("A:" in text for text in shown)


def test_where_the_advice_takes_two_lines_the_number_makes_room():
    one = large_alarm("Hour", "13,0", "kW", "Short")
    two = large_alarm("Hour", "13,0", "kW", "This takes two lines of bold type")
    bound = large_alarm("Hour", "≥13", "kWh", "This takes two lines of bold type")

    assert faces(one) == {LARGE.name, MEDIUM.name, BOLD.name}
    assert faces(two) == {MEDIUM.name, BOLD.name}
    assert LARGE.name in faces(bound), "only that face has the mark of a lower bound"
    assert " ".join(read(two)[3:]) == "This takes two lines of bold type"


@pytest.mark.parametrize("language", WORDS)
def test_every_alarm_is_whole_in_large_type(language):
    words = WORDS[language]
    for rule in Rule:
        for level in (Level.WATCH, Level.ACT):
            alarm = replace(ACT.alarms[0], rule=rule, level=level, phase=2, value=41.2, limit=40.0)
            shown = large_alarm_widgets(replace(ACT, level=level, alarms=(alarm,)), words)
            assert not any(text.endswith("...") for text in read(shown)), (rule, level)
            assert any(isinstance(widget, Headline) for widget in shown)


def test_a_fault_is_in_bold_and_a_long_one_in_small_type_rather_than_cut():
    assert faces(large_fault_widgets(SILENT, NB)) == {BOLD.name}
    long = "A sentence of a mistake that has far too many words for four lines of bold type, here it ends."
    assert faces(large_matter("Mistake in settings", long)) == {SMALL.name}
    assert " ".join(read(large_matter("Mistake in settings", long))[1:]) == long
    assert faces(large_matter("Mistake", "a <b> [c]")) == {SMALL.name}, "bold has no such letters"


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_menu_is_whole_in_large_type(language, row):
    page = menu_page.widgets(Menu(row), Choices(limit_kw=5), CALM, WORDS[language])
    shown = large_menu(page)

    assert not any(text.endswith("...") for text in read(shown))
    assert WORDS[language].say(row.value).split()[0] in read(shown)[0]
    assert read(shown)[-6:] == read(page)[-6:], "the keys"


def test_a_list_of_the_menu_says_of_what_it_is():
    shown = read(large_menu(menu_page.widgets(Menu(Row.LIMIT, value=3), AS_SET, CALM, NB), in_list=True))

    assert shown[0] == "Grense"
    assert "kW" in shown[1]
