"""One rule over time: its level, with hysteresis and delays, and whether the household has acknowledged it.

A limit is reached when the value has stood at or above it for the on-delay, and left when it has stayed below it, by
more than the hysteresis, for the off-delay. So a thermostat that switches around a limit gives one alarm and not
twenty. While the value is not known nothing is decided, and no time counts. When it has not been known for too long,
the alarm ends as of the moment at which it was last seen, and the rule starts afresh: whether it went on is not known,
and nothing is claimed of it. What of it was acknowledged is remembered for a while: a load that comes back with the
power calls nobody who has seen it before.

An alarm calls when it rises to a level: that is worth a page on the glass, and mostly a sound. A level that it was at a
short while ago lights its lamp and calls nobody again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.household.rules import AT_ONCE, Delays, Rule
from appliance.household.situation import Level

_JUST_AFTER_S = 0.001
ACKNOWLEDGED_S = 300.0
"""For so long after its value is known again, an alarm that was acknowledged before stays so when it rises again."""


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
    age_s: float | None = None
    """How long it has lasted, s; `None` when an older program left it out."""
    unseen_s: float = 0.0
    """How long ago its value was last seen, s."""
    level_age_s: float | None = None
    """For how long it has been at its level, s; `None` when an older program left it out."""
    called: Level | None = None
    """The highest level of its present one and those below that it has called at; `None` as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoints:
    """The limits of a rule, in its value's own unit."""

    watch: float
    """From here on it is at its lowest level."""
    act: float = float("inf")
    """From here on it is at ACT."""
    hysteresis: float = 0.0
    """How far the value must fall below a limit to leave it."""
    delays: Delays = AT_ONCE
    act_delays: Delays | None = None
    """Those of `act`, where they are others."""
    act_latches: bool = False
    """ACT lasts until the lowest level is left."""
    unseen_s: float = float("inf")
    """Not seen for longer than this, s, an alarm ends, and the rule starts afresh."""
    repeat_s: float = 0.0
    """A level that is reached again so soon after it was left does not call."""
    always_calls: Level | None = None
    """The level that calls however soon it is reached again."""


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
        self.level_since = 0.0
        """When it came to its present level."""
        self.calls = 0
        """How often it has called since it began."""
        self.called = Level.OK
        """The highest level, up to the present one, that it has called at."""
        self.repeats = False
        """It came again so soon to the level of `called` that it did not call."""
        self._has_called = False  # since it was last asked
        self._left: dict[Level, float] = {}  # when each level was last seen to be left
        self.until = 0.0
        """When it came back to OK, or was last seen before it was lost sight of."""
        self.judged: float | None = None
        """The value that was judged last, in the unit of the set points."""
        self.seen_at = float("-inf")
        """When its value was last seen."""
        self.at_least = False
        """The value is a lower bound."""
        self._known_again: float | None = None  # since when, after it ended unseen with an acknowledgement to remember
        self._unseen_s = set_points.unseen_s
        self._furthest = 0.0
        self._began: datetime | None = None
        self._lowest = lowest
        self._set_points = set_points
        self._watch = _Threshold(set_points.watch, set_points.hysteresis, set_points.delays)
        self._act = _Threshold(set_points.act, set_points.hysteresis, set_points.act_delays or set_points.delays)

    def update(
        self,
        value: float | None,
        now: float,
        *,
        seen_at: float | None = None,
        act_value: float | None = None,
        may_call: Callable[[Level], bool] = lambda _level: True,
        shown: Shown | None = None,
    ) -> bool:
        """Judge the value of `now`, s. Return whether the level changed.

        `seen_at` is when the value was last seen, s, where that is another moment. `act_value` is what is held against
        the limit of ACT, where that is something else. It calls at a level at which it `may_call`. `shown` is the value
        and its limit as people know them, where the rule judges something else.
        """
        self.judged = value
        if value is None:
            self._watch.turning_since = self._act.turning_since = None
            return False
        self.seen_at = now if seen_at is None else seen_at
        if self.level is Level.OK and self.acknowledged:
            self._forget_acknowledged(now)
        if value < self._watch.limit and self.level is Level.OK:
            # This is nearly always so, and nothing needs to be computed then.
            self._watch.turning_since = self._act.turning_since = None
            self.before = Level.OK
            self._show(value, self._watch.limit, shown)
            return False
        watch, latched = self._watch.update(value, now), self._set_points.act_latches and self._act.reached
        acts = latched or self._act.update(value if act_value is None else act_value, now)
        if acts and not watch and act_value is None and not latched:
            # One value, and the higher limit took less time.
            watch, self._watch.reached, self._watch.turning_since = True, True, None
        if not watch:
            acts = self._act.reached = False
        self.before, self.level = self.level, Level.ACT if acts else self._lowest if watch else Level.OK
        self._show(value, self._act.limit if acts else self._watch.limit, shown)
        if self.level is not self.before:
            self._at_another_level(now)
        if self.level is not Level.OK:
            self._go_on(value, now)
            if self.level > max(self.called, self.acknowledged) and may_call(self.level):
                self._call(now)
        return self.level is not self.before

    def call_again(self) -> None:
        """Call once more: nobody has seen it."""
        self.calls += 1

    def release(self) -> None:
        """Let ACT go: what it was about has happened."""
        self._act.reached = False

    def recall(self, now: float) -> None:
        """Call at `now`, s, as one that nobody has seen: it is about something new."""
        self.acknowledged = Level.OK
        self.level_since = now
        self.calls, self.called, self._has_called = self.calls + 1, self.level, True

    def has_called(self) -> bool:
        """Return whether it has called since it was last asked."""
        has_called, self._has_called = self._has_called, False
        return has_called

    @property
    def turning(self) -> bool:
        """Whether a delay runs: its level may change by time alone."""
        return self._watch.turning_since is not None or self._act.turning_since is not None

    @property
    def unseen_at(self) -> float:
        """Just after it was not seen for too long, s, if it is not seen again before."""
        return self.seen_at + self._unseen_s + _JUST_AFTER_S

    def end_unseen(self, now: float) -> bool:
        """Start afresh if the value was not seen for too long at `now`, s. Return whether an alarm ended by that.

        It ended when it was last seen, and stays acknowledged for when it rises again soon.
        """
        if now - self.seen_at <= self._unseen_s:
            return False
        for threshold in (self._watch, self._act):
            threshold.reached, threshold.turning_since = False, None
        if self.level is Level.OK:
            return False
        self.before, self.level, self.called, self.level_since = self.level, Level.OK, Level.OK, now
        self.until, self._known_again = max(self.since, self.seen_at), None
        self._leave(self.until)
        return True

    def take_limits_of(self, other: "LimitAlarm") -> None:
        """Judge by the limits and delays of another from now on; the level and a delay that runs go on."""
        self._unseen_s, self._set_points = other._unseen_s, other._set_points
        self._watch.take_limits_of(other._watch)
        self._act.take_limits_of(other._act)

    def disable(self, now: float) -> None:
        """Disable the rule at `now`, s: an active alarm ends."""
        self.before, self.level = self.level, Level.OK
        self._at_another_level(now)

    def began(self, now: float, utc: datetime | None) -> datetime | None:
        """Return when the level left OK, UTC; it is fixed by the first call that knows the time of `now`."""
        if self._began is None and utc is not None:
            self._began = utc - timedelta(seconds=now - self.since)
        return self._began

    def restore(self, checkpoint: AlarmCheckpoint, now: float, downtime_s: float | None) -> bool:
        """Go on at `now`, s, from a checkpoint `downtime_s` old, s; `None` after a power cut of unknown length.

        Return whether it is at the level of then; else it was not seen for too long, and starts afresh. What was
        acknowledged is taken over in either case.
        """
        self.acknowledged = checkpoint.acknowledged
        if downtime_s is None or downtime_s + checkpoint.unseen_s > self._unseen_s or not checkpoint.level:
            return False
        self.level, self.seen_at = checkpoint.level, now - downtime_s - checkpoint.unseen_s
        self.since, self._began = now - downtime_s - (checkpoint.age_s or 0.0), checkpoint.began
        level_age_s = checkpoint.age_s if checkpoint.level_age_s is None else checkpoint.level_age_s
        self.level_since = now - downtime_s - (level_age_s or 0.0)
        self.called = checkpoint.level if checkpoint.called is None else checkpoint.called
        self.calls = int(self.called is not Level.OK)
        self.highest = max(checkpoint.level, checkpoint.highest)
        self.worst, self._furthest = checkpoint.worst, checkpoint.furthest
        if checkpoint.passed is not None:
            self.limit = self.passed = checkpoint.passed
        self._watch.reached = True
        self._act.reached = checkpoint.level is Level.ACT
        return True

    def checkpoint(self, now: float, utc: datetime | None) -> AlarmCheckpoint:
        """Return what of it is to outlive the program at `now`, s, which is `utc`."""
        if self.level is Level.OK:
            return AlarmCheckpoint(
                rule=self.rule, phase=self.phase, level=self.level, acknowledged=self.acknowledged, began=None
            )
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
            age_s=now - self.since,
            unseen_s=now - self.seen_at,
            level_age_s=now - self.level_since,
            called=self.called,
        )

    def _at_another_level(self, now: float) -> None:
        """Note that the level has changed at `now`, s."""
        self.level_since = now
        self._leave(now)
        if self.level is Level.OK:
            self.acknowledged, self.until = Level.OK, now
        if self.before is Level.OK:
            self.calls = 0
        self.called = min(self.called, self.level)

    def _leave(self, at: float) -> None:
        """Note that the levels above the present one, up to that before, were left at a moment, s."""
        self._left |= {left: at for left in Level if self.level < left <= self.before}

    def _call(self, now: float) -> None:
        """Call at `now`, s, if its level is not one that it was at a short while ago."""
        self.called = level = self.level
        soon = now - self._left.get(level, float("-inf")) < self._set_points.repeat_s
        self.repeats = soon and self._set_points.always_calls is not level
        if not self.repeats:
            self.calls, self._has_called = self.calls + 1, True

    def _forget_acknowledged(self, now: float) -> None:
        """Forget what was acknowledged before the value was lost sight of, once it has been known again for a while."""
        if self._known_again is None:
            self._known_again = now
        elif now - self._known_again > ACKNOWLEDGED_S:
            self.acknowledged = Level.OK

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
