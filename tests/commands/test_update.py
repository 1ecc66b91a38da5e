"""Which update was asked for at the panel: a number in a file of the appliance's user, and nothing that is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.commands import update


@pytest.fixture
def request_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(update, "RUNTIME_FOLDER", tmp_path)
    return tmp_path / "update"


@pytest.mark.parametrize(
    ("octets", "asked"),
    [(b"1700000000\n", 1_700_000_000), (b"0\n", 0), (b"", None), (b"yes", None), (b"\xff\0", None), (b"9" * 900, None)],
)
def test_a_number_is_asked_for_and_nothing_else(request_file: Path, octets: bytes, asked: int | None) -> None:
    request_file.write_bytes(octets)
    assert update._asked() == asked


@pytest.mark.parametrize(
    "make", [Path.mkdir, lambda path: path.symlink_to(__file__), lambda path: path.symlink_to("/nowhere")]
)
def test_what_is_no_file_asks_for_nothing(request_file: Path, make: Callable[[Path], None]) -> None:
    assert update._asked() is None
    make(request_file)
    assert update._asked() is None
