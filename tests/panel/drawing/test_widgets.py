"""Text on the glass: where it is broken, and that no line of it is empty."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.panel.drawing.typeface import LARGE, SMALL
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, STRIP_HEIGHT, Strip, Text, drawn, paragraph, wrapped
from appliance.panel.pages.layout import NUMBER_TOP, column

WIDTH = RIGHT - LEFT
NUMBER = Text(LARGE, "2.31", LEFT, NUMBER_TOP)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=120))
@example("00000000 ")
@example(" ")
@example("The last good ones hold. \u00a0")
@example(f"{'0' * 26}\u00a0")
def test_each_line_has_ink_and_fits(text):
    for line in paragraph(SMALL, text, LEFT, 0, WIDTH, 9, 99):
        left, top, right, bottom = line.box
        assert left < right <= RIGHT, line
        assert top < bottom, line


@settings(max_examples=300, deadline=None)
@given(st.text("ab .", max_size=60))
def test_all_that_is_printed_stays_in_its_order(text):
    assert "".join(wrapped(SMALL, text, 40)).replace(" ", "") == text.replace(" ", "")


def test_a_text_is_broken_at_its_spaces_and_a_word_that_is_too_wide_where_it_must():
    assert wrapped(SMALL, "one two three", SMALL.width("one two")) == ["one two", "three"]
    assert wrapped(SMALL, "on threefold", SMALL.width("three")) == ["on", "three", "fold"]


@pytest.mark.parametrize("text", ["", " ", "   "])
def test_no_text_is_no_line(text):
    assert wrapped(SMALL, text, WIDTH) == []
    assert column([text], NUMBER, 90) == ()


def test_a_line_that_says_nothing_leaves_no_gap_in_its_column():
    assert column(["", "34.50 kr"], NUMBER, 90) == column(["34.50 kr"], NUMBER, 90)


def test_letters_that_hang_below_do_not_cut_the_light_strip():
    picture = drawn([Strip("gjpqy", "17:36", inverted=True)])

    last = MARGIN + STRIP_HEIGHT - 1
    assert all(picture.getpixel((column, last)) for column in range(MARGIN, picture.width - MARGIN))


def test_a_mark_leaves_the_name_and_takes_only_the_room_it_needs():
    plain, marked = Strip("Spenning i dag", "17:36"), Strip("Spenning i dag", "17:36", mark="!!")

    assert plain.texts == marked.texts
    assert 8 <= plain.name_width - marked.name_width <= 16
    difference = {drawn([Strip("Nå", "17:36", mark=mark)]).tobytes() for mark in ("", "!", "!!")}
    assert len(difference) == 3
