"""The hour ledger: how much energy each clock hour took, and how that is known.

Two witnesses tell of an hour. The power of every list, held until the next one comes, gives an integral; the registers
of the hourly lists give a difference. The integral knows the running hour, the register is exact, and each shows when
the other cannot be right: an hour keeps its integral against a register that contradicts it. Neither is ever
stretched over what was not seen: a gap in the readings is a lower coverage and not a guess, and a register that moved
over several hours stays a sum of them and says nothing of any single one.

An hour ends when the clock has moved past it, and once it has ended no power is credited to it again, whatever the
clock does later. So a list that repeats itself, comes late or not at all can leave an hour less well known, but can
never double one or invent a peak.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from appliance.household.hours import (
    HOUR,
    HOUR_S,
    UNSEEN_S,
    Hour,
    LedgerCheckpoint,
    Quality,
    Register,
    RunningHour,
    Span,
)

STALE_S = 30.0
"""A power is believed for this long: three lists of the slowest meter are missing after it."""
MAX_HOURS = 2 * 31 * 24 + 1
"""Ended hours that stay in the ledger: this month and the one before."""
LARGEST_HOUR_WH = 100_000.0
"""More than this is no household's hour: the meter was exchanged, or its register lies."""
_CORRECTION_S = 150.0
"""A clock that moves by less than this was corrected, not set: the running hour goes on."""
_TAIL_S = 180.0
_DISAGREEMENT_WH, _DISAGREEMENT = 50.0, 0.05
"""Integral and register may differ by the larger of these: by Wh, and by a share."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A time in which one pair of powers held; on the monotonic clock, s."""

    start: float
    end: float
    import_w: float
    export_w: float | None

    def between(self, start: float, end: float) -> tuple[float, float, float]:
        """Return import Wh, export Wh and seconds of the part between two moments."""
        seconds = max(0.0, min(self.end, end) - max(self.start, start))
        return self.import_w * seconds / HOUR_S, (self.export_w or 0.0) * seconds / HOUR_S, seconds


