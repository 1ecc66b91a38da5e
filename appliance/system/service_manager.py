"""What systemd hears of the appliance: that it is ready, that it lives, and how it is in one line.

The watchdog is fed while the event loop turns and every worker's thread comes back (sd_notify(3), WATCHDOG=1); a silent
meter, a display that is not there or a full disk never withholds it, for a new start would mend none of these. When the
program is run by hand, all of this does nothing.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence

from sdnotify import SystemdNotifier

from appliance.system.worker import Worker

LATE_S = 30.0
"""How long after its deadline a thread may come back; after that only a restart can help."""
STATUS_S = 10.0
"""How often the line is renewed; systemd keeps the newest."""


class ServiceManager:
    """systemd, or none: then nothing is sent."""

    def __init__(self, tell: Callable[[str], None] | None = None, watchdog_s: float | None = None) -> None:
        """`tell` sends a notification; `watchdog_s` is how long systemd waits for a sign of life, `None` for ever."""
        self._tell = tell or (lambda _state: None)
        self._watchdog_s = watchdog_s
        self._status = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "ServiceManager":
        """Return the manager that started this process, by what it put into the environment."""
        if "NOTIFY_SOCKET" not in environment:
            return cls()
        return cls(SystemdNotifier().notify, watchdog_s(environment, os.getpid()))

    def ready(self) -> None:
        """Tell that all tasks have begun."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """Tell that the end has begun."""
        self._tell("STOPPING=1")

    def status(self, line: str) -> None:
        """Send the line that `systemctl status` shows, when it has changed."""
        if line != self._status:
            self._status = line
            self._tell(f"STATUS={line}")

    async def feed(self, workers: Sequence[Worker]) -> None:
        """Give signs of life while all workers do, until cancelled; on the wall's clock, as systemd is."""
        if self._watchdog_s is None:
            return
        while True:
            if all(worker.lost_s < LATE_S for worker in workers):
                self._tell("WATCHDOG=1")
            await asyncio.sleep(self._watchdog_s / 3)


def watchdog_s(environment: Mapping[str, str], pid: int) -> float | None:
    """Return how long systemd waits for a sign of life of process `pid`, s; `None` is for ever.

    Source: sd_watchdog_enabled(3).
    """
    limit = environment.get("WATCHDOG_USEC", "")
    if environment.get("WATCHDOG_PID", str(pid)) != str(pid) or not limit.isdecimal():
        return None
    return int(limit) / 1e6
