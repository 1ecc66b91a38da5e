"""A day's prices as the servers tell them: a real answer, days of all lengths, and what is refused as a whole."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.links.spot_answer import RefusedError, path, understood
from tests.links.price_server import told

DAY, SPRING, AUTUMN = date(2026, 11, 26), date(2026, 3, 29), date(2026, 10, 25)
Told = list[dict[str, Any]]

REAL_NOK = (
    *(0.92542, 0.96771, 0.98818, 0.96667, 0.99016, 1.10134, 1.24848, 1.33971, 1.39697, 1.35644, 1.31145, 1.19735),
    *(1.087, 1.01759, 1.06664, 1.2066, 1.29243, 1.25274, 1.26978, 1.2835, 1.25721, 1.28744, 1.19091, 1.0204),
)
REAL_EUR = (
    *(0.08906, 0.09312999999999999, 0.09509999999999999, 0.09303, 0.09529, 0.10599, 0.12015, 0.12893000000000002),
    *(0.13444, 0.13054, 0.12621, 0.11523, 0.10461, 0.09793, 0.10265, 0.11612, 0.12437999999999999, 0.12056, 0.1222),
    *(0.12351999999999999, 0.12099, 0.12390000000000001, 0.11461, 0.09820000000000001),
)
REAL_EXR = 10.391
"""hvakosterstrommen.no's own answer for 27 October 2022, as programs that ask it have kept it."""


def octets(told: object) -> bytes:
    return json.dumps(told).encode()


def test_a_real_answer_is_read():
    answer = [
        {
            "NOK_per_kWh": nok,
            "EUR_per_kWh": eur,
            "EXR": REAL_EXR,
            "time_start": f"2022-10-27T{hour:02}:00:00+02:00",
            "time_end": f"2022-10-{27 + (hour == 23)}T{(hour + 1) % 24:02}:00:00+02:00",
        }
        for hour, (nok, eur) in enumerate(zip(REAL_NOK, REAL_EUR, strict=True))
    ]
    found = understood(octets(answer), date(2022, 10, 27), "NO1")

    assert found.ore == pytest.approx([100 * nok for nok in REAL_NOK])
    assert (found.ore[0], found.ore[8]) == (92.542, 139.697)


def test_the_path_is_that_of_the_servers():
    assert path(date(2026, 1, 5), "NO5") == "/api/v1/prices/2026/01-05_NO5.json"


@pytest.mark.parametrize(("day", "hours"), [(DAY, 24), (SPRING, 23), (AUTUMN, 25)])
@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize(("area", "currency"), [("NO4", "NOK"), ("SE3", "SEK")])
def test_a_day_of_any_length_by_hours_or_quarters_is_its_hours(day, hours, parts, area, currency):
    """Quarters of 0, 1, 2, 3 kr are 1.5 kr on the mean; the next hour's 4, 5, 6, 7 are 5.5."""
    found = understood(octets(told(day, float, parts=parts, currency=currency)), day, area)

    assert (found.day, len(found.ore)) == (day, hours)
    assert found.ore[:2] == ((0.0, 100.0) if parts == 1 else (150.0, 550.0))


def test_a_price_below_zero_is_one():
    assert understood(octets(told(DAY, lambda _: -0.05)), DAY, "NO2").ore[3] == -5.0


def changed(change: Callable[[Told], object]) -> object:
    answer = told(DAY, lambda hour: 1.0 + hour / 100)
    result = change(answer)
    return answer if result is None else result


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: told[:-1], "has 23 prices"),
        (lambda told: told.append(told[-1]), "has 25 prices"),
        (lambda _: [], "has 0 prices"),
        (lambda told: told[:6], "has 6 prices"),
        (lambda told: told.reverse(), "is due"),
        (lambda told: told.__setitem__(7, told[6]), "is due"),
        (lambda told: told[5].update(time_end=told[6]["time_end"]), "is due"),
        (lambda told: told[0].update(time_start="2026-11-26T00:00:00"), "without an offset"),
        (lambda told: told[0].update(time_start="2026-11-26T00:00:00+00:00"), "is due"),
        (lambda told: told[3].update(NOK_per_kWh=None), "no NOK_per_kWh"),
        (lambda told: told[3].__delitem__("NOK_per_kWh"), "no NOK_per_kWh"),
        (lambda told: told[3].update(NOK_per_kWh="1.0"), "not a list of prices"),
        (lambda told: told[3].update(NOK_per_kWh=True), "not a list of prices"),
        (lambda told: told[3].update(NOK_per_kWh=250.0), "price of 250"),
        (lambda told: told[3].update(NOK_per_kWh=103.0, EUR_per_kWh=10.3), "price of 103"),
        (lambda told: told[3].update(NOK_per_kWh=told[3]["EUR_per_kWh"]), "its euros are"),
        (lambda told: told[3].update(EXR=1.0), "its euros are"),
        (lambda told: told[3].__delitem__("EXR"), "not a list of prices"),
        (lambda told: {"prices": told}, "not a list of prices"),
        (lambda _: "prices", "not a list of prices"),
    ],
)
def test_a_wrong_answer_is_refused_as_a_whole_in_one_sentence(change, says):
    with pytest.raises(RefusedError) as refused:
        understood(octets(changed(change)), DAY, "NO1")

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 50_000, b'[{"NOK_per_kWh": 1e999}]', b"[NaN]"])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(RefusedError):
        understood(body, DAY, "NO1")


@pytest.mark.parametrize(("day", "area"), [(date(2026, 11, 25), "NO1"), (SPRING, "NO1"), (DAY, "SE3")])
def test_another_days_or_countrys_answer_is_refused(day, area):
    with pytest.raises(RefusedError):
        understood(octets(told(DAY, lambda _: 1.0)), day, area)


@given(st.binary(max_size=200), st.integers(0, 5000))
def test_an_answer_with_octets_changed_is_read_or_refused_and_nothing_else(rubbish, at):
    whole = octets(told(DAY, lambda hour: 1.0 + hour / 100))
    try:
        found = understood(whole[:at] + rubbish + whole[at + len(rubbish) :], DAY, "NO1")
    except RefusedError:
        return
    assert len(found.ore) == 24
