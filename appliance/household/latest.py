"""What the meter says of this moment: power, phases, and who it is.

A fast list has only the power. So phases and export are those of the last list that had them, as long as that is
fresh.
"""

from typing import Literal

from appliance.household.situation import MeterIdentity, Phase
from appliance.meter.makers import profile_of
from appliance.meter.reading import Reading

Phases = tuple[Phase, Phase, Phase]
_NOTHING: Phases = (Phase(), Phase(), Phase())


class LatestValues:
    """The newest values, and how old they are."""

    def __init__(self, stale_s: float, net: Literal["auto", "it", "tn"]) -> None:
        """Hold values that are fresh for `stale_s` seconds, in a net that is known or as the lists make likely."""
        self._stale_s = stale_s
        self._net = net
        self._phases_at: float | None = None
        self._full_list: Reading | None = None
        self.received_at: float | None = None
        """When the last power came, on the monotonic clock, s."""
        self.import_w: float | None = None
        self.export_w: float | None = None
        self.phases = _NOTHING
        self.line_to_line = False
        self.identity = MeterIdentity()

    def believe_for(self, stale_s: float) -> None:
        """Take values for fresh for `stale_s` seconds from now on."""
        self._stale_s = stale_s

    def reading(self, reading: Reading, now: float) -> None:
        """Take a reading of `now`, s."""
        if reading.meter_id is not None or reading.meter_type is not None:
            self.identity = MeterIdentity(reading.maker, reading.meter_type, reading.meter_id)
        elif self.identity.maker is None and reading.maker is not None:
            self.identity = MeterIdentity(reading.maker)
        if reading.voltage_l1_v is not None or reading.current_l1_a is not None:
            self.phases, it_net = _phases(reading)
            self.line_to_line = it_net if self._net == "auto" else self._net == "it"
            self._phases_at, self._full_list = now, reading
        if reading.power_import_w is not None:
            self._power(reading.power_import_w, reading.power_export_w, now)

    def age_s(self, now: float) -> float | None:
        """Return the seconds since the last power; `None` before the first."""
        return None if self.received_at is None else now - self.received_at

    def fresh(self, now: float) -> bool:
        """Return whether the last power is still the present one."""
        return self.received_at is not None and now - self.received_at < self._stale_s

    def fresh_until(self) -> float | None:
        """Return when the last phases are no longer the present ones; `None` before the first."""
        return None if self._phases_at is None else self._phases_at + self._stale_s

    def phases_fresh(self, now: float) -> bool:
        """Return whether the last phases are still the present ones."""
        return self._phases_at is not None and now - self._phases_at < self._stale_s

    def phases_at(self, now: float) -> Phases:
        """Return the phases as far as they are the present ones."""
        return self.phases if self.phases_fresh(now) else _NOTHING

    def full_list(self, now: float) -> Reading | None:
        """Return the newest list with phases, as long as it is the present one."""
        return self._full_list if self.phases_fresh(now) else None

    def currents_a(self, now: float) -> tuple[float | None, float | None, float | None]:
        """Return the lines' currents, A, as far as they are reported and fresh."""
        one, two, three = self.phases_at(now)
        return one.current_a, two.current_a, three.current_a

    def _power(self, import_w: float, export_w: float | None, now: float) -> None:
        if not self.fresh(now):
            self.export_w = None
        self.received_at = now
        self.import_w = import_w
        if export_w is not None:
            self.export_w = export_w
        elif import_w > 0 and self.export_w is not None:
            self.export_w = 0.0  # the fast list leaves export out, but no meter counts both ways at once


def _phases(reading: Reading) -> tuple[Phases, bool]:
    """Return the three phases as reported, and whether their voltages are between phases.

    In an IT net a meter leaves out the current of L2, or sends 0 for the voltage it does not measure there. Both are
    shown as not reported: computing them from the others was tried elsewhere and was wildly wrong.
    """
    unmeasured = reading.voltage_l2_v == 0 and profile_of(reading.maker).sends_zero_for_unmeasured_l2
    phases = (
        Phase(reading.voltage_l1_v, reading.current_l1_a),
        Phase(None if unmeasured else reading.voltage_l2_v, reading.current_l2_a),
        Phase(reading.voltage_l3_v, reading.current_l3_a),
    )
    three_phases = reading.voltage_l3_v is not None
    return phases, three_phases and (unmeasured or reading.current_l2_a is None)
