"""The parts of a frame that says what a reading says.

The simulator needs frames that cannot be told from a meter's, so this is the exact inverse of the meter room, made
from the meter room's own tables. What a reading does not hold (addresses, invoke-id, the form of the header's clock)
is the `Envelope`, which differs from maker to maker. `makers.encode` puts the parts together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.meter import aidon, cosem, hdlc, kaifa, kamstrup
from appliance.meter.quantities import CLOCK, QUANTITIES, TEXTS, Unit, obis
from appliance.meter.reading import MeterClock, Reading


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around a list's data."""

    address: hdlc.Address
    invoke_id: bytes
    """Long-invoke-id-and-priority, four octets."""
    clock_prefix: bytes
    """What announces the header's clock: 00 none follows, 0C its octet count, 09 0C type and count."""


AIDON = Envelope(hdlc.Address(b"\x41", b"\x08\x83", 0x13), b"\x40\0\0\0", b"\0")
KAIFA = Envelope(hdlc.Address(b"\x01", b"\x02\x01", 0x10), b"\x40\0\0\0", b"\x09\x0c")
KAIFA_SWEDISH = Envelope(hdlc.Address(b"\x01", b"\x00\x01", 0x10), b"\x40\0\0\0", b"\0")
KAMSTRUP = Envelope(hdlc.Address(b"\x2b", b"\x21", 0x13), b"\0\0\0\0", b"\x0c")
KAMSTRUP_OLD = Envelope(hdlc.Address(b"\x2b", b"\x21", 0x13), b"\0\0\0\0", b"\x09\x0c")


def head(envelope: Envelope, clock: MeterClock | None) -> bytes:
    """Return what stands before a list's data. Raises ValueError where the envelope has a clock and there is none."""
    octets = cosem.LLC_HEADER + bytes((cosem.DATA_NOTIFICATION,)) + envelope.invoke_id + envelope.clock_prefix
    if envelope.clock_prefix == b"\0":
        return octets
    if clock is None:
        raise ValueError("the header needs a clock")
    return octets + cosem.encode_date_time(clock)


def aidon_data(reading: Reading) -> bytes:
    """Return a list's data as an Aidon writes it."""
    swedish = reading.list_name is None and reading.elements > 1
    order = aidon.SWEDISH if swedish else aidon.NORWEGIAN
    objects = []
    for name in order:
        code = obis(name)
        value = _attribute(reading, code)
        if value is None:
            continue
        if (quantity := QUANTITIES.get(code[2:5])) is None:
            objects.append(_structure(_octets(code), _plain(value, cosem.VISIBLE_STRING)))
            continue
        energy = quantity.unit in (Unit.WH, Unit.VARH)
        scaler = 0 if swedish and energy else aidon.SCALES[quantity.unit]
        number = _number(aidon.TYPES[quantity.unit], value, scaler)
        described = _structure(_raw(cosem.INT8, scaler), _raw(cosem.ENUM, quantity.unit))
        objects.append(_structure(_octets(code), number, described))
    return _collection(cosem.ARRAY, objects)


def kaifa_data(reading: Reading) -> bytes:
    """Return a list's data as a Kaifa writes it. Raises ValueError for a list that it does not have."""
    if reading.elements == 2 * len(kaifa.SWEDISH):
        names: Iterable[str] = kaifa.SWEDISH
    elif reading.elements in kaifa.LISTS:
        names = kaifa.LISTS[reading.elements]
    else:
        raise ValueError(f"Kaifa has no list of {reading.elements}")
    elements = []
    for name in names:
        value = _attribute(reading, obis(name))
        if value is None:
            raise ValueError(f"Kaifa's list of {reading.elements} cannot leave out {name}")
        if reading.elements == 2 * len(kaifa.SWEDISH):
            elements.append(_octets(obis(name)))
        elements.append(_element(name, value, kaifa.SCALES, cosem.OCTET_STRING))
    return _collection(cosem.STRUCTURE, elements)


def kamstrup_data(reading: Reading) -> bytes:
    """Return a list's data as a Kamstrup writes it."""
    elements = [_plain(reading.list_name or "", cosem.VISIBLE_STRING)]
    for name in kamstrup.OBJECTS:
        value = _attribute(reading, obis(name))
        if value is not None:
            elements += _octets(obis(name)), _element(name, value, kamstrup.SCALES, cosem.VISIBLE_STRING)
    return _collection(cosem.STRUCTURE, elements)


def _attribute(reading: Reading, code: bytes) -> float | str | MeterClock | None:
    """Return the reading's value for an OBIS code; its clock only where the list carries one."""
    key = code[2:5]
    if key == CLOCK:
        return reading.clock if reading.energy_import_wh is not None else None
    field = QUANTITIES[key].field if key in QUANTITIES else TEXTS[key]
    value: float | str | None = getattr(reading, field)
    return value


def _element(name: str, value: float | str | MeterClock, scales: Mapping[Unit, int], text: int) -> bytes:
    """Return a value as Kaifa and Kamstrup write it, without its scale: unsigned, 32 bits, Kamstrup's voltages 16."""
    quantity = QUANTITIES.get(obis(name)[2:5])
    if quantity is None:
        return _plain(value, text)
    short = quantity.unit is Unit.V and text == cosem.VISIBLE_STRING
    return _number(cosem.UINT16 if short else cosem.UINT32, value, scales[quantity.unit])


def _number(tag: int, value: float | str | MeterClock, scaler: int) -> bytes:
    if not isinstance(value, int | float):
        raise ValueError("not a number")
    return _raw(tag, round(value / 10**scaler if scaler >= 0 else value * 10**-scaler))


def _raw(tag: int, number: int) -> bytes:
    return bytes((tag,)) + cosem.NUMBERS[tag].pack(number)


def _plain(value: float | str | MeterClock, text: int) -> bytes:
    if isinstance(value, MeterClock):
        return _octets(cosem.encode_date_time(value))
    return bytes((text, len(str(value)))) + str(value).encode("ascii")


def _octets(octets: bytes) -> bytes:
    return bytes((cosem.OCTET_STRING, len(octets))) + octets


def _structure(*parts: bytes) -> bytes:
    return _collection(cosem.STRUCTURE, parts)


def _collection(tag: int, parts: Iterable[bytes]) -> bytes:
    """Return an array or structure. Its count is one octet: there are fewer than 128 elements."""
    elements = list(parts)
    return bytes((tag, len(elements))) + b"".join(elements)
