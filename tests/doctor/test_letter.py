"""The letter to the grid company: what it asks for in each language, and that it is the same wherever it stands."""

import re
from pathlib import Path

import pytest

from appliance.doctor.letter import body, letter
from appliance.household.situation import MeterIdentity
from appliance.words.words import WORDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("language", "number", "unknown"),
    [
        ("nb", "Målernummer: 6970630000000001\nMåler: Kaifa MA304H4", "Målernummer: (står på måleren)"),
        ("nn", "Målarnummer: 6970630000000001\nMålar: Kaifa MA304H4", "Målarnummer: (står på målaren)"),
        ("en", "Meter number: 6970630000000001\nMeter: Kaifa MA304H4", "Meter number: (on the meter)"),
        ("sv", "Mätarnummer: 6970630000000001\nMätare: Kaifa MA304H4", "Mätarnummer: (står på mätaren)"),
    ],
)
def test_it_names_the_meter_when_it_has_told_its_number(language: str, number: str, unknown: str):
    assert number in letter(language, MeterIdentity("kaifa", "MA304H4", "6970630000000001"))
    assert unknown in letter(language, MeterIdentity())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ("liste 3 uten kryptering", "hvert 10. sekund", "krypteringsnøkkelen og autentiseringsnøkkelen")),
        ("nn", ("liste 3 utan kryptering", "kvart 10. sekund", "krypteringsnøkkelen og autentiseringsnøkkelen")),
        ("en", ("list 3 without encryption", "every 10 seconds", "the encryption key and the authentication key")),
        ("sv", ("lista 3 utan kryptering", "var tionde sekund", "krypteringsnyckeln och autentiseringsnyckeln")),
    ],
)
def test_it_asks_for_plain_lists_every_ten_seconds_and_hour_or_else_for_the_keys(language: str, words: tuple[str, ...]):
    text = " ".join(body(WORDS[language], MeterIdentity()).split())

    assert all(said in text for said in words)


@pytest.mark.parametrize(
    ("language", "lines", "page"),
    [
        ("nb", ("Målepunkt-ID (18 sifre, begynner med 7070575", "Kundenummer:"), "Min side"),
        ("nn", ("Målepunkt-ID (18 siffer, byrjar med 7070575", "Kundenummer:"), "Mi side"),
        ("en", ("Metering point ID (18 digits", "Customer number:"), "web pages"),
        ("sv", ("Anläggnings-ID (18 siffror", "Kundnummer:"), "Mina sidor"),
    ],
)
def test_it_has_a_line_for_what_companies_ask_for_and_says_where_else_to_look(
    language: str, lines: tuple[str, ...], page: str
):
    text = letter(language, MeterIdentity())

    assert all(f"\n{line}" in text for line in lines)
    assert page in text.split("\n\n")[0]


@pytest.mark.parametrize(("file", "language"), [("README.nb.md", "nb"), ("hardware/README.md", "en")])
def test_it_stands_in_the_readmes_as_it_is_written(file: str, language: str):
    quoted = re.findall(r"^> ?(.*?)(?:<br>)?$", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    written = body(WORDS[language], MeterIdentity()).replace(f" {WORDS[language].say('(on the meter)')}", "")

    assert written.strip() in "\n".join(quoted)
