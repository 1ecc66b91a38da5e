"""The pages of a history's file, with what its log has, taken without SQLite: for files that SQLite does not open.

A header with one wrong bit, a file that was cut short, a log without a file, a disk on which SQLite can make no index
of the log: the rows are there all the same. So the file is read into memory, the log's transactions that are whole
are laid over it (as SQLite does: sqlite.org/fileformat2.html, chapter 4), the header is mended where it can have only
one value, and SQLite is given the result as a database in memory.
"""

import contextlib
import sqlite3
import struct
from pathlib import Path

from appliance.history import schema

LARGEST_OCTETS = 64_000_000
"""No more of a file, or a log, is read: ten years are 4 MB, and memory is small."""
HEADER_OCTETS = 100
_MAGIC = b"SQLite format 3\0"
_FRACTIONS = bytes([64, 32, 32])
_WAL_HEADER, _FRAME_HEADER = 32, 24
_WAL_MAGIC = 0x377F0682
_SIZES = frozenset(1 << power for power in range(9, 16))
_Words = tuple[int, int]


def wrong_from_outside(path: Path) -> bool:
    """Return whether a file's header, or its want of one, shows that it is damaged; raise nothing.

    These octets have one value in each of our files, and SQLite takes most others for something else than damage: a
    file that may not be written, or one of a later SQLite, or an empty one, whose log it then deletes.
    """
    with contextlib.suppress(OSError):
        if not path.is_file():
            log = _log_of(path)
            return not path.exists() and log.is_file() and log.stat().st_size > _WAL_HEADER
        with path.open("rb") as file:
            head = file.read(HEADER_OCTETS)
        if not head:
            log = _log_of(path)
            return log.is_file() and log.stat().st_size > _WAL_HEADER
        return not _sound(head)
    return False


def _sound(head: bytes) -> bool:
    return (
        len(head) == HEADER_OCTETS
        and head[:16] == _MAGIC
        and _size(head[16:18]) is not None
        and head[18:20] in (b"\1\1", b"\2\2")  # how it is written and read: by a journal, or by a log
        and head[20:24] == b"\0" + _FRACTIONS
        and _number(head[44:48]) in (0, 4)  # the schema's format; 0 before there are tables
        and not any(head[52:56])  # no pages move by themselves
        and _number(head[56:60]) in (0, 1)  # UTF-8
        and not any(head[64:68])
        and not any(head[72:92])
    )


def taken(path: Path, page_octets: int) -> bytearray:
    """Return the pages of a file with its log over them, the header mended. Raise OSError.

    `page_octets` is the size of a page where neither header says it.
    """
    octets, log = _octets(path), _octets(_log_of(path))
    size = _size(octets[16:18]) if octets[:16] == _MAGIC else None
    if size is None and len(log) >= _WAL_HEADER:
        size = _number(log[8:12]) if _number(log[8:12]) in _SIZES else None
    size = size or page_octets
    pages = bytearray(octets)
    pages.extend(bytes(-len(pages) % size))
    for number, page in _in_log(log, size):
        place = (number - 1) * size
        if place + size <= LARGEST_OCTETS:
            pages.extend(bytes(max(0, place + size - len(pages))))
            pages[place : place + size] = page
    if not pages:
        pages.extend(bytes(size))
    _mend(pages, size)
    return pages


def with_tables(pages: bytearray, number: int) -> bytearray:
    """Return the pages with those of a new file of schema version `number` that say where its tables are."""
    size = _size(pages[16:18]) or 0
    changed = bytearray(pages)
    for page, octets in schema.pages_of_tables(number, size).items():
        changed.extend(bytes(max(0, page * size - len(changed))))
        changed[(page - 1) * size : page * size] = octets
    _mend(changed, size)
    return changed


def opened(pages: bytearray) -> sqlite3.Connection:
    """Return the pages as a database in memory, whose changes nobody keeps. Raise sqlite3.Error."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        connection.deserialize(pages)
        schema.prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _mend(pages: bytearray, size: int) -> None:
    """Write what the header must say of these pages: no log, and as many as there are, none of them free."""
    pages[:18] = _MAGIC + size.to_bytes(2, "big")
    pages[18:24] = b"\1\1\0" + _FRACTIONS
    pages[28:32] = (len(pages) // size).to_bytes(4, "big")
    pages[32:40] = bytes(8)
    pages[44:48] = (4).to_bytes(4, "big")
    pages[52:56] = bytes(4)
    pages[56:60] = (1).to_bytes(4, "big")
    pages[64:68] = bytes(4)
    pages[92:96] = pages[24:28]  # so that the number of pages counts


def _in_log(log: bytes, size: int) -> list[tuple[int, bytes]]:
    """Return number and octets of the pages in the log's whole transactions, in the order they were written."""
    magic = _number(log[:4])
    if len(log) < _WAL_HEADER or magic & ~1 != _WAL_MAGIC or _number(log[8:12]) != size:
        return []
    order = ">" if magic & 1 else "<"
    sums = _summed((0, 0), log[:24], order)
    if sums != (_number(log[24:28]), _number(log[28:32])):
        return []
    frames: list[tuple[int, bytes]] = []
    whole = 0
    for at in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        head, page = log[at : at + _FRAME_HEADER], log[at + _FRAME_HEADER : at + _FRAME_HEADER + size]
        sums = _summed(_summed(sums, head[:8], order), page, order)
        number = _number(head[:4])
        if head[8:16] != log[16:24] or sums != (_number(head[16:20]), _number(head[20:24])) or not number:
            break  # of before the log was begun again, or damaged
        frames.append((number, page))
        if _number(head[4:8]):
            whole = len(frames)
    return frames[:whole]


def _summed(sums: _Words, octets: bytes, order: str) -> _Words:
    """Return the log's running check sum after more octets."""
    first, second = sums
    words = struct.unpack(f"{order}{len(octets) // 4}I", octets)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _octets(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(LARGEST_OCTETS)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _size(octets: bytes | bytearray) -> int | None:
    """Return the size of a page that these two octets name; `None` when there is no such size."""
    number = _number(octets)
    return number if number in _SIZES else None


def _number(octets: bytes | bytearray) -> int:
    return int.from_bytes(octets, "big")
