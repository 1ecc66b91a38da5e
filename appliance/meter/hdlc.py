"""Octets to frames, on a line that loses, adds and turns octets.

The meters frame their lists as HDLC frame format type 3 (IEC 62056-46 §6.4): a flag 7E, two octets of type,
segmentation bit and length, the addresses, a control octet, a header check sequence over those, the information, a
frame check sequence over all of it, and a flag. They do not stuff octets: 7E occurs inside frames. So a flag proves
nothing, the declared length rules, and a length is believed only under a right header check sequence.

`FrameSearch` follows every believable header at once and settles each at its own declared end. That has two effects.
A frame after a damaged one is found even where the damaged one's length reaches over it, with its own last octet,
no later. And the result depends on the octets alone, not on how they were cut into chunks. The cost is one check
sequence per believable header, so time is linear in the octets, and memory is one largest frame.
"""

from dataclasses import dataclass
from operator import attrgetter

from fastcrc.crc16 import ibm_sdlc  # CRC-16/X-25 by its catalogue name: the check sequence of HDLC

from appliance.meter.rejected import Reason, Rejected

FLAG = 0x7E
FORMAT_TYPE = 0xA0
"""Frame format type 3 in the upper half of the first format octet."""
SEGMENTATION = 0x08
LONGEST = 0x7FF + 2
"""The longest frame in octets, both flags included."""
_ADDRESS_SIZES = (1, 2, 4)
_SLICE = 4096
_FLAG_OCTET = bytes((FLAG,))


@dataclass(frozen=True, slots=True)
class Frame:
    """An intact frame: both check sequences and both flags are right."""

    offset: int
    """Stream offset of the opening flag."""
    octets: bytes
    """All of it, both flags included."""
    header_end: int
    """Where the information begins."""

    @property
    def segmented(self) -> bool:
        """More frames carry the rest of the list."""
        return bool(self.octets[1] & SEGMENTATION)

    @property
    def information(self) -> bytes:
        """What stands between the two check sequences."""
        return self.octets[self.header_end : -3]

    @property
    def address(self) -> "Address":
        """Who speaks to whom, and the control octet."""
        destination_end = _address_end(self.octets, 3)
        source_end = self.header_end - 3
        return Address(self.octets[3:destination_end], self.octets[destination_end:source_end], self.octets[source_end])


@dataclass(frozen=True, slots=True)
class Address:
    """The header's octets between length and check sequence; each maker has its own."""

    destination: bytes
    source: bytes
    control: int


def encode(address: Address, information: bytes) -> bytes:
    """Return the octets of a frame with both flags. Raises ValueError when its length field cannot hold the length."""
    header = address.destination + address.source + bytes((address.control,))
    length = 2 + len(header) + 2 + len(information) + 2
    if length > LONGEST - 2:
        raise ValueError(f"a frame of {length} octets is longer than HDLC's {LONGEST - 2}")
    body = bytes((FORMAT_TYPE | length >> 8, length & 0xFF)) + header
    body += _check(body) + information
    return _FLAG_OCTET + body + _check(body) + _FLAG_OCTET


def _check(octets: bytes) -> bytes:
    return ibm_sdlc(octets).to_bytes(2, "little")


def _address_end(octets: bytes, start: int) -> int | None:
    """Return where the address that begins at `start` ends; `None` if the standard has no address of its size.

    The last octet of an address has its lowest bit set (IEC 62056-46 §6.4.2.3). Raises IndexError while it is not
    all there.
    """
    for size in _ADDRESS_SIZES:
        if octets[start + size - 1] & 1:
            return start + size
    return None


@dataclass(slots=True, eq=False)
class _Candidate:
    """A believed header whose frame has not ended yet."""

    start: int
    """Stream offset of the opening flag."""
    end: int
    """Stream offset of the closing flag."""
    header: int
    """Octets from the flag through the header check sequence."""
    fault: Rejected | None = None
    """What was wrong with it at its end; returned once all that began before it is settled."""


_END = attrgetter("end")


def _fault(candidate: _Candidate, end: int) -> Rejected:
    """Return why a candidate came to nothing, when the octets it waited for end at stream offset `end`."""
    return candidate.fault or Rejected(candidate.start, end - candidate.start, Reason.CUT_OFF)


