"""The front panel as an output: the panel's state, its display, and the pins of lamps, piezo and buttons.

The panel itself knows situations and keys. Here it gets the devices: the display has a task of its own, and the pins
are taken as soon as they can be had.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from appliance.household.situation import Situation
from appliance.panel.devices.errors import PinError
from appliance.panel.devices.pins import Pins
from appliance.panel.devices.screen import Screen
from appliance.panel.keys import Key, Press, PressDetector
from appliance.panel.panel import Panel
from appliance.service.outputs import Output, Task
from appliance.service.restarts import TaskRestarter
from appliance.settings.choices import Choices
from appliance.settings.policies import Policies
from appliance.system.health import Fault, FaultKind
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

PIN_PAUSE_S = 4.0
"""Between two tries to take pins that are not there."""

OpenPins = Callable[[Callable[[Key, bool], None]], Pins]
"""Takes the pins, and has each edge of a button called; raises PinError."""


class FrontPanel(Output):
    """Display, lamps, piezo and buttons."""

    name = "panel"

    def __init__(
        self, panel: Panel, screen: Screen, open_pins: OpenPins, timebase: Timebase, restarter: TaskRestarter
    ) -> None:
        self._panel = panel
        self._screen = screen
        self._open_pins = open_pins
        self._timebase = timebase
        self._restarter = restarter
        self._detector: PressDetector | None = None
        self._no_pins: str | None = None
        """Why the pins cannot be had."""

    def show(self, situation: Situation) -> None:
        """Bring lamps, sound and display to a situation."""
        self._panel.show(situation)

    def apply(self, policies: Policies, choices: Choices) -> None:
        """Speak, shine and sound by other preferences from now on."""
        self._panel.apply_preferences(policies.words, policies.preferences, choices)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why the pins cannot be had, and the buttons that are stuck."""
        pins = () if self._no_pins is None else (Fault(FaultKind.PINS, self._no_pins),)
        stuck = () if self._detector is None else self._detector.stuck
        return (*pins, *(Fault(FaultKind.BUTTON, key.value) for key in stuck))

    def tasks(self) -> Mapping[str, Task]:
        """Return the display's task and the pins'."""
        return {"display": self._screen.run, "pins": self._run_pins}

    async def _run_pins(self) -> None:
        """Take the pins as soon as they can be had, and give them back in the end."""
        detector = PressDetector(self._press)
        pins = await self._taken(detector)
        for key in pins.down:
            detector.already_down(key)
        self._detector = detector
        self._panel.connect(pins.devices)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._detector = None
            self._panel.connect(None)
            pins.close()
            detector.close()

    async def _taken(self, detector: PressDetector) -> Pins:
        """Return the pins, once they can be had; until then say once why they cannot."""
        loop, said = asyncio.get_running_loop(), SayOnce(log)
        while True:
            try:
                pins = self._open_pins(lambda key, down: _call_in_loop(loop, lambda: detector.edge(key, down)))
            except PinError as error:
                self._no_pins = str(error)
                said.warn(self._no_pins)
                await self._timebase.sleep(PIN_PAUSE_S)
            else:
                self._no_pins = None
                return pins

    def _press(self, press: Press) -> None:
        self._restarter.guard(self.name, lambda: self._panel.press(press))


def _call_in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Have the event loop call this, from whatever thread; a loop that has ended needs no call."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
