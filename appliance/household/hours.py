"""The hour ledger: how much energy each clock hour took, and how that is known.

Two witnesses tell of an hour. The power of every list, held until the next one comes, gives an integral; the register
of the hourly lists gives a difference. The integral knows the running hour, the register is exact, and each shows
when the other cannot be right: an hour keeps its integral against a register that contradicts it. Neither is ever
stretched over what was not seen: a gap in the readings is a lower coverage and not a guess, and a register that moved
over several hours says nothing of any one of them.

An hour ends when the clock has moved past it, and once it has ended nothing is credited to it again, whatever the
clock does later. So a list that repeats itself, comes late or not at all can leave an hour less well known, but can
never double one or invent a peak.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from appliance.household.clock import OSLO

LONGEST_GAP_S = 30.0
"""A power is believed for this long: three lists of the slowest meter are missing after it."""
UNSEEN_S = 3.0
"""An hour of which no more than this was missed is known by its integral: clocks are corrected by a second or two."""
KEPT = 75
"""Ended hours that stay in the ledger: three days, of which one has 25 hours."""
LARGEST_HOUR_WH = 100_000.0
"""More than this is no household's hour: the meter was exchanged, or its register lies."""
_HOUR = timedelta(hours=1)
_HOUR_S = 3600.0
_BACK_STEP_S = 120.0
"""A clock that steps back over a full hour by less than this was corrected, not set: the hour it left stays ended."""
_TAIL_S = 180.0
_DISAGREEMENT_WH, _DISAGREEMENT = 50.0, 0.05
"""Integral and register may differ by the larger of these: by Wh, and by a share."""


