"""One rule over time: its level, with hysteresis and hold times, and whether somebody has acknowledged it.

A limit is reached when the value has stood at or above it for the rise time, and left when it has stayed below, less
the hysteresis, for the hold time. So a thermostat that switches around a limit gives one alarm and not twenty. While
the value is not known nothing is decided, and no time counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.household.rules import ExportRule, HourRule, PhaseRule, Thresholds
from appliance.household.situation import Level, Rule


@dataclass(frozen=True, slots=True)
class AlarmCheckpoint:
    """An alarm that outlives the program."""

    rule: Rule
    phase: int | None
    level: Level
    acknowledged: Level
    """What of it was acknowledged; OK is nothing."""
    began: datetime | None
    """UTC, if it was known."""
    highest: Level = Level.OK
    """The highest level since then."""
    worst: float | None = None
    passed: float | None = None
    """The limit that the worst value had passed."""
    furthest: float = 0.0
    """The worst value as the rule reckons it, where that is something else than people know."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long a value must be over a limit to reach it, and under it to leave it, s."""

    on_delay_s: float
    off_delay_s: float


class LimitAlarm:
    """One rule, on one phase where it has one: its level and since when."""

    def __init__(
        self,
        rule: Rule,
        phase: int | None,
        watch: float,
        act: float,
        hysteresis: float,
        times: Times | Thresholds | HourRule | PhaseRule | ExportRule,
        lowest: Level = Level.WATCH,
    ) -> None:
        """A rule that is at level `lowest` from `watch` on and at ACT from `act` on, in the value's own unit."""
        self.rule = rule
        self.phase = phase
        self.level = Level.OK
        self.before = Level.OK
        """The level before the last update."""
        self.acknowledged = Level.OK
        self.highest = Level.OK
        """The highest level since it began."""
        self.value: float | None = None
        """The newest value that was known, in the unit that people know."""
        self.limit = watch
        """The limit of the level it is at, in the same unit."""
        self.worst: float | None = None
        """The value that was furthest over the limit since it began."""
        self.passed = watch
        """The limit of the level it was at with that value."""
        self.since = 0.0
        """When the level left OK, on the monotonic clock, s."""
        self.until = 0.0
        """When it came back to OK."""
        self._furthest = 0.0
        self._began: datetime | None = None
        self._lowest = lowest
        self._watch = _Threshold(watch, hysteresis, times.on_delay_s, times.off_delay_s)
        self._act = _Threshold(act, hysteresis, times.on_delay_s, times.off_delay_s)

    def update(
        self, value: float | None, now: float, *, act: bool = True, shown: tuple[float | None, float] | None = None
    ) -> bool:
        """Judge the value of `now`, s, which cannot reach ACT where `act` is false; whether the level changed.

        `shown` is the value and its limit as people know them, where the rule reckons with something else.
        """
        if value is None:
            self._watch.turning_since = self._act.turning_since = None
            return False
        if value < self._watch.limit and self.level is Level.OK:
            # As nearly always; so nothing is reckoned for it.
            self._watch.turning_since = self._act.turning_since = None
            self.before = Level.OK
            self.value, self.limit = shown or (value, self._watch.limit)
            return False
        watch = self._watch.update(value, now)
        acts = self._act.update(value if act else float("-inf"), now) and watch
        self.before, self.level = self.level, Level.ACT if acts else self._lowest if watch else Level.OK
        self.value, self.limit = shown or (value, self._act.limit if acts else self._watch.limit)
        if self.level is Level.OK:
            if self.before is not Level.OK:
                self.acknowledged, self.until = Level.OK, now
        else:
            self._go_on(value, now)
        return self.level is not self.before

    def take_limits_of(self, other: "LimitAlarm") -> None:
        """Judge by the limits and times of another from now on; the level, and how long it turns already, go on."""
        self._watch.take_limits_of(other._watch)
        self._act.take_limits_of(other._act)

    def disable(self, now: float) -> None:
        """The rule is given up at `now`, s: what was over its limit is over."""
        self.before, self.level = self.level, Level.OK
        self.acknowledged, self.until = Level.OK, now

    def began(self, now: float, utc: datetime | None) -> datetime | None:
        """When the level left OK, UTC; fixed when it is first asked for with the time of `now` known."""
        if self._began is None and utc is not None:
            self._began = utc - timedelta(seconds=now - self.since)
        return self._began

    def restore(self, checkpoint: AlarmCheckpoint, now: float) -> None:
        """Be at the level of before a restart, as if it had been reached at `now`, s."""
        self.level, self.acknowledged, self.since, self._began = (
            checkpoint.level,
            checkpoint.acknowledged,
            now,
            checkpoint.began,
        )
        self.highest, self.worst, self._furthest = (
            max(checkpoint.level, checkpoint.highest),
            checkpoint.worst,
            checkpoint.furthest,
        )
        if checkpoint.passed is not None:
            self.limit = self.passed = checkpoint.passed
        self._watch.reached = True
        self._act.reached = checkpoint.level is Level.ACT

    def checkpoint(self, now: float, utc: datetime | None) -> AlarmCheckpoint:
        """What of it is to outlive the program at `now`, s, which is `utc`."""
        began = self.began(now, utc)
        return AlarmCheckpoint(
            self.rule,
            self.phase,
            self.level,
            self.acknowledged,
            began,
            self.highest,
            self.worst,
            self.passed,
            self._furthest,
        )

    def _go_on(self, value: float, now: float) -> None:
        """Keep account of an alarm that has begun or lasts."""
        if self.before is Level.OK:
            self.since, self._began, self.highest = now, None, Level.OK
        if self.level > self.highest or value > self._furthest:
            self.passed = self.limit
        if self.before is Level.OK or value > self._furthest:
            self.worst, self._furthest = self.value, value
        self.highest = max(self.highest, self.level)


@dataclass(slots=True)
class _Threshold:
    limit: float
    hysteresis: float
    on_delay_s: float
    off_delay_s: float
    reached: bool = False
    turning_since: float | None = None
    """The value asks for the other state since then."""

    def take_limits_of(self, other: "_Threshold") -> None:
        self.limit, self.hysteresis = other.limit, other.hysteresis
        self.on_delay_s, self.off_delay_s = other.on_delay_s, other.off_delay_s

    def update(self, value: float, now: float) -> bool:
        turning = value < self.limit - self.hysteresis if self.reached else value >= self.limit
        if not turning:
            self.turning_since = None
            return self.reached
        if self.turning_since is None:
            self.turning_since = now
        if now - self.turning_since >= (self.off_delay_s if self.reached else self.on_delay_s):
            self.reached = not self.reached
            self.turning_since = None
        return self.reached
