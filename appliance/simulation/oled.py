"""What an OLED module would show, worked out from the octets on its I2C bus.

A picture in memory proves little: a wrong memory mode, a column too far to the left or a display that was never
switched on are all invisible in it. So the display is tested, and the demo is shown, on this model of the controller.
It takes the same writes as the chip, keeps the chip's registers and memory, and gives out the 128x64 pixels that a
person would see. Nothing above it knows whether the bus is real.

Made from the makers' command tables: Solomon Systech SSD1306 rev 1.1 (sections 8.1.5 bus, 9 and 10 commands),
SSD1309 rev 1.1 (section 9), Sino Wealth SH1106 v2.3 (section "Commands"). Left out, because no driver here asks for
them: scrolling, fading, reading back, the pin configuration DA and everything that is only a voltage or a frequency;
their parameters are swallowed as the chip would.
"""

import errno
import os
import random
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from appliance.settings.model import Chip

if TYPE_CHECKING:
    from smbus2 import i2c_msg

WIDTH, HEIGHT, PAGES = 128, 64, 8
LARGEST_BLOCK = 32
"""Octets in one SMBus block write (SMBus 2.0, section 5.5.7), beside the register octet."""
CONTINUATION, DATA = 0x80, 0x40
"""Bits of the control octet (SSD1306 section 8.1.5.2): one more control octet follows; this is data, not a command."""

COLUMNS = {"ssd1306": 128, "ssd1309": 128, "sh1106": 132}
FIRST_SHOWN = {"ssd1306": 0, "ssd1309": 0, "sh1106": 2}
"""The 128 segments of an SH1106 module are bonded in the middle of the chip's 132."""

_ALL = {0x81: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}
_SOLOMON = _ALL | {0x20: 1, 0x21: 2, 0x22: 2, 0xA3: 2}
PARAMETERS: dict[str, dict[int, int]] = {
    "ssd1306": _SOLOMON | {0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x8D: 1},
    "ssd1309": _SOLOMON | {0xFD: 1},
    "sh1106": _ALL | {0xAD: 1},
}
"""Parameter octets after a command. One that is not here has none: to an SH1106 the 00 of "20 00" is a command."""


class Addressing(IntEnum):
    """Where the pointer goes after an octet of data (SSD1306 section 10.1.3)."""

    HORIZONTAL = 0
    VERTICAL = 1
    PAGE = 2


class Memory:
    """The display RAM and the pointer into it: a page is eight rows, an octet eight pixels, bit 0 on top."""

    def __init__(self, columns: int, *, wraps: bool) -> None:
        # RAM wakes up with whatever it likes: a driver that forgets to clear it is found out.
        noise = random.Random(columns)
        self.pages = [bytearray(noise.randbytes(columns)) for _ in range(PAGES)]
        self.addressing = Addressing.PAGE
        self.remapped = False
        self.column = 0
        self.page = 0
        self._columns = columns
        self._wraps = wraps
        self._first_column, self._last_column = 0, columns - 1
        self._first_page, self._last_page = 0, PAGES - 1

    def window_columns(self, first: int, last: int) -> None:
        """Set the columns of the window and go to its first (SSD1306 section 10.1.4)."""
        self._first_column, self._last_column = first, max(first, last)
        self.column = first

    def window_pages(self, first: int, last: int) -> None:
        """Set the pages of the window and go to its first (SSD1306 section 10.1.5)."""
        self._first_page, self._last_page = first, max(first, last)
        self.page = first

    def write(self, octets: memoryview) -> None:
        """Write data from the pointer on."""
        while octets:
            run = self._run()
            if run <= 0:
                return
            self._place(octets[:run])
            octets = octets[run:]

    def _run(self) -> int:
        """How many octets go into the page before the pointer leaves it; 0 at an end that does not wrap."""
        match self.addressing:
            case Addressing.VERTICAL:
                return 1
            case Addressing.HORIZONTAL if self.column <= self._last_column:
                return self._last_column - self.column + 1
            case _:
                return self._columns - self.column

    def _place(self, octets: memoryview) -> None:
        first, after = self.column, self.column + len(octets)
        if self.remapped:
            self.pages[self.page][self._columns - after : self._columns - first] = bytes(octets)[::-1]
        else:
            self.pages[self.page][first:after] = octets
        self._advance(after)

    def _advance(self, column: int) -> None:
        match self.addressing:
            case Addressing.VERTICAL:
                if self.page != self._last_page:
                    self.page = (self.page + 1) % PAGES
                else:
                    self.page = self._first_page
                    self.column = self._first_column if column > self._last_column else column
            case Addressing.HORIZONTAL:
                self.column = column
                if column == self._last_column + 1 or column == self._columns:
                    self.column = self._first_column
                    self.page = self._first_page if self.page == self._last_page else (self.page + 1) % PAGES
            case Addressing.PAGE:
                # SH1106, "Set Column Address": the counter runs to 132 and there it stands; an SSD1306 starts the
                # page again (section 10.1.3).
                self.column = 0 if self._wraps and column == self._columns else column


