"""The pages: golden pictures that were looked at, and rules that hold in every situation.

`python -m tests.panel.pages.test_pages` draws the golden pictures anew; look at them, at 4x, before they
are kept (`han-appliance pages --png DIR` puts them side by side).
"""

import itertools
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.situation import Alarm, Level, LineQuality, Phase, Rule, Signal, Today
from appliance.panel import pages
from appliance.panel.devices.display import open_display
from appliance.panel.drawing.charts import Hours, Ink
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import HEIGHT, LEFT, MARGIN, RIGHT, WIDTH, Banner, Strip, Text
from appliance.panel.pages import ROUND, Page
from appliance.panel.pages.attention import alarm_widgets, fault_widgets
from appliance.panel.pages.boot import boot_widgets
from appliance.panel.pages.power import large_widgets
from appliance.panel.selftest import PartState, SelfTest
from appliance.simulation.examples import ACT, CALM, EXAMPLES, IT_NET, SILENT, SUN, WAITING, YOUNG
from appliance.simulation.oled import Glass
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition
from appliance.words.words import WORDS
from tests.panel.situations import situations

GOLDEN = Path(__file__).parent / "golden"
IN_ALL_LANGUAGES = re.compile(
    r"now|hour-over|phases|today|month|voltage|meter.*|large.*|alarm-.*|fault-.*|menu.*|boot-failed"
)
"""The pages that differ in more than a word or two."""
KEPT = [
    (name, language)
    for name in EXAMPLES
    for language in WORDS
    if language == "nb" or IN_ALL_LANGUAGES.fullmatch(name)
]  # fmt: skip
NB = WORDS["nb"]
PARTS = [field.name for field in fields(SelfTest)]


def drawn(name: str, language: str) -> Image.Image:
    return EXAMPLES[name](WORDS[language])


def golden(name: str, language: str) -> Image.Image:
    with Image.open(GOLDEN / f"{name}.{language}.png") as kept:
        return kept.convert("1")


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.tobytes() == other.tobytes()


def compare(expected: Image.Image, got: Image.Image, path: Path) -> None:
    """Fail with a picture of expected, got and difference side by side, at 4x, where they differ."""
    if same(expected, got):
        return
    side_by_side = Image.new("L", (3 * WIDTH + 8, HEIGHT), 90)
    for place, shown in enumerate((expected, got, ImageChops.logical_xor(expected, got))):
        side_by_side.paste(shown.convert("L"), (place * (WIDTH + 4), 0))
    side_by_side.resize((side_by_side.width * 4, side_by_side.height * 4), Image.Resampling.NEAREST).save(path)
    pytest.fail(f"the page differs from its golden picture: expected, got and difference are in {path}")


@pytest.mark.parametrize(("name", "language"), KEPT)
def test_a_page_is_its_golden_picture(name, language, tmp_path):
    compare(golden(name, language), drawn(name, language), tmp_path / f"{name}.{language}.png")


@pytest.mark.parametrize("chip", ["ssd1306", "ssd1309", "sh1106"])
def test_what_the_glass_shows_is_the_golden_picture(chip, tmp_path):
    glass = Glass(chip)
    display = open_display(chip, 1, 0x3C, open_bus=glass.open)
    for name, language in KEPT:
        display.show(drawn(name, language))

        compare(golden(name, language), glass.picture(), tmp_path / f"{name}.{language}.png")


def test_no_golden_picture_is_left_over():
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.{language}.png" for name, language in KEPT}


def layout_of(page: Page):
    return lambda situation, words: pages.widgets(page, situation, words)


def paging(situation, words):
    return pages.widgets(Page.METER, situation, words, paging=True)


LAYOUTS = [*(layout_of(page) for page in Page), large_widgets, alarm_widgets, fault_widgets, paging]
layouts, languages = st.sampled_from(LAYOUTS), st.sampled_from(sorted(WORDS))


def overlap(one, other) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def assert_in_place(widgets) -> None:
    for widget in widgets:
        left, top, right, bottom = widget.box
        assert MARGIN <= left < right <= WIDTH - MARGIN, widget
        assert MARGIN <= top < bottom <= HEIGHT - MARGIN, widget
        if isinstance(widget, Text):
            assert LEFT <= left < right <= RIGHT, widget
    for one, other in itertools.combinations(widgets, 2):
        assert not overlap(one.box, other.box), (one, other)


