"""Remembers over restarts which frame counters an encrypted meter has used up, so that no old list is read again.

A small file in the data folder, written soon after the first list, then at most every few minutes, and at the end. A
power cut loses what came since the last write: until the meter sends, which takes ten seconds, a list of those last
minutes that somebody sends again would be believed. To close that gap a bound ahead would have to be kept, and after
each restart the meter's own lists be refused until they reach it; that is the worse fault here. A file that is missing
or damaged begins anew.
"""

import asyncio
import contextlib
import re
from pathlib import Path

from appliance.meter.cipher import Counters, Memory
from appliance.system.atomic_file import replace_file
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

COUNTERS_FILE = "frame-counters.txt"
PERIOD_S = 300.0
"""Between two writes."""
LOOK_S = 5.0
"""How often it looks whether there is something to write."""
LAST_WRITE_S = 1.0
"""How long the end of the program waits for the last write, of the wall's seconds."""
_MOST_OCTETS = 4096
_MOST = 16
"""Meters and keys that are remembered, the newest."""
_LINE = re.compile(r"([0-9a-f]{16}\.[0-9a-f]{8}) (-1|\d{1,10}) (-1|\d{1,10})")


class FrameCounters:
    """The counters of a meter, in a file."""

    def __init__(self, folder: Path | None, timebase: Timebase, worker: Worker) -> None:
        """Remember in `folder`, which `worker` writes; without one, for as long as the program runs."""
        self._path = None if folder is None else folder / COUNTERS_FILE
        self._timebase = timebase
        self._worker = worker
        self.memory: Memory = {} if self._path is None else _read(self._path)
        """The decoder's: it reads them, and changes them with each list."""
        self._written = dict(self.memory)
        self._due_s = 0.0

    async def run(self) -> None:
        """Write what has changed, until cancelled."""
        while True:
            await self._timebase.sleep(LOOK_S)
            if self._timebase.now() >= self._due_s and self.memory != self._written:
                self._due_s = self._timebase.now() + PERIOD_S
                await self._write()

    async def close(self) -> None:
        """Write what has changed a last time, within `LAST_WRITE_S`."""
        if self.memory != self._written:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WRITE_S):
                    await self._write()

    async def _write(self) -> None:
        """Write the file. A disk that cannot be written remembers nothing."""
        path, now = self._path, dict(self.memory)
        if path is None:
            return
        newest = list(now.items())[-_MOST:]
        text = "".join(f"{sender} {used.verified} {used.unverified}\n" for sender, used in newest)
        with contextlib.suppress(OSError, HungError):
            await self._worker.do(lambda: replace_file(path, text.encode(), 0o600))
            self._written = now


def _read(path: Path) -> Memory:
    """Return what a file remembers, as far as it can be read."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_OCTETS).decode("ascii", "replace")
    except (OSError, ValueError):
        return {}
    lines = filter(None, map(_LINE.fullmatch, text.splitlines()))
    return {line[1]: Counters(int(line[2]), int(line[3])) for line in lines}