class Glass:
    """One display module on an I2C bus of its own; it has the face of an opened `smbus2.SMBus`.

    `contrast` (0 to 255) is what was last set. `bus_octets` and `bus_writes` count what crossed the bus, address and
    control octets included; an octet takes nine bits of the bus clock.
    """

    def __init__(self, chip: Chip, address: int = 0x3C) -> None:
        self.chip = chip
        self.address = address
        self.bus_octets = 0
        self.bus_writes = 0
        self._plugged = True
        self._power_on()

    def _power_on(self) -> None:
        """Set the registers as after reset: SSD1306 section 8.9 and the "RESET" marks of section 9."""
        self._memory = Memory(COLUMNS[self.chip], wraps=self.chip != "sh1106")
        self._pending = bytearray()
        self._awaited = 0
        self.on = False
        self.contrast = 0x7F
        self._inverted = False
        self._all_on = False
        self._scans_down = False
        self._start_line = 0
        self._offset = 0
        self._rows = HEIGHT
        # An SSD1306 module has no other source of the panel's voltage than the chip's pump, which is off at reset.
        # An SSD1309 module has a converter beside it; an SH1106 switches its own on (AD, reset value 8B).
        self._has_voltage = self.chip != "ssd1306"

    def unplug(self) -> None:
        """Pull the wires: nothing answers on the bus, and nothing shines."""
        self._plugged = False
        self._power_on()

    def plug(self) -> None:
        """Put the wires back, maybe on a module with another `chip`: it starts from reset, with noise in its memory."""
        self._power_on()
        self._plugged = True

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Sequence[int]) -> None:
        """Write an SMBus block of at most 32 octets. Raises OSError EREMOTEIO when no chip has that address."""
        if len(data) > LARGEST_BLOCK:
            raise ValueError(f"an SMBus block holds at most {LARGEST_BLOCK} octets, not {len(data)}")
        self._receive(i2c_addr, bytes((register, *data)))

    def i2c_rdwr(self, *i2c_msgs: "i2c_msg") -> None:
        """Raw I2C writes of any length. Raises OSError: EREMOTEIO as above, EOPNOTSUPP for a read."""
        for message in i2c_msgs:
            if message.flags:
                raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
            self._receive(message.addr, bytes(message))

    def open(self, number: int) -> "Glass":  # noqa: ARG002 - it hangs on every bus
        """Be the bus of this number."""
        return self

    def close(self) -> None:
        """Close the bus, as one closes an SMBus; the module keeps what it shows."""

    def picture(self) -> Image.Image:
        """Return what a person in front of the module sees: mode "1", 128x64, black while it is off.

        The module is mounted as they all are: upright after A1 and C8, turned by half after A0 and C0.
        """
        if not (self.on and self._has_voltage):
            return Image.new("1", (WIDTH, HEIGHT))
        if self._all_on:
            return Image.new("1", (WIDTH, HEIGHT), 1)
        stored = self._stored()
        return self._arranged(ImageChops.invert(stored) if self._inverted else stored)

    def _stored(self) -> Image.Image:
        """Return the RAM by rows, with segment 127 on the left, where these modules have it."""
        first = FIRST_SHOWN[self.chip]
        stripes = bytearray(WIDTH * PAGES)
        for page, octets in enumerate(self._memory.pages):
            stripes[page::PAGES] = octets[first : first + WIDTH][::-1]
        upright = Image.frombytes("1", (HEIGHT, WIDTH), bytes(stripes), "raw", "1;R")
        return upright.transpose(Image.Transpose.TRANSPOSE)

    def _arranged(self, stored: Image.Image) -> Image.Image:
        """Return the rows in the order in which they are scanned onto the glass (SSD1306 tables 10-1 and 10-2)."""
        order = [self._row_at(line) for line in range(HEIGHT)]
        if order == list(range(HEIGHT)):
            return stored
        glass = Image.new("1", (WIDTH, HEIGHT))
        for line, row in enumerate(order):
            if row is not None:
                glass.paste(stored.crop((0, row, WIDTH, row + 1)), (0, line))
        return glass

    def _row_at(self, line: int) -> int | None:
        """Which row of the RAM lights a line of the glass, if any; COM63 drives the topmost line."""
        common = HEIGHT - 1 - line
        scanned = self._rows - 1 - common if self._scans_down else common
        row = (scanned + self._offset) % HEIGHT
        if scanned < 0 or row >= self._rows:
            return None
        return (row + self._start_line) % HEIGHT

    def _receive(self, address: int, octets: bytes) -> None:
        """One write transaction, from the control octet on (SSD1306 section 8.1.5)."""
        if not self._plugged or address != self.address:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        self.bus_writes += 1
        self.bus_octets += 1 + len(octets)
        rest = memoryview(octets)
        while len(rest) > 1:
            control, end = rest[0], 2 if rest[0] & CONTINUATION else len(rest)
            if control & DATA:
                self._memory.write(rest[1:end])
            else:
                for octet in rest[1:end]:
                    self._command_octet(octet)
            rest = rest[end:]

    def _command_octet(self, octet: int) -> None:
        """Gather a command and its parameters, over as many transactions as they come in."""
        if not self._pending:
            self._awaited = PARAMETERS[self.chip].get(octet, 0)
        self._pending.append(octet)
        if len(self._pending) > self._awaited:
            command, *parameters = self._pending
            self._pending.clear()
            if not self._addressed(command, parameters):
                self._set(command, parameters)

    def _addressed(self, command: int, parameters: Sequence[int]) -> bool:
        """Obey a command that moves the pointer; False when it is none of these."""
        memory = self._memory
        in_page_mode = memory.addressing is Addressing.PAGE
        match command:
            case _ if command <= 0x0F and in_page_mode:
                memory.column = memory.column & 0xF0 | command
            case _ if 0x10 <= command <= 0x1F and in_page_mode:
                high = command & (0x0F if self.chip == "sh1106" else 0x07)
                memory.column = high << 4 | memory.column & 0x0F
            case _ if 0xB0 <= command <= 0xB7 and in_page_mode:
                memory.page = command & 0x07
            case 0x20 if parameters and parameters[0] & 0x03 <= Addressing.PAGE:
                memory.addressing = Addressing(parameters[0] & 0x03)
            case 0x21 if parameters:
                memory.window_columns(parameters[0] & 0x7F, parameters[1] & 0x7F)
            case 0x22 if parameters:
                memory.window_pages(parameters[0] & 0x07, parameters[1] & 0x07)
            case _:
                return False
        return True

    def _set(self, command: int, parameters: Sequence[int]) -> None:
        """Obey a command that changes how the RAM is shown; one that is unknown does nothing."""
        match command:
            case 0x81:
                self.contrast = parameters[0]
            case 0x8D if parameters:
                self._has_voltage = bool(parameters[0] & 0x04)
            case 0xAD if parameters:
                self._has_voltage = bool(parameters[0] & 0x01)
            case 0xA0 | 0xA1:
                # It turns what is written from now on, not what is there (SSD1306 section 10.1.8).
                self._memory.remapped = command == 0xA1
            case 0xA4 | 0xA5:
                self._all_on = command == 0xA5
            case 0xA6 | 0xA7:
                self._inverted = command == 0xA7
            case 0xA8:
                self._rows = (parameters[0] & 0x3F) + 1
            case 0xAE | 0xAF:
                self.on = command == 0xAF
            case 0xD3:
                self._offset = parameters[0] & 0x3F
            case _ if 0x40 <= command <= 0x7F:
                self._start_line = command & 0x3F
            case _ if 0xC0 <= command <= 0xCF:
                self._scans_down = bool(command & 0x08)
