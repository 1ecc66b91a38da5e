"""The pages: golden pictures that were looked at, and rules that hold in every situation.

`python -m tests.panel.pages.test_pages` draws the golden pictures anew; look at them, at 4x, before they
are kept (`han-appliance pages --png DIR` puts them side by side).
"""

import itertools
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from appliance.household.capacity import Month
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.situation import Alarm, Level, LineQuality, Phase, Rule, Signal, Today, VoltageDay
from appliance.household.spot import SpotPrices, around
from appliance.household.tariff import Basis, Step, Tariff
from appliance.panel import pages
from appliance.panel.devices.display import open_display
from appliance.panel.drawing.charts import Bar, Hours, Ink
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import HEIGHT, LEFT, MARGIN, RIGHT, WIDTH, Banner, Inverted, Strip, Text
from appliance.panel.pages import ROUND, Page, in_round, turned
from appliance.panel.pages.attention import alarm_widgets, fault_widgets, large_alarm_widgets, large_fault_widgets
from appliance.panel.pages.boot import boot_widgets
from appliance.panel.pages.layout import column, number, strip
from appliance.panel.pages.power import large_widgets
from appliance.panel.pages.rule_view import rule_view
from appliance.panel.selftest import PartState, SelfTest
from appliance.simulation.examples import ACT, CALM, CUT, EXAMPLES, IT_NET, LOGGED, SILENT, SUN, WAITING, YOUNG
from appliance.simulation.oled import Glass
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition
from appliance.words.words import WORDS
from tests.panel.situations import situations
from tests.share import cases

GOLDEN = Path(__file__).parent / "golden"
IN_ALL_LANGUAGES = re.compile(
    r"now|hour|hour-over|hour-free|phases|today|today-since|month|month-prices|voltage|log|meter.*|large.*|alarm-.*"
    r"|fault-.*|menu.*|setup-.*|boot-failed"
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


LAYOUTS = [
    *(layout_of(page) for page in Page),
    *(large_widgets, large_alarm_widgets, large_fault_widgets, alarm_widgets, fault_widgets, paging),
]
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


@settings(max_examples=cases(60, 120, 1500))
@given(situations(), languages, layouts)
def test_nothing_overlaps_and_nothing_leaves_the_glass(situation, language, layout):
    assert_in_place(layout(situation, WORDS[language]))


@settings(max_examples=50)
@given(st.builds(SelfTest, **dict.fromkeys(PARTS, st.sampled_from(PartState))), languages)
def test_nothing_overlaps_on_the_boot_page(self_test, language):
    assert_in_place(boot_widgets(WAITING, WORDS[language], self_test))


@settings(max_examples=cases(40, 60, 500))
@given(situations(), languages, layouts)
def test_a_widget_draws_inside_its_box_only(situation, language, layout):
    for widget in layout(situation, WORDS[language]):
        image = Image.new("1", (WIDTH, HEIGHT))
        widget.draw(image)
        image.paste(0, widget.box)
        assert image.getbbox() is None, widget


@settings(max_examples=cases(40, 60, 800))
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


@settings(max_examples=cases(40, 60, 300))
@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=300), languages)
@example("00000000 ", "nb")
def test_a_trouble_of_any_length_stays_on_the_glass(detail, language):
    situation = replace(CALM, health=Health(faults=(Fault(FaultKind.SETTINGS, detail),)))

    assert_in_place(fault_widgets(situation, WORDS[language]))


@pytest.mark.parametrize("lines", [("Noko manglar", "i går 1,23"), ("siden 12", "i går 1,23"), ("12,34 kr", "↑ 1,23")])
def test_two_lines_beside_a_number_keep_clear_of_its_unit(lines):
    large, unit = number("2,3", "kWh")
    beside = column(lines, large, unit.left)

    assert [text.text for text in beside] == list(lines)
    assert_in_place((strip("Today", CALM, NB), large, unit, *beside))


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
            for cause in (Cause.PORT_CLOSED, Cause.CONVERTER, Cause.OVERCURRENT_PAUSE)
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
        for name in ("L1-L2", "L2-L3", "L1-L3"):
            assert any(text.startswith(name) for text in texts(page, IT_NET))
            assert not any(text.startswith(name) for text in texts(page, CALM))


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
        today=Today(day=day, import_wh=3500, export_wh=0, highest=last),
        ended_hours=(last,),
    )

    drawn_bars = bars(situation)

    assert [ink for ink, _ in drawn_bars.bars] == [Ink.ABSENT] * (count - 2) + [Ink.FULL, Ink.HOLLOW]
    shift = count - 24
    assert drawn_bars.names == {0: "0", 6 + shift: "6", 12 + shift: "12", 18 + shift: "18"}


