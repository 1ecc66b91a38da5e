"""The data partition's script on cards that are files: made, found, mended, and never made over what is not ours."""

import contextlib
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "image/root/usr/lib/han-appliance/data-partition"
NEEDED = ("losetup", "mke2fs", "partx", "e2fsck")
MB = 1 << 20
CARD_MB = 1300
"""So much that the file system has a second block group, and in it a copy of its superblock."""
START = 1024 * MB


def missing() -> str | None:
    if os.geteuid():
        return "makes block devices of files, which needs root"
    if absent := [name for name in NEEDED if shutil.which(name) is None]:
        return f"needs {', '.join(absent)}"
    tried = subprocess.run(["losetup", "-f"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "this machine has no loop devices"


pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


@dataclass
class Card:
    """A card as a file, in a slot when it is a disk."""

    file: Path
    disk: str = ""
    said: str = ""
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.file.parent
        with self.file.open("wb") as file:
            file.truncate(CARD_MB * MB)

    @property
    def data(self) -> str:
        return f"{self.disk}p4"

    def start(self) -> None:
        """What happens of this at each start of the Pi."""
        mounted, state = self.folder / "data", self.folder / "state"
        mounted.mkdir(exist_ok=True)
        done = subprocess.run(
            ["sh", SCRIPT, self.disk, mounted, state, "root"], capture_output=True, text=True, check=True
        )
        self.said = done.stdout + done.stderr

    def stop(self) -> None:
        for place in ("state", "data"):
            subprocess.run(["umount", self.folder / place], capture_output=True, check=False)

    def keep(self, text: str) -> None:
        (self.folder / "state/history").write_text(text)

    def kept(self) -> str:
        return (self.folder / "state/history").read_text()

    def octets(self) -> bytes:
        """The beginning of the data partition."""
        with self.file.open("rb") as file:
            file.seek(START)
            return file.read(64 * MB)

    def write(self, octets: bytes, place: int) -> None:
        with self.file.open("r+b") as file:
            file.seek(place)
            file.write(octets)


@contextlib.contextmanager
def inserted(card: Card) -> Iterator[None]:
    """The card in its slot."""
    card.disk = subprocess.run(
        ["losetup", "-f", "--show", card.file], capture_output=True, text=True, check=True
    ).stdout.strip()
    try:
        yield
    finally:
        card.stop()
        subprocess.run(["partx", "--delete", "--nr", "4", card.disk], capture_output=True, check=False)
        subprocess.run(["losetup", "-d", card.disk], check=True)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path / "card")


@pytest.fixture
def used(card: Card) -> Card:
    """A card with a history."""
    with inserted(card):
        card.start()
        card.keep("hours")
    return card


def test_on_a_new_card_it_is_made_and_at_the_next_start_it_is_there(card: Card):
    with inserted(card):
        card.start()
        assert "makes a file system of 272 MiB" in card.said
        card.keep("hours")
        assert (card.folder / "state").stat().st_mode & 0o777 == 0o750
    with inserted(card):
        card.start()
        assert "makes" not in card.said
        assert card.kept() == "hours"


def test_it_is_found_whatever_a_newer_image_did_to_table_and_ends_of_the_card(used: Card):
    used.write(bytes(MB), 0)
    used.write(bytes(MB), (CARD_MB - 1) * MB)
    used.write(struct.pack("<446x4x B3xII 48x H", 0x0C, 8192, 1_400_000, 0xAA55), 0)

    with inserted(used):
        used.start()
        assert used.kept() == "hours"


def test_what_was_open_when_the_power_went_is_mended_without_a_question(used: Card, tmp_path: Path):
    with inserted(used):
        used.start()
        used.keep("newer hours")
        subprocess.run(["sync", "-f", used.folder / "state/history"], check=True)
        cut = tmp_path / "cut"
        cut.mkdir()
        subprocess.run(["cp", "--sparse=always", used.file, cut / "card"], check=True)  # not unmounted
    again = Card.__new__(Card)
    again.file, again.folder = cut / "card", cut
    with inserted(again):
        again.start()
        assert "recovering journal" in again.said
        assert again.kept() == "newer hours"


def test_one_that_was_cut_off_while_it_was_made_is_made_anew(card: Card):
    with inserted(card):
        card.start()
        card.stop()
        subprocess.run(["tune2fs", "-L", "", card.data], capture_output=True, check=True)
        # as it is when the label, the last of it, is not there yet
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", card.data], capture_output=True, check=True)
    with inserted(card):
        card.start()
        assert "makes a file system" in card.said
        card.keep("hours")


@pytest.mark.parametrize("octets", [4096, 64 * 1024, MB, 8 * MB])
def test_one_of_which_only_the_beginning_was_written_is_made_anew(card: Card, octets: int):
    other = card.folder / "other"
    with other.open("wb") as file:
        file.truncate(272 * MB)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", other], capture_output=True, check=True)
    card.write(other.read_bytes()[:octets], START)

    with inserted(card):
        card.start()
        assert "makes a file system" in card.said
        card.keep("hours")
        assert card.kept() == "hours"


def test_a_damaged_beginning_is_mended_from_the_copy(used: Card):
    used.write(bytes(4096), START)

    with inserted(used):
        used.start()
        assert "repaired from the copy" in used.said
        assert used.kept() == "hours"


@pytest.mark.parametrize("kind", ["vfat", "swap", "ext4"])
def test_what_is_somebody_else_s_is_never_written_to(card: Card, kind: str):
    made = {
        "vfat": ["mkfs.vfat", "-C", card.folder / "other", str(65536)],
        "swap": ["mkswap", card.folder / "other"],
        "ext4": ["mke2fs", "-q", "-F", "-t", "ext4", "-L", "photos", card.folder / "other"],
    }[kind]
    if shutil.which(str(made[0])) is None:
        pytest.skip(f"needs {made[0]}")
    if kind != "vfat":
        with (card.folder / "other").open("wb") as file:
            file.truncate(64 * MB)
    subprocess.run(made, capture_output=True, check=True)
    if kind == "ext4":  # somebody has used it
        subprocess.run(["mount", "-o", "loop", card.folder / "other", "/mnt"], check=True)
        subprocess.run(["umount", "/mnt"], check=True)
    card.write((card.folder / "other").read_bytes(), START)
    before = card.octets()

    with inserted(card):
        card.start()
        assert "clear the card, and flash it again; the appliance runs without a history" in card.said
        with pytest.raises(OSError, match="Read-only"):
            card.keep("hours")
    assert card.octets() == before


def test_a_card_that_is_too_small_is_said(card: Card):
    with card.file.open("r+b") as file:
        file.truncate(1050 * MB)

    with inserted(card):
        card.start()
        assert "this card of 1050 MiB is too small: take one of 2 GB or more" in card.said


def test_a_copy_on_a_smaller_card_is_said_and_left_as_it_is(used: Card):
    with used.file.open("r+b") as file:
        file.truncate((CARD_MB - 64) * MB)
    before = used.octets()

    with inserted(used):
        used.start()
        assert "the appliance runs without a history" in used.said
    assert used.octets() == before
