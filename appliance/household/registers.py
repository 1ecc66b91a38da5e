"""What two registers of a meter say together, and whether an hour can have had it."""

from collections.abc import Callable
from datetime import datetime

from appliance.household.hours import HOUR, HOUR_S, UNSEEN_S, Hour, Quality, Register, Span
from appliance.household.units import EnergyUnits

LARGEST_HOUR_WH = 100_000.0
"""More than this is no household's hour: the meter was exchanged, or its register lies."""
_DISAGREEMENT_WH, _DISAGREEMENT = 50.0, 0.05
"""Integral and register may differ by the larger of these: by Wh, and by a share."""


class Registers:
    """The last register of the meter, and what its numbers count in."""

    def __init__(self) -> None:
        self.units = EnergyUnits()
        self.last: Register | None = None

    def forget(self) -> None:
        """Have no difference with the next register: what lies between is not what the clock says."""
        self.last = None

    def take(self, register: Register, unit_wh: float | None, find: Callable[[datetime], Hour | None]) -> Span | None:
        """Return what was used since the last register, up to this one; `None` where the two do not tell it.

        `unit_wh` is what its numbers count in by the maker's description, Wh, or `None` where the list says so itself;
        `find` returns the ended hour that began at a moment.
        """
        before, self.last = self.last, register
        if before is None or before.meter_id != register.meter_id or before.hour > register.hour:
            return None
        if before.hour == register.hour:
            self.last = before
            return None
        if unit_wh is None:
            return _difference(before, register, 1.0)
        hour = find(before.hour)
        if before.hour + HOUR == register.hour and hour is not None and hour.quality is Quality.INTEGRATED:
            counts = (register.import_wh - before.import_wh) / unit_wh
            self.units.observe(register.meter_id, counts, register.used_wh - before.used_wh, hour.import_wh)
        known_wh = self.units.unit_wh(register.meter_id)
        return None if known_wh is None else _difference(before, register, known_wh / unit_wh)


def can_be(seen_wh: float, metered_wh: float, unseen: float, most_w: float) -> bool:
    """Return whether an hour of which a share was not seen, 0..1, can have had the metered energy, Wh.

    That share may have used `most_w`, W, all the time.
    """
    if not 0 <= metered_wh <= LARGEST_HOUR_WH:
        return False
    allowed = max(_DISAGREEMENT_WH, _DISAGREEMENT * metered_wh)
    used_unseen_wh = unseen * most_w if unseen * HOUR_S > UNSEEN_S else 0.0
    return -allowed <= metered_wh - seen_wh <= allowed + used_unseen_wh


def _difference(before: Register, after: Register, scale: float) -> Span:
    """Return what was used between two full hours, with the registers' numbers multiplied by `scale`."""
    imported = (after.import_wh - before.import_wh) * scale - (after.used_wh - before.used_wh)
    exported = None
    if before.export_wh is not None and after.export_wh is not None:
        exported = (after.export_wh - before.export_wh) * scale - (after.sold_wh - before.sold_wh)
    return Span(before.hour, after.hour, imported, exported)
