"""What only a system call tells: what answers on an I2C bus, which program holds a pin, whether the clock is set.

Nothing here changes anything. A display's status is one octet between two of its owner's transfers, which the kernel
keeps apart, and a pin's holder is read without taking the pin, so both may be asked beside a running appliance.
"""

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from appliance.system.clock import SystemClock

_I2C_SLAVE = 0x0703  # linux/i2c-dev.h
_GET_CHIPINFO = 0x8044B401  # linux/gpio.h, struct gpiochip_info
_GET_LINEINFO = 0xC100B405  # struct gpio_v2_line_info, 256 octets
_CHIP = struct.Struct("32s32sI")
_LINE = struct.Struct("32s32sIIQ176x")
_USED = 1  # GPIO_V2_LINE_FLAG_USED


@dataclass(frozen=True, slots=True)
class GpioLine:
    """A pin as the kernel sees it."""

    gpio: int
    holder: str | None
    """The program that has taken it, by its own word; `None` when none has."""


class Kernel:
    """The kernel of this machine."""

    def i2c_status(self, bus: Path, address: int) -> int:
        """Return the octet that the chip at this address gives when it is read.

        Raises OSError: ENXIO or EREMOTEIO when no chip answers, EBUSY when a driver of the kernel has the address.
        """
        descriptor = os.open(bus, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, _I2C_SLAVE, address)
            return os.read(descriptor, 1)[0]
        finally:
            os.close(descriptor)

    def gpio_label(self, chip: Path) -> str:
        """Return what the driver calls a chip of pins, such as pinctrl-bcm2835. Raises OSError."""
        octets = _ask(chip, _GET_CHIPINFO, bytes(_CHIP.size))
        _, label, _ = _CHIP.unpack(octets)
        return _name(label)

    def gpio_line(self, chip: Path, gpio: int) -> GpioLine:
        """Return a pin of a chip. Raises OSError."""
        octets = _ask(chip, _GET_LINEINFO, _LINE.pack(b"", b"", gpio, 0, 0))
        _, consumer, number, _, flags = _LINE.unpack(octets)
        return GpioLine(number, (_name(consumer) or "the kernel") if flags & _USED else None)

    def clock_set(self) -> bool:
        """Return whether the kernel believes that its clock is set (adjtimex(2))."""
        return SystemClock().synchronised()


def _ask(device: Path, request: int, octets: bytes) -> bytes:
    descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    try:
        return fcntl.ioctl(descriptor, request, octets)
    finally:
        os.close(descriptor)


def _name(octets: bytes) -> str:
    return octets.partition(b"\0")[0].decode("utf-8", "replace")
