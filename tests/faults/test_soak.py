"""Days on end with random faults: nothing grows, nothing that came whole is lost.

Everything is real but time, glass and pins: a pseudo-terminal, the decoder, the household, a file with its fsyncs.
A tenth of a day, or as many as HAN_SOAK_DAYS says.
"""

import asyncio
import fcntl
import gc
import os
import random
import struct
import termios
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.situation import Signal, Situation
from appliance.meter.reading import Maker
from appliance.service.outputs import Watch
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.simulation.house import House, Net
from appliance.simulation.meter import Line, Meter, noisy
from appliance.simulation.oled import Glass
from appliance.system.clock import Boot
from appliance.system.timebase import Timebase
from tests.faults.virtual import VirtualLoop

START = datetime(2026, 1, 15, 12, tzinfo=UTC)
DAYS = float(os.environ.get("HAN_SOAK_DAYS", "0.1"))
DAY_S, HOUR_S = 86_400.0, 3600.0
NOISE = 0.003
EVERY = 10
LINE_HOLDS = 4095
"""Octets that a terminal keeps ready for its reader (Linux: N_TTY_BUF_SIZE less one); more wait behind."""
ARRIVES_S = 60.0
"""By the wall's clock: at once on an idle machine."""
GROWTH_KB = 4096
"""What the memory may grow by over the whole time, by its slope once it has settled."""


class SparingGlass(Glass):
    """A display whose bus carries every tenth message of pixels only."""

    def __init__(self) -> None:
        super().__init__("ssd1309")
        self.ill = False
        self.messages = 0

    def i2c_rdwr(self, *i2c_msgs: object) -> None:
        if self.ill:
            raise OSError(121, "Remote I/O error")
        self.messages += 1
        if self.messages < 100 or self.messages % EVERY == 0:
            super().i2c_rdwr(*i2c_msgs)  # type: ignore[arg-type]


