"""The appliance starts, whatever lies in its folder and in the settings file's place: a real process."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.started import MOCK_PINS, Started, situation

BRACKETS = b"x = " + b"[" * 10_000_000


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (lambda path: path.write_bytes(BRACKETS), "it has more than 1 MB"),
        (lambda path: path.write_bytes(BRACKETS[:900_000]), "brackets lie too deep"),
        (lambda path: path.write_text("language = 'nb\0'"), "language = 'nb?'"),
        (lambda path: path.write_text("x = 1" + "0" * 5000), "more digits than any setting"),
        (os.mkfifo, "it is a pipe"),
        (Path.mkdir, "Is a directory"),
        (lambda path: path.symlink_to("/dev/zero"), "it is a device"),
    ],
    ids=["10 MB", "brackets", "a null", "digits", "a pipe", "a folder", "a device"],
)
def test_whatever_lies_there_it_starts_and_says_so(tmp_path: Path, put: Callable[[Path], object], said: str):
    data = tmp_path / "data"
    data.mkdir()
    for path in (tmp_path / "appliance.toml", data / "choices.toml", data / "last-good.toml", data / "line.txt"):
        put(path)
    arguments = ("run", "--config", str(tmp_path / "appliance.toml"))
    with Started(*arguments, **MOCK_PINS, STATE_DIRECTORY=str(data)) as run:
        run.wait_for(lambda: situation(data) is not None)
        run.end()

    told = "".join(run.said)
    assert "Traceback" not in told
    assert f"appliance.toml{': cannot be read' if 'it ' in said or 'Is' in said else ''}" in told
    assert said in told
    assert "the defaults are in force" in told
    assert "what was chosen on the panel is forgotten" in told
    assert (data / "choices.toml.damaged").is_symlink() or (data / "choices.toml.damaged").exists()
    assert len(max(run.said, key=len)) < 400
