"""The program as a process of its own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

MOCK_PINS = {"GPIOZERO_PIN_FACTORY": "mock", "GPIOZERO_MOCK_PIN_CLASS": "mockpwmpin"}


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

    def wait_for(self, condition: Callable[[], object], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)

    def end(self, told: signal.Signals = signal.SIGTERM) -> float:
        """Tell the process to end; the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(told)
        self.process.wait(timeout=10)
        self._reader.join()
        return time.monotonic() - began
