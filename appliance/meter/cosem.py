"""A frame's information to typed values.

The information is an LLC header, a data-notification (tag 0F) with an invoke-id and perhaps a date-time, and one
value in A-XDR (IEC 61334-6): a tag octet, then the value, nested in arrays and structures. `notification` takes all
of it apart and insists on every octet: what is left over, missing or of a type that does not exist makes the data
malformed. The frame check sequence lets one damaged frame in 65,536 pass, and this is the second sieve.

Text stays apart from octets, and arrays from structures: only these tell the makers' layouts apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from struct import Struct, error

from appliance.meter.rejected import Reason

LLC_HEADER = b"\xe6\xe7\x00"
DATA_NOTIFICATION = 0x0F
GENERAL_GLO_CIPHERING = 0xDB
GENERAL_BLOCK_TRANSFER = 0xE0
DATE_TIME_OCTETS = 12

NULL, ARRAY, STRUCTURE, BOOLEAN = 0, 1, 2, 3
INT32, UINT32, OCTET_STRING, VISIBLE_STRING, UTF8_STRING = 5, 6, 9, 10, 12
INT8, INT16, UINT8, UINT16 = 15, 16, 17, 18
INT64, UINT64, ENUM, FLOAT32, FLOAT64 = 20, 21, 22, 23, 24
BIT_STRING, BCD, COMPACT_ARRAY = 4, 13, 19

NUMBERS: Mapping[int, Struct] = {
    INT8: Struct(">b"),
    INT16: Struct(">h"),
    INT32: Struct(">i"),
    INT64: Struct(">q"),
    UINT8: Struct(">B"),
    UINT16: Struct(">H"),
    UINT32: Struct(">I"),
    UINT64: Struct(">Q"),
    ENUM: Struct(">B"),
    FLOAT32: Struct(">f"),
    FLOAT64: Struct(">d"),
}
"""The layout of the numeric types by their A-XDR tag (Blue Book, "Common data types")."""

_FLOATS = frozenset((FLOAT32, FLOAT64))
_INTEGERS = {tag: (layout.unpack_from, layout.size) for tag, layout in NUMBERS.items() if tag not in _FLOATS}
"""How whole numbers are read, and the octets that they take."""

UNREAD_SIZES: Mapping[int, int] = {BCD: 1, 25: 12, 26: 5, 27: 4}
"""Octets of the types that are passed over, by their tag: BCD, date-time, date, time (Blue Book, the same table)."""

_STRINGS = frozenset((OCTET_STRING, VISIBLE_STRING, UTF8_STRING))
_COLLECTIONS = frozenset((ARRAY, STRUCTURE))

_DEEPEST = 6
"""Meters nest three deep; what nests deeper is no list."""

Value = bool | int | float | str | bytes | None | list["Value"] | tuple["Value", ...]
"""Octet-string as bytes, visible-string as str, array as list, structure as tuple; `None` is null-data, and an element
of a type that no meter known to us uses: its length is known, so it is given up, and the others are still good."""


@dataclass(frozen=True, slots=True)
class MeterClock:
    """A COSEM date-time as sent (Blue Book, "Date and time formats"); `None` is "not specified"."""

    wall: datetime
    """Wall clock as sent, without a zone: makers disagree on what the deviation means."""
    deviation_min: int | None = None
    """Minutes, -720..840."""
    status: int | None = None
    """Bits of the clock status octet; bit 0 set: the meter itself calls its clock invalid."""
    day_of_week: int | None = None
    """1 is Monday, 7 Sunday, 0 as some meters send it. Some change it hours after midnight."""
    hundredths: int | None = None


class UnreadableError(Exception):
    """The frame holds no reading, for a `Reason`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Notification:
    """A data-notification: the clock of its header, and its data."""

    clock: MeterClock | None
    elements: int
    """As the data's own count says."""
    data: list[Value] | tuple[Value, ...]
    """An array of objects, or a structure of elements; null padding left in."""


