"""An update: the root and a system's folder of the boot partition in one tar file, with a manifest that is signed.

`describe` writes the manifest beside the parts; who has the key signs it (`manifest.sig`), and `pack` makes the file.
What reads it is appliance/update, which a test holds against this.
"""

import hashlib
import json
import shutil
import sys
import tarfile
from pathlib import Path

LAYOUT = 2
"""Of the card: two systems, by os_prefix."""
MANIFEST, SIGNATURE, ROOT = "manifest", "manifest.sig", "root.squashfs"
NAMESPACE = "han-appliance-update"
ENDING = ".update"
NEWEST = "han-appliance.newest"
"""Tells on the network which version that is; beside it lies its signature."""
NEWEST_NAMESPACE = "han-appliance-newest"


def gather(folder: Path, system: Path, squashfs: Path, version: str, build: int) -> None:
    """Copy an update's parts into a new folder, and describe them there."""
    shutil.copytree(system, folder)
    shutil.copy(squashfs, folder / ROOT)
    describe(folder, version, build)


def describe(folder: Path, version: str, build: int) -> None:
    """Write the manifest of the parts in a folder; `build` is higher for a newer system."""
    parts = [
        {"name": path.name, "octets": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.iterdir())
        if path.name not in (MANIFEST, SIGNATURE)
    ]
    told = {"version": version, "build": build, "layout": LAYOUT, "parts": parts}
    (folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def pack(folder: Path, file: Path, epoch: int) -> None:
    """Make the update's file of a folder whose manifest is signed: that first, for nothing else is believed before."""
    names = sorted(path.name for path in folder.iterdir())
    names.sort(key=lambda name: (name != MANIFEST, name != SIGNATURE))
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as made:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = (folder / name).stat().st_size, epoch, 0o644
            with (folder / name).open("rb") as part:
                made.addfile(member, part)


def newest(folder: Path, file: Path, to: Path) -> None:
    """Write what tells on the network that a bundle, made of a folder, is the newest; it is signed afterwards."""
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    index = {
        **{name: told[name] for name in ("version", "build", "layout")},
        "file": file.name,
        "octets": file.stat().st_size,
        "sha256": _sha256(file),
    }
    to.write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    newest(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[2]).with_name(NEWEST))