class Known(Enum):
    """How an hour's energy is known, from best to worst."""

    METERED = "metered"
    """By the register's difference over just this hour."""
    INTEGRATED = "integrated"
    """By the powers of the whole hour."""
    PARTLY = "partly"
    """By the powers of a part of it: there was at least so much."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hour:
    """A clock hour, running or ended."""

    start: datetime
    """UTC."""
    import_wh: float
    export_wh: float
    known: Known
    """Of the import; the export is as the lists reported it."""
    coverage: float
    """Share of the 3600 s in which powers were seen, 0..1."""


@dataclass(frozen=True, slots=True)
class Register:
    """A meter's import register as it stood at a full hour."""

    hour: datetime
    """UTC."""
    energy_wh: float
    meter_id: str | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A time in which one pair of powers held; on the monotonic clock, s."""

    start: float
    end: float
    import_w: float
    export_w: float

    def between(self, start: float, end: float) -> tuple[float, float, float]:
        """Import Wh, export Wh and seconds of the part between two moments."""
        seconds = max(0.0, min(self.end, end) - max(self.start, start))
        return self.import_w * seconds / _HOUR_S, self.export_w * seconds / _HOUR_S, seconds


class HourLedger:
    """Clock hours of one meter, as far as they were seen."""

    def __init__(self) -> None:
        self._ended: tuple[Hour, ...] = ()
        self._running: Hour | None = None
        self._tail: list[_Stretch] = []  # of the last minutes: the time of day may be told only afterwards
        self._power: tuple[float, float, float] | None = None  # since when, s; import and export, W
        self._register: Register | None = None

    @property
    def ended(self) -> tuple[Hour, ...]:
        """The hours that have ended, oldest first; at most `KEPT`, no start twice, hours without any power left out."""
        return self._ended

    def power(self, import_w: float, export_w: float | None, now: float, utc: datetime | None) -> None:
        """Take the powers that hold from `now`, s, which is `utc`, if that is known."""
        stretch = self._held_until(now)
        self._power = (now, import_w, export_w or 0.0)
        if stretch is not None:
            self._tail = [kept for kept in self._tail if now - kept.end < _TAIL_S] + [stretch]
        if utc is not None:
            self._pass(now, utc, stretch)

    def register(self, energy_wh: float, meter_id: str | None, at: float, utc: datetime) -> None:
        """Take the import register as it stood at `utc`, which was `at`, s; at a full hour or shortly after one."""
        hour = utc.replace(minute=0, second=0, microsecond=0)
        behind = (utc - hour).total_seconds()
        used, _, seen = self._since(at - behind, at)
        if behind - seen > UNSEEN_S:
            self._register = None  # what went by between the full hour and the list was not seen
            return
        before, self._register = self._register, Register(hour, energy_wh - used, meter_id)
        if before is None or before.hour + _HOUR != hour or before.meter_id != meter_id:
            return
        metered = self._register.energy_wh - before.energy_wh
        if 0 <= metered <= LARGEST_HOUR_WH:
            self._ended = tuple(_settled(ended, before.hour, metered) for ended in self._ended)

    @property
    def running(self) -> Hour | None:
        """The hour that runs, up to the newest power; `None` while the time of day is not known."""
        return self._running

    def hour_wh(self) -> float | None:
        """Imported in the running hour so far, Wh; `None` unless all of it was seen."""
        running = self._running
        return running.import_wh if running is not None and running.known is Known.INTEGRATED else None

    def today_wh(self) -> float | None:
        """Imported since midnight in Norway, Wh; `None` unless every hour of the day is known."""
        running_wh = self.hour_wh()
        if self._running is None or running_wh is None:
            return None
        midnight = self._running.start.astimezone(OSLO).replace(hour=0)
        day = [hour for hour in self._ended if midnight <= hour.start < self._running.start]
        gone = round((self._running.start - midnight) / _HOUR)
        if len(day) != gone or any(hour.known in (Known.PARTLY, Known.UNKNOWN) for hour in day):
            return None
        return running_wh + sum(hour.import_wh for hour in day)

    def _held_until(self, now: float) -> _Stretch | None:
        """How the power of the last reading held until `now`; `None` when it is too old to be believed."""
        if self._power is None:
            return None
        since, import_w, export_w = self._power
        return _Stretch(since, now, import_w, export_w) if 0 < now - since <= LONGEST_GAP_S else None

    def _pass(self, now: float, utc: datetime, stretch: _Stretch | None) -> None:
        """Credit a stretch to the hours it lies in, and end those that are over."""
        hour = utc.replace(minute=0, second=0, microsecond=0)
        full_hour = now - (utc - hour).total_seconds()
        running = self._running
        if running is not None and hour < running.start:
            if (running.start - utc).total_seconds() < _BACK_STEP_S:
                hour = running.start
            else:  # set back by hours: what is ended stays ended, and the hour left in the middle is not whole
                self._end(replace(running, known=Known.PARTLY))
                self._running = running = None
        if running is not None and hour == running.start:
            self._running = self._credited(running, (stretch,), now, full_hour)
        else:
            if running is not None:
                self._end(self._credited(running, (stretch,), full_hour, full_hour - _HOUR_S))
            begun = Hour(hour, 0.0, 0.0, Known.INTEGRATED, 0.0)
            ended_before = self._ended and self._ended[-1].start >= hour
            self._running = None if ended_before else self._credited(begun, self._tail, now, full_hour)

    def _credited(self, hour: Hour, stretches: Sequence[_Stretch | None], now: float, full_hour: float) -> Hour:
        """The hour with these stretches' parts in it, as it is at `now`."""
        import_wh, export_wh, seconds = hour.import_wh, hour.export_wh, hour.coverage * _HOUR_S
        for stretch in stretches:
            if stretch is not None:
                imported, exported, seen = stretch.between(max(full_hour, stretch.start), now)
                import_wh, export_wh, seconds = import_wh + imported, export_wh + exported, seconds + seen
        whole = seconds >= min(_HOUR_S, now - full_hour) - UNSEEN_S
        known = Known.INTEGRATED if whole else Known.PARTLY if seconds else Known.UNKNOWN
        return Hour(hour.start, import_wh, export_wh, known, min(1.0, seconds / _HOUR_S))

    def _since(self, start: float, end: float) -> tuple[float, float, float]:
        """Import Wh, export Wh and seconds seen between two moments of the last minutes."""
        parts = [stretch.between(start, end) for stretch in self._tail]
        return sum(part[0] for part in parts), sum(part[1] for part in parts), sum(part[2] for part in parts)

    def _end(self, hour: Hour) -> None:
        if hour.known is not Known.UNKNOWN:
            self._ended = (*self._ended[1 - KEPT :], hour)


def _settled(hour: Hour, start: datetime, metered_wh: float) -> Hour:
    """The hour with what the register says of the one that began at `start`, if that is this and they agree."""
    if hour.start != start:
        return hour
    allowed = max(_DISAGREEMENT_WH, _DISAGREEMENT * metered_wh)
    too_much = hour.import_wh - metered_wh > allowed
    too_little = hour.known is Known.INTEGRATED and metered_wh - hour.import_wh > allowed
    return hour if too_much or too_little else replace(hour, import_wh=metered_wh, known=Known.METERED)
