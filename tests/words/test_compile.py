"""Compiling the catalogues: none is older than its source once a test session has begun."""

import os
import runpy
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from appliance.words import compile as compiling
from appliance.words.compile import CATALOGUES, compile_catalogues

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Week"
msgstr "{week}"

#, fuzzy
msgid "Month"
msgstr "Måned?"
"""


def write(folder: Path, week: str, modified_s: int) -> Path:
    source = folder / "nb.po"
    source.write_text(PO.replace("{week}", week), encoding="utf-8")
    os.utime(source, (modified_s, modified_s))
    return source.with_suffix(".mo")


def said(compiled: Path, text: str) -> str:
    with compiled.open("rb") as file:
        return GNUTranslations(file).gettext(text)


def test_a_catalogue_is_compiled_without_what_nobody_has_looked_at(tmp_path):
    compiled = write(tmp_path, "Uke", 1000)

    assert compile_catalogues(tmp_path) == [compiled]
    assert (said(compiled, "Week"), said(compiled, "Month")) == ("Uke", "Month")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nb.mo", "nb.po"]


@pytest.mark.parametrize("edited_s", [2000, 2001])
def test_only_what_is_stale_is_compiled_again(tmp_path, edited_s):
    compiled = write(tmp_path, "Uke", 1000)
    compile_catalogues(tmp_path)
    os.utime(compiled, (2000, 2000))

    assert compile_catalogues(tmp_path, only_stale=True) == []
    write(tmp_path, "Veke", edited_s)
    assert compile_catalogues(tmp_path, only_stale=True) == [compiled]
    assert said(compiled, "Week") == "Veke"


def test_a_catalogue_with_a_mistake_leaves_the_compiled_one_as_it_was(tmp_path):
    compiled = write(tmp_path, "Uke", 1000)
    compile_catalogues(tmp_path)
    (tmp_path / "nb.po").write_text('"no message begins like this"\n', encoding="utf-8")

    with pytest.raises(PoFileError):
        compile_catalogues(tmp_path)
    assert said(compiled, "Week") == "Uke"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nb.mo", "nb.po"]


def test_the_file_can_be_run_by_its_path_as_the_build_does(tmp_path):
    compiled = write(tmp_path, "Uke", 1000)

    runpy.run_path(compiling.__file__)["compile_catalogues"](tmp_path)

    assert said(compiled, "Week") == "Uke"


def test_one_command_compiles_all():
    run = subprocess.run([sys.executable, "-m", "appliance.words.compile"], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines() == [str(path.with_suffix(".mo")) for path in sorted(CATALOGUES.glob("*.po"))]
