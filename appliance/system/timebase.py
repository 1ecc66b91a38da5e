"""The appliance's own passage of time, which the demo and the tests speed up as a whole.

Every duration of the program (a hold time, a pause before a retry, a beep, the age of a reading) is measured and
slept on one `Timebase`. At speed 60 a minute of the household passes in a second, and nothing else has to know.
It says nothing of the time of day: that comes with the readings.
"""

import asyncio
import time
from collections.abc import Callable


class Timebase:
    """Monotonic seconds, `speed` times as fast as the wall's; 0 when made."""

    def __init__(self, speed: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Make a timebase on a monotonic `clock`, s, which is the event loop's too."""
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        self._clock = clock
        self._origin = clock()

    def now(self) -> float:
        """Return the seconds since this timebase was made, as the appliance feels them."""
        return (self._clock() - self._origin) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Sleep that many of the appliance's seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    async def sleep_until(self, moment: float) -> None:
        """Sleep until `now()` has reached `moment`; return at once when it has passed."""
        await self.sleep(moment - self.now())
