"""OBIS-coded objects to attributes of a `Reading`.

Three makers name their values by OBIS code (six groups A-B:C.D.E.F, IEC 62056-61), and differ in what goes with it:
Aidon a scaler and a unit, Kaifa and Kamstrup nothing, so that the maker's description must give the scale. A value
whose scale neither the frame nor a description gives is left out: a number that may be ten times too large is worse
than none. An object we have no attribute for is passed over; one that comes twice makes the list contradict itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from appliance.meter import cosem
from appliance.meter.quantities import CLOCK, QUANTITIES, TEXTS, Unit

Fields = dict[str, Any]
"""Attributes of `Reading` by name."""

Scales = Mapping[Unit, int]
"""Power of ten by which a raw number of that unit is multiplied."""

COMMON_SCALES: Scales = {Unit.W: 0, Unit.VAR: 0}
"""What all known makers agree on, and so all that is believed of an unknown one."""

_ELECTRICITY = 1  # group A; 0 is the meter itself
_CURRENT_VALUE = 255


def add_described(fields: Fields, obis: bytes, raw: cosem.Value, scaler: int, unit: int) -> None:
    """Enter an object that brings its scaler and COSEM unit number. Raises ValueError when it contradicts."""
    quantity = QUANTITIES.get(_code(obis))
    if quantity is None or raw is None or quantity.unit != unit:
        return  # an apparent power under an active power's code, say, is not what we know by that code
    _enter(fields, quantity.field, cosem.scaled(raw, scaler))


def add_bare(fields: Fields, obis: bytes, raw: cosem.Value, scales: Scales) -> None:
    """Enter an object that comes without scaler and unit. Raises ValueError when it contradicts."""
    key = _code(obis)
    if raw is None:
        return
    if (quantity := QUANTITIES.get(key)) is not None:
        scaler = scales.get(quantity.unit)
        if scaler is not None:
            _enter(fields, quantity.field, cosem.scaled(raw, scaler))
    elif (field := TEXTS.get(key)) is not None:
        _enter(fields, field, cosem.printable(raw))
    elif key == CLOCK:
        if not isinstance(raw, bytes):
            raise ValueError("the clock is no octet-string")
        _enter(fields, "clock", cosem.date_time(raw))


def add_pairs(fields: Fields, items: Sequence[cosem.Value], scales: Scales) -> None:
    """Enter a sequence code, value, code, value, ...; null-data stands for a value or for nothing at all."""
    rest = iter(items)
    for obis in rest:
        if obis is None:
            continue
        if not is_obis(obis):
            raise ValueError("no OBIS code where one belongs")
        try:
            add_bare(fields, obis, next(rest), scales)
        except StopIteration:
            raise ValueError("a code without a value") from None


def is_obis(value: cosem.Value) -> TypeGuard[bytes]:
    """Return whether a value can be an OBIS code at all."""
    return isinstance(value, bytes) and len(value) == 6


def _code(obis: bytes) -> bytes:
    """Return groups C.D.E of a current value of electricity or of the meter itself, else an empty code."""
    if len(obis) != 6:
        raise ValueError("an OBIS code has six octets")
    return obis[2:5] if obis[0] <= _ELECTRICITY and obis[5] == _CURRENT_VALUE else b""


def _enter(fields: Fields, field: str, value: object) -> None:
    if field in fields:
        raise ValueError(f"{field} twice")
    fields[field] = value
