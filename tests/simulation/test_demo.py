"""The demonstration on a machine without a terminal: lines and pictures."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image


def demo(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "appliance", "demo", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.parametrize("maker", ["aidon", "kaifa", "kamstrup"])
def test_without_a_terminal_each_change_is_a_line_and_a_picture(maker: str, tmp_path: Path):
    pictures = tmp_path / "made" / "pictures"

    made = demo("--meter", maker, "--speed", "60", "--seconds", "5", "--png", str(pictures))

    assert (made.returncode, made.stderr) == (0, "")
    lines = made.stdout.splitlines()
    assert any("import" in line and "red" in line and "ACT" in line for line in lines)
    assert [line.split("sounds ")[1].split()[0] for line in lines if "sounds" in line] == ["C6", "E6", "G6"]
    drawn = sorted(pictures.iterdir())
    assert len(drawn) == len(lines) > 5
    with Image.open(drawn[-1]) as picture:
        assert picture.size == (816, 504)


def test_seconds_are_of_the_wall_whatever_the_speed():
    import time

    began = time.monotonic()
    demo("--headless", "--speed", "100", "--seconds", "2")

    assert 2 <= time.monotonic() - began < 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--start", "25:00"], "there is no such time of day"),
        (["--start", "noon"], "it must be a time of day such as 17:05"),
        (["--speed", "0"], "it must be above 0"),
        (["--speed", "fast"], "invalid"),
        (["--noise", "2"], "it must be from 0 to 1"),
        (["--meter", "landis"], "invalid choice"),
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
