"""The command line's entry: every verb, in any order, as often as one likes in one process."""

import json
import subprocess
import sys

import pytest

from appliance import __version__
from appliance.commands.main import VERBS, main

YESTERDAYS = [
    "run",
    "demo",
    "decode",
    "export",
    "peaks",
    "rules",
    "pages",
    "status",
    "doctor",
    "report",
    "network",
    "units",
    "config",
]
"""The verbs of version 0.1.0: a script of then works on."""


def ended(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return int(end.value.code or 0)


def test_no_verb_of_the_first_version_is_gone():
    assert set(YESTERDAYS) <= set(VERBS)


def test_the_help_names_every_verb(capsys: pytest.CaptureFixture[str]):
    assert ended("--help") == 0
    shown = capsys.readouterr().out
    assert all(f"\n    {verb} " in shown for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]):
    assert ended(verb, "--help") == 0
    shown = capsys.readouterr().out
    assert f"han-appliance {verb}" in shown
    assert verb == "peaks" or "example:" in shown


def test_a_word_that_is_no_verb_is_answered_with_all_of_them(capsys: pytest.CaptureFixture[str]):
    assert ended("runn") == 2
    shown = capsys.readouterr().err
    assert all(verb in shown for verb in VERBS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]):
    assert ended("--version") == 0
    assert capsys.readouterr().out == f"han-appliance {__version__}\n"


def test_it_may_be_called_many_times_in_one_process(capsys: pytest.CaptureFixture[str]):
    assert [main(["rules"]), main(["config"]), main(["rules"])] == [0, 0, 0]
    once = capsys.readouterr().out
    assert main(["rules"]) == 0
    again = capsys.readouterr().out
    assert once.startswith(again)
    assert once.endswith(again)


@pytest.mark.parametrize(("verb", "foreign"), [("run", "doctor"), ("run", "simulation"), ("status", "panel")])
def test_a_verb_imports_only_what_it_needs(verb: str, foreign: str):
    """The appliance must not carry the doctor in its memory, nor a health check the panel."""
    script = (
        "import json, sys; from appliance.commands.main import main\n"
        f"try: main([{verb!r}, '--help'])\nexcept SystemExit: pass\n"
        f"print(json.dumps([name for name in sys.modules if name.startswith('appliance.{foreign}')]))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(shown.splitlines()[-1]) == []
