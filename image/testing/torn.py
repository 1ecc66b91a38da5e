"""A card that loses what it had not put down yet: QEMU writes down each write, and cuts are made of that afterwards.

A killed emulator loses nothing, for the host keeps what the emulated card was told. A real card says that a sector is
written when it is in the card's own memory, and after a cut the last ones are missing, in any order. So one machine
runs on a card whose writes are logged (QEMU: block/blklogwrites.c, in the format of Linux' dm-log-writes,
Documentation/admin-guide/device-mapper/log-writes.rst); the card is then made as it was at any moment, without some of
the sectors of the seconds before.
"""

import bisect
import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from image.testing.sdcard import SDCard

SECTOR = 512
MAGIC, VERSION = 0x6A736677736872, 1
_SUPER, _ENTRY = struct.Struct("<QQQI"), struct.Struct("<QQQQ")
DISCARD = 4
"""An entry that has no data."""
MOST_LOST = 64
"""Sectors that a card's own memory holds, and loses: 32 KiB."""
LOOK_S = 0.2
LOSES = timedelta(seconds=2)
"""A card that rests puts down what it holds within so long."""


class LoggedCard(SDCard):
    """A card whose writes are logged while a machine runs on it."""

    @property
    def log(self) -> Path:
        """Where its writes are logged."""
        return self.file.with_suffix(".log")

    @property
    def drive(self) -> str:
        """How QEMU is told of it."""
        return (
            f"driver=blklogwrites,file.driver=file,file.filename={self.file},"
            f"log.driver=file,log.filename={self.log},log-sector-size={SECTOR},log-super-update-interval=256"
        )


@dataclass(frozen=True, slots=True)
class Write:
    """Octets that were written in one go."""

    sector: int
    octets: bytes
    ends: int
    """Where its record in the log ends, octets."""

    @property
    def sectors(self) -> Iterator[tuple[int, bytes]]:
        """Each of its sectors, with what was written there."""
        for place in range(0, len(self.octets), SECTOR):
            yield self.sector + place // SECTOR, self.octets[place : place + SECTOR]


def writes(log: Path) -> Iterator[Write]:
    """Yield what was written, in its order. Raises ValueError for a file that is no log of this format.

    The number of entries in the head is that of the last tidy moment; an entry without a length is the log's end.
    """
    with log.open("rb") as file:
        magic, version, _, size = _SUPER.unpack(file.read(_SUPER.size))
        if (magic, version, size) != (MAGIC, VERSION, SECTOR):
            raise ValueError(f"{log} is no log of writes: {magic:#x}, version {version}, {size} octets a sector")
        place = SECTOR
        while True:
            file.seek(place)
            head = file.read(_ENTRY.size)
            if len(head) < _ENTRY.size:
                return
            sector, count, flags, _ = _ENTRY.unpack(head)
            if not count and not flags:
                return
            file.seek(place + SECTOR)
            octets = b"" if flags & DISCARD else file.read(count * SECTOR)
            if len(octets) < count * SECTOR and not flags & DISCARD:
                return  # the emulator's end came in the midst of it
            place += SECTOR + len(octets)
            if octets:
                yield Write(sector, octets, place)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the log was so long."""

    utc: datetime
    octets: int


def holding(moments: Sequence[Moment]) -> list[int]:
    """Return the places of the moments at which the card still holds what was written in the last `LOSES`."""
    found, before = [], 0
    for place, moment in enumerate(moments):
        while moments[before].utc < moment.utc - LOSES:
            before += 1
        if moment.octets > moments[before].octets:
            found.append(place)
    return found


def cut(
    base: SDCard, done: Sequence[Write], moments: Sequence[Moment], place: int, chance: random.Random, to: Path
) -> tuple[SDCard, int]:
    """Return the card at `moments[place]`, without some of the sectors of the last `LOSES`, and how many are lost.

    `base` is the card before the first write. Some of the newest sectors are lost, in any order; the last of the others
    is torn at a sector, as a write of several is.
    """
    ends = [write.ends for write in done]
    now = bisect.bisect_right(ends, moments[place].octets)
    since = moments[place].utc - LOSES
    before = next((moment for moment in reversed(moments[:place]) if moment.utc <= since), moments[0])
    safe = bisect.bisect_right(ends, before.octets)
    held = [one for write in done[safe:now] for one in write.sectors]
    held, late = held[: max(0, len(held) - MOST_LOST)], held[max(0, len(held) - MOST_LOST) :]
    kept = [one for one in late if chance.random() < 0.5]
    card = base.copied(to)
    with card.file.open("r+b") as file:
        for sector, octets in (*((write.sector, write.octets) for write in done[:safe]), *held, *kept):
            file.seek(sector * SECTOR)
            file.write(octets)
    return card, len(late) - len(kept)
