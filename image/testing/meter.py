"""A meter on the emulated PL011, in a house whose load the test sets.

It is the simulator's meter, and its octets come as on the wire: at the moments that the meter's description names, by
the wall's clock, 240 a second; while no program has the port open they are lost. It is day in its house, so that sounds
are made; it goes on over all power cuts of the appliance, as a meter does, and what it counted is the truth that the
history is held against.
"""

import asyncio
import fcntl
import socket
import struct
import termios
import time
from datetime import UTC, datetime, timedelta

from appliance.meter.reading import Maker
from appliance.simulation.house import House, Load
from appliance.simulation.meter import Meter

_OCTETS_A_SECOND = 240  # 2400 baud, ten bits an octet
_BURST = 12
_BEHIND = 2 * 768
"""What the host keeps for two bursts that wait, octets: so far an emulated Pi may be behind the line. One whose port is
closed takes none of them; with the next burst they are less than a list."""
CALM_W = 1180.0


class Household:
    """A house with one load, from a moment of a winter's day on."""

    def __init__(self, start: datetime = datetime(2026, 11, 3, 11, 7, tzinfo=UTC)) -> None:
        self.load_w = CALM_W
        self._start = start
        self._began = time.monotonic()
        self._house = House(loads=(Load("load", None, lambda _moment, _chance: self.load_w),))
        self.reached: dict[float, float] = {}
        """By power, W: when the first list since `load` that said so had gone into the line (monotonic, s)."""
        self.first_list: float | None = None
        """When the last octet of the first list since `speak` went in (monotonic, s)."""

    @property
    def utc(self) -> datetime:
        """The time of the house and its meter."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    @property
    def heard_from(self) -> datetime:
        """The house's time when the appliance had the first list since `speak`; now, while it had none."""
        ago_s = time.monotonic() - self.first_list if self.first_list is not None else 0.0
        return self.utc - timedelta(seconds=ago_s)

    def load(self, watts: float) -> None:
        """Have the house take this much from now on, W."""
        self.load_w = watts
        self.reached.clear()

    async def speak(self, wire: socket.socket) -> None:
        """Have a Kaifa meter speak on the wire, until cancelled or the machine is off."""
        self.first_list = None
        for sent in Meter(Maker.KAIFA, self._house, self.utc).sent():
            await asyncio.sleep(max(0.0, (sent.moment - self.utc).total_seconds()))
            if await _send(sent.octets, wire):
                self.first_list = self.first_list or time.monotonic()
                if sent.meant.power_import_w is not None:
                    self.reached.setdefault(sent.meant.power_import_w, time.monotonic())


async def _send(octets: bytes, wire: socket.socket) -> bool:
    """Send at the pace of the line. Return whether all was taken; the rest is lost, as on a wire."""
    began, taken = time.monotonic(), True
    for place in range(0, len(octets), _BURST):
        burst = octets[place : place + _BURST]
        await asyncio.sleep(began + (place + len(burst)) / _OCTETS_A_SECOND - time.monotonic())
        if _waiting(wire) > _BEHIND:
            taken = False
        else:
            wire.send(burst)
    return taken


def _waiting(wire: socket.socket) -> int:
    """Return what the host keeps for bursts that the UART has not taken yet, octets (SIOCOUTQ, unix(7))."""
    return int(struct.unpack("i", fcntl.ioctl(wire, termios.TIOCOUTQ, bytes(4)))[0])
