"""A file put into an empty exFAT, in the root folder, as a PC would (Microsoft, "exFAT file system specification").

mtools knows FAT only, and to mount the stick is not for everybody. The file's clusters follow one another, so it needs
no chain in the allocation table ("NoFatChain").
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ENTRY = 32
_BITMAP, _FILE, _STREAM, _NAME = 0x81, 0x85, 0xC0, 0xC1
_ARCHIVE, _IN_ONE_PIECE = 0x20, 0x03
_NAME_SIGNS = 15
"""In one entry."""
_MORNING = (2026 - 1980) << 25 | 11 << 21 | 27 << 16 | 9 << 11
"""27 November 2026, 9:00: year, month, day, hour."""


@dataclass(frozen=True, slots=True)
class _Heap:
    """Where the clusters are; the first has number 2."""

    start: int
    cluster: int
    count: int
    root: int

    def place(self, number: int) -> int:
        """Return the octet at which a cluster begins."""
        return self.start + (number - 2) * self.cluster


def put(stick: Path, file: Path, name: str) -> None:
    """Write `file` into a file system that mkfs.exfat has just made. Raises LookupError where there is no room."""
    with stick.open("r+b") as disk:
        heap = _heap(disk)
        folder = _at(disk, heap.place(heap.root), heap.cluster)
        entries = [folder[place : place + ENTRY] for place in range(0, len(folder), ENTRY)]
        free = next(place for place, entry in enumerate(entries) if entry[0] == 0)
        map_cluster, map_octets = struct.unpack("<20xIQ", next(entry for entry in entries if entry[0] == _BITMAP))
        used = int.from_bytes(_at(disk, heap.place(map_cluster), map_octets), "little")
        octets = file.read_bytes()
        clusters, first = -(-len(octets) // heap.cluster), used.bit_length()
        if first + clusters > heap.count:
            raise LookupError(f"{name} has no room on the stick")
        used |= ((1 << clusters) - 1) << first
        _write(disk, heap.place(map_cluster), used.to_bytes(map_octets, "little"))
        _write(disk, heap.place(first + 2), octets)
        _write(disk, heap.place(heap.root) + free * ENTRY, _described(name, first + 2, len(octets)))


def _heap(disk: BinaryIO) -> _Heap:
    """Return what the boot sector says (section 3.1)."""
    start, count, root, sector, cluster = struct.unpack("<88xIII8xBB", _at(disk, 0, 110))
    return _Heap(start << sector, 1 << sector + cluster, count, root)


def _described(name: str, cluster: int, octets: int) -> bytes:
    """Return a file's entries in its folder (sections 7.4, 7.6 and 7.7)."""
    signs = name.encode("utf-16-le")
    names = [signs[place : place + 2 * _NAME_SIGNS] for place in range(0, len(signs), 2 * _NAME_SIGNS)]
    times = struct.pack("<III", _MORNING, _MORNING, _MORNING)
    head = struct.pack("<BBHHH12s12x", _FILE, 1 + len(names), 0, _ARCHIVE, 0, times)
    name_hash = _summed(name.upper().encode("utf-16-le"))
    stream = (_STREAM, _IN_ONE_PIECE, len(name), name_hash, octets, cluster, octets)
    rest = struct.pack("<BBxBHxxQxxxxIQ", *stream)
    rest += b"".join(struct.pack("<BB30s", _NAME, 0, part) for part in names)
    total = _summed(head[:2] + head[4:] + rest)
    return head[:2] + struct.pack("<H", total) + head[4:] + rest


def _summed(octets: bytes) -> int:
    """Return the check sum over octets, 16 bits (figures 2 and 3)."""
    total = 0
    for octet in octets:
        total = ((total << 15 | total >> 1) + octet) & 0xFFFF
    return total


def _at(disk: BinaryIO, place: int, octets: int) -> bytes:
    disk.seek(place)
    return disk.read(octets)


def _write(disk: BinaryIO, place: int, octets: bytes) -> None:
    disk.seek(place)
    disk.write(octets)
