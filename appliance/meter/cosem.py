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
DATE_TIME_OCTETS = 12

NULL, ARRAY, STRUCTURE, BOOLEAN = 0, 1, 2, 3
INT32, UINT32, OCTET_STRING, VISIBLE_STRING, UTF8_STRING = 5, 6, 9, 10, 12
INT8, INT16, UINT8, UINT16 = 15, 16, 17, 18
INT64, UINT64, ENUM, FLOAT32, FLOAT64 = 20, 21, 22, 23, 24

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

_DEEPEST = 6
"""Meters nest three deep; what nests deeper is no list."""

Value = bool | int | float | str | bytes | None | list["Value"] | tuple["Value", ...]
"""Octet-string as bytes, visible-string as str, array as list, structure as tuple, null-data as `None`."""


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
        if information[3] == GENERAL_GLO_CIPHERING:
            raise UnreadableError(Reason.ENCRYPTED)
        if information[3] != DATA_NOTIFICATION:
            raise UnreadableError(Reason.NOT_A_NOTIFICATION)
        return _notification_body(information, 4)
    except (IndexError, ValueError, error):
        raise UnreadableError(Reason.MALFORMED) from None


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
    if tag not in (ARRAY, STRUCTURE):
        raise UnreadableError(Reason.UNKNOWN_LIST)
    elements, place = _count(octets, place + 1)
    data = []
    while place < len(octets):
        value, place = _value(octets, place, 1)
        data.append(value)
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


def _value(octets: bytes, place: int, depth: int) -> tuple[Value, int]:
    """Return the value whose tag stands at `place`, and the place after it."""
    tag = octets[place]
    place += 1
    number = NUMBERS.get(tag)
    if number is not None:
        (value,) = number.unpack_from(octets, place)
        if tag in (FLOAT32, FLOAT64) and not isfinite(value):
            raise ValueError("not a number")
        return value, place + number.size
    if tag in (STRUCTURE, ARRAY):
        if depth == _DEEPEST:
            raise ValueError("nested too deep")
        count, place = _count(octets, place)
        items = []
        for _ in range(count):
            item, place = _value(octets, place, depth + 1)
            items.append(item)
        return (items if tag == ARRAY else tuple(items)), place
    if tag == NULL:
        return None, place
    if tag == BOOLEAN:
        return bool(octets[place]), place + 1
    if tag in (OCTET_STRING, VISIBLE_STRING, UTF8_STRING):
        count, place = _count(octets, place)
        end = place + count
        if end > len(octets):
            raise ValueError("a string reaches over the end")
        content = octets[place:end]
        return (content if tag == OCTET_STRING else content.decode()), end
    raise ValueError(f"no type {tag}")


def printable(value: Value) -> str:
    """Return a name or number as text, without the NUL that Landis+Gyr fills up with.

    Raises ValueError when it is not printable ASCII.
    """
    if isinstance(value, bytes):
        value = value.decode("ascii")
    if not isinstance(value, str):
        raise ValueError("not a text")
    value = value.rstrip("\0 ")
    if not (value.isascii() and value.isprintable()):
        raise ValueError("not a text")
    return value


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
