"""Makes the appliance from its settings: every device and every room is made here, once, and handed in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.history.writer import HistoryWriter
from appliance.household.household import Household
from appliance.household.situation import Situation
from appliance.line.last_settings import LineMemory
from appliance.line.port import Port
from appliance.line.recording import Recorder
from appliance.line.serialport import SerialPort
from appliance.line.uart import Uart
from appliance.panel.devices.display import Bus, open_bus, open_display
from appliance.panel.devices.pins import Pins
from appliance.panel.devices.screen import Screen
from appliance.panel.panel import Panel
from appliance.service.actions import Actions
from appliance.service.supervisor import Supervisor, log
from appliance.settings.choices import AS_SET, ChoiceStore, load_or_set_aside
from appliance.settings.chosen import with_choices
from appliance.settings.model import Settings
from appliance.settings.policies import baud_and_parity, policies
from appliance.settings.settings_file import pins
from appliance.system.clock import Boot, Clock
from appliance.system.service_manager import ServiceManager
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker

DISPLAY_S = 10.0
"""A picture takes 25 ms, and the kernel gives up a bus that is held within seconds."""
DISK_S = 60.0
"""An SD card may be busy with itself for seconds, and a damaged file takes a while to be read."""
SWITCHED_ON_S = 300.0
"""A start so soon after the kernel's is that of the machine, and not of the program alone."""


def appliance(
    settings: Settings,
    timebase: Timebase,
    *,
    port: str | None = None,
    open_port: Callable[[str], Port] = SerialPort,
    open_bus: Callable[[int], Bus] = open_bus,
    pin_factory: Any = None,
    clock: Clock | None = None,
    boot: Callable[[], Boot] | None = None,
    folder: Path | None = None,
    runtime: Path | None = None,
    watch: Callable[[Situation], None] | None = None,
    recorder: Recorder | None = None,
    manager: ServiceManager | None = None,
    mistake: str | None = None,
) -> Supervisor:
    """The whole appliance; port, its opening, the bus's and the pin factory stand in for the Pi's own where given.

    Without a `clock` the meter alone tells the time; without `boot` and `folder` no history is kept, and what is chosen
    on the panel lasts as long as the program. In `runtime` the system is asked to switch off. `mistake` is what is
    wrong with the settings file when these are not what it says.
    """
    display = settings.display
    display_worker = Worker("display", DISPLAY_S)
    screen = Screen(
        lambda: open_display(display.driver, display.bus, display.address, display.rotate, display.contrast, open_bus),
        timebase,
        display_worker,
    )
    disk = Worker("disk", DISK_S)
    choices = AS_SET if folder is None else load_or_set_aside(folder, log.warning)
    choices_store = ChoiceStore(folder, choices, timebase, log.warning, disk)
    going_by = policies(with_choices(settings, choices))
    household = Household(going_by.rules, settings.meter.net, sound=going_by.sound, tariffs=going_by.tariffs)
    switched_on = boot is not None and boot().clock_s < SWITCHED_ON_S
    panel = Panel(going_by.words, timebase, screen.offer, going_by.preferences, choices, greets=switched_on)
    history = None
    if boot is not None and folder is not None:
        history = HistoryWriter(folder, household, boot, timebase, log.warning, disk)
    memory = None if folder is None else LineMemory(folder, disk)
    gpio = pins(settings)
    baud, parity = baud_and_parity(settings.line)
    return Supervisor(
        Uart(
            port or settings.line.port,
            timebase,
            log.warning,
            baud=baud,
            parity=parity,
            memory=memory,
            open_port=open_port,
        ),
        household,
        panel,
        screen,
        lambda on_edge: Pins(gpio, on_edge, pin_factory),
        timebase,
        settings,
        choices_store,
        Actions(household, choices_store, timebase, runtime),
        clock=clock,
        history=history,
        watch=watch,
        recorder=recorder,
        manager=manager,
        mistake=mistake,
        workers=(disk, display_worker),
    )
