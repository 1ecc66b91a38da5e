"""DSMR 5 telegrams on a TCP port, as Home Assistant's `dsmr`, evcc and DSMR-reader take them from a network adapter.

A Swedish reader (form 5S) goes by the totals, a Dutch one by tariffs: here tariff 1 has all and tariff 2 has nothing.
What these readers can show and no Norwegian meter tells is left out: powers by phase, failures, sags and swells, gas.
The check sum is CRC-16/ARC (DSMR 5.0.2, section 6.2).
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from fastcrc.crc16 import arc

from appliance.household.situation import Situation
from appliance.links.link import Link, Task
from appliance.settings.model import P1Settings
from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

MOST_CLIENTS = 8
MOST_WAITING = 16_384
"""Octets that may wait for a client; then it is left."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0


def telegram(situation: Situation, appliance_id: str) -> bytes | None:
    """Return the telegram of the newest reading; `None` while the power or the time is not known."""
    if situation.power_import_w is None or situation.local_time is None:
        return None
    text = "".join(f"{line}\r\n" for line in _lines(situation, situation.local_time, appliance_id)) + "!"
    octets = text.encode("ascii")
    return octets + f"{arc(octets):04X}\r\n".encode("ascii")


def _lines(situation: Situation, local: datetime, appliance_id: str) -> Iterator[str]:
    yield "/HAN5Appliance"
    yield ""
    yield "1-3:0.2.8(50)"
    yield f"0-0:1.0.0({local:%y%m%d%H%M%S}{'S' if local.dst() else 'W'})"
    yield f"0-0:96.1.1({appliance_id.encode('ascii').hex().upper()})"
    for code, wh in (("1", situation.registers.import_wh), ("2", situation.registers.export_wh)):
        if wh is not None:
            kwh = f"{wh / 1000:010.3f}*kWh"
            yield f"1-0:{code}.8.0({kwh})"
            yield f"1-0:{code}.8.1({kwh})"
            yield f"1-0:{code}.8.2(000000.000*kWh)"
    yield "0-0:96.14.0(0001)"
    for code, watts in (("1", situation.power_import_w), ("2", situation.power_export_w)):
        yield f"1-0:{code}.7.0({(watts or 0.0) / 1000:06.3f}*kW)"
    for line, phase in zip((3, 5, 7), situation.phases, strict=True):
        if phase.voltage_v is not None:
            yield f"1-0:{line}2.7.0({phase.voltage_v:05.1f}*V)"
        if phase.current_a is not None:
            yield f"1-0:{line}1.7.0({abs(phase.current_a):05.1f}*A)"


class P1(Link):
    """Sends a telegram with each reading to whoever has connected."""

    name = "p1"

    def __init__(self, settings: P1Settings, timebase: Timebase, appliance_id: Callable[[], str | None]) -> None:
        """Listen by these settings; `appliance_id` is the name that stands in the telegram for a meter's number."""
        self._settings = settings
        self._timebase = timebase
        self._appliance_id = appliance_id
        self._id: str | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._readings = -1
        self._said = SayOnce(log)

    def show(self, situation: Situation) -> None:
        """Send the telegram of a new reading; a client that does not take what it was sent is left."""
        if not self._clients or situation.line.readings == self._readings:
            return
        self._readings = situation.line.readings
        if self._id is None:
            self._id = self._appliance_id()
        octets = telegram(situation, self._id or "han")
        if octets is None:
            return
        for client in tuple(self._clients):
            if client.transport.get_write_buffer_size() > MOST_WAITING:
                client.transport.abort()
            else:
                client.write(octets)

    def tasks(self) -> Mapping[str, Task]:
        """Return the task that listens."""
        return {self.name: self._run}

    async def _run(self) -> None:
        own, backoff = self._settings, Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            try:
                server = await asyncio.start_server(self._attend, own.address, own.port, limit=1024)
            except OSError as error:
                self._said.warn(f"no telegrams on {own.address}, port {own.port}: {error}; it is tried again")
                await self._timebase.sleep(backoff.pause_s())
                continue
            self._said.over("telegrams can be had")
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                server.close()
                for client in tuple(self._clients):
                    client.transport.abort()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep a client until it goes; what it says is thrown away."""
        if len(self._clients) >= MOST_CLIENTS:
            writer.transport.abort()
            return
        self._clients.add(writer)
        try:
            while await reader.read(1024):
                pass
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._clients.discard(writer)
            writer.transport.abort()
