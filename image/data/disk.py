"""A card for the data partition's tests: a sparse file, a loop device, and a small root to run the real script in.

The script asks the kernel which disk its root is on, so it cannot be shown another by an argument; and it should not
be, for that question is half of its work. So each start here is what a Pi's is: the card appears as a disk with its
table, its second partition is mounted as the root, and in there the unchanged script runs with Debian trixie's own
tools (`HAN_TOOLS` says where they are). What it mounts is in a mount namespace of its own and ends with it, and so does
the disk.
"""

import hashlib
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MIB = 1024 * 1024
START = 1024 * MIB
"""Of the data partition, octets; fixed for all releases."""
SPARE = 4 * MIB
ROOT = (4 * MIB, 4 * MIB)
"""First octet and length of the card's second partition."""
TOOLS = Path(os.environ.get("HAN_TOOLS", "/"))
"""Folder of Debian trixie's own tools; the host's where none is named."""
IMAGE = Path(__file__).parents[1]
USER = 990
"""Number of the appliance's user and group in the root."""

NAMESPACE = ("unshare", "--mount", "--propagation=private")
STAGE = """
export disk=$2
root=$1 folder=$3 tools=$4 image=$5 before=$6 after=$7
mount -o ro "${disk}p2" "$root"
mount --rbind "$tools/usr" "$root/usr"
mount --rbind "$image/root/usr/lib/han-appliance" "$root/program"
mount --rbind /dev "$root/dev"
mount --rbind "$folder" "$root/outside"
mount -t sysfs sysfs "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/var"
mount -t tmpfs tmpfs "$root/tmp"
cat >"$root/tmp/after" <<END
$after
END
chroot "$root" sh -c "$before /program/data-partition; sh -eu /tmp/after"
[ ! -e "$root/var/lib/han-appliance/why.txt" ] || cp "$root/var/lib/han-appliance/why.txt" "$folder/trouble"
! mountpoint -q "$root/var/lib/han-appliance" || umount "$root/var/lib/han-appliance"
! mountpoint -q "$root/data" || umount "$root/data"
"""
MAKE_HISTORY = f"""
cd /var/lib/han-appliance
setpriv --reuid={USER} --regid={USER} --clear-groups python3 -c '
import sqlite3
history = sqlite3.connect("history.sqlite3", isolation_level=None)
history.execute("PRAGMA journal_mode = WAL")
history.execute("PRAGMA synchronous = FULL")
history.execute("CREATE TABLE IF NOT EXISTS hours (wh)")
history.execute("BEGIN")
history.executemany("INSERT INTO hours VALUES (?)", [(wh,) for wh in range(1000)])
history.execute("COMMIT")
'
"""
READ_HISTORY = """
cd /var/lib/han-appliance
python3 -c '
import sqlite3
print("hours kept:", sqlite3.connect("history.sqlite3").execute("SELECT count(*), sum(wh) FROM hours").fetchone())
'
"""
KEPT = "hours kept: (1000, 499500)"
CUT = "cp --sparse=always /outside/card.img /outside/cut.img"
"""What is on the card now, with nothing put in order first: as if the power went here."""


@dataclass(frozen=True, slots=True)
class Start:
    """What one start of the machine said and did."""

    said: str
    """All that came to the log, and what the commands after it printed."""
    trouble: str | None
    """The sentence for the panel."""
    seconds: float


