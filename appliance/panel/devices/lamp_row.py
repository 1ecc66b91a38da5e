"""The three LEDs on their pins.

A lamp that is full or off is a pin that stands still. Only a lamp dimmed by night is pulsed, which a thread of the pin
library does in software, so by default no lamp is pulsed.
"""

from typing import Any

from gpiozero import TrafficLights

from appliance.panel.devices.pin_errors import taking
from appliance.panel.lamps import Lamps, shine
from appliance.words.sentence import Sentence

DIMMED_HZ = 100
"""Above what the eye sees flicker."""


class LampRow:
    """The red, the yellow and the green LED, each on a pin of its own.

    Connect the anode (the long leg) of each LED over a resistor of 470 ohm to its pin, and the cathode (the short leg,
    at the flat side of the rim) to ground. An LED that is turned round stays dark, and takes no harm::

        lamps = LampRow(red_gpio=22, yellow_gpio=27, green_gpio=17)
        lamps.show(Lamps(green=Light.ON), now_s=0.0)
    """

    def __init__(
        self, red_gpio: int, yellow_gpio: int, green_gpio: int, night_level: float = 1.0, pin_factory: Any = None
    ) -> None:
        """Take the pins, dark; `night_level` is how brightly a dim lamp shines, 0.01 to 1. Raises PinError."""
        with taking(Sentence("LEDs"), red_gpio, yellow_gpio, green_gpio):
            leds = TrafficLights(red=red_gpio, yellow=yellow_gpio, green=green_gpio, pwm=True, pin_factory=pin_factory)
        self._leds = leds
        self._lamps = [_Lamp(led) for led in leds]
        self.night_level = night_level

    @property
    def lit(self) -> tuple[bool, bool, bool]:
        """Whether the red, the yellow and the green LED shine."""
        red, yellow, green = (lamp.level > 0 for lamp in self._lamps)
        return red, yellow, green

    def show(self, lamps: Lamps, now_s: float) -> None:
        """Bring the LEDs to what the lamps do at a moment of the monotonic clock; a pin that is right is left alone."""
        for lamp, light in zip(self._lamps, (lamps.red, lamps.yellow, lamps.green), strict=True):
            lamp.shine(shine(light, now_s, self.night_level))

    def close(self) -> None:
        """Switch the LEDs off and give the pins back."""
        self._leds.off()
        self._leds.close()


class _Lamp:
    """One LED. gpiozero would pulse its pin all the time; here a pin that is full or off stands still."""

    def __init__(self, led: Any) -> None:
        self._led = led
        self.level = 0.0
        self._settled = False
        """Whether the pin is certain to do what was last written to it."""

    def shine(self, level: float) -> None:
        """Shine at this level, 0 to 1."""
        if level == self.level and self._settled:
            return
        pulsed = 0 < level < 1
        # lgpio's thread ends a pulse in its own time, up to a period later, and leaves the pin low: what is written
        # to a pin that was pulsed until now is written once more when the lamps are next looked at.
        self._settled = pulsed or self._led.frequency is None
        if pulsed != (self._led.frequency is not None):
            self._led.frequency = DIMMED_HZ if pulsed else None
        self._led.value = level
        self.level = level
