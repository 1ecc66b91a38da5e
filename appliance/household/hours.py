"""An hour of energy, and how it is known: the values that the ledger makes, the tariff bills and the history keeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from appliance.household.units import EnergyUnit

OSLO = ZoneInfo("Europe/Oslo")
"""Where hours and days are cut."""
HOUR = timedelta(hours=1)
HOUR_S = 3600.0
UNSEEN_S = 3.0
"""An hour of which no more than this was missed is known by its integral: clocks are corrected by a second or two."""


class Quality(Enum):
    """How an hour's energy is known."""

    EDITED = "edited"
    """By the household's own correction, from the grid company's figures."""
    METERED = "metered"
    """By the register's difference over just this hour."""
    INTEGRATED = "integrated"
    """By the powers of the whole hour."""
    PARTLY = "partly"
    """By the powers of a part of it: a lower bound."""
    UNKNOWN = "unknown"


WHOLE = frozenset({Quality.EDITED, Quality.METERED, Quality.INTEGRATED})
"""The energy is that of the whole hour."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A clock hour, running or ended."""

    start: datetime
    """UTC."""
    import_wh: float
    export_wh: float
    quality: Quality
    """Of the import."""
    coverage: float
    """Share of the 3600 s in which powers were seen, 0..1."""
    export_quality: Quality = Quality.UNKNOWN
    """Of the export; an hour without any report of it is unknown."""


@dataclass(frozen=True, slots=True)
class Span:
    """What the registers say of several hours together, when a list between was missing: a sum, never an hour."""

    start: datetime
    """UTC."""
    end: datetime
    import_wh: float
    export_wh: float | None


@dataclass(frozen=True, slots=True)
class Register:
    """A meter's registers shortly after a full hour."""

    hour: datetime
    """UTC."""
    import_wh: float
    """By the unit of the maker's description: the meter may count in another one."""
    export_wh: float | None
    meter_id: str | None
    used_wh: float = 0.0
    """What of the import came after the full hour."""
    sold_wh: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunningHour:
    """The running hour's integral so far."""

    start: datetime
    """UTC."""
    import_wh: float = 0.0
    export_wh: float = 0.0
    seen_s: float = 0.0
    """Seconds in which the import was seen."""
    export_seen_s: float = 0.0
    elapsed_s: float = 0.0
    """Seconds since the hour began, up to the newest power."""
    largest_w: float = 0.0
    """The largest import that was seen in it."""
    continued: bool = False
    """The program was restarted within this hour, and what came before is from its checkpoint."""

    @property
    def missing_s(self) -> float:
        """Seconds of the hour so far in which no power was seen."""
        return max(0.0, self.elapsed_s - self.seen_s)

    @property
    def whole(self) -> bool:
        """Whether all of the hour so far was seen."""
        return self.missing_s <= UNSEEN_S

    def lies_around(self, utc: datetime, within_s: float) -> bool:
        """Return whether it is this hour's time at `utc`, or no further from it than `within_s`, s."""
        within = timedelta(seconds=within_s)
        return self.start - within <= utc <= self.start + HOUR + within

    def ended(self) -> Hour:
        """Return the hour as it is when it ends now."""
        return Hour(
            self.start,
            self.import_wh,
            self.export_wh,
            quality_for(self.seen_s),
            min(1.0, self.seen_s / HOUR_S),
            quality_for(self.export_seen_s),
        )


@dataclass(frozen=True, slots=True)
class LedgerCheckpoint:
    """What of the ledger outlives the program beside its ended hours."""

    running: RunningHour | None = None
    register: Register | None = None
    power: tuple[float, float, float | None] | None = None
    """The power that held: its age, s; import and export, W."""
    known_to: datetime | None = None
    """The last moment of the running hour, UTC: what comes after a power cut cannot lie before it."""
    largest_w: float = 0.0
    """The largest import that was ever seen."""
    units: tuple[EnergyUnit, ...] = ()


def quality_for(seen_s: float) -> Quality:
    """Return how an hour is known with this many seconds of powers."""
    return Quality.INTEGRATED if seen_s >= HOUR_S - UNSEEN_S else Quality.PARTLY if seen_s else Quality.UNKNOWN
