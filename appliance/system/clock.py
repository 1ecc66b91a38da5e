"""What the kernel knows of time: the Pi's clock, whether anything has set it, and which boot this is.

A Pi without a battery clock comes up with a time of its own making; only once a time server or a battery clock has set
it does it count. The kernel says so, and systemd-timesyncd leaves a file.
"""

import ctypes
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TIMESYNCD_MARK = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronized
_TIMEX_OCTETS = 512  # more than struct timex has on any of our machines


@dataclass(frozen=True, slots=True)
class Boot:
    """A moment of one run of the system's kernel, for telling a restart of the program from a loss of power."""

    boot_id: str
    """Empty when the kernel does not say: then every start is taken for one after a loss of power."""
    clock_s: float
    """Seconds since it started, those in suspension included."""


class Clock(Protocol):
    """A clock that may have been set."""

    def utc(self) -> datetime:
        """Return its time."""

    def synchronised(self) -> bool:
        """Return whether something has set it since the boot."""


class SystemClock:
    """The clocks of this boot."""

    def __init__(self) -> None:
        try:
            self._boot_id = BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            self._boot_id = ""
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)

    def utc(self) -> datetime:
        """Return the system's time."""
        return datetime.now(UTC)

    def synchronised(self) -> bool:
        """Return whether something has set the system's clock since the boot."""
        if TIMESYNCD_MARK.exists():
            return True
        if self._adjtimex is None:
            return False
        # With modes 0 it only reads (adjtimex(2)); a sandbox that forbids even that gives -1.
        state: int = self._adjtimex(ctypes.create_string_buffer(_TIMEX_OCTETS))
        return 0 <= state < _TIME_ERROR

    def boot(self) -> Boot:
        """Return which boot this is, and how long it has run."""
        return Boot(self._boot_id, time.clock_gettime(time.CLOCK_BOOTTIME))