class HourLedger:
    """Clock hours of one meter, as far as they were seen."""

    def __init__(self, stale_s: float = STALE_S) -> None:
        """Make an empty ledger that believes a power for `stale_s` seconds, or until the next one."""
        self._stale_s = stale_s
        self._ended: tuple[Hour, ...] = ()
        self._changed: dict[datetime, Hour] = {}
        self._spans: list[Span] = []
        self._running: RunningHour | None = None
        self._tail: deque[_Stretch] = deque()  # of the last minutes: the time of day may be known only afterwards
        self._power: tuple[float, float, float | None] | None = None  # since when, s; import and export, W
        self._credited_to = float("-inf")
        self._last_utc: tuple[float, datetime] | None = None
        self._register: Register | None = None

    @property
    def ended(self) -> tuple[Hour, ...]:
        """The hours that have ended, oldest first; at most `MAX_HOURS`, no start twice, none without a power."""
        return self._ended

    @property
    def running(self) -> RunningHour | None:
        """The hour that runs, up to the newest power; `None` while the time of day is not known."""
        return self._running

    def believe_for(self, stale_s: float) -> None:
        """Believe a power for `stale_s` seconds from now on."""
        self._stale_s = stale_s

    def power(self, import_w: float, export_w: float | None, now: float, utc: datetime | None) -> None:
        """Take the powers that hold from `now`, s, which is `utc`, if that is known."""
        stretch = self._held_until(now)
        self._power = (now, import_w, export_w)
        if stretch is not None:
            self._tail.append(stretch)
            while now - self._tail[0].end >= _TAIL_S:
                self._tail.popleft()
        if utc is not None:
            self._pass(now, utc)

    def elapse(self, now: float, utc: datetime | None) -> None:
        """Let time pass without a power: the hour ends all the same."""
        if utc is not None and (self._power is None or now - self._power[0] > self._stale_s):
            running = self._running
            if running is not None and utc >= running.start + HOUR:
                self._end(running)
                self._running = None

    def register(
        self, import_wh: float, export_wh: float | None, meter_id: str | None, at: float, utc: datetime
    ) -> None:
        """Take the registers as they stood at `utc`, which was `at`, s; at a full hour or shortly after one."""
        hour = _hour_of(utc)
        past_s = (utc - hour).total_seconds()
        used_wh, sold_wh, seen_s = self._since(at - past_s, at)
        if past_s - seen_s > UNSEEN_S:
            return  # what was used between the full hour and the list was not seen
        register = Register(hour, import_wh - used_wh, None if export_wh is None else export_wh - sold_wh, meter_id)
        before, self._register = self._register, register
        if before is None or before.meter_id != meter_id or before.hour > hour:
            return
        if before.hour == hour:
            self._register = before
            return
        metered = _difference(before, register)
        if before.hour + HOUR == hour:
            self._take_metered(before.hour, metered)
        elif 0 <= metered.import_wh <= LARGEST_HOUR_WH * ((hour - before.hour) / HOUR):
            self._spans.append(metered)

    def correct(self, start: datetime, import_wh: float) -> Hour:
        """Replace the import of the hour that began at `start`, UTC, by the household's own figure."""
        hour = self._find(start) or Hour(start, 0.0, 0.0, Quality.UNKNOWN, 0.0)
        hour = replace(hour, import_wh=import_wh, quality=Quality.EDITED)
        self._put(hour)
        return hour

    def unwritten(self) -> tuple[tuple[Hour, ...], tuple[Span, ...]]:
        """Return the ended hours and spans that changed since they were last `written`."""
        return tuple(self._changed.values()), tuple(self._spans)

    def written(self, hours: Iterable[Hour], spans: Iterable[Span]) -> None:
        """Take note that these are in the history now; what changed meanwhile stays to be written."""
        for hour in hours:
            if self._changed.get(hour.start) is hour:
                del self._changed[hour.start]
        done = set(spans)
        self._spans = [span for span in self._spans if span not in done]

    def rewrite(self) -> None:
        """Have all hours written again: the history was lost."""
        self._changed = {hour.start: hour for hour in self._ended}

    def checkpoint(self, now: float) -> LedgerCheckpoint:
        """Return what is to outlive the program, at `now`, s."""
        power = None if self._power is None else (now - self._power[0], *self._power[1:])
        return LedgerCheckpoint(self._running, self._register, power)

    def restore(
        self, hours: Sequence[Hour], checkpoint: LedgerCheckpoint, now: float, downtime_s: float | None
    ) -> None:
        """Go on from the history and a checkpoint `downtime_s` old, s; `None` after a power loss of unknown length."""
        self.adopt(hours)
        self._running = None if checkpoint.running is None else replace(checkpoint.running, continued=True)
        self._register = checkpoint.register
        if downtime_s is not None and checkpoint.power is not None:
            age, import_w, export_w = checkpoint.power
            self._power = (now - downtime_s - age, import_w, export_w)

    def adopt(self, hours: Iterable[Hour]) -> None:
        """Take over hours that the history has and the ledger has not."""
        own = {hour.start: hour for hour in self._ended}
        self._ended = tuple(sorted(({hour.start: hour for hour in hours} | own).values(), key=_start))[-MAX_HOURS:]

    def _held_until(self, now: float) -> _Stretch | None:
        """Return how the power of the last reading held until `now`; `None` when it is too old to be believed."""
        if self._power is None:
            return None
        since, import_w, export_w = self._power
        return _Stretch(since, now, import_w, export_w) if 0 < now - since <= self._stale_s else None

    def _pass(self, now: float, utc: datetime) -> None:
        """Credit what was seen to the hours it lies in, and end those that are over."""
        if self._jumped(now, utc):
            # What the running hour has was used at another time than it says, and no register spans the jump.
            self._running = self._register = None
        hour = _hour_of(utc)
        full_hour = now - (utc - hour).total_seconds()
        running = self._running
        if running is not None and hour < running.start:
            hour = running.start  # corrected by seconds over the full hour: the hour before stays ended
        # The running hour has all up to `_credited_to`; after it comes one stretch, or more if the time was not known.
        begun, self._credited_to = self._credited_to, now
        fresh = [stretch for stretch in self._tail if stretch.end > begun]
        if running is not None and hour == running.start:
            self._running = _credited(running, fresh, max(begun, full_hour), now, full_hour)
            return
        if running is not None:
            over = now - (utc - running.start - HOUR).total_seconds()
            self._end(_credited(running, fresh, max(begun, over - HOUR_S), over, over - HOUR_S))
        if self._ended and self._ended[-1].start >= hour:
            self._running = None
        else:
            self._running = _credited(RunningHour(start=hour), fresh, max(begun, full_hour), now, full_hour)

    def _jumped(self, now: float, utc: datetime) -> bool:
        """Return whether the clock was set, by more than a correction, since the last power."""
        before, self._last_utc = self._last_utc, (now, utc)
        return before is not None and abs((utc - before[1]).total_seconds() - (now - before[0])) > _CORRECTION_S

    def _since(self, start: float, end: float) -> tuple[float, float, float]:
        """Return import Wh, export Wh and seconds seen between two moments of the last minutes."""
        parts = [stretch.between(start, end) for stretch in self._tail if stretch.end > start]
        return sum(part[0] for part in parts), sum(part[1] for part in parts), sum(part[2] for part in parts)

    def _take_metered(self, start: datetime, metered: Span) -> None:
        """Take the metered energy of the hour that began at `start`, if it can be true."""
        hour = self._find(start) or Hour(start, 0.0, 0.0, Quality.UNKNOWN, 0.0)
        settled = hour
        if hour.quality is not Quality.EDITED:
            if not _agree(hour.import_wh, metered.import_wh, 1 - hour.coverage):
                # One of the two registers is not what its list says it is, and it is not known which.
                self._register = None
                return
            settled = replace(hour, import_wh=metered.import_wh, quality=Quality.METERED)
        unseen = 0.0 if hour.export_quality is Quality.INTEGRATED else 1.0
        if metered.export_wh is not None and _agree(hour.export_wh, metered.export_wh, unseen):
            settled = replace(settled, export_wh=metered.export_wh, export_quality=Quality.METERED)
        self._put(settled)

    def _end(self, running: RunningHour) -> None:
        if running.seen_s and self._find(running.start) is None:
            self._put(running.ended())

    def _find(self, start: datetime) -> Hour | None:
        place = bisect_left(self._ended, start, key=_start)
        return self._ended[place] if place < len(self._ended) and self._ended[place].start == start else None

    def _put(self, hour: Hour) -> None:
        """Insert or replace an ended hour."""
        place = bisect_left(self._ended, hour.start, key=_start)
        later = self._ended[place:]
        if later and later[0].start == hour.start:
            later = later[1:]
        self._ended = (*self._ended[:place], hour, *later)[-MAX_HOURS:]
        self._changed[hour.start] = hour


