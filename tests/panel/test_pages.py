"""The pages: golden pictures that were looked at, and rules that hold in every situation.

`PYTHONPATH=.:tests python tests/panel/test_pages.py` draws the golden pictures anew; look at them, at 4x, before they
are kept.
"""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panel.states import CALM, STATES, UNKNOWN
from PIL import Image, ImageChops

from appliance.household.situation import Alarm, Level, Phase, Rule, Signal, Situation
from appliance.panel import pages
from appliance.panel.glass import Glass
from appliance.panel.screen import open_display
from appliance.panel.typeface import SMALL
from appliance.panel.widgets import HEIGHT, MARGIN, WIDTH, Text
from appliance.panel.words import WORDS

GOLDEN = Path(__file__).parent / "golden"


def picture(name: str) -> Image.Image:
    page, situation, language = STATES[name]
    return page(situation, WORDS[language])


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.tobytes() == other.tobytes()


def compare(golden: Image.Image, drawn: Image.Image, path: Path) -> None:
    """Fail with a picture of golden, drawn and difference side by side, at 4x, where they differ."""
    if same(golden, drawn):
        return
    sheet = Image.new("L", (3 * WIDTH + 8, HEIGHT), 90)
    for place, shown in enumerate((golden, drawn, ImageChops.logical_xor(golden, drawn))):
        sheet.paste(shown.convert("L"), (place * (WIDTH + 4), 0))
    sheet.resize((sheet.width * 4, sheet.height * 4), Image.Resampling.NEAREST).save(path)
    pytest.fail(f"the page differs from its golden picture: golden, drawn and difference are in {path}")


@pytest.mark.parametrize("name", STATES)
def test_a_page_is_its_golden_picture(name, tmp_path):
    with Image.open(GOLDEN / f"{name}.png") as golden:
        compare(golden.convert("1"), picture(name), tmp_path / f"{name}.png")


@pytest.mark.parametrize("chip", ["ssd1306", "ssd1309", "sh1106"])
@pytest.mark.parametrize("name", STATES)
def test_what_the_glass_shows_is_the_golden_picture(name, chip, tmp_path):
    glass = Glass(chip)
    open_display(chip, 1, 0x3C, glass=glass).show(picture(name))

    with Image.open(GOLDEN / f"{name}.png") as golden:
        compare(golden.convert("1"), glass.picture(), tmp_path / f"{name}.png")


def overlap(one, other) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


