"""The menu by its keys, and its pages by their boxes and pixels."""

from dataclasses import replace
from itertools import combinations

import pytest

from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import HEIGHT, MARGIN, WIDTH, Box
from appliance.panel.keys import Key, Press
from appliance.panel.menu import (
    FIELDS,
    ROWS,
    VALUES,
    Action,
    Command,
    Install,
    Menu,
    Mute,
    Row,
    Stage,
    pressed,
    refused,
    values_of,
)
from appliance.panel.pages import menu_page
from appliance.settings.choices import AS_SET, Choices
from appliance.simulation.examples import CALM
from appliance.system.health import Offer
from appliance.words.words import WORDS

OFFER = Offer("1.1", 1_700_000_000, older=True)
A, LONG_A, B = Press(Key.A), Press(Key.A, long=True), Press(Key.B)
WORDS_EN = WORDS["en"]


def walk(
    menu: Menu, *presses: Press, choices: Choices = AS_SET, muted: bool = False, offer: Offer | None = None
) -> tuple[Menu | None, Action | None]:
    at: Menu | None = menu
    action = None
    for press in presses:
        assert at is not None
        at, action = pressed(at, press, choices, muted=muted, offer=offer)
    return at, action


def test_a_goes_through_all_rows_and_round() -> None:
    rows = [walk(Menu(), *[A] * count)[0] for count in range(len(ROWS) + 1)]
    assert rows == [Menu(row) for row in (*ROWS, ROWS[0])]


def test_b_leaves_the_menu_and_so_does_its_last_row() -> None:
    assert walk(Menu(), B) == (None, None)
    assert walk(Menu(Row.BACK), LONG_A) == (None, None)


@pytest.mark.parametrize("row", FIELDS)
def test_each_value_of_a_row_can_be_chosen_and_becomes_the_choice(row: Row) -> None:
    for turns, value in enumerate(VALUES[row]):
        at, action = walk(Menu(row), LONG_A, *[A] * turns, LONG_A)
        assert at == Menu(row)
        assert isinstance(action, Choices)
        assert getattr(action, FIELDS[row]) == value


def test_a_choice_leaves_the_others_as_they_were() -> None:
    before = Choices(fuse_a=25, language="sv")
    _, action = walk(Menu(Row.LIMIT), LONG_A, A, A, LONG_A, choices=before)
    assert action == Choices(limit_kw=2, fuse_a=25, language="sv")


def test_values_begin_at_the_one_that_is_chosen() -> None:
    at, _ = walk(Menu(Row.FUSE), LONG_A, choices=Choices(fuse_a=25))
    assert at is not None
    assert VALUES[Row.FUSE][at.value or 0] == 25


def test_a_value_of_somebody_elses_hand_stands_in_its_place_among_the_others() -> None:
    by_hand = Choices(limit_kw=7.5)
    at, _ = walk(Menu(Row.LIMIT), LONG_A, choices=by_hand)
    assert at is not None
    assert values_of(Row.LIMIT, by_hand)[at.value - 1 : at.value + 2] == (7, 7.5, 8)
    assert walk(Menu(Row.LIMIT), LONG_A, A, LONG_A, choices=by_hand)[1] == Choices(limit_kw=8)
    assert values_of(Row.FUSE, Choices(fuse_a=6))[:4] == (None, "none", 6, 16)


def test_nothing_is_changed_before_the_long_a() -> None:
    assert walk(Menu(Row.LIMIT), LONG_A, A, A) == (Menu(Row.LIMIT, 2), None)
    assert walk(Menu(Row.LIMIT), LONG_A, A, A, B) == (Menu(Row.LIMIT, 1), None)


def test_b_is_one_step_back_among_values_and_the_last_of_them_leads_out() -> None:
    chosen = Choices(limit_kw=25)
    assert walk(Menu(Row.LIMIT), LONG_A, B, LONG_A, choices=chosen)[1] == Choices(limit_kw=20)
    assert walk(Menu(Row.LIMIT), LONG_A, B, LONG_A) == (Menu(Row.LIMIT), None)


