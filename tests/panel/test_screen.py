"""The display device: what goes over the bus, when, and what happens when nobody answers."""

import asyncio
import atexit
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
import smbus2
from luma.core.interface.serial import i2c
from luma.oled.device import sh1106, ssd1306, ssd1309
from panel.pictures import lit_pixels, marked, noise, same
from PIL import Image

from appliance.panel.errors import DisplayError
from appliance.panel.glass import Chip, Glass
from appliance.panel.screen import FAREWELL_S, Display, Screen, open_display
from appliance.timebase import Timebase

CHIPS: list[Chip] = ["ssd1306", "ssd1309", "sh1106"]


class Wiretap:
    """A bus that writes down what is sent, data joined as the chip sees it."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, bytes]] = []

    def write_i2c_block_data(self, _address: int, register: int, data: list[int]) -> None:
        self._note(register, bytes(data))

    def i2c_rdwr(self, message: smbus2.i2c_msg) -> None:
        control, *rest = bytes(message)
        self._note(control, bytes(rest))

    def _note(self, control: int, octets: bytes) -> None:
        if self.sent and self.sent[-1][0] == control:
            octets = self.sent.pop()[1] + octets
        self.sent.append((control, octets))


def opened(glass: Glass, rotate: int = 0) -> Display:
    return open_display(glass.chip, 1, 0x3C, 180 if rotate else 0, 0x55, glass)


@pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")
@pytest.mark.parametrize("rotate", [0, 2])
@pytest.mark.parametrize("original", [ssd1306, ssd1309, sh1106])
def test_the_octets_on_the_bus_are_lumas_own(original: type, rotate: int) -> None:
    from appliance.panel.drivers import DRIVERS, Wire

    lumas, ours = Wiretap(), Wiretap()
    theirs = original(i2c(bus=lumas), rotate=rotate)
    display = DRIVERS[original.__name__](Wire(ours, 0x3C), rotate=rotate)
    for picture in (marked(), noise(1), noise(2)):
        theirs.display(picture)
        display.display(picture)
    assert ours.sent == lumas.sent
    assert len(lumas.sent) >= 8


@pytest.mark.parametrize("chip", CHIPS)
def test_a_picture_reaches_the_glass(chip: Chip) -> None:
    glass = Glass(chip)
    opened(glass).show(marked())
    assert same(glass.picture(), marked())
    assert glass.contrast == 0x55


def test_rotation_by_180_degrees_turns_the_picture() -> None:
    glass = Glass("ssd1309")
    opened(glass, rotate=180).show(marked())
    assert same(glass.picture(), marked().transpose(Image.Transpose.ROTATE_180))


def test_a_whole_picture_is_one_write() -> None:
    glass = Glass("ssd1309")
    display = opened(glass)
    before = glass.bus_writes
    display.show(noise(1))
    assert glass.bus_writes - before == 2  # the window, the picture


def test_a_display_that_is_opened_again_and_again_leaves_nothing_behind() -> None:
    opened(Glass("ssd1306"))
    before = atexit._ncallbacks()
    for chip in CHIPS:
        opened(Glass(chip)).close()
    assert atexit._ncallbacks() == before


def test_no_i2c_on_this_machine_is_said_with_what_to_try() -> None:
    with pytest.raises(DisplayError, match=r"no /dev/i2c-31; switch I2C on with raspi-config"):
        open_display("ssd1306", 31, 0x3C)


def test_no_permission_is_said_with_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(bus: int) -> None:
        raise PermissionError(13, "Permission denied", f"/dev/i2c-{bus}")

    monkeypatch.setattr(smbus2, "SMBus", refuse)
    with pytest.raises(DisplayError, match="not in the group i2c"):
        open_display("ssd1306", 1, 0x3C)


def test_nobody_at_the_address_is_said_with_the_other_address() -> None:
    with pytest.raises(DisplayError, match=r"address 0x3C, does not answer: check its four wires.*0x3C or 0x3D"):
        open_display("ssd1309", 1, 0x3C, glass=Glass("ssd1309", 0x3D))


def test_a_display_that_fails_to_open_gives_the_bus_back() -> None:
    class Silent(Glass):
        closed = False

        def close(self) -> None:
            self.closed = True

    silent = Silent("ssd1306", 0x3D)
    with pytest.raises(DisplayError):
        open_display("ssd1306", 1, 0x3C, glass=silent)
    assert silent.closed


def test_a_wire_that_comes_loose_is_a_display_error() -> None:
    glass = Glass("ssd1306")
    display = opened(glass)
    glass.unplug()
    with pytest.raises(DisplayError, match="does not answer"):
        display.show(marked())


class Bench:
    """A screen on a glass, running."""

    def __init__(self, glass: Glass, speed: float = 1.0) -> None:
        self.glass = glass
        self.said: list[str] = []
        self.opened_at: list[float] = []
        self.timebase = Timebase(speed)
        self.screen = Screen(self._open, self.timebase, self.said.append)

    def _open(self) -> Display:
        self.opened_at.append(self.timebase.now())
        return opened(self.glass)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.screen.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def shows(self, picture: Image.Image) -> None:
        await until(lambda: same(self.glass.picture(), picture))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the glass has no events
            await asyncio.sleep(0.001)


async def test_an_offered_picture_is_shown() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
    assert bench.said == []


async def test_a_picture_offered_before_the_display_was_opened_is_shown() -> None:
    bench = Bench(Glass("ssd1309"))
    bench.screen.offer(marked())
    async with bench.running():
        await bench.shows(marked())


async def test_a_picture_that_is_on_the_glass_is_not_sent_again() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        before = bench.glass.bus_octets
        for _ in range(5):
            bench.screen.offer(marked())
            await asyncio.sleep(0.01)
        assert bench.glass.bus_octets == before


class Slow(Glass):
    """A glass whose bus stands still until it is let go."""

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip)
        self.free = threading.Event()
        self.free.set()
        self.waiting = threading.Event()

    def i2c_rdwr(self, *i2c_msgs: smbus2.i2c_msg) -> None:
        self.waiting.set()
        self.free.wait(20)
        super().i2c_rdwr(*i2c_msgs)


async def test_of_the_pictures_offered_while_one_is_sent_only_the_newest_follows() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        writes = glass.bus_writes
        glass.free.clear()
        glass.waiting.clear()
        bench.screen.offer(noise(1))
        await until(glass.waiting.is_set)
        for number in range(2, 9):
            bench.screen.offer(noise(number))
            await asyncio.sleep(0)
        glass.free.set()
        await bench.shows(noise(8))
        assert glass.bus_writes - writes == 4  # two pictures, each a window and its octets


async def test_offering_does_not_wait_for_the_bus() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        glass.free.clear()
        bench.screen.offer(noise(1))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        bench.screen.offer(noise(2))
        await asyncio.sleep(0)
        assert time.monotonic() - began < 0.05
        glass.free.set()


async def test_a_display_that_was_unplugged_is_set_up_anew_and_gets_the_newest_picture() -> None:
    bench = Bench(Glass("ssd1309"), speed=100)
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        bench.glass.unplug()
        bench.screen.offer(noise(1))
        await until(lambda: len(bench.said) == 1)
        bench.screen.offer(noise(2))
        bench.glass.plug()
        await bench.shows(noise(2))
        await until(lambda: len(bench.said) == 2)
    assert "does not answer" in bench.said[0]
    assert bench.said[1] == "the display is back"


async def test_a_silent_display_costs_one_sentence_and_a_try_after_growing_pauses() -> None:
    glass = Glass("ssd1309")
    glass.unplug()
    bench = Bench(glass, speed=100)
    async with bench.running():
        bench.screen.offer(marked())
        await until(lambda: len(bench.opened_at) == 8)
    pauses = [after - before for before, after in zip(bench.opened_at, bench.opened_at[1:], strict=False)]
    for pause, least in zip(pauses, (1, 2, 4, 8, 16, 30, 30), strict=True):
        assert least <= pause < least + 15
    assert len(bench.said) == 1


async def test_after_a_good_picture_the_first_pause_is_short_again() -> None:
    glass = Glass("ssd1309")
    glass.unplug()
    bench = Bench(glass, speed=100)
    async with bench.running():
        bench.screen.offer(marked())
        await until(lambda: len(bench.opened_at) == 6)
        glass.plug()
        await bench.shows(marked())
        glass.unplug()
        bench.screen.offer(noise(1))
        await until(lambda: len(bench.said) == 3)
        failed = bench.timebase.now()
        tries = len(bench.opened_at)
        await until(lambda: len(bench.opened_at) > tries)
    assert bench.opened_at[tries] - failed < 15


async def test_in_the_end_the_display_is_dark() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
    assert not bench.glass.on
    bench.glass.i2c_rdwr(smbus2.i2c_msg.write(0x3C, [0x00, 0xAF]))
    assert lit_pixels(bench.glass.picture()) == set()


async def test_a_bus_that_hangs_does_not_keep_the_program_from_ending() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        glass.free.clear()
        bench.screen.offer(noise(1))
        await asyncio.sleep(0.05)
        began = time.monotonic()
    assert time.monotonic() - began < FAREWELL_S + 1
    glass.free.set()
