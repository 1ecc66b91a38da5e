"""Is it worth a warning: the rules of `alarm_spec`, judged by the inputs of each moment.

The projected hour counts only when crossing its limit would cost money, phases only as far as they are reported, and
voltages as one-minute means. What was acknowledged stays silent until it is over or gets worse. Whether an alarm is
also heard is the business of `chimes`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from appliance.household.alarm_spec import SPECS, AlarmInputs, RuleSpec, Volts
from appliance.household.limit_alarm import AlarmCheckpoint, LimitAlarm
from appliance.household.minutes import MINUTE_S
from appliance.household.rules import Rule, Rules
from appliance.household.situation import Alarm, Level

_Key = tuple[Rule, int | None]


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

    def voltages(self, means_v: Volts, now: float) -> list[LimitAlarm]:
        """Judge the means of the minute that ended at `now`, s. Return the rules that changed, as of its beginning."""
        return self._judge(AlarmInputs(means_v=means_v), now - MINUTE_S, by_minute=True)

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
        """Return what is over a limit at `now`, s, which is `utc`: worst first, unacknowledged before the others."""
        alarms = [_alarm(alarm, now, utc) for alarm in self if alarm.level]
        return tuple(sorted(alarms, key=lambda alarm: (-alarm.level, alarm.acknowledged)))

    def acknowledge(self) -> list[LimitAlarm]:
        """Silence all that is over a limit, until it is over or gets worse. Return the rules that this concerns."""
        concerned = [alarm for alarm in self if alarm.level > alarm.acknowledged]
        for alarm in concerned:
            alarm.acknowledged = alarm.level
        return concerned

    def unacknowledged(self) -> Level:
        """Return the highest level that is not acknowledged."""
        return max((alarm.level for alarm in self if alarm.level > alarm.acknowledged), default=Level.OK)

    def alarm_checkpoints(self, now: float, utc: datetime | None) -> tuple[AlarmCheckpoint, ...]:
        """Return what is to outlive the program."""
        lasting = {spec.rule for spec in self._specs if spec.outlives_restart}
        return tuple(alarm.checkpoint(now, utc) for alarm in self if alarm.level and alarm.rule in lasting)

    def restore(self, alarm_checkpoints: Iterable[AlarmCheckpoint], now: float) -> None:
        """Go on with alarms of before a restart: what was heard or acknowledged then is not heard again."""
        for checkpoint in alarm_checkpoints:
            if (alarm := self._by_key.get((checkpoint.rule, checkpoint.phase))) is not None:
                alarm.restore(checkpoint, now)

    def _go_by(self, rules: Rules, former: Mapping[_Key, LimitAlarm]) -> None:
        """Have a limit alarm for each rule that is set, and each of its phases: a former one, by the new limits."""
        self._rules = rules
        self._by_key: dict[_Key, LimitAlarm] = {}
        self._judged: dict[bool, list[tuple[RuleSpec, int, LimitAlarm]]] = {False: [], True: []}  # the latter by minute
        for spec in self._specs:
            if (set_points := spec.set_points(rules)) is None:
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
        for spec, phase, alarm in self._judged[by_minute]:
            shown = spec.shown and spec.shown(inputs, rules, phase)
            act = spec.may_act is None or spec.may_act(inputs)
            if alarm.update(spec.value(inputs, rules, phase), now, act=act, shown=shown):
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
    )
