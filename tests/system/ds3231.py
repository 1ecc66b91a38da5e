"""A DS3231 as its data sheet has it (19-5170 rev. 10), on a bus of its own: what a test may look at and spoil."""

import errno
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

AWAKE = bytes((0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x1C, 0x88, 0, 0x19, 0x40))
"""The registers after the first supply: 1 January 2000, day 1 of a week; the oscillator has stopped; 25.25 °C."""


class DS3231:
    """The chip: 19 registers and an oscillator that goes on without the Pi."""

    def __init__(self) -> None:
        self.registers = bytearray(AWAKE)
        self.there = True
        self.error = errno.EREMOTEIO
        self.writes: list[tuple[int, bytes]] = []
        self.breaks_after: int | None = None
        """The power fails after so many writes."""
        self.opened = self.closed = 0

    def open(self) -> "DS3231":
        self.opened += 1
        return self

    def close(self) -> None:
        self.closed += 1

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> Sequence[int]:
        self._answers(i2c_addr)
        return list(self.registers[register : register + length])

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Sequence[int]) -> None:
        self._answers(i2c_addr)
        if self.breaks_after is not None and len(self.writes) >= self.breaks_after:
            raise OSError(errno.EIO, "the power is gone")
        self.writes.append((register, bytes(data)))
        self.registers[register : register + len(data)] = bytes(data)

    def runs(self, seconds: float) -> None:
        """Let time pass, as figures 1 and 2 count it: in 24 hours, decimal digits."""
        second, minute, hour, _, day, month, year = (int(f"{octet:02x}") for octet in self.registers[:7])
        later = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC) + timedelta(seconds=seconds)
        fields = (later.second, later.minute, later.hour, later.isoweekday(), later.day, later.month, later.year - 2000)
        self.registers[:7] = bytes(int(str(number), 16) for number in fields)

    def _answers(self, address: int) -> None:
        assert address == 0x68
        if not self.there:
            raise OSError(self.error, "no answer")
