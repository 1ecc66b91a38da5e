"""Keeps the rooms going: one that fails is begun again after growing pauses, and the others do not notice.

A failure that reaches this file is a mistake of ours or something that nobody has thought of, so the log gets all of
it, once for each kind. The panel is told after some failures in a row: a thing that heals by itself in seconds is
nobody's errand.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from appliance.system.health import Fault, FaultKind
from appliance.system.timebase import Timebase

log = logging.getLogger("appliance")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
FAILURES_TOLD = 5
"""Failures in a row after which the panel says so."""


@dataclass(slots=True)
class _Record:
    """How a room has been doing."""

    failures: int = 0
    """In a row."""
    failed_at: float = float("-inf")
    said: str = ""


class TaskRestarter:
    """Runs rooms and remembers their failures."""

    def __init__(self, timebase: Timebase) -> None:
        self._timebase = timebase
        self._records: dict[str, _Record] = {}

    async def run(self, name: str, task: Callable[[], Awaitable[None]]) -> None:
        """Run a room until it returns, and again when it fails."""
        while True:
            try:
                await task()
                return
            except Exception as trouble:
                failures = self._failed(name, trouble)
            await self._timebase.sleep(pause_s(failures))

    def guard(self, name: str, call: Callable[[], None]) -> bool:
        """Do something that is no room's own task; whether it succeeded. Who asked goes on in any case."""
        try:
            call()
        except Exception as trouble:
            self._failed(name, trouble)
            return False
        return True

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The rooms that have failed too often of late, by name."""
        now = self._timebase.now()
        return tuple(
            Fault(FaultKind.PART, name)
            for name, record in sorted(self._records.items())
            if record.failures >= FAILURES_TOLD and now - record.failed_at <= LONGEST_PAUSE_S + pause_s(record.failures)
        )

    def _failed(self, name: str, trouble: Exception) -> int:
        """Count and log a failure; how many there were in a row."""
        now, record = self._timebase.now(), self._records.setdefault(name, _Record())
        if now - record.failed_at > LONGEST_PAUSE_S + pause_s(record.failures):
            record.failures, record.said = 0, ""
        record.failures += 1
        record.failed_at = now
        kind = f"{type(trouble).__name__}: {trouble}"
        if kind != record.said:
            log.error("the %s failed; it goes on in a moment", name, exc_info=trouble)
        record.said = kind
        return record.failures


def pause_s(failures: int) -> float:
    """How long a room rests after so many failures in a row, s."""
    return 0.0 if not failures else min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE_S)