@settings(max_examples=1500, deadline=None)
@given(situations(), languages, layouts)
def test_nothing_overlaps_and_nothing_leaves_the_glass(situation, language, layout):
    assert_in_place(layout(situation, WORDS[language]))


@settings(max_examples=50, deadline=None)
@given(st.builds(SelfTest, **dict.fromkeys(PARTS, st.sampled_from(PartState))), languages)
def test_nothing_overlaps_on_the_boot_page(self_test, language):
    assert_in_place(boot_widgets(WAITING, WORDS[language], self_test))


@settings(max_examples=500, deadline=None)
@given(situations(), languages, layouts)
def test_a_widget_draws_inside_its_box_only(situation, language, layout):
    for widget in layout(situation, WORDS[language]):
        image = Image.new("1", (WIDTH, HEIGHT))
        widget.draw(image)
        image.paste(0, widget.box)
        assert image.getbbox() is None, widget


@settings(max_examples=800, deadline=None)
@given(situations(), languages, layouts)
def test_every_letter_of_a_page_is_in_its_face_and_no_word_is_cut(situation, language, layout):
    for widget in layout(situation, WORDS[language]):
        match widget:
            case Strip(name=name, time=time):
                face, text = SMALL, name + time
                assert SMALL.width(name) <= widget.name_width, widget
            case Banner(text=text):
                face = BOLD
                assert BOLD.width(text) <= RIGHT - LEFT - 2, widget
            case Text(face=face, text=text):
                assert not text.endswith("..."), widget
            case _:
                continue
        assert set(text) <= face.glyphs.keys(), f"{text!r} needs {set(text) - face.glyphs.keys()} in {face.name}"


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=300), languages)
@example("00000000 ", "nb")
def test_a_trouble_of_any_length_stays_on_the_glass(detail, language):
    situation = replace(CALM, health=Health(faults=(Fault(FaultKind.SETTINGS, detail),)))

    assert_in_place(fault_widgets(situation, WORDS[language]))


def test_a_power_of_either_direction_looks_different():
    imported, exported = (
        pages.picture(Page.NOW, replace(CALM, power_import_w=to, power_export_w=out), NB)
        for to, out in ((4750, 0), (0, 4750))
    )

    assert not same(imported, exported)


@pytest.mark.parametrize("language", WORDS)
def test_each_level_looks_different_without_colour(language):
    shown = {
        pages.picture(Page.NOW, replace(CALM, level=level), WORDS[language]).tobytes()
        for level in (Level.OK, Level.WATCH, Level.ACT)
    }

    assert len(shown) == 3


@pytest.mark.parametrize("page", [Page.NOW, Page.HOUR, Page.PHASES, Page.TODAY])
@pytest.mark.parametrize("language", WORDS)
def test_each_reason_for_silence_is_in_words_of_its_own(page, language):
    silences = [
        WAITING,
        SILENT,
        replace(WAITING, signal=Signal.NO_PORT),
        *(
            replace(SILENT, health=Health(LineCondition.SILENT, (cause,)))
            for cause in Cause
            if cause is not Cause.CABLE
        ),
        *(
            replace(SILENT, health=Health(line))
            for line in (LineCondition.NOISE, LineCondition.INVERTED, LineCondition.WRONG_SETTINGS)
        ),
    ]
    shown = {pages.picture(page, situation, WORDS[language]).tobytes() for situation in silences}

    assert len(shown) == len(silences)


def test_zero_and_not_reported_and_not_known_look_different():
    shown = {
        pages.picture(Page.PHASES, situation, NB).tobytes()
        for situation in (
            replace(CALM, phases=(Phase(0.0, 0.0),) * 3),
            replace(CALM, phases=(Phase(),) * 3),
            YOUNG,
        )
    }

    assert len(shown) == 3


def texts(page: Page, situation, words=NB) -> list[str]:
    return [widget.text for widget in pages.widgets(page, situation, words) if isinstance(widget, Text)]


