"""An appliance as a process of its own, on a bench: real but for glass and pins, which are told what to suffer.

Run as `python bench.py SETTINGS FOLDER SPEED HELD_PIN`. It reads requests as lines of JSON and answers each with a
line of JSON; the test on the other end sees what a person would (lamps, glass) and what the kernel knows of the
process. The faults are in the things around the program, never in it: the bus, the pins, and the Pi's clock.
"""

import asyncio
import base64
import errno
import json
import logging
import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.situation import Situation
from appliance.service.outputs import Watch
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.settings.model import Chip
from appliance.simulation.oled import Glass
from appliance.system.clock import Boot
from appliance.system.timebase import Timebase

log = logging.getLogger("appliance")

COLOURS = ("red", "yellow", "green")


class FaultyGlass(Glass):
    """A display module on wires and a bus that can be ill."""

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip)
        self.illness = "none"
        self.well = threading.Event()

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        self._suffer()
        super().i2c_rdwr(*i2c_msgs)

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Any) -> None:
        self._suffer()
        super().write_i2c_block_data(i2c_addr, register, data)

    def _suffer(self) -> None:
        match self.illness:
            case "hangs":
                self.well.wait()
            case "times out":
                raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            case "raises":
                raise RuntimeError("a mistake that nobody has thought of")

    def fall(self, illness: str) -> None:
        """Be ill ("absent", "hangs", "times out", "raises", a chip's name for another module) or "none"."""
        if illness in ("ssd1306", "ssd1309", "sh1106"):
            self.unplug()
            super().__init__(illness)  # type: ignore[arg-type]
            illness = "none"
        if illness == "absent":
            self.unplug()
        elif self.illness == "absent":
            self.plug()
        self.illness = illness
        (self.well.set if illness == "none" else self.well.clear)()


class SetClock:
    """A system clock that something has set, and that something else may set wrong: the kernel knows of that."""

    def __init__(self, timebase: Timebase) -> None:
        self._timebase = timebase
        self.start: datetime | None = None
        self.jump = timedelta()

    def utc(self) -> datetime:
        return (self.start or datetime(1970, 1, 1, tzinfo=UTC)) + timedelta(seconds=self._timebase.now()) + self.jump

    def synchronised(self) -> bool:
        return self.start is not None and not self.jump


class Bench:
    """The appliance and what is around it."""

    def __init__(self, settings: Path, folder: Path, speed: float, held_pin: int | None) -> None:
        self.settings = settings_file.load(settings)
        self.pins = settings_file.pins(self.settings)
        self.timebase = Timebase(speed)
        self.glass = FaultyGlass(self.settings.display.driver)
        self.factory = MockFactory(pin_class=MockPWMPin)
        if held_pin is not None:
            self.factory.reserve_pins(self, held_pin)
        self.clock = SetClock(self.timebase)
        self.situation: Situation | None = None
        self.supervisor = appliance(
            self.settings,
            self.timebase,
            Machine(
                open_bus=self.glass.open,
                pin_factory=self.factory,
                clock=self.clock,
                boot=lambda: Boot("bench", self.timebase.now()),
                folder=folder,
            ),
            outputs=(Watch(self._watch),),
        )

    def _watch(self, situation: Situation) -> None:
        self.situation = situation

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request:
            case {"glass": illness}:
                self.glass.fall(illness)
            case {"free_pin": number}:
                self.factory.release_pins(self, number)
            case {"clock": start, "jump_days": days}:
                self.clock.start = datetime.fromisoformat(start)
                self.clock.jump = timedelta(days=days)
        return self._seen()

    def _seen(self) -> dict[str, Any]:
        situation = self.situation
        return {
            "lamps": [
                colour for colour in ("red", "yellow", "green") if self.factory.pin(self.pins[f"led_{colour}"]).state
            ],
            "glass": base64.b64encode(self.glass.picture().tobytes()).decode(),
            "signal": situation and situation.signal.value,
            "level": situation and situation.level is not None and situation.level.name,
            "power_w": situation and situation.power_import_w,
            "storage": situation and situation.storage.value,
            "readings": situation and situation.line.readings,
            "rejected": situation and situation.line.rejected,
            "line": situation and situation.health.line and situation.health.line.value,
            "faults": [fault.kind.value for fault in situation.health.faults] if situation else [],
            "local_time": situation and situation.local_time and situation.local_time.isoformat(),
            "now": self.timebase.now(),
            "threads": threading.active_count(),
        }

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(self.supervisor.run())
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        asking = asyncio.ensure_future(self._ask(reader))
        await asyncio.wait([task, asking], return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
        task.cancel()
        for ended in await asyncio.gather(task, asking, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def _ask(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            print(json.dumps(self.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    log.setLevel("INFO")
    held = int(sys.argv[4]) if sys.argv[4] else None
    asyncio.run(Bench(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), held).run())
