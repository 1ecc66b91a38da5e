"""The display device, and when to write to it.

A display is slow (a picture is 25 ms on a 400 kHz bus), and it hangs on wires that come loose. So it has a thread of
its own with one slot in front: a newer picture replaces the one that waits, and offering one never takes longer than
a comparison. What is on the glass already is not sent, and what can wait (a clock that goes on) is sent twice a second
at most. A display that does not answer costs one sentence and a try now and then; when it is back it is set up anew and
gets the newest picture. One that lost its supply between two pictures says nothing, so each is set up anew once a
minute: it is dark for so long at most, at the cost of 0.05 % of the bus.
"""

import asyncio
import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

from PIL import Image

from appliance.panel.brightness import BRIGHT, Dimming
from appliance.panel.devices.errors import DisplayError
from appliance.settings.model import Chip
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 4.0
SIZE = (128, 64)
MIN_INTERVAL_S = 0.5
"""Between a picture and one that can wait, of the appliance's seconds."""
REINIT_S = 60.0
"""Between two set-ups of a display that seems well: as often as the picture is shifted, so mostly in one go."""
CLOSE_TIMEOUT_S = 0.6
"""How long, by the wall's clock, the end of the program waits for the display to go dark."""


class Bus(Protocol):
    """An open I2C bus, as far as luma and `Wire` use smbus2's; the model of a display is one too."""

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Sequence[int]) -> None:
        """Write an octet and up to 32 more to the device at an address. Raises OSError."""

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        """Carry out messages of any length, one after another. Raises OSError."""

    def close(self) -> None:
        """Give the bus back."""


def open_bus(number: int) -> Bus:
    """Open /dev/i2c-`number`. Raises OSError."""
    from smbus2 import SMBus  # here, since only a program that has a display pays for it

    bus: Bus = SMBus(number)
    return bus


class Display:
    """An opened display. Every failure of it is a DisplayError."""

    def __init__(self, device: Any, bus: Bus, place: str) -> None:
        self.device = device
        """luma's device."""
        self._bus = bus
        self._place = place
        self._contrast: int | None = None
        self._awake = True

    def show(self, image: Image.Image, contrast: int | None = None, *, anew: bool = False) -> None:
        """Send what differs of a picture (mode "1", 128x64) and the contrast (0 to 255) if it changed.

        `anew`, and after `sleep`, the display is set up again, gets the whole picture, and is switched on last.
        """
        with _in_words(self._place):
            if anew := anew or not self._awake:
                self.device.init()
            if contrast is not None and (anew or contrast != self._contrast):
                self.device.contrast(contrast)
                self._contrast = contrast
            self.device.display(image)
            if anew:
                self.device.show()
                self._awake = True

    def sleep(self) -> None:
        """Switch the display off; it keeps its memory, and the next picture wakes it."""
        with _in_words(self._place):
            self.device.hide()
            self._awake = False

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
    open_bus: Callable[[int], Bus] = open_bus,
) -> Display:
    """Open a display on an I2C bus, cleared and switched on.

    `rotate` is in degrees, `contrast` 0 to 255; `open_bus` opens the bus of a
    number. Raises DisplayError, with the likely cause and what to try.
    """
    # luma takes 5 MB and, on a Pi, a good part of a second: only a program that has a display pays for it.
    from appliance.panel.devices.drivers import DRIVERS, Wire

    place = f"the {driver} display on I2C bus {bus}, address 0x{address:02X},"
    with _in_words(place):
        opened = open_bus(bus)
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


_NO_RIGHT = "may not be used: this user is not in the group i2c (sudo adduser USER i2c, then log in again)"
_ADVICE = {
    errno.ENOENT: "cannot be reached: there is no {filename}; switch I2C on with raspi-config, then restart",
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EBUSY: "is held by a driver of the kernel: take its dtoverlay line out of config.txt",
    errno.EREMOTEIO: _NO_ANSWER,
    errno.EIO: _NO_ANSWER,
    errno.ENXIO: _NO_ANSWER,
    errno.ETIMEDOUT: "holds the bus: it may have lost its supply while talking; take its supply away for a moment",
}
"""What the kernel's answers mean for a display, and what to try."""


