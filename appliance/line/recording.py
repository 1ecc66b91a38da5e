"""Octets with their times, to a file and back.

A text file that survives a cut: a first line that says what it is, then a line for each chunk of octets, its moment
in seconds since the recording began, and the octets in hex. A last line that a power cut left unfinished is dropped.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

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

    def write(self, now: float, octets: bytes) -> None:
        """Record octets that came at `now`, seconds on any clock that does not jump."""
        self._start = now if self._start is None else self._start
        self._file.write(f"{now - self._start:.6f} {octets.hex()}\n")
        self._file.flush()


def is_recording(text: str) -> bool:
    """Return whether a file's text begins as a recording does."""
    return text.startswith("# HAN recording 1")


def parse(text: str, name: str) -> Iterator[Chunk]:
    """Yield the chunks of a recording's text. Raises `BadRecordingError` naming file and line."""
    if not is_recording(text):
        raise BadRecordingError(f"{name}: not a recording; its first line should be {HEADER!r}")
    lines = text.split("\n")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            moment, octets = line.split()
            chunk = Chunk(float(moment), bytes.fromhex(octets))
        except ValueError:
            if number == len(lines):
                return  # the power went while it was written
            raise BadRecordingError(
                f"{name}, line {number}: not a time in seconds and octets in hex; remove the line or record again"
            ) from None
        yield chunk


def read(path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a recording. Raises `BadRecordingError` naming file and line, and OSError."""
    return parse(path.read_text(encoding="ascii", errors="replace"), str(path))