phase = st.builds(
    Phase,
    st.one_of(st.none(), st.sampled_from([0.0, 253.4, 999.0]), st.floats(0, 260)),
    st.one_of(st.none(), st.sampled_from([-99.9, -99.94, 99.95, -0.04, 888.8]), st.floats(-120, 120)),
)
watts = st.one_of(st.sampled_from([0, 9994, 9995, 9999, 88_888, 99_949, 99_950, 99_999]), st.integers(0, 99_999))
situations = st.builds(
    Situation,
    watch_w=st.integers(1, 50_000),
    act_w=st.integers(50_001, 100_000),
    level=st.one_of(st.none(), st.sampled_from(Level)),
    signal=st.sampled_from(Signal),
    power_import_w=st.one_of(st.none(), watts),
    power_export_w=st.one_of(st.none(), watts),
    phases=st.tuples(phase, phase, phase),
    phases_known=st.booleans(),
    line_to_line=st.booleans(),
    local_time=st.sampled_from([None, CALM.local_time]),
    reading_age_s=st.one_of(st.none(), st.floats(0, 1e7)),
    alarms=st.lists(
        st.builds(
            Alarm,
            st.sampled_from(Rule),
            st.sampled_from(Level),
            st.sampled_from([None, 1, 2, 3]),
            value=st.none(),
            limit=st.just(0.0),
            since=st.none(),
            age_s=st.just(0.0),
            acknowledged=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=400, deadline=None)
@given(situations, st.sampled_from(sorted(WORDS)), st.sampled_from([pages.now_widgets, pages.phases_widgets]))
def test_nothing_overlaps_and_nothing_leaves_the_glass(situation, language, page):
    widgets = page(situation, WORDS[language])

    for widget in widgets:
        left, top, right, bottom = widget.box
        assert MARGIN <= left < right <= WIDTH - MARGIN, widget
        assert MARGIN <= top < bottom <= HEIGHT - MARGIN, widget
    for one, other in itertools.combinations(widgets, 2):
        assert not overlap(one.box, other.box), (one, other)


@settings(max_examples=200, deadline=None)
@given(situations, st.sampled_from(sorted(WORDS)), st.sampled_from([pages.now_widgets, pages.phases_widgets]))
def test_a_widget_draws_inside_its_box_only(situation, language, page):
    for widget in page(situation, WORDS[language]):
        image = Image.new("1", (WIDTH, HEIGHT))
        widget.draw(image)
        image.paste(0, widget.box)
        assert image.getbbox() is None, widget


@settings(max_examples=200, deadline=None)
@given(situations, st.sampled_from(sorted(WORDS)), st.sampled_from([pages.now_widgets, pages.phases_widgets]))
def test_every_letter_of_a_page_is_in_its_face(situation, language, page):
    strip, *rest = page(situation, WORDS[language])
    texts = [Text(SMALL, strip.name + strip.time, 0, 0), *(widget for widget in rest if isinstance(widget, Text))]

    for text in texts:
        missing = set(text.text) - text.face.glyphs.keys()
        assert not missing, f"the face {text.face.name} has no {missing}, which {text.text!r} needs"


@settings(max_examples=200, deadline=None)
@given(situations, st.sampled_from(sorted(WORDS)))
def test_no_word_is_cut(situation, language):
    words = WORDS[language]
    strip, *_ = pages.now_widgets(situation, words)
    whole = Image.new("1", (WIDTH, HEIGHT))
    strip.draw(whole)
    alone = Image.new("1", (WIDTH, HEIGHT))
    replace(strip, time="").draw(alone)
    clock = Image.new("1", (WIDTH, HEIGHT))
    replace(strip, name="").draw(clock)

    if not strip.calls:
        assert same(whole, ImageChops.logical_or(alone, clock))
    else:
        assert same(whole, ImageChops.logical_and(alone, clock))


@pytest.mark.parametrize(
    ("power_w", "shown"),
    [
        (0, "0,00"),
        (50, "0,05"),
        (2314, "2,31"),
        (9994, "9,99"),
        (9995, "10,0"),
        (12_345, "12,3"),
        (99_949, "99,9"),
        (99_950, "100"),
    ],
)
def test_power_has_two_decimals_below_ten_kilowatts_and_one_above(power_w, shown):
    assert pages.kilowatts(power_w, WORDS["nb"]) == shown


def test_import_and_export_of_the_same_power_look_different():
    imported = pages.now(replace(CALM, power_import_w=4750), WORDS["nb"])
    exported = pages.now(replace(CALM, power_import_w=0, power_export_w=4750), WORDS["nb"])

    assert not same(imported, exported)


@pytest.mark.parametrize("language", WORDS)
def test_each_level_and_each_reason_for_silence_looks_different_without_colour(language):
    situations = [
        *(replace(CALM, level=level) for level in (Level.OK, Level.WATCH, Level.ACT)),
        *(
            replace(UNKNOWN, signal=signal, reading_age_s=45.0)
            for signal in (Signal.WAITING, Signal.SILENT, Signal.NO_PORT)
        ),
    ]

    drawn = {pages.now(situation, WORDS[language]).tobytes() for situation in situations}

    assert len(drawn) == len(situations)


def test_zero_not_known_and_not_reported_look_different():
    rows = [
        pages.phases(replace(CALM, phases=(Phase(0.0, 0.0),) * 3), WORDS["nb"]),
        pages.phases(replace(CALM, phases=(Phase(),) * 3), WORDS["nb"]),
        pages.phases(replace(CALM, phases=(Phase(),) * 3, phases_known=False), WORDS["nb"]),
    ]

    assert len({row.tobytes() for row in rows}) == 3


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for state in STATES:
        picture(state).save(GOLDEN / f"{state}.png")
