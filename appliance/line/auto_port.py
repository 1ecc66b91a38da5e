"""Which port the meter is on, where nobody has said: the Pi's own pins, or a USB converter.

The pins' UART is always there, whether or not anything hangs on it, so that a port exists says nothing: what is heard
decides. Each port that comes into question is listened to for a while, and the first that gives an intact list is kept.
Several USB serial ports come into question only where one of them is known from before: the others may be anybody's.

A USB converter is named by what it says of itself (/dev/serial/by-id, systemd's 60-serial.rules): ttyUSB0 may be
ttyUSB1 when it is plugged in again.
"""

from pathlib import Path

AUTO = "auto"
HEADER = "serial0"
"""What Raspberry Pi OS and the image call the UART on pins 8 and 10."""
BY_ID = "serial/by-id"
QUIET_S = 12.0
"""Without an octet the next port is tried after this: the slowest meters send every 10 s (NVE's list of HAN data)."""
UNREAD_S = 90.0
"""With octets of which no list comes: longer than a search for the line's settings takes."""
FALLEN_SILENT_S = 300.0
"""A port that gave lists: a meter is silent for minutes while it is worked on, and nobody moves a plug faster."""


def usb_ports(dev: Path) -> tuple[str, ...]:
    """Return the USB serial ports below /dev, by the names that stay where there are any."""
    if found := sorted(dev.glob(f"{BY_ID}/*")):
        return tuple(map(str, found))
    return tuple(map(str, sorted([*dev.glob("ttyUSB*"), *dev.glob("ttyACM*")])))


class AutoPort:
    """Chooses among the ports that are there at each moment."""

    def __init__(self, known: str | None, dev: Path = Path("/dev")) -> None:
        """Choose among the ports below `dev`, first the one that is `known` from before."""
        self._dev = dev
        self._known = known
        self.port = known or str(dev / HEADER)
        """The chosen one."""

    def choose(self) -> str:
        """Return the port to open: the chosen one if it is there, else another."""
        there = self._there()
        if there and self.port not in there:
            self.port = there[0]
        return self.port

    def next(self) -> str:
        """Return the port to open after the chosen one, which is left."""
        there = self._there()
        if there:
            self.port = there[(there.index(self.port) + 1) % len(there)] if self.port in there else there[0]
        return self.port

    def gave_a_list(self) -> bool:
        """Keep the chosen port. Return whether that is news."""
        news, self._known = self._known != self.port, self.port
        return news

    def is_worth_leaving(self, *, open_s: float, silent_s: float, heard: bool, read: bool) -> bool:
        """Return whether another port shall be tried.

        This one has been open for `open_s`, and silent for `silent_s`; octets were `heard`, lists were `read` on it.
        """
        there = self._there()
        if not set(there) - {self.port}:
            return False
        if read:
            return silent_s >= FALLEN_SILENT_S
        if heard:
            return open_s >= UNREAD_S
        return open_s >= QUIET_S or self._known in set(there) - {self.port}

    def _there(self) -> tuple[str, ...]:
        """Return the ports that come into question, the known one first."""
        header, usb = str(self._dev / HEADER), usb_ports(self._dev)
        found = [header] if Path(header).exists() else []
        if self._known is not None and self._known in usb:
            return (self._known, *found)
        return (*found, *(usb if len(usb) == 1 else ()))
