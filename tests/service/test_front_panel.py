"""The lamps' own task: the rhythm goes on between the situations, on mock pins, in a time that leaps."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel.devices.display import open_display
from appliance.panel.devices.pins import Pins
from appliance.panel.devices.screen import Screen
from appliance.panel.keys import Key
from appliance.panel.lamps import BEAT_S
from appliance.panel.panel import Panel
from appliance.service.front_panel import CALM_S, FrontPanel
from appliance.service.restarts import TaskRestarter
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.simulation.examples import CALM
from appliance.simulation.oled import Glass
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from appliance.words.words import WORDS
from tests.panel.virtual_time import in_virtual_time, loop_time

GPIO = settings_file.pins(Settings())
LOOK_S = 0.01
OFF_S = LOOK_S + 0.001
"""How far a look may be from the edge that it sees."""


def red(*, acknowledged: bool) -> Situation:
    alarm = Alarm(
        rule=Rule.POWER,
        level=Level.ACT,
        phase=None,
        value=18_000,
        limit=17_000,
        since=None,
        age_s=0,
        acknowledged=acknowledged,
        calls=1,
    )
    return replace(CALM, level=Level.ACT, alarms=(alarm,))


UNKNOWN = replace(CALM, level=None, power_import_w=None)


class Bench:
    """A front panel on mock pins: its lamps, looked at a hundred times a second."""

    def __init__(self, speed: float = 1.0) -> None:
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.timebase = Timebase(speed, clock=loop_time().time)
        self.panel = Panel(WORDS["en"], self.timebase, lambda *_arguments, **_named: None)
        glass = Glass("ssd1309")
        screen = Screen(
            lambda: open_display("ssd1309", 1, 0x3C, open_bus=glass.open), self.timebase, Worker("test", 60.0)
        )
        self.front = FrontPanel(self.panel, screen, self._pins, self.timebase, TaskRestarter(self.timebase))

    def _pins(self, edge: Callable[[Key, bool], None]) -> Pins:
        return Pins(GPIO, edge, self.pins)

    def lit(self, colour: str) -> bool:
        return bool(self.pins.pin(GPIO[f"led_{colour}"]).state)

    async def edges(self, colour: str, seconds: float) -> list[tuple[float, bool]]:
        """Return when a lamp changed in so many seconds of the appliance, and to what."""
        begin_s, found, was = self.timebase.now(), [], self.lit(colour)
        while (now_s := self.timebase.now()) < begin_s + seconds:
            if self.lit(colour) != was:
                was = not was
                found.append((now_s, was))
            await self.timebase.sleep(LOOK_S)
        return found


@contextlib.asynccontextmanager
async def running(speed: float = 1.0) -> AsyncIterator[Bench]:
    bench = Bench(speed)
    tasks = [asyncio.create_task(bench.front.tasks()[name]()) for name in ("pins", "lamps")]
    await asyncio.sleep(0)
    try:
        yield bench
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@in_virtual_time
async def test_red_blinks_twice_a_second_although_no_situation_comes() -> None:
    async with running() as bench:
        bench.front.show(red(acknowledged=False))
        edges = await bench.edges("red", 10.0)
        edges = edges[1:]  # the task first has to notice that a lamp blinks
        assert all(abs(after - before - 0.25) <= OFF_S for (before, _), (after, _) in pairwise(edges))
        assert 34 <= len(edges) <= 40
        assert not bench.lit("yellow")
        assert not bench.lit("green")


@in_virtual_time
async def test_a_red_that_was_seen_is_steady() -> None:
    async with running() as bench:
        bench.front.show(red(acknowledged=False))
        await bench.timebase.sleep(2.0)
        bench.front.show(red(acknowledged=True))
        assert bench.lit("red")
        assert await bench.edges("red", 5.0) == []


@in_virtual_time
async def test_what_is_not_known_is_two_short_flashes_every_two_seconds() -> None:
    async with running() as bench:
        bench.front.show(UNKNOWN)
        await bench.timebase.sleep(2.0)
        edges = await bench.edges("yellow", 8.0)
        lit_s = [after - before for (before, on), (after, _) in pairwise(edges) if on]
        dark_s = [after - before for (before, on), (after, _) in pairwise(edges) if not on]
        assert all(abs(one - BEAT_S) <= OFF_S for one in lit_s)
        assert all(min(abs(one - BEAT_S), abs(one - 1.625)) <= OFF_S for one in dark_s)
        assert len(lit_s) in (7, 8)


@in_virtual_time
async def test_no_lamp_changes_while_none_blinks() -> None:
    async with running() as bench:
        bench.front.show(CALM)
        for colour in ("green", "yellow", "red"):
            assert await bench.edges(colour, 3.0) == []
        assert bench.lit("green")


@in_virtual_time
async def test_a_blink_is_noticed_soon() -> None:
    async with running() as bench:
        bench.front.show(CALM)
        await bench.timebase.sleep(10.1)
        bench.front.show(red(acknowledged=False))
        assert (await bench.edges("red", 2.0))[0][0] <= 10.1 + CALM_S + 0.25


@pytest.mark.parametrize("speed", [1.0, 60.0, 5000.0])
def test_however_fast_the_time_goes_the_task_leaves_the_others_theirs(speed: float) -> None:
    @in_virtual_time
    async def run() -> None:
        async with running(speed) as bench:
            bench.front.show(red(acknowledged=False))
            looks = 0
            beat = bench.panel.beat

            def counted() -> bool:
                nonlocal looks
                looks += 1
                return beat()

            bench.panel.beat = counted  # type: ignore[method-assign] - counts the looks of the task
            await asyncio.sleep(10.0)  # of the wall's seconds
            assert 10 <= looks <= 10.0 / 0.02 + 2

    run()


@in_virtual_time
async def test_without_pins_the_task_waits() -> None:
    bench = Bench()
    task = asyncio.create_task(bench.front.tasks()["lamps"]())
    bench.front.show(red(acknowledged=False))
    await asyncio.sleep(10.0)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
