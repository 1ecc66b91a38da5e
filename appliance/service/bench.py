"""The bench: the program for who builds the front, or looks for a loose wire; it shows wires and not the house.

Button A lights the lamps in turn, button B puts them out, and both sound the piezo. The display, and on the image a
screen too, shows the level of both buttons, what answers on the bus, whether the HAN line rests high and how many
octets come, what becomes of them, the supply and the temperature. The buttons are looked at and not waited for, so that
one that hangs is seen as it is. Nothing is kept, and nothing is sent to the meter.
"""

import asyncio
import contextlib
import errno
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from appliance.line.port import Received
from appliance.line.quirks import FrameResult
from appliance.line.serialport import SerialPort
from appliance.line.uart import Uart
from appliance.meter.cipher import keys_of
from appliance.meter.decoder import Decoder
from appliance.meter.hdlc import Frame
from appliance.meter.reading import Rejected
from appliance.panel.brightness import BRIGHT
from appliance.panel.devices.display import open_bus, open_display
from appliance.panel.devices.errors import PinError
from appliance.panel.devices.pins import Pins
from appliance.panel.devices.screen import Screen
from appliance.panel.keys import Key
from appliance.panel.lamps import Lamps, Light
from appliance.panel.pages import bench as page
from appliance.panel.pages.bench import Bench
from appliance.panel.sounds import LOOK
from appliance.settings.model import Settings
from appliance.settings.policies import baud_and_parity
from appliance.settings.settings_file import board, pins
from appliance.system.board import undervoltage, warmest_c
from appliance.system.service_manager import ServiceManager
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker
from appliance.words.words import WORDS

log = logging.getLogger(__name__)

LOOK_S = 0.05
"""Between two looks at the buttons; a finger stays for longer."""
SHOW_S = 0.25
SCAN_S = 3.0
COUNT_S = 2.5
"""Octets are counted over this long: the pause of the meters that send most often."""
ADDRESSES = range(0x08, 0x78)
"""Those that a chip may have (I2C-bus specification UM10204, section 3.1.12)."""
BUS_S = 20.0
LIT: Sequence[tuple[str | None, Lamps]] = (
    (None, Lamps()),
    ("led_red", Lamps(red=Light.ON)),
    ("led_yellow", Lamps(yellow=Light.ON)),
    ("led_green", Lamps(green=Light.ON)),
)
_THERE = (errno.EBUSY, errno.EOPNOTSUPP)
"""A driver of the kernel has the address, or what is there cannot be read."""
_DEAD_BUS = (errno.ETIMEDOUT, errno.EAGAIN)


def answering(open_bus: Callable[[int], Any], number: int) -> tuple[int, ...]:
    """Return the addresses on a bus at which something answers; none of a bus whose wires are held. Raises OSError."""
    bus, found = open_bus(number), []
    try:
        for address in ADDRESSES:
            try:
                bus.read_byte(address)
            except OSError as error:
                if error.errno in _DEAD_BUS:
                    return ()
                if error.errno not in _THERE:
                    continue
            found.append(address)
    finally:
        bus.close()
    return tuple(found)


class Line:
    """What the HAN line's port sees."""

    def __init__(self, settings: Settings, timebase: Timebase, open_port: Callable[[str], Any] = SerialPort) -> None:
        baud, parity = baud_and_parity(settings.line)
        self._timebase = timebase
        self._open_port = open_port
        self._decoder = Decoder(keys_of(settings.meter.key, settings.meter.authentication_key))
        self._open = False
        self._came: list[tuple[float, int]] = []
        self.rests_low = False
        self.uart = Uart(
            settings.line.port,
            timebase,
            silent_s=settings.readings.silent_s,
            baud=baud,
            parity=parity,
            open_port=self._opened_port,
        )

    @property
    def octets_a_second(self) -> float | None:
        """Return the mean of the last seconds; `None` while the port is not open."""
        since = self._timebase.now() - COUNT_S
        self._came = [(at, octets) for at, octets in self._came if at >= since]
        return sum(octets for _, octets in self._came) / COUNT_S if self._open else None

    def opened(self) -> None:
        """Take note of an open port."""
        self._open, self.rests_low = True, False

    def received(self, octets: bytes, results: Sequence[FrameResult]) -> None:
        """Judge the frames, so that the port knows what becomes of them; the octets were counted before."""
        del octets
        for one in results:
            if isinstance(one, Frame):
                self.uart.judged(self._decoder.read(one))

    def lost(self, cut_off: Sequence[Rejected]) -> None:
        """Take note of a port that is gone."""
        del cut_off
        self._open = False

    def heard(self, received: Received) -> None:
        """Count what came, whatever it was; a break that nothing follows is a line that stays low."""
        if received.octets:
            self._came.append((self._timebase.now(), len(received.octets)))
            self.rests_low = received.ends_in_break

    def _opened_port(self, name: str) -> Any:
        port = self._open_port(name)
        read = port.read

        def watched() -> Received | None:
            received: Received | None = read()
            if received is not None:
                self.heard(received)
            return received

        port.read = watched
        return port


