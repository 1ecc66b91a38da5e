"""The serial port: opened, read as octets come, opened again when it vanishes, its settings searched for.

Nothing here waits busily and nothing blocks: the event loop calls when the port has octets. A USB converter that is
pulled, a permission that is missing or a port held by another program is logged once, in a sentence, and tried again
after growing pauses for as long as it takes. The search says which settings to listen at. Those that the device does
not take are no candidates any more, so a port without parity is read without. Where the port is "auto", `auto_port`
says which to listen on; moving from one on which nothing was heard to the next is no event, for the line as a whole
has been silent all the time.
"""

import asyncio
import errno
import logging
import os
import termios
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import serial

from appliance.line.auto_port import AUTO, AutoPort
from appliance.line.last_settings import LastSettings
from appliance.line.line_reader import LineReader
from appliance.line.port import Counters, Parity, Port, Received, SerialSettings
from appliance.line.quirks import FrameResult
from appliance.line.serialport import SerialPort
from appliance.meter.reading import Reading, Rejected
from appliance.system.backoff import Backoff
from appliance.system.health import Health
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 4.0
_UNPLUGGED = "unplugged"
_MOVED = "moved"
_LOOK_S = 1.0
"""Between two looks whether another port is worth trying."""


class Receiver(Protocol):
    """Learns what happens on the port; all calls come from the event loop."""

    def opened(self) -> None:
        """Prepare for a new stream of octets: the port is open."""

    def received(self, octets: bytes, results: Sequence[FrameResult]) -> None:
        """Take octets that came, and the frames of the stream that end with them, in stream order."""

    def lost(self, cut_off: Sequence[Rejected]) -> None:
        """Go on without the port; what had begun will not end."""


