"""A page that is served on loopback, for the tests: the example house, and what others ask of it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from appliance.household.situation import Situation
from appliance.links.link import Context
from appliance.links.web.site import Sources
from appliance.links.web.web import Web
from appliance.panel import pages
from appliance.panel.lamps import lamps_for
from appliance.settings.model import WebSettings
from appliance.simulation import examples
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS, Words


def lamps(situation: Situation) -> Mapping[str, str]:
    found = lamps_for(situation)
    return {"red": found.red.value, "yellow": found.yellow.value, "green": found.green.value}


def hours(first: date, last: date, words: Words) -> Iterator[bytes]:
    yield f"{first} {last} {words.language}\r\n".encode()


@dataclass
class Served:
    """The page, and what was asked of the appliance."""

    situation: Situation = examples.CALM
    language: str = "nb"
    settings: dict[str, Any] = field(default_factory=dict)
    acknowledged: int = 0
    port: int = 0
    glass: bytes = b""

    def __post_init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.glass = pages.picture(pages.Page.NOW, self.situation, WORDS[self.language]).tobytes()
        given: dict[str, Any] = {"port": self.port, "address": "127.0.0.1"} | self.settings
        wanted = WebSettings(**given)
        sources = Sources(
            glass=lambda: self.glass,
            lamps=lamps,
            status=lambda _: b"{}",
            settings=lambda: [("language", '"nb"'), ("meter.key", "(not shown)")],
            hours=hours,
            acknowledge=self._acknowledge if wanted.acknowledge else None,
        )
        self.web = Web(wanted, ["han", "han.local"], Timebase(), Context(WORDS[self.language]), sources)

    def _acknowledge(self) -> bool:
        self.acknowledged += 1
        return True

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["Served"]:
        self.web.show(self.situation)
        tasks = [asyncio.ensure_future(run()) for run in self.web.tasks().values()]
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    break
                except OSError:
                    await asyncio.sleep(0.02)
        writer.close()
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, octets: bytes) -> bytes:
        """Return all that is answered to these octets, until the connection ends or a second passes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answered = b""
        try:
            writer.write(octets)
            writer.write_eof()
            async with asyncio.timeout(20):
                answered = await reader.read(-1)
        except (OSError, TimeoutError):
            pass
        finally:
            writer.transport.abort()
        return answered

    async def get(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
        """Return the status, the headers and the body of an answer."""
        lines = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        lines |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        if body:
            lines["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        answered = await self.ask(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        told, _, content = answered.partition(b"\r\n\r\n")
        return int(told.split()[1]), told.decode(), content
