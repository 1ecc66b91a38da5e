"""Alarms, their log, and the sounds they are worth, as one: what changes a level is logged, and may be heard.

A sound is due when an alarm calls: with one note for a look, with three for an act. A red that nobody has seen is heard
again; that it is over is said only after a red that was heard, and never in an hour that lost its step. A silent meter
is heard after some minutes, once.

The three are open to their readers. What concerns more than one of them goes through the methods here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from appliance.household.alarm_log import AlarmLog
from appliance.household.alarm_spec import AlarmInputs, Volts
from appliance.household.alarms import Alarms
from appliance.household.checkpoint import AlarmRow, Checkpoint
from appliance.household.chimes import ChimeBudget
from appliance.household.hours import HOUR, OSLO
from appliance.household.limit_alarm import LimitAlarm
from appliance.household.outlook import HourState, Outlook, StepLost
from appliance.household.rules import Rule, Rules, SoundRule
from appliance.household.situation import Level, Sound

MORNING_S = 7200.0
"""For so long after the quiet hours a lost step that nobody has seen is said once more."""
_MORNING = time(7)
"""When the morning begins in a household without quiet hours."""


class Attention:
    """All that asks for the household's attention."""

    def __init__(self, rules: Rules, sound: SoundRule) -> None:
        self._rules = rules
        self._sound = sound
        self.alarms = Alarms(rules)
        self.chimes = ChimeBudget(sound)
        self.log = AlarmLog()
        self.step_lost: StepLost | None = None
        """The newest hour that lifted its month over its limit."""
        self.step_lost_seen = True
        """Somebody has seen that."""
        self._judged_at = float("-inf")
        self._hour_until: datetime | None = None
        self._was_known = self._is_night = False
        self._red_heard = False
        """A red was heard, and it was not said yet that it is over."""
        self._silence_heard = False
        """A silence of the meter was heard, and the line has not been good for long since."""
        self._good_since: float | None = None

    def voltages(self, means_v: Volts, now: float) -> None:
        """Judge the means of the minute that ended at `now`, s."""
        self._end_unseen(now)
        self.log.changed(self.alarms.voltages(means_v, now, night=self._is_night))

    def judge(self, inputs: AlarmInputs, now: float, local: datetime | None, *, heard: bool) -> None:
        """Bring all rules to `now`, s, which is `local`; `heard` is whether a reading ever came."""
        self._end_unseen(now)
        self._is_night = inputs.night
        loses = self._turn_hour(inputs.outlook, now)
        changed = self.alarms.update(inputs, now)
        if loses:
            hour = self.alarms.of(Rule.HOUR)
            hour.recall(now)
            changed.append(hour)
        self.log.changed(changed)
        self._make_sounds(inputs, now, local, heard=heard)
        self._judged_at = now

    def hour_state(self, outlook: Outlook | None) -> HourState | None:
        """Return how the hour stands against its limit; `None` while nothing limits it, or nobody is to be told."""
        if not self._rules.hour.on or outlook is None:
            return None
        if outlook.lost is not None and self.alarms.of(Rule.HOUR).level is not Level.ACT:
            return HourState.LOST
        if outlook.allowed_wh is None:
            return None
        return HourState.HIGH if self.alarms.of(Rule.HOUR).level else HourState.FINE

    def step_lost_at(self, local: datetime | None, outlook: Outlook | None) -> StepLost | None:
        """Return the lost step that is to be said at a local time: the running hour's, or in the morning after."""
        lost = self.step_lost
        if lost is None:
            return None
        if outlook is not None and outlook.until == lost.hour + HOUR:
            return lost
        if self.step_lost_seen or local is None:
            return None
        begins = _MORNING if self._sound.quiet_hours.empty else self._sound.quiet_to
        ended = (lost.hour + HOUR).astimezone(OSLO)
        morning = datetime.combine(ended.date(), begins, OSLO)
        if morning < ended:
            morning = datetime.combine(ended.date() + timedelta(days=1), begins, OSLO)
        return lost if morning <= local < morning + timedelta(seconds=MORNING_S) else None

    def acknowledge(self, rule: Rule | None = None, phase: int | None = None) -> None:
        """Silence an alarm, or all, until it is over or gets worse: the household has seen it."""
        self.log.changed(self.alarms.acknowledge(rule, phase))
        if rule in (None, Rule.HOUR):
            self.step_lost_seen = True

    def apply_rules(self, rules: Rules, sound: SoundRule, now: float) -> None:
        """Judge and sound by other rules from `now`, s, on: alarms go on, and those of a removed rule end silently."""
        self._rules, self._sound = rules, sound
        self._end_silently(self.alarms.apply_rules(rules, now))
        self.chimes.apply_rule(sound)

    def restore(
        self, checkpoint: Checkpoint, now: float, downtime_s: float | None, past: Sequence[AlarmRow] = ()
    ) -> None:
        """Go on at `now`, s, from a checkpoint `downtime_s` old, s; `None` after a power cut of unknown length.

        Alarms and sounds that go on are not heard again. The log's newest are those `past`, of the history.
        """
        ended = self.alarms.restore(checkpoint.alarm_checkpoints, now, downtime_s)
        self.log.restore(self.alarms, ended, checkpoint.utc, past)
        self.chimes.restore(checkpoint.chime_ages_s, now)
        self.step_lost, self.step_lost_seen = checkpoint.step_lost, checkpoint.step_lost_seen
        self._judged_at = now

    def _end_unseen(self, now: float) -> None:
        """End what was not seen for too long at `now`, s. Nobody saw that it was over, so that is not said."""
        self._end_silently(self.alarms.end_unseen(now))

    def _end_silently(self, ended: list[LimitAlarm]) -> None:
        """Note that alarms have ended of which nothing is said."""
        if ended:
            self.log.changed(ended)
            self._red_heard = self._red_heard and any(alarm.level is Level.ACT for alarm in self.alarms)

    def _turn_hour(self, outlook: Outlook | None, now: float) -> bool:
        """End the hour's alarm with its hour. Return whether the running one has lost its step, or another one, now."""
        if outlook is None or not self._rules.hour.on:
            return False
        hour = self.alarms.of(Rule.HOUR)
        if outlook.until != self._hour_until:
            if self._hour_until is not None and hour.level:
                hour.disable(now)
                self.log.changed([hour])
            self._hour_until = outlook.until
        lost = outlook.lost
        if lost is None or (
            self.step_lost is not None and (self.step_lost.hour, self.step_lost.now) == (lost.hour, lost.now)
        ):
            return False
        self.step_lost, self.step_lost_seen, self._red_heard = lost, False, False
        hour.release()
        return True

    def _make_sounds(self, inputs: AlarmInputs, now: float, local: datetime | None, *, heard: bool) -> None:
        """Make the sound that is due, mostly none.

        When the power becomes known again, only a level that asks to act is worth a sound: the power was lost sight
        of and need not have changed. A meter that was never heard has not fallen silent.
        """
        was_known, self._was_known = self._was_known, inputs.import_w is not None
        calling = [alarm.level for alarm in self.alarms if alarm.has_called() and alarm.level < Level.FAULT]
        acting = [alarm for alarm in self.alarms if alarm.level is Level.ACT]
        reminds = self._reminds(acting, now)
        silent = heard and self._falls_silent(inputs.silence_s, now)
        if reminds or Level.ACT in calling:
            self._red_heard = self.chimes.make(Sound.ACT, now, local) or self._red_heard
        elif silent:
            self.chimes.make(Sound.FAULT, now, local)
        elif calling and was_known:
            self.chimes.make(Sound.LOOK, now, local)
        elif self._red_heard and not acting and not self.alarms.of(Rule.HOUR).level and inputs.import_w is not None:
            self._red_heard = False
            self.chimes.make(Sound.OVER, now, local)

    def _reminds(self, acting: Iterable[LimitAlarm], now: float) -> bool:
        """Return whether a red that nobody has seen is due to be heard again at `now`, s; and have it call."""
        due = [alarm for alarm in acting if self._is_due(alarm, now)]
        for alarm in due:
            alarm.call_again()
        return bool(due)

    def _is_due(self, alarm: LimitAlarm, now: float) -> bool:
        age_s, before_s = now - alarm.level_since, self._judged_at - alarm.level_since
        return (
            alarm.called is Level.ACT
            and not alarm.repeats
            and alarm.acknowledged < Level.ACT
            and any(before_s < reminder_s <= age_s for reminder_s in self._sound.reminders_s)
        )

    def _falls_silent(self, silence_s: float, now: float) -> bool:
        """Return whether a silence is worth a sound at `now`, s."""
        if silence_s >= self._rules.silent_s:
            self._good_since = None
            if self._silence_heard or silence_s < self._rules.silent_sound_s:
                return False
            self._silence_heard = True
            return True
        if self._good_since is None:
            self._good_since = now
        if now - self._good_since >= self._rules.good_line_s:
            self._silence_heard = False
        return False
