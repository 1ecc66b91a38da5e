"""Is it worth a warning: the rules of `alarm_spec`, judged by the inputs of each moment.

The projected hour counts only when crossing its limit would cost money, phases only as far as they are reported, and
voltages as one-minute means. What was acknowledged stays silent until it is over or gets worse. What comes first is
what costs most to miss: a fuse that is about to go, then the hour, and what is merely worth knowing last. Whether an
alarm is also heard is the business of `attention`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from appliance.household.alarm_spec import SPECS, AlarmInputs, RuleSpec, Volts
from appliance.household.limit_alarm import AlarmCheckpoint, LimitAlarm
from appliance.household.minutes import MINUTE_S
from appliance.household.rules import Rule, Rules
from appliance.household.situation import Alarm, Level

_Key = tuple[Rule, int | None]


FAR_FROM_LIMIT = 0.7
"""An hour that is to have no more than this share of its limit does not reach it between two lists."""


class Alarms:
    """The state of all rules, from one moment to the next."""

    def __init__(self, rules: Rules, specs: Sequence[RuleSpec] = SPECS) -> None:
        self._specs = specs
        self._go_by(rules, {})

    def __iter__(self) -> Iterator[LimitAlarm]:
        return iter(self._all)

    def update(self, inputs: AlarmInputs, now: float) -> list[LimitAlarm]:
        """Judge the inputs of `now`, s. Return the rules whose level changed."""
        return self._judge(inputs, now, by_minute=False)

    def voltages(self, means_v: Volts, now: float, *, night: bool = False) -> list[LimitAlarm]:
        """Judge the means of the minute that ended at `now`, s. Return the rules that changed, as of its beginning."""
        return self._judge(AlarmInputs(means_v=means_v, night=night), now - MINUTE_S, by_minute=True)

    def end_unseen(self, now: float) -> list[LimitAlarm]:
        """Have the rules start afresh that were not seen for too long at `now`, s. Return the alarms that end by it."""
        return [alarm for alarm in self if alarm.end_unseen(now)]

    def apply_rules(self, rules: Rules, now: float) -> list[LimitAlarm]:
        """Judge by other rules from `now`, s, on. Return the alarms that end since their rule was removed.

        A rule that is still there keeps its limit alarm, which the log knows it by, and an alarm of it goes on.
        """
        former = self._by_key
        self._go_by(rules, former)
        removed = [alarm for key, alarm in former.items() if alarm.level and key not in self._by_key]
        for alarm in removed:
            alarm.disable(now)
        return removed

    def active(self, now: float, utc: datetime | None) -> tuple[Alarm, ...]:
        """Return what is over a limit at `now`, s, which is `utc`, in the order in which it comes forward."""
        alarms = [_alarm(alarm, now, utc) for alarm in self if alarm.level]
        return tuple(sorted(alarms, key=_order))

    def acknowledge(self, rule: Rule | None = None, phase: int | None = None) -> list[LimitAlarm]:
        """Silence an alarm, or all, until it is over or gets worse. Return the rules that this concerns."""
        concerned = [
            alarm
            for alarm in self
            if alarm.level > alarm.acknowledged and (rule is None or (alarm.rule, alarm.phase) == (rule, phase))
        ]
        for alarm in concerned:
            alarm.acknowledged = alarm.level
        return concerned

    def of(self, rule: Rule) -> LimitAlarm:
        """Return the alarm of a rule that has no phases and is always set."""
        return self._by_key[rule, None]

    def unacknowledged(self) -> Level:
        """Return the highest level that is not acknowledged."""
        return max((alarm.level for alarm in self if alarm.level > alarm.acknowledged), default=Level.OK)

    def calm(self) -> bool:
        """Return whether no level changes by time alone; those that are about a silence or a minute's end do then."""
        hour = self.of(Rule.HOUR)
        if hour.level or (hour.judged or 0.0) > FAR_FROM_LIMIT:
            return False
        return not any(
            alarm.turning or (alarm.level is Level.ACT and alarm.acknowledged < Level.ACT) for alarm in self._all
        )

    def alarm_checkpoints(self, now: float, utc: datetime | None) -> tuple[AlarmCheckpoint, ...]:
        """Return what is to outlive the program."""
        lasting = {spec.rule for spec in self._specs if spec.outlives_restart}
        kept = (alarm for alarm in self if alarm.level or alarm.acknowledged)
        return tuple(alarm.checkpoint(now, utc) for alarm in kept if alarm.rule in lasting)

    def restore(
        self, alarm_checkpoints: Iterable[AlarmCheckpoint], now: float, downtime_s: float | None
    ) -> list[AlarmCheckpoint]:
        """Go on at `now`, s, with alarms of `downtime_s` ago, s; `None` after a power cut of unknown length.

        Return those that ended with the program: they were not seen for too long, or their rule was removed.
        """
        ended = []
        for checkpoint in alarm_checkpoints:
            alarm = self._by_key.get((checkpoint.rule, checkpoint.phase))
            goes_on = alarm is not None and alarm.restore(checkpoint, now, downtime_s)
            if checkpoint.level and not goes_on:
                ended.append(checkpoint)
        return ended

    def _go_by(self, rules: Rules, former: Mapping[_Key, LimitAlarm]) -> None:
        """Have a limit alarm for each rule that is set, and each of its phases: a former one, by the new limits."""
        self._rules = rules
        self._by_key: dict[_Key, LimitAlarm] = {}
        self._judged: dict[bool, list[tuple[RuleSpec, int, LimitAlarm]]] = {False: [], True: []}  # the latter by minute
        for spec in self._specs:
            if (set_points := spec.limits(rules)) is None:
                continue
            for phase in spec.phases:
                fresh = LimitAlarm(spec.rule, phase, set_points, spec.lowest)
                alarm = former.get((spec.rule, phase), fresh)
                alarm.take_limits_of(fresh)
                self._by_key[spec.rule, phase] = alarm
                self._judged[spec.by_minute].append((spec, phase or 0, alarm))
        self._all = tuple(self._by_key.values())

    def _judge(self, inputs: AlarmInputs, now: float, *, by_minute: bool) -> list[LimitAlarm]:
        changed, rules = [], self._rules
        seen_at = now + MINUTE_S if by_minute else now - inputs.silence_s
        for spec, phase, alarm in self._judged[by_minute]:
            shown = spec.shown and spec.shown(inputs, rules, phase)
            value = spec.value(inputs, rules, phase)
            if value is not None:
                alarm.at_least = spec.at_least is not None and spec.at_least(inputs)
            act_value = spec.act_value and spec.act_value(inputs, rules, phase)
            may_call = partial(_may_call, spec, inputs, rules)
            if alarm.update(value, now, seen_at=seen_at, act_value=act_value, may_call=may_call, shown=shown):
                changed.append(alarm)
        return changed


