"""Octets to frames, with what some converters do to the stream undone when it is proven.

A converter that takes the line for text sends each 0A as 0D 0A (met in the field; see hardware/README.md). Taking the
0D out again damages a stream in which the pair is the meter's own, so frames decide: one that checks only without the
0D proves the quirk, one that checks only with it disproves it.

To see that, the stream is searched for frames twice: as it comes, and repaired. Once the line's settings are settled
and an intact frame has come, only the stream in force is searched. What comes after that frame is kept until the next
one, and when something is wrong instead, the other stream is searched from there: so no frame is lost by looking once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TypeVar

from appliance.meter.hdlc import LONGEST, Frame, FrameSearch
from appliance.meter.reading import Rejected

FrameResult = Frame | Rejected
"""What a search for frames finds: an intact frame, or one that came to nothing."""

_Result = TypeVar("_Result", Frame, Rejected, Frame | Rejected)
_LINE_FEED = 0x0A


class LineFeeds:
    """Takes the 0D out before each 0A, however the stream is cut."""

    def __init__(self) -> None:
        self.held = b""
        """A 0D at the end, which waits for what follows."""

    def feed(self, octets: bytes) -> bytes:
        """Return the octets without it."""
        octets = self.held + octets
        self.held = octets[-1:] if octets.endswith(b"\r") else b""
        return octets[: len(octets) - len(self.held)].replace(b"\r\n", b"\n")


@dataclass(frozen=True, slots=True)
class Framed:
    """Octets that came, without the converter's additions, and the frames that they complete."""

    octets: bytes = b""
    results: tuple[FrameResult, ...] = ()
    """In stream order."""
    at_these_settings: tuple[FrameResult, ...] = ()
    """Those of them that began since the line's settings were last changed."""


class _Stream:
    """One form of the stream, and the search for frames in it."""

    def __init__(self, begins_at: int = 0, settings_since: int = 0) -> None:
        self.length = self._begins_at = begins_at
        """Octets so far, of which the search did not see the first `begins_at`."""
        self.settings_since = settings_since
        """What came from here on was read with the settings of this moment."""
        self._search = FrameSearch()

    def feed(self, octets: bytes) -> list[FrameResult]:
        self.length += len(octets)
        return self._shifted(self._search.feed(octets))

    def close(self) -> list[Rejected]:
        return self._shifted(self._search.close())

    def move(self, length: int, frames: list[Frame]) -> list[Frame]:
        """Count on from `length`, as the other form of the stream did; return the last frames at their new places."""
        by = length - self.length
        self.length, self._begins_at, self.settings_since = length, self._begins_at + by, self.settings_since + by
        return [replace(frame, offset=frame.offset + by) for frame in frames]

    def _shifted(self, results: list[_Result]) -> list[_Result]:
        if not self._begins_at:
            return results
        return [replace(result, offset=result.offset + self._begins_at) for result in results]


class QuirkFilter:
    """Finds frames in what a converter made of the stream, or in the stream as the meter sent it."""

    def __init__(self) -> None:
        self.undoes = False
        """The converter is proven to send 0A as 0D 0A, and it is undone."""
        self.begin()

    def begin(self) -> None:
        """Begin a new stream: the port was opened."""
        self._line_feeds = LineFeeds()
        self._in_force = _Stream()
        self._other: _Stream | None = _Stream()
        self._since_frame = b""
        """While the other stream is not searched: the octets as they came, from the last intact frame's end on."""

    def settings_changed(self) -> None:
        """Note that what comes from now on is read with other settings. Frames that have begun are still followed."""
        for stream in filter(None, (self._in_force, self._other)):
            stream.settings_since = stream.length

    def close(self) -> list[Rejected]:
        """Return what waits for octets that will not come, rejected as cut off: the stream has ended."""
        return self._in_force.close()

    def feed(self, octets: bytes, *, settled: bool) -> Framed:
        """Return the octets to go on with, and the frames they complete; `settled`: the settings are the line's."""
        repaired = self._line_feeds.feed(octets)
        stream = self._in_force
        results = stream.feed(repaired if self.undoes else octets)
        of_other = self._feed_other(octets, repaired, settled=settled, results=results)
        if self._other is not None and _telling(of_other, results) and not _telling(results, of_other):
            # What the wrong form of the stream rejected was no frame of the meter's.
            self.undoes = not self.undoes
            self._in_force, self._other = self._other, stream
            frames = [*_only_in(results, ()), *self._in_force.move(stream.length, _only_in(of_other, results))]
            results = sorted(frames, key=attrgetter("offset"))
        elif settled and results and isinstance(last := results[-1], Frame):
            self._other = None
            self._since_frame = self._from_the_flag(octets, stream.length - last.offset - len(last.octets))
        found, since = tuple(results), self._in_force.settings_since
        fresh = found if not found or found[0].offset >= since else tuple(one for one in found if one.offset >= since)
        return Framed(repaired if self.undoes else octets, found, fresh)

    def _feed_other(
        self, octets: bytes, repaired: bytes, *, settled: bool, results: list[FrameResult]
    ) -> list[FrameResult]:
        """Return what the stream that is not in force completes, where there is a reason to search it."""
        if self._other is not None:
            return self._other.feed(octets if self.undoes else repaired)
        self._since_frame += octets
        if (
            settled
            and len(self._since_frame) <= LONGEST
            and not any(isinstance(result, Rejected) for result in results)
        ):
            return []
        as_it_came, self._since_frame = self._since_frame, b""
        mended = LineFeeds().feed(as_it_came)
        in_force, other = (mended, as_it_came) if self.undoes else (as_it_came, mended)
        self._other = _Stream(self._in_force.length - len(in_force), self._in_force.settings_since)
        return self._other.feed(other)

    def _from_the_flag(self, octets: bytes, after: int) -> bytes:
        """Return the end of octets that just came: a closing flag, and those after it; `after`: in the stream in force.

        The flag may open the next frame.
        """
        place = len(octets)
        if self.undoes:
            place -= len(self._line_feeds.held)
        for _ in range(after + 1):
            place -= 1
            if self.undoes and octets[max(0, place - 1) : place + 1] == b"\r\n":
                place -= 1
        return octets[place:]


def _telling(results: list[FrameResult], others: list[FrameResult]) -> bool:
    """Return whether a frame in which the quirk would show is intact here and not there."""
    return any(_LINE_FEED in frame.octets for frame in _only_in(results, others))


def _only_in(results: Iterable[FrameResult], others: Iterable[FrameResult]) -> list[Frame]:
    """Return the frames that are intact here and not there."""
    there = {one.octets for one in others if isinstance(one, Frame)}
    return [one for one in results if isinstance(one, Frame) and one.octets not in there]
