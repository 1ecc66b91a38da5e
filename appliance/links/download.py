"""A large file fetched by HTTP/1.1, gone on with after a cut: whole and the right one in the end, or not there."""

import asyncio
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.links.fetch import Answer, FetchError, exchange

LONGEST_S = 3 * 3600.0
"""A fetch may take; what has come by then is gone on with."""
BLOCK = 1 << 20
"""So much is kept in memory, and written at a time: the history's writes come in between."""
WHOLE, PART = 200, 206
UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is known before it is fetched."""

    url: str
    octets: int
    sha256: str


async def download(wanted: Wanted, path: Path, longest_s: float = LONGEST_S) -> None:
    """Fetch a file to `path`; what an earlier try left beside it is gone on with. Raise FetchError, OSError."""
    part = path.with_name(f"{path.name}.{wanted.sha256[:16]}{UNFINISHED}")
    for other in path.parent.glob(f"{path.name}.*{UNFINISHED}"):
        if other != part:
            other.unlink()
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    try:
        have = os.fstat(handle).st_size
        if have < wanted.octets:
            answer = _ToDisk(handle, have, wanted.octets)
            try:
                await exchange(wanted.url, answer, longest_s, start=have)
            finally:
                await answer.flush()
        is_right = await asyncio.to_thread(_is_right, handle, wanted)
    finally:
        os.close(handle)
    if not is_right:
        part.unlink()
        raise FetchError(f"{wanted.url} is not the file that was told of")
    part.rename(path)


def _is_right(handle: int, wanted: Wanted) -> bool:
    """Return whether the file is the one that is wanted; then it is on the disk."""
    digest, at = hashlib.sha256(), 0
    while block := os.pread(handle, BLOCK, at):
        digest.update(block)
        at += len(block)
    os.fsync(handle)
    return at == wanted.octets and digest.hexdigest() == wanted.sha256


class _ToDisk(Answer):
    """Writes an answer behind what is there already, or over it where the server begins anew."""

    def __init__(self, handle: int, have: int, octets: int) -> None:
        self._handle = handle
        self._at = have
        self._most = octets
        self._block = bytearray()

    def begins(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """Go on where the answer begins. Raise FetchError for what is no part of the file."""
        if status == PART and headers.get(b"content-range", b"").startswith(b"bytes %d-" % self._at):
            return
        os.ftruncate(self._handle, 0)
        self._at = 0
        if status != WHOLE:
            raise FetchError(f"the server answers with status {status}")

    async def adds(self, octets: bytes) -> None:
        """Take the next octets. Raise FetchError for more than the file has."""
        self._block += octets
        if self._at + len(self._block) > self._most:
            raise FetchError("the server sends more than the file has")
        if len(self._block) >= BLOCK:
            await self.flush()

    async def flush(self) -> None:
        """Write what is in memory. Raise OSError."""
        block, self._block = bytes(self._block), bytearray()
        if block:
            await asyncio.to_thread(self._write, block)

    def _write(self, block: bytes) -> None:
        while block:
            written = os.pwrite(self._handle, block, self._at)
            block, self._at = block[written:], self._at + written
        os.fdatasync(self._handle)
