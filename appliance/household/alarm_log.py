"""The alarm log: one entry for each alarm, from its beginning to its end.

An entry is begun by the monotonic clock and put to UTC once that is known; until then it waits in memory. While its
alarm lasts it follows the rule, whose own account of it outlives a restart; so the entry is the same one after it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from appliance.household.checkpoint import AlarmRow
from appliance.household.limit_alarm import LimitAlarm
from appliance.household.situation import Level

KEPT = 1000
"""Entries that wait in memory; the oldest that have ended go first."""


@dataclass(slots=True, eq=False)
class _Entry:
    watcher: LimitAlarm
    began_s: float
    began: datetime | None
    level: Level = Level.OK
    worst: float | None = None
    limit: float = 0.0
    acknowledged: bool = False
    ended_s: float | None = None
    written: tuple[bool, Level, bool] | None = None
    """What the history has of `state`."""

    @property
    def state(self) -> tuple[bool, Level, bool]:
        """All that is worth a write when it changes; how far over it is can wait for the end."""
        return self.ended_s is not None, self.level, self.acknowledged

    @property
    def done(self) -> bool:
        """Whether it has ended, and the history has all of it."""
        return self.ended_s is not None and self.written == self.state

    def follow(self, utc: Callable[[float], datetime | None] = lambda _: None) -> None:
        """Take over how the alarm is now, while it lasts; the time is put to its beginning once that is known."""
        watcher = self.watcher
        if self.ended_s is None and watcher.since == self.began_s:
            self.began = watcher.began(self.began_s, utc(self.began_s))
            self.level, self.worst, self.limit = watcher.highest, watcher.worst, watcher.passed
            if watcher.level:
                self.acknowledged = watcher.acknowledged >= watcher.level
        elif self.began is None:
            self.began = utc(self.began_s)

    def row(self, utc: Callable[[float], datetime | None]) -> AlarmRow | None:
        """What is to be written; `None` as long as its time is not known."""
        ended = None if self.ended_s is None else utc(self.ended_s)
        if self.began is None or (ended is None) != (self.ended_s is None):
            return None
        return AlarmRow(
            began=self.began,
            rule=self.watcher.rule,
            phase=self.watcher.phase,
            # A clock that was set back meanwhile makes no alarm end before it began.
            ended=None if ended is None else max(self.began, ended),
            level=self.level,
            worst=self.worst,
            limit=self.limit,
            acknowledged=self.acknowledged,
        )


class AlarmLog:
    """The alarms that began or changed since they were last written."""

    def __init__(self) -> None:
        self._open: dict[LimitAlarm, _Entry] = {}
        self._waiting: list[_Entry] = []

    def changed(self, watchers: Iterable[LimitAlarm]) -> None:
        """These rules changed their level, or were acknowledged, since this was last called."""
        for watcher in dict.fromkeys(watchers):
            entry = self._open.pop(watcher, None)
            if entry is not None and entry.began_s != watcher.since:
                # It was over, and is back, or was.
                entry.ended_s, entry = watcher.until, None
            if entry is None:
                entry = self._begin(watcher)
            entry.follow()
            if watcher.level is Level.OK:
                entry.ended_s = watcher.until
            else:
                self._open[watcher] = entry

    def restore(self, watchers: Iterable[LimitAlarm]) -> None:
        """Go on with the entries of these rules' alarms, which began before a restart."""
        for watcher in watchers:
            if watcher.level:
                entry = self._open[watcher] = self._begin(watcher)
                entry.follow()
                # One that began while nobody knew the time was never written.
                entry.written = None if entry.began is None else entry.state

    def unwritten(self, utc: Callable[[float], datetime | None]) -> tuple[AlarmRow, ...]:
        """The entries that changed, as far as `utc` knows when they began and ended."""
        for entry in self._waiting:
            entry.follow(utc)
        rows = (entry.row(utc) for entry in self._waiting if entry.state != entry.written)
        return tuple(row for row in rows if row is not None)

    def written(self, rows: Iterable[AlarmRow]) -> None:
        """These are in the history now; what changed meanwhile stays to be written."""
        done = {(row.rule, row.phase, row.began): row for row in rows}
        for entry in self._waiting:
            row = None if entry.began is None else done.get((entry.watcher.rule, entry.watcher.phase, entry.began))
            if row is not None:
                entry.written = row.ended is not None, row.level, row.acknowledged
        self._waiting = [entry for entry in self._waiting if not entry.done]

    def _begin(self, watcher: LimitAlarm) -> _Entry:
        entry = _Entry(watcher, watcher.since, None)
        if len(self._waiting) >= KEPT:
            oldest = next((place for place, old in enumerate(self._waiting) if old.ended_s is not None), 0)
            del self._waiting[oldest]
        self._waiting.append(entry)
        return entry