def notification(information: bytes) -> Notification:
    """Return the data-notification in a frame's information field. Raises `UnreadableError`."""
    try:
        if information[:3] != LLC_HEADER:
            raise UnreadableError(Reason.NOT_A_NOTIFICATION)
        if information[3] != DATA_NOTIFICATION:
            raise UnreadableError(_OTHERS.get(information[3], Reason.NOT_A_NOTIFICATION))
        return _notification_body(information, 4)
    except (IndexError, ValueError, error):
        raise UnreadableError(Reason.MALFORMED) from None


_OTHERS = {GENERAL_GLO_CIPHERING: Reason.ENCRYPTED, GENERAL_BLOCK_TRANSFER: Reason.BLOCK_TRANSFER}


def plain_notification(apdu: bytes) -> Notification:
    """Return the data-notification of an APDU that stood in no LLC, as a deciphered one does. Raises ValueError."""
    try:
        if apdu[0] != DATA_NOTIFICATION:
            raise ValueError("no data-notification")
        return _notification_body(apdu, 1)
    except (IndexError, error):
        raise ValueError("cut off") from None


def _notification_body(octets: bytes, place: int) -> Notification:
    place += 4  # the invoke-id counts or stands still, as the maker likes; nothing depends on it
    if octets[place] == OCTET_STRING:  # Kaifa and old Kamstrup firmware put the type before the count
        place += 1
    count = octets[place]
    place += 1
    if count not in (0, DATE_TIME_OCTETS):
        raise ValueError(f"a date-time of {count} octets")
    clock = date_time(octets[place : place + count]) if count else None
    place += count
    tag = octets[place]
    if tag not in _COLLECTIONS:
        raise UnreadableError(Reason.UNKNOWN_LIST)
    elements, place = _count(octets, place + 1)
    data, place = _values(octets, place, elements)
    while place < len(octets):  # padding that was not counted
        more, place = _values(octets, place, 1)
        data += more
    # A one-phase Kamstrup pads with null-data, which its firmware counts or does not count.
    padding = data.count(None) if tag == STRUCTURE else 0
    if elements not in (len(data), len(data) - padding):
        raise ValueError(f"{len(data)} elements of {elements}")
    return Notification(clock, elements, data if tag == ARRAY else tuple(data))


def _count(octets: bytes, place: int) -> tuple[int, int]:
    """Return a length or element count (one octet below 128, else 8n and n octets), and the place after it."""
    first = octets[place]
    if first < 0x80:
        return first, place + 1
    size = first & 0x7F
    if not 1 <= size <= 2:  # a frame holds fewer than 2048 octets
        raise ValueError(f"a count of {size} octets")
    octets[place + size]
    return int.from_bytes(octets[place + 1 : place + 1 + size]), place + 1 + size


def _values(octets: bytes, place: int, count: int, depth: int = 1) -> tuple[list[Value], int]:
    """Return the values whose tags stand from `place` on, so many of them, and the place after them."""
    values: list[Value] = []
    for _ in range(count):
        tag = octets[place]
        place += 1
        if tag in _INTEGERS:  # as most are
            unpack, size = _INTEGERS[tag]
            values.append(unpack(octets, place)[0])
            place += size
        elif tag in _STRINGS:
            length, place = _count(octets, place)
            content = octets[place : place + length]
            if len(content) < length:
                raise ValueError("a string reaches over the end")
            values.append(content if tag == OCTET_STRING else _text(content))
            place += length
        elif tag in _COLLECTIONS:
            if depth == _DEEPEST:
                raise ValueError("nested too deep")
            length, place = _count(octets, place)
            items, place = _values(octets, place, length, depth + 1)
            values.append(items if tag == ARRAY else tuple(items))
        else:
            value, place = _rare(octets, place, tag)
            values.append(value)
    return values, place


def _rare(octets: bytes, place: int, tag: int) -> tuple[Value, int]:
    """Return the value before which another tag stands, and the place after it."""
    if tag in _FLOATS:
        (value,) = NUMBERS[tag].unpack_from(octets, place)
        if not isfinite(value):
            raise ValueError("not a number")
        return value, place + NUMBERS[tag].size
    if tag == NULL:
        return None, place
    if tag == BOOLEAN:
        return bool(octets[place]), place + 1
    return None, _after_unread(octets, place, tag)


