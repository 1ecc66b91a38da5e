"""The program as a process of its own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance.household.situation import Situation
from appliance.service.local_socket import SOCKET, ControlError
from appliance.service.status import ask_status

MOCK_PINS = {"GPIOZERO_PIN_FACTORY": "mock", "GPIOZERO_MOCK_PIN_CLASS": "mockpwmpin"}
CAP_S = 60.0
"""Longest wait for what takes a second or two on an idle machine: only something broken takes so long on any."""
ENDS_S = 10.0
"""An end takes less than two seconds on an idle machine; a busy one may take as long as systemd waits for it
(TimeoutStopSec of the unit)."""


class Started:
    """The command as a process, with what it says on its standard error."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "appliance", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            self.said.extend(iter(stderr.readline, ""))

    def wait_for(self, condition: Callable[[], object], seconds: float = CAP_S) -> None:
        """Wait until a condition holds. Fails with what the program has said when it does not in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)

    def end(self, sent: signal.Signals = signal.SIGTERM) -> float:
        """Send the process a signal, and wait for its end. Return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(sent)
        self.process.wait(timeout=CAP_S)
        self._reader.join()
        return time.monotonic() - began


def settings_file(folder: Path, port: str, data: str | Path | None = None) -> str:
    """Write settings for a port, no display, and a data folder (`folder` itself unless given). Return their path."""
    path = folder / "appliance.toml"
    line = f'[line]\nport = "{port}"\n'
    path.write_text(f'{line}[display]\nbus = 31\n[data]\nfolder = "{data or folder}"\n')
    return str(path)


def situation(folder: Path) -> Situation | None:
    """Return what the appliance that runs on a data folder says of itself; `None` while none answers."""
    try:
        answer = ask_status(folder / SOCKET)
    except ControlError:
        return None
    return None if answer is None else answer[0].situation


def command(*arguments: str) -> tuple[int, str, str]:
    """Run the command. Return its exit code, and what it said on its two outputs."""
    done = subprocess.run(
        [sys.executable, "-m", "appliance", *arguments], capture_output=True, text=True, timeout=2 * CAP_S
    )
    return done.returncode, done.stdout, done.stderr
