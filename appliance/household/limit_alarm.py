"""One rule over time: its level, with hysteresis and delays, and whether the household has acknowledged it.

A limit is reached when the value has stood at or above it for the on-delay, and left when it has stayed below it, by
more than the hysteresis, for the off-delay. So a thermostat that switches around a limit gives one alarm and not
twenty. While the value is not known nothing is decided, and no time counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.household.rules import Rule
from appliance.household.situation import Level


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """The worst value in the unit that the rule judges, where people know another."""


@dataclass(frozen=True, slots=True)
class Delays:
    """How long a value must be over a limit to reach it, and under it to leave it, s."""

    on_delay_s: float = 0.0
    off_delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoints:
    """The limits of a rule, in its value's own unit."""

    watch: float
    """From here on it is at its lowest level."""
    act: float = float("inf")
    """From here on it is at ACT."""
    hysteresis: float = 0.0
    """How far the value must fall below a limit to leave it."""
    delays: Delays = Delays()


Shown = tuple[float | None, float | None]
"""A value and its limit in the unit that people know; `None` leaves the last one as it was."""


class LimitAlarm:
    """One rule, on one phase where it has one: its level and since when."""

    def __init__(self, rule: Rule, phase: int | None, set_points: SetPoints, lowest: Level = Level.WATCH) -> None:
        """Make a rule that is at level `lowest` from its first set point on, and at ACT from its second."""
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
        self.limit = set_points.watch
        """The limit of the level it is at, in the same unit."""
        self.worst: float | None = None
        """The value that was furthest over the limit since it began."""
        self.passed = set_points.watch
        """The limit of the level it was at with that value."""
        self.since = 0.0
        """When the level left OK, on the monotonic clock, s."""
        self.until = 0.0
        """When it came back to OK."""
        self._furthest = 0.0
        self._began: datetime | None = None
        self._lowest = lowest
        self._watch = _Threshold(set_points.watch, set_points.hysteresis, set_points.delays)
        self._act = _Threshold(set_points.act, set_points.hysteresis, set_points.delays)

    def update(self, value: float | None, now: float, *, act: bool = True, shown: Shown | None = None) -> bool:
        """Judge the value of `now`, s, which cannot reach ACT where `act` is false. Return whether the level changed.

        `shown` is the value and its limit as people know them, where the rule judges something else.
        """
        if value is None:
            self._watch.turning_since = self._act.turning_since = None
            return False
        if value < self._watch.limit and self.level is Level.OK:
            # This is nearly always so, and nothing needs to be computed then.
            self._watch.turning_since = self._act.turning_since = None
            self.before = Level.OK
            self._show(value, self._watch.limit, shown)
            return False
        watch = self._watch.update(value, now)
        acts = self._act.update(value if act else float("-inf"), now) and watch
        self.before, self.level = self.level, Level.ACT if acts else self._lowest if watch else Level.OK
        self._show(value, self._act.limit if acts else self._watch.limit, shown)
        if self.level is Level.OK:
            if self.before is not Level.OK:
                self.acknowledged, self.until = Level.OK, now
        else:
            self._go_on(value, now)
        return self.level is not self.before

    def take_limits_of(self, other: "LimitAlarm") -> None:
        """Judge by the limits and delays of another from now on; the level and a delay that runs go on."""
        self._watch.take_limits_of(other._watch)
        self._act.take_limits_of(other._act)

    def disable(self, now: float) -> None:
        """Disable the rule at `now`, s: an active alarm ends."""
        self.before, self.level = self.level, Level.OK
        self.acknowledged, self.until = Level.OK, now

    def began(self, now: float, utc: datetime | None) -> datetime | None:
        """Return when the level left OK, UTC; it is fixed by the first call that knows the time of `now`."""
        if self._began is None and utc is not None:
            self._began = utc - timedelta(seconds=now - self.since)
        return self._began

    def restore(self, checkpoint: AlarmCheckpoint, now: float) -> None:
        """Be at the level of before a restart, as if it had been reached at `now`, s."""
        self.level, self.acknowledged = checkpoint.level, checkpoint.acknowledged
        self.since, self._began = now, checkpoint.began
        self.highest = max(checkpoint.level, checkpoint.highest)
        self.worst, self._furthest = checkpoint.worst, checkpoint.furthest
        if checkpoint.passed is not None:
            self.limit = self.passed = checkpoint.passed
        self._watch.reached = True
        self._act.reached = checkpoint.level is Level.ACT

    def checkpoint(self, now: float, utc: datetime | None) -> AlarmCheckpoint:
        """Return what of it is to outlive the program at `now`, s, which is `utc`."""
        return AlarmCheckpoint(
            rule=self.rule,
            phase=self.phase,
            level=self.level,
            acknowledged=self.acknowledged,
            began=self.began(now, utc),
            highest=self.highest,
            worst=self.worst,
            passed=self.passed,
            furthest=self._furthest,
        )

    def _show(self, value: float, limit: float, shown: Shown | None) -> None:
        """Note the value and the limit as people know them."""
        if shown is None:
            self.value, self.limit = value, limit
            return
        shown_value, shown_limit = shown
        if shown_value is not None:
            self.value = shown_value
        if shown_limit is not None:
            self.limit = shown_limit

    def _go_on(self, value: float, now: float) -> None:
        """Note how bad an alarm is that has begun or lasts."""
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
    delays: Delays
    reached: bool = False
    turning_since: float | None = None
    """The value has been on the other side since then."""

    def take_limits_of(self, other: "_Threshold") -> None:
        self.limit, self.hysteresis, self.delays = other.limit, other.hysteresis, other.delays

    def update(self, value: float, now: float) -> bool:
        turning = value < self.limit - self.hysteresis if self.reached else value >= self.limit
        if not turning:
            self.turning_since = None
            return self.reached
        if self.turning_since is None:
            self.turning_since = now
        if now - self.turning_since >= (self.delays.off_delay_s if self.reached else self.delays.on_delay_s):
            self.reached = not self.reached
            self.turning_since = None
        return self.reached
