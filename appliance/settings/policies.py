"""What the settings say to rooms that run: all that can change without starting anew.

The settings are the file's, and over them lies what was chosen on the panel. Both become the rooms' own values here,
at the start, when somebody chooses, and when the file is read again; port, pins and display stay as they were made.
"""

from dataclasses import dataclass
from datetime import date, time

from appliance.household.rules import (
    ExportRule,
    HourRule,
    PhaseRule,
    Rules,
    SoundRule,
    Thresholds,
    VoltageRule,
)
from appliance.household.tariff import Basis, EnergyPrice, Step, Tariff
from appliance.line.port import Parity
from appliance.settings.model import LineSettings, Settings, TariffSettings
from appliance.settings.preferences import BrightnessRule, LampRule, Night, Preferences, Volume
from appliance.words.words import WORDS, Words


@dataclass(frozen=True, slots=True)
class Policies:
    """What the rooms go by."""

    rules: Rules
    tariffs: tuple[Tariff, ...]
    sound: SoundRule
    words: Words
    preferences: Preferences


def policies(settings: Settings) -> Policies:
    """What the rooms go by with these settings."""
    words = WORDS[settings.language]
    return Policies(rules(settings), tariffs(settings), sound(settings), words, preferences(settings))


def fixed_at_start(settings: Settings) -> tuple[object, ...]:
    """What devices and rooms are made from, and keep for as long as the program runs."""
    display = settings.display
    place = display.driver, display.bus, display.address, display.rotate
    return settings.line, settings.meter, settings.data, settings.pins, place


def rules(settings: Settings) -> Rules:
    """The alarms' rules as set."""
    power, hour, phase = settings.thresholds, settings.hour, settings.phases
    voltage, export = settings.voltage, settings.export
    return Rules(
        Thresholds(power.watch_w, power.act_w, power.hysteresis_w, power.rise_s, power.hold_s),
        HourRule(hour.alarm, hour.limit_kw, on_delay_s=hour.rise_s, off_delay_s=hour.hold_s),
        PhaseRule(phase.fuse_a, phase.watch_share, phase.act_share, on_delay_s=phase.rise_s, off_delay_s=phase.hold_s),
        VoltageRule(voltage.low_v, voltage.high_v),
        ExportRule(export.limit_w, on_delay_s=export.rise_s, off_delay_s=export.hold_s),
        settings.readings.silent_s,
    )


def baud_and_parity(line: LineSettings) -> tuple[int | None, Parity | None]:
    """Return the line's baud and parity as set; `None` is to be found."""
    return None if line.baud == "auto" else line.baud, None if line.parity == "auto" else Parity(line.parity)


def sound(settings: Settings) -> SoundRule:
    """When and how often alarms are heard, as set."""
    own = settings.sound
    return SoundRule(time.fromisoformat(own.quiet_from), time.fromisoformat(own.quiet_to), own.an_hour)


def preferences(settings: Settings) -> Preferences:
    """How the panel is to shine and sound, as set."""
    display, lamps = settings.display, settings.lamps
    night = Night(time.fromisoformat(settings.night.begins), time.fromisoformat(settings.night.ends))
    brightness = BrightnessRule(
        display.contrast,
        display.idle_contrast,
        display.night_contrast,
        60 * display.idle_minutes,
        night,
        display.off_at_night,
        display.shift,
    )
    return Preferences(
        brightness,
        LampRule(lamps.only_when_it_matters, lamps.night_percent / 100, night),
        settings.sound.click,
        display.large,
        Volume[settings.sound.volume.upper()],
    )


def tariffs(settings: Settings) -> tuple[Tariff, ...]:
    """The grid company's tables as set."""
    return tuple(_tariff(table) for table in settings.tariff)


def _tariff(table: TariffSettings) -> Tariff:
    price = None
    if table.day_ore is not None and table.night_ore is not None:
        day_from, day_to = time.fromisoformat(table.day_from), time.fromisoformat(table.day_to)
        price = EnergyPrice(table.day_ore, table.night_ore, day_from, day_to, table.weekend_is_night)
    return Tariff(
        table.valid_from or date.min,
        Basis(table.basis),
        table.days,
        tuple(Step(step.up_to, step.price_kr) for step in table.steps),
        table.on_limit == "lower",
        price,
    )
