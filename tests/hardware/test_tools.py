"""hardware/build and hardware/check say in one sentence what this machine lacks."""

import io
import shutil
import subprocess

import pytest
from PIL import Image, ImageDraw

from hardware.workshop import __main__ as workshop
from hardware.workshop import make
from hardware.workshop.circuit import FOLDER

COMMANDS = ("bash", "dirname", "sha256sum", "cat", "mkdir", "rm", "env")


@pytest.fixture
def bare(tmp_path):
    """A checkout's hardware/ and a machine that has next to nothing."""
    (tmp_path / "bin").mkdir()
    for command in COMMANDS:
        (tmp_path / "bin" / command).symlink_to(shutil.which(command))
    shutil.copytree(FOLDER, tmp_path / "hardware", ignore=shutil.ignore_patterns(".tools", "__pycache__"))
    shutil.copy(FOLDER.parent / "pyproject.toml", tmp_path)
    return tmp_path


def run(place, command):
    path = {"PATH": str(place / "bin")}
    done = subprocess.run([place / "hardware" / command], env=path, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_machine_without_python_is_told(bare, command):
    assert run(bare, command) == (
        1,
        "hardware: python3 3.11 or newer is missing; on Debian: sudo apt install python3 python3-venv\n",
    )


def test_a_machine_without_mmdebstrap_whose_user_may_not_install_it_is_told(bare):
    (bare / "bin" / "id").write_text("#!/bin/bash\necho 1000\n")
    (bare / "bin" / "id").chmod(0o755)
    venv = bare / "hardware" / ".tools" / "venv"
    venv.mkdir(parents=True)
    made_from = ["sha256sum", "requirements.txt", "requirements-kicad.txt", "../pyproject.toml"]
    stamp = subprocess.run(made_from, cwd=bare / "hardware", capture_output=True, text=True, check=True).stdout
    (venv / "made-from").write_text(stamp)

    assert run(bare, "check") == (
        1,
        "hardware: mmdebstrap is missing, which fetches KiCad, ngspice, Graphviz and OpenSCAD; "
        "on Debian: sudo apt install mmdebstrap uidmap\n",
    )


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(make.MissingToolError, match="no-such-program is missing; hardware/build fetches it"):
        make.tool("no-such-program")


def test_a_program_that_fails_is_quoted():
    with pytest.raises(RuntimeError, match=r"ls /no/such/place ended with 2:\n.*No such file"):
        make.run("ls", "/no/such/place")


def test_what_has_not_changed_is_not_written_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make, "FOLDER", tmp_path)
    make.keep(tmp_path / "it", "one")
    make.keep(tmp_path / "it", "one")
    make.keep(tmp_path / "it", "two")

    assert capsys.readouterr().out == "  it\n  it\n"
    assert (tmp_path / "it").read_text() == "two"


def test_a_picture_with_another_digit_is_written_and_one_that_differs_by_rounding_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make, "FOLDER", tmp_path)

    def png(text, grey=0):
        picture = Image.new("L", (800, 600), 255 - grey)
        ImageDraw.Draw(picture).text((300, 300), text, fill=0, font_size=12)
        made = io.BytesIO()
        picture.save(made, "PNG")
        return made.getvalue()

    for content in (png("27"), png("27"), png("27", grey=3), png("28")):
        make.keep_picture(tmp_path / "it.png", content)

    assert capsys.readouterr().out == "  it.png\n  it.png\n"
    assert (tmp_path / "it.png").read_bytes() == png("28")


def test_what_is_made_is_remembered_to_the_octet_also_where_the_file_is_left(tmp_path, monkeypatch):
    """A picture that looks as the kept one leaves the file as it is; `hardware/again` sees the difference."""
    monkeypatch.setattr(make, "FOLDER", tmp_path)
    path, (first, second) = tmp_path / "it.png", (shade(100), shade(101))
    make.keep_picture(path, first)
    one = dict(make.DIGESTS)
    make.keep_picture(path, second)

    assert path.read_bytes() == first
    assert workshop.differing(one, make.DIGESTS) == ["it.png is not the same each time it is made"]
    assert workshop.differing(one, one) == []


def shade(grey):
    made = io.BytesIO()
    Image.new("L", (16, 16), grey).save(made, "PNG")
    return made.getvalue()