def test_what_is_ahead_of_the_running_hour_is_not_what_was_missed():
    assert [ink for ink, _ in bars(replace(CALM, ended_hours=())).bars] == [Ink.ABSENT] * 17 + [Ink.HOLLOW] + [
        Ink.AHEAD
    ] * 6


def test_the_round_names_each_page_once_and_begins_with_now():
    assert ROUND[0] is Page.NOW
    assert sorted(ROUND, key=ROUND.index) == list(ROUND)
    assert set(ROUND) == set(Page)


def test_each_page_has_its_dot_in_the_round():
    found = in_round(CALM)
    assert [pages.widgets(page, CALM, NB, paging=True)[0].dots for page in found] == [
        (place, len(found)) for place in range(len(found))
    ]
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


SPOT = around(SpotPrices("NO1", "", ()), None, 0.25)
NO_TARIFF = Month(date(2026, 1, 1), Tariff(basis=Basis.NONE))
NO_VOLTS = VoltageDay(date(2026, 1, 15), (None,) * 3, (None,) * 3)


@pytest.mark.parametrize(
    ("situation", "left_out"),
    [
        (replace(LOGGED, spot=SPOT), set()),
        (LOGGED, {Page.PRICE}),
        (CALM, {Page.LOG, Page.PRICE}),
        (replace(LOGGED, month=None), {Page.MONTH, Page.PRICE}),
        (replace(LOGGED, month=NO_TARIFF), {Page.MONTH, Page.PRICE}),
        (replace(LOGGED, phases=(Phase(),) * 3, voltage_day=NO_VOLTS), {Page.PHASES, Page.VOLTAGE, Page.PRICE}),
        (YOUNG, {Page.COST, Page.LOG, Page.PRICE}),
        (WAITING, {Page.COST, Page.LOG, Page.PRICE}),
        (replace(LOGGED, money=None), {Page.COST, Page.PRICE}),
    ],
)
def test_a_page_that_has_nothing_for_this_house_leaves_the_round(situation, left_out):
    assert in_round(situation) == tuple(page for page in ROUND if page not in left_out)
    assert in_round(None) == ROUND


@pytest.mark.parametrize("situation", [None, CALM, LOGGED, replace(LOGGED, month=None)])
@pytest.mark.parametrize("page", ROUND)
def test_one_comes_away_from_a_page_that_has_left_the_round(situation, page):
    found = in_round(situation)
    after, before = turned(page, situation), turned(page, situation, back=True)

    assert {after, before} <= set(found)
    if page in found:
        place = found.index(page)
        assert (after, before) == (found[(place + 1) % len(found)], found[max(0, place - 1)])
    else:
        assert ROUND.index(before) < ROUND.index(page) < ROUND.index(after)


def test_now_says_what_this_hour_costs_where_it_is_priced():
    # 2,314 W at (28.99 + 8.13 + 40) * 1.25 = 96.4 øre a kWh: 2.314 * 0.964 = 2.231 kr an hour.
    assert "2,23 kr/t" in texts(Page.NOW, CALM)
    assert not any("kr" in text for text in texts(Page.NOW, replace(CALM, money=None)))
    assert not any("kr" in text for text in texts(Page.NOW, SUN)), "what is sold has no price here"


@pytest.mark.parametrize(
    ("power_w", "shown"), [(4, ["4", "W"]), (99, ["99", "W"]), (100, ["0,10", "kW"]), (2314, ["2,31", "kW"])]
)
def test_a_power_of_less_than_100_w_is_in_watts(power_w, shown):
    assert texts(Page.NOW, replace(CALM, power_import_w=power_w))[:2] == shown


