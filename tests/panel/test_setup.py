"""The questions of a first start, by their keys; and their pages by boxes, words and what they are read as."""

import itertools
from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from appliance.household.situation import LineQuality, Phase, Situation
from appliance.panel import navigation, setup
from appliance.panel.company_choice import Span
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import HEIGHT, MARGIN, WIDTH, Strip, Text
from appliance.panel.keys import Key, Press
from appliance.panel.menu import VALUES, Menu, Row
from appliance.panel.navigation import BOOT_S, Overlay, State
from appliance.panel.pages import setup_page
from appliance.panel.setup import PAUSE_S, Question, Setup
from appliance.settings import settings_file
from appliance.settings.choices import AS_SET, Choices, InFile
from appliance.settings.chosen import in_file
from appliance.settings.model import Settings
from appliance.simulation.examples import ACT, CALM, IT_NET, WAITING
from appliance.system.health import Fault, FaultKind
from appliance.tariffs import Customer, companies
from appliance.words.codes import requests
from appliance.words.words import WORDS

A, B, LONG_A, LONG_B = Press(Key.A), Press(Key.B), Press(Key.A, long=True), Press(Key.B, long=True)
DEFAULTS = in_file(Settings())
FAULT = Fault(FaultKind.BUTTON, "A")
HEARD = replace(CALM, line=LineQuality(0, 5, 0))
"""A list has come."""


TO_ENGLISH, TO_SWEDISH = ([A] * (VALUES[Row.LANGUAGE].index(code) - 1) for code in ("en", "sv"))


COMPANIES = tuple(company for company in companies() if Customer.HOME in company.customers)
GRID = [B, B, B]
"""The country that is shown, no company, and another price than the state's."""


def begun(choices: Choices = AS_SET, own: InFile = DEFAULTS, *, again: bool = False) -> Setup:
    made = setup.begin(choices, own, 0.0, again=again, companies=COMPANIES)
    assert made is not None
    return made


def walk(asked: Setup, *presses: Press, situation: Situation = HEARD) -> Setup:
    for press in presses:
        asked = setup.pressed(asked, press, situation)
    return asked


def own(text: str) -> InFile:
    return in_file(settings_file.parse(text, "test"))


def test_b_alone_answers_all_questions_with_the_first_answer() -> None:
    asked = begun()
    seen = []
    while asked.question is not None:
        seen.append(asked.question)
        asked = walk(asked, B)
    assert seen == [question for question in Question if question is not Question.PORT]
    assert asked.choices == Choices(
        language="nb", country="NO", company="none", power="none", fuse_a=25, limit_kw="none", volume="low"
    )


def test_each_answer_of_a_question_can_be_had_with_short_presses() -> None:
    fuses = [walk(begun(), B, *[A] * count, B).choices.fuse_a for count in range(8)]
    assert fuses == [25, 32, 35, 40, 50, 63, 80, None]
    goals = [walk(begun(), B, B, *[A] * count, B).choices.limit_kw for count in range(5)]
    assert goals == ["none", 5, 10, 15, "off"]
    volumes = [walk(begun(), B, B, B, *[A] * count, B).choices.volume for count in range(3)]
    assert sorted(volumes) == ["high", "low", "off"]


def test_a_goes_round() -> None:
    asked = walk(begun(), B)
    assert walk(asked, *[A] * len(asked.answers)) == asked


def test_how_long_a_key_is_held_makes_no_difference() -> None:
    state = State(setup=begun())
    for press in (LONG_B, LONG_A, LONG_A, LONG_B):
        state, action = navigation.pressed(state, press, HEARD, AS_SET, 1.0)
        assert action is None
    assert state.setup is not None
    assert (state.setup.question, state.setup.choices.fuse_a) == (Question.GOAL, 35)
    assert state.menu is None


def test_the_port_is_asked_about_only_where_no_list_has_come_and_goes_when_one_does() -> None:
    asked = walk(begun(), B, B, B, B, *GRID, situation=WAITING)
    assert asked.question is Question.PORT
    assert setup.seen(asked, WAITING) is asked
    assert setup.seen(asked, HEARD).question is None
    assert walk(asked, B).question is None
    assert walk(asked, A).question is None


def test_a_swedish_home_has_no_steps_to_keep_until_a_tariff_is_given() -> None:
    asked = walk(begun(own=own('language = "sv"')), B)
    assert asked.question is Question.GOAL
    assert asked.answers == ("off",)
    assert walk(asked, A) == asked
    assert walk(asked, B, B, B).choices == Choices(limit_kw="off", fuse_a=25, volume="low", country="SE")
    in_norway = walk(asked, B, B, A, B)
    assert (in_norway.choices.country, in_norway.choices.limit_kw) == ("NO", None)
    given_one = own('language = "sv"\n[[tariff]]\ndays = 1')
    assert walk(begun(own=given_one), B).answers == ("none", 5, 10, 15, "off")


