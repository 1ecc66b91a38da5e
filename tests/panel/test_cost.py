"""A month of a home with Norgespris, from settings and readings to the kroner on the glass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.checkpoint import Restored
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.household import Household
from appliance.household.money import Cost, Part
from appliance.household.spot import Spot, SpotHour
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.panel.pages import Page, widgets
from appliance.settings import settings_file
from appliance.settings.policies import policies
from appliance.simulation.examples import CALM
from appliance.words.words import WORDS

SETTINGS = settings_file.parse('[grid]\ncompany = "elvia"\n[power]\nprice = "norgespris"', "a.toml")
DAY_KR, NIGHT_KR = (28.99 + 8.13 + 40) * 1.25 / 100, (16.99 + 8.13 + 40) * 1.25 / 100
"""A kWh by Elvia's list from 1 July 2026, forbruksavgift and Enova of 2026, Norgespris, VAT."""


def test_october_2026_is_on_the_glass_to_the_ore():
    """745 hours of 1 kWh, for on the 25th the clocks go back; the last one, 23 to 24 on Saturday the 31st, runs.

    22 working days have 16 hours by day: 352 kWh at 0.964 kr are 339.33 kr. The other 392 that ended are 319.09 kr at
    0.814, and of the running hour 59 min 50 s are 0.81. The step to 2 kW is 1,440 / 12 x 1.25 = 150 kr a month.
    """
    found = policies(SETTINGS)
    household = Household(found.rules, tariffs=found.tariffs)
    household.port(is_open=True)
    begin = datetime(2026, 10, 1, tzinfo=OSLO).astimezone(UTC)
    hours = tuple(Hour(begin + place * HOUR, 1000.0, 0.0, Quality.METERED, 1.0) for place in range(744))
    household.restore(Restored(hours), 0.0)
    start = begin + 744 * HOUR
    assert start.astimezone(OSLO).isoformat() == "2026-10-31T23:00:00+01:00"
    for second in range(0, 3600, 10):
        wall = (start + timedelta(seconds=second)).astimezone(OSLO).replace(tzinfo=None)
        list_1 = Reading(offset=0, length=0, elements=1, maker=Maker.KAIFA, power_import_w=1000, clock=MeterClock(wall))
        household.reading(list_1, 1.0 + second)
    situation = household.situation(3591.0)
    assert situation.money is not None
    expected_kr = 352 * DAY_KR + 392 * NIGHT_KR + 3590 / 3600 * NIGHT_KR + 150

    assert round(situation.money.month.kr, 2) == round(expected_kr, 2) == 809.23
    assert situation.money.today.kr == pytest.approx((23 + 3590 / 3600) * NIGHT_KR)
    texts = [text for widget in widgets(Page.COST, situation, WORDS["nb"]) for text in widget.texts]
    assert texts[:1] == ["Kostnad"]
    assert "809 kr" in texts
    assert "745 av 5000 kWh" in texts
    now = [text for widget in widgets(Page.NOW, situation, WORDS["nb"]) for text in widget.texts]
    assert "0,81 kr/t" in now


def test_with_a_spot_price_the_supported_kilowatt_hours_are_counted_and_the_power_is_said_to_be_missing():
    assert CALM.money is not None
    price = replace(CALM.money.price, power_ore=None)
    spot = replace(CALM.money, price=price, month=Cost(518.4, frozenset({Part.POWER})))
    for language, said in (("nb", "Uten strøm, 486/5000 kWh"), ("sv", "Utan el, 486/5000 kWh")):
        shown = widgets(Page.COST, replace(CALM, money=spot), WORDS[language])
        assert said in [text for widget in shown for text in widget.texts]


def test_a_server_of_ones_own_with_a_long_name_stays_on_the_glass():
    spot = Spot(
        area="NO1",
        source="a" * 60 + ".example",
        now_kr=1.0,
        today=(SpotHour(datetime(2026, 1, 15, 16, tzinfo=UTC), 1.0),),
    )
    for shown in (spot, replace(spot, now_kr=None), replace(spot, now_kr=None, trouble="none")):
        for widget in widgets(Page.PRICE, replace(CALM, spot=shown), WORDS["nb"]):
            left, _, right, _ = widget.box
            assert 0 <= left < right <= 128
