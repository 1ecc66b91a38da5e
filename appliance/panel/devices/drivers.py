"""luma's three display drivers, fit for a process that runs for years on a small computer.

They are luma's own classes with four changes, and a whole picture is sent in the same octets (a test compares them):

- A picture is turned into the chip's octets by Pillow. luma goes through the 8192 pixels one by one in Python: some
  eight times the work, all of it under the interpreter's lock, so a lamp that has to change at the same moment waits;
  and it does so by Pillow's `getdata`, which is on its way out.
- A device can be dropped. luma's base class registers an exit hook that holds the device, its bus and its open file
  for ever, and cannot be taken back, so a display that is opened again after every fault would leak each time.
  `NoExitHook` stands between a driver and that base class and does the rest of the base's work. The screen clears the
  glass at the end by itself.
- Of a picture that follows another, only what changed is sent: of each stripe of eight rows the columns from the first
  to the last that differ, or the whole where that is less.
- The set-up can be sent again. A display whose supply failed for a moment between two pictures comes back dark, with
  noise in its memory, and takes what is sent as if nothing had happened: the bus gives no sign. So the screen sets it
  up again now and then.

This module is imported when the first display is opened: luma takes memory and start-up time.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from luma.core.device import device
from luma.core.interface.serial import i2c
from luma.oled.device import sh1106, ssd1306, ssd1309
from PIL import Image
from smbus2 import i2c_msg

PAGES = 8
DATA = 0x40
SPAN_OCTETS = 30
"""What a span costs beside its own octets: ten that say where it goes, and the time of twenty for two system calls."""
WHOLE_OCTETS = 1024 + SPAN_OCTETS


class Wire(i2c):  # type: ignore[misc]  # luma carries no types
    """luma's I2C interface on a bus that is already open.

    luma sends whole pictures only on a bus that it has opened itself, else blocks of 32 octets. This one sends them
    whole on any: one system call in place of 32, and 6 % less on the bus.
    """

    def __init__(self, bus: Any, address: int) -> None:
        """Write to the device at this address of an open bus."""
        super().__init__(bus=bus, address=address)
        self._open_bus = bus
        self._address = address

    def data(self, data: Sequence[int]) -> None:
        """Send data octets in one write."""
        self._open_bus.i2c_rdwr(i2c_msg.write(self._address, bytes((DATA, *data))))


class NoExitHook(device):  # type: ignore[misc]  # luma carries no types
    """What luma's base class sets up, without its exit hook; comes after a driver in the order of inheritance."""

    def __init__(self, const: Any, serial_interface: Any) -> None:
        self._const = const
        self._serial_interface = serial_interface


class PartialUpdate:
    """Sends what changed, and the set-up again on demand; comes before a driver in the order of inheritance."""

    _set_up: tuple[int, ...] = ()
    _sent: list[bytes] | None = None
    """What the chip's memory holds; `None` while that is not certain."""

    def command(self, *octets: int) -> None:
        """Send a command; the first is luma's set-up, and begins with switching the display off."""
        if not self._set_up:
            self._set_up = octets[1:]
        device.command(self, *octets)

    def init(self) -> None:
        """Send luma's set-up once more, but leave the display on; the next picture is sent whole."""
        self._sent = None
        device.command(self, *self._set_up)

    def display(self: Any, image: Image.Image) -> None:
        """Show a one-bit picture of the display's size."""
        after, before = page_octets(self.preprocess(image)), self._sent
        self._sent = None
        spans = [] if before is None else list(changes(before, after))
        if before is None or sum(SPAN_OCTETS + end - first for _, first, end in spans) > WHOLE_OCTETS:
            self.send_whole(after)
        else:
            for page, first, end in spans:
                self.send_span(page, first, after[page][first:end])
        self._sent = after


def page_octets(image: Image.Image) -> list[bytes]:
    """Return a one-bit picture as the chips want it: for each eight rows an octet a column, topmost pixel in bit 0."""
    # Turned on its side a column is a row, and eight of its pixels are an octet, lowest bit first with "1;R".
    columns = image.transpose(Image.Transpose.TRANSPOSE).tobytes("raw", "1;R")
    return [columns[page::PAGES] for page in range(PAGES)]


def changes(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[tuple[int, int, int]]:
    """Yield the pages that differ, each with its first column that does and the one after its last."""
    for page, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            differ = int.from_bytes(old, "big") ^ int.from_bytes(new, "big")
            first = len(new) - (differ.bit_length() + 7) // 8
            end = len(new) - ((differ & -differ).bit_length() - 1) // 8
            yield page, first, end


class _OneWindow(PartialUpdate):
    """Writing for chips with horizontal addressing, by a window of columns and pages."""

    def send_whole(self: Any, pages: Sequence[bytes]) -> None:
        """Send the whole memory in one go."""
        self.command(self._const.COLUMNADDR, 0, self._w - 1, self._const.PAGEADDR, 0, PAGES - 1)
        self.data(b"".join(pages))

    def send_span(self: Any, page: int, column: int, octets: bytes) -> None:
        """Send a part of one page from a column on."""
        last = column + len(octets) - 1
        self.command(self._const.COLUMNADDR, column, last, self._const.PAGEADDR, page, page)
        self.data(octets)


class _PageByPage(PartialUpdate):
    """Writing for a chip with page addressing only."""

    def send_whole(self: Any, pages: Sequence[bytes]) -> None:
        """Send one page after the other."""
        for page, octets in enumerate(pages):
            self.send_span(page, 0, octets)

    def send_span(self: Any, page: int, column: int, octets: bytes) -> None:
        """Send a part of one page from a column on."""
        start = self._page_address_offset + column
        self.command(0xB0 + page, start & 0x0F, 0x10 + (start >> 4))
        self.data(octets)


class Ssd1306(_OneWindow, ssd1306, NoExitHook):  # type: ignore[misc]  # luma carries no types
    """The 0.96 inch display."""


class Ssd1309(_OneWindow, ssd1309, NoExitHook):  # type: ignore[misc]  # luma carries no types
    """The 2.42 inch display."""


class Sh1106(_PageByPage, sh1106, NoExitHook):  # type: ignore[misc]  # luma carries no types
    """The 1.3 inch display."""


DRIVERS: dict[str, Callable[..., Any]] = {"ssd1306": Ssd1306, "ssd1309": Ssd1309, "sh1106": Sh1106}
"""By the names that luma gives its devices."""
