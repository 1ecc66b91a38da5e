"""What other machines and people are told of the spot prices: MQTT, Home Assistant, Prometheus, the page, status."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.doctor.finding import Grade
from appliance.doctor.prices import prices
from appliance.doctor.target import Target
from appliance.household.money import Cost, Part
from appliance.household.situation import Situation
from appliance.household.spot import SpotDay, SpotPrices, around
from appliance.links import states
from appliance.links.homeassistant import Reported, discovery
from appliance.links.link import Context
from appliance.links.metrics import metrics
from appliance.links.web.page import Extras, page
from appliance.service.status import Process, StatusAnswer, answer, understood
from appliance.service.status_text import as_text
from appliance.settings.model import Settings, SpotSettings
from appliance.simulation.examples import CALM
from appliance.words.words import WORDS, Words

TODAY = date(2026, 1, 15)
"""The example's, at 17:36."""
ORE = tuple(float(10 * hour - 20) for hour in range(24))
"""From -20 øre on: the hour from 17 has 150 without VAT, 1.875 kr with 25 %; the dearest 210, 2.625 kr."""
CONTEXT = Context(WORDS["en"])


def known(*days: date, trouble: str | None = None) -> Situation:
    prices = SpotPrices("NO1", "hvakosterstrommen.no", tuple(SpotDay(day, ORE) for day in days), trouble)
    return replace(CALM, spot=around(prices, datetime(2026, 1, 15, 16, 36, tzinfo=UTC), 0.25))


FULL, TODAY_ALONE = known(TODAY, TODAY + timedelta(days=1)), known(TODAY)
FAILED = known(TODAY - timedelta(days=1), trouble="hvakosterstrommen.no cannot be reached: no route")


def test_the_money_topic_has_this_hours_price_and_those_of_two_days():
    told = states.money(FULL, CONTEXT)

    assert told["spot_kr"] == 1.875
    assert (len(told["spot_today"]), told["spot_today"][0], told["spot_today"][17]) == (24, -0.25, 1.875)
    assert told["spot_tomorrow"] == told["spot_today"]
    assert (told["spot_area"], told["spot_source"]) == ("NO1", "hvakosterstrommen.no")


@pytest.mark.parametrize("situation", [CALM, FAILED])
def test_what_is_not_known_is_null_and_never_yesterdays(situation):
    told = states.money(situation, CONTEXT)

    assert (told["spot_kr"], told["spot_today"], told["spot_tomorrow"]) == (None, None, None)
    assert states.money(CALM, CONTEXT).keys() == states.money(FULL, CONTEXT).keys()


def test_home_assistant_has_the_price_where_it_is_fetched():
    def entity(situation: Situation) -> dict[str, object]:
        reported = Reported().with_what(situation)
        found = discovery("han/1", "1", reported, CONTEXT, interval_s=2.5, commands=False)["cmps"]["spot_kr"]
        assert isinstance(found, dict)
        return found

    assert entity(CALM) == {"p": "sensor"}
    assert entity(FAILED)["def_ent_id"] == "sensor.han_spot_price"
    assert "state_class" not in entity(FULL)


def test_prometheus_has_a_known_price_and_no_other():
    assert 'han_spot_price_kroner{area="NO1"} 1.875\n' in metrics(FULL)
    assert "han_spot_price" not in metrics(FAILED)
    assert "han_spot_price" not in metrics(CALM)


@pytest.mark.parametrize("language", WORDS)
def test_the_page_has_both_days_and_says_who_tells_the_prices(language):
    words: Words = WORDS[language]
    html = page(FULL, words, Extras(lamps={}))

    assert html.count("<svg") == page(CALM, words, Extras(lamps={})).count("<svg") + 2
    assert '<a href="https://hvakosterstrommen.no/" rel="noreferrer">hvakosterstrommen.no</a>' in html
    assert f"23:00: {words.number(2.625, 2)}" in html
    assert "cannot be reached" in page(FAILED, words, Extras(lamps={}))


def test_the_page_takes_no_sum_without_spot_prices_for_a_lower_bound():
    """Hours whose price is below zero would make it less."""
    assert CALM.money is not None
    lacking = replace(CALM, money=replace(CALM.money, today=Cost(1.23, frozenset({Part.SPOT}))))
    assert "≥ kr 1.23" not in page(lacking, WORDS["en"], Extras(lamps={}))
    assert "kr 1.23 without some spot prices" in page(lacking, WORDS["en"], Extras(lamps={}))


@pytest.mark.parametrize(
    ("situation", "says"),
    [
        (FULL, "Spot      1.88 kr a kWh in NO1 with VAT, tomorrow known, by hvakosterstrommen.no\n"),
        (TODAY_ALONE, "tomorrow not known yet"),
        (
            FAILED,
            "Spot      -- in NO1 with VAT, tomorrow not known yet, by hvakosterstrommen.no; hvakosterstrom",
        ),
    ],
)
def test_the_status_says_what_is_known_and_comes_over_the_socket_unchanged(situation, says):
    report = understood(dict(answer(situation, 1.0)))

    assert report.situation.spot == situation.spot
    assert says in as_text(report)
    assert "Spot" not in as_text(understood(dict(answer(CALM, 1.0))))


@pytest.mark.parametrize(
    ("situation", "grade", "says"),
    [
        (FULL, Grade.FINE, "today's and tomorrow's in {area} are known"),
        (TODAY_ALONE, Grade.FINE, "today's in {area} are known, tomorrow's not yet"),
        (known(), Grade.UNKNOWN, "this hour's price in {area} is not known yet"),
        (FAILED, Grade.WARNING, "NO1: hvakosterstrommen.no cannot be reached: no route"),
        (None, Grade.UNKNOWN, "no appliance runs here that fetches them"),
    ],
)
def test_the_doctor_says_whether_the_prices_can_be_had(tmp_path, situation, grade, says):
    running = None if situation is None else StatusAnswer(1, "x", Process(1, 1.0), situation)
    target = Target(Settings(spot=SpotSettings(area="NO1")), None, None, tmp_path, running)
    found = prices(target)

    assert (found.grade, str(found.says)) == (grade, says.format(area="NO1"))
