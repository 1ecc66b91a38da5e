"""The display device, and when to write to it.

A display is slow (a picture is 25 ms on a 400 kHz bus), and it hangs on wires that come loose. So it has a thread of
its own with one slot in front: a newer picture replaces the one that waits, and offering one never takes longer than
a comparison. What is on the glass already is not sent. A display that does not answer costs one sentence and a try
now and then; when it is back it is set up anew and gets the newest picture.
"""

import asyncio
import errno
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PIL import Image

from appliance.panel.errors import DisplayError
from appliance.panel.glass import Chip, Glass
from appliance.timebase import Timebase

if TYPE_CHECKING:
    from smbus2 import SMBus

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
FAREWELL_S = 2.0
"""How long, by the wall's clock, the end of the program waits for the display to go dark."""

T = TypeVar("T")


class Display:
    """An opened display. Every failure of it is a DisplayError."""

    def __init__(self, device: Any, bus: "SMBus | Glass", place: str) -> None:
        self.device = device
        """luma's device."""
        self._bus = bus
        self._place = place

    def show(self, image: Image.Image) -> None:
        """Send a picture: mode "1", 128x64."""
        with _in_words(self._place):
            self.device.display(image)

    def close(self) -> None:
        """Give the bus back; the glass keeps its picture."""
        self._bus.close()

    def leave_dark(self) -> None:
        """Clear the glass and switch it off, as far as it still answers, and give the bus back."""
        with suppress(DisplayError), _in_words(self._place):
            self.device.hide()
            self.device.clear()
        self.close()


def open_display(
    driver: Chip,
    bus: int,
    address: int,
    rotate: Literal[0, 180] = 0,
    contrast: int = 0xCF,
    glass: Glass | None = None,
) -> Display:
    """Open a display on an I2C bus, cleared and switched on; on a model of one when `glass` is given.

    `rotate` is in degrees, `contrast` 0 to 255. Raises DisplayError, with the likely cause and what to try.
    """
    # luma takes 5 MB and, on a Pi, a good part of a second: only a program that has a display pays for it.
    from smbus2 import SMBus

    from appliance.panel.drivers import DRIVERS, Wire

    place = f"the {driver} display on I2C bus {bus}, address 0x{address:02X},"
    with _in_words(place):
        opened: SMBus | Glass = SMBus(bus) if glass is None else glass
        try:
            device = DRIVERS[driver](Wire(opened, address), rotate=rotate // 90)
            device.contrast(contrast)
        except BaseException:
            opened.close()
            raise
    return Display(device, opened, place)


@contextmanager
def _in_words(place: str) -> Iterator[None]:
    """Make a DisplayError of what luma and the kernel raise."""
    try:
        yield
    except OSError as trouble:
        raise DisplayError(f"{place} {_advice(trouble)}") from trouble
    except Exception as trouble:
        if not type(trouble).__module__.startswith("luma."):
            raise
        # luma says "device not found" for any command that was not acknowledged.
        raise DisplayError(f"{place} {_NO_ANSWER}") from trouble


_NO_ANSWER = (
    "does not answer: check its four wires, try the other address (display.address, 0x3C or 0x3D), "
    "and see with i2cdetect who is there"
)


def _advice(trouble: OSError) -> str:
    match trouble.errno:
        case errno.ENOENT:
            return f"cannot be reached: there is no {trouble.filename}; switch I2C on with raspi-config, then restart"
        case errno.EACCES | errno.EPERM:
            return "may not be used: this user is not in the group i2c (sudo adduser USER i2c, then log in again)"
        case errno.EBUSY:
            return "is held by a driver of the kernel: take its dtoverlay line out of config.txt"
        case errno.EREMOTEIO | errno.EIO | errno.ENXIO:
            return _NO_ANSWER
        case errno.ETIMEDOUT:
            return "holds the bus: it may have lost its supply while talking; take its supply away for a moment"
        case _:
            return f"failed: {trouble.strerror or trouble}"


class Screen:
    """Brings the newest picture to the glass, whatever the display does."""

    def __init__(self, opener: Callable[[], Display], timebase: Timebase, report: Callable[[str], None]) -> None:
        """`opener` opens the display (it runs in the worker's thread), `report` gets a sentence for the log."""
        self._opener = opener
        self._timebase = timebase
        self._report = report
        self._newest: Image.Image | None = None
        self._offered = asyncio.Event()
        self._display: Display | None = None
        self._shown: bytes | None = None
        self._said = ""

    def offer(self, image: Image.Image) -> None:
        """Show this picture next, in place of one that still waits; from the event loop, returns at once."""
        self._newest = image
        self._offered.set()

    async def run(self) -> None:
        """Keep the glass up to date until cancelled; then leave it dark."""
        worker = _Worker()
        pause = FIRST_PAUSE_S
        try:
            while True:
                try:
                    await self._serve(worker)
                except DisplayError as trouble:
                    if self._shown is not None:
                        pause = FIRST_PAUSE_S
                    self._say(str(trouble))
                    await self._drop(worker)
                await self._timebase.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            await self._leave(worker)

    async def _serve(self, worker: "_Worker") -> None:
        """Open the display and send pictures; ends by DisplayError only."""
        display = self._display = await worker.do(self._opener)
        while True:
            if self._newest is not None and (octets := self._newest.tobytes()) != self._shown:
                await worker.do(partial(display.show, self._newest))
                self._shown = octets
                if self._said:
                    self._said = ""
                    self._report("the display is back")
            else:
                self._offered.clear()
                await self._offered.wait()

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self._report(sentence)

    async def _drop(self, worker: "_Worker") -> None:
        """Close a display that failed: it is set up anew before it is written again."""
        self._shown = None
        if self._display is not None:
            display, self._display = self._display, None
            await worker.do(display.close)

    async def _leave(self, worker: "_Worker") -> None:
        if self._display is not None:
            display, self._display = self._display, None
            with suppress(TimeoutError, DisplayError):
                await asyncio.wait_for(worker.do(display.leave_dark), FAREWELL_S)
        self._shown = None
        worker.end()


class _Worker:
    """One thread that does one thing after another.

    Not an executor: those are waited for when the interpreter ends, and a bus that hangs must not keep a program
    from ending.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="display", daemon=True).start()

    async def do(self, job: Callable[[], T]) -> T:
        """Have the thread do this; returns what it returned, raises what it raised."""
        done: Future[T] = Future()

        def run() -> None:
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(job())
                except Exception as trouble:
                    done.set_exception(trouble)

        self._jobs.put(run)
        return await asyncio.wrap_future(done)

    def end(self) -> None:
        """Let the thread end once it is through."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
