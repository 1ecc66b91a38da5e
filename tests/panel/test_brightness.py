"""The care of the glass: how bright it is at which hour, when it sleeps, and where the picture stands."""

from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from appliance.household.daily_window import DailyWindow
from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel.brightness import dimming, is_news, is_night, needs_attention
from appliance.settings.preferences import BrightnessRule

RULE = BrightnessRule(
    contrast=200, idle_contrast=100, night_contrast=10, idle_s=300, night=DailyWindow(time(22), time(7))
)
NOW = 10_000.0
JUST, LONG_AGO = NOW - 10, NOW - 1000
QUIET_HOUSE = Situation(watch_w=5000, act_w=10_000, level=Level.OK, power_import_w=2000)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, 15, hour, minute, tzinfo=ZoneInfo("Europe/Oslo"))


def contrast(
    moment: datetime | None, touched_s: float | None, *, alarm: bool = False, rule: BrightnessRule = RULE
) -> int:
    return dimming(rule, moment, NOW, touched_s, alarm=alarm).contrast


def alarm(level: Level, *, acknowledged: bool = False, calls: int = 1) -> Alarm:
    return Alarm(
        rule=Rule.POWER,
        level=level,
        phase=None,
        value=12_000,
        limit=10_000,
        since=None,
        age_s=5,
        acknowledged=acknowledged,
        calls=calls,
    )


def test_after_a_key_the_glass_is_bright_and_later_dimmed() -> None:
    assert contrast(at(12), JUST) == 200
    assert contrast(at(12), NOW - 300) == 100
    assert contrast(at(12), None) == 100


def test_by_night_it_is_darker_and_a_key_does_not_dazzle() -> None:
    assert contrast(at(23), LONG_AGO) == 10
    assert contrast(at(23), JUST) == 100


def test_an_alarm_is_bright_at_any_hour() -> None:
    assert contrast(at(3), LONG_AGO, alarm=True) == 200
    assert contrast(at(12), LONG_AGO, alarm=True) == 200


def test_an_unknown_time_is_day() -> None:
    assert contrast(None, LONG_AGO) == 100
    assert dimming(replace(RULE, off_at_night=True), None, NOW, None, alarm=False).awake


def test_nothing_is_brighter_than_the_day() -> None:
    dark = replace(RULE, contrast=5)
    assert {contrast(at(hour), touched, rule=dark) for hour in (3, 12) for touched in (JUST, LONG_AGO)} == {5}


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        (22, 7, {22, 23, *range(7)}),
        (1, 5, {1, 2, 3, 4}),
        (8, 8, set()),
    ],
)
def test_a_night_may_pass_midnight_and_may_be_none(begins: int, ends: int, hours: set[int]) -> None:
    night = DailyWindow(time(begins), time(ends))
    assert {hour for hour in range(24) if night.covers(at(hour))} == hours


def test_off_at_night_sleeps_until_a_key_or_an_alarm() -> None:
    rule = replace(RULE, off_at_night=True)

    def awake(hour: int, touched_s: float, *, alarm: bool = False) -> bool:
        return dimming(rule, at(hour), NOW, touched_s, alarm=alarm).awake

    assert not awake(23, LONG_AGO)
    assert awake(23, JUST)
    assert awake(23, LONG_AGO, alarm=True)
    assert awake(12, LONG_AGO)


def test_without_that_wish_it_never_sleeps() -> None:
    assert dimming(RULE, at(23), NOW, None, alarm=False).awake


def test_the_picture_visits_all_nine_places_by_steps_of_one_pixel_a_minute() -> None:
    places = [dimming(RULE, at(12), 60.0 * minute, None, alarm=False).shift for minute in range(10)]

    assert set(places) == {(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)}
    assert places[9] == places[0]
    for (x, y), (next_x, next_y) in pairwise(places):
        assert max(abs(next_x - x), abs(next_y - y)) == 1


def test_within_a_minute_and_without_shift_the_picture_stays() -> None:
    assert len({dimming(RULE, at(12), 120 + second, None, alarm=False).shift for second in range(60)}) == 1
    still = replace(RULE, shift=False)
    assert {dimming(still, at(12), 60.0 * minute, None, alarm=False).shift for minute in range(20)} == {(0, 0)}


@pytest.mark.parametrize("level", Level)
def test_an_alarm_of_the_house_calls_until_it_is_acknowledged_and_a_fault_does_not(level: Level) -> None:
    unseen, seen = (replace(QUIET_HOUSE, alarms=(alarm(level, acknowledged=one),)) for one in (False, True))

    assert needs_attention(unseen, night=False) == (level in (Level.WATCH, Level.ACT))
    assert not needs_attention(seen, night=False)
    assert not needs_attention(QUIET_HOUSE, night=False)


@pytest.mark.parametrize("level", Level)
def test_by_night_only_what_asks_to_act_is_bright(level: Level) -> None:
    # "At night yellow never brightens the glass."
    assert needs_attention(replace(QUIET_HOUSE, alarms=(alarm(level),)), night=True) == (level is Level.ACT)
    assert not needs_attention(replace(QUIET_HOUSE, alarms=(alarm(level, acknowledged=True),)), night=True)
    both = replace(QUIET_HOUSE, alarms=(alarm(Level.ACT, acknowledged=True), alarm(Level.WATCH)))
    assert not needs_attention(both, night=True)
    assert needs_attention(both, night=False)


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("level", Level)
def test_an_alarm_that_called_nobody_brightens_nothing(level: Level, night: bool) -> None:
    # "A rule that comes again within 30 min lights its lamp and nothing else"; "yellow of bare power is a lamp".
    assert not needs_attention(replace(QUIET_HOUSE, alarms=(alarm(level, calls=0),)), night=night)


def test_the_night_is_that_of_the_glass() -> None:
    assert is_night(RULE, at(23))
    assert not is_night(RULE, at(12))
    assert not is_night(RULE, None)


def test_a_reading_and_an_alarm_are_news_and_the_passing_of_time_is_not() -> None:
    later = replace(QUIET_HOUSE, local_time=at(12, 1), reading_age_s=2.0, recent_w=(2000.0,))
    older = replace(QUIET_HOUSE, alarms=(replace(alarm(Level.ACT), age_s=9),))

    assert is_news(None, QUIET_HOUSE)
    assert not is_news(QUIET_HOUSE, later)
    assert is_news(QUIET_HOUSE, replace(later, power_import_w=2001))
    assert is_news(QUIET_HOUSE, older)
    assert not is_news(older, replace(older, alarms=(alarm(Level.ACT),)))
    assert is_news(older, replace(older, alarms=(alarm(Level.ACT, calls=2),)))
