"""Where each setting came from: real files, and the command as it is typed."""

import json
from pathlib import Path

import pytest

from appliance.commands.main import main
from appliance.settings import last_good, settings_file
from appliance.settings.choices import CHOICES_FILE, Choices, save
from appliance.settings.effective import CHOSEN, EffectiveSettings, Origin, effective_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "appliance.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def said(shown: EffectiveSettings, key: str) -> tuple[object, Origin]:
    return next((value.value, value.origin) for value in shown.values if value.key == key)


def test_each_setting_is_shown_once_and_every_choice_lies_over_one(file: Path, folder: Path) -> None:
    file.write_text("")
    shown = effective_settings(file, folder)
    keys = [value.key for value in shown.values]
    assert len(keys) == len(set(keys)) > 60
    assert {key.replace("tariff.", "tariff[1].") for key in CHOSEN.values()} <= set(keys)
    assert set(CHOSEN) == set(Choices.__struct_fields__)
    assert {value.origin for value in shown.values} == {Origin.DEFAULT}


def test_the_file_and_the_panel_are_told_from_the_defaults(file: Path, folder: Path) -> None:
    file.write_text("[hour]\nlimit_kw = 10\nrise_s = 120\n[[tariff]]\ndays = 1\n")
    save(folder, Choices(limit_kw=5, brightness=60))
    shown = effective_settings(file, folder)
    assert said(shown, "hour.limit_kw") == (5, Origin.PANEL)
    assert said(shown, "hour.rise_s") == (120, Origin.FILE)
    assert said(shown, "hour.hold_s") == (60, Origin.DEFAULT)
    assert said(shown, "tariff[1].days") == (1, Origin.FILE)
    assert said(shown, "display.contrast") == (153, Origin.PANEL)
    assert said(shown, "pins.led_green") == (17, Origin.DEFAULT)
    assert shown.mistakes == ()


def test_a_choice_that_says_what_the_file_says_is_still_the_panels(file: Path, folder: Path) -> None:
    file.write_text('language = "sv"\n')
    save(folder, Choices(language="sv", tariff="highest-days"))
    shown = effective_settings(file, folder)
    assert said(shown, "language") == ("sv", Origin.PANEL)
    assert said(shown, "tariff[1].basis") == ("highest-days", Origin.PANEL)


def test_a_file_with_a_mistake_is_named_and_the_last_good_one_shown(file: Path, folder: Path) -> None:
    file.write_text("[hour]\nlimit_kw = 10\n")
    last_good.load_or_last_good(file, folder)
    file.write_text("[hour]\nlimit_kw = -3\n")
    shown = effective_settings(file, folder)
    assert said(shown, "hour.limit_kw") == (10, Origin.LAST_GOOD)
    assert len(shown.mistakes) == 1
    assert "hour.limit_kw = -3: it must be a number above 0" in shown.mistakes[0]


def test_choices_that_cannot_be_read_are_named_and_left_where_they_are(file: Path, folder: Path) -> None:
    file.write_text("")
    (folder / CHOICES_FILE).write_text("limit_kw = 'much'\n")
    shown = effective_settings(file, folder)
    assert str(folder / CHOICES_FILE) in shown.mistakes[0]
    assert (folder / CHOICES_FILE).exists()


def test_the_table_has_straight_columns(file: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f'[data]\nfolder = "{folder}"\n')
    assert main(["config", "show", "--config", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = {min(line.rfind(origin) for origin in ("default", "file") if origin in line) for line in lines[:5]}
    assert len(at) == 1
    assert any(line.split() == ["display.address", "0x3c", "default"] for line in lines)
    assert any(line.split() == ["export.limit_w", "-", "default"] for line in lines)


def test_json_has_every_value_and_its_origin(file: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f'[data]\nfolder = "{folder}"\n[[tariff]]\nvalid_from = 2026-01-01\n')
    assert main(["config", "show", "--json", "--config", str(file)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tariff[1].valid_from"] == {"value": "2026-01-01", "from": "file"}
    assert told["export.limit_w"] == {"value": None, "from": "default"}
    assert told["tariff[1].steps[1]"] == {"value": {"up_to": 2.0}, "from": "default"}


def test_a_mistake_is_one_sentence_and_exit_code_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("x = 1\n")
    assert main(["config", "show", "--config", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "x is not a setting" in captured.err
    assert captured.out.startswith("language")


def test_config_alone_still_prints_the_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    assert capsys.readouterr().out == settings_file.sample()


def test_a_choice_of_every_kind_is_shown_as_the_panels(file: Path, folder: Path) -> None:
    file.write_text("")
    save(folder, Choices(5, 25, "none", 20, "en", True, "low", "NO", "elvia", "cabin", "norgespris"))
    found = {value.key for value in effective_settings(file, folder).values if value.origin is Origin.PANEL}
    assert {key.replace("tariff.", "tariff[1].") for key in CHOSEN.values()} <= found
