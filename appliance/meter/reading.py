"""What a frame says: a `Reading`, or why there is none: a `Rejected`.

One table, `QUANTITIES`, joins the field's three names for a value: the OBIS groups C.D.E that the meter sends, the
physical unit, and the attribute of `Reading`. Decoders, the simulator's encoder and the command line all read it, so
a quantity is added in one place.

A reading holds what one frame said and nothing that another frame said: a list of one value has no meter id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cache

Code = bytes
"""OBIS groups C, D, E: three octets."""


class Maker(StrEnum):
    """The makers of Norway's meters."""

    AIDON = "aidon"
    KAIFA = "kaifa"
    KAMSTRUP = "kamstrup"


class Unit(IntEnum):
    """Physical units by their COSEM number (DLMS UA Blue Book, table "Enumerated values for physical units")."""

    W = 27
    VAR = 29
    WH = 30
    VARH = 32
    A = 33
    V = 35


class Reason(StrEnum):
    """Why a frame gave no reading."""

    HEADER = "header check sequence"
    """The header check sequence is wrong: neither addresses nor length can be believed."""
    FRAME = "frame check sequence"
    """The header is right, and the octets up to the declared end are not."""
    LENGTH = "length"
    """The declared length is too short for the frame's own header."""
    CUT_OFF = "cut off"
    """The frame's end never came: a whole frame began within it, or the line ended."""
    NO_CLOSING_FLAG = "no closing flag"
    """Both check sequences are right, but no flag stands behind them."""
    SEGMENTED = "segmented"
    """The segmentation bit is set: the list continues in frames that carry no number, so a lost one would go unseen."""
    NOT_A_NOTIFICATION = "not a data-notification"
    ENCRYPTED = "encrypted"
    """General-glo-ciphering: unreadable without the grid company's key."""
    MALFORMED = "malformed data"
    """The frame is intact, but its data contradict themselves or the standard."""
    UNKNOWN_LIST = "unknown list"
    """Intact data without codes in an order that no description known to us explains."""


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


@dataclass(frozen=True, slots=True)
class Rejected:
    """A frame that gave no reading: where it began in the stream, how many octets were judged, and why."""

    offset: int
    length: int
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One frame's values; `None` is "this frame does not report it", which is not zero.

    `offset` and `length` (both flags included) say where in the stream it stood; all else is the frame's own.
    """

    offset: int
    length: int
    maker: Maker | None = None
    elements: int
    """Elements of the list as the meter counts them: 1, 9, 12, 13, 14, 15, 17, 18, 25, 27, 35, 36, ..."""
    list_name: str | None = None
    meter_id: str | None = None
    meter_type: str | None = None
    clock: MeterClock | None = None
    """The list's own clock, else the one in the notification's header."""

    power_import_w: float | None = None
    power_export_w: float | None = None
    reactive_import_var: float | None = None
    reactive_export_var: float | None = None
    current_l1_a: float | None = None
    current_l2_a: float | None = None
    current_l3_a: float | None = None
    voltage_l1_v: float | None = None
    voltage_l2_v: float | None = None
    voltage_l3_v: float | None = None
    power_import_l1_w: float | None = None
    power_export_l1_w: float | None = None
    reactive_import_l1_var: float | None = None
    reactive_export_l1_var: float | None = None
    power_import_l2_w: float | None = None
    power_export_l2_w: float | None = None
    reactive_import_l2_var: float | None = None
    reactive_export_l2_var: float | None = None
    power_import_l3_w: float | None = None
    power_export_l3_w: float | None = None
    reactive_import_l3_var: float | None = None
    reactive_export_l3_var: float | None = None
    energy_import_wh: float | None = None
    energy_export_wh: float | None = None
    reactive_energy_import_varh: float | None = None
    reactive_energy_export_varh: float | None = None
    energy_import_l1_wh: float | None = None
    energy_export_l1_wh: float | None = None
    energy_import_l2_wh: float | None = None
    energy_export_l2_wh: float | None = None
    energy_import_l3_wh: float | None = None
    energy_export_l3_wh: float | None = None

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "Reading":
        """A reading with these attributes by name.

        A list of one value fills 6 of the 40. Setting the rest one by one would take a quarter of all decoding; here
        they stay the class's own `None`.
        """
        reading = object.__new__(cls)
        reading.__dict__.update(fields)
        return reading

    def values(self) -> dict[str, float]:
        """The reported quantities by their OBIS groups "C.D.E", in W, var, V, A, Wh, varh."""
        found = ((name, getattr(self, quantity.field)) for name, quantity in BY_NAME.items())
        return {name: value for name, value in found if value is not None}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value that meters report: its attribute of `Reading` and the unit it has there."""

    field: str
    unit: Unit