def test_a_voltage_between_two_lines_is_named_by_both():
    for page in (Page.PHASES, Page.VOLTAGE):
        assert {"L1-L2", "L2-L3", "L1-L3"} <= set(texts(page, IT_NET))
        assert not {"L1-L2", "L2-L3", "L1-L3"} & set(texts(page, CALM))


def test_the_share_of_the_fuse_is_drawn_only_when_the_fuse_is_known():
    assert not same(pages.picture(Page.PHASES, CALM, NB), pages.picture(Page.PHASES, replace(CALM, fuse_a=None), NB))


def test_signal_quality_is_not_rounded_up_to_all():
    assert "99,9 %" in texts(Page.METER, replace(CALM, line=LineQuality(0, 99_999, 1)))
    assert "100,0 %" in texts(Page.METER, replace(CALM, line=LineQuality(0, 99_999, 0)))


def bars(situation) -> Hours:
    return next(widget for widget in pages.widgets(Page.TODAY, situation, NB) if isinstance(widget, Hours))


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 29), 23), (date(2026, 5, 17), 24), (date(2026, 10, 25), 25)])
def test_a_day_has_as_many_bars_as_hours(day, count):
    midnight = datetime.combine(day, datetime.min.time(), OSLO).astimezone(UTC)
    last = Hour(midnight + HOUR * (count - 2), 3000, 0, Quality.METERED, 1.0)
    running = RunningHour(start=midnight + HOUR * (count - 1), import_wh=500)
    situation = replace(
        CALM,
        hour=running,
        today=Today(day=day, import_wh=3500, export_wh=0, cost_kr=None, highest=last),
        ended_hours=(last,),
    )

    drawn_bars = bars(situation)

    assert [ink for ink, _ in drawn_bars.bars] == [Ink.ABSENT] * (count - 2) + [Ink.FULL, Ink.HOLLOW]
    assert drawn_bars.marked == count - 2


def test_what_is_ahead_of_the_running_hour_is_not_what_was_missed():
    assert [ink for ink, _ in bars(replace(CALM, ended_hours=())).bars] == [Ink.ABSENT] * 17 + [Ink.HOLLOW] + [
        Ink.AHEAD
    ] * 6


def test_the_round_names_each_page_once_and_begins_with_now():
    assert ROUND[0] is Page.NOW
    assert sorted(ROUND, key=ROUND.index) == list(ROUND)
    assert set(ROUND) == set(Page)


def test_each_page_has_its_dot_in_the_round():
    assert len({pages.widgets(page, CALM, NB, paging=True)[0].dots for page in ROUND}) == len(ROUND)
    assert pages.widgets(Page.NOW, CALM, NB)[0].dots is None


def test_without_anything_wrong_the_pages_that_come_forward_are_now():
    now = pages.picture(Page.NOW, CALM, NB)

    assert same(pages.alarm(CALM, NB), now)
    assert same(pages.fault(CALM, NB), now)


def test_an_alarm_says_how_to_silence_it_until_it_was_seen():
    seen = replace(ACT, alarms=(replace(ACT.alarms[0], acknowledged=True),))

    assert "A: sett" in [widget.text for widget in alarm_widgets(ACT, NB) if isinstance(widget, Text)]
    assert "A: sett" not in [widget.text for widget in alarm_widgets(seen, NB) if isinstance(widget, Text)]


def test_a_voltage_outside_its_limit_never_looks_like_the_limit():
    low = replace(
        ACT,
        alarms=(
            Alarm(
                rule=Rule.VOLTAGE,
                level=Level.WATCH,
                phase=1,
                value=206.7,
                limit=207.0,
                since=None,
                age_s=5.0,
                acknowledged=False,
            ),
        ),
    )

    assert next(widget.text for widget in alarm_widgets(low, NB) if isinstance(widget, Text)) == "206,7"


def test_the_large_mode_tells_the_direction_of_the_power():
    assert not same(pages.large(SUN, NB), pages.large(replace(CALM, power_import_w=4750), NB))


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.iterdir():
        path.unlink()
    for name, language in KEPT:
        drawn(name, language).save(GOLDEN / f"{name}.{language}.png", optimize=True)
