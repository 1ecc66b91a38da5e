"""A power cut in the middle of making: what may be on the card then.

Killing a program leaves all that it wrote so far, in order; a power cut does not. What was written since the last
flush may be there or not, in any order, and in parts. So the writes of one undisturbed run are taken down by strace,
octets and all, and each cut is put together from them: everything up to a flush, and some of the sectors after it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from image.data.disk import START, Disk

TAKE_DOWN = (
    "strace -f -y -xx -s 1000000 -o /outside/writes "
    "-e trace=pwrite64,pwritev,pwritev2,write,writev,lseek,fallocate,fsync,fdatasync,sync,syncfs"
)
"""Put before the script's name, leaves its writes in the file `writes`."""
SECTOR = 512
CALL = re.compile(r"^\d+ +(?P<call>\w+)\((?:\d+<(?P<file>[^>]*)>(?:, )?)?(?P<rest>.*)\) += (?P<result>\d+)$")


@dataclass(frozen=True, slots=True)
class Write:
    """Octets that one call put onto the data partition; `octets` is `None` for zeros."""

    at: int
    length: int
    octets: bytes | None
    epoch: int
    """How many flushes came before it."""

    def pieces(self) -> list["Write"]:
        """Return what a card may write of it by itself: a sector, or 64 KiB of zeros."""
        step = SECTOR if self.octets else 128 * SECTOR
        first = self.at - self.at % step
        edges = sorted({self.at, *range(first + step, self.at + self.length, step), self.at + self.length})
        return [self._piece(start, end) for start, end in pairwise(edges)]

    def _piece(self, start: int, end: int) -> "Write":
        octets = self.octets and self.octets[start - self.at : end - self.at]
        return Write(start, end - start, octets, self.epoch)

    def put(self, card: Disk) -> None:
        """Write it on this card."""
        card.write(START + self.at, self.octets or bytes(self.length))


def taken_down(card: Disk) -> list[Write]:
    """Return what the start with `TAKE_DOWN` wrote to the data partition."""
    writes: list[Write] = []
    epoch = place = 0
    for line in (card.path.parent / "writes").read_text().splitlines():
        if not (call := CALL.match(line)):
            continue
        on_card = _plain(call["file"] or "").endswith(b"p4")
        match call["call"]:
            case "sync" | "syncfs":
                epoch += 1
            case "fsync" | "fdatasync" if on_card:
                epoch += 1
            case "lseek" if on_card:
                place = int(call["result"])
            case "write" if on_card:
                octets = _plain(call["rest"].split('"')[1])
                writes.append(Write(place, len(octets), octets, epoch))
                place += len(octets)
            case "pwrite64" if on_card:
                _, text, numbers = call["rest"].split('"')
                writes.append(Write(int(numbers.split(", ")[2]), len(_plain(text)), _plain(text), epoch))
            case "fallocate" if on_card:
                kind, at, length = call["rest"].split(", ")
                assert "ZERO_RANGE" in kind, f"the tools write in a way that this file does not know: {line[:200]}"
                writes.append(Write(int(at), int(length), None, epoch))
            case "pwritev" | "pwritev2" | "writev" if on_card:
                raise AssertionError(f"the tools write in a way that this file does not know: {line[:200]}")
    return writes


def cuts(writes: list[Write], random: Random, shuffled: int) -> Iterator[tuple[str, list[Write]]]:
    """Yield what may be on the card: cut after each write, and `shuffled` times in each epoch with parts missing."""
    for count in range(len(writes) + 1):
        yield f"after {count} writes", writes[:count]
    for epoch in sorted({write.epoch for write in writes}):
        before = [write for write in writes if write.epoch < epoch]
        pieces = [piece for write in writes if write.epoch == epoch for piece in write.pieces()]
        for turn in range(shuffled):
            share = random.random()
            some = [piece for piece in pieces if random.random() < share]
            yield f"in epoch {epoch}, turn {turn}, with {len(some)} of {len(pieces)} pieces", before + some


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
