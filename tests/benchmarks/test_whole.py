"""The whole appliance in figures: from the last octet to lamp and glass, its memory, and the cost of a day.

Run with `pytest --benchmark-only -s tests/benchmarks`; each figure is printed, and none of them is a pass mark.
"""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import ClassVar

from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.meter.decoder import Decoder, Reading
from appliance.meter.reading import Maker
from appliance.panel.devices.display import open_display
from appliance.panel.devices.pins import Pins
from appliance.panel.panel import Panel
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.simulation.house import House, Net
from appliance.simulation.makers import encode
from appliance.simulation.meter import Line, Meter
from appliance.simulation.oled import Glass
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS
from tests.share import cases

START = datetime(2026, 1, 15, 15, 0, tzinfo=UTC)
ROUNDS = 400
HOURS = cases(6, 6, 24)


class TimedPin(MockPWMPin):
    """A mock pin that notes when it was last changed."""

    changed_at: ClassVar[dict[int, float]] = {}

    def _change_state(self, value: float) -> bool:
        TimedPin.changed_at[self.info.name] = time.perf_counter()
        return super()._change_state(value)


class TimedGlass(Glass):
    """A glass that notes when the last octet of a picture was on the bus; the bus itself takes no time here."""

    written_at = 0.0

    def i2c_rdwr(self, *messages) -> None:
        super().i2c_rdwr(*messages)
        self.written_at = time.perf_counter()


def full_list(power_w: float) -> bytes:
    """An Aidon list of 13 that says this power."""
    meter = Meter(Maker.AIDON, House(Net.TN), START)
    sent = next(sent for sent in meter.sent() if sent.meant.elements == 13)
    return encode(replace(sent.meant, power_import_w=power_w))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def told(name: str, seconds: list[float]) -> None:
    half, most, worst = (1000 * percentile(seconds, share) for share in (0.5, 0.99, 1.0))
    print(f"\n{name}: median {half:.2f} ms, p99 {most:.2f} ms, worst {worst:.2f} ms of {len(seconds)}")


async def latencies() -> tuple[list[float], list[float]]:
    """Seconds from the last octet's write to the lamp's pin and to the display's bus, for lists that change both."""
    limits = "watch_w = 5000\nact_w = 10000\nrise_s = 0\nhold_s = 0\nhysteresis_w = 0"
    settings = settings_file.parse(f"[thresholds]\n{limits}", "benchmark")
    timebase, glass = Timebase(), TimedGlass("ssd1309")
    line, factory = Line(timebase), MockFactory(pin_class=TimedPin)
    working = asyncio.create_task(
        appliance(settings, timebase, Machine(port=line.port, open_bus=glass.open, pin_factory=factory)).run()
    )
    await asyncio.sleep(1)
    to_lamp, to_glass = [], []
    frames = [full_list(12_000), full_list(1000)]
    for number in range(ROUNDS):
        frame = frames[number % 2]
        line.put(frame[:-1])
        await asyncio.sleep(0.02)
        TimedPin.changed_at.clear()
        began = time.perf_counter()
        line.put(frame[-1:])
        async with asyncio.timeout(60):
            while not TimedPin.changed_at or glass.written_at < began:  # noqa: ASYNC110 - they tell nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.04)
        to_lamp.append(min(TimedPin.changed_at.values()) - began)
        to_glass.append(glass.written_at - began)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    line.close()
    return to_lamp, to_glass


def test_from_the_last_octet_to_the_lamp_and_to_the_glass(benchmark):
    to_lamp, to_glass = benchmark.pedantic(lambda: asyncio.run(latencies()), rounds=1)

    told("last octet on the line to the lamp's pin", to_lamp)
    told("last octet on the line to the picture's last octet on the bus", to_glass)
    assert min(to_lamp) > 0
    assert min(to_glass) > 0


def resident_kb(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def memory_of_run(folder: Path) -> int:
    """Resident memory of `run`, kB, on a real line with mock pins, after 400 lists were shown."""
    line = Line(Timebase())
    settings = folder / "appliance.toml"
    settings.write_text(f'[line]\nport = "{line.port}"\n[display]\nbus = 31\n[data]\nfolder = "{folder}"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "appliance", "run", "--config", str(settings)],
        env={
            **os.environ,
            "GPIOZERO_PIN_FACTORY": "mock",
            "GPIOZERO_MOCK_PIN_CLASS": "mockpwmpin",
            "MALLOC_ARENA_MAX": "1",  # as in the unit
        },
        stderr=subprocess.DEVNULL,
    )
    time.sleep(3)
    for number in range(400):
        line.put(full_list(1000 + 10 * number))
        time.sleep(0.01)
    kilobytes = resident_kb(process.pid)
    process.terminate()
    process.wait(timeout=5)
    line.close()
    return kilobytes


def test_resident_memory_of_run(benchmark, tmp_path):
    kilobytes = benchmark.pedantic(lambda: memory_of_run(tmp_path), rounds=1)

    print(f"\nresident memory of run: {kilobytes / 1024:.1f} MB")
    assert kilobytes > 0


class Simulated(Timebase):
    """Time that goes on when it is told to."""

    moment = 0.0

    def now(self) -> float:
        return self.moment

    async def sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0)


async def aidon() -> tuple[int, int]:
    """Hours of an Aidon through decoder, household, panel, driver and bus: lists, and pictures on the glass."""
    house, timebase, glass = House(Net.IT), Simulated(), Glass("ssd1309")
    display = open_display("ssd1309", 1, 0x3C, open_bus=glass.open)
    decoder, household = Decoder(), Household(Rules())
    on_glass, pictures = b"", 0

    def show(picture, _dimming, *, at_once) -> None:
        image = picture()
        nonlocal on_glass, pictures
        if (octets := image.tobytes()) != on_glass:
            display.show(image)
            on_glass, pictures = octets, pictures + 1

    panel = Panel(WORDS["nb"], timebase, show)
    pins = Pins(settings_file.pins(Settings()), lambda _key, _down: None, MockFactory(pin_class=MockPWMPin))
    panel.connect(pins.devices)
    household.port(is_open=True)
    lists, tick = 0, 0.0
    course = takewhile(
        lambda sent: sent.moment < START + timedelta(hours=HOURS), Meter(Maker.AIDON, house, START).sent()
    )
    for sent in course:
        moment = (sent.moment - START).total_seconds()
        while tick < moment:
            timebase.moment = tick
            panel.show(household.situation(tick))
            tick += 0.5
        timebase.moment = moment
        household.octets(len(sent.octets))
        for result in decoder.feed(sent.octets):
            assert isinstance(result, Reading)
            household.reading(result, moment)
            lists += 1
        panel.show(household.situation(moment))
        await asyncio.sleep(0)
    pins.close()
    return lists, pictures


def test_processor_time_of_a_simulated_aidon(benchmark):
    began = time.process_time()
    lists, pictures = benchmark.pedantic(lambda: asyncio.run(aidon()), rounds=1)
    used = time.process_time() - began

    print(
        f"\n{HOURS} hours of a simulated Aidon: {used:.1f} s of processor time, {lists} lists, "
        f"{pictures} pictures on the bus"
    )
    assert lists == 1440 * HOURS
    assert pictures > 1000 * HOURS
