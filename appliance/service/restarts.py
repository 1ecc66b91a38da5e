"""Keeps the tasks going: one that fails is restarted after growing pauses, and the others do not notice.

A failure that reaches this file is a mistake in the program or an unforeseen state of the machine, so the log gets all
of it, once for each kind. The panel is told after five failures in a row: what heals by itself in seconds needs no
help.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVarTuple

from appliance.system.backoff import Backoff
from appliance.system.health import Fault, FaultKind
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

Values = TypeVarTuple("Values")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
FAILURES_UNTIL_FAULT = 5
"""Failures in a row after which the panel says so."""


class TaskRestarter:
    """Runs tasks and remembers their failures."""

    def __init__(self, timebase: Timebase) -> None:
        self._timebase = timebase
        self._failures: dict[str, _Failures] = {}

    async def run(self, name: str, task: Callable[[], Awaitable[None]]) -> None:
        """Run a task until it returns, and again when it fails; `name` is how sentences call it."""
        while True:
            try:
                await task()
                return
            except Exception as error:
                pause_s = self._count(name, error)
            await self._timebase.sleep(pause_s)

    def guard(self, name: str, call: Callable[[*Values], None], *values: *Values) -> bool:
        """Call a function with these values and keep what it raises from the caller. Return whether it succeeded."""
        try:
            call(*values)
        except Exception as error:
            self._count(name, error)
            return False
        return True

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The tasks that have failed too often of late, by name."""
        if not self._failures:
            return ()
        now = self._timebase.now()
        return tuple(
            Fault(FaultKind.PART, name)
            for name, failures in sorted(self._failures.items())
            if failures.in_a_row >= FAILURES_UNTIL_FAULT and now <= failures.forgotten_at
        )

    def _count(self, name: str, error: Exception) -> float:
        """Count and log a failure. Return how long the task is to pause, s."""
        now, failures = self._timebase.now(), self._failures.get(name)
        if failures is None or now > failures.forgotten_at:
            failures = self._failures[name] = _Failures()
        if failures.said.is_news(f"{type(error).__name__}: {error}"):
            log.error("the %s failed; it goes on in a moment", name, exc_info=error)
        return failures.add(now)


class _Failures:
    """The failures of one task since it last worked for a while."""

    def __init__(self) -> None:
        self.in_a_row = 0
        self.forgotten_at = float("inf")
        """When the task counts as working again, on the monotonic clock, s."""
        self.said = SayOnce(log)
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)

    def add(self, now: float) -> float:
        """Count one more failure at `now`, s. Return the pause after it, s."""
        self.in_a_row += 1
        pause_s = self._backoff.pause_s()
        self.forgotten_at = now + LONGEST_PAUSE_S + pause_s
        return pause_s
