"""What the settings say to rooms that run: all that can change without a restart.

The settings are the file's, and over them lies what was chosen on the panel. Both become the rooms' own values here:
at the start, after a choice, and when the file is read again. Port, pins and display stay as they were made.
"""

from dataclasses import dataclass
from datetime import time

from appliance.household.daily_window import DailyWindow
from appliance.household.rules import (
    Delays,
    ExportRule,
    HourRule,
    PhaseRule,
    Rules,
    SoundRule,
    Thresholds,
    VoltageRule,
)
from appliance.household.tariff import Tariff
from appliance.line.port import Parity
from appliance.settings import grid
from appliance.settings.choices import AS_SET, Choices, InFile
from appliance.settings.chosen import in_file, with_choices
from appliance.settings.model import LineSettings, PhaseSettings, Settings, ThresholdSettings
from appliance.settings.preferences import BrightnessRule, LampRule, Preferences, Volume
from appliance.words.words import WORDS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What the household and the panel go by."""

    rules: Rules
    """Of the alarms."""
    tariffs: tuple[Tariff, ...]
    """What the household's electricity is priced by."""
    sound: SoundRule
    words: Words
    """The panel's, in the household's language."""
    preferences: Preferences
    """Of the panel."""
    in_file: InFile
    """What the settings file says of all that can be chosen on the panel."""


def policies(settings: Settings, choices: Choices = AS_SET) -> Policies:
    """Return what the household and the panel go by with these settings, and the choices over them."""
    said, settings = in_file(settings), with_choices(settings, choices)
    return Policies(
        rules=rules(settings),
        tariffs=grid.tariffs(settings),
        sound=sound(settings),
        words=WORDS[settings.language],
        preferences=preferences(settings),
        in_file=said,
    )


def fixed_at_start(settings: Settings) -> tuple[object, ...]:
    """Return the settings that devices and rooms are made from: a change of these needs a restart."""
    display = settings.display
    place = display.driver, display.bus, display.address, display.rotate
    return (
        settings.line,
        settings.meter.net,
        settings.data,
        settings.mqtt,
        settings.web,
        settings.p1,
        settings.spot,
        (settings.network.updates, settings.network.update_address),
        settings.pins,
        place,
    )


def rules(settings: Settings) -> Rules:
    """Return the rules of the alarms."""
    hour, voltage, export = settings.hour, settings.voltage, settings.export
    return Rules(
        power=_thresholds(settings.thresholds),
        hour=HourRule(on=hour.alarm, limit_kw=hour.limit_kw, on_delay_s=hour.rise_s, off_delay_s=hour.hold_s),
        phase=_phase(settings.phases),
        voltage=VoltageRule(low_v=voltage.low_v, high_v=voltage.high_v),
        export=ExportRule(limit_w=export.limit_w, on_delay_s=export.rise_s, off_delay_s=export.hold_s),
        silent_s=settings.readings.silent_s,
    )


def _thresholds(power: ThresholdSettings) -> Thresholds:
    usual = Thresholds()
    watch, act = _delays(power, usual.watch), _delays(power, usual.act)
    if power.watch_w is None and power.act_w is None:
        hysteresis_w = usual.hysteresis_w if power.hysteresis_w is None else power.hysteresis_w
        return Thresholds(hysteresis_w=hysteresis_w, watch=watch, act=act)
    watch_w, act_w = power.limits_w
    # A household that sets a low limit does not mean one that is never left.
    hysteresis_w = min(usual.hysteresis_w, watch_w / 5) if power.hysteresis_w is None else power.hysteresis_w
    return Thresholds(watch_w=watch_w, act_w=act_w, hysteresis_w=hysteresis_w, watch=watch, act=act)


def _phase(phase: PhaseSettings) -> PhaseRule:
    usual = PhaseRule()
    watch_share, act_share = phase.shares
    return PhaseRule(
        fuse_a=phase.fuse_a,
        watch_share=watch_share,
        act_share=act_share,
        watch=_delays(phase, usual.watch),
        act=_delays(phase, usual.act),
    )


def _delays(settings: ThresholdSettings | PhaseSettings, usual: Delays) -> Delays:
    """Return a limit's delays: those that are set, which are both limits', and else the usual ones."""
    return Delays(
        usual.on_delay_s if settings.rise_s is None else settings.rise_s,
        usual.off_delay_s if settings.hold_s is None else settings.hold_s,
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