def test_a_full_bar_tells_how_far_beyond_the_limit_it_is():
    twelve, fifty, most = (
        next(
            widget
            for widget in pages.widgets(Page.NOW, replace(CALM, power_import_w=power_w), NB)
            if isinstance(widget, Bar)
        )
        for power_w in (12_500, 50_000, 99_900)
    )

    # With the red limit at 10 kW.
    assert (twelve.share, twelve.limit) == (1.0, 0.8)
    assert (fifty.share, fifty.limit) == (1.0, 0.2)
    assert most.limit == pytest.approx(10 / 99.9)


def test_a_side_that_is_held_shows_what_flows_on_it():
    held = replace(CALM, shows_export=True)
    assert pages.widgets(Page.NOW, held, NB)[0].name == "Til nettet"
    assert texts(Page.NOW, held)[:2] == ["0", "W"]
    assert texts(Page.NOW, replace(SUN, shows_export=False))[:2] == ["0", "W"]


def test_yesterday_stands_beside_today_where_all_of_it_is_known():
    yesterday = CALM.ended_hours[:24]
    assert f"i går {sum(hour.import_wh for hour in yesterday) / 1000:.1f}".replace(".", ",") in texts(Page.TODAY, CALM)
    missing = replace(CALM, ended_hours=CALM.ended_hours[1:])
    assert not any("i går" in text for text in texts(Page.TODAY, missing))
    partly = replace(CALM, ended_hours=(replace(CALM.ended_hours[0], quality=Quality.PARTLY), *CALM.ended_hours[1:]))
    assert not any("i går" in text for text in texts(Page.TODAY, partly))


def test_a_day_of_which_the_beginning_was_not_seen_is_a_lower_bound_with_since_when():
    # Two hours of 830 and 1,640 Wh from 15:00 local time on, and 1,412 Wh of the running one: 3.882 kWh.
    assert texts(Page.TODAY, CUT)[:3] == ["≥3,8", "kWh", "siden 15:00"]


def test_a_day_with_a_gap_is_a_lower_bound():
    gap = replace(
        CALM,
        today=replace(CALM.today, import_wh=None),
        ended_hours=(*CALM.ended_hours[:30], *CALM.ended_hours[31:]),
    )

    assert texts(Page.TODAY, gap)[:3] == ["≥15", "kWh", "Noe mangler"]


@pytest.mark.parametrize(
    ("line_to_line", "phases", "shown"),
    [
        (False, CALM.phases, "27,7 kW"),  # sqrt(3) * 400 V * 40 A = 27,713 W
        (True, IT_NET.phases, "15,9 kW"),  # sqrt(3) * 230 V * 40 A = 15,935 W
        (False, (Phase(230.0, 4.0), Phase(), Phase()), "9,20 kW"),  # 230 V * 40 A
    ],
)
def test_the_main_fuse_is_told_in_kw_by_the_net(line_to_line, phases, shown):
    month = Month(date(2026, 1, 1), Tariff(basis=Basis.FUSE, steps=(Step(63), Step(None))), fuse_a=40)
    situation = replace(CALM, month=month, line_to_line=line_to_line, phases=phases)

    assert shown in texts(Page.MONTH, situation)
    assert shown not in texts(Page.MONTH, replace(situation, phases_known=False))


def test_what_is_left_of_a_step_has_the_decimals_of_the_mean_and_promises_no_more():
    def month_of(energy_wh: float) -> Month:
        peaks = tuple(
            Hour(datetime(2026, 1, day, 16, tzinfo=UTC), energy_wh, 0.0, Quality.METERED, 1.0) for day in (1, 2, 3)
        )
        return Month(date(2026, 1, 1), Tariff(), peaks)

    # 15 - 14.99 = 0.01 kW, beside a mean of 15,0; 5 - 4.327 = 0.673 kW beside 4,33.
    assert "0,0 kW igjen" in texts(Page.MONTH, replace(CALM, month=month_of(14_990)))
    assert "0,67 kW igjen" in texts(Page.MONTH, replace(CALM, month=month_of(4327)))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("at_least", [False, True])
def test_a_month_of_days_with_two_digits_has_room_for_each(language, at_least):
    for energy_wh, quality in itertools.product((5430, 99_900), (Quality.METERED, Quality.PARTLY)):
        peaks = tuple(
            Hour(datetime(2026, 1, day, 16, tzinfo=UTC), energy_wh, 0.0, quality, 1.0) for day in (28, 29, 30)
        )
        month = Month(date(2026, 1, 1), Tariff(), peaks, at_least=at_least)
        assert_in_place(pages.widgets(Page.MONTH, replace(CALM, month=month), WORDS[language]))


