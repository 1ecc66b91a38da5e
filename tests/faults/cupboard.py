"""A meter cupboard for one fault: the appliance as a process, a meter on a real pseudo-terminal, a folder, and eyes.

Times are the appliance's seconds; process and meter live at the same speed. Waits are counted in looks, and not by a
clock: a look takes a turn of this process and an answer of the appliance, so on a machine that gives either of them
little time, fewer looks go into a second, and nothing is late because of the machine.
"""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from appliance.meter.reading import Maker
from appliance.panel.drawing.typeface import BOLD, MEDIUM, SMALL, Face
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Line, Meter
from appliance.system.timebase import Timebase

HERE = Path(__file__).parent
START = datetime(2026, 1, 15, 16, 20, tzinfo=UTC)
SPEED = 2.0
PAUSE_S = 0.05
"""Between two looks, by the wall's clock."""
LOOK_S = PAUSE_S * SPEED
"""What a look counts for, in the appliance's seconds: as long as it takes on an idle machine, or a little less."""
SETTINGS = """
[line]
port = "{port}"
[readings]
silent_s = 15
[sound]
quiet_from = "00:00"
quiet_to = "00:00"
[data]
folder = "{folder}"

[thresholds]
watch_w = 5000
act_w = 10000
rise_s = 0
hold_s = 30
"""


class Took(NamedTuple):
    """How long something took, in the appliance's seconds."""

    clock_s: float
    """By a clock: what is told."""
    looks_s: float
    """In looks: what is judged."""


class Seen:
    """What could be seen at one moment."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.glass = Image.frombytes("1", (128, 64), base64.b64decode(answer["glass"]))

    def __getattr__(self, name: str) -> Any:
        return self._answer[name]

    def says(self, words: str) -> bool:
        """Whether each of these words stands on the glass, lit or in the calling strip."""
        return all(any(_stands(self.glass, face, word) for face in (SMALL, BOLD, MEDIUM)) for word in words.split())

    @property
    def blank(self) -> bool:
        return self.glass.getbbox() is None


def _stands(glass: Image.Image, face: Face, word: str) -> bool:
    try:
        width, height = face.width(word), face.depth(word)
        pattern = Image.new("1", (width, height))
        face.draw(pattern, 0, 0, word)
    except (KeyError, ValueError):
        return False  # the face has not all of its letters
    wanted, rows = _rows(pattern), _rows(glass)
    mask = (1 << width) - 1
    inverted = [row ^ mask for row in wanted]
    for top in range(glass.height - height + 1):
        for shift in range(glass.width - width + 1):
            part = (rows[top] >> shift) & mask
            for sought in (wanted, inverted):
                if part == sought[0] and all((rows[top + y] >> shift) & mask == sought[y] for y in range(1, height)):
                    return True
    return False


def _rows(picture: Image.Image) -> list[int]:
    """Return the rows as numbers, the leftmost pixel highest."""
    stride = (picture.width + 7) // 8
    octets = picture.tobytes()
    rows = [octets[begin : begin + stride] for begin in range(0, len(octets), stride)]
    return [int.from_bytes(row) >> (8 * stride - picture.width) for row in rows]


class Cupboard:
    """One appliance, its meter, and what befalls them."""

    def __init__(self, folder: Path, maker: Maker = Maker.AIDON) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self.timebase = Timebase(SPEED)
        self.load_w = 1000.0
        self.port = folder / "serial"
        self._house = House(Net.TN, loads=(Load("test", None, lambda _moment, _chance: self.load_w),))
        self._meter = Meter(maker, self._house, START)
        self._speaking: asyncio.Task[None] | None = None
        self._line: Line | None = None
        self.mangle: Callable[[bytes], bytes] = lambda octets: octets
        self.sent = 0
        self.process: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Lock()
        self.said: list[str] = []

    def plug(self) -> None:
        """Plug the converter in: another terminal each time, under the same name."""
        self._line = Line(self.timebase)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(self._line.port)

    def unplug(self) -> None:
        """Pull the converter out."""
        assert self._line is not None
        self._line.close()
        self._line = None
        self.port.unlink()

    async def _speak(self) -> None:
        """The meter sends, whether anybody listens or not."""
        for sent in self._meter.sent():
            await self.timebase.sleep_until((sent.moment - START).total_seconds())
            if self._line is not None:
                self.sent += 1
                self._line.put(self.mangle(sent.octets))

    async def start(self, *before: str, hold_pin: int | None = None) -> None:
        """Start the appliance, after the words of another command if need be, with a pin that another program holds."""
        settings = self.folder / "appliance.toml"
        if not settings.exists():
            settings.write_text(SETTINGS.format(port=self.port, folder=self.data))
        self.process = await asyncio.create_subprocess_exec(
            *before,
            sys.executable,
            "-W",
            "ignore",
            str(HERE / "bench.py"),
            str(settings),
            str(self.data),
            str(SPEED),
            str(hold_pin or ""),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(HERE.parent.parent)},
        )
        asyncio.ensure_future(self._listen(self.process)).add_done_callback(lambda _task: None)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            self.said.append(line.decode().rstrip())

    async def see(self, **request: Any) -> Seen:
        """Ask the bench for something, and look."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        async with self._asking:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            line = await self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the appliance has ended: {self.said[-5:]}")
        return Seen(json.loads(line))

    async def until(self, condition: Callable[[Seen], object], seconds: float = 60.0, what: str = "") -> Took:
        """Wait until it can be seen, at most `seconds` in looks. Return how long it took."""
        looks, began = 0, self.timebase.now()
        while not condition(seen := await self.see()):
            looks += 1
            if looks * LOOK_S > seconds:
                raise AssertionError(f"not within {seconds} s: {what or condition}: {seen._answer} {self.said[-5:]}")
            await asyncio.sleep(PAUSE_S)
        return Took(self.timebase.now() - began, looks * LOOK_S)

    async def hold(self, condition: Callable[[Seen], object], seconds: float, what: str = "") -> None:
        """See it all the time for so long, by the appliance's clock."""
        began = self.timebase.now()
        while self.timebase.now() - began < seconds:
            seen = await self.see()
            assert condition(seen), f"not all the time: {what}: {seen._answer}"
            await asyncio.sleep(PAUSE_S)

    def signal(self, sent: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(sent)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def ended(self) -> None:
        assert self.process is not None
        await self.process.wait()

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def living(
    folder: Path, maker: Maker = Maker.AIDON, *, before: tuple[str, ...] = (), hold_pin: int | None = None
) -> AsyncIterator[Cupboard]:
    """A cupboard whose appliance has read its meter and shows that all is well, or has no lamps to show it with."""
    cupboard = Cupboard(folder, maker)
    cupboard.plug()
    await cupboard.start(*before, hold_pin=hold_pin)
    speaking = asyncio.ensure_future(cupboard._speak())
    try:
        await cupboard.until(lambda seen: seen.power_w == 1000, 90, "a first reading")
        if hold_pin is None:
            await cupboard.until(lambda seen: seen.lamps == ["green"], 20, "green at first")
        yield cupboard
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await cupboard.end()