def _advice(error: OSError) -> str:
    advice = _ADVICE.get(error.errno or 0)
    return f"failed: {error.strerror or error}" if advice is None else advice.format(filename=error.filename)


@dataclass(frozen=True, slots=True)
class _GlassState:
    """All that is on the glass at a time, and since when it has been certain."""

    octets: bytes | None
    """Of the picture; `None` while the display is off."""
    contrast: int
    period: int
    """How many times `REINIT_S` had passed."""


_ASLEEP = _GlassState(None, 0, 0)


def shifted(image: Image.Image, shift: tuple[int, int]) -> Image.Image:
    """A picture moved to the right and down, with dark pixels where nothing was."""
    if shift == (0, 0):
        return image
    moved = Image.new(image.mode, image.size)
    moved.paste(image, shift)
    return moved


def _send(display: Display, frame: _GlassState, before: _GlassState | None) -> None:
    """Bring the glass from one frame to another; runs in the worker's thread."""
    if frame.octets is None:
        display.sleep()
    else:
        picture = Image.frombytes("1", SIZE, frame.octets)
        display.show(picture, frame.contrast, anew=before is not None and before.period != frame.period)


class Screen:
    """Brings the newest picture to the glass, whatever the display does."""

    def __init__(
        self, opener: Callable[[], Display], timebase: Timebase, report: Callable[[str], None], worker: Worker
    ) -> None:
        """`opener` opens the display (in the worker's thread), `report` gets a sentence for the log."""
        self._opener = opener
        self._timebase = timebase
        self._report = report
        self._worker = worker
        self._newest: tuple[Image.Image, Dimming] | None = None
        self._at_once = False
        self._offered = asyncio.Event()
        self._display: Display | None = None
        self._shown: _GlassState | None = None
        self._said = ""

    def offer(self, image: Image.Image, dimming: Dimming = BRIGHT, *, at_once: bool = True) -> None:
        """Show this picture next, in place of one that still waits; from the event loop, returns at once.

        One that is not wanted `at_once` waits until `MIN_INTERVAL_S` after the last; with one that is, it goes along.
        """
        self._newest = image, dimming
        self._at_once = self._at_once or at_once
        self._offered.set()

    async def run(self) -> None:
        """Keep the glass up to date until cancelled; then leave it dark."""
        pause = FIRST_PAUSE_S
        try:
            while True:
                try:
                    await self._serve()
                except (DisplayError, HungError) as trouble:
                    if self._shown is not None:
                        pause = FIRST_PAUSE_S
                    self._say(str(trouble))
                    await self._drop()
                await self._timebase.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            await self._leave()

    async def _serve(self) -> None:
        """Open the display and send pictures; ends by DisplayError and HungError only."""
        display = self._display = await self._worker.do(self._opener)
        due_s = self._timebase.now()
        while True:
            self._offered.clear()
            wanted = self._wanted()
            if wanted is None:
                self._at_once = False
                await self._offered.wait()
            elif self._at_once or (pause_s := due_s - self._timebase.now()) <= 0:
                self._at_once = False
                await self._worker.do(partial(_send, display, wanted, self._shown))
                self._shown = wanted
                due_s = self._timebase.now() + MIN_INTERVAL_S
                if self._said:
                    self._said = ""
                    self._report("the display is back")
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s / self._timebase.speed):
                        await self._offered.wait()

    def _wanted(self) -> "_GlassState | None":
        """What is to be sent now; `None` when it is on the glass."""
        if self._newest is None:
            return None
        image, dimming = self._newest
        frame = _ASLEEP
        if dimming.awake:
            picture = shifted(image, dimming.shift).tobytes()
            frame = _GlassState(picture, dimming.contrast, int(self._timebase.now() // REINIT_S))
        return None if frame == self._shown else frame

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self._report(sentence)

    async def _drop(self) -> None:
        """Close a display that failed: it is set up anew before it is written again."""
        self._shown = None
        if self._display is not None:
            display, self._display = self._display, None
            with suppress(HungError):
                await self._worker.do(display.close)

    async def _leave(self) -> None:
        if self._display is not None:
            display, self._display = self._display, None
            with suppress(TimeoutError, DisplayError, HungError):
                await asyncio.wait_for(self._worker.do(display.leave_dark), CLOSE_TIMEOUT_S)
        self._shown = None
        self._worker.end()
