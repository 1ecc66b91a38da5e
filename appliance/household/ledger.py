"""The hour ledger: how much energy each clock hour took, and how that is known.

Two witnesses tell of an hour. The power of every list, held until the next one comes, gives an integral; the registers
of the hourly lists give a difference. The integral knows the running hour, the register is exact, and each shows when
the other cannot be right: an hour keeps its integral against a register that contradicts it. Neither is ever
stretched over what was not seen: a gap in the readings is a lower coverage and not a guess, and a register that moved
over several hours stays a sum of them and says nothing of any single one.

An hour ends when the clock has moved past it, and once it has ended no power is credited to it again, whatever the
clock does later. So a list that repeats itself, comes late or not at all can leave an hour less well known, but can
never double one or invent a peak.

What always holds:

- An hour has no more seconds than 3600, and no more energy than its largest power times its length; a share of it that
  was not seen may have used what the main fuse, or the largest power ever seen, allows.
- No stretch of time is in two hours. A correction of the clock moves the running hour's border and lengthens none.
- An hour that lies later than the time that is known counts for nothing, and ends no other; it is kept aside.
- After a power cut the running hour goes on only if all that was heard since then lies at or after the last moment
  before the cut, by the clock that is heard then. Else it ends as what was seen of it, or is dropped with its register
  if it lies in the future.
- A register settles an hour only in a unit that is known.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

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
from appliance.household.registers import LARGEST_HOUR_WH, Registers, can_be
from appliance.household.seen import NOTHING_SEEN, Seen, SeenPower

STALE_S = 30.0
"""A power is believed for this long: three lists of the slowest meter are missing after it."""
MAX_HOURS = 2 * 31 * 24 + 1
"""Ended hours that stay in the ledger, where no tariff needs more: this month and the one before."""
_CORRECTION_S = 150.0
"""A clock that moves by less than this was corrected, not set: the running hour goes on."""
_SHORTLY_S = 180.0
_ROUNDING_S = 1e-3


class HourLedger:
    """Clock hours of one meter, as far as they were seen."""

    def __init__(self, stale_s: float = STALE_S, most_w: float | None = None) -> None:
        """Make an empty ledger that believes a power for `stale_s` seconds, or until the next one.

        `most_w` is what the connection carries, W; without it the largest power that was seen stands in for it.
        """
        self.hours_kept = MAX_HOURS
        self._most_w = most_w
        self._seen = SeenPower(stale_s)
        self._registers = Registers()
        self._ended: tuple[Hour, ...] = ()
        self._ahead: tuple[Hour, ...] = ()
        self._changed: dict[datetime, Hour] = {}
        self._spans: list[Span] = []
        self._running: RunningHour | None = None
        self._before_cut: tuple[RunningHour | None, datetime | None] | None = None  # and the last moment known then
        self._heard_from = float("inf")  # when the first power came, s
        self._border: float | None = None  # when the running hour began, s; None: what it has is from before a restart
        self._largest_w = 0.0
        self._credited_to = float("-inf")
        self._settled_to = float("-inf")  # the end of the last ended hour, s
        self._last_utc: tuple[float, datetime] | None = None
        self._known_to: datetime | None = None

    @property
    def ended(self) -> tuple[Hour, ...]:
        """The hours that have ended, oldest first; at most `hours_kept`, no start twice, none without a power."""
        return self._ended

    @property
    def ahead(self) -> tuple[Hour, ...]:
        """Hours that lie later than the time that is known, oldest first: a clock was wrong when they were made."""
        return self._ahead

    @property
    def running(self) -> RunningHour | None:
        """The hour that runs, up to the newest power; `None` while the time of day is not known."""
        return self._running

    def believe_for(self, stale_s: float, most_w: float | None = None) -> None:
        """Believe a power for `stale_s` seconds from now on, and take `most_w` for what the connection carries, W."""
        self._seen.stale_s, self._most_w = stale_s, most_w

    def power(self, import_w: float, export_w: float | None, now: float, utc: datetime | None) -> None:
        """Take the powers that hold from `now`, s, which is `utc`, if that is known."""
        self._seen.power(import_w, export_w, now)
        self._heard_from = min(self._heard_from, now)
        self._largest_w = max(self._largest_w, import_w)
        if utc is not None:
            self._pass(now, utc)

    def elapse(self, now: float, utc: datetime | None) -> None:
        """Let time pass without a power: the hour ends all the same."""
        running = self._running
        if running is not None and utc is not None and utc >= running.start + HOUR and self._seen.is_stale(now):
            self._end(running, now - (utc - running.start - HOUR).total_seconds())

    def register(
        self,
        import_wh: float,
        export_wh: float | None,
        meter_id: str | None,
        at: float,
        utc: datetime,
        unit_wh: float | None = None,
    ) -> None:
        """Take the registers as they stood at `utc`, which was `at`, s; at a full hour or shortly after one.

        `unit_wh` is what they count in by the maker's description, Wh; `None` where the list says so itself.
        """
        hour = _hour_of(utc)
        past_s = (utc - hour).total_seconds()
        if past_s > _SHORTLY_S:
            return  # a register of a full hour is not to be computed from powers
        past = self._seen.between(at - past_s, at)
        if past_s - past.seconds > UNSEEN_S:
            return  # what was used between the full hour and the list was not seen
        register = Register(hour, import_wh, export_wh, meter_id, past.import_wh, past.export_wh)
        metered = self._registers.take(register, unit_wh, self._find)
        if metered is None:
            return
        hours = (metered.end - metered.start) / HOUR
        if hours == 1:
            self._take_metered(metered.start, metered)
        elif 0 <= metered.import_wh <= LARGEST_HOUR_WH * hours:
            self._spans.append(metered)

    def seen(self, start: float, end: float) -> Seen:
        """Return what was seen between two moments of the last hour, s, up to the newest power."""
        return self._seen.between(start, end)

    def held(self, now: float) -> Seen:
        """Return what the newest power has used up to `now`, s, as long as it is believed."""
        holding = self._seen.holding(now)
        if holding is None or self._seen.is_stale(now):
            return NOTHING_SEEN
        age_s, import_w, export_w = holding
        return Seen(import_wh=import_w * age_s / HOUR_S, export_wh=(export_w or 0.0) * age_s / HOUR_S)

    def unit_wh(self, meter_id: str | None) -> float | None:
        """Return what a meter's registers were found to count in, Wh; `None` is not known."""
        return self._registers.units.unit_wh(meter_id)

    def correct(self, start: datetime, import_wh: float) -> None:
        """Replace the import of the hour that began at `start`, UTC, by the household's own figure."""
        self._put(replace(self._hour(start), import_wh=import_wh, quality=Quality.EDITED))

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
        running, known_to = self._before_cut or (self._running, self._known_to)
        return LedgerCheckpoint(
            running=running,
            register=self._registers.last,
            power=self._seen.holding(now),
            known_to=known_to,
            largest_w=self._largest_w,
            units=self._registers.units.known,
        )

    def restore(
        self, hours: Sequence[Hour], checkpoint: LedgerCheckpoint, now: float, downtime_s: float | None
    ) -> None:
        """Go on from the history and a checkpoint `downtime_s` old, s; `None` after a power loss of unknown length."""
        self.adopt(hours)
        self._registers.units.remember(checkpoint.units)
        known = (hour.import_wh for hour in hours if hour.quality in (Quality.METERED, Quality.INTEGRATED))
        self._largest_w = max((checkpoint.largest_w, *known))
        self._registers.last = checkpoint.register
        self._known_to = checkpoint.known_to
        running = None if checkpoint.running is None else replace(checkpoint.running, continued=True)
        if downtime_s is None:
            self._before_cut = running, checkpoint.known_to
            return
        self._running = running
        if checkpoint.power is not None:
            age_s, import_w, export_w = checkpoint.power
            self._seen.go_on(downtime_s + age_s, import_w, export_w, now)

    def adopt(self, hours: Iterable[Hour]) -> None:
        """Take over hours that the history has and the ledger has not."""
        own = {hour.start: hour for hour in self._ended}
        self._ended = tuple(sorted(({hour.start: hour for hour in hours} | own).values(), key=_start))[
            -self.hours_kept :
        ]

    def _pass(self, now: float, utc: datetime) -> None:
        """Credit what was seen to the hours it lies in, and end those that are over."""
        hour = _hour_of(utc)
        if self._before_cut is not None:
            heard_from = utc - timedelta(seconds=now - self._heard_from)
            self._go_on_after_cut(utc, heard_from, *self._before_cut)
        if self._jumped(now, utc):
            # What the running hour has was used at another time than it says, and no register spans the jump.
            self._running = None
            self._registers.forget()
        self._known_to = utc
        self._keep_aside(hour)
        running = self._running
        if running is not None and hour < running.start:
            hour = running.start  # corrected by seconds over the full hour: the hour before stays ended
        border = now - (utc - hour).total_seconds()
        if running is not None and hour > running.start:
            over = border - (hour - running.start - HOUR).total_seconds()
            self._end(self._credited(running, over - HOUR_S, over), over)
        if self._running is None:
            self._running, self._border, self._credited_to = RunningHour(start=hour), border, float("-inf")
        self._running = self._credited(self._running, border, now)

    def _go_on_after_cut(
        self, utc: datetime, heard_from: datetime, running: RunningHour | None, known_to: datetime | None
    ) -> None:
        """Go on with the hour of before a power cut, now that it is `utc`; end it or drop it where it cannot be.

        `heard_from` is when the first power after the cut came, by the same clock: it is wrong if that was before it.
        """
        self._before_cut = None
        hour = _hour_of(utc)
        is_earlier = known_to is not None and heard_from < known_to
        register = self._registers.last
        if is_earlier or (register is not None and register.hour > hour):
            self._registers.forget()  # nobody knows how long the dark was
        if running is None or running.start > hour:
            return
        if is_earlier:
            self._put_seen(running)
        else:  # it ends at once where its time is over
            self._running, self._border, self._credited_to = running, None, float("-inf")

    def _jumped(self, now: float, utc: datetime) -> bool:
        """Return whether the clock was set, by more than a correction, since the last power."""
        before, self._last_utc = self._last_utc, (now, utc)
        return before is not None and abs((utc - before[1]).total_seconds() - (now - before[0])) > _CORRECTION_S

    def _keep_aside(self, hour: datetime) -> None:
        """Have only hours up to the running one count, and those again that the time has come for."""
        if self._ended and self._ended[-1].start > hour:
            place = bisect_right(self._ended, hour, key=_start)
            self._ended, ahead = self._ended[:place], self._ended[place:]
            self._ahead = tuple(sorted({one.start: one for one in (*self._ahead, *ahead)}.values(), key=_start))
        if self._ahead and self._ahead[0].start <= hour:
            place = bisect_right(self._ahead, hour, key=_start)
            come, self._ahead = self._ahead[:place], self._ahead[place:]
            self.adopt(come)

    def _credited(self, running: RunningHour, border: float, to: float) -> RunningHour:
        """Return the running hour, which begins at `border`, s, with all that was seen of it up to `to`, s."""
        seen = _seen_of(running)
        if self._border is not None and abs(border - self._border) < _ROUNDING_S:
            border = self._border
        elif self._border is not None and border > self._border:
            seen = seen.less(self._seen_between(self._border, min(border, self._credited_to)))
        elif self._border is not None and border < self._border:
            seen = seen.plus(self._seen_between(border, self._border))
        begun = max(border, self._credited_to)
        seen = seen.plus(self._seen_between(begun, to))
        self._border, self._credited_to = border, max(begun, to)
        return _with(running, seen, elapsed_s=max(0.0, min(HOUR_S, to - border)))

    def _seen_between(self, start: float, end: float) -> Seen:
        """Return what was seen between two moments, s, and is in no hour that has ended."""
        return self._seen.between(max(start, self._settled_to), end)

    def _take_metered(self, start: datetime, metered: Span) -> None:
        """Take the metered energy of the hour that began at `start`, if it can be true."""
        hour = self._hour(start)
        most_w = self._largest_w if self._most_w is None else self._most_w
        settled = hour
        if hour.quality is not Quality.EDITED:
            if not can_be(hour.import_wh, metered.import_wh, 1 - hour.coverage, most_w):
                if hour.quality is Quality.INTEGRATED:
                    # One of the two registers is not what its list says it is, and it is not known which.
                    self._registers.forget()
                return
            settled = replace(hour, import_wh=metered.import_wh, quality=Quality.METERED)
        unseen = 0.0 if hour.export_quality is Quality.INTEGRATED else 1.0
        if metered.export_wh is not None and can_be(hour.export_wh, metered.export_wh, unseen, most_w):
            settled = replace(settled, export_wh=metered.export_wh, export_quality=Quality.METERED)
        self._put(settled)

    def _end(self, running: RunningHour, over: float) -> None:
        """End the running hour, which was over at `over`, s."""
        self._put_seen(running)
        self._running, self._settled_to = None, over

    def _put_seen(self, running: RunningHour) -> None:
        """Put what was seen of an hour, unless it is there."""
        if running.seen_s > 0 and self._find(running.start) is None:
            self._put(running.ended())

    def _find(self, start: datetime) -> Hour | None:
        place = bisect_left(self._ended, start, key=_start)
        return self._ended[place] if place < len(self._ended) and self._ended[place].start == start else None

    def _hour(self, start: datetime) -> Hour:
        """Return the ended hour that began at `start`, or one of which nothing is known."""
        return self._find(start) or Hour(start, 0.0, 0.0, Quality.UNKNOWN, 0.0)

    def _put(self, hour: Hour) -> None:
        """Insert or replace an ended hour."""
        place = bisect_left(self._ended, hour.start, key=_start)
        later = self._ended[place:]
        if later and later[0].start == hour.start:
            later = later[1:]
        self._ended = (*self._ended[:place], hour, *later)[-self.hours_kept :]
        self._changed[hour.start] = hour


def _seen_of(running: RunningHour) -> Seen:
    return Seen(
        import_wh=running.import_wh,
        export_wh=running.export_wh,
        seconds=running.seen_s,
        export_seconds=running.export_seen_s,
        largest_w=running.largest_w,
    )


def _with(running: RunningHour, seen: Seen, elapsed_s: float) -> RunningHour:
    """Return the hour with this seen of it: no more than the time that has passed of it can hold."""
    share = elapsed_s / seen.seconds if seen.seconds > elapsed_s + _ROUNDING_S else 1.0
    return RunningHour(
        start=running.start,
        import_wh=seen.import_wh * share,
        export_wh=seen.export_wh * share,
        seen_s=seen.seconds * share,
        export_seen_s=seen.export_seconds * share,
        elapsed_s=elapsed_s,
        largest_w=seen.largest_w,
        continued=running.continued,
    )


def _start(hour: Hour) -> datetime:
    return hour.start


def _hour_of(utc: datetime) -> datetime:
    return utc.replace(minute=0, second=0, microsecond=0)