class Uart:
    """A serial port that is there, or will be."""

    def __init__(
        self,
        port: str,
        timebase: Timebase,
        *,
        silent_s: float,
        baud: int | None = None,
        parity: Parity | None = None,
        last_settings: LastSettings | None = None,
        open_port: Callable[[str], Port] = SerialPort,
        dev: Path = Path("/dev"),
    ) -> None:
        """Make a port by name, on which the line is silent `silent_s` after its last octet; "auto" finds one in `dev`.

        Baud and parity that are `None` are searched for, first those that `last_settings` recalls.
        """
        self._timebase = timebase
        self._parity_set = parity not in (None, Parity.NONE)
        self._parity_refused = False
        self._last_settings = last_settings
        self._open_port = open_port
        self._remembered = None if last_settings is None else last_settings.recall()
        known = last_settings.recall_port() if last_settings is not None else None
        self._auto = AutoPort(known, dev) if port == AUTO else None
        self._port = port if self._auto is None else self._auto.choose()
        self._opened_at = 0.0
        self._heard_at: float | None = None
        """When the last octet came on the port that is open, s."""
        self._read_here = False
        self._reader = LineReader(silent_s=silent_s, baud=baud, parity=parity, remembered=self._remembered)
        self._remembering: set[asyncio.Task[None]] = set()
        self._applied: SerialSettings | None = None
        self._said: dict[str, SayOnce] = {}
        self.why_closed: str | None = None
        """A sentence; `None` while the port is open, and before the first try."""
        self._backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self._device: Port | None = None
        self._is_listening = False
        """The receiver was told of an open port, and has not lost it since."""

    @property
    def counters(self) -> Counters | None:
        """What the open port counted; `None` where its driver does not count, and without an open port."""
        return self._device.counters() if self._device is not None else None

    def apply_silence(self, silent_s: float) -> None:
        """Call the line silent `silent_s` after its last octet, from now on."""
        self._reader.apply_silence(silent_s)

    def health(self) -> Health:
        """Return what is known of the line at this moment; nothing else of the health is filled in."""
        return replace(self._reader.health(self._timebase.now()), port=self._port)

    def judged(self, result: Reading | Rejected) -> None:
        """Note what the decoder made of an intact frame: without it, only the frames are known to come."""
        self._reader.judged(self._timebase.now(), result)
        if isinstance(result, Reading):
            self._read_here = True
            if self._auto is not None and self._auto.gave_a_list() and self._last_settings is not None:
                log.info("the meter is on %s", self._port)
                self._keep(self._last_settings.remember_port(self._port))

    async def listen(self, receiver: Receiver) -> None:
        """Hand all octets to the receiver, until cancelled."""
        while True:
            if self._auto is not None:
                self._port = self._auto.choose()
            try:
                device = self._open_port(self._port)
            except (OSError, serial.SerialException, termios.error) as error:
                self._leave(receiver)
                self._closed(_cause(error))
                if self._auto is not None:
                    self._auto.next()
            else:
                self._backoff.reset()
                self.why_closed = None
                self._say().over(f"serial port {self._port}: open again")
                why = await self._attend(device, receiver)
                if why == _MOVED and self._auto is not None:
                    self._port = self._auto.next()
                    continue
                self._closed(f"lost ({why}); it is opened again when it returns")
            await self._timebase.sleep(self._backoff.pause_s())

    def _closed(self, why: str) -> None:
        self.why_closed = f"serial port {self._port}: {why}"
        self._say().warn(self.why_closed)

    def _say(self) -> SayOnce:
        """Return what was last said of this port: where there are two, each says its own once."""
        return self._said.setdefault(self._port, SayOnce(log))

    async def _attend(self, device: Port, receiver: Receiver) -> str:
        """Listen to an open port until it fails. Return why it did."""
        self._device, self._applied = device, None
        self._opened_at, self._heard_at, self._read_here = self._timebase.now(), None, False
        why = ""
        try:
            if not self._is_listening:
                self._reader.opened(self._opened_at)
            self._follow(device)
            if not self._is_listening:
                receiver.opened()
            self._is_listening = True
            why = await self._read(device, receiver)
        except OSError as error:
            why = _why(error)
        finally:
            self._device = None
            device.close()
            if why != _MOVED or self._heard_at is not None:
                self._leave(receiver)
        return why

    def _leave(self, receiver: Receiver) -> None:
        """Tell that there is no port any more, unless nobody thinks that there is one."""
        if self._is_listening:
            self._is_listening = False
            receiver.lost(self._reader.lost())

    async def _another_is_better(self, auto: AutoPort) -> None:
        """Wait until another port is worth listening to."""
        while True:
            await self._timebase.sleep(_LOOK_S)
            now = self._timebase.now()
            silent_s = now - (self._opened_at if self._heard_at is None else self._heard_at)
            if auto.is_worth_leaving(
                open_s=now - self._opened_at,
                silent_s=silent_s,
                heard=self._heard_at is not None,
                read=self._read_here,
            ):
                return

    async def _read(self, device: Port, receiver: Receiver) -> str:
        """Hand on octets until the port fails. Return why it did."""
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[str] = loop.create_future()
        descriptor = device.fileno()
        waking: asyncio.TimerHandle | None = None

        def guarded(call: Callable[[], str | None]) -> None:
            nonlocal waking
            try:
                why = call()
                if why is None:
                    waking = self._wake_at_the_pause(waking, lambda: guarded(paused))
            except OSError as error:
                why = _why(error)
            if why is not None and not failed.done():
                loop.remove_reader(descriptor)
                failed.set_result(why)

        def readable() -> str | None:
            received = device.read()
            if received is None:
                return _UNPLUGGED
            self._take(device, received, receiver)
            return None

        def paused() -> str | None:
            self._reader.passed(self._timebase.now())
            self._follow(device)
            return None

        def leave(_: object) -> None:
            if not failed.done():
                failed.set_result(_MOVED)

        moving = None if self._auto is None else loop.create_task(self._another_is_better(self._auto))
        if moving is not None:
            moving.add_done_callback(leave)
        loop.add_reader(descriptor, guarded, readable)
        try:
            return await failed
        finally:
            if moving is not None:
                moving.remove_done_callback(leave)
                moving.cancel()
            loop.remove_reader(descriptor)
            if waking is not None:
                waking.cancel()

    def _take(self, device: Port, received: Received, receiver: Receiver) -> None:
        """Give octets to the search, which knows what the converter made of them, and its frames to the others."""
        if not received.octets:
            return
        self._heard_at = self._timebase.now()
        framed = self._reader.take(self._timebase.now(), received)
        self._follow(device)
        if framed.octets or framed.results:
            receiver.received(framed.octets, framed.results)

    def _wake_at_the_pause(
        self, waking: asyncio.TimerHandle | None, call: Callable[[], None]
    ) -> asyncio.TimerHandle | None:
        """Arrange that the search is told of the pause after a burst."""
        if waking is not None:
            waking.cancel()
        if (due := self._reader.due) is None:
            return None
        delay_s = max(0.0, due - self._timebase.now()) / self._timebase.speed
        return asyncio.get_running_loop().call_later(delay_s, call)

    def _follow(self, device: Port) -> None:
        """Read with the settings that the search has chosen, if the device takes them; remember those it settled on."""
        while (wanted := self._reader.settings) != self._applied:
            if device.apply(wanted):
                self._applied = wanted
                continue
            if self._parity_set and not self._parity_refused:
                self._parity_refused = True
                log.warning("serial port %s: it takes no parity; it is read without", self._port)
            if not self._reader.refused(wanted):
                self._applied = wanted
        if self._reader.settled and self._last_settings is not None and wanted != self._remembered:
            self._remembered = wanted
            self._keep(self._last_settings.remember(wanted))

    def _keep(self, remembering: Coroutine[Any, Any, None]) -> None:
        """Have a memory written while the line goes on."""
        task = asyncio.get_running_loop().create_task(remembering)
        self._remembering.add(task)
        task.add_done_callback(self._remembering.discard)


def _why(error: OSError) -> str:
    return _UNPLUGGED if error.errno == errno.EIO else os.strerror(error.errno or 0)


def _cause(error: Exception) -> str:
    """Return why a port cannot be opened, and what to try."""
    match getattr(error, "errno", None):
        case errno.ENOENT:
            return "there is no such port; is the converter plugged in, and the serial port enabled?"
        case errno.EACCES:
            return "no permission; add this user to the group dialout"
        case errno.EPERM:
            return "the service's own unit does not let it in (DeviceAllow=); see systemctl cat han-appliance"
        case errno.EBUSY | errno.EAGAIN:
            return "another program holds it; stop that one (a login console on the port, perhaps)"
        case errno.ENOTTY | errno.EINVAL | errno.EIO | errno.EISDIR:
            return "it is there, but it is no working serial port; set line.port to another one"
    if "exclusively lock" in str(error):
        return "another program holds it; stop that one (a login console on the port, perhaps)"
    if "configure port" in str(error):
        return "it is there, but it is no working serial port; set line.port to another one"
    return str(error)