@pytest.mark.parametrize(("turns", "mute"), list(enumerate(Mute)))
def test_silence_is_asked_for_and_taken_back(turns: int, mute: Mute) -> None:
    assert walk(Menu(Row.SOUND), LONG_A, *[A] * turns, LONG_A)[1] is mute


def test_lamps_are_tested_from_their_row() -> None:
    assert walk(Menu(Row.LAMP_TEST), LONG_A) == (Menu(Row.LAMP_TEST), Command.TEST_LAMPS)


def test_switching_off_takes_a_second_long_press() -> None:
    at, action = walk(Menu(Row.SHUT_DOWN), LONG_A)
    assert (at, action) == (Menu(Row.SHUT_DOWN, stage=Stage.CONFIRM), None)
    assert walk(Menu(Row.SHUT_DOWN), LONG_A, LONG_A)[1] is Command.SHUT_DOWN


def test_switching_off_is_not_done_by_short_presses_and_b_takes_it_back() -> None:
    assert walk(Menu(Row.SHUT_DOWN), LONG_A, A, A) == (Menu(Row.SHUT_DOWN, stage=Stage.CONFIRM), None)
    assert walk(Menu(Row.SHUT_DOWN), LONG_A, B) == (Menu(Row.SHUT_DOWN), None)


def test_what_cannot_be_switched_off_is_said_and_left_by_any_key() -> None:
    said = refused(Menu(Row.SHUT_DOWN, stage=Stage.GOING))
    assert said.stage is Stage.REFUSED
    assert walk(said, A) == (Menu(Row.SHUT_DOWN), None)


def test_the_row_of_a_version_is_there_where_one_is_offered() -> None:
    rows = [walk(Menu(), *[A] * count, offer=OFFER)[0] for count in range(len(Row) + 1)]
    assert rows == [Menu(row) for row in (*Row, Row.LANGUAGE)]
    assert Row.VERSION not in ROWS


def test_a_version_is_installed_after_a_second_long_press_and_by_nothing_else() -> None:
    at, action = walk(Menu(Row.VERSION), LONG_A, offer=OFFER)
    assert (at, action) == (Menu(Row.VERSION, stage=Stage.CONFIRM), None)
    assert walk(Menu(Row.VERSION), LONG_A, LONG_A, offer=OFFER)[1] == Install(OFFER.build)
    assert walk(Menu(Row.VERSION), LONG_A, A, A, offer=OFFER) == (at, None)
    assert walk(Menu(Row.VERSION), LONG_A, B, offer=OFFER) == (Menu(Row.VERSION), None)


def test_a_version_that_is_gone_meanwhile_is_not_installed_and_its_row_leads_on() -> None:
    at, action = walk(Menu(Row.VERSION), LONG_A, LONG_A)
    assert (at, action) == (Menu(Row.VERSION, stage=Stage.REFUSED), None)
    assert walk(Menu(Row.VERSION), A) == (Menu(Row.SHUT_DOWN), None)


PLACES = [
    *(Menu(row) for row in Row),
    *(Menu(row, place) for row in VALUES for place in range(len(values_of(row, AS_SET)))),
    *(Menu(row, stage=stage) for row in (Row.SHUT_DOWN, Row.VERSION) for stage in Stage),
]
FULL = Choices(25, 63, "highest-days", 100, "sv", True, "medium")
IN_FILE = Choices("none", 63, "highest-days", 100, "nb", False, "medium")


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("choices", [AS_SET, FULL])
def test_nothing_on_the_menus_pages_overlaps_or_leaves_the_glass(language: str, choices: Choices) -> None:
    for menu in PLACES:
        long_muted = replace(CALM, muted_s=36_000.0)
        boxes = [w.box for w in menu_page.widgets(menu, choices, long_muted, WORDS[language], IN_FILE)]
        assert not any(overlap(one, other) for one, other in combinations(boxes, 2)), menu
        for left, top, right, foot in boxes:
            assert MARGIN <= left < right <= WIDTH - MARGIN, menu
            assert MARGIN <= top < foot <= HEIGHT - MARGIN, menu


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("choices", [AS_SET, FULL])
def test_no_name_in_the_menu_is_cut(language: str, choices: Choices) -> None:
    for menu in PLACES:
        for widget in menu_page.widgets(menu, choices, replace(CALM, muted_s=36_000.0), WORDS[language], IN_FILE):
            if isinstance(widget, menu_page.Line):
                room = widget.box[2] - widget.box[0] - SMALL.width(widget.value) - 9
                assert SMALL.width(widget.name) <= room, widget


