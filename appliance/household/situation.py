"""The one snapshot that panel and links may show.

Everything downstream of the household is a pure function of a `Situation`: a page, a lamp, a sound. So it holds
values and not sentences, and every value that is not known is `None`: "not known yet" is shown as "--", "the meter
does not report it" as "–", and neither is ever a zero.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum

from appliance.household.hours import Hour


class Level(IntEnum):
    """How much attention the load deserves; higher is worse."""

    OK = 0
    WATCH = 1
    ACT = 2


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
    """Who is speaking, from the last list that said so."""

    maker: str | None = None
    meter_type: str | None = None
    meter_id: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """All that can be shown, at one moment of the appliance's monotonic clock."""

    watch_w: float
    """The yellow threshold, W."""
    act_w: float
    """The red threshold, W; the limit mark of the bar."""
    level: Level | None = None
    """`None` while the power is not known: neither a green light nor an alarm."""
    signal: Signal = Signal.WAITING
    power_import_w: float | None = None
    """Active power from the grid, W; `None` before the first reading and when the last one is stale."""
    power_export_w: float | None = None
    """Active power to the grid, W; `None` when unknown or not reported."""
    phases: tuple[Phase, Phase, Phase] = (Phase(), Phase(), Phase())
    phases_known: bool = False
    """A list with phases has come and is fresh: `None` in a phase now means "not reported"."""
    line_to_line: bool = False
    """The voltages are between phases (IT net), not from phase to neutral."""
    hour_energy_wh: float | None = None
    """Imported since the top of this hour, Wh; `None` unless the whole hour so far was seen."""
    today_energy_wh: float | None = None
    """Imported since local midnight, Wh; `None` unless the whole day so far was seen."""
    ended_hours: tuple[Hour, ...] = ()
    """The hours of the last days that have ended, oldest first, and how each is known."""
    local_time: datetime | None = None
    """Norwegian local time with its zone; `None` until the meter has told the time."""
    reading_age_s: float | None = None
    """Seconds since the last reading; `None` before the first."""
    meter: MeterIdentity = MeterIdentity()
    line: LineQuality = LineQuality()
