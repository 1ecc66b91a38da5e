"""The alarm log: one entry for each alarm, from its beginning to its end.

An entry begins by the monotonic clock and gets its time in UTC once that is known; until then it waits in memory. While
its alarm lasts the entry follows it. What the alarm knows of itself outlives a restart, so the entry is the same one
after it. An entry is as long as its alarm was seen, by the monotonic clock: no clock that is set, and no time in which
nothing was seen, makes it longer.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appliance.household.checkpoint import LATEST_ALARMS, AlarmRow
from appliance.household.limit_alarm import AlarmCheckpoint, LimitAlarm
from appliance.household.situation import Level, Rule

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

    def row(self) -> AlarmRow | None:
        """Return what is to be written; `None` as long as its time is not known."""
        if self.began is None:
            return None
        return AlarmRow(
            began=self.began,
            rule=self.alarm.rule,
            phase=self.alarm.phase,
            ended=None if self.ended_s is None else self.began + timedelta(seconds=self.ended_s - self.began_s),
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
        self._ended_before: list[AlarmRow] = []  # with the program before this one
        self._past: tuple[AlarmRow, ...] = ()  # of the programs before this one
        self._begun: deque[_Entry] = deque(maxlen=LATEST_ALARMS)
        self._latest: tuple[tuple[float | None, ...], tuple[AlarmRow, ...]] | None = None  # and the worst values then

    def changed(self, alarms: Iterable[LimitAlarm]) -> None:
        """Log the alarms that changed their level, or were acknowledged, since the last call."""
        for alarm in dict.fromkeys(alarms):
            self._latest = None
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

    def latest(self, utc: Callable[[float], datetime | None]) -> tuple[AlarmRow, ...]:
        """Return the last `LATEST_ALARMS` that began, newest first, as far as `utc` knows when; some may last."""
        worst = tuple(alarm.worst for alarm in self._open)
        if self._latest is None or self._latest[0] != worst or any(entry.began is None for entry in self._begun):
            for entry in self._begun:
                entry.follow(utc)
            own = {_key(row): row for entry in self._begun if (row := entry.row()) is not None}
            rows = ({_key(row): row for row in self._past} | own).values()
            self._latest = worst, tuple(sorted(rows, key=lambda row: row.began, reverse=True))[:LATEST_ALARMS]
        return self._latest[1]

    def restore(
        self,
        alarms: Iterable[LimitAlarm],
        ended: Iterable[AlarmCheckpoint],
        made: datetime | None,
        past: Iterable[AlarmRow] = (),
    ) -> None:
        """Go on with the entries of these alarms, and end those that ended with a program whose checkpoint was `made`.

        The time of the latter is UTC; what began at an unknown time was never written. Those `past` are the newest of
        the history: one of them that has no end, and does not go on, was last seen when the checkpoint was made.
        """
        self._ended_before = [_ended(one, one.began, made) for one in ended if one.began is not None]
        over = (row if row.ended else replace(row, ended=max(row.began, made or row.began)) for row in past)
        self._past, self._latest = (*over, *self._ended_before), None
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
        rows = (entry.row() for entry in self._waiting if entry.state != entry.written)
        return *self._ended_before, *(row for row in rows if row is not None)

    def written(self, rows: Iterable[AlarmRow]) -> None:
        """Take note that these are in the history now; what changed meanwhile stays to be written."""
        done = {(row.rule, row.phase, row.began): row for row in rows}
        self._ended_before = [row for row in self._ended_before if (row.rule, row.phase, row.began) not in done]
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
        self._begun.append(entry)
        return entry


def _key(row: AlarmRow) -> tuple[Rule, int | None, int]:
    """Return what an entry is known by: the history keeps its beginning to the second."""
    return row.rule, row.phase, round(row.began.timestamp())


def _ended(alarm: AlarmCheckpoint, began: datetime, made: datetime | None) -> AlarmRow:
    """Return the row of an alarm that was last seen before its checkpoint was `made`, UTC."""
    ended = began
    if alarm.age_s is not None:
        ended += timedelta(seconds=alarm.age_s - alarm.unseen_s)
    elif made is not None:
        ended = made
    return AlarmRow(
        began=began,
        rule=alarm.rule,
        phase=alarm.phase,
        ended=max(began, ended),
        level=max(alarm.level, alarm.highest),
        worst=alarm.worst,
        limit=alarm.passed or 0.0,
        acknowledged=alarm.acknowledged >= alarm.level,
    )