class Soak:
    """An appliance, its meter, and what befalls them."""

    def __init__(self, loop: VirtualLoop, folder: Path) -> None:
        self.loop = loop
        self.folder = folder
        self.chance = random.Random(20)
        self.timebase = Timebase(clock=loop.time)
        self.glass = SparingGlass()
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.port = folder / "serial"
        self.line: Line | None = None
        self.noise = 0.0
        self.intact = self.whole = self.taken = 0
        self.situation: Situation | None = None
        self.befallen: dict[str, int] = {}
        self.figures: list[tuple[float, int, int, int]] = []
        self._readings = 0
        self.appliance: asyncio.Task[None]

    def begin(self) -> None:
        settings = settings_file.parse(f'[line]\nport = "{self.port}"\n[data]\nfolder = "{self.folder}"\n', "soak")
        supervisor = appliance(
            settings,
            self.timebase,
            Machine(
                open_bus=self.glass.open,
                pin_factory=self.pins,
                boot=lambda: Boot("soak", self.timebase.now()),
                folder=self.folder,
            ),
            outputs=(Watch(self._watch),),
        )
        self.loop.busy = lambda: any(worker.busy for worker in supervisor.workers)
        self._readings = 0
        self.appliance = asyncio.ensure_future(supervisor.run())

    def _watch(self, situation: Situation) -> None:
        self.taken += situation.line.readings - self._readings
        self._readings = situation.line.readings
        self.situation = situation

    async def end(self) -> None:
        self.appliance.cancel()
        await asyncio.gather(self.appliance, return_exceptions=True)

    def plug(self) -> None:
        self.line = Line(self.timebase)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(self.line.port)

    def unplug(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None
            self.port.unlink()

    async def speak(self) -> None:
        """The meter sends; what reached an open port whole is counted."""
        for sent in Meter(Maker.AIDON, House(Net.IT), START).sent():
            await self.timebase.sleep_until((sent.moment - START).total_seconds())
            if self.line is None:
                continue
            octets = noisy(sent.octets, self.noise, self.chance) if self.noise else sent.octets
            listening = self.situation is not None and self.situation.signal is not Signal.NO_PORT
            self.whole += sent.octets in octets
            self.intact += listening and sent.octets in octets
            self._put(octets)

    def _put(self, octets: bytes) -> None:
        """On the line until they can be read there: the kernel hands them over in a time of its own."""
        assert self.line is not None
        end = os.open(self.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        expected = min(readable(end) + len(octets), LINE_HOLDS)
        self.line.put(octets)
        deadline = time.monotonic() + ARRIVES_S
        while readable(end) < expected and time.monotonic() < deadline:
            time.sleep(0)
        os.close(end)

    async def befall(self) -> None:
        """One fault after another, some minutes apart."""
        faults: list[Callable[[], object]] = [self._pull, self._spoil, self._blind, self._stall, self._restart]
        while True:
            await self.timebase.sleep(self.chance.uniform(60, 3600))
            fault = self.chance.choice(faults)
            self.befallen[fault.__name__] = self.befallen.get(fault.__name__, 0) + 1
            await fault()  # type: ignore[misc]

    async def _pull(self) -> None:
        self.unplug()
        await self.timebase.sleep(self.chance.uniform(1, 600))
        self.plug()

    async def _spoil(self) -> None:
        self.noise = NOISE
        await self.timebase.sleep(self.chance.uniform(1, 600))
        self.noise = 0.0

    async def _blind(self) -> None:
        self.glass.ill = True
        await self.timebase.sleep(self.chance.uniform(1, 600))
        self.glass.ill = False

    async def _stall(self) -> None:
        """Stopped, as by SIGSTOP: the meter sends on into the port's buffer."""
        self.loop.pass_time(self.chance.uniform(1, 90))

    async def _restart(self) -> None:
        await self.end()
        self.begin()

    async def measure(self) -> None:
        while True:
            await self.timebase.sleep_until((self.timebase.now() // HOUR_S + 1) * HOUR_S)
            for pin in self.pins.pins.values():
                pin.clear_states()  # a mock pin remembers all it ever was
            gc.collect()
            self.figures.append(
                (
                    self.timebase.now() / DAY_S,
                    resident_kb(),
                    descriptors(),
                    threading.active_count(),
                )
            )


def readable(line: int) -> int:
    """How many octets wait in it."""
    return struct.unpack("i", fcntl.ioctl(line, termios.FIONREAD, bytes(4)))[0]


def resident_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def slope(points: list[tuple[float, float]]) -> float:
    """Of the line of least squares through these."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


async def soaked(loop: VirtualLoop, folder: Path) -> Soak:
    soak = Soak(loop, folder)
    soak.plug()
    soak.begin()
    tasks = [asyncio.ensure_future(work()) for work in (soak.speak, soak.befall, soak.measure)]
    await soak.timebase.sleep(DAYS * DAY_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await soak.timebase.sleep(30)  # what is on its way arrives
    await soak.end()
    soak.unplug()
    return soak


def test_days_of_faults_leave_no_growth_and_lose_no_frame(tmp_path: Path):
    loop = VirtualLoop()
    try:
        asyncio.set_event_loop(loop)
        soak = loop.run_until_complete(soaked(loop, tmp_path))
    finally:
        asyncio.set_event_loop(None)
        loop.close()

    settled = soak.figures[len(soak.figures) // 3 :]
    memory = slope([(day, kb) for day, kb, _, _ in settled])
    told = ", ".join(f"{name.strip('_')} {count}" for name, count in sorted(soak.befallen.items()))
    print(
        f"\n{DAYS:g} days: {soak.intact} lists sent whole to an open port, {soak.taken} taken; {told}; "
        f"memory {memory:+.0f} kB a day, "
        f"descriptors {settled[0][2]} to {settled[-1][2]}, threads {settled[0][3]} to {settled[-1][3]}"
    )
    assert soak.intact <= soak.taken <= soak.whole  # some wait in the line until the port is opened again
    assert DAYS < 2 or memory * DAYS < GROWTH_KB  # a Python that has just begun is not settled
    assert max(figures[2] for figures in settled) <= settled[0][2] + 3
    assert max(figures[3] for figures in settled) <= settled[0][3] + 3