def test_swedish_is_chosen_with_its_first_question() -> None:
    choices = walk(begun(), *TO_SWEDISH, B, B, B, B, B).choices
    assert (choices.language, choices.country, choices.limit_kw) == ("sv", "SE", "off")


def test_what_the_settings_file_says_is_not_asked() -> None:
    own_fuse = own("[phases]\nfuse_a = 40")
    assert begun(own=own_fuse).questions == tuple(question for question in Question if question is not Question.FUSE)
    everything = own(
        'language = "en"\n[phases]\nfuse_a = 40\n[hour]\nlimit_kw = 5\n[sound]\nvolume = "high"\n'
        '[grid]\ncountry = "NO"\ncompany = "elvia"\n[power]\nprice = "norgespris"'
    )
    assert setup.begin(AS_SET, everything, 0.0) is None
    assert begun(own=everything, again=True).questions == tuple(Question)


def test_asked_again_it_begins_at_what_is_in_force() -> None:
    asked = begun(
        Choices(fuse_a=40, limit_kw=10, power="norgespris"),
        own('language = "en"\n[sound]\nvolume = "high"'),
        again=True,
    )
    found = []
    while asked.question is not None:
        found.append(asked.answer)
        asked = walk(asked, B)
    assert found == ["en", 40, 10, "high", "NO", "none", "norgespris"]


def test_a_goal_needs_a_tariff_with_steps() -> None:
    swedish = begun(Choices(language="sv", tariff="none"), again=True)
    assert walk(swedish, B, B).answers == ("off",)
    asked = walk(swedish, A, B, B)
    assert asked.language != "sv"
    assert asked.answers == ("off",)  # by the tariff that was chosen for Sweden, until the country is
    assert walk(asked, B, B, B).choices.tariff is None
    assert begun(own=own('[[tariff]]\nbasis = "fuse"')).choices.tariff is None
    assert walk(begun(own=own('[[tariff]]\nbasis = "fuse"')), B, B).answers == ("off",)
    kept = Choices(tariff="fuse")
    assert walk(begun(kept, again=True), B, B, B, B).choices.tariff == "fuse"
    assert walk(begun(kept, again=True), B, B, B, B, B).choices.tariff is None


def presses_to(company_id: str) -> list[Press]:
    """The presses from the question for the country on, with the one that agrees to the company."""
    place = next(number for number, company in enumerate(COMPANIES) if company.id == company_id)
    asked, presses = walk(begun(), B, B, B, B, B), [B]
    while True:
        steps = [
            number
            for number, answer in enumerate(asked.answers)
            if answer == company_id or (isinstance(answer, Span) and answer.first <= place < answer.end)
        ]
        for _ in range((steps[0] - asked.place) % len(asked.answers)):
            presses.append(A)
            asked = walk(asked, A)
        presses.append(B)
        asked = walk(asked, B)
        if asked.question is not Question.COMPANY:
            assert asked.choices.company == company_id
            return presses


def test_each_company_is_reached_and_agreed_to_with_a_dozen_short_presses_at_most() -> None:
    needed = {company.id: len(presses_to(company.id)) for company in COMPANIES}
    print(f"\n{len(needed)} companies, at most {max(needed.values())} presses")

    assert len(needed) >= 73
    assert max(needed.values()) <= 12


def test_at_a_company_a_goes_back_to_all_of_them() -> None:
    asked = walk(begun(), B, B, B, B, *presses_to("elvia")[:-1])
    assert (asked.question, asked.answers) == (Question.COMPANY, ("elvia",))
    assert walk(asked, A).span == Span(0, len(COMPANIES))


def test_the_company_alone_is_asked_for_from_the_menu() -> None:
    asked = setup.begin(AS_SET, DEFAULTS, 0.0, again=True, only=setup.GRID_QUESTIONS, companies=COMPANIES)
    assert asked is not None
    assert asked.questions == (Question.COUNTRY, Question.COMPANY, Question.PRICE)
    over = walk(asked, *presses_to("bkk"), A, B)
    assert over.question is None
    assert over.choices == Choices(country="NO", company="bkk", power="norgespris")


# With the other things on the glass.


def test_two_minutes_without_a_key_take_the_defaults_for_what_was_not_answered() -> None:
    state = State(setup=begun())
    for press, at_s in [*((press, 10.0) for press in TO_ENGLISH), (B, 20.0)]:
        state, _ = navigation.pressed(state, press, HEARD, AS_SET, at_s)
    assert navigation.seen(state, HEARD, 20 + PAUSE_S - 0.1).setup == state.setup
    over = navigation.seen(state, HEARD, 20 + PAUSE_S).setup
    assert over is not None
    assert (over.question, over.choices) == (None, Choices(language="en"))


def test_who_never_presses_a_key_has_the_defaults() -> None:
    over = navigation.seen(State(setup=begun()), HEARD, PAUSE_S).setup
    assert over is not None
    assert (over.question, over.choices) == (None, AS_SET)


def test_an_answer_that_was_only_looked_at_is_none() -> None:
    state = State(setup=walk(begun(), *TO_SWEDISH))  # Swedish is shown, and not taken
    over = navigation.seen(state, HEARD, PAUSE_S).setup
    assert over is not None
    assert over.choices == AS_SET


