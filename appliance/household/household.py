"""The room itself: events in, one `Situation` out.

Every event carries its moment on the appliance's monotonic clock; the household never looks at a clock itself, so a
test, the demo and a replayed recording see exactly what the Pi would have shown.
"""

from typing import Literal

from appliance.household.alarms import LoadLevel, Thresholds
from appliance.household.clock import WallClock
from appliance.household.hours import HourLedger
from appliance.household.situation import LineQuality, MeterIdentity, Phase, Signal, Situation
from appliance.meter.reading import Maker, Reading, Rejected

SILENT_S = 30.0
"""Without a reading for this long the last one is no longer the present; the slowest meter sends every 10 s."""


class Household:
    """What the household's panel may know, kept up to date by events."""

    def __init__(self, thresholds: Thresholds, net: Literal["auto", "it", "tn"] = "auto") -> None:
        """A household whose voltages are between phases ("it"), to neutral ("tn"), or as the lists make likely."""
        self._thresholds = thresholds
        self._level = LoadLevel(thresholds)
        self._clock = WallClock()
        self._hours = HourLedger()
        self._identity = MeterIdentity()
        self._quality = LineQuality()
        self._net = net
        self._port_open = False
        self._import_w: float | None = None
        self._export_w: float | None = None
        self._reading_at: float | None = None
        self._phases = (Phase(), Phase(), Phase())
        self._line_to_line = False
        self._phases_at: float | None = None

    def port(self, is_open: bool) -> None:
        """The serial port was opened, or is gone."""
        self._port_open = is_open

    def octets(self, count: int) -> None:
        """So many octets came, whatever they were."""
        quality = self._quality
        self._quality = LineQuality(quality.octets + count, quality.readings, quality.rejected)

    def rejected(self, _rejected: Rejected) -> None:
        """A frame gave no reading."""
        quality = self._quality
        self._quality = LineQuality(quality.octets, quality.readings, quality.rejected + 1)

    def reading(self, reading: Reading, now: float) -> None:
        """A reading whose last octet came at `now`, s."""
        quality = self._quality
        self._quality = LineQuality(quality.octets, quality.readings + 1, quality.rejected)
        self._clock.tell(reading, now)
        if reading.meter_id is not None or reading.meter_type is not None:
            self._identity = MeterIdentity(reading.maker, reading.meter_type, reading.meter_id)
        elif self._identity.maker is None and reading.maker is not None:
            self._identity = MeterIdentity(reading.maker)
        if reading.voltage_l1_v is not None or reading.current_l1_a is not None:
            self._phases, it_net = _phases(reading)
            self._line_to_line = it_net if self._net == "auto" else self._net == "it"
            self._phases_at = now
        if reading.power_import_w is not None:
            self._power(reading.power_import_w, reading.power_export_w, now)
        if reading.energy_import_wh is not None:
            self._register(reading.energy_import_wh, reading, now)

    def situation(self, now: float) -> Situation:
        """All that can be shown at `now`, s; the hold times of the level have gone on until then."""
        fresh = self._reading_at is not None and now - self._reading_at < SILENT_S
        import_w = self._import_w if fresh else None
        phases_fresh = self._phases_at is not None and now - self._phases_at < SILENT_S
        return Situation(
            watch_w=self._thresholds.watch_w,
            act_w=self._thresholds.act_w,
            level=self._level.update(import_w, now),
            signal=self._signal(fresh),
            power_import_w=import_w,
            power_export_w=self._export_w if fresh else None,
            phases=self._phases if phases_fresh else (Phase(), Phase(), Phase()),
            phases_known=phases_fresh,
            line_to_line=self._line_to_line and phases_fresh,
            hour_energy_wh=self._hours.hour_wh() if fresh else None,
            today_energy_wh=self._hours.today_wh() if fresh else None,
            ended_hours=self._hours.ended,
            local_time=self._clock.local(now),
            reading_age_s=None if self._reading_at is None else now - self._reading_at,
            meter=self._identity,
            line=self._quality,
        )

    def _power(self, import_w: float, export_w: float | None, now: float) -> None:
        if self._reading_at is not None and now - self._reading_at >= SILENT_S:
            self._export_w = None
        self._reading_at = now
        self._import_w = import_w
        if export_w is not None:
            self._export_w = export_w
        elif import_w > 0 and self._export_w is not None:
            self._export_w = 0.0  # the fast list leaves export out, but no meter counts both ways at once
        self._hours.power(import_w, self._export_w, now, self._clock.utc(now))

    def _register(self, energy_wh: float, reading: Reading, now: float) -> None:
        utc, listed = self._clock.utc(now), self._clock.listed(reading, now)
        if utc is not None and listed is not None:
            self._hours.register(energy_wh, reading.meter_id, now - (utc - listed).total_seconds(), listed)

    def _signal(self, fresh: bool) -> Signal:
        if not self._port_open:
            return Signal.NO_PORT
        if fresh:
            return Signal.RECEIVING
        return Signal.WAITING if self._reading_at is None else Signal.SILENT


def _phases(reading: Reading) -> tuple[tuple[Phase, Phase, Phase], bool]:
    """The three phases as reported, and whether their voltages are between phases.

    In an IT net an Aidon leaves out the current of L2, and a Kaifa sends 0 for the voltage it does not measure
    there. Both are shown as not reported: computing them from the others was tried elsewhere and was wildly wrong.
    """
    unmeasured = reading.maker is Maker.KAIFA and reading.voltage_l2_v == 0
    phases = (
        Phase(reading.voltage_l1_v, reading.current_l1_a),
        Phase(None if unmeasured else reading.voltage_l2_v, reading.current_l2_a),
        Phase(reading.voltage_l3_v, reading.current_l3_a),
    )
    three_phases = reading.voltage_l3_v is not None
    return phases, three_phases and (unmeasured or reading.current_l2_a is None)
