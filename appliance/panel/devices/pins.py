"""The pins of the panel as one: all of them, or none.

A lamp that works beside a button that does not would be taken for a whole panel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from appliance.panel.devices.buttons import Buttons
from appliance.panel.devices.errors import PinError
from appliance.panel.devices.lamp_row import LampRow
from appliance.panel.devices.piezo import Beeper, Player
from appliance.panel.keys import Key
from appliance.panel.lamps import Lamps


class ThreeLamps(Protocol):
    """The LEDs, or what stands in for them."""

    night_level: float
    """How brightly a dim lamp shines, 0.01 to 1."""

    def show(self, lamps: Lamps, now_s: float) -> None:
        """Do what the lamps do at a moment of the monotonic clock."""


@dataclass(frozen=True, slots=True)
class PanelDevices:
    """The lamps and the buzzer, once their pins are taken."""

    lamps: ThreeLamps
    beeper: Player


class Pins:
    """The lamps, the buzzer and the buttons on their pins."""

    def __init__(
        self,
        gpio: Mapping[str, int],
        on_edge: Callable[[Key, bool], None],
        pin_factory: Any = None,
    ) -> None:
        """Take the pins by their signal: "led_red", "led_yellow", "led_green", "buzzer", "button_a", "button_b".

        `on_edge` is called from gpiozero's thread with a key and whether it is down. Raises PinError when a pin cannot
        be had; then none is kept.
        """
        self._opened: list[LampRow | Beeper | Buttons] = []
        try:
            lamps = LampRow(gpio["led_red"], gpio["led_yellow"], gpio["led_green"], pin_factory=pin_factory)
            self._opened.append(lamps)
            beeper = Beeper(gpio["buzzer"], pin_factory=pin_factory)
            self._opened.append(beeper)
            self._buttons = Buttons(gpio["button_a"], gpio["button_b"], on_edge, pin_factory=pin_factory)
            self._opened.append(self._buttons)
        except PinError:
            self.close()
            raise
        self.devices = PanelDevices(lamps, beeper)

    @property
    def down(self) -> tuple[Key, ...]:
        """The buttons that are down at this moment."""
        return self._buttons.down

    def close(self) -> None:
        """Give all pins back, dark and silent."""
        while self._opened:
            self._opened.pop().close()