def test_no_text_in_the_menu_lacks_a_glyph() -> None:
    for menu in PLACES:
        for widget in menu_page.widgets(menu, AS_SET, CALM, WORDS_EN, IN_FILE):
            if isinstance(widget, menu_page.Line):
                assert set(widget.name + widget.value) <= set(SMALL.glyphs), widget


def test_the_wheel_shows_what_is_chosen_beside_its_row() -> None:
    lines = [w for w in menu_page.widgets(Menu(), FULL, CALM, WORDS_EN) if isinstance(w, menu_page.Line)]
    assert [(line.name, line.value, line.lit) for line in lines] == [
        ("Back", "", False),
        ("Language", "Svenska", True),
        ("Limit", "25 kW", False),
    ]


def lines_of(menu: Menu, choices: Choices = AS_SET, situation: Situation = CALM) -> list[tuple[str, str]]:
    shown = menu_page.widgets(menu, choices, situation, WORDS_EN, IN_FILE)
    return [(line.name, line.value) for line in shown if isinstance(line, menu_page.Line)]


def test_a_dot_marks_what_is_from_the_file() -> None:
    assert lines_of(Menu(Row.FUSE)) == [
        ("Limit", "keep the step ·"),
        ("Main fuse", "63 A ·"),
        ("Tariff", "highest days ·"),
    ]
    assert lines_of(Menu(Row.FUSE), Choices(fuse_a=25))[1] == ("Main fuse", "25 A")


def test_a_list_says_what_the_file_has_and_ticks_what_is_chosen() -> None:
    assert lines_of(Menu(Row.FUSE, 0))[1:] == [("as in file (63 A)", "✓"), ("none", "")]
    assert lines_of(Menu(Row.FUSE, 0), Choices(fuse_a="none"))[1:] == [("as in file (63 A)", ""), ("none", "✓")]
    assert lines_of(Menu(Row.LIMIT, 0), Choices(limit_kw="off")) == [
        ("Back", ""),
        ("as in file (keep the step)", ""),
        ("keep the step", ""),
    ]


def test_no_number_of_a_limit_has_an_english_point_in_norwegian() -> None:
    shown = menu_page.widgets(Menu(Row.LIMIT), Choices(limit_kw=7.5), CALM, WORDS["nb"])
    assert "7,5 kW" in [line.value for line in shown if isinstance(line, menu_page.Line)]


def test_the_sound_is_on_or_off_and_for_how_long() -> None:
    assert lines_of(Menu(Row.SOUND))[1] == ("Sound", "On")
    assert lines_of(Menu(Row.SOUND), Choices(volume="off"))[1] == ("Sound", "Off")
    assert lines_of(Menu(Row.SOUND, 0)) == [("Back", ""), ("On", "✓"), ("Off for 1 h", "")]
    muted = replace(CALM, muted_s=3540.0)
    assert all(tick == "" for place in range(4) for _, tick in lines_of(Menu(Row.SOUND, place), situation=muted))


def test_the_row_of_the_sound_tells_how_long_it_lasts() -> None:
    shown = menu_page.widgets(Menu(Row.SOUND), AS_SET, replace(CALM, muted_s=3540.0), WORDS_EN)
    assert [w.value for w in shown if isinstance(w, menu_page.Line) and w.lit] == ["Off for 60 min"]


def test_the_middle_of_the_wheel_is_dark_on_light() -> None:
    picture = menu_page.picture(Menu(), AS_SET, replace(CALM, local_time=CALM.local_time), WORDS_EN)
    lit = sum(bool(picture.getpixel((x, y))) for x in range(WIDTH) for y in range(24, 36))
    below = sum(bool(picture.getpixel((x, y))) for x in range(WIDTH) for y in range(36, 48))
    assert lit > 126 * 9
    assert 0 < below < 126 * 3
