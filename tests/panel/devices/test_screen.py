"""The display device: what goes over the bus, when, and what happens when nobody answers."""

import asyncio
import atexit
import logging
import random
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import Any

import pytest
import smbus2
from luma.core.interface.serial import i2c
from luma.oled.device import sh1106, ssd1306, ssd1309
from PIL import Image

from appliance.panel.brightness import Dimming
from appliance.panel.devices.display import Display, open_display
from appliance.panel.devices.errors import DisplayError
from appliance.panel.devices.screen import CLOSE_TIMEOUT_S, FIRST_PAUSE_S, MIN_INTERVAL_S, REINIT_S, Screen
from appliance.settings.model import Chip
from appliance.simulation.oled import Glass
from appliance.system.worker import Worker
from tests.panel.pictures import lit_pixels, marked, noise, same
from tests.panel.virtual_time import in_virtual_time, loop_time, virtual_timebase

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
    return open_display(glass.chip, 1, 0x3C, 180 if rotate else 0, 0x55, glass.open)


@pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")
@pytest.mark.parametrize("rotate", [0, 2])
@pytest.mark.parametrize("original", [ssd1306, ssd1309, sh1106])
def test_the_octets_on_the_bus_are_lumas_own(original: type, rotate: int) -> None:
    from appliance.panel.devices.drivers import DRIVERS, Wire

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


@pytest.mark.parametrize("rotate", [0, 180])
@pytest.mark.parametrize("chip", CHIPS)
def test_of_a_second_picture_only_what_differs_is_sent(chip: Chip, rotate: int) -> None:
    glass = Glass(chip)
    display = opened(glass, rotate)
    upright = Image.Transpose.ROTATE_180
    after = marked()
    after.paste(1, (40, 30, 44, 31))
    display.show(marked())
    before = glass.bus_octets
    display.show(after)
    assert same(glass.picture(), after.transpose(upright) if rotate else after)
    assert glass.bus_octets - before <= 14  # four columns of one page, and where they go


