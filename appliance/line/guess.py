"""What a capture is that holds no frames as it stands: a dump, a payload without its frame, another protocol.

Each form is tried in turn, and the first of which something can be read is the right one; without any, the first that
can at least be named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from appliance.line.dumps import Dump, dumps, is_text
from appliance.line.other_protocols import MBusSearch, P1Search
from appliance.meter import cosem
from appliance.meter.cipher import Keys
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.rejected import Reason

_NO_HEADER = bytes((cosem.DATA_NOTIFICATION, 0, 0, 0, 0, 0))
"""What stands before the data: tag, invoke-id and an empty date-time."""
_BARE = {cosem.ARRAY, cosem.STRUCTURE}
_OBJECTS = bytes((cosem.STRUCTURE, 2, 9, 6)), bytes((cosem.STRUCTURE, 3, 9, 6))
"""How an Aidon's objects begin, where even the array around them was left out."""
_APDU = {cosem.DATA_NOTIFICATION, cosem.GENERAL_GLO_CIPHERING, cosem.GENERAL_BLOCK_TRANSFER}
_TELLING = {Reason.ENCRYPTED, Reason.WRONG_KEY, Reason.REPLAYED, Reason.BLOCK_TRANSFER, Reason.UNKNOWN_LIST}
"""Why a payload was not read that is one for sure; others may be anything."""
_MBUS_HEAD = 9
"""Octets before the payload of an M-Bus frame: start, lengths, start, C, A, CI and two access points."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a capture seems to be."""

    results: tuple[Reading | Rejected, ...] = ()
    form: str = ""
    """In what form it was read, as a clause; empty where it was read as it stands."""
    named: str = ""
    """What it holds that is not read, as a clause."""

    @property
    def is_read(self) -> bool:
        """Whether there is a reading in it."""
        return any(isinstance(one, Reading) for one in self.results)


def guess(content: bytes, keys: Keys | None = None) -> Guess:
    """Return what a capture seems to be; an empty guess when nothing fits."""
    found = list(_guesses(content, keys))
    read = (one for one in found if one.is_read)
    named = (one for one in found if one.named)
    return next(read, None) or next(named, None) or next((one for one in found if one.results), Guess())


def _guesses(content: bytes, keys: Keys | None) -> Iterator[Guess]:
    yield Guess(named=_other(content))
    if is_text(content):
        for dump in dumps(content):
            yield from (replace(one, form=_with(dump.form, one.form)) for one in _of_octets(dump, keys))
    else:
        yield from _of_octets(Dump("", (content,)), keys)


def _of_octets(dump: Dump, keys: Keys | None) -> Iterator[Guess]:
    decoder = Decoder(keys)
    frames = (*decoder.feed(dump.octets), *decoder.close())
    yield Guess(frames, named=_other(dump.octets))
    for pieces in ((dump.octets,), dump.pieces):
        yield Guess(tuple(_payloads(pieces, keys)), form="payloads without frames")


def _with(form: str, further: str) -> str:
    return ", ".join(filter(None, (form, further)))


def _payloads(pieces: Sequence[bytes], keys: Keys | None) -> Iterator[Reading | Rejected]:
    """Yield what is read of payloads that were captured without their frames; nothing for what is none."""
    decoder, offset = Decoder(keys), 0
    for piece in pieces:
        found = [decoder.information(one, offset, len(piece)) for one in _informations(piece)]
        read: list[Reading | Rejected] = [one for one in found if isinstance(one, Reading)]
        yield from (read or [one for one in found if isinstance(one, Rejected) and one.reason in _TELLING])[:1]
        offset += len(piece)


def _informations(piece: bytes) -> Iterator[bytes]:
    """Yield a frame's information field of what was captured of it; nothing when it begins as no such thing does.

    The frame's check sequence may stand behind it, and its closing flag.
    """
    for payload in (piece, piece[:-2], piece[:-3]):
        if payload.startswith(cosem.LLC_HEADER):
            yield payload
        elif payload[:1] and payload[0] in _APDU:
            yield cosem.LLC_HEADER + payload
        elif payload.startswith(_OBJECTS):
            count = sum(map(payload.count, _OBJECTS))
            yield cosem.LLC_HEADER + _NO_HEADER + bytes((cosem.ARRAY, count & 0x7F)) + payload
        elif payload[:1] and payload[0] in _BARE:
            yield cosem.LLC_HEADER + _NO_HEADER + payload


def _other(octets: bytes) -> str:
    """Return what other protocol octets are proven to be, as a clause; empty when none."""
    telegrams = P1Search().feed_all(octets)
    if telegrams:
        header = "".join(filter(str.isprintable, telegrams[0].splitlines()[0][1:].decode("ascii", "replace")))
        return f"{_number(telegrams, 'P1 telegram')} (DSMR, IEC 62056-21) of {header}, which this program does not read"
    frames = MBusSearch().feed(octets)
    if frames:
        inside = frames[0][_MBUS_HEAD : _MBUS_HEAD + 1]
        hidden = ", encrypted ones" if inside == bytes((cosem.GENERAL_GLO_CIPHERING,)) else ""
        return f"{_number(frames, 'M-Bus frame')}{hidden}, which this program does not read"
    return ""


def _number(found: Sequence[bytes], of_what: str) -> str:
    return f"{len(found)} {of_what}{'' if len(found) == 1 else 's'}"
