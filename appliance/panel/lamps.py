"""The three lamps: what must be seen from across the room.

Green says that there is nothing to do, yellow asks for a look, red asks to act. A fault is none of these and no
emergency: yellow flashes twice and rests; never red, and never all dark, which would look like a power cut, unless the
household prefers lamps only when they matter. People who do not tell red from green tell the lamps by their place, red
on top, as on the street, and by their rhythm: red blinks until somebody has seen what it is about.

Red is never dimmed. What the pins do is `devices.lamp_row`'s.
"""

from dataclasses import dataclass
from enum import Enum

from appliance.household.situation import Level, Situation
from appliance.settings.preferences import LAMPS, LampRule

BLINK_PERIOD_S = 0.5
BLINK_ON_S = 0.25
FLASH_PERIOD_S = 2.0
FLASHES_S = ((0.0, 0.125), (0.25, 0.375))
"""When a double flash shines within its period."""
BEAT_S = 0.125
"""All of these are multiples of it: the lamps are looked at so often while one blinks."""


class Light(Enum):
    """What one lamp does."""

    OFF = "off"
    ON = "on"
    DIM = "dim"
    BLINK = "blink"
    """Twice a second."""
    FLASH = "flash"
    """Two short flashes every two seconds."""


@dataclass(frozen=True, slots=True)
class Lamps:
    """What the three lamps do, top to bottom."""

    red: Light = Light.OFF
    yellow: Light = Light.OFF
    green: Light = Light.OFF

    @property
    def has_rhythm(self) -> bool:
        """Whether any of them changes by time alone."""
        return any(light in (Light.BLINK, Light.FLASH) for light in (self.red, self.yellow, self.green))


def lamps_for(situation: Situation, rule: LampRule = LAMPS) -> Lamps:
    """Return what the lamps say of a situation; what is not known, and a fault of the appliance, flashes yellow."""
    night = situation.local_time is not None and rule.night.covers(situation.local_time)
    on = Light.DIM if night and rule.night_level < 1 else Light.ON
    match situation.level:
        case Level.ACT:
            unseen = any(alarm.level is Level.ACT and not alarm.acknowledged for alarm in situation.alarms)
            return Lamps(red=Light.BLINK if unseen else Light.ON)
        case Level.WATCH:
            return Lamps(yellow=on)
        case Level.OK:
            if situation.health.faults:
                return Lamps(yellow=Light.FLASH)
            return Lamps() if rule.only_when_it_matters else Lamps(green=on)
        case Level.FAULT | None:
            return Lamps(yellow=Light.FLASH)


def shine(light: Light, now_s: float, night_level: float) -> float:
    """Return how brightly a lamp shines at a moment of the monotonic clock, 0 to 1."""
    match light:
        case Light.ON:
            return 1.0
        case Light.DIM:
            return night_level
        case Light.BLINK:
            return float(now_s % BLINK_PERIOD_S < BLINK_ON_S)
        case Light.FLASH:
            return float(any(begin_s <= now_s % FLASH_PERIOD_S < end_s for begin_s, end_s in FLASHES_S))
        case Light.OFF:
            return 0.0
