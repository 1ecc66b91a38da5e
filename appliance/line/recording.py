"""Octets with their times, to a file and back.

A text file that survives a cut: a first line that says what it is, then a line for each chunk of octets, its moment
in seconds since the recording began, and the octets in hex. A last line that a power cut left unfinished is dropped.
"""

import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

LONGEST_S = 100 * 366 * 86_400.0
"""No recording is longer, s."""
RECENT_S = 3700.0
"""An hourly list is among them."""
RECENT_OCTETS = 262_144
"""More comes in an hour from no meter; a line of noise gives more."""
TOGETHER_S = 0.1
HEADER = "# HAN recording 1: seconds, octets in hex"


class BadRecordingError(Exception):
    """The file is no recording; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Octets that came together."""

    at_s: float
    """Seconds since the recording began."""
    octets: bytes


class Recorder:
    """Writes a recording, a line at a time, each line whole on its way to the disk."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._start: float | None = None
        file.write(HEADER + "\n")
        file.flush()

    def write(self, now: float, octets: bytes | bytearray) -> None:
        """Record octets that came at `now`, seconds on any clock that does not jump."""
        self._start = now if self._start is None else self._start
        self._file.write(f"{now - self._start:.6f} {octets.hex()}\n")
        self._file.flush()


class RecentOctets:
    """The octets of the last hour, for a report of what is wrong right now; a hundred kilobytes or two."""

    def __init__(self) -> None:
        self._chunks: deque[tuple[float, bytearray]] = deque()
        self._octets = 0

    def add(self, now: float, octets: bytes) -> None:
        """Keep octets that came at `now`, s; those that come at about the same time stand in one line."""
        if self._chunks and now - self._chunks[-1][0] < TOGETHER_S:
            self._chunks[-1][1].extend(octets)
        else:
            self._chunks.append((now, bytearray(octets)))
        self._octets += len(octets)
        while now - self._chunks[0][0] > RECENT_S or self._octets > RECENT_OCTETS:
            self._octets -= len(self._chunks.popleft()[1])
            if not self._chunks:
                break

    def text(self) -> str:
        """Return them as the text of a recording."""
        file = io.StringIO()
        recorder = Recorder(file)
        for moment, octets in self._chunks:
            recorder.write(moment, octets)
        return file.getvalue()


def is_recording(text: str) -> bool:
    """Return whether a file's text begins as a recording does."""
    return text.startswith("# HAN recording 1")


def parse(text: str, name: str) -> Iterator[Chunk]:
    """Yield the chunks of a recording's text. Raises `BadRecordingError` naming file and line."""
    if not is_recording(text):
        raise BadRecordingError(f"{name}: not a recording; its first line should be {HEADER!r}")
    lines = text.split("\n")
    before_s = 0.0
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            moment, octets = line.split()
            chunk = Chunk(float(moment), bytes.fromhex(octets))
            if not 0 <= chunk.at_s <= LONGEST_S:
                raise ValueError
        except ValueError:
            if number == len(lines):
                return  # the power went while it was written
            raise BadRecordingError(
                f"{name}, line {number}: not a time in seconds and octets in hex; remove the line or record again"
            ) from None
        if chunk.at_s < before_s:
            raise BadRecordingError(f"{name}, line {number}: the time goes back from {before_s:g} s to {moment} s")
        before_s = chunk.at_s
        yield chunk


def read(path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a recording. Raises `BadRecordingError` naming file and line, and OSError."""
    return parse(path.read_text(encoding="utf-8-sig", errors="replace"), str(path))