def _alarm(alarm: LimitAlarm, now: float, utc: datetime | None) -> Alarm:
    return Alarm(
        rule=alarm.rule,
        level=alarm.level,
        phase=alarm.phase,
        value=alarm.value,
        limit=alarm.limit,
        since=alarm.began(now, utc),
        age_s=now - alarm.since,
        acknowledged=alarm.acknowledged >= alarm.level,
        at_least=alarm.at_least,
        level_since=None if utc is None else utc - timedelta(seconds=now - alarm.level_since),
        calls=alarm.calls,
    )


def _may_call(spec: RuleSpec, inputs: AlarmInputs, rules: Rules, level: Level) -> bool:
    """Return whether an alarm at this level may call now: in quiet hours only one that asks to act."""
    return (level is Level.ACT or not inputs.night) and (spec.calls is None or spec.calls(inputs, rules, level))


def _order(alarm: Alarm) -> tuple[bool, bool, int]:
    """Return what alarms are sorted by: what hides all others, then what was not seen, then by consequence."""
    by_consequence = 0 if (alarm.rule, alarm.level) == (Rule.PHASE, Level.ACT) else 1 + _CONSEQUENCE.index(alarm.rule)
    return alarm.level is not Level.FAULT, alarm.acknowledged, by_consequence


_CONSEQUENCE = (Rule.SILENT, Rule.HOUR, Rule.PHASE, Rule.VOLTAGE, Rule.POWER, Rule.EXPORT)
"""What costs most to miss comes first; a phase at ACT before all of them."""
