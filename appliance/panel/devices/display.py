"""The display on its bus: opening it, sending it a picture, and saying in words why it fails."""

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal, Protocol

from PIL import Image

from appliance.panel.devices.errors import DisplayError
from appliance.settings.model import Chip


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
    """An opened OLED display of 128x64 pixels on I2C. Every failure of it is a DisplayError.

    Its four legs: GND to ground, VCC to 3.3 V (never 5 V: its pull-up resistors would lift the Pi's pins to it), SCL
    to SCL1 (GPIO 3, leg 5 of the header) and SDA to SDA1 (GPIO 2, leg 3). The Pi has the pull-ups, 1.8 kohm::

        display = open_display("ssd1306", bus=1, address=0x3C)
        display.show(Image.new("1", (128, 64), 1))
    """

    def __init__(self, device: Any, bus: Bus, place: str) -> None:
        self.device = device
        """luma's device."""
        self._bus = bus
        self._place = place
        self._contrast: int | None = None
        self._awake = True

    def show(self, image: Image.Image, contrast: int | None = None, *, reinit: bool = False) -> None:
        """Send what differs of a picture (mode "1", 128x64) and the contrast (0 to 255) if it changed.

        With `reinit`, and after `sleep`, the display is set up again, gets the whole picture, and is switched on last.
        """
        with _in_words(self._place):
            if reinit := reinit or not self._awake:
                self.device.init()
            if contrast is not None and (reinit or contrast != self._contrast):
                self.device.contrast(contrast)
                self._contrast = contrast
            self.device.display(image)
            if reinit:
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
    """Raise a DisplayError in place of what luma and the kernel raise."""
    try:
        yield
    except OSError as error:
        raise DisplayError(f"{place} {_advice(error)}") from error
    except Exception as error:
        if not type(error).__module__.startswith("luma."):
            raise
        # luma says "device not found" for any command that was not acknowledged.
        raise DisplayError(f"{place} {_NO_ANSWER}") from error


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
