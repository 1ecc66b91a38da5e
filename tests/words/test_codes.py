"""The QR codes: small enough for the glass, in the letters that make them so, and drawn anew from any catalogue."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from segno import DataOverflowError

from appliance.words.codes import CATALOGUES, REQUEST, draw_codes, requests
from appliance.words.words import WORDS

ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
"""ISO/IEC 18004, table 5: two of these take 11 bits, and 47 fit into version 2 at its lowest level of correction."""


def test_each_language_asks_in_words_of_its_own() -> None:
    assert requests().keys() == set(WORDS)
    assert len(set(requests().values())) == len(WORDS)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_request_is_of_the_letters_that_fit(language: str) -> None:
    assert set(requests()[language]) <= ALPHANUMERIC
    assert len(requests()[language]) <= 47


def test_a_code_is_of_25_modules_without_an_edge(tmp_path: Path) -> None:
    for source in CATALOGUES.glob("*.po"):
        shutil.copy(source, tmp_path)
    drawn = draw_codes(tmp_path)
    assert {path.name for path in drawn} == {f"port.{language}.png" for language in WORDS}
    for path in drawn:
        with Image.open(path) as code:
            assert code.size == (25, 25)
            assert [code.convert("1").getpixel((x, 0)) for x in range(8)] == [0] * 7 + [255]  # a corner's upper edge
        assert path.read_bytes() == (CATALOGUES / path.name).read_bytes()


def test_a_request_that_is_too_long_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "nb.po").write_text(f'msgid "{REQUEST}"\nmsgstr "{"A" * 48}"\n', encoding="utf-8")
    with pytest.raises(DataOverflowError):
        draw_codes(tmp_path)


def test_a_catalogue_without_the_request_has_no_code(tmp_path: Path) -> None:
    (tmp_path / "nb.po").write_text('msgid "Month"\nmsgstr "Måned"\n', encoding="utf-8")
    assert [path.name for path in draw_codes(tmp_path)] == ["port.en.png"]
