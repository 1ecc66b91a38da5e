"""Is it worth a warning: six rules, judged by the facts of each moment.

The projected hour counts only when crossing its limit would cost money, phases only as far as they are reported, and
voltages as one-minute means. What was acknowledged stays silent until it is over or gets worse. Whether an alarm is
also heard is the business of `calls`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.household.limit_alarm import AlarmCheckpoint, LimitAlarm, Times
from appliance.household.minutes import MINUTE_S
from appliance.household.rules import Rules
from appliance.household.situation import Alarm, Level, Rule

_ROUNDING = 1e-9
"""What is over its limit by no more than this is at the limit, and so still within it."""
HOUR_ACT_S = 1200.0
"""With less than this of the hour left, a projection that is too high asks to act and not only to look."""


@dataclass(frozen=True, slots=True)
class AlarmInputs:
    """What the rules judge at one moment; `None` is not known."""

    import_w: float | None = None
    export_w: float | None = None
    currents_a: tuple[float | None, float | None, float | None] = (None, None, None)
    hour_wh: float | None = None
    """The projected hour."""
    hour_allowed_wh: float | None = None
    """What it may have; `None` when crossing that costs nothing, or nobody can say."""
    hour_left_s: float = 3600.0
    silence_s: float = 0.0
    """Since the last reading, or since the line was first listened to."""


class Alarms:
    """The state of all rules, from one moment to the next."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        power, hour, phase, export = rules.power, rules.hour, rules.phase, rules.export
        self._power = LimitAlarm(Rule.POWER, None, power.watch_w, power.act_w, power.hysteresis_w, power)
        self._hour = LimitAlarm(Rule.HOUR, None, 1.0, 1.0, hour.hysteresis, hour)
        never = float("inf")
        at_once = Times(0.0, 0.0)
        self._phases = [
            LimitAlarm(Rule.PHASE, n, fuse_a * phase.watch_share, fuse_a * phase.act_share, phase.hysteresis_a, phase)
            for fuse_a in (() if phase.fuse_a is None else (phase.fuse_a,))
            for n in (1, 2, 3)
        ]
        self._voltages = [
            LimitAlarm(Rule.VOLTAGE, n, 0.0, never, rules.voltage.hysteresis_v, at_once) for n in (1, 2, 3)
        ]
        self._export = [
            LimitAlarm(Rule.EXPORT, None, limit_w, never, export.hysteresis_w, export)
            for limit_w in (() if export.limit_w is None else (export.limit_w,))
        ]
        self._silent = LimitAlarm(Rule.SILENT, None, rules.silent_s, never, 0.0, at_once, Level.FAULT)

    def __iter__(self) -> Iterator[LimitAlarm]:
        return iter((self._silent, self._power, self._hour, *self._phases, *self._voltages, *self._export))

    def update(self, facts: AlarmInputs, now: float) -> list[LimitAlarm]:
        """Judge the facts of `now`, s; the rules whose level changed."""
        changed = [watcher for watcher, value in self._values(facts) if watcher.update(value, now)]
        share, shown = self._share(facts)
        if self._hour.update(share, now, act=facts.hour_left_s <= HOUR_ACT_S, shown=shown):
            changed.append(self._hour)
        return changed

    def apply_rules(self, rules: Rules, now: float) -> list[LimitAlarm]:
        """Judge by other rules from `now`, s, on: alarms that last go on; those whose rule was given up, returned, end.

        A rule that is still there keeps its watcher, which the log knows it by.
        """
        former = {(watcher.rule, watcher.phase): watcher for watcher in self}
        fresh = Alarms(rules)
        for watcher in fresh:
            if (kept := former.get((watcher.rule, watcher.phase))) is not None:
                kept.take_limits_of(watcher)
        self._rules = rules
        self._phases = [former.pop((watcher.rule, watcher.phase), watcher) for watcher in fresh._phases]
        self._export = [former.pop((watcher.rule, watcher.phase), watcher) for watcher in fresh._export]
        given_up = [watcher for watcher in former.values() if watcher.level and watcher not in tuple(self)]
        for watcher in given_up:
            watcher.disable(now)
        return given_up

    def voltages(self, means_v: Sequence[float | None], now: float) -> list[LimitAlarm]:
        """Judge the means of the minute that ended at `now`, s; the rules that changed, as of its beginning."""
        rule, began = self._rules.voltage, now - MINUTE_S
        changed = []
        for watcher, mean_v in zip(self._voltages, means_v, strict=True):
            if mean_v is not None:
                limit_v = rule.low_v if mean_v < (rule.low_v + rule.high_v) / 2 else rule.high_v
                outside_v = max(rule.low_v - mean_v, mean_v - rule.high_v)
                if watcher.update(outside_v - _ROUNDING, began, shown=(mean_v, limit_v)):
                    changed.append(watcher)
        return changed

    def active(self, now: float, utc: datetime | None) -> tuple[Alarm, ...]:
        """What is over a limit at `now`, s, which is `utc`, worst first, those not acknowledged before the others."""
        alarms = [self._alarm(watcher, now, utc) for watcher in self if watcher.level]
        return tuple(sorted(alarms, key=lambda alarm: (-alarm.level, alarm.acknowledged)))

    def acknowledge(self) -> list[LimitAlarm]:
        """Silence all that is over a limit, until it is over or gets worse; the rules that this concerns."""
        concerned = [watcher for watcher in self if watcher.level > watcher.acknowledged]
        for watcher in concerned:
            watcher.acknowledged = watcher.level
        return concerned

    def unacknowledged(self) -> Level:
        """The highest level that nobody has acknowledged."""
        return max((watcher.level for watcher in self if watcher.level > watcher.acknowledged), default=Level.OK)

    def alarm_checkpoints(self, now: float, utc: datetime | None) -> tuple[AlarmCheckpoint, ...]:
        """What is to outlive the program."""
        return tuple(
            watcher.checkpoint(now, utc) for watcher in self if watcher.level and watcher.rule is not Rule.SILENT
        )

    def restore(self, alarm_checkpoints: Iterable[AlarmCheckpoint], now: float) -> None:
        """Go on with alarms of before a restart: what was heard or acknowledged then is not heard again."""
        watchers = {(watcher.rule, watcher.phase): watcher for watcher in self}
        for mark in alarm_checkpoints:
            if (watcher := watchers.get((mark.rule, mark.phase))) is not None:
                watcher.restore(mark, now)

    def _values(self, facts: AlarmInputs) -> Iterator[tuple[LimitAlarm, float | None]]:
        yield self._silent, facts.silence_s
        yield self._power, facts.import_w
        for phase in self._phases:
            current_a = facts.currents_a[(phase.phase or 1) - 1]
            yield phase, None if current_a is None else abs(current_a)
        for export in self._export:
            yield export, facts.export_w

    def _share(self, facts: AlarmInputs) -> tuple[float | None, tuple[float | None, float]]:
        """What the hour will have of what it may, and how that is shown; nothing is decided while no power is known."""
        hour_wh, allowed_wh = facts.hour_wh, facts.hour_allowed_wh
        if facts.import_w is None:
            return None, (None, 0.0)
        if not self._rules.hour.on or hour_wh is None or allowed_wh is None:
            return 0.0, (self._hour.value if hour_wh is None else hour_wh, self._hour.limit)
        return hour_wh / max(1.0, allowed_wh) - _ROUNDING, (hour_wh, allowed_wh)

    @staticmethod
    def _alarm(watcher: LimitAlarm, now: float, utc: datetime | None) -> Alarm:
        acknowledged = watcher.acknowledged >= watcher.level
        since, age_s = watcher.began(now, utc), now - watcher.since
        return Alarm(
            watcher.rule, watcher.level, watcher.phase, watcher.value, watcher.limit, since, age_s, acknowledged
        )
