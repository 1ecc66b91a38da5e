"""What can be wrong with the history's file, in one sentence that says what to do."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from appliance.system.atomic_file import read_small_file
from appliance.words.sentence import Sentence, joined

WHY = "why.txt"
"""Beside the file: a sentence by the image when it could not set up the disk, see `why`."""
_NO_ROOM_OCTETS = 100_000
_FAILS_TO_OPEN = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
    }
)


class HistoryError(Exception):
    """The history cannot be opened, read or written; one sentence."""


class NewerError(HistoryError):
    """The history is of a newer program."""


class DamagedError(sqlite3.DatabaseError):
    """The file contradicts itself in a way that SQLite does not look for."""


def is_damage(error: BaseException | None) -> bool:
    """Return whether this says that the file's content is wrong, rather than that it cannot be read now."""
    return isinstance(error, DamagedError) or code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextlib.contextmanager
def anything_is_damage() -> Iterator[None]:
    """Have what is raised while a file is read, by neither SQLite nor the system, be a DamagedError.

    It came of what was read: a name that is no text, a number that is none.
    """
    try:
        yield
    except (HistoryError, sqlite3.Error, OSError, MemoryError):
        raise
    except Exception as error:
        raise DamagedError(f"reading it: {type(error).__name__}: {error}") from error


def is_of_the_disk(error: Exception) -> bool:
    """Return whether SQLite could not get at the file as it wants to, which may yet be read in another way."""
    return code(error) in _FAILS_TO_OPEN


def code(error: BaseException | None) -> int:
    """Return the primary result code of SQLite (sqlite.org/rescode.html); 0 for an error from elsewhere."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def why(folder: Path) -> str | None:
    """Return why this folder cannot be used and what to do, as the image says it of a card without data partition."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return read_small_file(folder / WHY).decode().strip() or None
    return None


def newer(path: Path, version: int, newest: int) -> NewerError:
    """Return what is wrong with a file that a newer program has written."""
    return NewerError(
        f"{path}: is of a newer program (schema {version}, this one knows {newest}); "
        "install that program again, or move the file away"
    )


def none_yet(path: Path) -> HistoryError:
    """Return what is wrong when nothing was ever written."""
    return HistoryError(f"{path}: no history yet: 'han-appliance run' makes it")


def sentence(path: Path, error: Exception) -> Sentence:
    """Return what is wrong with the file, in one line that begins with its path."""
    if (told := why(path.parent)) is not None:
        return joined(": ", (str(path), told))
    if is_damage(error):
        damaged = Sentence("it is damaged: 'han-appliance run' sets it aside and starts another")
        return joined(": ", (str(path), damaged))
    match code(error):
        case sqlite3.SQLITE_FULL:
            advice = Sentence("the disk is full: make room")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            advice = _state_of_disk(path) or Sentence("it cannot be written: give the appliance's user its folder")
        case sqlite3.SQLITE_CANTOPEN:
            advice = (
                _missing(path)
                or _state_of_disk(path)
                or Sentence("it cannot be opened: give the appliance's user its folder, or be that user")
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            advice = Sentence("another program has it open for writing: end that first")
        case sqlite3.SQLITE_IOERR:
            advice = (
                _missing(path)
                or _state_of_disk(path)
                or Sentence("the disk fails to read or write it: look at the kernel's log, and for room")
            )
        case sqlite3.SQLITE_ERROR:
            advice = Sentence("it cannot be used ({error}): move it away", error=str(error))
        case _ if isinstance(error, MemoryError) or code(error) == sqlite3.SQLITE_NOMEM:
            advice = Sentence("there is no memory left to read it: end other programs")
        case _:
            advice = Sentence(
                "{reason}: give the appliance's user its folder", reason=getattr(error, "strerror", None) or str(error)
            )
    return joined(": ", (str(path), advice))


def _missing(path: Path) -> Sentence | None:
    """Return what is in the way of a file there, with what to do; `None` when it is something else."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            return Sentence("it is a folder, and the history is a file: move it away")
        if not path.parent.is_dir():
            return Sentence(
                "no history yet, and no folder for it: make the folder, and give it to the appliance's user"
            )
        if not path.exists():
            return Sentence(
                "no history yet, and none can be made: 'han-appliance run' makes it where its user may write"
            )
    return None


def _state_of_disk(path: Path) -> Sentence | None:
    """Return what keeps the whole disk from being written, with what to do; `None` when nothing does."""
    with contextlib.suppress(OSError):
        disk = os.statvfs(path.parent)
        if disk.f_flag & os.ST_RDONLY:
            return Sentence("the disk cannot be written: look at the kernel's log, the card may be worn out")
        if disk.f_bavail * disk.f_frsize < _NO_ROOM_OCTETS:
            return Sentence("the disk is full: make room")
    return None
