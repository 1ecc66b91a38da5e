"""Every table of the source, for homes and cabins: 200 hours and 50 means each, against a second reading of its files.

Both readings give a line for each answer, and the lines' SHA-256 is stored here: so the tables are held to what the
second reading found also where the source's files are not at hand.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files

import pytest

from appliance.household.tariff import Basis, in_force
from appliance.tariffs import Customer, answers, companies, tariffs
from tests.tariffs import questions, second_reading

ANSWERS = 77 * 2 * (questions.HOURS + questions.MEANS)
DIGEST = "1b249acf0c44251053f633574dd6b559ed745488a23acc81b29b30c81f8b484e"
"""Of commit b9531c7 of 2026-08-18. A new import changes it: take it from a second reading of the new source."""

needs_source = pytest.mark.skipif(
    not second_reading.FOLDER.is_dir(), reason="the files of Fri nettleie are not beside the checkout"
)


def by_the_tables() -> Iterator[str]:
    for company in sorted(each.id for each in companies()):
        for customer in Customer:
            periods = tariffs(company, customer=customer)
            for hour in questions.hours(company, customer.value):
                tariff = in_force(periods, hour.astimezone(answers.OSLO).date())
                ore = tariff.hour_price(hour).energy_ore if tariff else None
                yield questions.line(company, customer.value, f"{hour:%Y-%m-%dT%H}", ore)
            for mean in questions.means(company, customer.value):
                tariff = in_force(periods, mean.day)
                step = None
                if tariff and not tariff.ended and tariff.basis is not Basis.NONE and tariff.steps:
                    place = tariff.step(float(mean.value))
                    below = tariff.steps[place - 1].up_to if place else 0
                    year = tariff.steps[place].price_kr * 12
                    step = below, tariff.steps[place].up_to, answers.StepPrice(0, None, round(year, 4)).month_kr()
                yield questions.line(company, customer.value, mean.day, mean.value, step)


def by_the_source() -> Iterator[str]:
    for company, file in second_reading.files().items():
        for customer in ("home", "cabin"):
            for hour in questions.hours(company, customer):
                ore = second_reading.energy_ore(company, file, customer, hour)
                yield questions.line(company, customer, f"{hour:%Y-%m-%dT%H}", ore)
            for mean in questions.means(company, customer):
                step = second_reading.step(file, customer, mean.day, mean.value)
                yield questions.line(company, customer, mean.day, mean.value, step)


def digest(lines: Iterator[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()


@needs_source
def test_the_tables_answer_as_the_sources_own_files():
    own, others = list(by_the_tables()), list(by_the_source())

    assert len(own) == len(others) == ANSWERS
    assert [pair for pair in zip(own, others, strict=True) if pair[0] != pair[1]] == []


@needs_source
def test_the_stored_digest_is_the_second_readings():
    assert digest(by_the_source()) == DIGEST


def test_the_tables_answer_as_the_second_reading_did():
    assert digest(by_the_tables()) == DIGEST


def test_the_questions_meet_limits_tables_and_gaps():
    """They would prove little if most were answered with "not known"."""
    lines = list(by_the_tables())
    known = [each for each in lines if not each.endswith("None")]

    assert len(known) > 0.75 * len(lines)


def test_a_step_that_the_command_finds_is_the_households():
    """`tariff step` and the household's tariffs read the same rows in two ways."""
    for company in companies():
        for mean in questions.means(company.id, "home"):
            table = answers.table_on(company.id, Customer.HOME, mean.day)
            tariff = in_force(tariffs(company.id, customer=Customer.HOME), mean.day)
            if table is None or tariff is None or not tariff.steps or tariff.ended:
                assert table is None or not (tariff and tariff.steps)
                continue
            step, place = answers.step_of(table, float(mean.value)), tariff.step(float(mean.value))
            assert (step.end, step.price_kr_year) == (
                tariff.steps[place].up_to,
                pytest.approx(tariff.steps[place].price_kr * 12),
            )


@needs_source
def test_every_file_with_a_table_is_there_and_says_who_and_when():
    source = second_reading.files()
    assert {company.id for company in companies()} == source.keys()
    for company in companies():
        assert company.checked == date.fromisoformat(str(source[company.id]["sist_oppdatert"]))


def test_the_methods_are_those_that_were_counted():
    """Of the homes' tables in force on the day of the source: see market.md for all but the count of the first."""
    day = datetime(2026, 8, 18, tzinfo=UTC).date()
    tables = {company.id: answers.table_on(company.id, Customer.HOME, day) for company in companies()}
    methods = [table.method.value for table in tables.values() if table]

    assert {method: methods.count(method) for method in methods} == {
        "days": 69,
        "fuse": 2,
        "month": 1,
        "weeks": 1,
        "unknown": 1,
    }
    assert sorted(name for name, table in tables.items() if table and table.limit_is_lower) == [
        "alut",
        "bindalkraftlag",
        "foere",
        "soraurdalenergi",
        "stram",
    ]


def test_the_credit_that_the_licence_asks_for_is_in_the_file():
    text = files("appliance.tariffs").joinpath("norway.jsonl").read_text(encoding="utf-8")
    header = json.loads(text.splitlines()[0])

    assert (header["credit"], header["licence"]) == ("Fri nettleie", "CC-BY-4.0")
    assert header["source"] == "https://github.com/kraftsystemet/fri-nettleie"
    assert header["commit"] == "b9531c7"
