"""An event loop whose time is the program's own: it stands still while anything happens and jumps when nothing does.

Days pass in seconds, and in true order: descriptors are real and are looked at before each jump, and while a thread
works on a job the clock waits for it. What the program measures, it measures on this clock.
"""

import asyncio
import selectors
from collections.abc import Callable

THREAD_LOOK_S = 5.0
TURN_S = 1e-9
"""A turn of the loop takes a time, as with any clock: asyncio wakes a sleeper up to 1e-9 s early, and who then sleeps
for the rest would be woken for ever at the same moment."""


class _Selector(selectors.DefaultSelector):
    """Waits in virtual time."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        self.loop.pass_time(TURN_S)
        if timeout == 0:
            return ready  # there is something to do at this moment still
        while not ready and self.loop.busy():
            ready = super().select(THREAD_LOOK_S)  # a job that ends wakes the loop
        if not ready and timeout:
            self.loop.pass_time(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time, 0 when made."""

    def __init__(self) -> None:
        self._virtual_s = 0.0
        self.busy: Callable[[], bool] = lambda: False
        """Whether a thread is at work."""
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._virtual_s

    def pass_time(self, seconds: float) -> None:
        """Let this time pass without a turn of the loop."""
        self._virtual_s += seconds
