"""The program as a process of its own, asked by 200 clients at once, of whom some mean no good."""

import asyncio
import contextlib
import random
import re
import socket
from collections import Counter
from pathlib import Path

from tests.benchmarks.test_links import BUDGET_MB, OTHER_MACHINE_MB
from tests.benchmarks.test_whole import resident_kb
from tests.links.test_web import spoilt
from tests.share import cases
from tests.started import MOCK_PINS, Started, settings_file, situation

CLIENTS, REQUESTS = 200, cases(1000, 3000, 10_000)
PATHS = ("/", "/data.json", "/status.json", "/metrics", "/glass.png", "/hours.csv?from=2020-01-01&to=2039-12-31", "/no")


async def status(port: int, request: bytes) -> int:
    """Return the status of the answer, 0 for none."""
    answer = b""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            with contextlib.suppress(OSError):  # answered and left already
                writer.write_eof()
            while part := await reader.read(65_536):
                answer += part
        finally:
            writer.transport.abort()
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


async def flood(port: int) -> Counter[int]:
    """Return how often each status was answered."""
    chance, seen = random.Random(18), Counter[int]()

    async def client() -> None:
        for _ in range(REQUESTS // CLIENTS):
            head = f"GET {chance.choice(PATHS)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            seen[await status(port, spoilt(chance) if chance.random() < 0.2 else head.encode())] += 1

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return seen


def test_200_clients_and_a_flood_leave_the_panel_and_the_memory_as_they_are(line, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    config = settings_file(tmp_path, line.port)
    with Path(config).open("a", encoding="utf-8") as file:
        file.write(f'[web]\nport = {port}\naddress = "127.0.0.1"\n')

    def readings() -> int:
        shown = situation(tmp_path)
        return 0 if shown is None else shown.line.readings

    with Started("run", "--config", config, **MOCK_PINS, MALLOC_ARENA_MAX="1") as running:
        running.wait_for(readings)
        seen = asyncio.run(flood(port))
        after = readings()
        running.wait_for(lambda: readings() > after)
        megabytes = resident_kb(running.process.pid) / 1024
        said = "".join(running.said)

    print(f"{sum(seen.values())} requests: {dict(sorted(seen.items()))}; then {megabytes:.1f} MB")
    assert seen[200] > 0
    assert seen[503] > seen[0]
    assert not seen[500]
    assert megabytes < BUDGET_MB["web"] + OTHER_MACHINE_MB
    assert not re.search("Traceback|a request failed", said), said
