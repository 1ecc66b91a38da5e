"""What some converters do to a stream of octets, undone when it is proven.

A converter that takes the line for text sends each 0A as 0D 0A (met in the field; see hardware/README.md). Taking the
0D out again damages a stream in which the pair is the meter's own, so frames decide: one that checks only without the
0D proves the habit, one that checks only with it disproves it.
"""

from collections.abc import Iterable

from appliance.meter.hdlc import Frame, FrameSearch
from appliance.meter.reading import Rejected

Found = Frame | Rejected
"""What a search for frames finds."""

_LINE_FEED = 0x0A


class LineFeeds:
    """Takes the 0D out before each 0A, however the stream is cut."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, octets: bytes) -> bytes:
        """The octets without it; a 0D at the end waits for what follows."""
        octets = self._held + octets
        self._held = octets[-1:] if octets.endswith(b"\r") else b""
        return octets[: len(octets) - len(self._held)].replace(b"\r\n", b"\n")


class QuirkFilter:
    """Finds frames in what a converter made of the stream, and the stream as the meter sent it."""

    def __init__(self) -> None:
        self.undoes = False
        """The converter is proven to send 0A as 0D 0A, and it is undone."""
        self.begin()

    def begin(self) -> None:
        """What came before belongs to another stream."""
        self._as_it_comes = FrameSearch()
        self._repaired = FrameSearch()
        self._line_feeds = LineFeeds()

    def feed(self, octets: bytes) -> tuple[bytes, list[Found]]:
        """The octets to go on with, and what frames they complete."""
        without = self._line_feeds.feed(octets)
        plain, repaired = self._as_it_comes.feed(octets), self._repaired.feed(without)
        if _telling(repaired) and not _telling(plain):
            self.undoes = True
        elif _telling(plain) and not _telling(repaired):
            self.undoes = False
        return (without, repaired) if self.undoes else (octets, plain)


def _telling(found: Iterable[Found]) -> bool:
    """Whether a frame is intact in which the habit would show."""
    return any(isinstance(one, Frame) and _LINE_FEED in one.octets for one in found)
