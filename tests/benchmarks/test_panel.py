"""The panel in figures: drawing and sending, the bus, from a key to the glass, the ageing of the glass, the lamps.

Run with `pytest --benchmark-only -s tests/benchmarks/test_panel.py`. The bus is modelled at 400 kHz with nine bits an
octet; all else is the program's own pages, care, panel, drivers and screen, whatever pages there are.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from PIL import Image

from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.household.situation import Situation
from appliance.meter.reading import Maker
from appliance.panel.brightness import Dimming
from appliance.panel.devices.buttons import BOUNCE_S
from appliance.panel.devices.display import open_display
from appliance.panel.devices.lamp_row import DIMMED_HZ
from appliance.panel.devices.screen import Screen, shifted
from appliance.panel.keys import Key, Press
from appliance.panel.pages import ROUND, picture
from appliance.panel.panel import Panel
from appliance.service.supervisor import TICK_S
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.settings.model import Chip, Settings
from appliance.simulation.examples import CALM
from appliance.simulation.house import House, Net
from appliance.simulation.meter import Line, Meter
from appliance.simulation.oled import Glass
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from appliance.words.words import WORDS

START = datetime(2026, 1, 12, tzinfo=UTC)
EVENING = START + timedelta(hours=16)
SENT_S = 0.001
"""Of the wall: what a picture offered in simulated time has to be sent in; the screen has a thread of its own."""
BUS_HZ, BITS_AN_OCTET = 400_000, 9
PIXELS = 128 * 64
CHIPS: list[Chip] = ["ssd1309", "sh1106", "ssd1306"]


def bus_share(octets: int, seconds: float) -> float:
    return octets * BITS_AN_OCTET / BUS_HZ / seconds


def test_drawing_a_page(benchmark):
    """Each page there is, in a calm situation."""

    def draw() -> None:
        for page in ROUND:
            picture(page, CALM, WORDS["nb"])

    benchmark(draw)
    benchmark.extra_info["pages"] = len(ROUND)


@pytest.mark.parametrize("chip", CHIPS)
def test_sending_a_page_after_another(benchmark, chip):
    """What turning a page costs the processor, and the octets it puts on the bus."""
    glass = Glass(chip)
    display = open_display(chip, 1, 0x3C, open_bus=glass.open)
    pictures = [picture(page, CALM, WORDS["nb"]) for page in ROUND[:2]]
    before, writes = glass.bus_octets, glass.bus_writes

    def turn() -> None:
        for shown in pictures:
            display.show(shown)

    turn()
    octets, writes = (glass.bus_octets - before) // 2, (glass.bus_writes - writes) // 2
    benchmark(turn)
    print(f"\n{chip}: a turned page is {octets} octets in {writes} writes, {1000 * bus_share(octets, 1):.1f} ms")


class Simulated(Timebase):
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 0.0

    def now(self) -> float:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += seconds
        await asyncio.sleep(0)


def situations(days: float, tick_s: float, start: datetime = START, maker: Maker = Maker.AIDON) -> Iterator[Situation]:
    """What the household says at each tick of these days."""
    household, moment = Household(Rules()), 0.0
    household.port(is_open=True)
    sent = takewhile(lambda sent: sent.moment < start + timedelta(days=days), Meter(maker, House(Net.TN), start).sent())
    for each in sent:
        reading_s = (each.moment - start).total_seconds()
        while moment < reading_s:
            household.system_clock(start + timedelta(seconds=moment), True, moment)
            yield household.situation(moment)
            moment += tick_s
        household.reading(each.meant, reading_s)


async def an_evening_on_the_bus(maker: Maker, presses: int) -> tuple[int, int]:
    """Octets and writes in the last ten minutes of twenty, with so many key presses each minute, on a real screen."""
    timebase, glass = Simulated(), Glass("ssd1309")
    octets = writes = 0
    async with a_panel_on(glass, timebase) as panel:
        for number, situation in enumerate(situations(20 / 1440, TICK_S, EVENING, maker)):
            timebase.moment = number * TICK_S
            if timebase.moment == 600:
                octets, writes = glass.bus_octets, glass.bus_writes
            panel.show(situation)
            if presses and number % (60 / TICK_S / presses) == 0:
                panel.press(Press(Key.A))
            await asyncio.sleep(SENT_S)
    return glass.bus_octets - octets, glass.bus_writes - writes


@asynccontextmanager
async def a_panel_on(glass: Glass, timebase: Timebase) -> AsyncIterator[Panel]:
    """A panel and the screen it shows on, running."""
    screen = Screen(lambda: open_display(glass.chip, 1, 0x3C, open_bus=glass.open), timebase, Worker("display", 10.0))
    running = asyncio.create_task(screen.run())
    yield Panel(WORDS["nb"], timebase, screen.draw)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("maker", [Maker.AIDON, Maker.KAIFA, Maker.KAMSTRUP])
@pytest.mark.parametrize("presses", [0, 60], ids=["calm", "a key each second"])
def test_octets_on_the_bus_a_minute(benchmark, maker, presses):
    octets, writes = benchmark.pedantic(lambda: asyncio.run(an_evening_on_the_bus(maker, presses)), rounds=1)
    share = bus_share(octets, 600)
    print(f"\n{maker}, {presses} keys a minute: {octets // 10} octets in {writes // 10} writes, {share:.2%} of the bus")
    assert 0 < share < 0.05


class Lit:
    """How often each pixel was lit, by contrast: counters that stand upright in whole numbers of 8192 bits."""

    def __init__(self) -> None:
        self.pictures = 0
        self._planes: dict[int, list[int]] = {}

    def add(self, image: Image.Image, contrast: int) -> None:
        self.pictures += 1
        planes = self._planes.setdefault(contrast, [])
        carry, place = int.from_bytes(image.tobytes(), "big"), 0
        while carry:
            if place == len(planes):
                planes.append(0)
            planes[place], carry = planes[place] ^ carry, planes[place] & carry
            place += 1

    def weighted(self, full: int) -> list[float]:
        """Each pixel's share of the time that it was lit, weighted by its contrast over the `full` one."""
        sums: Counter[int] = Counter()
        for contrast, planes in self._planes.items():
            for place, plane in enumerate(planes):
                for pixel in range(PIXELS):
                    sums[pixel] += (plane >> pixel & 1) * contrast << place
        return [sums[pixel] / full / self.pictures for pixel in range(PIXELS)]


