"""The sounds: what is played when, and how the tunes differ."""

from dataclasses import replace
from itertools import pairwise

import pytest

from appliance.household.situation import Chime, Situation, Sound
from appliance.panel.sounds import (
    ACT,
    CLICK,
    FAULT,
    LOOK,
    LOUD_HZ,
    LOW_HZ,
    OVER,
    REST,
    TUNES,
    Note,
    Tune,
    click_for,
    sound_for,
)


def situation(chime: Chime | None) -> Situation:
    return Situation(watch_w=5000, act_w=10000, chime=chime)


@pytest.mark.parametrize("sound", list(Sound))
def test_each_sound_has_its_tune(sound: Sound) -> None:
    assert sound_for(situation(None), situation(Chime(1, sound))) == TUNES[sound]


def test_a_chime_is_played_once_and_the_next_one_too() -> None:
    first, second = situation(Chime(1, Sound.LOOK)), situation(Chime(2, Sound.LOOK))

    assert sound_for(first, first) is None
    assert sound_for(first, second) == LOOK


def test_without_a_chime_there_is_silence() -> None:
    assert sound_for(None, situation(None)) is None
    assert sound_for(situation(None), situation(None)) is None


def pitches(tune: Tune) -> list[float]:
    return [note.frequency_hz for note in tune if note.frequency_hz is not None]


def test_sounds_are_told_apart_by_pattern_and_not_by_melody() -> None:
    # "Red three short notes at the piezo's loud frequency, repeated; yellow one; fault two long low ones."
    assert pitches(ACT) == [LOUD_HZ] * 6
    assert pitches(LOOK) == [LOUD_HZ]
    assert pitches(FAULT) == [LOW_HZ] * 2
    assert all(high > low for high, low in pairwise(pitches(OVER)))


def test_the_three_notes_of_red_come_twice_with_a_rest_between() -> None:
    rests = [note.seconds for note in ACT if note.frequency_hz is None]
    assert len(rests) == 5
    assert rests[2] == max(rests)
    assert all(rests[2] >= 3 * rest for rest in (*rests[:2], *rests[3:]))


def test_a_note_of_a_fault_is_longer_than_any_of_another() -> None:
    others = max(note.seconds for tune in (ACT, LOOK, OVER) for note in tune if note.frequency_hz)
    assert min(note.seconds for note in FAULT if note.frequency_hz) >= 2 * others


def test_what_asks_for_something_is_at_the_piezos_own_frequency_and_the_rest_an_octave_lower() -> None:
    # TDK ef532, May 2011, table: PS1720P02, 70 dB(A) at 10 cm, measured at 2 kHz.
    assert LOUD_HZ == 2000
    assert LOW_HZ == LOUD_HZ / 2
    assert {*pitches(ACT), *pitches(LOOK), *pitches(CLICK)} == {LOUD_HZ}


@pytest.mark.parametrize("tune", TUNES.values())
def test_a_tune_lasts_less_than_a_second_and_a_half(tune: Tune) -> None:
    assert sum(note.seconds for note in tune) < 1.5


def test_a_click_lasts_a_few_milliseconds() -> None:
    assert sum(note.seconds for note in CLICK) <= 0.01


def test_all_that_is_heard_is_distinct() -> None:
    assert len({LOOK, ACT, OVER, FAULT, CLICK}) == 5


def test_a_key_clicks_if_enabled_and_never_in_quiet_hours_or_before_anything_is_known() -> None:
    day, night = replace(situation(None), quiet=False), replace(situation(None), quiet=True)

    assert click_for(day, enabled=True) == CLICK
    assert click_for(day, enabled=False) is None
    assert click_for(night, enabled=True) is None
    assert click_for(None, enabled=True) is None


def test_a_note_has_its_name() -> None:
    assert [str(Note(frequency, 0.1)) for frequency in (440.0, 1046.5, 1108.7, 1568.0)] == ["A4", "C6", "C#6", "G6"]
    assert str(REST) == ""
