"""A DS3231 on the display's bus: a clock with a cell of its own, which knows the time when the power comes back.

It is read and set from here and not by the kernel's driver: that one takes its note of a cell that was dead (the
oscillator stop flag) away before anybody has seen it, and sets the system's clock by whatever the chip says. A chip is
believed only when it bears our mark, which is written after the time was set from a clock that was confirmed. The mark
lies in the two alarms, which nothing here uses and which need the cell as the time does: it goes with the chip, and not
with the card.

Registers and bits: DS3231 data sheet, 19-5170 rev. 10, "Timekeeping Registers" and the pages that follow it.
"""

import errno
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

ADDRESS = 0x68
_REGISTERS = 0x13
_TIME, _MARK, _CONTROL, _STATUS = 0x00, 0x08, 0x0E, 0x0F
_TIME_OCTETS = 7
_STOPS_ON_BATTERY, _ALARMS_CALL = 0x80, 0x03
_HAS_STOPPED = 0x80
_OURS = bytes((0x52, 0x19, 0x23, 0x41, 0x17, 0x29))
"""Alarm 1 at 19:52 on a 23rd and alarm 2 at 17:41 on a 29th: no chip wakes up with it. The seconds of alarm 1 are left
out, since the older DS1307 and DS1338 have their control register there (data sheets, "Address Map", 07h)."""
_NO_MARK = bytes(len(_OURS))
_ALWAYS_ZERO = {0x00: 0x80, 0x01: 0x80, 0x02: 0x80, 0x03: 0xF8, 0x04: 0xC0, 0x05: 0x60, _STATUS: 0x70, 0x12: 0x3F}
"""Bits that a DS3231 always gives as 0, by register."""
_HOURS_AM_PM = 0x40
_CENTURY = 0x80
_NO_ANSWER = (errno.ENXIO, errno.EREMOTEIO, errno.ENODEV, errno.ENOENT)


class ClockBus(Protocol):
    """An open I2C bus, as far as smbus2's is used here; the model of the chip is one too."""

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> Sequence[int]:
        """Return up to 32 octets from a register on. Raises OSError."""

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Sequence[int]) -> None:
        """Write up to 32 octets from a register on. Raises OSError."""

    def close(self) -> None:
        """Give the bus back."""


def open_bus(number: int) -> ClockBus:
    """Open /dev/i2c-`number`. Raises OSError."""
    from smbus2 import SMBus  # here, since only a program that has a bus pays for it

    bus: ClockBus = SMBus(number)
    return bus


class NoClockError(Exception):
    """There is none: nothing answers, or what answers is another chip, or the kernel's; one sentence."""


class BatteryClock:
    """The chip; each call opens the bus and gives it back, and may take as long as the bus does."""

    def __init__(self, opener: Callable[[], ClockBus]) -> None:
        self._opener = opener

    def read(self) -> datetime | None:
        """Return its time, UTC; `None` when nobody knows what it shows. Raises NoClockError and OSError."""
        bus = self._opener()
        try:
            return told(_registers(bus))
        finally:
            bus.close()

    def set(self, utc: datetime) -> None:
        """Set it, to the nearest second, and mark it as right. Raises NoClockError and OSError."""
        bus = self._opener()
        try:
            registers = _registers(bus)
            nearest = (utc + timedelta(seconds=0.5)).astimezone(UTC)
            # a cut between two of these leaves it without the mark
            bus.write_i2c_block_data(ADDRESS, _MARK, _NO_MARK)
            control = registers[_CONTROL] & ~(_STOPS_ON_BATTERY | _ALARMS_CALL)
            bus.write_i2c_block_data(ADDRESS, _CONTROL, bytes((control,)))
            bus.write_i2c_block_data(ADDRESS, _TIME, _written(nearest))
            bus.write_i2c_block_data(ADDRESS, _STATUS, bytes((registers[_STATUS] & ~_HAS_STOPPED & 0xFF,)))
            bus.write_i2c_block_data(ADDRESS, _MARK, _OURS)
        finally:
            bus.close()


def told(registers: Sequence[int]) -> datetime | None:
    """Return the time that a DS3231's registers tell, UTC; `None` when it has stopped, or does not bear our mark."""
    if registers[_STATUS] & _HAS_STOPPED or bytes(registers[_MARK : _MARK + len(_OURS)]) != _OURS:
        return None
    if registers[2] & _HOURS_AM_PM or registers[_CONTROL] & _STOPS_ON_BATTERY:
        return None  # somebody else has set it since
    second, minute, hour, _weekday, day, month, year = registers[_TIME : _TIME + _TIME_OCTETS]
    try:
        return datetime(
            2000 + _digits(year), _digits(month & ~_CENTURY), _digits(day),
            _digits(hour), _digits(minute), _digits(second), tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return None


def _registers(bus: ClockBus) -> Sequence[int]:
    """Return the registers of a chip that is a DS3231. Raises NoClockError and OSError."""
    try:
        registers = bus.read_i2c_block_data(ADDRESS, 0, _REGISTERS)
    except OSError as error:
        if error.errno in _NO_ANSWER:
            raise NoClockError("there is no battery clock") from error
        if error.errno == errno.EBUSY:
            raise NoClockError("the kernel has the battery clock, and sets this machine's clock by it") from error
        raise
    if len(registers) < _REGISTERS or any(registers[place] & bits for place, bits in _ALWAYS_ZERO.items()):
        raise NoClockError(f"what answers at address 0x{ADDRESS:02X} is no DS3231, and is left alone")
    return registers


def _digits(octet: int) -> int:
    """Return the number of two decimal digits in an octet. Raises ValueError where one is above 9."""
    return int(f"{octet:02x}")


def _written(utc: datetime) -> bytes:
    """Return the seven registers of a time."""
    numbers = (utc.second, utc.minute, utc.hour, utc.isoweekday(), utc.day, utc.month, utc.year % 100)
    return bytes(int(f"{number:02d}", 16) for number in numbers)
