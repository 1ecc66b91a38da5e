"""The serial port: opened, read as octets come, opened again when it vanishes.

Nothing here waits busily and nothing blocks: the event loop is told when the port has octets. A USB converter that is
pulled, a permission that is missing or a port held by another program is said once, in a sentence, and tried again
after growing pauses for as long as it takes.
"""

import asyncio
import errno
import os
import termios
from collections.abc import Callable
from typing import Literal, Protocol

import serial

from appliance.timebase import Timebase

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 4.0
_CHUNK = 4096
_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}

Parity = Literal["none", "even", "odd"]


class Receiver(Protocol):
    """Whoever wants to know what happens on the port; all calls come from the event loop."""

    def opened(self) -> None:
        """The port is open: octets may come."""

    def received(self, octets: bytes) -> None:
        """Octets came, one or more."""

    def lost(self) -> None:
        """The port is gone; what was begun will not end."""


class Uart:
    """A serial port that is there, or will be."""

    def __init__(
        self, port: str, timebase: Timebase, report: Callable[[str], None], *, baud: int = 2400, parity: Parity = "even"
    ) -> None:
        self._port = port
        self._timebase = timebase
        self._report = report
        self._baud = baud
        self._parity = parity
        self._said: str | None = None

    async def listen(self, receiver: Receiver) -> None:
        """Hand all octets to the receiver, until cancelled."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                device = self._open()
            except (OSError, serial.SerialException, termios.error) as trouble:
                self._say(f"serial port {self._port}: {_cause(trouble)}")
                await self._timebase.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            if self._said is not None:
                self._report(f"serial port {self._port}: open again")
                self._said = None
            receiver.opened()
            try:
                why = await self._read(device, receiver)
            finally:
                device.close()
                receiver.lost()
            self._say(f"serial port {self._port}: lost ({why}); it is opened again when it returns")
            await self._timebase.sleep(pause)

    def _open(self) -> serial.Serial:
        return serial.Serial(self._port, self._baud, parity=_PARITIES[self._parity], timeout=0, exclusive=True)

    async def _read(self, device: serial.Serial, receiver: Receiver) -> str:
        """Hand on octets until the port fails; why it did."""
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[str] = loop.create_future()
        descriptor = device.fileno()

        def readable() -> None:
            try:
                octets = os.read(descriptor, _CHUNK)
            except BlockingIOError:
                return
            except OSError as trouble:
                octets, why = b"", "unplugged" if trouble.errno == errno.EIO else os.strerror(trouble.errno or 0)
            else:
                why = "unplugged"
            if octets:
                receiver.received(octets)
            elif not failed.done():
                loop.remove_reader(descriptor)
                failed.set_result(why)

        loop.add_reader(descriptor, readable)
        try:
            return await failed
        finally:
            loop.remove_reader(descriptor)

    def _say(self, sentence: str) -> None:
        """Report a trouble once, however long it lasts."""
        if sentence != self._said:
            self._report(sentence)
        self._said = sentence


def _cause(trouble: Exception) -> str:
    """Why a port cannot be opened, and what to try."""
    if isinstance(trouble, termios.error):
        return "it does not take these settings; set line.baud and line.parity to what its converter can do"
    match getattr(trouble, "errno", None):
        case errno.ENOENT:
            return "there is no such port; is the converter plugged in, and the serial port enabled?"
        case errno.EACCES | errno.EPERM:
            return "no permission; add this user to the group dialout"
        case errno.EBUSY | errno.EAGAIN:
            return "another program holds it; stop that one (a login console on the port, perhaps)"
        case errno.ENOTTY | errno.EINVAL | errno.EIO | errno.EISDIR:
            return "it is there, but it is no working serial port; set line.port to another one"
    if "exclusively lock" in str(trouble):
        return "another program holds it; stop that one (a login console on the port, perhaps)"
    if "configure port" in str(trouble):
        return "it is there, but it is no working serial port; set line.port to another one"
    return str(trouble)
