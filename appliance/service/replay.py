"""The whole appliance on a recording, in simulated time.

The parts are those that `run` has, made by the same `wiring`: only the port, the display and the pins are not there,
and the time passes when it is told to. Octets come when the recording says, ticks come when they would, the history is
written when it is due. So what a recording shows here is what the panel would have shown, as fast as the machine goes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from PIL import Image

from appliance.history.database import HistoryError
from appliance.household.situation import Storage
from appliance.line.line_reader import LineReader
from appliance.line.port import Received
from appliance.line.recording import Chunk
from appliance.line.uart import Receiver
from appliance.meter.reading import Reading, Rejected
from appliance.panel.brightness import Dimming
from appliance.panel.devices.piezo import Player
from appliance.panel.devices.pins import PanelDevices
from appliance.panel.devices.screen import SIZE
from appliance.panel.keys import Press
from appliance.service.links import context_of
from appliance.service.replay_messages import RecordedMessages
from appliance.service.replay_report import RecordedLamps, Report
from appliance.service.supervisor import TICK_S
from appliance.service.wiring import SWITCHED_ON_S, Machine, assembled
from appliance.settings.choices import save
from appliance.settings.chosen import with_choices
from appliance.settings.model import Settings
from appliance.settings.policies import baud_and_parity, policies
from appliance.system.clock import Boot
from appliance.system.health import Health
from appliance.system.timebase import SimulatedTime

INFINITY = float("inf")
MOST_GLASSES = 1000
"""Of lines whose picture is not asked for; more lines than this come in no moment."""
AFTERWARDS_S = 60.0
"""How long time goes on after the last octets."""


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A press of a key; a long one acts at its moment too, while the key is still held."""

    at_s: float
    press: Press


class RecordedLine:
    """The octets of a recording in the serial port's place."""

    def __init__(self, chunks: Iterator[Chunk], reader: LineReader, timebase: SimulatedTime) -> None:
        self._chunks = chunks
        self._reader = reader
        self._timebase = timebase
        self.ended_s: float | None = None
        """When the last octets came; `None` while there are more."""

    def apply_silence(self, silent_s: float) -> None:
        """Call the line silent `silent_s` after its last octet, from now on."""
        self._reader.apply_silence(silent_s)

    def calm_until(self, now: float) -> float:
        """Return up to when time alone does not change the `health`, s."""
        return self._reader.calm_until(now)

    def judged(self, result: Reading | Rejected) -> None:
        """Note what the decoder made of an intact frame."""
        self._reader.judged(self._timebase.now(), result)

    def health(self) -> Health:
        """Return what is known of the line at this moment."""
        return self._reader.health(self._timebase.now())

    async def listen(self, receiver: Receiver) -> None:
        """Hand all octets to the receiver at their times; the port stays open after the last."""
        reader, timebase = self._reader, self._timebase
        reader.opened(timebase.now())
        receiver.opened()
        for chunk in self._chunks:
            if (due := reader.due) is not None and due <= chunk.at_s:
                await timebase.sleep_until(due)
                reader.passed(timebase.now())
            await timebase.sleep_until(chunk.at_s)
            framed = reader.take(timebase.now(), Received(chunk.octets))
            if framed.octets or framed.results:
                receiver.received(framed.octets, framed.results)
        self.ended_s = timebase.now()
        if (due := reader.due) is not None:
            await timebase.sleep_until(due)
            reader.passed(timebase.now())


class SetClock:
    """The clock of a system that something has set: it showed a moment at 0 s."""

    def __init__(self, start: datetime, timebase: SimulatedTime) -> None:
        self._start = start
        self._timebase = timebase

    def utc(self) -> datetime:
        """Return its time."""
        return self._start + timedelta(seconds=self._timebase.now())

    def synchronised(self) -> bool:
        """Return that it is set."""
        return True


