"""The page of a mistake in the settings: the whole sentence in the panel's language, over as many pages as it needs."""

from dataclasses import replace

import pytest

from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import HEIGHT, MARGIN, Text
from appliance.panel.pages.attention import fault_widgets
from appliance.settings import settings_file
from appliance.simulation.examples import CALM
from appliance.system.health import Fault, FaultKind, Health
from appliance.words.words import WORDS, Words

FILES = (
    "language = nb",
    "language = “nb”",
    "[threshold]",
    "[thresholds]\nact_w = 3000",
    "[display]\nadress = 60",
    '[line]\nbaud = 2400\nparity = "evne"',
    "[[tariff]]\non_limit = 'upr'\ndays = 3",
    '[network]\nname = "Home"',
    "[pins]\nled_red = 17",
    "wifi = true",
)


def mistake(text: str) -> str:
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(text, "/etc/han-appliance/appliance.toml")
    return refused.value.sentence


def shown(detail: str, words: Words, turn: int) -> list[Text]:
    situation = replace(CALM, health=Health(faults=(Fault(FaultKind.SETTINGS_DEFAULTS, detail),)))
    widgets = fault_widgets(situation, words, turn)
    assert all(widget.box[3] <= HEIGHT - MARGIN for widget in widgets)
    return [widget for widget in widgets if isinstance(widget, Text) and widget.face is SMALL]


@pytest.mark.parametrize("text", FILES)
@pytest.mark.parametrize("language", WORDS)
def test_it_is_whole_over_its_pages_and_in_the_panel_s_language(language: str, text: str):
    words, detail = WORDS[language], mistake(text)
    pages: list[str] = []
    for turn in range(9):
        page = " ".join(line.text for line in shown(detail, words, turn))
        if page in pages:
            break
        pages.append(page)

    told = words.tell(detail).removeprefix("/etc/han-appliance/")
    assert told.replace(" ", "") in "".join(pages).replace(" ", "")
    assert "..." not in "".join(pages)
    assert words.say("The defaults apply.") in " ".join(pages)
    assert len(pages) <= 2 or text == "wifi = true"


def test_the_pages_come_in_turn_and_begin_again():
    detail = mistake("[network]\nname = 'Home'")
    first, second, third = (shown(detail, WORDS["nb"], turn) for turn in range(3))

    assert first != second
    assert first == third


def test_a_short_one_takes_one_page():
    assert shown("x", WORDS["en"], 0) == shown("x", WORDS["en"], 1)