def a_week_of_the_glass() -> tuple[Lit, Lit]:
    """What shone, minute by minute, with keys in the morning and the evening; and without any care."""
    timebase, cared, careless = Simulated(), Lit(), Lit()

    def offer(picture: Callable[[], Image.Image], dimming: Dimming, *, at_once: bool) -> None:
        image = picture()
        if dimming.awake:
            cared.add(shifted(image, dimming.shift), dimming.contrast)
        careless.add(image, 255)

    panel = Panel(WORDS["nb"], timebase, offer)
    for number, situation in enumerate(situations(7, 60, maker=Maker.KAMSTRUP)):
        timebase.moment = 60.0 * number
        if number % 1440 in (300, 301, 900, 1080, 1200):
            panel.press(Press(Key.A))
        if number % 1440 in (310, 1210):
            panel.press(Press(Key.B))
        panel.show(situation)
    return cared, careless


def test_a_week_of_the_glass(benchmark):
    """The most-lit pixel, weighted by contrast, of the full current (255) and of the brightest set (207)."""
    cared, careless = benchmark.pedantic(a_week_of_the_glass, rounds=1)
    most, worn = max(cared.weighted(255)), max(careless.weighted(255))
    print(
        f"\na week, {cared.pictures} pictures: the most-lit pixel shone {most:.1%} of full, "
        f"{max(cared.weighted(Settings().display.contrast)):.1%} of the brightest set; {worn:.1%} without care"
    )
    assert 0 < most <= 0.6


class TimedGlass(Glass):
    """A glass on a bus that takes its time."""

    written_at = 0.0

    def _receive(self, address: int, octets: bytes) -> None:
        time.sleep((1 + len(octets)) * BITS_AN_OCTET / BUS_HZ)
        super()._receive(address, octets)
        self.written_at = time.perf_counter()


async def from_key_to_glass(chip: Chip, rounds: int) -> list[float]:
    """Seconds from a button that is let go, which makes the press short, to the last octet of its page on the bus."""
    settings = settings_file.parse(f'[display]\ndriver = "{chip}"', "benchmark")
    timebase, glass, pins = Timebase(), TimedGlass(chip), MockFactory(pin_class=MockPWMPin)
    line = Line(timebase)
    running = asyncio.create_task(
        appliance(settings, timebase, Machine(port=line.port, open_bus=glass.open, pin_factory=pins)).run()
    )
    await asyncio.sleep(1)
    button, seconds = pins.pin(settings_file.pins(settings)["button_a"]), []
    for number in range(rounds):
        before = glass.written_at
        button.drive_low()
        await asyncio.sleep(0.15)
        began = time.perf_counter()
        button.drive_high()
        await asyncio.sleep(0.1 + number % 7 / 50)
        if glass.written_at > max(before, began):
            seconds.append(glass.written_at - began)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    line.close()
    return sorted(seconds)


@pytest.mark.parametrize("chip", CHIPS[:2])
def test_from_a_key_to_the_glass(benchmark, chip):
    """The mock pins do not debounce, so the time that a contact must have settled is added."""
    seconds = benchmark.pedantic(lambda: asyncio.run(from_key_to_glass(chip, 40)), rounds=1)
    half, worst = (1000 * (BOUNCE_S + value) for value in (seconds[len(seconds) // 2], seconds[-1]))
    print(f"\nkey to glass, {chip}: median {half:.0f} ms, worst {worst:.0f} ms of {len(seconds)} (bounce included)")
    assert half < 100


def test_processor_time_of_the_panel(benchmark):
    """An hour of ticks twice a second and an Aidon's readings: lamps, pages, care and screen."""
    said = list(situations(1 / 24, TICK_S))

    async def an_hour() -> float:
        timebase = Simulated()
        async with a_panel_on(Glass("ssd1309"), timebase) as panel:
            began = time.process_time()
            for number, situation in enumerate(said):
                timebase.moment = number * TICK_S
                panel.show(situation)
                await asyncio.sleep(SENT_S)
            return time.process_time() - began

    used = benchmark.pedantic(lambda: asyncio.run(an_hour()), rounds=1)
    print(f"\nthe panel: {used:.2f} s of processor time in an hour, {used / 3600:.3%}")
    assert used > 0


def wakes(seconds: float) -> None:
    """What lgpio's thread does for one pulsed pin: two wakes a period, and a call into the kernel at each."""
    ends = time.monotonic() + seconds
    with Path("/dev/null").open("wb", buffering=0) as pin:
        while time.monotonic() < ends:
            time.sleep(0.5 / DIMMED_HZ)
            pin.write(b"1")


def test_processor_time_of_a_lamp_dimmed_by_night(benchmark):
    """A stand-in, for there are no pins here: the same wakes in Python, which costs more than lgpio's C."""

    def measure() -> float:
        began = time.process_time()
        wakes(5.0)
        return (time.process_time() - began) / 5

    share = benchmark.pedantic(measure, rounds=1)
    print(f"\na lamp pulsed at {DIMMED_HZ} Hz: {share:.2%} of one processor (upper bound); full or off: none")
    assert share >= 0
