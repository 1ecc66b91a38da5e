"""What the settings say to rooms that run: all that can change without a restart.

The settings are the file's, and over them lies what was chosen on the panel. Both become the rooms' own values here:
at the start, after a choice, and when the file is read again. Port, pins and display stay as they were made.
"""

from dataclasses import dataclass
from datetime import date, time

from appliance.household.daily_window import DailyWindow
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
from appliance.settings.preferences import BrightnessRule, LampRule, Preferences, Volume
from appliance.words.words import WORDS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What the household and the panel go by."""

    rules: Rules
    """Of the alarms."""
    tariffs: tuple[Tariff, ...]
    """The grid company's tables, in the file's order."""
    sound: SoundRule
    words: Words
    """The panel's, in the household's language."""
    preferences: Preferences
    """Of the panel."""


def policies(settings: Settings) -> Policies:
    """Return what the household and the panel go by with these settings."""
    return Policies(
        rules=rules(settings),
        tariffs=tariffs(settings),
        sound=sound(settings),
        words=WORDS[settings.language],
        preferences=preferences(settings),
    )


def fixed_at_start(settings: Settings) -> tuple[object, ...]:
    """Return the settings that devices and rooms are made from: a change of these needs a restart."""
    display = settings.display
    place = display.driver, display.bus, display.address, display.rotate
    return settings.line, settings.meter, settings.data, settings.pins, place


def rules(settings: Settings) -> Rules:
    """Return the rules of the alarms."""
    power, hour, phase = settings.thresholds, settings.hour, settings.phases
    voltage, export = settings.voltage, settings.export
    return Rules(
        power=Thresholds(
            watch_w=power.watch_w,
            act_w=power.act_w,
            hysteresis_w=power.hysteresis_w,
            on_delay_s=power.rise_s,
            off_delay_s=power.hold_s,
        ),
        hour=HourRule(on=hour.alarm, limit_kw=hour.limit_kw, on_delay_s=hour.rise_s, off_delay_s=hour.hold_s),
        phase=PhaseRule(
            fuse_a=phase.fuse_a,
            watch_share=phase.watch_share,
            act_share=phase.act_share,
            on_delay_s=phase.rise_s,
            off_delay_s=phase.hold_s,
        ),
        voltage=VoltageRule(low_v=voltage.low_v, high_v=voltage.high_v),
        export=ExportRule(limit_w=export.limit_w, on_delay_s=export.rise_s, off_delay_s=export.hold_s),
        silent_s=settings.readings.silent_s,
    )


def baud_and_parity(line: LineSettings) -> tuple[int | None, Parity | None]:
    """Return the line's baud and parity; `None` is to be found."""
    return None if line.baud == "auto" else line.baud, None if line.parity == "auto" else Parity(line.parity)


def sound(settings: Settings) -> SoundRule:
    """Return when and how often alarms may be heard."""
    own = settings.sound
    return SoundRule(
        quiet_from=time.fromisoformat(own.quiet_from), quiet_to=time.fromisoformat(own.quiet_to), an_hour=own.an_hour
    )


def preferences(settings: Settings) -> Preferences:
    """Return how the panel is to shine and sound."""
    display, lamps = settings.display, settings.lamps
    night = DailyWindow(time.fromisoformat(settings.night.begins), time.fromisoformat(settings.night.ends))
    return Preferences(
        brightness=BrightnessRule(
            contrast=display.contrast,
            idle_contrast=display.idle_contrast,
            night_contrast=display.night_contrast,
            idle_s=60 * display.idle_minutes,
            night=night,
            off_at_night=display.off_at_night,
            shift=display.shift,
        ),
        lamps=LampRule(
            only_when_it_matters=lamps.only_when_it_matters, night_level=lamps.night_percent / 100, night=night
        ),
        click=settings.sound.click,
        large=display.large,
        volume=Volume(settings.sound.volume),
    )


def tariffs(settings: Settings) -> tuple[Tariff, ...]:
    """Return the grid company's tables, in the file's order."""
    return tuple(_tariff(table) for table in settings.tariff)


def _tariff(table: TariffSettings) -> Tariff:
    price = None
    if table.day_ore is not None and table.night_ore is not None:
        price = EnergyPrice(
            day_ore=table.day_ore,
            night_ore=table.night_ore,
            day_from=time.fromisoformat(table.day_from),
            day_to=time.fromisoformat(table.day_to),
            weekend_is_night=table.weekend_is_night,
        )
    return Tariff(
        valid_from=table.valid_from or date.min,
        basis=Basis(table.basis),
        days=table.days,
        steps=tuple(Step(step.up_to, step.price_kr) for step in table.steps),
        limit_is_lower=table.on_limit == "lower",
        energy=price,
    )
