"""How a household prefers its panel, as plain values: the settings make them, and the panel goes by them.

The defaults stand here; `model` takes those of the settings file from them.
"""

from dataclasses import dataclass
from datetime import time
from enum import Enum

from appliance.household.daily_window import DailyWindow

NIGHT = DailyWindow(time(22, 30), time(6, 30))
"""When the display and the lamps are dimmed, by local time; while the time is not known it is day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrightnessRule:
    """How bright the display is. Contrasts are from 0 to 255, and none is shown above `contrast`."""

    contrast: int = 207
    """By day after a key, and at any time while an alarm calls."""
    idle_contrast: int = 96
    """By day when no key was pressed for `idle_s`; and by night after a key, so that it does not dazzle."""
    night_contrast: int = 16
    idle_s: float = 300.0
    night: DailyWindow = NIGHT
    off_at_night: bool = False
    """Nothing is shown by night, except for a while after a key and while an alarm calls."""
    shift: bool = True
    """The picture moves by a pixel each minute, so that nothing burns in."""


BRIGHTNESS = BrightnessRule()


@dataclass(frozen=True, slots=True)
class LampRule:
    """When the lamps shine, and how brightly by night."""

    only_when_it_matters: bool = False
    """No green: dark while all is well and known."""
    night_level: float = 1.0
    """Share of the time that a lit green or yellow lamp shines by night, 0.01 to 1; 1 is not pulsed."""
    night: DailyWindow = NIGHT


LAMPS = LampRule()


class Volume(Enum):
    """How loud the piezo is."""

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How the household prefers the panel."""

    brightness: BrightnessRule = BRIGHTNESS
    lamps: LampRule = LAMPS
    click: bool = True
    """Keys are heard, except in quiet hours."""
    large: bool = False
    """One huge number in place of the first page."""
    volume: Volume = Volume.MEDIUM


PREFERENCES = Preferences()
