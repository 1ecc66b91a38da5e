"""Kamstrup: a list name, then codes and values in turn.

A structure of the name as text, then OBIS, value, OBIS, value, ... (HAN-NVE interface description rev 3.1 §3):
25 elements every ten seconds, 35 with clock and registers every hour, 15 from a one-phase meter, which may also fill
the places it lacks with null-data. The scales stand in the description only.
"""

from appliance.meter import cosem
from appliance.meter.objects import Fields, Scales, add_pairs
from appliance.meter.profile import ClockZone, MakerProfile
from appliance.meter.quantities import Unit

LIST_NAME = "Kamstrup"

OBJECTS = (
    *("1-1:0.0.5", "1-1:96.1.1"),
    *("1-1:1.7.0", "1-1:2.7.0", "1-1:3.7.0", "1-1:4.7.0"),
    *("1-1:31.7.0", "1-1:51.7.0", "1-1:71.7.0", "1-1:32.7.0", "1-1:52.7.0", "1-1:72.7.0"),
    *("0-1:1.0.0", "1-1:1.8.0", "1-1:2.8.0", "1-1:3.8.0", "1-1:4.8.0"),
)
"""The order after the list name; a one-phase meter leaves out what it lacks."""

SCALES: Scales = {Unit.W: 0, Unit.VAR: 0, Unit.A: -2, Unit.V: 0, Unit.WH: 1, Unit.VARH: 1, Unit.NONE: -2}
"""Power factors come in hundredths, from meters that send them (captures gh216-1, and the encrypted one)."""


def read(notification: cosem.Notification) -> Fields | None:
    """Return the values of a Kamstrup list; `None` for other lists. Raises ValueError when they contradict."""
    match notification.data:
        case (str() as name, *pairs) if name.startswith(LIST_NAME):
            fields: Fields = {"list_name": cosem.printable(name)}
            add_pairs(fields, pairs, SCALES)
            return fields
        case _:
            return None


PROFILE = MakerProfile(read=read, clock=ClockZone.STANDARD, energy_unit_wh=10.0)
