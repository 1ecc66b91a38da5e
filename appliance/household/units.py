"""What a meter's registers count in, where its lists do not say it.

Kaifa and Kamstrup send bare numbers, and a maker's meters differ: Norwegian Kamstrups count 10 Wh, Swedish ones 1 Wh,
and one was seen to change over. So a register is held against the integral of power over whole hours without a gap,
until two hours in a row fit one unit and no other. What was found is kept by meter id. Before it is known, and as soon
as an hour contradicts it, the register settles no hour.
"""

from collections.abc import Iterable
from dataclasses import dataclass

UNITS_WH = (1.0, 10.0, 100.0, 1000.0)
HOURS_NEEDED = 2
_SHARE, _LEAST_WH, _COUNTS = 0.05, 10.0, 2
"""How far the integral may be from the register: by a share of it, by Wh, or by counts of the unit."""


@dataclass(frozen=True, slots=True)
class EnergyUnit:
    """What the registers of one meter count in."""

    meter_id: str
    """Empty for a meter that sends none."""
    unit_wh: float


class EnergyUnits:
    """The units that were found, by meter."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}
        self._seen: tuple[str, float, int] | None = None
        """The meter, the unit that its last hours fit, and their number."""

    @property
    def known(self) -> tuple[EnergyUnit, ...]:
        """All that was found, to outlive the program."""
        return tuple(EnergyUnit(meter_id, unit_wh) for meter_id, unit_wh in self._known.items())

    def remember(self, known: Iterable[EnergyUnit]) -> None:
        """Restore what was found before the program ended."""
        self._known = {one.meter_id: one.unit_wh for one in known if one.unit_wh in UNITS_WH}

    def unit_wh(self, meter_id: str | None) -> float | None:
        """Return what a meter's registers count in, Wh; `None` as long as it is not known."""
        return self._known.get(meter_id or "")

    def observe(self, meter_id: str | None, counts: float, beside_wh: float, seen_wh: float) -> None:
        """Take an hour that was seen whole: its register's counts, what these have beside the hour, and its integral.

        An hour with so little energy that several units fit says nothing.
        """
        fitting = [unit_wh for unit_wh in UNITS_WH if _fits(counts * unit_wh - beside_wh, seen_wh, unit_wh)]
        if len(fitting) != 1:
            return
        meter, unit_wh = meter_id or "", fitting[0]
        hours = self._seen[2] + 1 if self._seen is not None and self._seen[:2] == (meter, unit_wh) else 1
        self._seen = meter, unit_wh, hours
        if hours >= HOURS_NEEDED:
            self._known[meter] = unit_wh
        elif self._known.get(meter) != unit_wh:
            self._known.pop(meter, None)


def _fits(metered_wh: float, seen_wh: float, unit_wh: float) -> bool:
    return abs(metered_wh - seen_wh) <= max(_SHARE * seen_wh, _LEAST_WH, _COUNTS * unit_wh)
