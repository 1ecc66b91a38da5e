"""Writes a bundle over the system that does not run, and reads it back.

In this order, so that a power cut between any two writes leaves the running system chosen and whole: the other folder
goes first, for its root is about to be overwritten; then the root; then the new folder under another name, which gets
its own when all in it was read back; then `tryboot.txt`. `config.txt` is not touched. What is written goes through one
`Disk`, which a test cuts off.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from appliance.system.atomic_file import sync_folder
from appliance.update.bundle import Bundle
from appliance.update.card import ONCE, Card, CardError, System, write_name
from appliance.update.manifest import ROOT
from appliance.update.outcome import Reason, RefusedError

SPARE = 1 << 20
"""Of the boot partition that stays free."""
UNFINISHED = ".new"


class Disk:
    """Each change of the card, one method each."""

    def write(self, handle: int, octets: bytes, at: int) -> None:
        """Write these octets at a place of an open file. Raise OSError."""
        while octets:
            written = os.pwrite(handle, octets, at)
            octets, at = octets[written:], at + written

    def make_folder(self, folder: Path) -> None:
        """Make a folder. Raise OSError."""
        folder.mkdir()

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder that is empty. Raise OSError."""
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    def rename(self, path: Path, to: Path) -> None:
        """Give a file or folder another name. Raise OSError."""
        path.rename(to)

    def name(self, path: Path, system: System) -> None:
        """Put a system's name into a file that the Pi's start reads. Raise CardError, OSError."""
        write_name(path, system)


def install(bundle: Bundle, card: Card, disk: Disk, build: int) -> System:
    """Write the bundle over the system that does not run, which is `build` or newer. Return which that is.

    Raise RefusedError.
    """
    if bundle.told.build < build:
        raise RefusedError(Reason.OLDER)
    try:
        system = card.running().other
        if card.chosen() is system:
            raise RefusedError(Reason.NO_TRY)  # what runs is itself on trial
        _written(bundle, card, system, disk)
    except CardError:
        raise RefusedError(Reason.OTHER_CARD) from None
    except OSError:
        raise RefusedError(Reason.NOT_WRITTEN) from None
    return system


def _written(bundle: Bundle, card: Card, system: System, disk: Disk) -> None:
    folder = card.boot / system.value
    unfinished = folder.with_name(folder.name + UNFINISHED)
    _check_size(bundle, card, system)
    for old in (folder, unfinished):
        _remove_tree(old, disk)
    disk.make_folder(unfinished)
    for part, octets in bundle.parts():
        if part.name == ROOT:
            _write(card.slots[system], octets, disk)
        else:
            content = b"".join(octets)
            if part.name == "cmdline.txt":
                content = card.words_of(content, system)
            _write(unfinished / part.name, [content], disk, is_new=True)
    sync_folder(unfinished)
    disk.rename(unfinished, folder)
    sync_folder(card.boot)
    disk.name(card.boot / ONCE, system)


def _check_size(bundle: Bundle, card: Card, system: System) -> None:
    """Raise RefusedError when the update does not fit."""
    handle = os.open(card.slots[system], os.O_RDONLY | os.O_CLOEXEC)
    try:
        room = os.lseek(handle, 0, os.SEEK_END)
    finally:
        os.close(handle)
    old = sum(file.stat().st_size for file in (card.boot / system.value).glob("*"))
    files = sum(part.octets for part in bundle.told.parts if part.name != ROOT)
    if bundle.told.part(ROOT).octets > room or files + SPARE > shutil.disk_usage(card.boot).free + old:
        raise RefusedError(Reason.OTHER_CARD)


def _write(path: Path, blocks: Iterable[bytes], disk: Disk, *, is_new: bool = False) -> None:
    """Write these octets from a file's or device's beginning, and read them back. Raise RefusedError, OSError."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT | os.O_EXCL if is_new else 0)
    handle = os.open(path, flags, 0o644)
    try:
        sums, at = [], 0
        for block in blocks:
            disk.write(handle, block, at)
            sums.append((at, len(block), hash(block)))
            at += len(block)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)  # what is read now comes from the card
        for begin, length, expected in sums:
            if hash(os.pread(handle, length, begin)) != expected:
                raise RefusedError(Reason.NOT_WRITTEN)
    finally:
        os.close(handle)


def _remove_tree(folder: Path, disk: Disk) -> None:
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            disk.remove(path)
        disk.remove(folder)
        sync_folder(folder.parent)
