"""The three lamps: what must be seen from across the room.

Green says that there is nothing to do, yellow asks for a look, red asks to act. A fault is none of these and nobody's
emergency, so it blinks yellow, slowly; never red, and never all dark, which would look like a power cut. People who do
not tell red from green tell the lamps by their place: red on top, as on the street.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from gpiozero import TrafficLights

from appliance.household.situation import Level, Situation
from appliance.panel.pins import taking

SLOW_PERIOD_S = 2.0
SLOW_ON_S = 0.5


class Light(Enum):
    """What one lamp does."""

    OFF = "off"
    ON = "on"
    SLOW = "slow"
    """Half a second in every two."""


@dataclass(frozen=True, slots=True)
class Lamps:
    """What the three lamps do, top to bottom."""

    red: Light = Light.OFF
    yellow: Light = Light.OFF
    green: Light = Light.OFF


def lamps_for(situation: Situation) -> Lamps:
    """What the lamps say of a situation; while the power is not known that is a slow yellow blink."""
    match situation.level:
        case Level.OK:
            return Lamps(green=Light.ON)
        case Level.WATCH:
            return Lamps(yellow=Light.ON)
        case Level.ACT:
            return Lamps(red=Light.ON)
        case Level.FAULT | None:
            return Lamps(yellow=Light.SLOW)


def lit(light: Light, now_s: float) -> bool:
    """Whether a lamp shines at a moment of the monotonic clock."""
    return light is Light.ON or (light is Light.SLOW and now_s % SLOW_PERIOD_S < SLOW_ON_S)


class LampRow:
    """The red, the yellow and the green LED, each from its pin over a resistor to ground."""

    def __init__(self, red_gpio: int, yellow_gpio: int, green_gpio: int, pin_factory: Any = None) -> None:
        """Take the pins, dark. Raises PinError."""
        with taking("LEDs", red_gpio, yellow_gpio, green_gpio):
            self._leds = TrafficLights(red=red_gpio, yellow=yellow_gpio, green=green_gpio, pin_factory=pin_factory)
        self._lit = (False, False, False)

    @property
    def lit(self) -> tuple[bool, bool, bool]:
        """Which of red, yellow and green shine."""
        return self._lit

    def show(self, lamps: Lamps, now_s: float) -> None:
        """Bring the LEDs to what the lamps are to do at this moment; a pin that is right is left alone."""
        red, yellow, green = lit(lamps.red, now_s), lit(lamps.yellow, now_s), lit(lamps.green, now_s)
        for led, before, after in zip(self._leds, self._lit, (red, yellow, green), strict=True):
            if before != after:
                led.value = after
        self._lit = (red, yellow, green)

    def close(self) -> None:
        """Dark, and the pins given back."""
        self._leds.off()
        self._leds.close()
        self._lit = (False, False, False)
