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
from appliance.panel.lamps import BEAT_S
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

CALM_S = 0.5
"""Between two looks at whether a lamp blinks."""

SHORTEST_BEAT_S = 0.02
"""Of the wall's seconds, however fast the appliance's time goes."""

JUST_S = 0.001
"""A look so long after a beat is never before it; of the wall's seconds."""

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
        self._panel.apply_preferences(policies.words, policies.preferences, choices, policies.in_file)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why display and pins cannot be had, and the buttons that are stuck."""
        display = () if self._screen.fault is None else (Fault(FaultKind.DISPLAY, self._screen.fault),)
        pins = () if self._no_pins is None else (Fault(FaultKind.PINS, self._no_pins),)
        stuck = () if self._detector is None else self._detector.stuck
        return (*display, *pins, *(Fault(FaultKind.BUTTON, key.value) for key in stuck))

    def tasks(self) -> Mapping[str, Task]:
        """Return the display's task, the pins' and the lamps'."""
        return {"display": self._screen.run, "pins": self._run_pins, "lamps": self._run_lamps}

    async def _run_pins(self) -> None:
        """Take the pins as soon as they can be had, and give them back in the end."""
        detector = PressDetector(self.press)
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

    async def _run_lamps(self) -> None:
        """Keep the rhythm of a lamp that blinks; the others are brought to each situation as it is shown."""
        while True:
            beat_s = max(BEAT_S if self._panel.beat() else CALM_S, SHORTEST_BEAT_S * self._timebase.speed)
            just_after_s = (self._timebase.now() // beat_s + 1) * beat_s + JUST_S * self._timebase.speed
            await self._timebase.sleep_until(just_after_s)

    async def _taken(self, detector: PressDetector) -> Pins:
        """Return the pins, once they can be had; until then say once why they cannot."""
        loop, said = asyncio.get_running_loop(), SayOnce(log)
        while True:
            try:
                pins = self._open_pins(lambda key, down: _call_in_loop(loop, lambda: detector.edge(key, down)))
            except PinError as error:
                self._no_pins = error.sentence
                said.warn(self._no_pins)
                await self._timebase.sleep(PIN_PAUSE_S)
            else:
                self._no_pins = None
                return pins

    def press(self, press: Press) -> None:
        """Do what a press of a key asks for."""
        self._restarter.guard(self.name, lambda: self._panel.press(press))


def _call_in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Have the event loop call this, from whatever thread; a loop that has ended needs no call."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
