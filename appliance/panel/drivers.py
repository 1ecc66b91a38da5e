"""luma's three display drivers, fit for a process that runs for years on a small computer.

They are luma's own classes with two changes, and send the same octets (a test compares them):

- A picture is turned into the chip's octets by Pillow. luma goes through the 8192 pixels one by one in Python: some
  eight times the work, all of it under the interpreter's lock, so a lamp that has to change at the same moment waits;
  and it does so by Pillow's `getdata`, which is on its way out.
- A device can be dropped. luma's base class registers an exit hook that holds the device, its bus and its open file
  for ever, and cannot be taken back, so a display that is opened again after every fault would leak each time.
  `Droppable` stands between a driver and that base class and does the rest of the base's work. The screen clears the
  glass at the end by itself.

This module is imported when the first display is opened: luma takes memory and start-up time.
"""

from collections.abc import Callable, Sequence
from typing import Any

from luma.core.device import device
from luma.core.interface.serial import i2c
from luma.oled.device import sh1106, ssd1306, ssd1309
from PIL import Image
from smbus2 import i2c_msg

PAGES = 8
DATA = 0x40


class Wire(i2c):  # type: ignore[misc]  # luma carries no types
    """luma's I2C interface on a bus that is already open.

    luma sends whole pictures only on a bus that it has opened itself, else blocks of 32 octets. This one sends them
    whole on any: one system call in place of 32, and 6 % less on the bus.
    """

    def __init__(self, bus: Any, address: int) -> None:
        super().__init__(bus=bus, address=address)
        self._open_bus = bus
        self._address = address

    def data(self, data: Sequence[int]) -> None:
        """Send data octets in one write."""
        self._open_bus.i2c_rdwr(i2c_msg.write(self._address, bytes((DATA, *data))))


class Droppable(device):  # type: ignore[misc]  # luma carries no types
    """What luma's base class sets up, without its exit hook; comes after a driver in the order of inheritance."""

    def __init__(self, const: Any, serial_interface: Any) -> None:
        self._const = const
        self._serial_interface = serial_interface


def page_octets(image: Image.Image) -> list[bytes]:
    """A one-bit picture as the chips want it: for each eight rows an octet a column, the topmost pixel in bit 0."""
    # Turned on its side a column is a row, and eight of its pixels are an octet, lowest bit first with "1;R".
    columns = image.transpose(Image.Transpose.TRANSPOSE).tobytes("raw", "1;R")
    return [columns[page::PAGES] for page in range(PAGES)]


class _OneWindow:
    """Writing for chips with horizontal addressing: the whole memory in one go."""

    def display(self: Any, image: Image.Image) -> None:
        """Show a one-bit picture of the display's size."""
        self.command(self._const.COLUMNADDR, 0, self._w - 1, self._const.PAGEADDR, 0, PAGES - 1)
        self.data(b"".join(page_octets(self.preprocess(image))))


class _PageByPage:
    """Writing for a chip with page addressing only."""

    def display(self: Any, image: Image.Image) -> None:
        """Show a one-bit picture of the display's size."""
        for page, octets in enumerate(page_octets(self.preprocess(image))):
            self.command(0xB0 + page, self._page_address_offset, 0x10)
            self.data(octets)


class Ssd1306(_OneWindow, ssd1306, Droppable):  # type: ignore[misc]  # luma carries no types
    """The 0.96 inch display."""


class Ssd1309(_OneWindow, ssd1309, Droppable):  # type: ignore[misc]  # luma carries no types
    """The 2.42 inch display."""


class Sh1106(_PageByPage, sh1106, Droppable):  # type: ignore[misc]  # luma carries no types
    """The 1.3 inch display."""


DRIVERS: dict[str, Callable[..., Any]] = {"ssd1306": Ssd1306, "ssd1309": Ssd1309, "sh1106": Sh1106}
"""By the names that luma gives its devices."""