def test_a_step_with_prices_says_its_own_and_how_much_dearer_the_next_is():
    priced = Tariff(steps=(Step(2, 125), Step(5, 250), Step(10, 435), Step(None, 620)))
    assert {"2–5 kW: 250 kr", "neste +185"} <= set(
        texts(Page.MONTH, replace(CALM, month=replace(CALM.month, tariff=priced)))
    )


def test_the_phases_that_a_house_does_not_have_are_left_out():
    one = replace(CALM, phases=(Phase(233.6, 24.2), Phase(), Phase()))

    assert [text for text in texts(Page.PHASES, one) if text.startswith("L")] == ["L1"]
    assert [text for text in texts(Page.PHASES, IT_NET) if text.startswith("L")][::2] == ["L1", "L2", "L3"]


def inverted(situation) -> list[str]:
    return [widget.line.text for widget in pages.widgets(Page.VOLTAGE, situation, NB) if isinstance(widget, Inverted)]


def test_the_voltage_that_is_outside_is_inverted_and_never_looks_like_its_limit():
    limits = replace(CALM, voltage_limits_v=(207.0, 253.0))
    for lowest, highest, shown in [
        ((207.0, 220.0, 230.0), (253.0, 240.0, 230.0), []),
        ((206.7, 220.0, 230.0), (253.0, 240.0, 230.0), ["206"]),
        ((207.0, 220.0, 204.1), (253.0, 240.0, 253.2), ["204", "254"]),
        ((None, 180.0, None), (None, 190.0, None), ["180"]),
    ]:
        day = VoltageDay(date(2026, 1, 15), lowest, highest, 1)
        assert inverted(replace(limits, voltage_day=day)) == shown


def test_the_meters_page_names_the_maker_as_people_write_it_and_how_the_menu_opens():
    shown = [text for widget in pages.widgets(Page.METER, CALM, NB) for text in widget.texts]

    assert shown[0] == "Måler: Kamstrup"
    assert shown[-2:] == ["A", "meny"]


@pytest.mark.parametrize("page", ROUND)
def test_an_alarm_leaves_a_page_its_name(page):
    calm, watch, act = (pages.widgets(page, replace(LOGGED, level=level), NB)[0] for level in (0, 1, 2))

    assert calm.name == watch.name == act.name
    assert [calm.mark, watch.mark, act.mark] == ["", "!", "!!"]


def test_the_log_says_what_when_how_bad_and_how_long():
    assert texts(Page.LOG, LOGGED)[:5] == ["!", "Høyt forbruk", "17:33", "12,8 kW", "ennå"]
    assert "14. 21:26" in texts(Page.LOG, LOGGED)
    assert "5 min" in [text.replace("\u00a0", " ") for text in texts(Page.LOG, LOGGED)]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("months", [0, 0.1, 2])
def test_the_log_rather_leaves_out_the_time_of_a_day_long_past_than_a_word(language, months):
    for rule, level in itertools.product(Rule, (Level.WATCH, Level.ACT, Level.FAULT)):
        began = CALM.local_time.astimezone(UTC) - timedelta(days=30 * months, hours=1)
        row = replace(LOGGED.past_alarms[0], rule=rule, level=level, phase=2, began=began)
        shown = texts(Page.LOG, replace(LOGGED, past_alarms=(row,)), WORDS[language])
        assert not any(text.endswith("...") for text in shown), shown
        assert rule_view(rule).headline(level, 2, WORDS[language]) in shown


def test_the_log_comes_to_each_alarm_by_itself():
    shown = {
        text
        for second in range(60)
        for text in texts(Page.LOG, replace(LOGGED, local_time=CALM.local_time.replace(second=second)))
    }

    times = {row.began.astimezone(OSLO).strftime("%H:%M") for row in LOGGED.past_alarms}
    assert times == {text[-5:] for text in shown if re.search(r"\d\d:\d\d$", text)}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.iterdir():
        path.unlink()
    for name, language in KEPT:
        drawn(name, language).save(GOLDEN / f"{name}.{language}.png", optimize=True)
