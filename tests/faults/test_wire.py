"""What a wire does to the whole appliance, on the bit-level model of a UART: parity and framing errors, and breaks."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.situation import Situation
from appliance.line.port import Counters, Parity, Received, SerialSettings
from appliance.meter.reading import Maker
from appliance.service.outputs import Watch
from appliance.service.wiring import Machine, appliance
from appliance.settings.model import Settings
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Meter
from appliance.simulation.oled import Glass
from appliance.system.health import LineCondition
from appliance.system.timebase import Timebase
from tests.simulation.wire import Item, Receiver, Sender, Wire, counted, received

START = datetime(2026, 1, 15, 16, 20, tzinfo=UTC)
SPEED = 5.0
HEALED_S = 5.0
PAUSE_S = 0.01
LOOK_S = PAUSE_S * SPEED
"""What a look counts for, in the appliance's seconds. Waits are counted in looks: they take turns with the appliance on
one loop, so that nothing is late because of the machine."""
EVEN = SerialSettings(2400, Parity.EVEN)
LOAD_W = 1000.0


class WirePort:
    """A UART on the wire from a meter, of which everything can go wrong."""

    def __init__(self, timebase: Timebase) -> None:
        self.wire = Wire(Sender(EVEN))
        self._timebase = timebase
        self._settings = SerialSettings()
        self._receiver = Receiver(self._settings)
        self._items: list[Item] = []
        self._all: list[Item] = []
        self._told, self._tell = os.pipe()

    def turn_round(self, *, inverted: bool) -> None:
        """The converter's output is turned round, or back; the line rests at the other level."""
        self.wire = Wire(Sender(EVEN, inverted=inverted))
        self._receiver = Receiver(self._settings, idle=int(not inverted))

    async def speak(self) -> None:
        house = House(Net.TN, loads=(Load("test", None, lambda _moment, _chance: LOAD_W),))
        for sent in Meter(Maker.AIDON, house, START).sent():
            await self._timebase.sleep_until((sent.moment - START).total_seconds())
            self._items += self._receiver.items(self.wire.burst(self._timebase.now(), sent.octets))
            self._all += self._items
            os.write(self._tell, b"!")

    def fileno(self) -> int:
        return self._told

    def apply(self, settings: SerialSettings) -> bool:
        self._settings = settings
        self._receiver.set(settings, self._timebase.now())
        return True

    def read(self) -> Received:
        os.read(self._told, 1)
        items, self._items = self._items, []
        return received(items)

    def counters(self) -> Counters:
        return counted(self._all)

    def close(self) -> None:
        os.close(self._told)
        os.close(self._tell)


class Wired:
    """An appliance on such a wire, and what it shows."""

    def __init__(self) -> None:
        self.timebase = Timebase(SPEED)
        self.port = WirePort(self.timebase)
        self.seen: list[Situation] = []
        self.supervisor = appliance(
            Settings(),
            self.timebase,
            Machine(
                open_port=lambda _name: self.port,
                open_bus=Glass("ssd1309").open,
                pin_factory=MockFactory(pin_class=MockPWMPin),
            ),
            outputs=(Watch(self.seen.append),),
        )

    async def until(self, condition: Callable[[Situation], object], seconds: float = 120.0) -> float:
        """Wait until it can be seen. Return how many of the appliance's seconds that took, counted in looks."""
        looks = 0
        while not (self.seen and condition(self.seen[-1])):
            looks += 1
            assert looks * LOOK_S <= seconds, self.seen[-1:]
            await asyncio.sleep(PAUSE_S)
        return looks * LOOK_S


@contextlib.asynccontextmanager
async def living() -> AsyncIterator[Wired]:
    wired = Wired()
    tasks = [asyncio.ensure_future(wired.supervisor.run()), asyncio.ensure_future(wired.port.speak())]
    try:
        await wired.until(lambda seen: seen.power_import_w == LOAD_W and seen.health.line_settings == "2400 8E1")
        yield wired
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def fresh(seen: Situation) -> bool:
    return seen.power_import_w == LOAD_W and seen.reading_age_s is not None and seen.reading_age_s < 3


async def test_parity_and_framing_errors_show_no_wrong_number_and_all_is_well_soon_after():
    async with living() as wired:
        wired.port.wire = Wire(Sender(EVEN), bit_errors=0.02, seed=3)
        before = wired.port.counters()
        await wired.until(lambda seen: seen.power_import_w is None)
        noticed = wired.port.counters().since(before)
        assert noticed.parity > 10
        assert noticed.framing > 10
        assert {seen.power_import_w for seen in wired.seen[-200:]} <= {None, LOAD_W}
        wired.port.wire = Wire(Sender(EVEN))
        assert await wired.until(fresh) <= HEALED_S


async def test_a_line_of_breaks_is_named_and_all_is_well_soon_after():
    async with living() as wired:
        wired.port.turn_round(inverted=True)
        before = wired.port.counters()
        await wired.until(lambda seen: seen.health.line is LineCondition.INVERTED, 300)
        assert wired.port.counters().since(before).breaks > 0
        assert {seen.power_import_w for seen in wired.seen[-200:]} <= {None, LOAD_W}
        wired.port.turn_round(inverted=False)
        assert await wired.until(fresh) <= HEALED_S
