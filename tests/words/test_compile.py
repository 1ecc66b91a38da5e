"""The command that compiles the catalogues after an edit."""

from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from appliance.words.compile import CATALOGUES, compile_catalogues

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Month"\nmsgstr "{word}"\n'


def test_an_edit_is_in_the_compiled_catalogue(tmp_path: Path) -> None:
    for word in ("Måned", "Månad"):
        (tmp_path / "nb.po").write_text(PO.format(word=word), encoding="utf-8")
        [compiled] = compile_catalogues(tmp_path)
        with compiled.open("rb") as file:
            assert GNUTranslations(file).gettext("Month") == word


def test_a_broken_catalogue_leaves_the_compiled_one_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "nb.po").write_text('msgid "Month\n', encoding="utf-8")
    (tmp_path / "nb.mo").write_bytes(b"the last one")

    with pytest.raises(PoFileError):
        list(compile_catalogues(tmp_path))

    assert (tmp_path / "nb.mo").read_bytes() == b"the last one"


def test_every_language_has_a_catalogue_here() -> None:
    assert {path.stem for path in CATALOGUES.glob("*.po")} == {"nb", "sv"}
