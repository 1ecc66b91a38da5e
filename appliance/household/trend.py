"""The power of the last ten minutes, in steps that a sparkline can show, one pixel each; and a mean of the last few."""

from collections import deque

STEP_S = 5.0
STEPS = 120


class PowerTrend:
    """Means of the net power over steps of `STEP_S`, the newest `STEPS` of them."""

    def __init__(self) -> None:
        self._step: float | None = None
        self._sum_w = 0.0
        self._count = 0
        self._means: deque[float | None] = deque([None] * STEPS, STEPS)
        self._shown: tuple[float | None, ...] = tuple(self._means)

    def power(self, import_w: float, export_w: float | None, now: float) -> None:
        """Take the powers of `now`, s."""
        self.elapse(now)
        self._sum_w += import_w - (export_w or 0.0)
        self._count += 1

    def elapse(self, now: float) -> tuple[float | None, ...]:
        """Return the means up to the step before `now`, s, oldest first, W; export is negative, `None` was not read."""
        step = now // STEP_S
        if self._step is None:
            self._step = step
        if step > self._step:
            self._means.append(self._sum_w / self._count if self._count else None)
            self._means.extend([None] * min(STEPS, int(step - self._step) - 1))
            self._step, self._sum_w, self._count = step, 0.0, 0
            self._shown = tuple(self._means)
        return self._shown


class RecentMean:
    """The mean import power over the last `window_s` seconds; a power holds until the next one comes."""

    def __init__(self, window_s: float, stale_s: float) -> None:
        """Take means over `window_s` seconds; after `stale_s` seconds without a power begin anew."""
        self.window_s = window_s
        self.stale_s = stale_s
        self._powers: deque[tuple[float, float, float]] = deque()
        """Moment, s; the power from then on, W; and the energy up to then, Ws."""

    def power(self, import_w: float, now: float) -> None:
        """Take the power of `now`, s."""
        powers = self._powers
        if powers and now - powers[-1][0] > self.stale_s:
            powers.clear()
        self._forget(now)
        energy_ws = powers[-1][2] + powers[-1][1] * (now - powers[-1][0]) if powers else 0.0
        powers.append((now, import_w, energy_ws))

    def mean_w(self, now: float) -> float | None:
        """Return the mean up to `now`, s, W, over what is known of the window; `None` before the first power."""
        self._forget(now)
        powers = self._powers
        if not powers:
            return None
        began_s, first_w, first_ws = powers[0]
        last_s, last_w, last_ws = powers[-1]
        since_s = max(began_s, now - self.window_s)
        if now <= since_s:
            return last_w
        before_ws = first_ws + first_w * (since_s - began_s)
        return (last_ws + last_w * (now - last_s) - before_ws) / (now - since_s)

    def _forget(self, now: float) -> None:
        """Forget the powers that held only before the window up to `now`, s."""
        while len(self._powers) > 1 and self._powers[1][0] <= now - self.window_s:
            self._powers.popleft()
