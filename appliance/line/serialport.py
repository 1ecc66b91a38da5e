"""A port of this machine, by termios(3).

Errors come in two ways, and a driver may have either, both or none. With PARMRK and INPCK the terminal marks an octet
that came with an error in the stream, FF 00 and the octet, and doubles a real FF. And TIOCGICOUNT counts parity and
framing errors and breaks apart (linux/serial.h, `serial_icounter_struct`). A pseudo-terminal only doubles FF, and
takes no parity at all: it says so only when it is asked what it took.
"""

import contextlib
import fcntl
import os
import struct
import termios

import serial

from appliance.line.port import Counters, Parity, Received, SerialSettings

_CHUNK = 4096
_TIOCGICOUNT = 0x545D
_ICOUNTER = struct.Struct("20i")  # cts dsr rng dcd rx tx frame overrun parity brk buf_overrun, and nine reserved
_MARK = 0xFF
_IFLAG, _CFLAG, _ISPEED, _OSPEED = 0, 2, 4, 5
_SPEEDS = {2400: termios.B2400, 9600: termios.B9600, 115200: termios.B115200}
_SIZES = {7: termios.CS7, 8: termios.CS8}
_PARITIES = {Parity.NONE: 0, Parity.EVEN: termios.PARENB, Parity.ODD: termios.PARENB | termios.PARODD}
_SHAPE = termios.CSIZE | termios.PARENB | termios.PARODD | termios.CSTOPB


class SerialPort:
    """An open serial port that no other program has."""

    def __init__(self, name: str) -> None:
        """Open the port at 2400 8N1, which every device takes. Raises OSError and termios.error."""
        self._device = serial.Serial(name, 2400, timeout=0, exclusive=True)
        try:
            self._mark_errors()
            self._marks = Marks()
            self._zero = self._counted()
            self._seen = Counters()
        except (OSError, termios.error):
            self._device.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor."""
        return int(self._device.fileno())

    def apply(self, settings: SerialSettings) -> bool:
        """Read with these settings from now on. Return whether the device took them."""
        wanted, speed = _SIZES[settings.data_bits] | _PARITIES[settings.parity], _SPEEDS[settings.baud]
        try:
            mode = termios.tcgetattr(self.fileno())
            mode[_CFLAG] = mode[_CFLAG] & ~_SHAPE | wanted
            mode[_ISPEED] = mode[_OSPEED] = speed
            with contextlib.suppress(termios.error):  # the C library's own word for nothing that could be changed
                termios.tcsetattr(self.fileno(), termios.TCSANOW, mode)
            took = termios.tcgetattr(self.fileno())
        except termios.error as error:
            raise OSError(*error.args) from None
        return bool(took[_CFLAG] & _SHAPE == wanted and took[_ISPEED] == speed)

    def read(self) -> Received | None:
        """Return what has come; `None` when the port has gone."""
        try:
            raw = os.read(self.fileno(), _CHUNK)
        except BlockingIOError:
            return Received(b"")
        if not raw:
            return None
        octets, wrong = self._marks.feed(raw)
        if (counters := self.counters()) is None:
            return Received(octets, wrong)
        errors = counters.since(self._seen).errors
        self._seen = counters
        return Received(octets, wrong, errors)

    def counters(self) -> Counters | None:
        """Return what was counted since the port was opened; `None` where the driver does not count."""
        now = self._counted()
        return None if now is None or self._zero is None else now.since(self._zero)

    def close(self) -> None:
        """Give the port back."""
        self._device.close()

    def _mark_errors(self) -> None:
        mode = termios.tcgetattr(self.fileno())
        mode[_IFLAG] |= termios.PARMRK | termios.INPCK
        mode[_IFLAG] &= ~(termios.IGNBRK | termios.BRKINT | termios.IGNPAR | termios.ISTRIP)
        termios.tcsetattr(self.fileno(), termios.TCSANOW, mode)

    def _counted(self) -> Counters | None:
        """Return the driver's counters since the machine started."""
        try:
            numbers = _ICOUNTER.unpack(fcntl.ioctl(self.fileno(), _TIOCGICOUNT, bytes(_ICOUNTER.size)))
        except OSError:
            return None
        framing, overruns, parity, breaks = numbers[6:10]
        return Counters(parity, framing, overruns, breaks)


class Marks:
    """Takes the terminal's marks out of a stream, however it is cut."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, raw: bytes) -> tuple[bytes, tuple[int, ...]]:
        """Return the octets, and the places of those that were marked."""
        if not self._begun and _MARK not in raw:
            return raw, ()
        raw, self._begun = self._begun + raw, b""
        octets, wrong, place = bytearray(), [], 0
        while place < len(raw):
            if raw[place] != _MARK:
                octets.append(raw[place])
                place += 1
            elif raw.startswith(b"\xff\xff", place):
                octets.append(_MARK)
                place += 2
            elif place + 2 < len(raw):
                wrong.append(len(octets))
                octets.append(raw[place + 2])
                place += 3
            else:
                self._begun = raw[place:]
                break
        return bytes(octets), tuple(wrong)
