"""The alarm log: one entry for each alarm, from its beginning to its end.

An entry begins by the monotonic clock and gets its time in UTC once that is known; until then it waits in memory. While
its alarm lasts the entry follows it. What the alarm knows of itself outlives a restart, so the entry is the same one
after it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from appliance.household.checkpoint import AlarmRow
from appliance.household.limit_alarm import LimitAlarm
from appliance.household.situation import Level

MAX_ENTRIES = 1000
"""The largest number of entries that wait in memory; the oldest that have ended go first."""


@dataclass(slots=True, eq=False)
class _Entry:
    alarm: LimitAlarm
    began_s: float
    began: datetime | None
    level: Level = Level.OK
    worst: float | None = None
    limit: float = 0.0
    acknowledged: bool = False
    ended_s: float | None = None
    written: tuple[bool, Level, bool] | None = None
    """The `state` that the history has."""

    @property
    def state(self) -> tuple[bool, Level, bool]:
        """All that is worth a write when it changes; the worst value can wait for the end."""
        return self.ended_s is not None, self.level, self.acknowledged

    @property
    def done(self) -> bool:
        """Whether it has ended, and the history has all of it."""
        return self.ended_s is not None and self.written == self.state

    def follow(self, utc: Callable[[float], datetime | None] = lambda _: None) -> None:
        """Take over how the alarm is now, while it lasts, and the time of its beginning once that is known."""
        alarm = self.alarm
        if self.ended_s is None and alarm.since == self.began_s:
            self.began = alarm.began(self.began_s, utc(self.began_s))
            self.level, self.worst, self.limit = alarm.highest, alarm.worst, alarm.passed
            if alarm.level:
                self.acknowledged = alarm.acknowledged >= alarm.level
        elif self.began is None:
            self.began = utc(self.began_s)

    def row(self, utc: Callable[[float], datetime | None]) -> AlarmRow | None:
        """Return what is to be written; `None` as long as its time is not known."""
        ended = None if self.ended_s is None else utc(self.ended_s)
        if self.began is None or (ended is None) != (self.ended_s is None):
            return None
        return AlarmRow(
            began=self.began,
            rule=self.alarm.rule,
            phase=self.alarm.phase,
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

    def changed(self, alarms: Iterable[LimitAlarm]) -> None:
        """Log the alarms that changed their level, or were acknowledged, since the last call."""
        for alarm in dict.fromkeys(alarms):
            entry = self._open.pop(alarm, None)
            if entry is not None and entry.began_s != alarm.since:
                # It ended, and has begun again since, and perhaps ended again.
                entry.ended_s, entry = alarm.until, None
            if entry is None:
                entry = self._begin(alarm)
            entry.follow()
            if alarm.level is Level.OK:
                entry.ended_s = alarm.until
            else:
                self._open[alarm] = entry

    def restore(self, alarms: Iterable[LimitAlarm]) -> None:
        """Go on with the entries of these alarms, which began before a restart."""
        for alarm in alarms:
            if alarm.level:
                entry = self._open[alarm] = self._begin(alarm)
                entry.follow()
                # One that began while the time was not known was never written.
                entry.written = None if entry.began is None else entry.state

    def unwritten(self, utc: Callable[[float], datetime | None]) -> tuple[AlarmRow, ...]:
        """Return the entries that changed, as far as `utc` knows when they began and ended."""
        for entry in self._waiting:
            entry.follow(utc)
        rows = (entry.row(utc) for entry in self._waiting if entry.state != entry.written)
        return tuple(row for row in rows if row is not None)

    def written(self, rows: Iterable[AlarmRow]) -> None:
        """Take note that these are in the history now; what changed meanwhile stays to be written."""
        done = {(row.rule, row.phase, row.began): row for row in rows}
        for entry in self._waiting:
            row = None if entry.began is None else done.get((entry.alarm.rule, entry.alarm.phase, entry.began))
            if row is not None:
                entry.written = row.ended is not None, row.level, row.acknowledged
        self._waiting = [entry for entry in self._waiting if not entry.done]

    def _begin(self, alarm: LimitAlarm) -> _Entry:
        entry = _Entry(alarm, alarm.since, None)
        if len(self._waiting) >= MAX_ENTRIES:
            oldest = next((place for place, old in enumerate(self._waiting) if old.ended_s is not None), 0)
            del self._waiting[oldest]
        self._waiting.append(entry)
        return entry
