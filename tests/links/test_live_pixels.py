"""The whole appliance with a display on its bus: what the page shows is what the chip's model has on its glass."""

import asyncio
import base64
import json

from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.simulation.meter import Line
from appliance.simulation.oled import Glass
from appliance.system.timebase import Timebase
from tests.benchmarks.test_links import free_port
from tests.benchmarks.test_whole import full_list
from tests.links.broker import CAP_S


async def test_the_live_pixels_are_those_on_the_glass(tmp_path):
    port, glass, timebase = free_port(), Glass("ssd1309"), Timebase()
    settings = settings_file.parse(f'[web]\nport = {port}\naddress = "127.0.0.1"\n', "test")
    line, factory = Line(timebase), MockFactory(pin_class=MockPWMPin)
    machine = Machine(port=line.port, open_bus=glass.open, pin_factory=factory, folder=tmp_path, linked=True)
    working = asyncio.create_task(appliance(settings, timebase, machine).run())
    shown: list[bytes] = []

    async def watch() -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.05)
        writer.write(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            while octets := await reader.readline():
                if octets.startswith(b"data: "):
                    shown.append(base64.b64decode(json.loads(octets[6:])["glass"]))
        finally:
            writer.transport.abort()

    watching = asyncio.create_task(watch())
    seen = set()
    try:
        async with asyncio.timeout(CAP_S):
            for power_w in (1230.0, 4560.0, 7890.0):
                before = glass.picture().tobytes()
                line.put(full_list(power_w))
                while (on_glass := glass.picture().tobytes()) == before or shown[-1:] != [on_glass]:  # noqa: ASYNC110 - a chip tells nobody
                    await asyncio.sleep(0.05)
                seen.add(on_glass)
    finally:
        for task in (watching, working):
            task.cancel()
        await asyncio.gather(watching, working, return_exceptions=True)
        line.close()
    assert len(seen) == 3
