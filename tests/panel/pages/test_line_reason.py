"""Why there is no reading: each reason fits the glass in every language, as a headline and as advice."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from appliance.household.situation import Signal, Situation
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, wrapped
from appliance.panel.pages.line_reason import reason, verdict
from appliance.simulation.examples import CALM
from appliance.system.health import Cause, Health, LineCondition
from appliance.words.words import WORDS

BANNER = RIGHT - LEFT - 2
"""Columns for the headline along the foot of the large mode."""
VERDICT = 70
"""Columns for the verdict beside "2400 8E1" on the page *Meter*."""


def states() -> Iterator[Situation]:
    for signal in Signal:
        for line in (None, *LineCondition):
            for causes in ((), *((cause,) for cause in Cause)):
                for age_s in (59, 59 * 60, 47 * 3600, 99 * 86_400, 1e8):
                    yield replace(CALM, signal=signal, health=Health(line, causes), reading_age_s=age_s)


@pytest.mark.parametrize("language", WORDS)
def test_each_headline_fits_in_one_line_of_the_large_mode(language):
    wide = {matter for state in states() if BOLD.width(matter := reason(state, WORDS[language])[0]) > BANNER}

    assert not wide


@pytest.mark.parametrize("language", WORDS)
def test_each_advice_fits_in_two_lines(language):
    long = {advice for state in states() if len(wrapped(SMALL, advice := reason(state, WORDS[language])[1], 124)) > 2}

    assert not long


@pytest.mark.parametrize("language", WORDS)
def test_each_verdict_fits_beside_the_line_s_settings(language):
    wide = {said for state in states() if SMALL.width(said := verdict(state, WORDS[language])) > VERDICT}

    assert not wide


def test_a_silence_of_years_is_said_without_its_length():
    silent = replace(CALM, signal=Signal.SILENT, health=Health(LineCondition.SILENT))

    assert reason(replace(silent, reading_age_s=99 * 86_400.0), WORDS["en"])[0] == "No data for 99\u00a0days"
    assert reason(replace(silent, reading_age_s=100 * 86_400.0), WORDS["en"])[0] == "No data"
