"""The three lamps: what must be seen from across the room.

Green says that there is nothing to do, yellow asks for a look, red asks to act. A fault is none of these and nobody's
emergency, so it blinks yellow, slowly; never red, and never all dark, which would look like a power cut, unless the
household wished for lamps only when they matter. People who do not tell red from green tell the lamps by their place:
red on top, as on the street.

A lamp that is full or off is a pin that stands still. Only a lamp dimmed by night is pulsed, which a thread of the pin
library does in software, so that is not so unless it is wished for; and red is never dimmed.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from gpiozero import TrafficLights

from appliance.household.situation import Level, Situation
from appliance.panel.care import NIGHT, Night
from appliance.panel.pins import taking

SLOW_PERIOD_S = 2.0
SLOW_ON_S = 0.5
DIMMED_HZ = 100
"""Above what the eye sees flicker."""


class Light(Enum):
    """What one lamp does."""

    OFF = "off"
    ON = "on"
    DIM = "dim"
    SLOW = "slow"
    """Half a second in every two."""


@dataclass(frozen=True, slots=True)
class LampRule:
    """What the household wishes of the lamps."""

    only_when_it_matters: bool = False
    """No green: dark while all is well and known."""
    night_level: float = 1.0
    """Share of the time that a lit green or yellow lamp shines by night, 0.01 to 1; 1 is not pulsed."""
    night: Night = NIGHT


@dataclass(frozen=True, slots=True)
class Lamps:
    """What the three lamps do, top to bottom."""

    red: Light = Light.OFF
    yellow: Light = Light.OFF
    green: Light = Light.OFF


LAMPS = LampRule()


def lamps_for(situation: Situation, rule: LampRule = LAMPS) -> Lamps:
    """What the lamps say of a situation; what is not known, and a fault of the appliance, is a slow yellow blink."""
    on = Light.DIM if rule.night_level < 1 and rule.night.covers(situation.local_time) else Light.ON
    match situation.level:
        case Level.ACT:
            return Lamps(red=Light.ON)
        case Level.WATCH:
            return Lamps(yellow=on)
        case Level.OK if not situation.upkeep.troubles:
            return Lamps() if rule.only_when_it_matters else Lamps(green=on)
        case _:
            return Lamps(yellow=Light.SLOW)


def shine(light: Light, now_s: float, night_level: float) -> float:
    """How brightly a lamp shines at a moment of the monotonic clock, 0 to 1."""
    match light:
        case Light.ON:
            return 1.0
        case Light.DIM:
            return night_level
        case Light.SLOW:
            return float(now_s % SLOW_PERIOD_S < SLOW_ON_S)
        case Light.OFF:
            return 0.0


class LampRow:
    """The red, the yellow and the green LED, each from its pin over a resistor to ground."""

    def __init__(
        self, red_gpio: int, yellow_gpio: int, green_gpio: int, night_level: float = 1.0, pin_factory: Any = None
    ) -> None:
        """Take the pins, dark; `night_level` is that of a dim lamp, 0.01 to 1. Raises PinError."""
        with taking("LEDs", red_gpio, yellow_gpio, green_gpio):
            leds = TrafficLights(red=red_gpio, yellow=yellow_gpio, green=green_gpio, pwm=True, pin_factory=pin_factory)
        self._leds = leds
        self._lamps = [_Lamp(led) for led in leds]
        self.night_level = night_level

    @property
    def lit(self) -> tuple[bool, bool, bool]:
        """Which of red, yellow and green shine."""
        red, yellow, green = (lamp.level > 0 for lamp in self._lamps)
        return red, yellow, green

    def show(self, lamps: Lamps, now_s: float) -> None:
        """Bring the LEDs to what the lamps are to do at this moment; a pin that is right is left alone."""
        for lamp, light in zip(self._lamps, (lamps.red, lamps.yellow, lamps.green), strict=True):
            lamp.shine(shine(light, now_s, self.night_level))

    def close(self) -> None:
        """Dark, and the pins given back."""
        self._leds.off()
        self._leds.close()


class _Lamp:
    """One LED, which gpiozero would pulse for as long as it is there, full and off as well; it stands still then."""

    def __init__(self, led: Any) -> None:
        self._led = led
        self.level = 0.0
        self._settled = False
        """The pin is certain to do as it was last told."""

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