def _start(hour: Hour) -> datetime:
    return hour.start


def _hour_of(utc: datetime) -> datetime:
    return utc.replace(minute=0, second=0, microsecond=0)


def _credited(
    running: RunningHour, stretches: Iterable[_Stretch], start: float, end: float, full_hour: float
) -> RunningHour:
    """Return the hour that began at `full_hour`, s, with these stretches' parts between two moments added."""
    import_wh, export_wh = running.import_wh, running.export_wh
    seen_s, export_seen_s = running.seen_s, running.export_seen_s
    for stretch in stretches:
        imported, exported, seen = stretch.between(start, end)
        import_wh, export_wh, seen_s = import_wh + imported, export_wh + exported, seen_s + seen
        if stretch.export_w is not None:
            export_seen_s += seen
    elapsed_s = max(0.0, min(HOUR_S, end - full_hour))
    return RunningHour(
        start=running.start,
        import_wh=import_wh,
        export_wh=export_wh,
        seen_s=seen_s,
        export_seen_s=export_seen_s,
        elapsed_s=elapsed_s,
        continued=running.continued,
    )


def _difference(before: Register, after: Register) -> Span:
    known = before.export_wh is not None and after.export_wh is not None
    exported = (after.export_wh or 0.0) - (before.export_wh or 0.0) if known else None
    return Span(before.hour, after.hour, after.import_wh - before.import_wh, exported)


def _agree(seen_wh: float, metered_wh: float, unseen: float) -> bool:
    """Return whether an hour of which a share was not seen, 0..1, can have had the metered energy."""
    if not 0 <= metered_wh <= LARGEST_HOUR_WH:
        return False
    allowed = max(_DISAGREEMENT_WH, _DISAGREEMENT * metered_wh)
    return -allowed <= metered_wh - seen_wh <= allowed + (unseen * LARGEST_HOUR_WH if unseen * HOUR_S > UNSEEN_S else 0)
