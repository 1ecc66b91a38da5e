"""Kaifa: the place in the list is the name of the value.

A structure whose element count says which list it is (KFM_001, "HAN lists"): 1, 9 (one phase), 13, 14 (one phase,
hourly), 18 (hourly). No OBIS codes, no scalers. Swedish meters send the 18 too, or 36 elements: each of the 18 after
its code. A voltage that an IT-net meter does not measure is sent as 0.
"""

from collections.abc import Mapping

from appliance.meter import cosem
from appliance.meter.objects import Fields, Scales, add_bare, add_pairs, is_obis
from appliance.meter.profile import ClockZone, MakerProfile
from appliance.meter.quantities import Unit, obis

LIST_NAME = b"KFM"

_NAMES = ("1-1:0.2.129", "0-0:96.1.0", "0-0:96.1.7")
_POWER = ("1-0:1.7.0", "1-0:2.7.0", "1-0:3.7.0", "1-0:4.7.0")
_ONE_PHASE = ("1-0:31.7.0", "1-0:32.7.0")
_THREE_PHASES = ("1-0:31.7.0", "1-0:51.7.0", "1-0:71.7.0", "1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0")
_HOURLY = ("0-0:1.0.0", "1-0:1.8.0", "1-0:2.8.0", "1-0:3.8.0", "1-0:4.8.0")

LISTS: Mapping[int, tuple[str, ...]] = {
    1: ("1-0:1.7.0",),
    9: _NAMES + _POWER + _ONE_PHASE,
    13: _NAMES + _POWER + _THREE_PHASES,
    14: _NAMES + _POWER + _ONE_PHASE + _HOURLY,
    18: _NAMES + _POWER + _THREE_PHASES + _HOURLY,
}
"""The object at each place, by the list's element count."""

SWEDISH = ("1-0:0.2.129", *LISTS[18][1:])
"""The objects of the list with codes: 36 elements."""

_CODES = {elements: tuple(obis(name) for name in names) for elements, names in LISTS.items()}

SCALES: Scales = {Unit.W: 0, Unit.VAR: 0, Unit.A: -3, Unit.V: -1, Unit.WH: 0, Unit.VARH: 0}


def read(notification: cosem.Notification) -> Fields | None:
    """Return the values of a Kaifa list; `None` for other lists. Raises ValueError when they contradict."""
    items = notification.data
    if not isinstance(items, tuple):
        return None
    fields: Fields = {}
    match items:
        case (bytes(code), bytes(name), *_) if is_obis(code) and name.startswith(LIST_NAME):
            add_pairs(fields, items, SCALES)
        case (int(),) | (bytes() | str(), *_) if len(items) in LISTS and _is_named(items):
            for code, raw in zip(_CODES[len(items)], items, strict=True):
                add_bare(fields, code, raw, SCALES)
        case _:
            return None
    return fields


def _is_named(items: tuple[cosem.Value, ...]) -> bool:
    """Return whether a list carries Kaifa's name, as all but the shortest do."""
    match items:
        case (bytes() as name, *_):
            return name.startswith(LIST_NAME)
        case (str() as name, *_):  # a text where all firmware so far sends octets
            return name.startswith(LIST_NAME.decode())
        case _:
            return len(items) == 1


def is_swedish(elements: int, meter_id: str) -> bool:
    """Return whether a list is a Swedish meter's: by its codes, or by Sweden's prefix in the id (GS1: 730 to 739)."""
    return elements == 2 * len(SWEDISH) or meter_id.startswith("73")


PROFILE = MakerProfile(
    read=read,
    clock=ClockZone.LOCAL,
    is_swedish=is_swedish,
    energy_unit_wh=1.0,
    sends_zero_for_unmeasured_l2=True,
)
