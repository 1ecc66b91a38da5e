"""Small files that outlive a power cut: the old content or the new, never a part of either."""

import os
from pathlib import Path


def replace_file(path: Path, octets: bytes, mode: int = 0o666) -> None:
    """Write these octets to the file at `path`, and have them on the disk. Raise OSError.

    A new file has `mode`, less the process's mask.

    The new name takes the old one's place in one step (rename(2)), and both it and the folder are synchronised.
    """
    beside = path.with_name(path.name + ".new")
    with open(beside, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
