"""Makes the appliance from its settings: every device and every room is made here, once, and handed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.history.writer import HistoryWriter
from appliance.household.household import Household
from appliance.line.last_settings import LastSettings
from appliance.line.port import Port
from appliance.line.recording import Recorder
from appliance.line.serialport import SerialPort
from appliance.line.uart import Uart
from appliance.panel.devices.display import Bus, open_bus, open_display
from appliance.panel.devices.pins import Pins
from appliance.panel.devices.screen import Screen
from appliance.panel.panel import Panel
from appliance.service.actions import Actions
from appliance.service.correct_hour import SET_HOUR
from appliance.service.front_panel import FrontPanel
from appliance.service.outputs import Output, StatusLine
from appliance.service.restarts import TaskRestarter
from appliance.service.status_socket import StatusSocket
from appliance.service.supervisor import Parts, Supervisor
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the appliance runs on; the defaults are a Pi's own devices, with no clock that was set and nothing kept."""

    port: str | None = None
    """Stands in for the serial port of the settings."""
    open_port: Callable[[str], Port] = SerialPort
    open_bus: Callable[[int], Bus] = open_bus
    """Opens the I2C bus of a number, for the display."""
    pin_factory: Any = None
    """gpiozero's; `None` is the one that fits the machine."""
    clock: Clock | None = None
    """The system's; without it the meter alone tells the time."""
    boot: Callable[[], Boot] | None = None
    """Tells one boot from another; without it, or without `folder`, no history is kept."""
    folder: Path | None = None
    """Where the history and the choices are kept; without it choices last as long as the program."""
    runtime: Path | None = None
    """The directory in which the system is asked to switch off; without it that cannot be done."""
    manager: ServiceManager | None = None


def appliance(
    settings: Settings,
    timebase: Timebase,
    machine: Machine,
    *,
    outputs: Sequence[Output] = (),
    recorder: Recorder | None = None,
    mistake: str | None = None,
) -> Supervisor:
    """Return the whole appliance on a machine.

    `outputs` get its situations beside its own ones, `recorder` all octets; `mistake` is what is wrong with the
    settings file when `settings` are not what it says.
    """
    disk, display = Worker("disk", DISK_S), Worker("display", DISPLAY_S)
    chosen = AS_SET if machine.folder is None else load_or_set_aside(machine.folder)
    going_by = policies(with_choices(settings, chosen))
    household = Household(going_by.rules, settings.meter.net, sound=going_by.sound, tariffs=going_by.tariffs)
    choices = ChoiceStore(machine.folder, chosen, timebase, disk)
    screen = _screen(settings, timebase, machine, display)
    switched_on = machine.boot is not None and machine.boot().clock_s < SWITCHED_ON_S
    panel = Panel(going_by.words, timebase, screen.offer, going_by.preferences, chosen, greets=switched_on)
    history = None
    if machine.boot is not None and machine.folder is not None:
        history = HistoryWriter(machine.folder, household, machine.boot, timebase, disk)
    socket = None if history is None else StatusSocket(history.folder, timebase)
    restarter, manager, gpio = TaskRestarter(timebase), machine.manager or ServiceManager(), pins(settings)
    supervisor = Supervisor(
        Parts(
            line=_line(settings, timebase, machine, disk),
            household=household,
            outputs=(
                FrontPanel(panel, screen, lambda edge: Pins(gpio, edge, machine.pin_factory), timebase, restarter),
                *(() if socket is None else (socket,)),
                StatusLine(manager),
                *outputs,
            ),
            choices=choices,
            actions=Actions(household, choices, timebase, machine.runtime),
            restarter=restarter,
            manager=manager,
            history=history,
            clock=machine.clock,
            recorder=recorder,
            workers=(disk, display),
        ),
        settings,
        timebase,
        mistake,
    )
    panel.set_handler(supervisor.handle)
    if socket is not None:
        socket.handlers[SET_HOUR] = supervisor.set_hour
    return supervisor


def _screen(settings: Settings, timebase: Timebase, machine: Machine, worker: Worker) -> Screen:
    own = settings.display
    return Screen(
        lambda: open_display(own.driver, own.bus, own.address, own.rotate, own.contrast, machine.open_bus),
        timebase,
        worker,
    )


def _line(settings: Settings, timebase: Timebase, machine: Machine, disk: Worker) -> Uart:
    baud, parity = baud_and_parity(settings.line)
    return Uart(
        machine.port or settings.line.port,
        timebase,
        silent_s=settings.readings.silent_s,
        baud=baud,
        parity=parity,
        last_settings=None if machine.folder is None else LastSettings(machine.folder, disk),
        open_port=machine.open_port,
    )
