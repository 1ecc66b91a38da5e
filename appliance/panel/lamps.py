"""The three lamps: what must be seen from across the room.

Green says that there is nothing to do, yellow asks for a look, red asks to act. A fault is none of these and no
emergency, so it blinks yellow, slowly; never red, and never all dark, which would look like a power cut, unless the
household prefers lamps only when they matter. People who do not tell red from green tell the lamps by their place:
red on top, as on the street.

Red is never dimmed. What the pins do is `devices.lamp_row`'s.
"""

from dataclasses import dataclass
from enum import Enum

from appliance.household.situation import Level, Situation
from appliance.settings.preferences import LAMPS, LampRule

SLOW_PERIOD_S = 2.0
SLOW_ON_S = 0.5


class Light(Enum):
    """What one lamp does."""

    OFF = "off"
    ON = "on"
    DIM = "dim"
    SLOW = "slow"
    """Half a second in every two."""


@dataclass(frozen=True, slots=True)
class Lamps:
    """What the three lamps do, top to bottom."""

    red: Light = Light.OFF
    yellow: Light = Light.OFF
    green: Light = Light.OFF


def lamps_for(situation: Situation, rule: LampRule = LAMPS) -> Lamps:
    """Return what the lamps say of a situation; what is not known, and a fault of the appliance, blinks yellow."""
    night = situation.local_time is not None and rule.night.covers(situation.local_time)
    on = Light.DIM if night and rule.night_level < 1 else Light.ON
    match situation.level:
        case Level.ACT:
            return Lamps(red=Light.ON)
        case Level.WATCH:
            return Lamps(yellow=on)
        case Level.OK:
            if situation.health.faults:
                return Lamps(yellow=Light.SLOW)
            return Lamps() if rule.only_when_it_matters else Lamps(green=on)
        case Level.FAULT | None:
            return Lamps(yellow=Light.SLOW)


def shine(light: Light, now_s: float, night_level: float) -> float:
    """Return how brightly a lamp shines at a moment of the monotonic clock, 0 to 1."""
    match light:
        case Light.ON:
            return 1.0
        case Light.DIM:
            return night_level
        case Light.SLOW:
            return float(now_s % SLOW_PERIOD_S < SLOW_ON_S)
        case Light.OFF:
            return 0.0
