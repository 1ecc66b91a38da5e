"""Remembers over restarts how the line was last read, so that a search begins where the last one ended.

A file of one line in the data folder. It is only a hint: one that is missing, damaged or wrong costs a burst.
"""

import contextlib
from pathlib import Path

from appliance.line.autobaud import CANDIDATES
from appliance.line.port import SerialSettings
from appliance.system.atomic_file import replace_file
from appliance.system.worker import HungError, Worker

LINE_FILE = "line.txt"


class LastSettings:
    """The settings that read the line the last time, in a file."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        """Remember in `folder`, which `worker` writes."""
        self._path = folder / LINE_FILE
        self._worker = worker

    def recall(self) -> SerialSettings | None:
        """Return the settings that were remembered; `None` when none were."""
        try:
            text = self._path.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            return None
        return next((one for one in CANDIDATES if str(one) == text), None)

    async def remember(self, settings: SerialSettings) -> None:
        """Remember these settings. A disk that cannot be written remembers nothing."""
        with contextlib.suppress(OSError, HungError):
            await self._worker.do(lambda: replace_file(self._path, f"{settings}\n".encode()))
