"""Makes the appliance from its settings: every device and every room is made here, once, and handed in."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

from appliance.config import pins
from appliance.household.history import Boot
from appliance.household.household import Household
from appliance.household.rules import (
    ExportRule,
    HourRule,
    PhaseRule,
    Rules,
    SoundRule,
    Thresholds,
    VoltageRule,
)
from appliance.household.situation import Situation
from appliance.household.tariff import Basis, EnergyPrice, Step, Tariff
from appliance.keeper import Keeper
from appliance.line.recording import Recorder
from appliance.line.uart import Uart
from appliance.panel.buzzer import Volume
from appliance.panel.care import CareRule, Night
from appliance.panel.glass import Glass
from appliance.panel.lamps import LampRule
from appliance.panel.panel import Panel, Wishes
from appliance.panel.screen import Screen, open_display
from appliance.panel.words import WORDS
from appliance.settings import Settings, TariffSettings
from appliance.supervisor import Pins, Supervisor, log
from appliance.systemclock import Clock
from appliance.systemd import ServiceManager
from appliance.timebase import Timebase
from appliance.worker import Worker

DISPLAY_S = 10.0
"""A picture takes 25 ms, and the kernel gives up a bus that is held within seconds."""
DISK_S = 60.0
"""An SD card may be busy with itself for seconds, and a damaged file takes a while to be read."""


def appliance(
    settings: Settings,
    timebase: Timebase,
    *,
    port: str | None = None,
    glass: Glass | None = None,
    pin_factory: Any = None,
    clock: Clock | None = None,
    boot: Callable[[], Boot] | None = None,
    folder: Path | None = None,
    watch: Callable[[Situation], None] | None = None,
    recorder: Recorder | None = None,
    manager: ServiceManager | None = None,
    mistake: str | None = None,
) -> Supervisor:
    """The whole appliance; port, glass and pin factory stand in for the Pi's own where given.

    Without a `clock` the meter alone tells the time; without `boot` and `folder` no history is kept. `mistake` is what
    is wrong with the settings file when these are not what it says.
    """
    line, display = settings.line, settings.display
    uart = Uart(port or line.port, timebase, log.warning, baud=line.baud, parity=line.parity)
    display_worker = Worker("display", DISPLAY_S)
    screen = Screen(
        lambda: open_display(display.driver, display.bus, display.address, display.rotate, display.contrast, glass),
        timebase,
        log.warning,
        display_worker,
    )
    household = Household(rules(settings), settings.meter.net, sound=sound(settings), tariffs=tariffs(settings))
    disk = Worker("disk", DISK_S)
    keeper = None
    if boot is not None and folder is not None:
        keeper = Keeper(folder, household, boot, timebase, log.warning, disk)
    gpio = pins(settings)
    return Supervisor(
        uart,
        household,
        Panel(WORDS[settings.language], timebase, screen.offer, wishes(settings)),
        screen,
        lambda on_edge: Pins(
            gpio,
            on_edge,
            pin_factory,
            volume=Volume[settings.sound.volume.upper()],
            night_level=settings.lamps.night_percent / 100,
        ),
        timebase,
        clock=clock,
        keeper=keeper,
        watch=watch,
        recorder=recorder,
        manager=manager,
        mistake=mistake,
        workers=(disk, display_worker),
    )


def rules(settings: Settings) -> Rules:
    """The alarms' rules as set."""
    power, hour, phase = settings.thresholds, settings.hour, settings.phases
    voltage, export = settings.voltage, settings.export
    return Rules(
        Thresholds(power.watch_w, power.act_w, power.hysteresis_w, power.rise_s, power.hold_s),
        HourRule(hour.alarm, hour.limit_kw, rise_s=hour.rise_s, hold_s=hour.hold_s),
        PhaseRule(phase.fuse_a, phase.watch_share, phase.act_share, rise_s=phase.rise_s, hold_s=phase.hold_s),
        VoltageRule(voltage.low_v, voltage.high_v),
        ExportRule(export.limit_w, rise_s=export.rise_s, hold_s=export.hold_s),
        settings.readings.silent_s,
    )


def sound(settings: Settings) -> SoundRule:
    """When and how often alarms are heard, as set."""
    own = settings.sound
    return SoundRule(time.fromisoformat(own.quiet_from), time.fromisoformat(own.quiet_to), own.an_hour)


def wishes(settings: Settings) -> Wishes:
    """How the panel is to shine and sound, as set."""
    display, lamps = settings.display, settings.lamps
    night = Night(time.fromisoformat(settings.night.begins), time.fromisoformat(settings.night.ends))
    care = CareRule(
        display.contrast,
        display.idle_contrast,
        display.night_contrast,
        60 * display.idle_minutes,
        night,
        display.off_at_night,
        display.shift,
    )
    return Wishes(care, LampRule(lamps.only_when_it_matters, lamps.night_percent / 100, night), settings.sound.click)


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