@pytest.mark.parametrize("chip", CHIPS)
def test_whatever_follows_whatever_the_glass_shows_the_last(chip: Chip) -> None:
    glass = Glass(chip)
    display = opened(glass)
    chance = random.Random(3)
    picture = marked()
    for _ in range(60):
        left, top = chance.randrange(128), chance.randrange(64)
        picture.paste(noise(chance.randrange(99)), (left, top))
        picture.paste(0, (0, 0, left // 2, top // 2))
        display.show(picture)
        assert same(glass.picture(), picture)


@pytest.mark.parametrize("chip", CHIPS)
def test_a_picture_that_differs_everywhere_costs_no_more_than_a_whole_one(chip: Chip) -> None:
    glass = Glass(chip)
    display = opened(glass)
    display.show(noise(1), reinit=True)
    before = glass.bus_octets
    display.show(noise(2))
    assert glass.bus_octets - before <= 8 * (128 + 7)


def test_the_contrast_is_sent_only_when_it_changed() -> None:
    glass = Glass("ssd1309")
    display = opened(glass)
    display.show(marked(), 90)
    before = glass.bus_octets
    display.show(marked(), 90)
    assert glass.bus_octets == before
    display.show(marked(), 91)
    assert (glass.contrast, glass.bus_octets - before) == (91, 4)


@pytest.mark.parametrize("chip", CHIPS)
def test_a_display_that_sleeps_is_dark_and_wakes_with_the_next_picture(chip: Chip) -> None:
    glass = Glass(chip)
    display = opened(glass)
    display.show(marked(), 90)
    display.sleep()
    assert lit_pixels(glass.picture()) == set()
    display.show(noise(1), 90)
    assert same(glass.picture(), noise(1))


@pytest.mark.parametrize("chip", CHIPS)
def test_a_display_that_lost_its_supply_in_silence_is_right_again_when_set_up_anew(chip: Chip) -> None:
    glass = Glass(chip)
    display = opened(glass)
    display.show(marked(), 90)
    glass.unplug()
    glass.plug()
    display.show(noise(1), 90)
    assert lit_pixels(glass.picture()) == set()  # nobody was told
    display.show(noise(1), 90, reinit=True)
    assert same(glass.picture(), noise(1))
    assert glass.contrast == 90


def test_setting_up_anew_does_not_switch_a_good_display_off() -> None:
    class Watched(Glass):
        went_dark = False

        def write_i2c_block_data(self, *write: Any) -> None:
            super().write_i2c_block_data(*write)
            self.went_dark = self.went_dark or not self.on

    glass = Watched("ssd1309")
    display = opened(glass)
    display.show(marked())
    glass.went_dark = False
    display.show(marked(), reinit=True)
    assert not glass.went_dark


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
        open_display("ssd1309", 1, 0x3C, open_bus=Glass("ssd1309", 0x3D).open)


def test_a_display_that_fails_to_open_gives_the_bus_back() -> None:
    class Silent(Glass):
        closed = False

        def close(self) -> None:
            self.closed = True

    silent = Silent("ssd1306", 0x3D)
    with pytest.raises(DisplayError):
        open_display("ssd1306", 1, 0x3C, open_bus=silent.open)
    assert silent.closed


def test_a_wire_that_comes_loose_is_a_display_error() -> None:
    glass = Glass("ssd1306")
    display = opened(glass)
    glass.unplug()
    with pytest.raises(DisplayError, match="does not answer"):
        display.show(marked())


class Slow(Glass):
    """A glass whose bus stands still until it is let go."""

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip)
        self.free = threading.Event()
        self.free.set()
        self.waiting = threading.Event()

    def i2c_rdwr(self, *i2c_msgs: smbus2.i2c_msg) -> None:
        self.waiting.set()
        self.free.wait()
        self.waiting.clear()
        super().i2c_rdwr(*i2c_msgs)


class Bench:
    """A screen on a glass, running in virtual time.

    The loop waits for the display's thread while it writes, and leaps on when the bus stands still.
    """

    def __init__(self, glass: Glass, deadline_s: float = 30.0) -> None:
        self.glass = glass
        self.said: list[str] = []
        self.opened_at: list[float] = []
        self.timebase = virtual_timebase()
        self.worker = Worker("display", deadline_s)
        self.screen = Screen(self._open, self.timebase, self.worker)
        loop_time().busy = self._is_writing

    def _is_writing(self) -> bool:
        return self.worker.busy and not (isinstance(self.glass, Slow) and self.stands_still())

    def stands_still(self) -> bool:
        """Wait until a write is held on the bus, if it is held at all."""
        assert isinstance(self.glass, Slow)
        return not self.glass.free.is_set() and self.glass.waiting.wait()

    def _open(self) -> Display:
        self.opened_at.append(self.timebase.now())
        return opened(self.glass)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        log = logging.getLogger("appliance.panel.devices.screen")
        ear = logging.Handler()
        ear.emit = lambda record: self.said.append(record.getMessage())  # type: ignore[method-assign]  # one line of it
        log.addHandler(ear)
        task = asyncio.create_task(self.screen.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            log.removeHandler(ear)

    async def shows(self, picture: Image.Image) -> None:
        await until(lambda: same(self.glass.picture(), picture))

    async def comes_to_show(self, picture: Image.Image) -> None:
        """Offer it as the panel does, again and again, until it is on the glass."""
        async with asyncio.timeout(200):
            while not same(self.glass.picture(), picture):
                self.screen.offer(picture, at_once=False)
                await asyncio.sleep(0.5)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true within a minute of the loop's own time."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the glass has no events
            await asyncio.sleep(0.01)


@in_virtual_time
async def test_an_offered_picture_is_shown() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
    assert bench.said == []


@in_virtual_time
async def test_a_picture_offered_before_the_display_was_opened_is_shown() -> None:
    bench = Bench(Glass("ssd1309"))
    bench.screen.offer(marked())
    async with bench.running():
        await bench.shows(marked())


@in_virtual_time
async def test_a_picture_that_is_on_the_glass_is_not_sent_again() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        before = bench.glass.bus_octets
        for _ in range(5):
            bench.screen.offer(marked())
            await asyncio.sleep(1)
        assert bench.glass.bus_octets == before


@in_virtual_time
async def test_of_the_pictures_offered_while_one_is_sent_only_the_newest_follows() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        writes = glass.bus_writes
        glass.free.clear()
        bench.screen.offer(noise(1))
        await until(glass.waiting.is_set)
        for number in range(2, 9):
            bench.screen.offer(noise(number))
            await asyncio.sleep(0)
        glass.free.set()
        await bench.shows(noise(8))
        assert glass.bus_writes - writes == 4  # two pictures, each a window and its octets


@in_virtual_time
async def test_offering_does_not_wait_for_the_bus() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        glass.free.clear()
        bench.screen.offer(noise(1))
        await until(glass.waiting.is_set)
        bench.screen.offer(noise(2))  # would never return: nothing lets the bus go
        await asyncio.sleep(0)
        assert glass.waiting.is_set()
        glass.free.set()


@in_virtual_time
async def test_a_display_that_lost_its_supply_between_two_pictures_is_back_within_a_minute() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        bench.glass.unplug()
        bench.glass.plug()
        lost = bench.timebase.now()
        await bench.comes_to_show(marked())
        assert bench.timebase.now() - lost <= REINIT_S + MIN_INTERVAL_S
    assert bench.said == []


@in_virtual_time
async def test_a_display_replaced_by_one_with_its_sister_chip_is_set_up_within_a_minute() -> None:
    glass = Glass("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        glass.unplug()
        glass.chip = "ssd1306"  # needs its charge pump switched on, which an SSD1309 has not got
        glass.plug()
        await bench.comes_to_show(marked())


@in_virtual_time
async def test_a_display_of_another_make_in_its_place_does_no_harm() -> None:
    glass = Glass("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        glass.unplug()
        glass.chip = "sh1106"
        glass.plug()
        for number in range(20):
            bench.screen.offer(noise(number))
            await asyncio.sleep(5)
        glass.unplug()
        glass.chip = "ssd1309"
        glass.plug()
        await bench.comes_to_show(marked())


@in_virtual_time
async def test_a_display_that_is_absent_at_first_is_shown_the_newest_picture_when_it_comes() -> None:
    glass = Glass("ssd1309")
    glass.unplug()
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(noise(1), Dimming(contrast=33))
        await until(lambda: len(bench.said) == 1)
        bench.screen.offer(marked(), Dimming(contrast=44))
        glass.plug()
        await bench.shows(marked())
        assert glass.contrast == 44


@in_virtual_time
async def test_a_picture_that_can_wait_waits_half_a_second_and_only_the_newest_is_sent() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        began, writes = bench.timebase.now(), bench.glass.bus_writes
        for number in range(1, 9):
            bench.screen.offer(noise(number), at_once=False)
            await asyncio.sleep(0.05)
            assert same(bench.glass.picture(), noise(0))
        bench.screen.offer(noise(9), at_once=False)
        await bench.shows(noise(9))
        assert bench.timebase.now() - began == pytest.approx(MIN_INTERVAL_S, abs=0.02)
        assert bench.glass.bus_writes - writes == 2  # one picture: a window and its octets


@in_virtual_time
async def test_a_picture_that_cannot_wait_is_not_delayed_by_one_that_can() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        bench.screen.offer(noise(1), at_once=False)
        await asyncio.sleep(0.02)
        bench.screen.offer(noise(2))
        await bench.shows(noise(2))


@in_virtual_time
async def test_news_is_not_held_back_by_a_clock_that_was_offered_after_it() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(noise(0))
        await bench.shows(noise(0))
        bench.screen.offer(noise(1))
        bench.screen.offer(noise(2), at_once=False)
        await bench.shows(noise(2))


@in_virtual_time
async def test_the_picture_is_shifted_on_the_glass() -> None:
    bench = Bench(Glass("ssd1309"))
    expected = Image.new("1", (128, 64))
    expected.paste(marked(), (1, -1))
    async with bench.running():
        bench.screen.offer(marked(), Dimming(shift=(1, -1)))
        await bench.shows(expected)


@in_virtual_time
async def test_the_display_sleeps_when_told_and_nothing_is_sent_until_it_wakes() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        bench.screen.offer(marked(), Dimming(awake=False))
        await until(lambda: not bench.glass.on)
        before = bench.glass.bus_octets
        for number in range(5):
            bench.screen.offer(noise(number), Dimming(awake=False))
            await asyncio.sleep(1)
        assert bench.glass.bus_octets == before
        bench.screen.offer(noise(9))
        await bench.shows(noise(9))


@in_virtual_time
async def test_a_display_that_comes_back_at_night_stays_asleep() -> None:
    bench = Bench(Glass("ssd1309"))
    bench.glass.unplug()
    async with bench.running():
        bench.screen.offer(marked(), Dimming(awake=False))
        await until(lambda: len(bench.said) == 1)
        bench.glass.plug()
        await until(lambda: len(bench.said) == 2)
        assert not bench.glass.on


@in_virtual_time
async def test_a_display_that_was_unplugged_is_set_up_anew_and_gets_the_newest_picture() -> None:
    bench = Bench(Glass("ssd1309"))
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


@in_virtual_time
async def test_a_silent_display_costs_one_sentence_and_a_try_after_growing_pauses() -> None:
    glass = Glass("ssd1309")
    glass.unplug()
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(marked())
        await until(lambda: len(bench.opened_at) == 8)
    pauses = [after - before for before, after in pairwise(bench.opened_at)]
    assert pauses == pytest.approx([1, 2, 4, 4, 4, 4, 4])
    assert len(bench.said) == 1


@in_virtual_time
async def test_a_display_is_at_fault_from_its_second_failure_on_until_it_shows_a_picture() -> None:
    glass = Glass("ssd1309")
    glass.unplug()
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(marked())
        await until(lambda: len(bench.said) == 1)
        assert bench.screen.fault is None  # it may have been a glitch
        await until(lambda: len(bench.opened_at) == 2)
        await until(lambda: bench.screen.fault is not None)
        assert "does not answer" in str(bench.screen.fault)
        glass.plug()
        await bench.shows(marked())
        await until(lambda: bench.screen.fault is None)


@in_virtual_time
async def test_after_a_good_picture_the_first_pause_is_short_again() -> None:
    glass = Glass("ssd1309")
    glass.unplug()
    bench = Bench(glass)
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
    assert bench.opened_at[tries] - failed <= FIRST_PAUSE_S


@in_virtual_time
async def test_in_the_end_the_display_is_dark() -> None:
    bench = Bench(Glass("ssd1309"))
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
    assert not bench.glass.on
    bench.glass.i2c_rdwr(smbus2.i2c_msg.write(0x3C, [0x00, 0xAF]))
    assert lit_pixels(bench.glass.picture()) == set()


@in_virtual_time
async def test_a_bus_that_hangs_does_not_keep_the_program_from_ending() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass)
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        glass.free.clear()
        bench.screen.offer(noise(1))
        await until(glass.waiting.is_set)
        began = bench.timebase.now()
    assert bench.timebase.now() - began <= CLOSE_TIMEOUT_S + 0.01
    glass.free.set()


@in_virtual_time
async def test_a_bus_that_hangs_is_given_up_in_words_and_tried_again() -> None:
    glass = Slow("ssd1309")
    bench = Bench(glass, deadline_s=10.0)
    async with bench.running():
        bench.screen.offer(marked())
        await bench.shows(marked())
        glass.free.clear()
        bench.screen.offer(noise(1))
        await until(lambda: bool(bench.said))
        assert "the display hangs" in bench.said[0]
        glass.free.set()
        await bench.comes_to_show(noise(2))
        await until(lambda: bench.said[-1] == "the display is back")
