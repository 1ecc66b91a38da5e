"""What a household wishes of its panel, as plain values: the settings make them, and the panel goes by them."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum


@dataclass(frozen=True, slots=True)
class Night:
    """The hours of night, local time; there is none when it ends as it begins."""

    begins: time = time(22, 30)
    ends: time = time(6, 30)

    def covers(self, local_time: datetime | None) -> bool:
        """Whether it is night; while the time is unknown it is day, when everything can be read."""
        if local_time is None:
            return False
        clock = local_time.time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


NIGHT = Night()


@dataclass(frozen=True, slots=True)
class BrightnessRule:
    """What the household wishes; contrasts are 0 to 255, and none is above the first."""

    contrast: int = 207
    """By day after a key, and at any time while an alarm calls."""
    idle_contrast: int = 96
    """By day when nobody has pressed a key for `idle_s`; and by night after a key, which is not to dazzle."""
    night_contrast: int = 16
    idle_s: float = 300.0
    night: Night = NIGHT
    off_at_night: bool = False
    """Nothing is shown by night, but for a while after a key and while an alarm calls."""
    shift: bool = True


BRIGHTNESS = BrightnessRule()


@dataclass(frozen=True, slots=True)
class LampRule:
    """What the household wishes of the lamps."""

    only_when_it_matters: bool = False
    """No green: dark while all is well and known."""
    night_level: float = 1.0
    """Share of the time that a lit green or yellow lamp shines by night, 0.01 to 1; 1 is not pulsed."""
    night: Night = NIGHT


LAMPS = LampRule()


class Volume(Enum):
    """How loud the piezo is."""

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How the household wishes the panel to be."""

    brightness: BrightnessRule = BRIGHTNESS
    lamps: LampRule = LAMPS
    click: bool = True
    """Keys are heard, but in quiet hours."""
    large: bool = False
    """One huge number in place of the first page."""
    volume: Volume = Volume.MEDIUM


PREFERENCES = Preferences()
