"""The one process: octets come in, the household judges them, and every output shows the situation.

Octets are taken, understood, and shown within one turn of the event loop, so a red lamp follows the meter's last
octet by a millisecond. What may block, the display's bus and the disk, has a thread of its own. A task that fails is
started again after growing pauses while the others go on; a device that is missing says so once, in a sentence.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from appliance.history.writer import HistoryWriter
from appliance.household.household import Household
from appliance.household.situation import Level, Situation
from appliance.line.diagnosis import UNREAD
from appliance.line.quirks import FrameResult
from appliance.line.recording import RecentOctets, Recorder
from appliance.line.uart import Receiver
from appliance.meter.cipher import Keys, keys_of
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.hdlc import Frame
from appliance.panel.menu import Action
from appliance.service import correct_hour
from appliance.service.actions import Actions
from appliance.service.battery import BatteryKeeper
from appliance.service.frame_counters import FrameCounters
from appliance.service.local_socket import Request
from appliance.service.outputs import Output
from appliance.service.restarts import TaskRestarter
from appliance.service.status import RECORDING
from appliance.settings import corrections
from appliance.settings.choices import Choices, ChoiceStore
from appliance.settings.last_good import DEFAULTS_HOLD, LAST_GOOD_HOLD, LoadedSettings
from appliance.settings.model import Settings
from appliance.settings.policies import fixed_at_start, policies
from appliance.system.clock import Clock
from appliance.system.health import Fault, FaultKind, Health, Offer
from appliance.system.say_once import SayOnce
from appliance.system.service_manager import ServiceManager
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker

log = logging.getLogger(__name__)

TICK_S = 0.5
"""How often ages, hold times and the clock on the page are looked at, of the appliance's seconds."""
SHORTEST_TICK_S = 0.02
"""But no more often than this, of the wall's seconds, however fast a demo runs."""
CLOCK_PERIOD_S = 10.0
"""How often the system's clock is asked."""
_WORST_FIRST = (
    FaultKind.SETTINGS,
    FaultKind.SETTINGS_DEFAULTS,
    FaultKind.DISPLAY,
    FaultKind.PINS,
    FaultKind.HISTORY,
    FaultKind.SUPPLY,
    FaultKind.PART,
    FaultKind.BUTTON,
    FaultKind.HOURS_AHEAD,
    FaultKind.UPDATE,
)


class Line(Protocol):
    """Where octets come from: the serial port, or a recording."""

    def apply_silence(self, silent_s: float) -> None:
        """Call the line silent `silent_s` after its last octet, from now on."""

    def health(self) -> Health:
        """Return what is known of the line at this moment; nothing else of the health is filled in."""

    def judged(self, result: Reading | Rejected) -> None:
        """Note what the decoder made of an intact frame."""

    async def listen(self, receiver: Receiver) -> None:
        """Hand all octets to the receiver, until cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the supervisor keeps going; `wiring` makes all of it, once."""

    line: Line
    household: Household
    outputs: Sequence[Output]
    choices: ChoiceStore
    actions: Actions
    restarter: TaskRestarter
    manager: ServiceManager
    counters: FrameCounters
    history: HistoryWriter | None = None
    """`None` keeps no history."""
    battery: BatteryKeeper | None = None
    clock: Clock | None = None
    """`None`: the meter alone tells the time."""
    addresses: Callable[[], tuple[str, ...]] = tuple
    """Tells the machine's addresses on the network."""
    offer: Callable[[], Offer | None] = lambda: None
    """Tells which version the menu has."""
    newer: Callable[[], str | None] = lambda: None
    """Tells which newer version there is."""
    recorder: Recorder | None = None
    workers: Sequence[Worker] = ()
    """The threads that the watchdog waits for."""