def code(name: str) -> Code:
    """The three octets of the OBIS groups "C.D.E", each 0..255."""
    return bytes(int(group) for group in name.split("."))


BY_NAME: Mapping[str, Quantity] = {
    "1.7.0": Quantity("power_import_w", Unit.W),
    "2.7.0": Quantity("power_export_w", Unit.W),
    "3.7.0": Quantity("reactive_import_var", Unit.VAR),
    "4.7.0": Quantity("reactive_export_var", Unit.VAR),
    "31.7.0": Quantity("current_l1_a", Unit.A),
    "51.7.0": Quantity("current_l2_a", Unit.A),
    "71.7.0": Quantity("current_l3_a", Unit.A),
    "32.7.0": Quantity("voltage_l1_v", Unit.V),
    "52.7.0": Quantity("voltage_l2_v", Unit.V),
    "72.7.0": Quantity("voltage_l3_v", Unit.V),
    "21.7.0": Quantity("power_import_l1_w", Unit.W),
    "22.7.0": Quantity("power_export_l1_w", Unit.W),
    "23.7.0": Quantity("reactive_import_l1_var", Unit.VAR),
    "24.7.0": Quantity("reactive_export_l1_var", Unit.VAR),
    "41.7.0": Quantity("power_import_l2_w", Unit.W),
    "42.7.0": Quantity("power_export_l2_w", Unit.W),
    "43.7.0": Quantity("reactive_import_l2_var", Unit.VAR),
    "44.7.0": Quantity("reactive_export_l2_var", Unit.VAR),
    "61.7.0": Quantity("power_import_l3_w", Unit.W),
    "62.7.0": Quantity("power_export_l3_w", Unit.W),
    "63.7.0": Quantity("reactive_import_l3_var", Unit.VAR),
    "64.7.0": Quantity("reactive_export_l3_var", Unit.VAR),
    "1.8.0": Quantity("energy_import_wh", Unit.WH),
    "2.8.0": Quantity("energy_export_wh", Unit.WH),
    "3.8.0": Quantity("reactive_energy_import_varh", Unit.VARH),
    "4.8.0": Quantity("reactive_energy_export_varh", Unit.VARH),
    "21.8.0": Quantity("energy_import_l1_wh", Unit.WH),
    "22.8.0": Quantity("energy_export_l1_wh", Unit.WH),
    "41.8.0": Quantity("energy_import_l2_wh", Unit.WH),
    "42.8.0": Quantity("energy_export_l2_wh", Unit.WH),
    "61.8.0": Quantity("energy_import_l3_wh", Unit.WH),
    "62.8.0": Quantity("energy_export_l3_wh", Unit.WH),
}
"""Quantities by their OBIS groups as written (IEC 62056-61: C 1-4 sums, 21-64 by phase; D 7 now, 8 register)."""

QUANTITIES: Mapping[Code, Quantity] = {code(name): quantity for name, quantity in BY_NAME.items()}
"""The same by the octets a frame carries."""

TEXTS: Mapping[Code, str] = {
    code("0.2.129"): "list_name",
    code("96.1.0"): "meter_id",
    code("0.0.5"): "meter_id",
    code("96.1.7"): "meter_type",
    code("96.1.1"): "meter_type",
}
"""Objects that hold text, and the attribute of `Reading` they fill."""

CLOCK: Code = code("1.0.0")


@cache
def obis(name: str) -> bytes:
    """The six octets of an OBIS code "A-B:C.D.E"; group F is 255, the current value."""
    medium, code_name = name.split(":")
    return bytes(int(group) for group in medium.split("-")) + code(code_name) + b"\xff"