class BenchPanel:
    """Everything on the bench, from what the settings say is where."""

    def __init__(
        self,
        settings: Settings,
        timebase: Timebase,
        *,
        bus: Callable[[int], Any] = open_bus,
        port: Callable[[str], Any] = SerialPort,
        pin_factory: Any = None,
        manager: ServiceManager | None = None,
    ) -> None:
        own = settings.display
        self._settings = settings
        self._timebase = timebase
        self._bus, self._pin_factory = bus, pin_factory
        self._manager = manager or ServiceManager()
        self._display_worker, self._bus_worker = Worker("display", BUS_S), Worker("bus", BUS_S)
        self._screen = Screen(
            lambda: open_display(own.driver, own.bus, own.address, own.rotate, own.contrast, bus),
            timebase,
            self._display_worker,
        )
        self.line = Line(settings, timebase, port)
        self._pins: Pins | None = None
        self._pins_fault: str | None = None
        self._addresses: tuple[int, ...] | None = None
        self._turn = 0
        self._before: tuple[Key, ...] = ()

    async def run(self) -> None:
        """Show the hardware until cancelled; then leave lamps, piezo and glass dark."""
        log.warning(
            "the bench: wires are shown, and nothing of the house; take the file 'bench' off the card to end it"
        )
        self._manager.ready()
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in (
                    self._screen.run(),
                    self._scan(),
                    self._look(),
                    self._show(),
                    self.line.uart.listen(self.line),
                    self._manager.feed((self._display_worker, self._bus_worker)),
                ):
                    tasks.create_task(work)
        finally:
            if self._pins is not None:
                self._pins.close()
            self._bus_worker.end()

    def state(self) -> Bench:
        """Return what is seen at this moment."""
        name = LIT[self._turn][0]
        own = pins(self._settings)
        header = {signal.gpio: signal.pin for signal in board().values()}
        return Bench(
            addresses=self._addresses,
            pins_fault=self._pins_fault,
            down=self._before,
            header_pins=(header.get(own["button_a"], 0), header.get(own["button_b"], 0)),
            lit=name,
            lit_pin=0 if name is None else header.get(own[name], 0),
            octets_a_second=self.line.octets_a_second,
            rests_low=self.line.rests_low,
            line=self.line.uart.health().line,
            undervoltage=undervoltage(),
            celsius=warmest_c(),
        )

    async def _show(self) -> None:
        words = WORDS[self._settings.language]
        while True:
            state = self.state()
            self._screen.draw(partial(page.picture, state, words), BRIGHT, at_once=True)
            self._manager.status(page.as_line(state, words))
            await self._timebase.sleep(SHOW_S)

    async def _scan(self) -> None:
        while True:
            try:
                self._addresses = await self._bus_worker.do(partial(answering, self._bus, self._settings.display.bus))
            except (OSError, HungError):
                self._addresses = None
            await self._timebase.sleep(SCAN_S)

    async def _look(self) -> None:
        """Follow the buttons: A lights the next lamp, B sounds, and both count when they go down."""
        async with asyncio.TaskGroup() as sounds:
            while True:
                if self._pins is None:
                    self._take_pins()
                if self._pins is None:
                    await self._timebase.sleep(SCAN_S)
                else:
                    down = self._pins.down
                    pressed = set(down) - set(self._before)
                    self._before = down
                    if Key.A in pressed:
                        self._light((self._turn + 1) % len(LIT))
                    elif Key.B in pressed:
                        self._light(0)
                    if pressed:
                        sounds.create_task(self._pins.devices.beeper.play(LOOK, self._timebase))
                await self._timebase.sleep(LOOK_S)

    def _take_pins(self) -> None:
        try:
            self._pins = Pins(pins(self._settings), lambda _key, _down: None, self._pin_factory)
        except PinError as error:
            self._pins_fault = error.sentence
        else:
            self._pins_fault = None
            self._light(0)

    def _light(self, turn: int) -> None:
        self._turn = turn
        if self._pins is not None:
            self._pins.devices.lamps.show(LIT[turn][1], self._timebase.now())


def both_buttons_down(settings: Settings, pin_factory: Any = None) -> bool:
    """Return whether both buttons are held at this moment; not, where the pins cannot be had."""
    with contextlib.suppress(PinError):
        taken = Pins(pins(settings), lambda _key, _down: None, pin_factory)
        try:
            return set(taken.down) == {Key.A, Key.B}
        finally:
            taken.close()
    return False
