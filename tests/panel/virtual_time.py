"""An event loop whose time does not pass, but leaps to what is waited for next: no machine is too slow for its tests.

A sleep of an hour takes no time, and a timer fires at its very moment. Where another thread is at work (`busy`), the
loop waits for it in real time, for as long as it takes, and the loop's own time stands still meanwhile.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from appliance.system.timebase import Timebase

P = ParamSpec("P")


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that begins at 0 s."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.busy: Callable[[], bool] = bool
        super().__init__(_Leaping(self))

    def time(self) -> float:
        """Return the loop's own seconds."""
        return self.now_s


class _Leaping(selectors.DefaultSelector):
    """Instead of waiting for a time to pass, lets it have passed."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if timeout is None or self._loop.busy():
            return super().select(None)
        if not (ready := super().select(0)):
            self._loop.now_s += timeout
        return ready


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test on a loop of its own whose time leaps."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


def loop_time() -> VirtualLoop:
    """Return the running loop, whose time leaps."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop), "this test is not in_virtual_time"
    return loop


def virtual_timebase() -> Timebase:
    """Return a timebase on the time of the running loop."""
    return Timebase(clock=loop_time().time)
