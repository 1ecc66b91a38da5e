"""All that appliance.toml can say, as frozen, typed values with their ranges and defaults.

`settings_file` reads the file into these. The default of what a rule, a preference or the tariff has is taken from it,
so that it stands in one place; the others stand here. `generate` writes them into appliance.toml and the manual.
"""

import re
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from appliance.household.rules import Rules, SoundRule
from appliance.household.tariff import EnergyPrice, Tariff
from appliance.settings.preferences import NIGHT, Preferences

Chip = Literal["ssd1306", "ssd1309", "sh1106"]
"""The display's chips that there are drivers for."""
Power = Annotated[float, Meta(ge=0, le=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Share = Annotated[float, Meta(gt=0, le=2)]
Volts = Annotated[float, Meta(ge=50, le=500)]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Ore = Annotated[float, Meta(ge=0, le=10_000)]
Contrast = Annotated[int, Meta(ge=0, le=255)]
Gpio = Annotated[int, Meta(ge=2, le=27)]

_RULES, _SOUND, _PREFERENCES = Rules(), SoundRule(), Preferences()
_TARIFF, _PRICE = Tariff(), EnergyPrice(day_ore=0, night_ore=0)


def _clock(of_day: time) -> str:
    """Return a time of day as the file has it."""
    return of_day.isoformat("minutes")


SECRETS = frozenset({"network.passphrase"})
"""Keys whose values are never shown."""
HIDDEN = "(not shown)"


class LineSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The serial line from the meter's HAN port."""

    port: Annotated[str, Meta(min_length=1)] = "/dev/serial0"
    baud: Literal["auto", 2400, 9600, 115200] = "auto"
    parity: Literal["auto", "none", "even", "odd"] = "auto"


class MeterSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What a meter does not report of itself."""

    net: Literal["auto", "it", "tn"] = "auto"


class ThresholdSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When the load is worth a look, and when the household is to act."""

    watch_w: Power = _RULES.power.watch_w
    act_w: Power = _RULES.power.act_w
    hysteresis_w: Power = _RULES.power.hysteresis_w
    rise_s: Seconds = _RULES.power.on_delay_s
    hold_s: Seconds = _RULES.power.off_delay_s

    def __post_init__(self) -> None:
        if not 0 < self.watch_w < self.act_w:
            raise ValueError(
                f"watch_w ({self.watch_w:g}) must be above 0 and below act_w ({self.act_w:g}): yellow comes before red"
            )
        if self.hysteresis_w >= self.watch_w:
            raise ValueError(f"hysteresis_w ({self.hysteresis_w:g}) must be below watch_w ({self.watch_w:g})")


class HourSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The warning of an hour that would lift the capacity step."""

    alarm: bool = _RULES.hour.on
    limit_kw: Annotated[float, Meta(gt=0, le=1000)] | None = _RULES.hour.limit_kw
    rise_s: Seconds = _RULES.hour.on_delay_s
    hold_s: Seconds = _RULES.hour.off_delay_s


class PhaseSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How near to the main fuse a phase may come."""

    fuse_a: Annotated[float, Meta(ge=6, le=1000)] | None = _RULES.phase.fuse_a
    watch_share: Share = _RULES.phase.watch_share
    act_share: Share = _RULES.phase.act_share
    rise_s: Seconds = _RULES.phase.on_delay_s
    hold_s: Seconds = _RULES.phase.off_delay_s

    def __post_init__(self) -> None:
        if self.watch_share >= self.act_share:
            raise ValueError(
                f"watch_share ({self.watch_share:g}) must be below act_share ({self.act_share:g}): "
                "yellow comes before red"
            )


class VoltageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The voltage that the grid company owes, as a one-minute mean."""

    low_v: Volts = _RULES.voltage.low_v
    high_v: Volts = _RULES.voltage.high_v

    def __post_init__(self) -> None:
        if self.low_v >= self.high_v:
            raise ValueError(f"low_v ({self.low_v:g}) must be below high_v ({self.high_v:g})")


class ExportSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How much may be sold."""

    limit_w: Annotated[float, Meta(gt=0, le=100_000)] | None = _RULES.export.limit_w
    rise_s: Seconds = _RULES.export.on_delay_s
    hold_s: Seconds = _RULES.export.off_delay_s


class ReadingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a reading is the present one."""

    silent_s: Annotated[float, Meta(ge=15, le=600)] = _RULES.silent_s


class SoundSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When and how often alarms are also heard."""

    quiet_from: Clock = _clock(_SOUND.quiet_from)
    quiet_to: Clock = _clock(_SOUND.quiet_to)
    an_hour: Annotated[int, Meta(ge=0, le=60)] = _SOUND.an_hour
    volume: Literal["off", "low", "medium", "high"] = _PREFERENCES.volume.value
    click: bool = _PREFERENCES.click


class StepSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a capacity tariff."""

    up_to: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    price_kr: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class TariffSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One table of a grid company's prices."""

    valid_from: date | None = None
    basis: Literal["highest-days", "fuse", "none"] = _TARIFF.basis.value
    days: Annotated[int, Meta(ge=1, le=10)] = _TARIFF.days
    on_limit: Literal["lower", "upper"] = "lower" if _TARIFF.limit_is_lower else "upper"
    steps: tuple[StepSettings, ...] = tuple(StepSettings(step.up_to, step.price_kr) for step in _TARIFF.steps)
    day_ore: Ore | None = None
    night_ore: Ore | None = None
    day_from: Clock = _clock(_PRICE.day_from)
    day_to: Clock = _clock(_PRICE.day_to)
    weekend_is_night: bool = _PRICE.weekend_is_night

    def __post_init__(self) -> None:
        limits = [step.up_to for step in self.steps]
        if not limits or None in limits[:-1] or any(one >= other for one, other in pairwise(filter(None, limits))):
            raise ValueError("steps must rise from each up_to to the next; only the last may leave it out")
        if (self.day_ore is None) != (self.night_ore is None):
            raise ValueError("day_ore and night_ore are given together; where all hours cost the same, they are equal")


class DataSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the history is kept."""

    folder: Annotated[str, Meta(min_length=1)] = "/var/lib/han-appliance"


class DisplaySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The display: its chip, its bus, and how bright it is."""

    driver: Chip = "ssd1309"
    bus: Annotated[int, Meta(ge=0, le=31)] = 1
    address: Literal[0x3C, 0x3D] = 0x3C
    rotate: Literal[0, 180] = 0
    contrast: Contrast = _PREFERENCES.brightness.contrast
    idle_contrast: Contrast = _PREFERENCES.brightness.idle_contrast
    idle_minutes: Annotated[float, Meta(ge=0.1, le=1440)] = _PREFERENCES.brightness.idle_s / 60
    night_contrast: Contrast = _PREFERENCES.brightness.night_contrast
    off_at_night: bool = _PREFERENCES.brightness.off_at_night
    shift: bool = _PREFERENCES.brightness.shift
    large: bool = _PREFERENCES.large


class LampSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When the lamps shine, and how brightly by night."""

    only_when_it_matters: bool = _PREFERENCES.lamps.only_when_it_matters
    night_percent: Annotated[int, Meta(ge=1, le=100)] = round(100 * _PREFERENCES.lamps.night_level)


class NightSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When display and lamps are dimmed."""

    begins: Clock = _clock(NIGHT.begins)
    ends: Clock = _clock(NIGHT.ends)


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The network that the SD-card image joins; without `name` and `wired` there is none."""

    wired: bool = False
    name: str | None = None
    passphrase: str | None = None
    country: str | None = None
    hostname: str = "han"
    ssh_key: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            if not 1 <= len(self.name.encode()) <= 32:
                raise ValueError("name, the Wi-Fi's, must have from 1 to 32 octets")
            if self.passphrase is None or self.country is None:
                raise ValueError("name needs passphrase, and country, such as NO, for what is allowed on the air there")
        if self.passphrase is not None and not re.fullmatch(r"[ -~]{8,63}|[0-9a-fA-F]{64}", self.passphrase):
            raise ValueError("passphrase must have from 8 to 63 letters, digits and signs of an English keyboard")
        if self.country is not None and not re.fullmatch(r"[A-Z]{2}", self.country):
            raise ValueError("country must be two capital letters, such as NO")
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", self.hostname):  # RFC 1123, section 2.1
            raise ValueError("hostname must be small letters, digits and dashes, such as han")
        if self.ssh_key is not None:
            if not re.fullmatch(r"(sk-)?(ssh-|ecdsa-)[a-z0-9@.-]+ [A-Za-z0-9+/=]{60,}( [ -~]*)?", self.ssh_key):
                raise ValueError("ssh_key must be the one line of a public key, such as that in id_ed25519.pub")
            if not self.wired and self.name is None:
                raise ValueError("ssh_key is of no use without a network: set wired = true, or name")


class PinSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Pins by their GPIO number, if the board is wired otherwise than board.toml says."""

    led_green: Gpio | None = None
    led_yellow: Gpio | None = None
    led_red: Gpio | None = None
    buzzer: Gpio | None = None
    button_a: Gpio | None = None
    button_b: Gpio | None = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All that appliance.toml can say."""

    language: Literal["nb", "en", "sv"] = "nb"
    line: LineSettings = LineSettings()
    meter: MeterSettings = MeterSettings()
    thresholds: ThresholdSettings = ThresholdSettings()
    hour: HourSettings = HourSettings()
    phases: PhaseSettings = PhaseSettings()
    voltage: VoltageSettings = VoltageSettings()
    export: ExportSettings = ExportSettings()
    readings: ReadingSettings = ReadingSettings()
    sound: SoundSettings = SoundSettings()
    tariff: Annotated[tuple[TariffSettings, ...], Meta(max_length=100)] = (TariffSettings(),)
    data: DataSettings = DataSettings()
    display: DisplaySettings = DisplaySettings()
    lamps: LampSettings = LampSettings()
    night: NightSettings = NightSettings()
    network: NetworkSettings = NetworkSettings()
    pins: PinSettings = PinSettings()
    corrections: dict[str, Any] = {}
