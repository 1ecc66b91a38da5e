"""Many appliances at one broker, on loopback: `python -m tests.links.load [APPLIANCES] [SECONDS]`.

Each has a name, a connection and a last will of its own, and is shown a situation each 2.5 s, as of a meter with a list
that often; each minute an hour ends in it. A listener counts what arrives, and looks whether every hour of every
appliance is there once. The broker is Debian's mosquitto; the appliances are one process, the listener another.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt

from appliance.household.situation import RegisterValues
from appliance.links.identity import Identity
from appliance.links.link import Context
from appliance.links.mqtt import Mqtt
from appliance.settings.model import MqttSettings
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS
from tests.links.broker import Broker
from tests.links.situations import START, situation
from tests.links.test_mqtt import Asked

LIST_S = 2.5
LISTEN = "--listen"
STILL_S = 10.0
"""Nothing arrives any more when nothing has for so long."""
HOUR_S = 60.0
"""An hour ends so often here: each of the real seconds is a simulated minute."""


Client = aiomqtt.Client


class Counted:
    """What has arrived."""

    def __init__(self) -> None:
        self.topics: Counter[str] = Counter()
        self.octets = 0
        self.hours: Counter[tuple[str, str]] = Counter()
        self.names: set[str] = set()

    def take(self, message: aiomqtt.Message) -> None:
        parts = str(message.topic).split("/")
        payload = message.payload
        assert isinstance(payload, bytes)
        self.octets += len(payload)
        self.topics[parts[-1]] += 1
        if parts[0] == "han":
            self.names.add(parts[1])
        if parts[-1] == "hours":
            self.hours[parts[1], json.loads(payload)["start"]] += 1

    def told(self) -> dict[str, Any]:
        """Return it for the other process."""
        doubled = sum(self.hours.values()) - len(self.hours)
        return {
            "topics": self.topics,
            "octets": self.octets,
            "hours": len(self.hours),
            "doubled": doubled,
            "names": len(self.names),
        }


PUBLISHED: Counter[str] = Counter()
"""By the ends of the topics, each once the library has taken it, or the broker has confirmed it."""


class Counting(Client):
    """Counts what it publishes."""

    async def publish(self, topic: str, *given: Any, **named: Any) -> None:
        await super().publish(topic, *given, **named)
        PUBLISHED[topic.rpartition("/")[2]] += 1


async def listen(port: int) -> None:
    """Count all that arrives, in a process of its own, and answer each line of the standard input with the counts."""
    counted = Counted()
    async with Client("127.0.0.1", port, identifier="listener", timeout=60) as client:
        await client.subscribe("#", qos=1)

        async def count() -> None:
            async for message in client.messages:
                counted.take(message)

        counting = asyncio.ensure_future(count())
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(counted.told()), flush=True)
        counting.cancel()


class Listener:
    """The process that listens."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def started(cls, port: int) -> "Listener":
        command = [sys.executable, "-m", "tests.links.load", LISTEN, str(port)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**20)
        listener = cls(process)
        await listener._line()
        return listener

    async def counts(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        found: dict[str, Any] = json.loads(await self._line())
        return found

    async def last_counts(self) -> dict[str, Any]:
        """Return the counts once nothing more arrives; what waits at the broker is not lost."""
        counts = await self.counts()
        while True:
            await asyncio.sleep(STILL_S)
            before, counts = counts, await self.counts()
            if counts["octets"] == before["octets"]:
                return counts

    async def end(self) -> None:
        self._process.terminate()
        await self._process.wait()

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        return await self._process.stdout.readline()


async def live(number: int, folder: Path, port: int, seconds: float) -> int:
    """Live for so long. Return the number of hours that have ended."""
    await asyncio.sleep(0.05 * number)  # a street's appliances do not start within a second
    own = folder / str(number)
    own.mkdir()
    settings = MqttSettings(host="127.0.0.1", port=port)
    link = Mqtt(settings, Timebase(), Identity(own), Context(WORDS["nb"]), Asked())
    shown = situation(meter=replace(situation().meter, meter_id=f"73599928{number:08}"))
    link.show(shown)
    task = asyncio.ensure_future(link.tasks()["mqtt"]())
    began = time.monotonic()
    await asyncio.sleep(LIST_S * (number % 97) / 97)
    hours = 0
    while (lived := time.monotonic() - began) < seconds:
        hours = int(lived // HOUR_S)
        at = START + timedelta(hours=hours, minutes=10)
        registers = RegisterValues(import_wh=20_000_000.0 + lived)
        now = situation(at, power_import_w=1000.0 + lived, meter=shown.meter, registers=registers)
        link.show(now)
        await asyncio.sleep(LIST_S)
    await asyncio.sleep(10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return hours


async def play(appliances: int, seconds: float) -> bool:
    """Play them, and print what came of it. Return whether no hour was lost or doubled."""
    vars(aiomqtt)["Client"] = Counting
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        (folder / "broker").mkdir()
        broker = Broker(folder / "broker", "allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 0")
        broker.start()
        await asyncio.sleep(1)
        listener = await Listener.started(broker.port)
        began, at = time.monotonic(), datetime.now().astimezone()
        lived = await asyncio.gather(*(live(number, folder, broker.port, seconds) for number in range(appliances)))
        took = time.monotonic() - began
        counts = await listener.last_counts()
        await listener.end()
        broker.kill()
    wanted = sum(lived)
    lost, doubled = wanted - counts["hours"], counts["doubled"]
    topics = counts["topics"]
    total = sum(topics.values())
    print(f"{at:%Y-%m-%d %H:%M}: {appliances} appliances, {took:.0f} s, {counts['names']} names at the broker")
    missing = PUBLISHED.total() - total
    print(f"{PUBLISHED.total()} messages published, {missing} of them missing at the listener")
    print(f"{total} messages, {total / took:.0f} a second, {counts['octets'] / took / 1000:.0f} kB a second of payload")
    print(", ".join(f"{name} {count}" for name, count in sorted(topics.items())))
    print(f"hours: {wanted} ended, {counts['hours']} arrived, {lost} lost, {doubled} doubled")
    used = resource.getrusage(resource.RUSAGE_SELF)
    processor_s, mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"all appliances: {processor_s:.0f} s of a processor, {mb:.0f} MB")
    return (lost, doubled, missing, counts["names"]) == (0, 0, 0, appliances)


if __name__ == "__main__":
    if LISTEN in sys.argv:
        asyncio.run(listen(int(sys.argv[2])))
        sys.exit(0)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    length = float(sys.argv[2]) if len(sys.argv) > 2 else 600.0
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    sys.exit(not asyncio.run(play(count, length)))
