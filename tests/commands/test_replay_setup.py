"""`replay --setup`: the questions of a first start in a replay, by the keys of a file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.commands.main import main
from appliance.history.database import HISTORY_FILE
from appliance.settings.choices import CHOICES_FILE, Choices, load
from tests.commands.test_replay import hours_of_a_kamstrup, lists, recording


@pytest.fixture
def calm(tmp_path: Path) -> Path:
    return recording(tmp_path / "calm.rec", lists([1000.0] * 40))


def replayed(capfd: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, Any]]:
    assert main(["replay", "--json", *map(str, arguments)]) == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def keys(folder: Path, text: str) -> Path:
    path = folder / "keys.txt"
    path.write_text(text)
    return path


def fronts(lines: list[dict[str, Any]]) -> list[str]:
    found = [line["front"] for line in lines if "front" in line]
    return [front for place, front in enumerate(found) if not place or front != found[place - 1]]


def test_without_the_option_nothing_is_asked(calm: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "setup" not in fronts(replayed(capfd, "--history", tmp_path / "data", calm))
    assert not (tmp_path / "data" / CHOICES_FILE).exists()


def test_the_questions_are_answered_with_short_presses_and_remembered(
    calm: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    # English, 35 A, 10 kW, and high: each sound is played as it comes, first the low one. Norway, and "none of them".
    pressed = keys(tmp_path, "20 a\n20.5 a\n21 b\n22 a\n23 a\n24 b\n25 a\n26 a\n27 b\n28 a\n29 b\n30 b\n31 b\n32 b\n")
    lines = replayed(capfd, "--setup", "--keys", pressed, "--history", data, calm)

    assert fronts(lines)[:3] == ["boot", "setup", "page"]
    asked = [line for line in lines if line.get("front") == "setup"]
    assert asked[0]["words"][:3] == ["Språk/Language", "1/7", "Bokmål"]
    assert [line["words"][0] for line in asked if line["t"] in (21.0, 24.0, 27.0, 29.0, 30.0, 31.0)] == [
        "Main fuse",
        "Goal for the month",
        "Sound",
        "Country",
        "Grid company",
        "Power price",
    ]
    assert next(line["words"][2:4] for line in asked if line["t"] == 23.0) == ["35", "A"]
    played = [line["t"] for line in lines if line.get("sound") == "look" and line["audible"]]
    assert played == [27.0, 28.0]
    assert next(line["words"][0] for line in lines if line.get("front") == "page") == "From grid"
    assert load(data) == Choices(
        language="en", fuse_a=35, limit_kw=10, volume="high", country="NO", company="none", power="none"
    )

    assert "setup" not in fronts(replayed(capfd, "--setup", "--history", data, calm))


def test_two_minutes_without_a_key_take_the_defaults_and_are_remembered(
    calm: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    lines = replayed(capfd, "--setup", "--history", data, calm)
    ended = next(line["t"] for line in lines if line.get("front") == "page")

    assert 120.0 <= ended <= 121.0
    assert load(data) == Choices()
    assert (data / CHOICES_FILE).exists()


def test_a_cut_before_the_last_answer_begins_anew(
    calm: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    short = recording(tmp_path / "short.rec", lists([1000.0]))  # and the minute after it
    replayed(capfd, "--setup", "--keys", keys(tmp_path, "20 b\n21 b\n"), "--history", data, short)

    assert not (data / CHOICES_FILE).exists()
    again = replayed(capfd, "--setup", "--history", data, short)
    assert next(line["words"][1] for line in again if line.get("front") == "setup") == "1/7"


def test_who_has_lived_here_before_is_not_asked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    begin = datetime(2026, 1, 15, 11, tzinfo=UTC)
    hours = recording(tmp_path / "hours.rec", hours_of_a_kamstrup(begin, [1000.0]))
    replayed(capfd, "--history", data, hours)
    assert (data / HISTORY_FILE).exists()

    calm = recording(tmp_path / "calm.rec", lists([1000.0] * 5))
    assert "setup" not in fronts(replayed(capfd, "--setup", "--history", data, calm))


def test_settings_that_say_it_all_leave_nothing_to_ask(
    calm: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "appliance.toml"
    file.write_text(
        'language = "en"\n[phases]\nfuse_a = 40\n[hour]\nlimit_kw = 5\n[sound]\nvolume = "low"\n'
        '[grid]\ncountry = "NO"\ncompany = "bkk"\n[power]\nprice = "norgespris"\n'
    )
    assert "setup" not in fronts(replayed(capfd, "--setup", "--config", file, calm))
    file.write_text('language = "en"\n')
    lines = replayed(capfd, "--setup", "--config", file, calm)
    assert next(line["words"][:2] for line in lines if line.get("front") == "setup") == ["Main fuse", "1/6"]


def test_a_silent_port_is_asked_about_until_its_first_list(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    late = recording(tmp_path / "late.rec", lists([1000.0] * 5, begin_s=60.0))
    lines = replayed(capfd, "--setup", "--keys", keys(tmp_path, "12 b\n13 b\n14 b\n15 b\n16 b\n17 b\n18 b\n"), late)

    assert fronts(lines)[:3] == ["boot", "setup", "page"]
    at = {line["t"]: line for line in lines if "t" in line}
    assert at[18.0]["words"][:2] == ["Er porten", "åpnet?"]
    assert next(line["t"] for line in lines if line.get("front") == "page") == 60.0


def test_it_can_be_asked_for_again_in_the_menu(calm: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    turns = "".join(f"{20 + turn} a\n" for turn in range(9))
    pressed = keys(tmp_path, f"19 A\n{turns}30 A\n31 b\n32 B\n")
    lines = replayed(capfd, "--keys", pressed, "--history", data, calm)

    assert fronts(lines)[:5] == ["boot", "page", "menu", "setup", "page"]
    assert not (data / CHOICES_FILE).exists()  # left before its end


def test_an_alarm_comes_in_front_of_the_questions_and_takes_none_of_their_two_minutes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    heavy = recording(tmp_path / "heavy.rec", lists([20_000.0] * 40))
    lines = replayed(capfd, "--setup", "--keys", keys(tmp_path, "20 b\n200 b\n"), heavy)

    assert fronts(lines)[:5] == ["boot", "setup", "alarm", "setup", "page"]
    at = {line["t"]: line for line in lines if "t" in line}
    assert at[200.0]["words"][:2] == ["Hovedsikring", "2/7"]  # B leaves the alarm, and answers nothing
    assert next(line["t"] for line in lines if line.get("front") == "page") == 320.0
