"""Alarms, their log, and the sounds they are worth, as one: what changes a level is logged, and may be heard."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from appliance.household.alarm_log import AlarmLog
from appliance.household.alarm_spec import AlarmInputs, Volts
from appliance.household.alarms import Alarms
from appliance.household.checkpoint import AlarmRow
from appliance.household.chimes import ChimeBudget, sound_of
from appliance.household.limit_alarm import AlarmCheckpoint, LimitAlarm
from appliance.household.rules import Rules, SoundRule
from appliance.household.situation import Alarm, Chime, Level


class Attention:
    """All that asks for somebody's attention."""

    def __init__(self, rules: Rules, sound: SoundRule) -> None:
        self._alarms = Alarms(rules)
        self._chimes = ChimeBudget(sound)
        self._log = AlarmLog()
        self._worse = Level.OK
        """The highest level that something rose to since sounds were last judged, and nobody has acknowledged."""
        self._unacknowledged = Level.OK
        """The highest level that nobody had acknowledged when they were."""
        self._was_known = False

    def voltages(self, means_v: Volts, now: float) -> None:
        """Judge the means of the minute that ended at `now`, s."""
        self._note(self._alarms.voltages(means_v, now))

    def judge(self, facts: AlarmInputs, now: float, local: datetime | None, *, heard: bool) -> None:
        """Bring all rules to `now`, s, which is `local`; `heard` is whether the meter ever was."""
        self._note(self._alarms.update(facts, now))
        self._sound(now, local, known=facts.import_w is not None, heard=heard)

    def acknowledge(self) -> None:
        """Somebody has seen what is over a limit: it is silent until it is over or gets worse."""
        self._log.changed(self._alarms.acknowledge())
        self._unacknowledged = Level.OK

    def apply_rules(self, rules: Rules, sound: SoundRule, now: float) -> None:
        """Judge and sound by other rules from `now`, s, on; what lasts goes on, and what is given up ends unheard."""
        self._log.changed(self._alarms.apply_rules(rules, now))
        self._chimes.apply_rule(sound)
        self._unacknowledged = self._alarms.unacknowledged()

    def mute(self, until: float | None) -> None:
        """Make no sound before `until`, s, or as the rule says (`None`)."""
        self._chimes.mute(until)

    def muted_s(self, now: float) -> float | None:
        """For how long somebody asked for quiet from `now`, s, on."""
        return self._chimes.muted_s(now)

    def active(self, now: float, utc: datetime | None) -> tuple[Alarm, ...]:
        """What is over a limit at `now`, s, which is `utc`, worst first."""
        return self._alarms.active(now, utc)

    @property
    def chime(self) -> Chime | None:
        """The newest sound that is to be made."""
        return self._chimes.latest

    def quiet(self, now: float, local: datetime | None) -> bool:
        """Whether it is quiet at `now`, s, which is `local`: by the hours, or because somebody asked for it."""
        return self._chimes.muted_s(now) is not None or self._chimes.quiet(local)

    def unwritten(self, utc: Callable[[float], datetime | None]) -> tuple[AlarmRow, ...]:
        """The alarms that began or changed since they were last `written`."""
        return self._log.unwritten(utc)

    def written(self, rows: Iterable[AlarmRow]) -> None:
        """These are in the history now."""
        self._log.written(rows)

    def alarm_checkpoints(self, now: float, utc: datetime | None) -> tuple[AlarmCheckpoint, ...]:
        """The alarms that are to outlive the program."""
        return self._alarms.alarm_checkpoints(now, utc)

    def chime_ages_s(self, now: float) -> tuple[float, ...]:
        """How long ago the sounds of the last hour were made."""
        return self._chimes.ages_s(now)

    def restore(self, alarm_checkpoints: Iterable[AlarmCheckpoint], chime_ages_s: Iterable[float], now: float) -> None:
        """Go on with alarms and sounds of before a restart: none of them is heard again."""
        self._alarms.restore(alarm_checkpoints, now)
        self._log.restore(self._alarms)
        self._chimes.restore(chime_ages_s, now)
        self._unacknowledged = self._alarms.unacknowledged()

    def _note(self, changed: Sequence[LimitAlarm]) -> None:
        """Log what changed, and remember what of it is worth a sound."""
        self._log.changed(changed)
        for watcher in changed:
            if watcher.level > max(watcher.before, watcher.acknowledged):
                self._worse = max(self._worse, watcher.level)

    def _sound(self, now: float, local: datetime | None, *, known: bool, heard: bool) -> None:
        """Make the sound that is due, mostly none.

        Out of the unknown only a level that asks to act is worth a sound: the power was lost sight of, not changed. A
        meter that was never heard has not fallen silent.
        """
        worse, self._worse = self._worse, Level.OK
        unacknowledged, self._unacknowledged = self._unacknowledged, self._alarms.unacknowledged()
        was_known, self._was_known = self._was_known, known
        over = unacknowledged in (Level.WATCH, Level.ACT) and not any(watcher.level for watcher in self._alarms)
        if (
            (worse is Level.FAULT and heard)
            or worse is Level.ACT
            or (worse is Level.WATCH and was_known)
            or (worse is Level.OK and over)
        ):
            self._chimes.make(sound_of(worse), now, local)