class Supervisor:
    """Runs the appliance on the parts it is given, until cancelled."""

    def __init__(
        self,
        parts: Parts,
        settings: Settings,
        timebase: Timebase,
        mistake: str | None = None,
        *,
        defaults: bool = False,
    ) -> None:
        """Take parts and settings; `mistake` is what is wrong with the file that should have held these.

        With a mistake they are the last good ones, or with `defaults` the program's.
        """
        self._parts = parts
        self._settings = settings
        self._timebase = timebase
        self._mistake = mistake
        self._defaults = defaults
        self._household = parts.household
        self._recorder = parts.recorder
        self._recent = RecentOctets()
        self._clock_due_s = 0.0
        self._addresses: tuple[str, ...] = ()
        self._addresses_due_s = 0.0
        self._situation: Situation | None = None
        self._decoder = Decoder(_keys(settings), parts.counters.memory)
        self._say_unread = SayOnce(log)

    @property
    def workers(self) -> Sequence[Worker]:
        """The threads that the watchdog waits for."""
        return self._parts.workers

    @property
    def settings(self) -> Settings:
        """The settings in force, without what was chosen on the panel."""
        return self._settings

    async def run(self) -> None:
        """Run all tasks; return only by cancellation, with the lamps dark and the display cleared."""
        await self.begin()
        try:
            await self._run_tasks()
        finally:
            self._parts.manager.stopping()
            await self.end()

    async def begin(self) -> None:
        """Go on from the history and the settings' corrections; what fails of either keeps nothing from starting."""
        if self._mistake is not None:
            log.warning("%s; %s", self._mistake, DEFAULTS_HOLD if self._defaults else LAST_GOOD_HOLD)
        try:
            if self._parts.history is not None:
                await self._parts.history.open()
            self._correct()
        except Exception as error:
            log.warning("the history cannot be gone on from (%r): the panel starts without it", error)

    async def end(self) -> None:
        """Write a last time what outlives the program."""
        await self._parts.counters.close()
        if self._parts.history is not None:
            await self._parts.history.close()

    async def _run_tasks(self) -> None:
        parts, run = self._parts, self._parts.restarter.run
        async with asyncio.TaskGroup() as tasks:
            if parts.history is not None:
                tasks.create_task(run("history", parts.history.run))
            tasks.create_task(run("choices", parts.choices.run))
            tasks.create_task(run("counters", parts.counters.run))
            for output in parts.outputs:
                for name, task in output.tasks().items():
                    tasks.create_task(run(name, task))
            tasks.create_task(run("line", lambda: parts.line.listen(self)))
            tasks.create_task(run("clock", self._tick))
            if parts.battery is not None:
                tasks.create_task(run("battery clock", parts.battery.run))
            tasks.create_task(run("watchdog", lambda: parts.manager.feed(parts.workers)))
            parts.manager.ready()

    def apply(self, settings: Settings) -> None:
        """Go by these settings, with what was chosen on the panel over them, from now on.

        Nothing is started again and nothing is forgotten; port, display and pins stay as they were made.
        """
        self._settings = settings
        self._decoder.use_keys(_keys(settings))
        choices = self._parts.choices.choices
        going_by = policies(settings, choices)
        self._household.apply_rules(going_by.rules, going_by.tariffs, going_by.sound, self._timebase.now())
        self._parts.line.apply_silence(going_by.rules.silent_s)
        for output in self._parts.outputs:
            output.apply(going_by, choices)
        self._correct()
        self._show()

    def reload(self, found: LoadedSettings) -> None:
        """Go by what the settings file says now; one with a mistake in it changes nothing, and the panel says so."""
        self._mistake = found.mistake
        if found.mistake is not None:
            log.warning("%s; nothing is changed", found.mistake)
            return
        if fixed_at_start(found.settings) != fixed_at_start(self._settings):
            log.warning("line, links, display, pins and data folder are taken when the appliance is started anew")
        self._defaults = False
        log.info("the settings were read again")
        self.apply(found.settings)

    def handle(self, action: Action) -> bool:
        """Carry out what was asked for with the buttons, and show it. Return whether it could be done."""
        done = self._parts.actions.do(action)
        if isinstance(action, Choices):
            self.apply(self._settings)
        else:
            self._show()
        return done

    async def set_hour(self, asked: Any) -> Request:
        """Give an hour its energy by the grid company's figures, as the local socket asks. Return the answer."""
        history = self._parts.history
        if history is None:
            return {"error": "this appliance keeps no history"}
        refusal = correct_hour.correct(self._household, asked, self._timebase.now())
        if refusal is not None:
            return {"error": refusal}
        self._show()
        if not await history.write():
            return {"error": "it counts from now on, but the history cannot be written: see the panel"}
        return {"done": True}

    async def recording(self, _asked: Any) -> Request:
        """Return the octets of the last hour as the text of a recording, as the local socket asks."""
        return {RECORDING: self._recent.text()}

    def opened(self) -> None:
        """Begin with a port that is open (called by the line)."""
        log.info("the line is open")
        self._household.port(is_open=True)
        self._show()

    def received(self, octets: bytes, results: Sequence[FrameResult]) -> None:
        """Decode, judge and show the frames that ended with these octets (called by the line)."""
        now = self._timebase.now()
        self._record(now, octets)
        self._household.octets(len(octets))
        for framed in results:
            result = self._decode(framed) if isinstance(framed, Frame) else framed
            if isinstance(result, Reading):
                if log.isEnabledFor(logging.DEBUG):
                    log.debug("%s list of %d: %s", result.maker, result.elements, result.values())
                self._parts.restarter.guard("household", self._household.reading, result, now)
                self._show()
            else:
                self._reject(result)

    def lost(self, cut_off: Sequence[Rejected]) -> None:
        """Go on without a port, and without the frames that were cut off with it (called by the line)."""
        for rejected in cut_off:
            self._reject(rejected)
        self._household.port(is_open=False)
        self._show()

    def _decode(self, frame: Frame) -> Reading | Rejected:
        """Return what an intact frame holds; when none can be read, say so once."""
        result = self._decoder.read(frame)
        self._parts.line.judged(result)
        if isinstance(result, Reading):
            self._say_unread.over("the meter's lists are read")
        elif (health := self._parts.line.health()).line in UNREAD:
            why = ", ".join(one.value for one in (health.line, *health.causes) if one is not None)
            self._say_unread.warn(f"frames come, and none is read: {why}; han-appliance doctor says what to do")
        return result

    def _reject(self, rejected: Rejected) -> None:
        log.info("frame of %d octets rejected: %s", rejected.length, rejected.reason)
        self._household.rejected(rejected)

    def _record(self, now: float, octets: bytes) -> None:
        """Record for as long as the disk takes it; the panel does not depend on it."""
        self._recent.add(now, octets)
        if self._recorder is not None:
            try:
                self._recorder.write(now, octets)
            except OSError as error:
                self._recorder = None
                log.warning("the recording ends here: %s; the appliance goes on", error.strerror)

    def _correct(self) -> None:
        """Put the settings' corrections into the ledger, where they are not yet."""
        wanted = corrections.understood(self._settings.corrections)
        for start, import_wh in corrections.due(wanted, self._household.hours):
            log.info("the hour from %s UTC has %g Wh, by the settings", f"{start:%Y-%m-%d %H:%M}", import_wh)
            self._household.correct(start, import_wh)

    def _show(self) -> None:
        """Judge the situation and show it; what fails of it does not touch the line."""
        guard = self._parts.restarter.guard
        if not guard("household", self._judge) and (last := self._situation) is not None:
            # No number is better than the last one, which would stand there for ever.
            self._situation = Situation(
                watch_w=last.watch_w, act_w=last.act_w, level=Level.FAULT, health=self._health()
            )
        if (situation := self._situation) is not None:
            for output in self._parts.outputs:
                guard(output.name, output.show, situation)

    def _judge(self) -> None:
        self._situation = self._household.situation(self._timebase.now(), self._health())

    def _health(self) -> Health:
        """Return what the line says of itself, with the faults of all parts, the worst first."""
        parts = self._parts
        line, faults = parts.line.health(), [*parts.restarter.faults]
        offer, newer = parts.offer(), parts.newer()
        if self._addresses or offer or newer:  # mostly there is none, and this comes with every list
            line = replace(line, addresses=self._addresses, offer=offer, newer=newer)
        for output in parts.outputs:
            faults += output.faults
        if self._mistake is not None:
            kind = FaultKind.SETTINGS_DEFAULTS if self._defaults else FaultKind.SETTINGS
            faults.append(Fault(kind, self._mistake))
        if not faults:
            return line
        return replace(line, faults=tuple(sorted(faults, key=lambda fault: _WORST_FIRST.index(fault.kind))))

    def _ask_addresses(self) -> None:
        """Look at the machine's addresses: files in memory, a few octets."""
        now = self._timebase.now()
        if now >= self._addresses_due_s:
            self._addresses_due_s = now + CLOCK_PERIOD_S
            self._addresses = self._parts.addresses()

    async def _tick(self) -> None:
        tick = max(TICK_S, SHORTEST_TICK_S * self._timebase.speed)
        while True:
            self.tick()
            # On whole ticks, and not so long after the last: a slow blink keeps its beat.
            await self._timebase.sleep_until((self._timebase.now() // tick + 1) * tick)

    @property
    def clock_due_s(self) -> float:
        """When the system's clock is asked next, s; infinity without one."""
        return float("inf") if self._parts.clock is None else self._clock_due_s

    def tick(self) -> None:
        """Look at the system's clock when it is time, and at all that changes by time alone."""
        self._ask_clock()
        self._ask_addresses()
        self._show()

    def _ask_clock(self) -> None:
        now, clock = self._timebase.now(), self._parts.clock
        if clock is not None and now >= self._clock_due_s:
            self._clock_due_s = now + CLOCK_PERIOD_S
            self._household.system_clock(clock.utc(), clock.synchronised(), now)


def _keys(settings: Settings) -> Keys | None:
    """Return the meter's keys, which the settings have already found to be whole."""
    return keys_of(settings.meter.key, settings.meter.authentication_key)
