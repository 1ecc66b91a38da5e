"""Remembers over restarts how the line was last read, so that a search begins where the last one ended.

Two files of one line in the data folder, one of which names a port that was found by itself. They are only hints: one
that is missing, damaged or wrong costs a burst, or the time that another port is listened to.
"""

import contextlib
from pathlib import Path

from appliance.line.autobaud import CANDIDATES
from appliance.line.port import SerialSettings
from appliance.system.atomic_file import read_small_file, replace_file
from appliance.system.worker import HungError, Worker

LINE_FILE = "line.txt"
PORT_FILE = "port.txt"


class LastSettings:
    """The settings that read the line the last time, in a file."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        """Remember in `folder`, which `worker` writes."""
        self._path = folder / LINE_FILE
        self._port_path = folder / PORT_FILE
        self._worker = worker

    def recall(self) -> SerialSettings | None:
        """Return the settings that were remembered; `None` when none were."""
        text = _line_of(self._path)
        return next((one for one in CANDIDATES if str(one) == text), None)

    def recall_port(self) -> str | None:
        """Return the port that was remembered; `None` when none was."""
        text = _line_of(self._port_path)
        return text if text is not None and text.startswith("/") and text.isprintable() else None

    async def remember(self, settings: SerialSettings) -> None:
        """Remember these settings. A disk that cannot be written remembers nothing."""
        await self._write(self._path, str(settings))

    async def remember_port(self, port: str) -> None:
        """Remember that this port gave lists."""
        await self._write(self._port_path, port)

    async def _write(self, path: Path, text: str) -> None:
        with contextlib.suppress(OSError, HungError):
            await self._worker.do(lambda: replace_file(path, f"{text}\n".encode()))


def _line_of(path: Path) -> str | None:
    """Return what stands in a file; `None` when it cannot be read."""
    try:
        return read_small_file(path).decode("ascii", errors="replace").strip()
    except OSError:
        return None
