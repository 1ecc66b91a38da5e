"""An SD card with the image on it: what a flashing tool writes, what a PC edits, and what is found on it afterwards.

A card is a sparse file of 2 GiB, since the emulated controller wants a power of two, and the data partition begins at
1 GiB. It is read only while no machine runs on it. The data partition is in no table: it begins at the sector that is
fixed for all releases and ends 4 MiB before the card's end; a power cut leaves its journal to be replayed, so a copy is
mended as the system would and then looked into.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from image.testing import tools

CARD_OCTETS = 2 << 30
MIB = 1 << 20
SECTOR = 512
DATA_START = 1 << 30
DATA_END = CARD_OCTETS - 4 * MIB
_TABLE = 446
"""Where the four entries of the partition table stand in the first sector (classical MBR); each has 16 octets."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A copy of the data partition, as it is after the file system check that the system makes."""

    file: Path
    check: str
    """What the check said."""
    sound: bool
    """It was whole, or became so without a question."""


class SDCard:
    """The card in one file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def drive(self) -> str:
        """How QEMU is told of it."""
        return f"file={self.file},format=raw"

    def flash(self, image: Path, *, like_an_imager: bool = False) -> None:
        """Write the image over the card's start; an imager zeroes the first and the last MB of the card before."""
        if not self.file.exists():
            with self.file.open("wb") as new:
                new.truncate(CARD_OCTETS)
        if like_an_imager:
            with self.file.open("r+b") as card:
                for start in (0, CARD_OCTETS - MIB):
                    card.seek(start)
                    card.write(bytes(MIB))
        done = ["dd", f"if={image}", f"of={self.file}", "bs=1M", "conv=notrunc,sparse", "status=none"]
        if like_an_imager:  # what was there before must go, holes and all
            done[4] = "conv=notrunc"
        subprocess.run(done, check=True)

    def copied(self, to: Path) -> "SDCard":
        """Return another card, the same in every octet."""
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(self.file), str(to)], check=True)
        return SDCard(to)

    def get(self, name: str, to: Path) -> Path:
        """Copy a file of the boot partition out, and return its path. Raises ToolError when there is none."""
        tools.run("mcopy", "-n", "-o", "-i", self._boot(), f"::{name}", to)
        return to

    def put(self, octets: bytes, name: str) -> None:
        """Write a file of the boot partition, as a PC does."""
        file = self.file.with_name("put")
        file.write_bytes(octets)
        tools.run("mcopy", "-o", "-i", self._boot(), file, f"::{name}")
        file.unlink()

    def put_file(self, file: Path, name: str) -> None:
        """Copy a file to the boot partition, as a PC does."""
        tools.run("mcopy", "-o", "-i", self._boot(), file, f"::{name}")

    def names(self) -> list[str]:
        """Return the names of all files and folders of the boot partition, a folder's with a slash at its end."""
        said = tools.run("mdir", "-/", "-b", "-i", self._boot(), "::")
        return [line.removeprefix("::/") for line in said.splitlines()]

    def mended(self) -> Mended:
        """Return the data partition as it would be found at the next start. The card itself is not touched."""
        file = self.file.with_suffix(".data")
        file.unlink(missing_ok=True)
        words = [f"skip={DATA_START}", f"count={DATA_END - DATA_START}", "iflag=skip_bytes,count_bytes"]
        subprocess.run(
            ["dd", f"if={self.file}", f"of={file}", "bs=1M", *words, "conv=sparse", "status=none"], check=True
        )
        os.truncate(file, DATA_END - DATA_START)
        # 1 and 2 say that something was mended (e2fsck(8), "Exit code"); from 4 on something was left to a person.
        said = tools.run("e2fsck", "-p", file, good=range(256))
        left = tools.run("e2fsck", "-f", "-n", file, good=range(256))
        sound = re.search(r"^.*: \d+/\d+ files", left, re.M) is not None and "error" not in left.lower()
        return Mended(file, said.strip().replace(f"{file}: ", ""), sound)

    def _boot(self) -> str:
        """Return the boot partition as mtools names it."""
        with self.file.open("rb") as card:
            entry = card.read(SECTOR)[_TABLE : _TABLE + 16]
        return f"{self.file}@@{int.from_bytes(entry[8:12], 'little') * SECTOR}"


def file_of(data: Mended, path: str, to: Path) -> Path | None:
    """Copy a file of the data partition out, and return it; `None` when it has none of that name."""
    to.unlink(missing_ok=True)
    tools.run("debugfs", "-R", f"dump {path} {to}", data.file)
    return to if to.exists() and to.stat().st_size else None


def room(folder: Path) -> None:
    """Make an empty folder for cards, without what a failed run left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
