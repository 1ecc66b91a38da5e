"""What a frame says: a `Reading`, or why there is none: a `Rejected`.

A reading holds what one frame said and nothing that another frame said: a list of one value has no meter id. The
types of its values are found here too, so that other rooms need this module alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.meter.cipher import Authentication
from appliance.meter.cosem import MeterClock
from appliance.meter.makers import Maker
from appliance.meter.quantities import BY_NAME
from appliance.meter.rejected import Reason, Rejected

__all__ = ["Authentication", "Maker", "MeterClock", "Reading", "Reason", "Rejected"]


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
    authentication: Authentication | None = None
    """`None`: the list came in the clear."""

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
    power_factor: float | None = None
    """From -1 to 1."""
    power_factor_l1: float | None = None
    power_factor_l2: float | None = None
    power_factor_l3: float | None = None
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
        """Return a reading with these attributes by name.

        A list of one value fills 6 of the 45. Setting the rest one by one would take a quarter of all decoding; here
        they stay the class's own `None`.
        """
        reading = object.__new__(cls)
        reading.__dict__.update(fields)
        return reading

    def values(self) -> dict[str, float]:
        """Return the reported quantities by their OBIS groups "C.D.E", in W, var, V, A, Wh, varh and 1."""
        found = ((name, getattr(self, quantity.field)) for name, quantity in BY_NAME.items())
        return {name: value for name, value in found if value is not None}
