"""The demonstration on a machine without a terminal: lines and pictures."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from appliance.commands.main import main
from appliance.settings.model import Settings
from appliance.simulation import demonstration
from appliance.simulation.house import House, Net

CAP_S = 120.0
"""Longest wait for what takes seconds on an idle machine."""


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "appliance", "demo", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CAP_S,
        check=False,
    )


def demo_until(condition: Callable[[list[str]], bool], *arguments: str) -> tuple[list[str], int, str]:
    """Run the demonstration until its lines fulfil a condition, and end it. Return lines, exit code and errors."""
    lines: list[str] = []
    # The cap is the program's own: its lines end when it does, and then the condition is judged by the caller.
    arguments = ("demo", "--headless", "--seconds", f"{CAP_S:g}", *arguments)
    with subprocess.Popen(
        [sys.executable, "-m", "appliance", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if condition(lines):
                process.terminate()
                break
        lines += process.stdout.read().splitlines()
        errors = process.stderr.read()
    return lines, process.returncode, errors


def sounds(lines: list[str]) -> list[str]:
    return [line.split("sounds ")[1].split()[0] for line in lines if "sounds" in line]


@pytest.mark.parametrize("maker", ["aidon", "kaifa", "kamstrup"])
def test_without_a_terminal_each_change_is_a_line_and_a_picture(maker: str, tmp_path: Path):
    pictures = tmp_path / "made" / "pictures"

    lines, code, errors = demo_until(
        lambda lines: bool(sounds(lines)) and len(lines) > 5,
        "--meter",
        maker,
        "--start",
        "17:06",  # so early that a slow meter, too, tells of the house before the car comes home
        "--speed",
        "60",
        "--png",
        str(pictures),
    )

    assert (code, errors) == (0, "")
    assert any("import" in line and "yellow" in line and "WATCH" in line for line in lines)
    assert sounds(lines)[0] == "B6"  # one note of 2 kHz asks for a look: the hour comes to too much
    drawn = sorted(pictures.iterdir())
    assert len(drawn) == len(lines)
    with Image.open(drawn[-1]) as picture:
        assert picture.size == (816, 504)


@pytest.mark.parametrize("solar", [False, True])
@pytest.mark.parametrize("net", list(Net))
def test_seconds_after_its_start_a_car_comes_home_and_drives_the_power_over_the_limit(net: Net, solar: bool):
    house, plan = House(net, solar=solar), demonstration.plan("aidon", net, solar=solar)
    before, after = (plan.start + timedelta(seconds=seconds) for seconds in (2, 6))

    assert "car" not in house.running(before)
    assert "car" in house.running(after)
    assert house.mains(before).import_w < 5000
    assert house.mains(after).import_w > 10_000


def test_seconds_are_of_the_wall_whatever_the_speed():
    began = time.monotonic()
    demo("--headless", "--speed", "100", "--seconds", "2")
    assert time.monotonic() - began >= 2

    demo("--headless", "--speed", "0.01", "--seconds", "2")  # 200 of the wall's seconds, which are more than the cap


class StartedError(Exception):
    """The demonstration would begin now."""


@pytest.mark.parametrize(("arguments", "language"), [([], "sv"), (["--language", "en"], "en")])
def test_the_language_can_be_chosen_over_the_settings(
    arguments: list[str], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    languages: list[str] = []

    def start(settings: Settings, *_others: object) -> None:
        languages.append(settings.language)
        raise StartedError

    monkeypatch.setattr(demonstration, "Stage", start)
    (tmp_path / "appliance.toml").write_text('language = "sv"\n')
    with pytest.raises(StartedError):
        main(["demo", "--headless", "--config", str(tmp_path / "appliance.toml"), *arguments])

    assert languages == [language]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--start", "25:00"], "there is no such time of day"),
        (["--start", "17:05:60"], "there is no such time of day"),
        (["--start", "noon"], "it must be a time of day such as 17:05"),
        (["--speed", "0"], "it must be a number above 0 and at most 1000000"),
        (["--speed", "fast"], "it must be a number above 0"),
        (["--noise", "2"], "it must be a number from 0 to 1"),
        (["--meter", "landis"], "invalid choice"),
        (["--language", "fi"], "invalid choice"),
        (["--config", "/no/such/file"], "/no/such/file: cannot be read"),
        (["--png", "/proc/nothing"], "/proc/nothing"),
    ],
)
def test_a_wrong_word_exits_with_2_and_a_sentence(arguments, words):
    made = demo(*arguments)

    assert made.returncode == 2
    assert words in made.stderr
    assert "Traceback" not in made.stderr


@pytest.mark.parametrize("command", ["", "run", "demo", "decode", "config"])
def test_help_has_an_example(command: str):
    made = subprocess.run(
        [sys.executable, "-m", "appliance", *command.split(), "--help"], capture_output=True, text=True, check=True
    )

    assert f"example: han-appliance {command}" in made.stdout


def test_the_version_is_told():
    made = subprocess.run([sys.executable, "-m", "appliance", "--version"], capture_output=True, text=True, check=True)

    assert made.stdout.startswith("han-appliance 0.")
