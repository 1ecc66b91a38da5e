"""What else than the meters' HDLC frames is spoken on a line: known for certain, so that it can be named.

It is not read here. A P1 telegram (IEC 62056-21 mode D; DSMR 5.0.2 P1 companion standard, section 6) is proven by its
check sequence, or, where DSMR 2.2 has none, by well-formed lines from its header to its end. An M-Bus frame
(EN 13757-2, long frame) is proven by its two lengths, its sum and its end.
"""

import re
from enum import Enum

from fastcrc.crc16 import arc  # CRC-16/ARC by its catalogue name: poly 8005, reflected


class OtherProtocol(Enum):
    """What a line may speak that is no HDLC."""

    P1 = "P1"
    MBUS = "M-Bus"


_LONGEST_TELEGRAM = 8192
"""DSMR allows two texts of 2,048 digits; whole telegrams have from 300 to 2,000 octets."""
_PIECE = 512
_FEWEST_LINES = 4
"""Objects that a telegram without a check sequence must have."""
_HEADER = re.compile(rb"/[A-Za-z]{3}[0-9A-Za-z][^\r\n]*\r?\n")
_END = re.compile(rb"(?<=[\r\n])!(?:([0-9A-Fa-f]{4})|[\r\n])")
_OBJECT = re.compile(rb"\d-\d+:\d+\.\d+\.\d+(?:[.*]\d+)?\([ -~]*\)\s*")
_SEVEN_BITS = bytes(octet & 0x7F for octet in range(256))
"""DSMR 2.2 is sent as 7E1; read as 8N1, the eighth bit is the parity."""


class P1Search:
    """Finds whole telegrams in a stream of octets."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, octets: bytes) -> list[bytes]:
        """Return the telegrams that end with these octets, from "/" to the end of their check sequence."""
        self._kept = (self._kept + octets.translate(_SEVEN_BITS))[-_LONGEST_TELEGRAM:]
        found = []
        while end := _END.search(self._kept):
            found += self._telegram(end)
            self._kept = self._kept[end.start() + 1 :]
        begun = self._kept.find(b"/")
        self._kept = b"" if begun < 0 else self._kept[begun:]
        return found

    def feed_all(self, octets: bytes) -> list[bytes]:
        """Return the telegrams in octets of any number."""
        pieces = (octets[at : at + _PIECE] for at in range(0, len(octets), _PIECE))
        return [telegram for piece in pieces for telegram in self.feed(piece)]

    def _telegram(self, end: re.Match[bytes]) -> list[bytes]:
        """Return the telegram that ends there, if there is one."""
        for header in _HEADER.finditer(self._kept, 0, end.start()):
            body = self._kept[header.start() : end.start() + 1]
            check = end[1]
            if arc(body) == int(check, 16) if check else _well_formed(self._kept[header.end() : end.start()]):
                return [body + (check or b"")]
        return []


def _well_formed(lines: bytes) -> bool:
    """Return whether the lines between header and end are those of a telegram."""
    objects = [line for line in lines.splitlines() if _OBJECT.fullmatch(line)]
    return len(objects) >= _FEWEST_LINES and all(octet in b"\r\n" or 0x20 <= octet < 0x7F for octet in lines)


_MBUS_START, _MBUS_STOP = b"\x68", 0x16
_MBUS_AROUND = 6
"""Octets of a long frame beside what its length counts: start, length twice, start, sum, stop."""


class MBusSearch:
    """Finds whole M-Bus long frames in a stream of octets."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, octets: bytes) -> list[bytes]:
        """Return the frames that end with these octets, from start to stop octet."""
        kept = self._kept + octets
        found = []
        place = kept.find(_MBUS_START)
        while 0 <= place <= len(kept) - 4:
            length, end = kept[place + 1], place + kept[place + 1] + _MBUS_AROUND
            if length >= 3 and kept[place + 1] == kept[place + 2] and kept[place + 3] == _MBUS_START[0]:
                if end > len(kept):
                    break
                frame = kept[place:end]
                if frame[-1] == _MBUS_STOP and sum(frame[4:-2]) & 0xFF == frame[-2]:
                    found.append(frame)
                    place = end - 1
            place = kept.find(_MBUS_START, place + 1)
        self._kept = b"" if place < 0 else kept[place:]
        return found


class OtherProtocols:
    """Both searches in one."""

    def __init__(self) -> None:
        self._p1, self._mbus = P1Search(), MBusSearch()

    def feed(self, octets: bytes) -> OtherProtocol | None:
        """Return what these octets prove, if they prove anything."""
        telegrams, frames = self._p1.feed(octets), self._mbus.feed(octets)
        return OtherProtocol.P1 if telegrams else OtherProtocol.MBUS if frames else None
