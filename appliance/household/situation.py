"""The one snapshot that panel and links may show.

Everything downstream of the household is a pure function of a `Situation`: a page, a lamp, a sound. So it holds
values and not sentences, and every value that is not known is `None`: "not known yet" is shown as "--", "the meter
does not report it" as "–", and neither is ever a zero.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum

from appliance.household.capacity import Month
from appliance.household.clock import ClockSource
from appliance.household.hours import Hour, RunningHour
from appliance.household.money import Money
from appliance.household.outlook import HourState, Outlook, StepLost
from appliance.household.rules import Rule as Rule  # an alarm names its rule: found here too
from appliance.household.spot import Spot
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
    """Seconds since then."""
    acknowledged: bool
    at_least: bool = False
    """The value is a lower bound: a part of what it is about was not seen."""
    level_since: datetime | None = None
    """When it came to its present level, UTC; `None` while the time is not known."""
    calls: int = 0
    """How often it has called since it began: each is worth a page on the glass."""


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
class RegisterValues:
    """The meter's registers, Wh; `None` is "not known", or "not reported" of the export."""

    listed_import_wh: float | None = None
    """As the last list told it: up to an hour old."""
    listed_export_wh: float | None = None
    import_wh: float | None = None
    """At this moment: the last list's, and what was used since. It never falls, but with another meter."""
    export_wh: float | None = None


@dataclass(frozen=True, kw_only=True)
class Today:
    """The local day so far; `None` where a part of it is not known."""

    day: date
    import_wh: float | None
    export_wh: float | None
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


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that can be shown, at one moment of the appliance's monotonic clock.

    One is made with every list, and for the panel a copy of it.
    """

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
    shows_export: bool | None = None
    """Whether the power to the grid is what to show; `None` is where there is one. The panel holds it for a while."""
    recent_w: tuple[float | None, ...] = ()
    """Import less export of the last ten minutes in steps of 5 s, W, oldest first; `None` was not read."""
    phases: tuple[Phase, Phase, Phase] = (Phase(), Phase(), Phase())
    phases_known: bool = False
    """A list with phases has come and is fresh: `None` in a phase now means "not reported"."""
    fuse_a: float | None = None
    """The main fuse, A; `None` when it is not set."""
    voltage_limits_v: tuple[float, float] = (207.0, 253.0)
    """A one-minute mean below or above them is outside what the grid company owes."""
    line_to_line: bool = False
    """The voltages are between phases (IT net), not from phase to neutral."""
    hour: RunningHour | None = None
    """The running hour so far, and how much of it was seen; `None` while the time or the power is not known."""
    outlook: Outlook | None = None
    """What the hour will come to and may; `None` while no hour runs."""
    hour_state: HourState | None = None
    """How the hour stands against its limit; `None` while nothing limits it."""
    step_lost: StepLost | None = None
    """The running hour has lost its month's step; or the last one that did, on the morning after."""
    money: Money | None = None
    """What it costs; `None` while no hour runs, or where nothing is priced."""
    spot: Spot | None = None
    """The spot prices; `None` where nobody fetches them."""
    today: Today | None = None
    month: Month | None = None
    """This month's top days and step; `None` while the time is not known, or without a tariff."""
    voltage_day: VoltageDay | None = None
    registers: RegisterValues = RegisterValues()
    ended_hours: tuple[Hour, ...] = ()
    """The hours of this month and the last that have ended, oldest first, and how each is known."""
    alarms: tuple[Alarm, ...] = ()
    """What is over a limit, worst first."""
    past_alarms: tuple[AlarmRow, ...] = ()
    """The last ten that began, newest first; those that last are among them."""
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

    def but(self, **changes: object) -> "Situation":
        """Return a copy with other values in these fields; `replace` would set all of them, one by one.

        Raises TypeError for what is none.
        """
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"not all of them are fields: {', '.join(changes)}")
        copy = object.__new__(Situation)
        copy.__dict__.update(self.__dict__, **changes)
        return copy
