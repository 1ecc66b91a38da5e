"""The card's two systems: which runs, which is chosen, and where the other one lies.

Nothing here keeps a state of its own. Which one runs is in the kernel's words, which name its root; which one starts
next is in `config.txt`. A system that runs and is not chosen is on trial.
"""

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from appliance.system.atomic_file import read_small_file

USUAL, ONCE = "config.txt", "tryboot.txt"
SECTOR = 512
_ROOT = re.compile(r"\broot=PARTUUID=([0-9a-f]{8})-0([23])\b")
_PREFIX = re.compile(r"^os_prefix=([ab])/[ \t]*\r?$", re.M)


class System(Enum):
    """A folder of the boot partition, and with it a slot for a root."""

    A = "a"
    B = "b"

    @property
    def other(self) -> "System":
        """The one beside it."""
        return System.B if self is System.A else System.A

    @property
    def partition(self) -> int:
        """The number of its slot in the partition table."""
        return 2 if self is System.A else 3


class CardError(Exception):
    """A card that has no two systems; one sentence."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card in a running machine."""

    boot: Path
    """The folder of the boot partition."""
    words: Path
    """The file with the words that the kernel was started with."""
    slots: dict[System, Path]
    """Each system's slot, a device."""

    def running(self) -> System:
        """Return the system that runs. Raise CardError, OSError."""
        found = _ROOT.search(self.words.read_text(encoding="ascii", errors="replace"))
        if found is None:
            raise CardError("the kernel's words name no slot of this card")
        return System.A if found[2] == "2" else System.B

    def chosen(self) -> System:
        """Return the system that starts next. Raise CardError, OSError."""
        return _named(read_small_file(self.boot / USUAL))

    def words_of(self, words: bytes, system: System) -> bytes:
        """Return a system's words for the kernel, with its own slot on this card. Raise CardError, OSError."""
        own = _ROOT.search(self.words.read_text(encoding="ascii", errors="replace"))
        if own is None:
            raise CardError("the kernel's words name no slot of this card")
        root = f"root=PARTUUID={own[1]}-0{system.partition}"
        text, number = _ROOT.subn(root, words.decode("ascii", errors="replace"))
        if number != 1:
            raise CardError("the update's words for the kernel name no slot")
        return text.encode("ascii", errors="replace")


def write_name(path: Path, system: System) -> None:
    """Put a system's name into a file that the Pi's start reads. Raise CardError, OSError.

    One letter changes, in place, and with it one sector of the card: after a power cut it is the old or the new one.
    """
    octets = read_small_file(path)
    found = _PREFIX.search(octets.decode("latin-1"))
    if found is None or len(octets) > SECTOR:
        raise CardError(f"{path.name} does not name a system where it can be changed")
    if found[1] == system.value:
        return
    at = found.start(1)
    handle = os.open(path, os.O_WRONLY | os.O_SYNC | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.pwrite(handle, octets[:at] + system.value.encode() + octets[at + 1 :], 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(octets: bytes) -> System:
    found = _PREFIX.search(octets.decode("latin-1"))
    if found is None:
        raise CardError("config.txt names no system")
    return System(found[1])


def here(boot: Path = Path("/boot/firmware"), words: Path = Path("/proc/cmdline")) -> Card:
    """Return the card that this machine's root is on. Raise CardError, OSError."""
    number = Path("/").stat().st_dev
    disk = (Path("/sys/dev/block") / f"{os.major(number)}:{os.minor(number)}").resolve().parent
    found = {int(read_small_file(file)): Path("/dev", file.parent.name) for file in sorted(disk.glob("*/partition"))}
    missing = [system for system in System if system.partition not in found]
    if missing:
        raise CardError("this is no card with two systems")
    return Card(boot, words, {system: found[system.partition] for system in System})
