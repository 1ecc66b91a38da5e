"""The rules of the alarms and of their sounds, as the household may set them: the one place of their defaults.

Most rules have a hysteresis and delays (IEC 62682): a limit is reached when the value has stood at or above it for the
on-delay, and left when it has stayed below it, by more than the hysteresis, for the off-delay. Where a household sets a
delay in its settings, it is that of both limits.
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


@dataclass(frozen=True, slots=True)
class Delays:
    """How long a value must be over a limit to reach it, and under it to leave it, s."""

    on_delay_s: float = 0.0
    off_delay_s: float = 0.0


AT_ONCE = Delays()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Import power limits, W."""

    watch_w: float | None = None
    """`None` with `act_w`: what the main fuse bears, or the usual limits while it is not known."""
    act_w: float | None = None
    hysteresis_w: float = 1000.0
    watch: Delays = Delays(60.0, 600.0)
    """From green to yellow, and back."""
    act: Delays = Delays(60.0, 60.0)
    """From yellow to red, and back."""


USUAL_WATCH_W, USUAL_ACT_W = 12_000.0, 17_000.0
"""The limits of a house whose main fuse is not known: a fuse of 25 A at 400 V bears 17 kW, one of 32 A at 230 V 13."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRule:
    """The running hour would cross the capacity limit, and that would cost money."""

    on: bool = True
    limit_kw: float | None = None
    """The mean that the household wants to keep; `None` is the step that the month has reached."""
    hysteresis: float = 0.03
    """Share of what the hour may have, by which the projection must fall below it."""
    on_delay_s: float = 0.0
    """How long the projection must stand above what the hour may have; it goes by a mean power already."""
    off_delay_s: float = 60.0
    settles_s: float = 300.0
    """The projection of a younger hour says more of the present power than of the hour: no alarm comes of it."""
    mean_s: float = 120.0
    """The projection goes by the mean power of so long: one kettle is no costly hour."""
    red_s: float = 600.0
    """The limit is crossed within so long: the household has to act now."""
    too_late_s: float = 420.0
    """Within so long it will be too late to keep the limit even with nothing but `base_w`: it has to act now, too."""
    base_w: float = 1000.0
    """What a house goes on using when all that can wait was switched off."""
    call_s: float = 1500.0
    """The limit is crossed within so long: worth a sound, and the page. Before that the lamp says it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRule:
    """A phase carries more than the main fuse does for long; by the phases that are reported.

    A line circuit-breaker or a gG fuse carries its current for good, and 1.13 times as much for more than an hour (IEC
    60898-1, IEC 60269-1).
    """

    fuse_a: float | None = None
    """The main fuse, A; `None` is not known, and no alarm."""
    watch_share: float = 1.0
    act_share: float = 1.15
    hysteresis_a: float = 1.0
    watch: Delays = Delays(300.0, 600.0)
    act: Delays = Delays(60.0, 60.0)


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
    silent_page_s: float = 60.0
    """So long silent, it is said on the glass; before that by the lamp alone."""
    silent_sound_s: float = 300.0
    """So long silent, it is also heard: once, until the line has been good for `good_line_s`."""
    good_line_s: float = 3600.0
    repeat_s: float = 1800.0
    """An alarm that comes again at the same level so soon after it ended lights its lamp and does nothing else."""


@dataclass(frozen=True, slots=True)
class SoundRule:
    """When and how often sounds may be made."""

    quiet_from: time = time(22)
    quiet_to: time = time(7)
    """Equal to `quiet_from`: there are no quiet hours, and sounds are made although the time is not known."""
    an_hour: int = 6
    """The largest number of sounds in any 3600 s; one that asks to act is made nevertheless."""
    reminders_s: tuple[float, ...] = (60.0, 300.0, 900.0)
    """After so long a red that nobody has seen is heard again."""

    @property
    def quiet_hours(self) -> DailyWindow:
        """The part of the day without sounds."""
        return DailyWindow(self.quiet_from, self.quiet_to)
