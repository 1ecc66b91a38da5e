"""The data partition's script: which history a system goes on with, on trial and after it, by its own function."""

import re
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "image/root/usr/lib/han-appliance"
FUNCTION = re.search(
    r"^choose_folder\(\) \{.*?^\}$", (SCRIPTS / "data-partition").read_text(encoding="utf-8"), re.M | re.S
)
WORDS = "console=tty1 root=PARTUUID=48414e31-0{number} rootfstype=squashfs ro"


class Data:
    """A data partition's folders, and a system that starts with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own, self.updates = folder / "own", folder / "update"
        self.own.mkdir()
        (self.own / "history").write_text("old", encoding="ascii")

    def start(self, runs: str, chosen: str) -> str:
        """Start a system; return the history that it goes on with, and write into it."""
        words, config = self.folder / "cmdline", self.folder / "config.txt"
        words.write_text(WORDS.format(number={"a": 2, "b": 3}[runs]) + "\n", encoding="ascii")
        config.write_text(f"include common.txt\nos_prefix={chosen}/\ngpu_mem=32\n", encoding="ascii")
        systems = (SCRIPTS / "systems").read_text(encoding="utf-8")
        for real, ours in (("/proc/cmdline", words), ("/boot/firmware/config.txt", config)):
            assert real in systems
            systems = systems.replace(real, str(ours))
        (self.folder / "systems").write_text(systems, encoding="utf-8")
        assert FUNCTION is not None
        script = (
            f'say() {{ :; }}\nUPDATES={self.updates} FOLDER={self.own}\n{FUNCTION[0]}\nchoose_folder && echo "$FOLDER"'
        )
        done = subprocess.run(
            ["sh", "-uc", script, self.folder / "data-partition"], capture_output=True, text=True, check=True
        )
        history = Path(done.stdout.strip()) / "history"
        said = history.read_text(encoding="ascii")
        history.write_text(f"{said}, {runs}", encoding="ascii")
        return said


@pytest.fixture
def data(tmp_path: Path) -> Data:
    made = Data(tmp_path)
    made.updates.mkdir()
    return made


def test_where_there_was_no_update_nothing_is_looked_at(tmp_path: Path) -> None:
    data = Data(tmp_path)
    assert (data.start("a", "a"), data.start("a", "b")) == ("old", "old, a")


def test_a_trial_goes_on_with_a_copy_and_the_old_system_with_its_own(data: Data) -> None:
    assert data.start("b", "a") == "old"
    assert data.start("a", "a") == "old"
    assert not list(data.updates.iterdir())
    assert data.start("a", "a") == "old, a"


def test_the_copy_takes_its_place_once_the_new_system_is_chosen(data: Data) -> None:
    """Also when the power was cut between the choice and that."""
    data.start("b", "a")
    assert data.start("b", "b") == "old, b"
    assert not list(data.updates.iterdir())
    assert data.start("a", "b") == "old, b, b"
    assert data.start("a", "a") == "old, b, b, a"


def test_a_cut_between_the_two_moves_loses_nothing(data: Data) -> None:
    data.start("b", "a")
    data.own.rename(data.updates / "old")
    assert data.start("b", "b") == "old, b"


def test_a_copy_that_was_cut_off_is_none(data: Data) -> None:
    (data.updates / "history.b.new").mkdir()
    (data.updates / "history.b.new/history").write_text("ol", encoding="ascii")
    assert data.start("b", "b") == "old"
    assert not list(data.updates.iterdir())


def test_what_an_earlier_trial_left_is_not_gone_on_with(data: Data) -> None:
    data.start("b", "a")
    assert data.start("b", "a") == "old"
