"""A capture to a table for people, or to one JSON object a line for programs.

A capture is octets as they came, the same in hex, or a recording. It is read piece by piece, so its size does not
matter, and every frame is shown as soon as it is found, in the order of the stream.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from appliance.line import recording
from appliance.line.dumps import is_text
from appliance.line.guess import Guess, guess
from appliance.meter.cipher import Keys
from appliance.meter.decoder import Decoder, Reading, Rejected

_PIECE = 65536
_KEPT = 1 << 20
"""Octets that are looked at again when no frame can be read."""
_RECORDING = recording.HEADER[:15].encode()
_NOT_HEX = re.compile(rb"[^0-9a-fA-F\s]")
TABLE_HEAD = "  offset  octets  maker     list                 clock                values"


class BadCaptureError(Exception):
    """The capture cannot be read as what it was said to be; the message says where and what to do."""


class Capture:
    """What a file holds: frames as it stands, or what it seems to be where it holds none.

    A text is taken for a dump, unless it is one of hex digits alone and said to be.
    """

    def __init__(self, file: BinaryIO, name: str, *, is_hex: bool, keys: Keys | None = None) -> None:
        """Take a file called `name` in sentences; encrypted lists are read with `keys`."""
        self._file, self._name, self._is_hex, self._keys = file, name, is_hex, keys
        self.form = ""
        """In what form it was read that was not asked for, as a clause; known once all is read."""
        self.named = ""
        """What it holds that is not read, as a clause; known once all is read."""

    def results(self) -> Iterator[Reading | Rejected]:
        """Yield what is found, in the order of the stream. Raises `BadCaptureError`, and OSError from the file."""
        head = self._file.read(_PIECE)
        plain = head.startswith(_RECORDING) or (self._is_hex and not _NOT_HEX.search(head))
        if not plain and is_text(head):
            head += self._file.read()
            found = guess(head, self._keys)
            if found.is_read or not self._is_hex:
                yield from self._as_guessed(found)
                return
        kept, found_any, read_any = bytearray(), False, False
        for result in results(self._keeping(kept, head), self._keys):
            found_any, read_any = True, read_any or isinstance(result, Reading)
            yield result
        if not read_any:
            found = guess(bytes(kept), self._keys)
            if found.is_read or not found_any:
                yield from self._as_guessed(found)
            self.named = found.named

    def _keeping(self, kept: bytearray, head: bytes) -> Iterator[bytes]:
        """Yield the file's octets, and keep the first of them."""
        for piece in octets_of(self._file, self._name, is_hex=self._is_hex, head=head):
            kept += piece[: _KEPT - len(kept)]
            yield piece

    def _as_guessed(self, found: Guess) -> Iterator[Reading | Rejected]:
        self.form, self.named = found.form if found.results else "", found.named
        yield from found.results


def octets_of(file: BinaryIO, name: str, *, is_hex: bool, head: bytes = b"") -> Iterator[bytes]:
    """Yield the octets of a capture file, piece by piece; `head` is what was read of it before.

    Raises `BadCaptureError`, and OSError from the file.
    """
    piece = head or file.read(_PIECE)
    if piece.startswith(_RECORDING):
        text = (piece + file.read()).decode("ascii", "replace")
        try:
            yield from (chunk.octets for chunk in recording.parse(text, name))
        except recording.BadRecordingError as error:
            raise BadCaptureError(str(error)) from None
        return
    line, carried = 1, b""
    while piece:
        if not is_hex:
            yield piece
        else:
            if wrong := _NOT_HEX.search(piece):
                at = line + piece.count(b"\n", 0, wrong.start())
                raise BadCaptureError(
                    f"{name}, line {at}: {wrong[0].decode('latin-1')!r} is no hex digit; "
                    "leave out --hex if the file holds the octets themselves"
                )
            line += piece.count(b"\n")
            digits = carried + b"".join(piece.split())
            even = len(digits) & ~1
            carried = digits[even:]
            yield bytes.fromhex(digits[:even].decode())
        piece = file.read(_PIECE)
    if carried:
        raise BadCaptureError(f"{name}: an odd number of hex digits; the last octet is cut in half")


def results(octets: Iterable[bytes], keys: Keys | None = None) -> Iterator[Reading | Rejected]:
    """Yield what the decoder finds in the octets, to their end."""
    decoder = Decoder(keys)
    for piece in octets:
        yield from decoder.feed(piece)
    yield from decoder.close()


def as_json(result: Reading | Rejected) -> str:
    """Return one JSON object, on one line.

    Offset and length are in octets, with both flags; values in W, var, V, A, Wh, varh, power factors in 1.
    `authentication` is there for encrypted lists only.
    """
    if isinstance(result, Rejected):
        return json.dumps({"offset": result.offset, "ok": False, "reason": result.reason.value})
    return json.dumps(
        {
            "offset": result.offset,
            "length": result.length,
            "ok": True,
            "maker": result.maker,
            "list": result.list_name,
            "meter_id": result.meter_id,
            "meter_type": result.meter_type,
            "clock": result.clock and result.clock.wall.isoformat(),
            "values": result.values(),
        }
        | ({"authentication": result.authentication} if result.authentication is not None else {}),
        ensure_ascii=False,
    )


_COLUMNS = (
    ("1.7.0", "import {:g} W"),
    ("2.7.0", "export {:g} W"),
    ("32.7.0", "L1 {:g} V"),
    ("31.7.0", "{:g} A"),
    ("52.7.0", "L2 {:g} V"),
    ("51.7.0", "{:g} A"),
    ("72.7.0", "L3 {:g} V"),
    ("71.7.0", "{:g} A"),
    ("1.8.0", "register {:.2f} kWh"),
)


def as_row(result: Reading | Rejected) -> str:
    """Return a line of the table whose head is `TABLE_HEAD`."""
    place = f"{result.offset:8}  {result.length:6}"
    if isinstance(result, Rejected):
        return f"{place}  rejected: {result.reason}"
    values = result.values()
    if "1.8.0" in values:
        values["1.8.0"] /= 1000
    shown = " ".join(form.format(values[code]) for code, form in _COLUMNS if code in values)
    kind = f"{result.list_name or '-'} ({result.elements})"
    if result.authentication is not None:
        shown += f" ({result.authentication})"
    clock = result.clock.wall.isoformat(" ") if result.clock else "-"
    return f"{place}  {result.maker or 'unknown':8}  {kind:19}  {clock:19}  {shown}"