class FrameSearch:
    """Finds the intact frames in a stream of octets, and says which others began and came to nothing."""

    def __init__(self) -> None:
        self._octets = b""
        self._base = 0  # stream offset of the first octet kept
        self._next = 0  # stream offset from which flags are not looked at yet
        self._candidates: list[_Candidate] = []  # by start
        self._claimed = 0  # up to here a believed header, whatever became of it, claims the octets as its own

    def feed(self, octets: bytes | bytearray | memoryview) -> list[Frame | Rejected]:
        """Return the frames and rejections that these octets complete, in stream order."""
        view = memoryview(octets)
        found: list[Frame | Rejected] = []
        for start in range(0, len(view), _SLICE):
            self._octets += view[start : start + _SLICE]
            self._settle_all(found)
            self._forget()
        return found

    def close(self) -> list[Rejected]:
        """Return what still waits for octets, as cut off: the line has ended."""
        end = self._base + len(self._octets)
        waiting = [_fault(begun, end) for begun in self._candidates]
        self._candidates.clear()
        self._octets = b""
        self._base = self._next = end
        return waiting

    def _settle_all(self, found: list[Frame | Rejected]) -> None:
        available = self._base + len(self._octets)
        while True:
            first = self._first_to_end()
            if self._look_for_header(first.end if first else available, found):
                continue  # it may end before the others
            if first is None or first.end >= available:
                return
            self._settle(first, found)

    def _first_to_end(self) -> _Candidate | None:
        if len(self._candidates) < 2:  # the earliest candidate is never one with a fault: those are returned at once
            return self._candidates[0] if self._candidates else None
        return min((begun for begun in self._candidates if begun.fault is None), key=_END)

    def _look_for_header(self, limit: int, found: list[Frame | Rejected]) -> bool:
        """Visit the flags before `limit`, as far as their headers are there, until one opens a candidate."""
        while self._next < limit:
            place = self._octets.find(_FLAG_OCTET, self._next - self._base, limit - self._base)
            if place < 0:
                self._next = min(limit, self._base + len(self._octets))
                return False
            self._next = self._base + place
            if place + 1 == len(self._octets):
                return False
            try:
                verdict = self._judge_header(place)
            except IndexError:
                return False  # the header is not all there
            self._next += 1
            if isinstance(verdict, _Candidate):
                self._candidates.append(verdict)
                self._claimed = max(self._claimed, verdict.end)
                return True
            if verdict is not None and verdict.offset >= self._claimed:
                # Inside a believed frame a flag is most likely an octet of its data, and says nothing.
                found.append(verdict)
        return False

    def _judge_header(self, place: int) -> _Candidate | Rejected | None:
        """Return what the flag at `place` opens; `None` if no frame. Raises IndexError while that is not known yet."""
        octets = self._octets
        if octets[place + 1] & 0xF0 != FORMAT_TYPE:
            return None
        length = (octets[place + 1] & 0x07) << 8 | octets[place + 2]
        destination_end = _address_end(octets, place + 3)
        source_end = destination_end and _address_end(octets, destination_end)
        if not source_end:
            return None
        header_end = source_end + 3
        check = octets[header_end - 2] | octets[header_end - 1] << 8
        start, header = self._base + place, header_end - place
        if ibm_sdlc(octets[place + 1 : header_end - 2]) != check:
            return Rejected(start, header, Reason.HEADER)
        if length < header + 1:  # a frame without information has one check sequence only
            return Rejected(start, header, Reason.NOT_A_NOTIFICATION if length == header - 1 else Reason.LENGTH)
        return _Candidate(start, start + 1 + length, header)

    def _settle(self, candidate: _Candidate, found: list[Frame | Rejected]) -> None:
        """Look at a candidate whose last octet has come: it is a frame, or it is none."""
        octets = self._octets[candidate.start - self._base : candidate.end - self._base + 1]
        intact = ibm_sdlc(octets[1:-3]) == octets[-3] | octets[-2] << 8
        if not intact or octets[-1] != FLAG:
            reason = Reason.NO_CLOSING_FLAG if intact else Reason.FRAME
            candidate.fault = Rejected(candidate.start, len(octets), reason)
            while self._candidates and (fault := self._candidates[0].fault) is not None:
                found.append(fault)
                del self._candidates[0]
            return
        for earlier in self._candidates[: self._candidates.index(candidate)]:
            found.append(_fault(earlier, candidate.start))
        self._candidates.clear()
        self._next = self._claimed = candidate.end  # a closing flag may open the next frame
        found.append(Frame(candidate.start, octets, candidate.header))

    def _forget(self) -> None:
        """Drop what no candidate and no unseen flag needs: at most one largest frame is kept."""
        needed = min(self._candidates[0].start, self._next) if self._candidates else self._next
        self._octets = self._octets[needed - self._base :]
        self._base = needed
