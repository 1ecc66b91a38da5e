"""Small files that outlive a power cut: the old content or the new, never a part of either.

They lie in a folder that somebody else may own, and root reads and writes there too. So nothing here goes through a
link that lies in a file's place, and what is no ordinary file of a reasonable size is not read at all: a pipe would
wait for ever, and a device would give without end.
"""

import contextlib
import errno
import os
import stat
from pathlib import Path

MOST_OCTETS = 1_000_000
"""Of a file that a person wrote, or that this program keeps beside the history."""


def replace_file(path: Path, octets: bytes, mode: int = 0o666) -> None:
    """Write these octets to the file at `path`, and have them on the disk. Raise OSError.

    A new file has `mode`, less the process's mask.

    The new name takes the old one's place in one step (rename(2)), and both it and the folder are synchronised. What
    a power cut left of an earlier try is removed first, and never written through.
    """
    beside = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    sync_folder(path.parent)


def read_small_file(path: Path, *, follow: bool = False) -> bytes:
    """Return the content of an ordinary file of at most `MOST_OCTETS`. Raise OSError, whose `strerror` says why not.

    Only with `follow` may `path` be a link. A name that no file can have is FileNotFoundError too.
    """
    try:
        _ordinary(path.stat(follow_symlinks=follow))  # some devices do something when they are opened
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        handle = os.open(path, flags)
    except ValueError:
        raise FileNotFoundError(errno.ENOENT, "no file can have such a name", str(path)) from None
    with os.fdopen(handle, "rb") as file:
        _ordinary(os.fstat(handle))
        octets = file.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise OSError(errno.EFBIG, f"it has more than {MOST_OCTETS // 1_000_000} MB")
    return octets


def _ordinary(found: os.stat_result) -> None:
    """Raise OSError for what is no ordinary file of a reasonable size."""
    kinds = {
        stat.S_IFLNK: "it is a link",
        stat.S_IFIFO: "it is a pipe",
        stat.S_IFSOCK: "it is a socket",
        stat.S_IFCHR: "it is a device",
        stat.S_IFBLK: "it is a device",
    }
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if (kind := kinds.get(stat.S_IFMT(found.st_mode))) is not None:
        raise OSError(errno.EINVAL, f"{kind}, and not a file")
    if found.st_size > MOST_OCTETS:
        raise OSError(errno.EFBIG, f"it has more than {MOST_OCTETS // 1_000_000} MB")


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk. Raise OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
