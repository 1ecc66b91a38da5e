"""The words: each language says all that the source says, and its numbers and times are those of its people."""

import ast
import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import appliance
from appliance.panel.menu import Mute, Row
from appliance.panel.pages import menu_page
from appliance.words.codes import REQUEST
from appliance.words.words import WORDS, Words

PACKAGE = Path(appliance.__file__).parent
CATALOGUES = sorted((PACKAGE / "words" / "catalogues").glob("*.po"))
NAMED = {*(row.value for row in Row), *(mute.value for mute in Mute), *menu_page.NAMES.values(), REQUEST}
"""The menu's rows and values, which are said by their names, and what a QR code says."""


@cache
def said() -> dict[str, str]:
    """Every text that the source says, and where."""
    texts = dict.fromkeys(NAMED, "menu.py")
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _says(node.func):
                text = node.args[0]
                if path.name == "sentence.py" or ast.unparse(text) in (
                    "row.value",
                    "menu.row.value",
                    "value.value",
                    "NAMES[value]",
                ):
                    continue
                where = f"{path.name}:{node.lineno}"
                assert isinstance(text, ast.Constant), f"{where}: a text needs to be in place, to be translated"
                texts[text.value] = where
    return texts


def _says(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(attr="say") | ast.Name(id="Sentence"):
            return True
        case _:
            return False


@cache
def catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and not message.fuzzy}


def fields(text: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_every_text_that_the_source_says(path):
    missing = {text: where for text, where in said().items() if not catalogue(path).get(text)}

    assert not missing, f"{path.name} lacks {missing}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_no_text_that_nobody_says(path):
    unused = catalogue(path).keys() - said().keys()

    assert not unused, f"{path.name} has {unused}, which the source does not say"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_fields_of_its_text(path):
    different = {text: said for text, said in catalogue(path).items() if fields(text) != fields(said)}

    assert not different, f"{path.name}: the names in braces differ in {different}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_what_was_compiled_is_what_the_catalogue_says(path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    older = {text for text, said in catalogue(path).items() if compiled.gettext(text) != said}

    assert not older, f"{path.stem}.mo is older than {path.name} in {older}: run python -m appliance.words.compile"


def test_there_is_a_catalogue_for_each_language_but_the_source_s_own():
    assert {path.stem for path in CATALOGUES} == set(WORDS) - {"en"}


def test_a_language_without_its_compiled_catalogue_is_one_sentence_that_says_to_install(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "appliance", ignore=shutil.ignore_patterns("*.mo", "__pycache__"))

    run = subprocess.run(
        [sys.executable, "-m", "appliance", "pages", "--png", "pictures"], cwd=tmp_path, capture_output=True, text=True
    )

    assert run.returncode == 2
    assert "install the package" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_damaged_catalogue_is_one_sentence_that_says_to_install(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "appliance", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "appliance" / "words" / "catalogues" / "nb.mo").write_bytes(b"\xde\x12\x04\x95 and no more")

    run = subprocess.run(
        [sys.executable, "-m", "appliance", "pages", "--png", "pictures"], cwd=tmp_path, capture_output=True, text=True
    )

    assert run.returncode == 2
    assert "install the package again" in run.stderr
    assert len(run.stderr.splitlines()) == 1


NB, EN, SV = (WORDS[language] for language in ("nb", "en", "sv"))


@pytest.mark.parametrize(
    ("power_w", "shown"),
    [
        (0, "0,00"),
        (50, "0,05"),
        (2314, "2,31"),
        (9994, "9,99"),
        (9995, "10,0"),
        (12_345, "12,3"),
        (99_900, "99,9"),
        (99_950, "100"),
        (2_397_600, "2398"),
    ],
)
def test_thousands_have_two_decimals_below_ten_and_one_below_a_hundred(power_w, shown):
    assert NB.thousands(power_w) == shown
    assert EN.thousands(power_w) == shown.replace(",", ".")


@pytest.mark.parametrize(
    ("value", "least", "fine_least", "most", "fine_most"),
    [
        (0, "≥0,0", "≥0,00", "≤0,0", "≤0,00"),
        (30, "≥0,0", "≥0,03", "≤0,1", "≤0,03"),
        (4600, "≥4,6", "≥4,60", "≤4,6", "≤4,60"),
        (4599.9999999, "≥4,6", "≥4,60", "≤4,6", "≤4,60"),
        (4599, "≥4,5", "≥4,59", "≤4,6", "≤4,60"),
        (5856, "≥5,8", "≥5,85", "≤5,9", "≤5,86"),
        (9900.5, "≥9,9", "≥9,90", "≤10", "≤9,91"),
        (9999, "≥9,9", "≥9,99", "≤10", "≤10,0"),
        (12_345, "≥12", "≥12,3", "≤13", "≤12,4"),
        (99_950, "≥99", "≥99,9", "≤100", "≤100"),
        (123_400, "≥123", "≥123", "≤124", "≤124"),
    ],
)
def test_a_bound_is_rounded_to_the_side_on_which_it_stays_true(value, least, fine_least, most, fine_most):
    assert (NB.at_least(value), NB.at_least(value, fine=True)) == (least, fine_least)
    assert (NB.at_most(value), NB.at_most(value, fine=True)) == (most, fine_most)
    assert EN.at_least(value) == least.replace(",", ".")


@pytest.mark.parametrize(("power_w", "shown"), [(0, "0,0"), (2314, "2,3"), (9949, "9,9"), (9950, "10"), (1e5, "100")])
def test_a_headroom_has_one_decimal_below_ten(power_w, shown):
    assert NB.kilowatts(power_w) == shown


@pytest.mark.parametrize(
    ("current_a", "shown"),
    [(-0.04, "0,0"), (0.04, "0,0"), (-9.94, "-9,9"), (-9.96, "-10"), (99.94, "99,9"), (99.95, "100")],
)
def test_a_current_takes_four_characters_and_a_zero_has_no_sign(current_a, shown):
    assert NB.amperes(current_a) == shown


@pytest.mark.parametrize(
    ("words", "seconds", "shown"),
    [
        (NB, 59.9, "59 s"),
        (NB, 60, "1 min"),
        (NB, 3599, "59 min"),
        (NB, 7200, "2 t"),
        (EN, 47 * 3600, "47 h"),
        (NB, 48 * 3600, "2 døgn"),
        (SV, 1e6, "11 dygn"),
    ],
)
def test_a_duration_is_in_the_largest_unit_and_is_never_broken_from_it(words: Words, seconds, shown):
    assert words.duration(seconds) == shown.replace(" ", "\u00a0")


def test_money_and_days_are_written_as_people_do():
    assert [words.kroner(34.5) for words in (NB, EN, SV)] == ["34,50 kr", "kr 34.50", "34,50 kr"]
    assert NB.kroner(99.996) == "100 kr"
    assert [words.day(date(2026, 5, 17)) for words in (NB, EN, SV)] == ["17.", "17", "17"]
    assert [words.month(date(2026, 5, 17)) for words in (NB, EN, SV)] == ["Mai", "May", "Maj"]


def test_a_time_that_is_not_known_is_dashes():
    assert NB.clock(None) == "--:--"
    assert NB.clock(datetime(2026, 1, 1, 7, 5)) == "07:05"