class Disk:
    """A card of a size in octets, flashed: a partition table, and a root in its second partition."""

    def __init__(self, folder: Path, size: int) -> None:
        self.path = folder / "card.img"
        with self.path.open("wb") as file:
            file.truncate(size)
        self.flash()

    @property
    def size(self) -> int:
        """How many octets it has."""
        return self.path.stat().st_size

    def resize(self, size: int) -> None:
        """Copy it onto a card of another size: what is beyond its end is lost."""
        with self.path.open("r+b") as file:
            file.truncate(size)

    def flash(self, *, third: tuple[int, int] = (8 * MIB, 4 * MIB), signature: int = 0x48414E31) -> None:
        """Write an image over it as an imager does: the first and the last MiB zeroed, then table and root."""
        self.write(0, bytes(MIB))
        self.write(self.size - MIB, bytes(MIB))
        entries = [(MIB, 3 * MIB, 0x0C), (*ROOT, 0x83), (*third, 0x83)]
        rows = [struct.pack("<8BII", 0, 0, 0, 0, kind, 0, 0, 0, at // 512, size // 512) for at, size, kind in entries]
        self.write(440, struct.pack("<IH", signature, 0) + b"".join(rows) + bytes(16) + b"\x55\xaa")
        self.write(ROOT[0], _root())

    def write(self, at: int, octets: bytes) -> None:
        """Write octets from this place on."""
        with self.path.open("r+b") as file:
            file.seek(at)
            file.write(octets)

    def digest(self, start: int = START, length: int = 300 * MIB) -> str:
        """Return the SHA-256 of `length` octets from `start` on: to see that nothing was written to them."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            file.seek(start)
            while length and (octets := file.read(min(length, 16 * MIB))):
                digest.update(octets)
                length -= len(octets)
        return digest.hexdigest()

    def start(self, after: str = "", *, before: str = "", write_protected: bool = False) -> Start:
        """Start the machine with it, and return what it said and did.

        `before` is put before the script's name, `after` are commands to run then. Both find the card as `$disk`.
        """
        folder = self.path.parent
        (folder / "trouble").unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as root, _disk(self.path, write_protected) as disk:
            began = time.monotonic()
            arguments = [root, disk, str(folder), str(TOOLS), str(IMAGE), before, after]
            stage = [*NAMESPACE, "sh", "-eu", "-c", STAGE, "stage", *arguments]
            ran = subprocess.run(stage, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            seconds = time.monotonic() - began
        assert ran.returncode == 0, ran.stdout
        trouble = folder / "trouble"
        return Start(ran.stdout, trouble.read_text().strip() if trouble.exists() else None, seconds)

    def cut(self) -> "Disk":
        """Go on with what `CUT` left, as after a power cut."""
        (self.path.parent / "cut.img").replace(self.path)
        return self

    def tool(self, command: str) -> str:
        """Run a tool on the data partition, `$part`, and return what it says."""
        disk = f"--offset={START}", f"--sizelimit={self.size - SPARE - START}", str(self.path)
        part = _output("losetup", "--find", "--show", *disk)
        inner = f"part={part}; {command}"
        outer = 'mount --rbind /dev "$1/dev"; exec chroot "$1" sh -eu -c "$2"'
        try:
            return _output(*NAMESPACE, "sh", "-eu", "-c", outer, "tool", str(TOOLS), inner)
        finally:
            _output("losetup", "--detach", part)


@contextmanager
def _disk(card: Path, write_protected: bool) -> Iterator[str]:
    """Attach the card as a disk of the kernel's, with the partitions of its table."""
    way = ["--read-only"] if write_protected else []
    disk = _output("losetup", "--find", "--show", "--partscan", *way, str(card))
    try:
        with card.open("rb") as file:
            table = file.read(512)
        rows = [struct.unpack_from("<8xII", table, 446 + 16 * row) for row in range(3)]
        for number, (start, length) in enumerate(rows, 1):
            if not Path(f"{disk}p{number}").exists():  # a kernel that knows no such tables
                _output(str(IMAGE / "root/usr/lib/han-appliance/addpart"), disk, str(number), str(start), str(length))
        yield disk
    finally:
        _output("losetup", "--detach", disk)


@cache
def _root() -> bytes:
    """Return a file system with the folders of the image's root and the appliance's user."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        for name in ("usr", "dev", "sys", "proc", "run", "var", "tmp", "data", "program", "outside", "etc"):
            (tree / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (tree / name).symlink_to(f"usr/{name}")
        (tree / "etc/passwd").write_text(f"root:x:0:0::/:/bin/sh\nhan-appliance:x:{USER}:{USER}::/:/bin/false\n")
        (tree / "etc/group").write_text(f"root:x:0:\nhan-appliance:x:{USER}:\n")
        picture = Path(folder) / "root.img"
        _output(
            "mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", str(tree), str(picture), f"{ROOT[1] // 1024}k"
        )
        return picture.read_bytes()


def _output(*command: str) -> str:
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}: {ran.stdout}"
    return ran.stdout.strip()
