"""One-minute means: what the voltage rule judges, the history keeps for two weeks, and a sparkline shows.

Minutes are cut on the monotonic clock, so they go on while the time of day is not known; it is added when they are
read. A mean is over the readings of the minute, all with the same weight: meters send at an even pace.
"""

from dataclasses import dataclass

from appliance.household.situation import Phase

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Minute:
    """The means of one minute; `None` is "not reported in it"."""

    at: float
    """Its beginning on the monotonic clock, s."""
    import_w: float | None = None
    export_w: float | None = None
    voltages_v: tuple[float | None, float | None, float | None] = (None, None, None)


class MinuteMeans:
    """The running minute of readings."""

    def __init__(self) -> None:
        self._minute: float | None = None
        self._sums = [0.0] * 5
        self._counts = [0] * 5

    def power(self, import_w: float, export_w: float | None, now: float) -> Minute | None:
        """Take the powers of `now`, s. Return the minute that has ended, if this begins another."""
        ended = self.elapse(now)
        self._add(0, import_w)
        self._add(1, export_w)
        return ended

    def phases(self, phases: tuple[Phase, Phase, Phase], now: float) -> Minute | None:
        """Take the voltages of `now`, s. Return the minute that has ended, if this begins another."""
        ended = self.elapse(now)
        for place, phase in enumerate(phases, start=2):
            self._add(place, phase.voltage_v)
        return ended

    def elapse(self, now: float) -> Minute | None:
        """Let time pass until `now`, s. Return the minute that has ended, if anything was read in it."""
        minute = now // MINUTE_S
        if minute == self._minute:
            return None
        ended, read = self._minute, any(self._counts)
        means = [total / count if count else None for total, count in zip(self._sums, self._counts, strict=True)]
        self._minute, self._sums, self._counts = minute, [0.0] * 5, [0] * 5
        if ended is None or not read:
            return None
        return Minute(ended * MINUTE_S, means[0], means[1], (means[2], means[3], means[4]))

    def _add(self, place: int, value: float | None) -> None:
        if value is not None:
            self._sums[place] += value
            self._counts[place] += 1
