"""A real broker on loopback: Debian's mosquitto, with the listener that a test asks for."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="Debian's mosquitto is not installed")
CAP_S = 60.0
"""Longest wait for what takes less than a second on an idle machine."""


class Broker:
    """A mosquitto that can be killed, stopped and started again on its port."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self._folder = folder
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self._lines = lines or ("allow_anonymous true",)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self._folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""  # the folders of tests are nobody else's
        persistent = f"{user}persistence true\npersistence_location {self._folder}/\n"
        config.write_text(f"{persistent}listener {self.port} 127.0.0.1\n" + "\n".join(self._lines) + "\n")
        assert MOSQUITTO is not None
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def signal(self, sent: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(sent)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Listener:
    """Somebody else at the broker, who remembers all that comes."""

    def __init__(self) -> None:
        self.messages: list[aiomqtt.Message] = []

    def of(self, end: str) -> list[bytes]:
        """The payloads of the topics with this end, in their order."""
        return [_octets(one) for one in self.messages if str(one.topic).endswith(end)]


@contextlib.asynccontextmanager
async def listening(port: int, topic: str = "#", **options: Any) -> AsyncIterator[tuple[aiomqtt.Client, Listener]]:
    """Listen at the broker, once it can be reached."""
    listener = Listener()

    async def listen(client: aiomqtt.Client) -> None:
        with contextlib.suppress(aiomqtt.MqttError):
            async for message in client.messages:
                listener.messages.append(message)

    async with asyncio.timeout(CAP_S):
        while True:
            client = aiomqtt.Client("127.0.0.1", port, **options)
            try:
                await client.__aenter__()
                break
            except aiomqtt.MqttError:
                await asyncio.sleep(0.05)
    try:
        await client.subscribe(topic, qos=1)
        task = asyncio.create_task(listen(client))
        yield client, listener
        task.cancel()
    finally:
        with contextlib.suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(CAP_S):
        while not condition():  # noqa: ASYNC110 - nothing tells of what another process does
            await asyncio.sleep(0.02)


def _octets(message: aiomqtt.Message) -> bytes:
    assert isinstance(message.payload, bytes)
    return message.payload
