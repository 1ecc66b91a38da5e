"""The three LEDs and the buzzer, by what the emulated chip puts on their wires: each edge, as it comes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from appliance.settings import settings_file
from appliance.settings.model import Settings
from image.testing.qemu import EmulatedPi

LAMPS = ("green", "yellow", "red")
GPIO = settings_file.pins(Settings())


@dataclass(frozen=True, slots=True)
class Levels:
    """What was high, and when, seconds since power on."""

    at_s: float
    lamps: frozenset[str]
    buzzer: bool


class Pins:
    """What the pins did; `seen` are the changes, oldest first."""

    def __init__(self, machine: EmulatedPi) -> None:
        self.seen = [Levels(0.0, frozenset(), buzzer=False)]
        self._machine = machine
        self._changed = asyncio.Event()

    async def watch(self) -> None:
        """Look, until cancelled or the machine ends."""
        high: set[int] = set()
        async for pin, level in self._machine.edges():
            (high.add if level else high.discard)(pin)
            lamps = frozenset(lamp for lamp in LAMPS if GPIO[f"led_{lamp}"] in high)
            self.seen.append(Levels(self._machine.now, lamps, GPIO["buzzer"] in high))
            self._changed.set()

    async def until(self, is_it: Callable[[Levels], bool], within_s: float) -> Levels | None:
        """Return the first levels from now on, the present ones among them, that fit; `None` when none came."""
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

    @property
    def lamps(self) -> frozenset[str]:
        """Which lamps are lit."""
        return self.seen[-1].lamps

    @property
    def lit_since_s(self) -> float:
        """Since when these and no others, seconds since power on."""
        changes = (after.at_s for before, after in pairwise(self.seen) if after.lamps != before.lamps)
        return max(changes, default=0.0)

    def blinking_since_s(self, lamp: str) -> float | None:
        """Return since when this lamp blinks and no other shines, seconds since power on; `None` when it does not."""
        lit: list[float] = []
        for levels in reversed(self.seen):
            if levels.lamps - {lamp}:
                break
            if levels.lamps:
                lit.append(levels.at_s)
        return lit[-1] if len(lit) > 1 else None

    def edges_of_buzzer(self, since_s: float) -> int:
        """Return how often the buzzer's line changed since a moment."""
        return sum(after.at_s >= since_s and before.buzzer != after.buzzer for before, after in pairwise(self.seen))
