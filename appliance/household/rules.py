"""The rules of the alarms and of their sounds, as the household may set them: the one place of their defaults.

Most rules have a hysteresis and delays (IEC 62682): a limit is reached when the value has stood at or above it for the
on-delay, and left when it has stayed below it, by more than the hysteresis, for the off-delay.
"""

from dataclasses import dataclass
from datetime import time
from enum import Enum

from appliance.household.daily_window import DailyWindow


class Rule(Enum):
    """What an alarm is about."""

    POWER = "power"
    """Import over a threshold, W."""
    HOUR = "hour"
    """The projected hour over what it may have, Wh."""
    PHASE = "phase"
    """A phase's current over a share of the main fuse, A."""
    VOLTAGE = "voltage"
    """A one-minute mean outside its limits, V."""
    EXPORT = "export"
    """Export over its limit, W."""
    SILENT = "silent"
    """No reading for a while, s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Import power limits, W, and their delays, s."""

    watch_w: float = 5000.0
    act_w: float = 10000.0
    hysteresis_w: float = 200.0
    on_delay_s: float = 0.0
    """How long the power must stand at or above a limit before it counts."""
    off_delay_s: float = 30.0
    """How long it must stay below a limit before the limit is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRule:
    """The projected hour would cross the capacity limit, and that would cost money."""

    on: bool = True
    limit_kw: float | None = None
    """The mean that the household wants to keep; `None` is the step that the month has reached."""
    hysteresis: float = 0.03
    """Share of what the hour may have, by which the projection must fall below it."""
    on_delay_s: float = 120.0
    off_delay_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRule:
    """A phase carries much of what the main fuse does; by the phases that are reported."""

    fuse_a: float | None = None
    """The main fuse, A; `None` is not known, and no alarm."""
    watch_share: float = 0.8
    act_share: float = 1.0
    hysteresis_a: float = 1.0
    on_delay_s: float = 10.0
    off_delay_s: float = 60.0


@dataclass(frozen=True, slots=True)
class VoltageRule:
    """A voltage is outside what the grid company owes, as a one-minute mean (230 V +/- 10 %)."""

    low_v: float = 207.0
    high_v: float = 253.0
    hysteresis_v: float = 1.0


@dataclass(frozen=True, slots=True)
class ExportRule:
    """More is sold than the roof or its contract is meant for."""

    limit_w: float | None = None
    """`None` is no alarm."""
    hysteresis_w: float = 200.0
    on_delay_s: float = 60.0
    off_delay_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules as the household wants them."""

    power: Thresholds = Thresholds()
    hour: HourRule = HourRule()
    phase: PhaseRule = PhaseRule()
    voltage: VoltageRule = VoltageRule()
    export: ExportRule = ExportRule()
    silent_s: float = 30.0
    """Without a reading for this long the meter is silent, and no value is the present one."""


@dataclass(frozen=True, slots=True)
class SoundRule:
    """When and how often sounds may be made."""

    quiet_from: time = time(22)
    quiet_to: time = time(7)
    """Equal to `quiet_from`: there are no quiet hours, and sounds are made although the time is not known."""
    an_hour: int = 6
    """The largest number of sounds in any 3600 s."""

    @property
    def quiet_hours(self) -> DailyWindow:
        """The part of the day without sounds."""
        return DailyWindow(self.quiet_from, self.quiet_to)