def _after_unread(octets: bytes, place: int, tag: int) -> int:
    """Return the place after a value that is passed over. Raises ValueError where its type has no length we know."""
    if tag == BIT_STRING:
        bits, place = _count(octets, place)
        end = place + (bits + 7) // 8
    elif tag == COMPACT_ARRAY:
        size, place = _count(octets, _after_description(octets, place, 1))
        end = place + size
    else:
        size = UNREAD_SIZES.get(tag, 0)
        if not size:
            raise ValueError(f"no type {tag}")
        end = place + size
    if end > len(octets):
        raise ValueError("a value reaches over the end")
    return end


def _after_description(octets: bytes, place: int, depth: int) -> int:
    """Return the place after the description of a compact array's elements: a tag, of nested types more of them."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    tag = octets[place]
    place += 1
    if tag == STRUCTURE:
        count, place = _count(octets, place)
        for _ in range(count):
            place = _after_description(octets, place, depth + 1)
    elif tag == ARRAY:
        place = _after_description(octets, place + 2, depth + 1)
    elif tag not in _DESCRIBED:
        raise ValueError(f"no type {tag}")
    return place


_DESCRIBED = {*NUMBERS, *UNREAD_SIZES, NULL, BOOLEAN, BIT_STRING, OCTET_STRING, VISIBLE_STRING, UTF8_STRING}


def printable(value: Value) -> str | None:
    """Return a name or number as text, without the NUL that Landis+Gyr fills up with.

    `None` is a text in a character set that we do not know. Raises ValueError for what is no text.
    """
    if isinstance(value, bytes):
        value = _text(value)
    if not isinstance(value, str):
        raise ValueError("not a text")
    value = value.rstrip("\0 ")
    return value if value.isprintable() else None


def _text(octets: bytes) -> str:
    """Return octets as ASCII or UTF-8, else as Latin-1, which gives every octet a letter."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def scaled(raw: Value, scaler: int) -> float:
    """Return raw · 10^scaler, exact to the last digit of a float. Raises ValueError when `raw` is no number."""
    if type(raw) is not int and type(raw) is not float:  # a boolean is an int, and no number
        raise ValueError("not a number")
    if not -9 <= scaler <= 9:
        raise ValueError(f"scaler {scaler}")
    # 2445 / 10 is the float nearest to 244.5; 2445 * 0.1 is not always.
    value = raw * int(10**scaler) if scaler >= 0 else raw / 10**-scaler
    if not isfinite(value):
        raise ValueError("too large a number")
    return value


_DATE_TIME = Struct(">HBBBBBBBhB")


def date_time(octets: bytes) -> MeterClock | None:
    """Return a COSEM date-time of 12 octets (Blue Book, "Date and time formats").

    `None` when date, hour or minute is unspecified or no such moment exists: the other values of the list are still
    good. Raises ValueError for any other number of octets.
    """
    if len(octets) != DATE_TIME_OCTETS:
        raise ValueError(f"a date-time of {len(octets)} octets")
    year, month, day, weekday, hour, minute, second, hundredths, deviation, status = _DATE_TIME.unpack(octets)
    try:
        wall = datetime(year, month, day, hour, minute, 0 if second == 0xFF else second)
    except ValueError:
        return None
    return MeterClock(
        wall,
        deviation_min=None if deviation == -0x8000 else deviation,
        status=None if status == 0xFF else status,
        day_of_week=None if weekday == 0xFF else weekday,
        hundredths=None if hundredths == 0xFF else hundredths,
    )


def encode_date_time(clock: MeterClock) -> bytes:
    """Return the 12 octets that `date_time` reads back."""
    wall = clock.wall
    return _DATE_TIME.pack(
        wall.year,
        wall.month,
        wall.day,
        _or(clock.day_of_week, 0xFF),
        wall.hour,
        wall.minute,
        wall.second,
        _or(clock.hundredths, 0xFF),
        _or(clock.deviation_min, -0x8000),
        _or(clock.status, 0xFF),
    )


def _or(value: int | None, unspecified: int) -> int:
    return unspecified if value is None else value