def test_time_alone_is_known_to_end_it() -> None:
    assert PAUSE_S in State(setup=begun()).moments


def test_an_alarm_comes_in_front_and_leaves_the_question_where_it_was() -> None:
    state = State(setup=walk(begun(), B, A))
    calling = replace(ACT, alarms=tuple(replace(alarm, calls=1) for alarm in ACT.alarms))
    during = navigation.seen(state, calling, 1.0)
    assert during.overlay is Overlay.ALARM
    after, _ = navigation.pressed(during, A, calling, AS_SET, 5.0)
    assert state.setup is not None
    assert (after.overlay, after.setup) == (None, replace(state.setup, since_s=5.0))


def test_a_fault_waits_until_the_questions_are_answered() -> None:
    broken = replace(HEARD, health=replace(HEARD.health, faults=(FAULT,)))
    state = navigation.seen(State(setup=begun()), broken, 1.0)
    assert state.overlay is None
    assert navigation.seen(replace(state, setup=None), broken, 2.0).overlay is Overlay.FAULT


def test_questions_that_were_asked_for_in_the_menu_are_left_with_a_long_b() -> None:
    state, _ = navigation.pressed(State(setup=begun(again=True)), LONG_B, HEARD, AS_SET, 1.0)
    assert state.is_home


def test_the_boot_page_comes_first() -> None:
    assert BOOT_S < PAUSE_S
    assert not State(setup=begun()).is_home
    assert State(menu=Menu()).setup is None


# The pages.


def test_the_power_that_a_fuse_carries() -> None:
    assert setup_page.allowed_w(40, IT_NET) == (("IT", pytest.approx(sqrt(3) * 230 * 40)),)
    assert setup_page.allowed_w(40, CALM) == (("TN", pytest.approx(sqrt(3) * 400 * 40)),)
    assert setup_page.allowed_w(25, replace(CALM, phases=(Phase(231.0, 4.0), Phase(), Phase()))) == (("", 5750.0),)
    assert [net for net, _ in setup_page.allowed_w(25, WAITING)] == ["IT", "TN"]


def texts(asked: Setup, situation: Situation = CALM) -> list[str]:
    return [text for widget in setup_page.widgets(asked, situation) for text in widget.texts]


def test_a_language_is_asked_for_by_its_own_name_and_in_its_own_words() -> None:
    assert texts(walk(begun(), *TO_ENGLISH))[:3] == ["Språk/Language", "1/7", "English"]
    assert "ja, detta" in texts(walk(begun(), *TO_SWEDISH))


def test_the_fuse_is_shown_with_its_power() -> None:
    asked = walk(begun(), B, A, A, A)
    assert "IT 15,9 kW" in texts(asked, IT_NET)
    assert "TN 27,7 kW" in texts(asked, CALM)


LANGUAGES = st.sampled_from(sorted(WORDS))
SITUATIONS = st.sampled_from([CALM, IT_NET, WAITING, replace(CALM, phases=(Phase(231.0, 4.0), Phase(), Phase()))])


@given(st.lists(st.sampled_from([A, A, B]), max_size=40), LANGUAGES, SITUATIONS)
def test_nothing_overlaps_leaves_the_glass_or_lacks_a_letter(
    presses: list[Press], language: str, situation: Situation
) -> None:
    asked = begun(Choices(language=language), again=True)
    widgets = setup_page.widgets(walk(asked, *presses, situation=situation), situation)
    for widget in widgets:
        left, top, right, foot = widget.box
        assert MARGIN <= left < right <= WIDTH - MARGIN, widget
        assert MARGIN <= top < foot <= HEIGHT - MARGIN, widget
        face = BOLD if isinstance(widget, Text) and widget.face is BOLD else SMALL
        if isinstance(widget, Text):
            assert not widget.text.endswith("..."), widget
            face = widget.face
        if isinstance(widget, Strip):
            assert SMALL.width(widget.name) <= widget.name_width, widget
        assert all(set(text) <= face.glyphs.keys() for text in widget.texts), widget
    for one, other in itertools.combinations([widget.box for widget in widgets], 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_telephone_reads_the_request_from_the_glass(language: str) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp, which reads QR codes, has no wheel for this machine")
    asked = replace(begun(Choices(language=language)), questions=(Question.PORT,))
    glass = setup_page.picture(asked, WAITING)
    for scale, askew in itertools.product((2, 4, 7), (0, 12)):
        seen = ImageOps.expand(glass.convert("L"), 12)
        seen = seen.resize((seen.width * scale, seen.height * scale), Image.Resampling.NEAREST)
        photo = seen.rotate(askew, Image.Resampling.BICUBIC, expand=True).filter(ImageFilter.GaussianBlur(scale / 4))
        [code] = zxingcpp.read_barcodes(photo, try_invert=False)
        assert code.text == requests()[language]
        assert code.format == zxingcpp.BarcodeFormat.QRCode