class Replay:
    """One appliance on one recording."""

    def __init__(
        self,
        settings: Settings,
        chunks: Iterable[Chunk],
        *,
        utc: datetime | None = None,
        folder: Path | None = None,
        keys: Sequence[KeyPress] = (),
        asks: bool = False,
        skips: bool = True,
        messages: TextIO | None = None,
    ) -> None:
        """Replay chunks of a recording from 0 s on.

        A synchronised system clock showed `utc` then; without it there is none. The history goes on in `folder`, or is
        kept in memory. `keys` are pressed in the order of their times. One that `asks` does so at a first start. A
        replay that `skips` leaves out the ticks that change nothing. What a broker would be told goes to `messages`.
        """
        self._skips = skips
        self._timebase = SimulatedTime()
        self._folder = folder
        self._keys = deque(sorted(keys, key=lambda key: key.at_s))
        baud, parity = baud_and_parity(settings.line)
        reader = LineReader(silent_s=settings.readings.silent_s, baud=baud, parity=parity)
        self._line = RecordedLine(iter(chunks), reader, self._timebase)
        self._picture: tuple[Callable[[], Image.Image], Dimming] | None = None
        self._glasses: deque[tuple[Callable[[], Image.Image], Dimming] | None] = deque(maxlen=MOST_GLASSES)
        self.report = Report(self._timebase)
        boot_id = uuid4().hex
        machine = Machine(
            line=self._line,
            offer=self._offer,
            clock=None if utc is None else SetClock(utc, self._timebase),
            # Long after the kernel's start: the lamps are not tested.
            boot=lambda: Boot(boot_id, SWITCHED_ON_S + self._timebase.now()),
            folder=folder,
            asks=asks,
        )
        self._lamps = RecordedLamps()
        told = None if messages is None else RecordedMessages(messages, settings.mqtt, self._timebase, folder)
        outputs = (self.report,) if told is None else (self.report, told)
        self._appliance = assembled(settings, self._timebase, machine, outputs=outputs)
        self._chosen = self._appliance.choices.choices
        going_by = policies(with_choices(settings, self._chosen))
        self._tariffs = going_by.tariffs
        if told is not None:
            told.begin(context_of(going_by), lambda: self._line.ended_s is not None)

    def picture(self) -> Image.Image:
        """Return what the glass showed with the oldest line that has no picture yet; dark while the display is off."""
        glass = self._glasses.popleft()
        return Image.new("1", SIZE) if glass is None or not glass[1].awake else glass[0]()

    async def run(self, printed: Callable[[], None]) -> None:
        """Let the recording pass to its end; `printed` is called when the report has lines. Raise HistoryError."""
        self.report.told = lambda: self._glasses.append(self._picture)
        appliance, timebase, line = self._appliance, self._timebase, self._line
        supervisor, history = appliance.supervisor, appliance.history
        await supervisor.begin()
        if history is None:
            appliance.household.storage(Storage.FINE)  # in memory, it cannot fail
        self.report.begin(appliance, self._lamps, self._tariffs)
        appliance.panel.connect(PanelDevices(self._lamps, Player()))
        timebase.start(appliance.restarter.run("line", lambda: line.listen(supervisor)))
        supervisor.tick()
        tick_s = TICK_S
        while True:
            end_s = INFINITY if line.ended_s is None else line.ended_s + AFTERWARDS_S
            moment = min(timebase.due, tick_s, self._key_due, end_s)
            shows = self.report.shows
            timebase.pass_to(moment)
            self._press_keys()
            judged = self.report.shows != shows
            if tick_s <= moment and not (self._skips and judged and supervisor.clock_due_s > moment):
                supervisor.tick()
                judged = True
            tick_s = self._next_tick(moment, judged=judged)
            if self._lamps.lamps != self.report.lamps:
                self.report.look()
            if self.report.lines:
                printed()
            if history is not None and history.is_due():
                await history.write()
            if moment >= end_s:
                break
        await self._keep()

    def _next_tick(self, now: float, *, judged: bool) -> float:
        """Return the moment of the next tick that may change anything; all of `now` has been `judged`, or not."""
        next_s = (now // TICK_S + 1) * TICK_S
        appliance = self._appliance
        if not (self._skips and judged) or appliance.restarter.faults:
            return next_s
        calm_s = appliance.household.calm_until(now)
        if calm_s > next_s:
            calm_s = min(
                calm_s,
                appliance.supervisor.clock_due_s,
                appliance.panel.calm_until(now),
                self._line.calm_until(now),
                self._key_due - TICK_S,
            )
        return next_s if calm_s <= next_s else calm_s if calm_s == INFINITY else ceil(calm_s / TICK_S - 1e-6) * TICK_S

    @property
    def _key_due(self) -> float:
        return self._keys[0].at_s if self._keys else INFINITY

    def _press_keys(self) -> None:
        while self._key_due <= self._timebase.now():
            with self.report.as_one():
                self._appliance.front.press(self._keys.popleft().press)

    def _offer(self, picture: Callable[[], Image.Image], dimming: Dimming, *, at_once: bool) -> None:  # noqa: ARG002 - every picture counts
        self._picture = picture, dimming

    async def _keep(self) -> None:
        """Write all that is new, and what was chosen with the keys. Raise HistoryError."""
        history, choices = self._appliance.history, self._appliance.choices.choices
        if self._folder is None or history is None:
            return
        written = await history.write()
        await self._appliance.supervisor.end()
        if not written:
            raise HistoryError(f"{self._folder}: the history could not be written; what it has is from before")
        if choices != self._chosen or self._appliance.choices.is_new:
            save(self._folder, choices)
