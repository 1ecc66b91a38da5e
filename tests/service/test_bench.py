"""The bench: wires shown as they are, on the model of a display, mock pins and a real pseudo-terminal."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.commands.run import _is_for_the_bench
from appliance.panel.keys import Key
from appliance.panel.pages import bench as page
from appliance.panel.pages.bench import Bench, bench_widgets
from appliance.service.bench import BenchPanel, answering, both_buttons_down
from appliance.settings import settings_file
from appliance.simulation.meter import Line
from appliance.simulation.oled import Glass
from appliance.system.board import undervoltage, warmest_c
from appliance.system.clock import Boot, SystemClock
from appliance.system.health import LineCondition
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS
from tests.frames import AIDON_EXAMPLE

PATIENCE_S = 60.0
PINS = settings_file.pins(settings_file.parse("", "test"))


class Bus(Glass):
    """A bus with the display, and with a clock that a driver of the kernel holds."""

    def read_byte(self, address: int) -> int:
        if address == 0x68:
            raise OSError(errno.EBUSY, "held")
        if address != 0x3C:
            raise OSError(errno.EREMOTEIO, "nobody")
        return 0


class DeadBus(Bus):
    """One whose wires are held: each try takes the kernel's whole patience."""

    tries = 0

    def read_byte(self, address: int) -> int:  # noqa: ARG002 - all of them are held
        DeadBus.tries += 1
        raise OSError(errno.ETIMEDOUT, "held")


class HeldPin(MockPWMPin):  # type: ignore[misc]  # gpiozero carries no types
    """A pin that something pulls low, whatever its pull-up."""

    def _get_state(self) -> bool:
        return False


@asynccontextmanager
async def bench(line: Line) -> AsyncIterator[tuple[BenchPanel, MockFactory, Bus]]:
    settings = settings_file.parse(f'[line]\nport = "{line.port}"\n', "test")
    factory, bus = MockFactory(pin_class=MockPWMPin), Bus("ssd1309", 0x3C)
    panel = BenchPanel(settings, Timebase(), bus=lambda _number: bus, pin_factory=factory)
    task = asyncio.create_task(panel.run())
    try:
        yield panel, factory, bus
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - pins and terminals have no event to wait for
            await asyncio.sleep(0.01)


def lit(factory: MockFactory) -> str:
    names = ("led_red", "led_yellow", "led_green")
    return " ".join(name for name in names if factory.pin(PINS[name]).state)


async def test_each_button_does_its_work_and_the_glass_shows_what_is_seen() -> None:
    line = Line(Timebase())
    async with bench(line) as (panel, factory, bus):
        await until(lambda: panel.state().addresses == (0x3C, 0x68))
        await until(lambda: panel.state().pins_fault is None and factory.pin(PINS["button_a"]).state)
        seen = []
        for _ in range(4):
            factory.pin(PINS["button_a"]).drive_low()
            await until(lambda: panel.state().down == (Key.A,))
            seen.append(lit(factory))
            factory.pin(PINS["button_a"]).drive_high()
            await until(lambda: panel.state().down == ())
        assert seen == ["led_red", "led_yellow", "led_green", ""]

        factory.pin(PINS["button_a"]).drive_low()
        await until(lambda: lit(factory) == "led_red")
        factory.pin(PINS["button_a"]).drive_high()
        factory.pin(PINS["button_b"]).drive_low()
        await until(lambda: panel.state().down == (Key.B,))
        assert lit(factory) == ""
        words = WORDS["nb"]
        await until(lambda: bus.picture().tobytes() == page.picture(panel.state(), words).tobytes())
    assert bus.picture().getbbox() is None
    line.close()


async def test_octets_are_counted_and_what_becomes_of_them_is_said() -> None:
    line = Line(Timebase())
    async with bench(line) as (panel, _, _):
        await until(lambda: panel.state().octets_a_second == 0.0)
        line.put(AIDON_EXAMPLE)
        await until(lambda: (panel.state().octets_a_second or 0) > 0)
        await until(lambda: panel.state().line is LineCondition.FINE)
    line.close()


def test_a_bus_whose_wires_are_held_is_given_up_at_once() -> None:
    assert answering(lambda _number: DeadBus("ssd1309", 0x3C), 1) == ()
    assert DeadBus.tries == 1


def test_both_buttons_are_asked_and_the_pins_given_back() -> None:
    settings = settings_file.parse("", "test")
    for pin_class, down in ((MockPWMPin, False), (HeldPin, True)):
        factory = MockFactory(pin_class=pin_class)
        assert both_buttons_down(settings, factory) is down
        assert not any(pin for pins in factory._reservations.values() for pin in pins)


@pytest.mark.parametrize("name", ["bench", "bench.txt"])
def test_a_file_on_the_card_asks_for_it_and_without_one_nobody_does(tmp_path: Path, name: str) -> None:
    class Long(SystemClock):
        def boot(self) -> Boot:
            return Boot("test", 1e6)

    settings = settings_file.parse("", "test")
    assert not _is_for_the_bench(None, settings, Long())
    assert not _is_for_the_bench(tmp_path / "bench", settings, Long())
    (tmp_path / name).touch()
    assert _is_for_the_bench(tmp_path / "bench", settings, Long())


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize(
    "seen",
    [
        Bench(),
        Bench(addresses=(0x3C, 0x68), octets_a_second=123, undervoltage=True, celsius=102, rests_low=True),
        Bench(addresses=tuple(range(0x08, 0x78)), octets_a_second=11520, undervoltage=False, header_pins=(29, 31)),
        *(Bench(pins_fault="-", lit=lit, lit_pin=15) for lit in ("led_red", "led_yellow", "led_green")),
        *(Bench(line=condition) for condition in LineCondition),
    ],
)
def test_all_of_it_fits_on_the_glass(seen: Bench, language: str) -> None:
    boxes = [widget.box for widget in bench_widgets(seen, WORDS[language])]
    assert all(left >= 1 and top >= 1 and right <= 127 and bottom <= 63 for left, top, right, bottom in boxes)
    name, supply, *_ = boxes
    assert name[2] < supply[0]


def test_warmth_and_supply_are_the_kernels(tmp_path: Path) -> None:
    assert warmest_c(tmp_path) is None
    assert undervoltage(tmp_path) is None
    for folder, name, text in (
        ("thermal/thermal_zone0", "temp", "47200\n"),
        ("hwmon/hwmon0", "name", "cpu_thermal\n"),
        ("hwmon/hwmon1", "name", "rpi_volt\n"),
        ("hwmon/hwmon1", "in0_lcrit_alarm", "1\n"),
    ):
        place = tmp_path / "class" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    assert warmest_c(tmp_path) == 47.2
    assert undervoltage(tmp_path) is True
