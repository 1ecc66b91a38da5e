"""A capture to a table for people, or to one JSON object a line for programs.

A capture is octets as they came, the same in hex, or a recording. It is read piece by piece, so its size does not
matter, and every frame is shown as soon as it is found, in the order of the stream.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from appliance.line import recording
from appliance.meter.decoder import Decoder, Reading, Rejected

_PIECE = 65536
_NOT_HEX = re.compile(rb"[^0-9a-fA-F\s]")
TABLE_HEAD = "  offset  octets  maker     list                 clock                values"


class BadCaptureError(Exception):
    """The capture cannot be read as what it was said to be; the message says where and what to do."""


def octets_of(file: BinaryIO, name: str, *, is_hex: bool) -> Iterator[bytes]:
    """Yield the octets of a capture file, piece by piece. Raises `BadCaptureError`, and OSError from the file."""
    piece = file.read(_PIECE)
    if piece.startswith(recording.HEADER[:15].encode()):
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


def results(octets: Iterator[bytes]) -> Iterator[Reading | Rejected]:
    """Yield what the decoder finds in the octets, to their end."""
    decoder = Decoder()
    for piece in octets:
        yield from decoder.feed(piece)
    yield from decoder.close()


def as_json(result: Reading | Rejected) -> str:
    """Return one JSON object, on one line.

    Offset and length are in octets, with both flags; values in W, var, V, A, Wh, varh.
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
        },
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
    clock = result.clock.wall.isoformat(" ") if result.clock else "-"
    return f"{place}  {result.maker or 'unknown':8}  {kind:19}  {clock:19}  {shown}"
