"""The texts that repeat the code's defaults: up to date, and written by one command after one edit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.household.rules import VoltageRule
from appliance.settings import generate, settings_file

MANUAL = "# Manual\n\n<!-- generated: {name} -->\n\n```toml\n{text}```\n\nThe end.\n"
LOW_V = VoltageRule().low_v
OTHER_V = LOW_V + 3


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of its own, with all that is generated."""
    package = Path(settings_file.__file__).parents[1]
    shutil.copytree(package, tmp_path / "appliance", ignore=shutil.ignore_patterns("__pycache__", "docs", "*.md"))
    (tmp_path / "README.md").write_text(MANUAL.format(name="appliance.toml", text=settings_file.sample()))
    (tmp_path / "appliance/docs").mkdir(exist_ok=True)
    (tmp_path / "appliance/docs/alarms.md").write_text(MANUAL.format(name="rules.txt", text=settings_file.rules()))
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} has {old!r} not just once"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_sample_has_the_codes_default_of_each_key():
    assert list(generate.differing_keys(settings_file.sample())) == []


def test_all_that_is_generated_is_up_to_date():
    assert list(generate.out_of_date()) == []
    assert generate.main(["--check"]) == 0


def test_what_is_up_to_date_is_not_written(root: Path):
    assert list(generate.generate(root)) == []


def test_a_new_default_is_one_edit_and_one_command(root: Path):
    """The lowest voltage from 207 V to 210 V; the rules' example of it lies 1.2 V below."""
    edit(
        root / "appliance/household/rules.py",
        f"low_v: float = {LOW_V}\n",
        f"low_v: float = {OTHER_V}\n",
    )
    command = (sys.executable, "-m", "appliance.settings.generate")

    check = subprocess.run((*command, "--check"), cwd=root, capture_output=True, text=True, timeout=60)
    subprocess.run(command, cwd=root, check=True, timeout=60)
    again = subprocess.run((*command, "--check"), cwd=root, capture_output=True, text=True, timeout=60)

    assert check.returncode == 1
    sentence = f"voltage.low_v: the sample says {LOW_V:g}, the code {OTHER_V:g}"
    assert f"appliance/settings/appliance.toml: {sentence}\n" in check.stderr
    assert f"README.md, block appliance.toml: {sentence}\n" in check.stderr
    assert "appliance/settings/rules.txt, line " in check.stderr
    assert "appliance/docs/alarms.md, block rules.txt, line " in check.stderr
    assert (again.returncode, again.stderr) == (0, "")
    sample = (root / "appliance/settings/appliance.toml").read_text()
    assert f"\nlow_v = {OTHER_V}  " in sample
    assert f"```toml\n{sample}```\n\nThe end." in (root / "README.md").read_text()
    rules = (root / "appliance/settings/rules.txt").read_text()
    assert f"L1 has {OTHER_V - 1.2:.1f} V over one minute" in " ".join(rules.split())
    assert rules in (root / "appliance/docs/alarms.md").read_text()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (f"low_v = {LOW_V} ", "low_v = 206 ", f"voltage.low_v: the sample says 206, the code {LOW_V:g}"),
        ("address = 0x3C ", "address = 0x3D ", "display.address: the sample says 0x3d, the code 0x3c"),
        ('begins = "22:30"', 'begins = "22:00"', 'night.begins: the sample says "22:00", the code "22:30"'),
        ('language = "nb" ', "", 'language: the sample does not have it, the code says "nb"'),
        ("days = 3 ", "days = 2 ", "tariff[1].days: the sample says 2, the code 3"),
        (
            "{ up_to = 75 },",
            "{ up_to = 80 },",
            "tariff[1].steps[8]: the sample says { up_to = 80 }, the code { up_to = 75 }",
        ),
        ("# fuse_a = 40 ", "fuse_a = 40 ", "phases.fuse_a: the sample has it, the code does not"),
    ],
)
def test_each_key_that_differs_is_named(root: Path, old: str, new: str, sentence: str):
    edit(root / "appliance/settings/appliance.toml", old, new)

    assert list(generate.out_of_date(root)) == [f"appliance/settings/appliance.toml: {sentence}"]


def test_a_comment_that_differs_is_named_by_its_line(root: Path):
    edit(root / "README.md", "s, from 15 to 600", "s, from 10 to 600")

    [sentence] = generate.out_of_date(root)

    assert sentence.startswith("README.md, block appliance.toml, line ")
    assert "from 10 to 600" in sentence
    assert "from 15 to 600" in sentence


def test_a_key_that_the_code_does_not_have_is_named():
    template = "[thresholds]\nwotch_w = $value  # yellow\n"

    with pytest.raises(
        generate.TemplateError, match=r"appliance\.toml\.in, line 2: thresholds\.wotch_w has no \$value"
    ):
        generate.sample(template)


def test_an_example_that_the_code_does_not_have_is_named():
    with pytest.raises(generate.TemplateError, match=r"rules\.txt\.in: there is no \$\{thresholds\.wotch_w\}"):
        generate.rules("power  at ${thresholds.wotch_w}\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!-- generated: rules.txt -->\nno block\n", "has no fenced block after it"),
        (
            MANUAL.format(name="else.txt", text="?\n"),
            "else.txt is not generated; it may be appliance.toml or rules.txt",
        ),
    ],
)
def test_a_page_with_a_marker_that_means_nothing_is_refused_and_nothing_written(root: Path, text: str, sentence: str):
    edit(root / "appliance/settings/rules.txt", f"L1 has {LOW_V - 1.2:.1f} V", "L1 has 31 V")
    (root / "PAGE.md").write_text(text)

    for work in (lambda: list(generate.out_of_date(root)), lambda: generate.generate(root)):
        with pytest.raises(generate.TemplateError, match=sentence):
            work()
    assert "L1 has 31 V" in (root / "appliance/settings/rules.txt").read_text()
