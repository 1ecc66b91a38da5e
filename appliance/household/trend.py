"""The power of the last ten minutes, in steps that a sparkline can show: one pixel each."""

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
