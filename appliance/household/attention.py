"""Alarms, their log, and the sounds they are worth, as one: what changes a level is logged, and may be heard.

The three are open to their readers. What concerns more than one of them goes through the methods here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from appliance.household.alarm_log import AlarmLog
from appliance.household.alarm_spec import AlarmInputs, Volts
from appliance.household.alarms import Alarms
from appliance.household.chimes import ChimeBudget, sound_of
from appliance.household.limit_alarm import AlarmCheckpoint, LimitAlarm
from appliance.household.rules import Rules, SoundRule
from appliance.household.situation import Level


class Attention:
    """All that asks for the household's attention."""

    def __init__(self, rules: Rules, sound: SoundRule) -> None:
        self.alarms = Alarms(rules)
        self.chimes = ChimeBudget(sound)
        self.log = AlarmLog()
        self._worse = Level.OK
        """The highest unacknowledged level that something rose to since sounds were last judged."""
        self._unacknowledged = Level.OK
        """The highest unacknowledged level when sounds were last judged."""
        self._was_known = False

    def voltages(self, means_v: Volts, now: float) -> None:
        """Judge the means of the minute that ended at `now`, s."""
        self._note(self.alarms.voltages(means_v, now))

    def judge(self, inputs: AlarmInputs, now: float, local: datetime | None, *, heard: bool) -> None:
        """Bring all rules to `now`, s, which is `local`; `heard` is whether a reading ever came."""
        self._note(self.alarms.update(inputs, now))
        self._sound(now, local, known=inputs.import_w is not None, heard=heard)

    def acknowledge(self) -> None:
        """Silence what is over a limit until it is over or gets worse: the household has seen it."""
        self.log.changed(self.alarms.acknowledge())
        self._unacknowledged = Level.OK

    def apply_rules(self, rules: Rules, sound: SoundRule, now: float) -> None:
        """Judge and sound by other rules from `now`, s, on: alarms go on, and those of a removed rule end silently."""
        self.log.changed(self.alarms.apply_rules(rules, now))
        self.chimes.apply_rule(sound)
        self._unacknowledged = self.alarms.unacknowledged()

    def restore(self, alarm_checkpoints: Iterable[AlarmCheckpoint], chime_ages_s: Iterable[float], now: float) -> None:
        """Go on with alarms and sounds of before a restart: none of them is heard again."""
        self.alarms.restore(alarm_checkpoints, now)
        self.log.restore(self.alarms)
        self.chimes.restore(chime_ages_s, now)
        self._unacknowledged = self.alarms.unacknowledged()

    def _note(self, changed: Sequence[LimitAlarm]) -> None:
        """Log what changed, and remember what of it is worth a sound."""
        self.log.changed(changed)
        for alarm in changed:
            if alarm.level > max(alarm.before, alarm.acknowledged):
                self._worse = max(self._worse, alarm.level)

    def _sound(self, now: float, local: datetime | None, *, known: bool, heard: bool) -> None:
        """Make the sound that is due, mostly none.

        When the power becomes known again, only a level that asks to act is worth a sound: the power was lost sight
        of and need not have changed. A meter that was never heard has not fallen silent.
        """
        worse, self._worse = self._worse, Level.OK
        unacknowledged, self._unacknowledged = self._unacknowledged, self.alarms.unacknowledged()
        was_known, self._was_known = self._was_known, known
        over = unacknowledged in (Level.WATCH, Level.ACT) and not any(alarm.level for alarm in self.alarms)
        if (
            (worse is Level.FAULT and heard)
            or worse is Level.ACT
            or (worse is Level.WATCH and was_known)
            or (worse is Level.OK and over)
        ):
            self.chimes.make(sound_of(worse), now, local)
