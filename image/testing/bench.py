"""One machine on the bench, from power on to a cut, with all that hangs on it: glass, lamps, meter, console.

Power is always cut and never switched off: a cupboard has no switch that says good-bye. That is done whatever happens
within, so that no emulator is left behind.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from image.testing.cable import Cable
from image.testing.console import Console
from image.testing.display import Display, saved
from image.testing.meter import Household
from image.testing.pins import Pins
from image.testing.qemu import EmulatedPi, start
from image.testing.sdcard import SDCard
from image.testing.trace import Flag, Written, follow

LOOK_S = 0.02
"""Between two looks at what was written: to make a data partition takes a second and more."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a check may look at and touch."""

    name: str
    card: SDCard
    machine: EmulatedPi
    console: Console
    display: Display
    pins: Pins
    written: Written
    flag: Flag
    house: Household
    folder: Path
    cable: Cable | None
    on_usb: bool
    tasks: list[asyncio.Task[None]]

    def plug_meter(self) -> None:
        """Have the meter speak from now on: into the converter on USB where there is one, else into the pins' UART."""
        wire = self.machine.usb if self.on_usb else self.machine.han
        self.tasks.append(asyncio.create_task(self.house.speak(wire)))

    def picture(self, name: str) -> None:
        """Keep what stands on the glass, for a look."""
        saved(self.display.pictures[-1].picture, self.folder / f"{self.name}-{name}.png")

    async def writing(self, sectors: int, until_s: float) -> float:
        """Let it run until it has written this number of sectors, or until then. Return the seconds since power on."""
        while self.machine.now < until_s:
            if self.written.sectors >= sectors:
                break
            await asyncio.sleep(LOOK_S)
        return self.machine.now

    async def run(self, seconds: float) -> None:
        """Let it run on, until `seconds` since power on."""
        await asyncio.sleep(max(0.0, seconds - self.machine.now))


@asynccontextmanager
async def powered(
    name: str,
    card: SDCard,
    house: Household,
    folder: Path,
    words: tuple[str, ...] = (),
    *,
    meter: bool = True,
    cable: Cable | None = None,
    on_usb: bool = False,
    once: bool = False,
    stick: Path | None = None,
    battery_clock: bool = False,
) -> AsyncIterator[Bench]:
    """Have a machine run on this card while the block lasts. Raises ToolError.

    `on_usb`: with the meter on USB; `once`: by tryboot.txt; `stick`: with this USB stick in from power on;
    `battery_clock`: with one on the display's bus.
    """
    machine = EmulatedPi(
        card,
        start(card, folder, once=once),
        folder / f"{name}.trace",
        cable=cable,
        converter=on_usb,
        stick=stick,
        battery_clock=battery_clock,
        words=words,
    )
    await machine.power_on()
    watchers: list[asyncio.Task[None]] = []
    try:
        console = Console(*machine.console)
        display = Display(lambda: machine.now)
        pins, written, flag = Pins(machine), Written(), Flag()
        for watch in (console.listen(), follow(machine.trace, display, written, flag), pins.watch()):
            watchers.append(asyncio.create_task(watch))
        bench = Bench(
            name, card, machine, console, display, pins, written, flag, house, folder, cable, on_usb, watchers
        )
        if meter:
            bench.plug_meter()
        yield bench
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await machine.cut_power()
