"""The quantities that meters report, in one table.

`BY_NAME` joins the field's three names for a value: the OBIS groups C.D.E that the meter sends, the physical unit, and
the attribute of `Reading`. The makers' readers, the simulator's encoder and the command line all use it, so a quantity
is added in one place (and as an attribute of `Reading`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

Code = bytes
"""OBIS groups C, D, E: three octets."""


class Unit(IntEnum):
    """Physical units by their COSEM number (DLMS UA Blue Book, table "Enumerated values for physical units")."""

    W = 27
    VAR = 29
    WH = 30
    VARH = 32
    A = 33
    V = 35
    NONE = 255
    """A number without a unit, as a power factor is."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value that meters report: its attribute of `Reading` and the unit it has there."""

    field: str
    unit: Unit


def code(name: str) -> Code:
    """Return the three octets of the OBIS groups "C.D.E", each 0..255."""
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
    "13.7.0": Quantity("power_factor", Unit.NONE),
    "33.7.0": Quantity("power_factor_l1", Unit.NONE),
    "53.7.0": Quantity("power_factor_l2", Unit.NONE),
    "73.7.0": Quantity("power_factor_l3", Unit.NONE),
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
"""Quantities by their OBIS groups as written (IEC 62056-61: C 1-4 and 13 sums, 21-73 by phase; D 7 now, 8 register)."""

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
    """Return the six octets of an OBIS code "A-B:C.D.E"; group F is 255, the current value."""
    medium, code_name = name.split(":")
    return bytes(int(group) for group in medium.split("-")) + code(code_name) + b"\xff"
