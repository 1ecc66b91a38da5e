"""What the checks have in their hands: the machine, the house whose meter speaks into it, and names for its pins.

The meter is the simulator's, at the line's true rhythm, on a pseudo-terminal that the emulator takes for a serial port.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from PIL import Image

from appliance.household.situation import Situation
from appliance.meter.reading import Maker
from appliance.panel.devices.screen import shifted
from appliance.service.status import understood
from appliance.settings.model import Settings
from appliance.settings.settings_file import pins
from appliance.simulation.house import House, Load
from appliance.simulation.meter import Line, Meter
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS, Words
from image.kernel.vm import START, VM

T = TypeVar("T")

CALM_W = 1180.0
SOON_S = 150.0
"""What should follow at once gets this long: the emulator is slow, and the host under it may be busy."""
LOOK_S = 0.2
SHIFTS = [(x, y) for x in (0, -1, 1) for y in (0, -1, 1)]
GPIO = pins(Settings())
OUTPUTS = ("led_red", "led_yellow", "led_green", "buzzer")
BUTTONS = ("button_a", "button_b")
UNIT = "han-appliance.service"
SETTINGS = "/etc/han-appliance/appliance.toml"
SHORT_S, LONG_S = 0.15, 1.2


class NotSoError(Exception):
    """What was expected, and what was seen instead."""


class Rig:
    """One machine and its meter."""

    def __init__(self, vm: VM, line: Line) -> None:
        self.vm = vm
        self.load_w = CALM_W
        self.words: Words = WORDS["nb"]
        self._line = line
        self._timebase = Timebase()
        self._start = datetime.fromisoformat(START).replace(tzinfo=UTC)
        self._house = House(loads=(Load("load", None, lambda _moment, _chance: self.load_w),))
        self._speaking: asyncio.Task[None] | None = None

    def speak(self) -> None:
        """Have the meter speak from now on."""
        now = self._start + timedelta(seconds=self._timebase.now())
        self._speaking = asyncio.create_task(self._line.speak(Meter(Maker.KAIFA, self._house, now), now))

    async def fall_silent(self) -> None:
        """Pull the line."""
        if self._speaking is not None:
            self._speaking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._speaking

    async def levels(self, names: Sequence[str] = OUTPUTS) -> tuple[int, ...]:
        """Return what the kernel says of these lines, 0 or 1 each."""
        return tuple(await self.vm.ask("levels", gpios=[GPIO[name] for name in names]))

    async def lit(self) -> str:
        """Return which lamps are on, by name."""
        names = OUTPUTS[:3]
        lit = [name.removeprefix("led_") for name, level in zip(names, await self.levels(names), strict=True) if level]
        return " ".join(lit) or "dark"

    async def press(self, button: str, seconds: float = SHORT_S) -> float:
        """Hold a finger on a button for some seconds. Return for how long at most it was: a busy host takes longer."""
        return float(await self.vm.ask("press", gpio=GPIO[button], seconds=seconds))

    async def situation(self) -> Situation | None:
        """Return what the appliance makes of it all; `None` while it does not answer."""
        told = await self.vm.ask("status")
        return None if told is None or "error" in told else understood(told).situation

    async def shows(self, page: Callable[[Situation], Sequence[Image.Image]]) -> bool:
        """Return whether the glass shows one of these pictures of the situation at this moment."""
        situation = await self.situation()
        if situation is None:
            return False
        shown = (await self.vm.glass()).picture().tobytes()
        return any(shifted(one, shift).tobytes() == shown for one in page(situation) for shift in SHIFTS)

    async def write_settings(self, text: str) -> None:
        """Have this be the whole settings file; it holds when the service starts, or reads it again."""
        await self.vm.run("sh", "-c", f"mkdir -p $(dirname {SETTINGS}) && echo '{text}' > {SETTINGS}")

    async def unit(self, name: str) -> str:
        """Return a property of the service, as systemd says it."""
        return await self.vm.run("systemctl", "show", "--value", "-p", name, UNIT)

    async def log(self) -> str:
        """Return what the service has logged."""
        return await self.vm.run("journalctl", "--no-pager", "-o", "cat", "-u", UNIT)

    async def until(
        self, look: Callable[[], Awaitable[T]], fits: Callable[[T], Any], expected: str, within_s: float = SOON_S
    ) -> T:
        """Look until it fits, and return what was seen. Raises NotSoError with what was seen last."""
        end = asyncio.get_running_loop().time() + within_s
        while not fits(seen := await look()):
            if asyncio.get_running_loop().time() > end:
                raise NotSoError(f"expected {expected}, and after {within_s:.0f} s it was {seen!r}")
            await asyncio.sleep(LOOK_S)
        return seen


def need(holds: object, expected: str, seen: object) -> None:
    """Raise NotSoError when it does not hold."""
    if not holds:
        raise NotSoError(f"expected {expected}, and it was {seen!r}")
