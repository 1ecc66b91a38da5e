"""What outlives the program: the batch that is written once a minute, and the checkpoint to go on from.

Plain frozen values between the household, which makes them and knows no file, and the history, which keeps them and
knows no rule. All moments are UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from appliance.household.clock import ClockReading, ClockSource
from appliance.household.hours import Hour, LedgerCheckpoint, Span
from appliance.household.limit_alarm import AlarmCheckpoint
from appliance.household.situation import Level, Rule, VoltageDay

MINUTES_KEPT = timedelta(days=14)
"""How far back one-minute means are kept, in the history's file and while they wait to be written."""


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """One minute's means; `None` is "not reported in it"."""

    start: datetime
    import_w: float | None
    export_w: float | None
    voltages_v: tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """One alarm from its beginning to its end. Those of `Rule.VOLTAGE` are the voltage excursions."""

    began: datetime
    rule: Rule
    phase: int | None
    ended: datetime | None
    """`None` while it lasts."""
    level: Level
    """The highest it reached."""
    worst: float | None
    """The value furthest over the limit, in the rule's unit."""
    limit: float
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The running state."""

    ledger: LedgerCheckpoint = field(default_factory=LedgerCheckpoint)
    utc: datetime | None = None
    """When it was made, UTC, if the time was known."""
    source: ClockSource = ClockSource.UNKNOWN
    last_clock: ClockReading | None = None
    """What the meter's clock said last, and its register then."""
    alarm_checkpoints: tuple[AlarmCheckpoint, ...] = ()
    chime_ages_s: tuple[float, ...] = ()
    voltage_day: VoltageDay | None = None


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
