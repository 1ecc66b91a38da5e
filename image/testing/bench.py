"""One machine on the bench, from power on to a cut, with all that hangs on it: glass, lamps, meter, console.

Power is always cut and never switched off: a cupboard has no switch that says good-bye. That is done whatever happens
within, so that no emulator is left behind.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from image.testing.card import Card
from image.testing.console import Console
from image.testing.display import Display, saved
from image.testing.machine import Machine, start
from image.testing.meter import Household
from image.testing.pins import Pins

PATIENCE_S = 360.0
"""For what a Pi does within seconds, and an emulated one on a busy host within minutes."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a check may look at and touch."""

    name: str
    card: Card
    machine: Machine
    console: Console
    display: Display
    pins: Pins
    house: Household
    began: datetime
    """The house's time at power on."""
    folder: Path

    def picture(self, name: str) -> None:
        """Keep what stands on the glass, for a look."""
        saved(self.display.pictures[-1].picture, self.folder / f"{self.name}-{name}.png")

    async def first_write(self) -> float | None:
        """When the card was first written, seconds since power on; `None` when it was not within `PATIENCE_S`."""
        while self.machine.now < PATIENCE_S:
            if (await self.machine.written())[1]:
                return self.machine.now
            await asyncio.sleep(0.1)
        return None

    async def run(self, seconds: float) -> None:
        """Let it run on, until so many seconds since power on."""
        await asyncio.sleep(max(0.0, seconds - self.machine.now))


@asynccontextmanager
async def powered(
    name: str, card: Card, house: Household, folder: Path, words: tuple[str, ...] = ()
) -> AsyncIterator[Bench]:
    """A machine that runs on this card while this lasts. Raises ToolError."""
    machine = Machine(card, start(card, folder), folder / f"{name}.trace", words=words)
    await machine.power_on()
    watchers: list[asyncio.Task[None]] = []
    try:
        console = Console(*machine.console)
        display = Display(machine.trace, lambda: machine.now)
        pins = Pins(machine)
        for watch in (console.listen(), display.watch(), pins.watch(), house.speak(machine.han)):
            watchers.append(asyncio.create_task(watch))
        yield Bench(name, card, machine, console, display, pins, house, house.utc, folder)
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await machine.cut_power()
