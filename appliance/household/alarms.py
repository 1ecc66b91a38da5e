"""Is the load worth a warning: two thresholds, each with hysteresis and hold times.

A threshold is reached when the power has stood at or above it for the rise time, and left when the power has stayed
below it, less the hysteresis, for the hold time. So a thermostat that switches around a limit gives one alarm and
not twenty. While the power is not known nothing is decided, and no time counts.
"""

from dataclasses import dataclass

from appliance.household.situation import Level


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Import power limits, W, and the times they must be over or under, s."""

    watch_w: float = 5000.0
    act_w: float = 10000.0
    hysteresis_w: float = 200.0
    rise_s: float = 0.0
    """How long the power must stand at or above a limit before it counts."""
    hold_s: float = 30.0
    """How long it must stay below a limit before the limit is left."""


class LoadLevel:
    """The level of the load, from one power to the next."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._watch = _Threshold(thresholds.watch_w, thresholds)
        self._act = _Threshold(thresholds.act_w, thresholds)

    def update(self, power_w: float | None, now: float) -> Level | None:
        """The level at `now`, s, by the power that stands then; `None` while that is not known."""
        watch = self._watch.update(power_w, now)
        act = self._act.update(power_w, now)
        if power_w is None:
            return None
        return Level.ACT if act else Level.WATCH if watch else Level.OK


class _Threshold:
    def __init__(self, limit_w: float, times: Thresholds) -> None:
        self._limit_w = limit_w
        self._times = times
        self._reached = False
        self._turning_since: float | None = None  # the power asks for the other state since then

    def update(self, power_w: float | None, now: float) -> bool:
        if power_w is None:
            self._turning_since = None
            return self._reached
        if self._reached:
            turning = power_w < self._limit_w - self._times.hysteresis_w
            needed = self._times.hold_s
        else:
            turning = power_w >= self._limit_w
            needed = self._times.rise_s
        if not turning:
            self._turning_since = None
            return self._reached
        if self._turning_since is None:
            self._turning_since = now
        if now - self._turning_since >= needed:
            self._reached = not self._reached
            self._turning_since = None
        return self._reached
