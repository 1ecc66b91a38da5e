"""A search for the line's settings in simulated time, from the meter's bits to the decision."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

from appliance.line.autobaud import LineSearch
from appliance.line.diagnosis import LineWatch
from appliance.line.port import SerialSettings
from appliance.meter.reading import Maker
from appliance.simulation.house import House, Net
from appliance.simulation.meter import Meter
from tests.simulation.wire import Burst, Habit, Item, Receiver, School, Sender, Wire, received

START = datetime(2026, 1, 15, 16, 20, 0, tzinfo=UTC)
CHUNK_S = 0.016
"""How long a driver collects octets."""


@cache
def lists(maker: Maker) -> tuple[tuple[float, bytes], ...]:
    """What a meter sends in ten minutes: seconds, octets."""
    meter = Meter(maker, House(Net.TN), START)
    many = islice(meter.sent(), 400)
    return tuple(
        ((sent.moment - START).total_seconds(), sent.octets)
        for sent in many
        if sent.moment < START + timedelta(seconds=600)
    )


def bursts(wire: Wire, maker: Maker, opened_s: float, habit: Habit = bytes) -> Iterator[Burst]:
    """The meter's lists on the wire, of which the first may have begun before the port was opened."""
    for moment_s, octets in lists(maker):
        burst = wire.burst(moment_s - opened_s, habit(octets))
        if burst.end_s > 0:
            yield burst


@dataclass
class Ear:
    """A port and the search behind it, driven by bursts."""

    search: LineSearch
    receiver: Receiver
    marks: bool = True
    counts: bool = False

    def __post_init__(self) -> None:
        self._deaf_until = 0.0
        self.settled_s: float | None = None
        self.last_octet_s = 0.0
        self.changes: list[SerialSettings] = [self.search.settings]
        self.octets = bytearray()
        self.frames = 0
        self.watch = LineWatch(self.search, silent_s=30.0)
        self.watch.opened(0.0)
        self.search.opened()
        self.receiver.set(self.search.settings, 0.0)

    def listen(self, burst: Burst) -> None:
        """Hear a burst out, and the pause behind it."""
        self._pass(burst.start_s)
        chunk: list[Item] = []
        for item in self.receiver.items(burst):
            if chunk and item.at_s - chunk[0].at_s > CHUNK_S:
                self._take(chunk, chunk[0].at_s + CHUNK_S)
                chunk = []
                if item.at_s < self._deaf_until:
                    continue
            chunk.append(item)
        if chunk:
            self._take(chunk, chunk[-1].at_s + CHUNK_S)

    def wait(self, now: float) -> None:
        """Nothing comes until then."""
        self._pass(now)

    def _take(self, chunk: list[Item], now: float) -> None:
        taken, settings = received(chunk, marks=self.marks, counts=self.counts), self.search.settings
        self.last_octet_s = now
        framed = self.search.take(now, taken)
        self.watch.take(now, taken, framed.at_these_settings, settings)
        self.octets += framed.octets
        self.frames += len(framed.results)
        self._follow(now)

    def _pass(self, now: float) -> None:
        while (due := self.search.due) is not None and due <= now:
            self.search.passed(due)
            self._follow(due)

    def _follow(self, now: float) -> None:
        if self.search.settings != self.receiver.settings:
            self.receiver.set(self.search.settings, now)
            self.changes.append(self.search.settings)
            self._deaf_until = now
        if self.search.settled and self.settled_s is None:
            self.settled_s = now


def settle(
    sender: Sender,
    maker: Maker,
    *,
    noise: float = 0.0,
    seed: int = 1,
    school: School = School.PL011,
    seconds: float = 300.0,
    habit: Habit = bytes,
    remembered: SerialSettings | None = None,
    marks: bool = True,
    counts: bool = False,
) -> Ear:
    """Listen at a moment that the seed gives until it is settled, or for so long."""
    wire = Wire(sender, bit_errors=noise, seed=seed)
    search = LineSearch(remembered=remembered)
    ear = Ear(search, Receiver(search.settings, idle=wire.idle, school=school), marks, counts)
    opened_s = random.Random(seed).uniform(0, 40)
    for burst in bursts(wire, maker, opened_s, habit):
        if burst.start_s > seconds:
            break
        ear.listen(burst)
        if search.settled:
            break
    return ear
