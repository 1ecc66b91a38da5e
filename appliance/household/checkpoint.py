"""What outlives the program: the batch that is written once a minute, and the checkpoint to go on from.

Plain frozen values between the household, which makes them and knows no file, and the history, which keeps them and
knows no rule. All moments are UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from appliance.household.clock import ClockSource
from appliance.household.clock_meaning import ClockFinding
from appliance.household.clock_repeats import ClockReading
from appliance.household.hours import Hour, LedgerCheckpoint, Span
from appliance.household.limit_alarm import AlarmCheckpoint
from appliance.household.live_register import LiveCheckpoint as LiveCheckpoint  # a checkpoint has it: found here too
from appliance.household.outlook import StepLost
from appliance.household.situation import AlarmRow as AlarmRow  # a batch has them: found here too
from appliance.household.situation import VoltageDay

MINUTES_KEPT = timedelta(days=14)
"""How far back one-minute means are kept, in the history's file and while they wait to be written."""
LATEST_ALARMS = 10
"""The number of alarms that are shown, and read from the history's file for that."""


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """One minute's means; `None` is "not reported in it"."""

    start: datetime
    import_w: float | None
    export_w: float | None
    voltages_v: tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The running state."""

    ledger: LedgerCheckpoint = field(default_factory=LedgerCheckpoint)
    utc: datetime | None = None
    """When it was made, UTC, if the time was known."""
    source: ClockSource = ClockSource.UNKNOWN
    held_s: float = 0.0
    """For how long the time had been known, s."""
    last_clock: ClockReading | None = None
    """The clock of the last list with a register, and this register."""
    clock_findings: tuple[ClockFinding, ...] = ()
    """What the meters' clocks were found to mean."""
    meter_id: str = ""
    """Of the meter that was heard last; empty when it sends none."""
    alarm_checkpoints: tuple[AlarmCheckpoint, ...] = ()
    chime_ages_s: tuple[float, ...] = ()
    step_lost: StepLost | None = None
    """The newest hour that lifted its month over its limit."""
    step_lost_seen: bool = True
    """Somebody has seen that."""
    voltage_day: VoltageDay | None = None
    live: LiveCheckpoint | None = None
    """The registers, and what was used since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All that is new since the last batch that was written, and the running state."""

    hours: tuple[Hour, ...] = ()
    spans: tuple[Span, ...] = ()
    minutes: tuple[MinuteRow, ...] = ()
    alarms: tuple[AlarmRow, ...] = ()
    checkpoint: Checkpoint = field(default_factory=Checkpoint)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a history held when it was opened."""

    hours: tuple[Hour, ...] = ()
    """The newest, oldest first, the household's corrections in them."""
    checkpoint: Checkpoint | None = None
    downtime_s: float | None = None
    """How long ago the checkpoint was made, s; `None` when the power was lost since."""
    alarms: tuple[AlarmRow, ...] = ()
    """The newest, at most `LATEST_ALARMS`."""
