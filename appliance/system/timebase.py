"""The appliance's own passage of time, which the demo and the tests speed up as a whole.

Every duration of the program (a hold time, a pause before a retry, a beep, the age of a reading) is measured and
slept on one `Timebase`. At speed 60 a minute of the household passes in a second, and nothing else has to know.
It says nothing of the time of day: that comes with the readings.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol


class Started(Protocol):
    """What was started, as `asyncio.Task` is it."""

    def done(self) -> bool:
        """Return whether it has ended."""

    def cancel(self) -> bool:
        """End it where it waits."""


class Timebase:
    """Monotonic seconds, `speed` times as fast as the wall's; 0 when made."""

    def __init__(self, speed: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a timebase on a monotonic `clock`, s, which is the event loop's too."""
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        self._clock = clock
        self._origin = clock()
        self._started: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        """Return the seconds since this timebase was made, as the appliance feels them."""
        return (self._clock() - self._origin) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Sleep that many of the appliance's seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    async def sleep_until(self, moment: float) -> None:
        """Sleep until `now()` has reached `moment`; return at once when it has passed."""
        await self.sleep(moment - self.now())

    def start(self, coroutine: Coroutine[Any, Any, None]) -> Started:
        """Begin what goes on beside the caller, and sleeps on this timebase."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._started.add(task)
        task.add_done_callback(self._started.discard)
        return task


class SimulatedTime(Timebase):
    """Time that stands still until it is told to pass, without an event loop.

    What is started may wait for this time and for nothing else. It goes on as soon as the time has come.
    """

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(clock=lambda: self._now)
        self._order = count()
        self._sleeping: list[tuple[float, int, _Coroutine]] = []

    def now(self) -> float:
        """Return the seconds that have passed."""
        return self._now

    @property
    def due(self) -> float:
        """When the next of what was started goes on, s; infinity when nothing waits."""
        while self._sleeping and self._sleeping[0][2].done():
            heappop(self._sleeping)
        return self._sleeping[0][0] if self._sleeping else float("inf")

    def pass_to(self, moment: float) -> None:
        """Let the time be `moment`, s, which is not before now; what waited until then goes on."""
        while self.due <= moment:
            at, _, sleeper = heappop(self._sleeping)
            self._now = max(self._now, at)
            self._go_on(sleeper)
        self._now = max(self._now, moment)

    async def sleep(self, seconds: float) -> None:
        """Sleep that many seconds."""
        await _Until(self._now + max(0.0, seconds))

    def start(self, coroutine: Coroutine[Any, Any, None]) -> Started:
        """Begin what goes on beside the caller, up to where it first sleeps."""
        sleeper = _Coroutine(coroutine)
        self._go_on(sleeper)
        return sleeper

    def _go_on(self, sleeper: "_Coroutine") -> None:
        if (until := sleeper.go_on()) is not None:
            heappush(self._sleeping, (until, next(self._order), sleeper))


class _Until:
    """Waits for a moment of the simulated time."""

    def __init__(self, moment: float) -> None:
        self._moment = moment

    def __await__(self) -> Generator[float, None, None]:
        yield self._moment


class _Coroutine:
    """A coroutine that waits for moments."""

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._done = False

    def done(self) -> bool:
        return self._done

    def cancel(self) -> bool:
        was_done, self._done = self._done, True
        self._coroutine.close()
        return not was_done

    def go_on(self) -> float | None:
        """Go on to where it next sleeps. Return until when, s; `None` when it has ended."""
        try:
            until: float = self._coroutine.send(None)
        except StopIteration:
            self._done = True
            return None
        return until
