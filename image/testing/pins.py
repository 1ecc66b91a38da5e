"""The three LEDs and the buzzer, by the levels of their pins in the emulated chip's own register.

The monitor is asked some thirty times a second: enough for lamps, and a buzzer that sounds is caught up and down.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from appliance import config
from appliance.settings import Settings
from image.testing.machine import Machine

_LOOK_S = 0.03
LAMPS = ("green", "yellow", "red")
GPIO = config.pins(Settings())


@dataclass(frozen=True, slots=True)
class Levels:
    """What was high, and when, seconds since power on."""

    at_s: float
    lamps: frozenset[str]
    buzzer: bool


class Pins:
    """What the pins did; `seen` are the changes, oldest first."""

    def __init__(self, machine: Machine) -> None:
        self.seen: list[Levels] = []
        self._machine = machine
        self._changed = asyncio.Event()

    async def watch(self) -> None:
        """Look, until cancelled or the machine ends."""
        while True:
            bits = await self._machine.pins()
            lamps = frozenset(lamp for lamp in LAMPS if bits >> GPIO[f"led_{lamp}"] & 1)
            levels = Levels(self._machine.now, lamps, bool(bits >> GPIO["buzzer"] & 1))
            if not self.seen or (self.seen[-1].lamps, self.seen[-1].buzzer) != (levels.lamps, levels.buzzer):
                self.seen.append(levels)
                self._changed.set()
            await asyncio.sleep(_LOOK_S)

    async def until(self, is_it: Callable[[Levels], bool], within_s: float) -> Levels | None:
        """The first levels from now on of which this is true, the present ones among them; `None` when none came."""
        place = max(0, len(self.seen) - 1)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for levels in self.seen[place:]:
                        if is_it(levels):
                            return levels
                    place = len(self.seen)
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None

    def toggles(self, since_s: float) -> int:
        """How often the buzzer's line was seen to change since a moment."""
        return sum(
            after.at_s >= since_s and before.buzzer != after.buzzer
            for before, after in zip(self.seen, self.seen[1:], strict=False)
        )
