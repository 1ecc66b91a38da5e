"""What the search for the line's settings and the port have to do with each other: a narrow seam.

A search for the line's settings lives on what a receiver notices of wrong ones: octets whose parity or stop bit did
not fit, and breaks. A pseudo-terminal knows none of these, so ports are opened through this seam: the real port
(`serialport`) implements it, and so does the model of a UART at bit level that the tests have.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Parity(StrEnum):
    """The bit after the data bits."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How a line is read; one stop bit always. As text it is what people write: 2400 8E1."""

    baud: int = 2400
    parity: Parity = Parity.NONE
    data_bits: int = 8

    @property
    def octet_s(self) -> float:
        """How long an octet takes on the line, s."""
        return (2 + self.data_bits + (self.parity is not Parity.NONE)) / self.baud

    def __str__(self) -> str:
        return f"{self.baud} {self.data_bits}{self.parity.name[0]}1"


@dataclass(frozen=True, slots=True)
class Counters:
    """What a port has noticed since it was opened."""

    parity: int = 0
    framing: int = 0
    """Octets without a stop bit."""
    overruns: int = 0
    """Octets that were not fetched in time."""
    breaks: int = 0
    """Times the line was low for longer than an octet."""

    @property
    def errors(self) -> int:
        """All that wrong settings, noise or an inverted line cause."""
        return self.parity + self.framing + self.breaks

    def since(self, earlier: "Counters") -> "Counters":
        """Return what was counted after `earlier`."""
        return Counters(
            self.parity - earlier.parity,
            self.framing - earlier.framing,
            self.overruns - earlier.overruns,
            self.breaks - earlier.breaks,
        )


@dataclass(frozen=True, slots=True)
class Received:
    """Octets that came together, all of them, also those that came with an error."""

    octets: bytes
    wrong: tuple[int, ...] = ()
    """Places of the octets that came with a parity or framing error; a break is an octet 00 with an error."""
    errors: int | None = None
    """Errors by the port's counters since it was last read; `None` where it has none."""

    @property
    def error_count(self) -> int:
        """The number of errors, by marks or counters, whichever the driver has."""
        return max(len(self.wrong), self.errors or 0)

    @property
    def ends_wrong(self) -> bool:
        """The last octet came with an error."""
        return bool(self.wrong) and self.wrong[-1] == len(self.octets) - 1

    @property
    def ends_in_break(self) -> bool:
        """The last that came was a break, or an octet 00 with an error, which looks the same."""
        return self.ends_wrong and self.octets[-1] == 0


class Port(Protocol):
    """An open serial port. What the device refuses or does not survive is raised as OSError."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when octets have come."""

    def apply(self, settings: SerialSettings) -> bool:
        """Read with these settings from now on. Return whether the device took them. What has come is kept."""

    def read(self) -> Received | None:
        """Return what has come: without octets when nothing has, `None` when the port has gone."""

    def counters(self) -> Counters | None:
        """Return what was counted since the port was opened; `None` where the driver does not count."""

    def close(self) -> None:
        """Give the port back."""
