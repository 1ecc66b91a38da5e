"""The one snapshot that panel and links may show.

Everything downstream of the household is a pure function of a `Situation`: a page, a lamp, a sound. So it holds
values and not sentences, and every value that is not known is `None`: "not known yet" is shown as "--", "the meter
does not report it" as "–", and neither is ever a zero.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum

from appliance.household.clock import ClockSource
from appliance.household.hours import Hour, RunningHour
from appliance.household.outlook import Outlook
from appliance.household.rules import Rule as Rule  # an alarm names its rule: found here too
from appliance.household.tariff import Month
from appliance.system.health import NOTHING_KNOWN, Health


class Level(IntEnum):
    """How much attention it deserves; higher comes first."""

    OK = 0
    WATCH = 1
    ACT = 2
    FAULT = 3
    """Not worse than ACT, but no other level can be known before it is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A rule whose limit is reached."""

    rule: Rule
    level: Level
    phase: int | None
    """1 to 3 where the rule is about one."""
    value: float | None
    """The newest value, in the rule's unit; `None` when it is from before a restart."""
    limit: float
    since: datetime | None
    """UTC; `None` while the time is not known."""
    age_s: float
    """Seconds since then, or since the restart that it outlived."""
    acknowledged: bool


class Sound(Enum):
    """What a sound says."""

    LOOK = "look"
    ACT = "act"
    OVER = "over"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Chime:
    """A sound that is to be made once."""

    number: int
    """Counts up: a number not seen yet is to be heard."""
    sound: Sound


class Storage(Enum):
    """How the history's file is."""

    NONE = "none"
    """No history is kept."""
    FINE = "fine"
    SET_ASIDE = "set aside"
    """A damaged file was set aside, and a new one begun."""
    FAILING = "failing"
    """The file cannot be written; what is new is kept in memory until it can."""


class Signal(Enum):
    """What comes from the meter at this moment."""

    WAITING = "waiting"
    """The port is open and nothing was understood yet."""
    RECEIVING = "receiving"
    SILENT = "silent"
    """Readings came before and have stopped."""
    NO_PORT = "no port"
    """The serial port cannot be opened."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase as the meter reports it; `None` is "not reported" (L2 current in an IT net, L2 and L3 of one phase)."""

    voltage_v: float | None = None
    current_a: float | None = None


@dataclass(frozen=True, slots=True)
class LineQuality:
    """What the decoder made of the octets since the program started."""

    octets: int = 0
    readings: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class MeterIdentity:
    """The meter's names, from the last list that had them."""

    maker: str | None = None
    meter_type: str | None = None
    meter_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The local day so far; `None` where a part of it is not known."""

    day: date
    import_wh: float | None
    export_wh: float | None
    cost_kr: float | None
    """Of the imported energy, as far as the settings price it."""
    highest: Hour | None
    """The ended hour with the highest import."""


@dataclass(frozen=True, slots=True)
class VoltageDay:
    """The extremes of a day's one-minute mean voltages by phase, V; `None` is "not reported"."""

    day: date
    lowest_v: tuple[float | None, float | None, float | None]
    highest_v: tuple[float | None, float | None, float | None]
    outside_min: int = 0
    """Minutes in which a phase's mean was outside its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that can be shown, at one moment of the appliance's monotonic clock."""

    watch_w: float
    """The yellow threshold, W."""
    act_w: float
    """The red threshold, W; the limit mark of the bar."""
    level: Level | None = None
    """The highest of the alarms; `None` while the power is not known: neither a green light nor an alarm."""
    signal: Signal = Signal.WAITING
    power_import_w: float | None = None
    """Active power from the grid, W; `None` before the first reading and when the last one is stale."""
    power_export_w: float | None = None
    """Active power to the grid, W; `None` when unknown or not reported."""
    recent_w: tuple[float | None, ...] = ()
    """Import less export of the last ten minutes in steps of 5 s, W, oldest first; `None` was not read."""
    phases: tuple[Phase, Phase, Phase] = (Phase(), Phase(), Phase())
    phases_known: bool = False
    """A list with phases has come and is fresh: `None` in a phase now means "not reported"."""
    fuse_a: float | None = None
    """The main fuse, A; `None` when it is not set."""
    line_to_line: bool = False
    """The voltages are between phases (IT net), not from phase to neutral."""
    hour: RunningHour | None = None
    """The running hour so far, and how much of it was seen; `None` while the time or the power is not known."""
    outlook: Outlook | None = None
    """What the hour will come to and may; `None` when too much of it was not seen."""
    today: Today | None = None
    month: Month | None = None
    """This month's top days and step; `None` while the time is not known, or without a tariff."""
    voltage_day: VoltageDay | None = None
    ended_hours: tuple[Hour, ...] = ()
    """The hours of this month and the last that have ended, oldest first, and how each is known."""
    alarms: tuple[Alarm, ...] = ()
    """What is over a limit, worst first."""
    chime: Chime | None = None
    """The newest sound that is to be made."""
    quiet: bool = True
    """Quiet hours are in force, or all sounds are muted."""
    muted_s: float | None = None
    """For how long all sounds are muted from now on, s; `None` when they are not."""
    local_time: datetime | None = None
    """Norwegian local time with its zone; `None` until the meter or a clock that was set has said it."""
    clock_source: ClockSource = ClockSource.UNKNOWN
    storage: Storage = Storage.NONE
    reading_age_s: float | None = None
    """Seconds since the last reading; `None` before the first."""
    meter: MeterIdentity = MeterIdentity()
    line: LineQuality = LineQuality()
    health: Health = NOTHING_KNOWN
    """What the appliance knows of itself; the supervisor adds it."""
