"""Makes the appliance from its settings: every device and every room is made here, once, and handed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from appliance.panel.panel import Panel, PictureSink
from appliance.service.actions import Actions
from appliance.service.battery import BatteryKeeper
from appliance.service.correct_hour import SET_HOUR
from appliance.service.frame_counters import FrameCounters
from appliance.service.front_panel import FrontPanel
from appliance.service.links import ByPanel, links
from appliance.service.mirror import Mirror
from appliance.service.outputs import Output, StatusLine
from appliance.service.restarts import TaskRestarter
from appliance.service.status import RECORDING
from appliance.service.status_socket import StatusSocket
from appliance.service.supervisor import Line, Parts, Supervisor
from appliance.service.supply import SupplyWatch
from appliance.service.update_notice import UpdateNotice
from appliance.settings.choices import AS_SET, ChoiceStore, load_or_set_aside, may_ask
from appliance.settings.model import Settings
from appliance.settings.policies import baud_and_parity, policies
from appliance.settings.settings_file import pins
from appliance.system.battery_clock import BatteryClock, ClockBus
from appliance.system.clock import Boot, Clock
from appliance.system.service_manager import ServiceManager
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from appliance.update.running import Running

if TYPE_CHECKING:
    from appliance.service.update_fetch import UpdateFetch

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
    line: Line | None = None
    """Stands in for the port and all that is read from it."""
    offer: PictureSink | None = None
    """Takes the pictures in the display's place."""
    open_bus: Callable[[int], Bus] = open_bus
    """Opens the I2C bus of a number, for the display."""
    open_clock_bus: Callable[[int], ClockBus] | None = None
    """Opens the display's bus for a battery clock on it; without it none is looked for."""
    addresses: Callable[[], tuple[str, ...]] = tuple
    """Tells the machine's addresses on the network."""
    low_supply: Callable[[], bool | None] | None = None
    """Tells whether the supply was too low; without it nobody looks."""
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
    answers_in: Path | None = None
    """A second folder for the local socket, beside `folder`; without it there is none."""
    manager: ServiceManager | None = None
    asks: bool = False
    """The questions of a first start are asked where nothing was ever chosen and no hour is known."""
    updates: Path | None = None
    """Where the card's updates keep what became of them; without it there are none."""
    system: Running | None = None
    """The card's system that runs; without it no newer one is looked for."""
    linked: bool = False
    """There may be a network: the settings' links are made."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """The whole, with the parts that a replay looks at."""

    supervisor: Supervisor
    household: Household
    panel: Panel
    front: FrontPanel
    restarter: TaskRestarter
    choices: ChoiceStore
    history: HistoryWriter | None


def appliance(
    settings: Settings,
    timebase: Timebase,
    machine: Machine,
    *,
    outputs: Sequence[Output] = (),
    recorder: Recorder | None = None,
    mistake: str | None = None,
    defaults: bool = False,
) -> Supervisor:
    """Return the whole appliance on a machine.

    `outputs` get its situations beside its own ones, `recorder` all octets; `mistake` is what is wrong with the
    settings file when `settings` are not what it says, and with `defaults` these are the program's.
    """
    return assembled(
        settings, timebase, machine, outputs=outputs, recorder=recorder, mistake=mistake, defaults=defaults
    ).supervisor


def assembled(
    settings: Settings,
    timebase: Timebase,
    machine: Machine,
    *,
    outputs: Sequence[Output] = (),
    recorder: Recorder | None = None,
    mistake: str | None = None,
    defaults: bool = False,
) -> Appliance:
    """Return the whole appliance, as `appliance` makes it, with its parts."""
    disk, display = Worker("disk", DISK_S), Worker("display", DISPLAY_S)
    asks = machine.asks and (machine.folder is None or may_ask(machine.folder))
    chosen = AS_SET if machine.folder is None else load_or_set_aside(machine.folder)
    going_by = policies(settings, chosen)
    household = Household(going_by.rules, settings.meter.net, sound=going_by.sound, tariffs=going_by.tariffs)
    choices = ChoiceStore(machine.folder, chosen, timebase, disk)
    screen = _screen(settings, timebase, machine, display)
    others, mirror = ByPanel(settings, chosen), None
    if machine.linked and settings.web.port is not None:
        mirror = Mirror(screen.offer, going_by.preferences.lamps)
    linked: Sequence[Output] = ()
    if machine.linked:
        linked = links(settings, going_by, timebase, machine.folder, others, mirror, household)
    switched_on = machine.boot is not None and machine.boot().clock_s < SWITCHED_ON_S
    panel = Panel(
        going_by.words,
        timebase,
        machine.offer or (screen.draw if mirror is None else mirror.draw),
        going_by.preferences,
        chosen,
        going_by.in_file,
        greets=switched_on,
        is_first_start=lambda: asks and not household.hours,
    )
    history = None
    if machine.boot is not None and machine.folder is not None:
        history = HistoryWriter(machine.folder, household, machine.boot, timebase, disk)
    socket = None if history is None else StatusSocket(history.folder, timebase, machine.answers_in)
    notice = None
    if machine.updates is not None and machine.boot is not None:
        notice = UpdateNotice(machine.updates, machine.boot, timebase, disk)
    fetch = _update_fetch(settings, timebase, machine)
    restarter, manager, gpio = TaskRestarter(timebase), machine.manager or ServiceManager(), pins(settings)
    front = FrontPanel(panel, screen, lambda edge: Pins(gpio, edge, machine.pin_factory), timebase, restarter)
    supervisor = Supervisor(
        Parts(
            line=machine.line or _line(settings, timebase, machine, disk),
            household=household,
            outputs=(
                front,
                *(() if socket is None else (socket,)),
                StatusLine(manager),
                *(() if notice is None else (notice,)),
                *(() if fetch is None else (fetch,)),
                *(() if machine.low_supply is None else (SupplyWatch(timebase, machine.low_supply),)),
                *linked,
                *outputs,
            ),
            choices=choices,
            actions=Actions(household, choices, timebase, machine.runtime),
            restarter=restarter,
            manager=manager,
            counters=FrameCounters(machine.folder, timebase, disk),
            history=history,
            clock=machine.clock,
            battery=_battery(settings, timebase, machine, household),
            addresses=machine.addresses,
            offer=lambda: None if notice is None else notice.offer,
            newer=lambda: None if fetch is None else fetch.newer,
            recorder=recorder,
            workers=(disk, display),
        ),
        settings,
        timebase,
        mistake,
        defaults=defaults,
    )
    panel.set_handler(supervisor.handle)
    others.connect(supervisor.handle, lambda: choices.choices, lambda: supervisor.settings)
    if socket is not None:
        socket.handlers[SET_HOUR] = supervisor.set_hour
        socket.handlers[RECORDING] = supervisor.recording
    return Appliance(supervisor, household, panel, front, restarter, choices, history)


def _screen(settings: Settings, timebase: Timebase, machine: Machine, worker: Worker) -> Screen:
    own = settings.display
    return Screen(
        lambda: open_display(own.driver, own.bus, own.address, own.rotate, own.contrast, machine.open_bus),
        timebase,
        worker,
    )


def _update_fetch(settings: Settings, timebase: Timebase, machine: Machine) -> "UpdateFetch | None":
    """Return who looks for a newer version, if the settings say so, and this is the card's image."""
    system, folder, runtime, updates = machine.system, machine.folder, machine.runtime, machine.updates
    if settings.network.updates == "no" or not machine.linked:
        return None
    if system is None or folder is None or runtime is None or updates is None:
        return None
    from appliance.service.update_fetch import Places, UpdateFetch  # with h11, which most do without

    places = Places(folder=folder, runtime=runtime, updates=updates)
    return UpdateFetch(settings.network, system, places, timebase)


def _battery(settings: Settings, timebase: Timebase, machine: Machine, household: Household) -> BatteryKeeper | None:
    """Return who keeps the clock; the watchdog does not wait for its thread, for the panel can do without it."""
    opener, bus = machine.open_clock_bus, settings.display.bus
    if opener is None:
        return None
    return BatteryKeeper(BatteryClock(lambda: opener(bus)), household, timebase, Worker("battery clock", DISPLAY_S))


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
