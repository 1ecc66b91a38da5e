"""Aidon: each object brings its OBIS code, and a number brings its scaler and unit.

An array of structures {OBIS, value, {scaler, unit}}; text and clock come without the third part (Aidon HAN Interface
Description v1.1A §3, Swedish RJ12 description likewise). Objects that the meter lacks are left out: the current of L2
in an IT net, all of L2 and L3 in a one-phase meter. Landis+Gyr's E350 sends the same layout, and so may others: the
data explain themselves, and only the list's name tells whose they are.
"""

from collections.abc import Mapping
from datetime import timedelta

from appliance.meter import cosem
from appliance.meter.objects import COMMON_SCALES, Fields, add_bare, add_described
from appliance.meter.profile import ClockZone, MakerProfile
from appliance.meter.quantities import Unit

NORWEGIAN = (
    *("1-1:0.2.129", "0-0:96.1.0", "0-0:96.1.7"),
    *("1-0:1.7.0", "1-0:2.7.0", "1-0:3.7.0", "1-0:4.7.0"),
    *("1-0:31.7.0", "1-0:51.7.0", "1-0:71.7.0", "1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0"),
    *("0-0:1.0.0", "1-0:1.8.0", "1-0:2.8.0", "1-0:3.8.0", "1-0:4.8.0"),
)
"""The order of the objects: list 1 is active import alone, list 2 ends before the clock, list 3 is the hourly one."""

SWEDISH = (
    *("0-0:1.0.0", "1-0:1.7.0", "1-0:2.7.0", "1-0:3.7.0", "1-0:4.7.0"),
    *("1-0:31.7.0", "1-0:51.7.0", "1-0:71.7.0", "1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0"),
    *("1-0:21.7.0", "1-0:22.7.0", "1-0:23.7.0", "1-0:24.7.0"),
    *("1-0:41.7.0", "1-0:42.7.0", "1-0:43.7.0", "1-0:44.7.0"),
    *("1-0:61.7.0", "1-0:62.7.0", "1-0:63.7.0", "1-0:64.7.0"),
    *("1-0:1.8.0", "1-0:2.8.0", "1-0:3.8.0", "1-0:4.8.0"),
)

TYPES: Mapping[Unit, int] = {
    Unit.W: cosem.UINT32,
    Unit.VAR: cosem.UINT32,
    Unit.A: cosem.INT16,
    Unit.V: cosem.UINT16,
    Unit.WH: cosem.UINT32,
    Unit.VARH: cosem.UINT32,
}
SCALES: Mapping[Unit, int] = {Unit.W: 0, Unit.VAR: 0, Unit.A: -1, Unit.V: -1, Unit.WH: 1, Unit.VARH: 1}
"""As Norwegian meters send them; Swedish ones send energy with scaler 0. Reading goes by the scaler in the frame."""


def read(notification: cosem.Notification) -> Fields | None:
    """Return the values of a collection of objects; `None` for others. Raises ValueError when they contradict."""
    if not all(isinstance(item, tuple) for item in notification.data):
        return None
    fields: Fields = {}
    for item in notification.data:
        match item:
            case (bytes() as obis, raw, (int() as scaler, int() as unit)):
                add_described(fields, obis, raw, scaler, unit)
            case (bytes() as obis, raw):
                add_bare(fields, obis, raw, COMMON_SCALES)
            case _:
                raise ValueError("not an object")
    return fields


PROFILE = MakerProfile(
    read=read,
    list_name="AIDON",
    clock=ClockZone.STANDARD,
    named_list_age=timedelta(seconds=10),  # made at xx:00:00, sent at xx:00:10
)
