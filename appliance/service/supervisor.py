"""The one process: it wires the rooms together and keeps each of them going.

Octets are taken, understood, and shown within one turn of the event loop, so a red lamp follows the meter's last
octet by a millisecond. What may block, the display's bus and the disk, has a thread of its own. A room that fails is
started again after growing pauses while the others go on; a device that is missing says so once, in a sentence.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from appliance.history.writer import HistoryWriter
from appliance.household.hours import HOUR
from appliance.household.household import Household
from appliance.household.situation import Level, Situation
from appliance.line.recording import Recorder
from appliance.line.uart import Uart
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.panel.devices.errors import PinError
from appliance.panel.devices.pins import Pins
from appliance.panel.devices.screen import Screen
from appliance.panel.keys import Key, Press, PressDetector
from appliance.panel.menu import Action
from appliance.panel.panel import Panel
from appliance.service import correct_hour, local_socket, status
from appliance.service.actions import Actions
from appliance.service.restarts import TaskRestarter
from appliance.service.status_text import one_line
from appliance.settings import corrections
from appliance.settings.choices import Choices, ChoiceStore
from appliance.settings.chosen import with_choices
from appliance.settings.last_good import LoadedSettings
from appliance.settings.model import Settings
from appliance.settings.policies import fixed_at_start, policies
from appliance.system.clock import Clock
from appliance.system.health import Fault, FaultKind, Health
from appliance.system.service_manager import STATUS_S, ServiceManager
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker

log = logging.getLogger("appliance")

TICK_S = 0.5
"""How often ages, hold times and the clock on the page are looked at, of the appliance's seconds."""
SHORTEST_TICK_S = 0.02
"""But no more often than this, of the wall's seconds, however fast a demo runs."""
CLOCK_PERIOD_S = 10.0
"""How often the system's clock is asked."""
PIN_PAUSE_S = 4.0
"""Between two tries to take pins that are not there."""


class Supervisor:
    """Runs the appliance on the devices it is given, until cancelled."""

    def __init__(
        self,
        uart: Uart,
        household: Household,
        panel: Panel,
        screen: Screen,
        open_pins: Callable[[Callable[[Key, bool], None]], Pins],
        timebase: Timebase,
        settings: Settings,
        choices: ChoiceStore,
        actions: Actions,
        *,
        clock: Clock | None = None,
        history: HistoryWriter | None = None,
        watch: Callable[[Situation], None] | None = None,
        recorder: Recorder | None = None,
        manager: ServiceManager | None = None,
        workers: Sequence[Worker] = (),
        mistake: str | None = None,
    ) -> None:
        self._uart = uart
        self._household = household
        self._panel = panel
        self._screen = screen
        self._open_pins = open_pins
        self._timebase = timebase
        self._settings = settings
        self._choices = choices
        self._actions = actions
        panel.set_handler(self._do)
        self._clock = clock
        self._clock_due = 0.0
        self._history = history
        self._watch = watch
        self._recorder = recorder
        self._manager = manager or ServiceManager()
        self.workers = workers
        self._mistake = mistake
        self._restarter = TaskRestarter(timebase)
        self._situation: Situation | None = None
        self._decoder = Decoder()
        self._detector: PressDetector | None = None
        self._no_pins: str | None = None
        """Why the pins cannot be had."""

    def apply(self, settings: Settings) -> None:
        """Go by these settings, with what was chosen on the panel over them, from now on.

        Nothing is started anew and nothing is forgotten; port, display and pins stay as they were made.
        """
        self._settings = settings
        going_by = policies(with_choices(settings, self._choices.choices))
        self._household.apply_rules(going_by.rules, going_by.tariffs, going_by.sound, self._timebase.now())
        self._panel.apply_preferences(going_by.words, going_by.preferences, self._choices.choices)
        self._correct()
        self._show()

    def reload(self, found: LoadedSettings) -> None:
        """Go by what the settings file says now; one with a mistake in it changes nothing, and the panel says so."""
        self._mistake = found.mistake
        if found.mistake is not None:
            log.warning("%s; nothing is changed", found.mistake)
            return
        if fixed_at_start(found.settings) != fixed_at_start(self._settings):
            log.warning("line, display, pins and data folder are taken when the appliance is started anew")
        log.info("the settings were read again")
        self.apply(found.settings)

    def _correct(self) -> None:
        """Put the settings' corrections into the ledger, where they are not yet."""
        wanted = corrections.understood(self._settings.corrections)
        for start, import_wh in corrections.due(wanted, self._household.hours):
            log.info("the hour from %s UTC has %g Wh, by the settings", f"{start:%Y-%m-%d %H:%M}", import_wh)
            self._household.correct(start, import_wh)

    def _do(self, action: Action) -> bool:
        """Do what somebody asked for with the buttons, and show it; whether it could be done."""
        done = self._actions.do(action)
        if isinstance(action, Choices):
            self.apply(self._settings)
        else:
            self._show()
        return done

    async def run(self) -> None:
        """Run all rooms; returns only by cancellation, with the lamps dark and the display cleared."""
        if self._mistake is not None:
            log.warning("%s; the last good settings are in force", self._mistake)
        if self._history is not None:
            await self._history.open()
            self._correct()
        try:
            await self._run_tasks()
        finally:
            self._manager.stopping()
            if self._history is not None:
                await self._history.close()

    async def _run_tasks(self) -> None:
        keep = self._restarter.run
        async with asyncio.TaskGroup() as tasks:
            if self._history is not None:
                tasks.create_task(keep("history", self._history.run))
                tasks.create_task(keep("local socket", self._serve))
            tasks.create_task(keep("choices", self._choices.run))
            tasks.create_task(keep("display", self._screen.run))
            tasks.create_task(keep("pins", self._pins))
            tasks.create_task(keep("line", lambda: self._uart.listen(self)))
            tasks.create_task(keep("clock", self._tick))
            tasks.create_task(keep("watchdog", lambda: self._manager.feed(self.workers)))
            tasks.create_task(keep("status", self._tell_status))
            self._manager.ready()

    def opened(self) -> None:
        """The port is open (called by the line)."""
        log.info("the line is open")
        self._decoder = Decoder()
        self._household.port(is_open=True)
        self._show()

    def received(self, octets: bytes) -> None:
        """Octets came (called by the line): decode, judge, show."""
        now = self._timebase.now()
        self._record(now, octets)
        self._household.octets(len(octets))
        for result in self._decoder.feed(octets):
            if isinstance(result, Reading):
                log.debug("%s list of %d: %s", result.maker, result.elements, result.values())
                self._restarter.guard("household", partial(self._household.reading, result, now))
                self._show()
            else:
                self._reject(result)

    def _reject(self, rejected: Rejected) -> None:
        log.info("frame of %d octets rejected: %s", rejected.length, rejected.reason)
        self._household.rejected(rejected)

    def _record(self, now: float, octets: bytes) -> None:
        """Record for as long as the disk takes it; the panel does not depend on it."""
        if self._recorder is not None:
            try:
                self._recorder.write(now, octets)
            except OSError as trouble:
                self._recorder = None
                log.warning("the recording ends here: %s; the appliance goes on", trouble.strerror)

    def lost(self) -> None:
        """The port is gone (called by the line)."""
        for rejected in self._decoder.close():
            self._reject(rejected)
        self._household.port(is_open=False)
        self._show()

    def _show(self) -> None:
        """Judge the situation anew and show it; what fails of it does not touch the line."""
        if not self._restarter.guard("household", self._judge) and (last := self._situation) is not None:
            # No number is better than the last one, which would stand there for ever.
            self._situation = Situation(last.watch_w, last.act_w, level=Level.FAULT, health=self._upkeep())
        if (situation := self._situation) is not None:
            self._restarter.guard("panel", lambda: self._panel.show(situation))
            if self._watch:
                self._watch(situation)

    def _judge(self) -> None:
        self._situation = replace(self._household.situation(self._timebase.now()), health=self._upkeep())

    def _upkeep(self) -> Health:
        mistakes = () if self._mistake is None else (Fault(FaultKind.SETTINGS, self._mistake),)
        pins = () if self._no_pins is None else (Fault(FaultKind.PINS, self._no_pins),)
        stuck = () if self._detector is None else self._detector.stuck
        buttons = (Fault(FaultKind.BUTTON, key.value) for key in stuck)
        return replace(self._uart.health(), faults=(*mistakes, *pins, *self._restarter.faults, *buttons))

    async def _tell_status(self) -> None:
        while True:
            if self._situation is not None:
                self._manager.status(one_line(self._situation))
            await asyncio.sleep(STATUS_S)

    async def _tick(self) -> None:
        tick = max(TICK_S, SHORTEST_TICK_S * self._timebase.speed)
        while True:
            self._ask_clock()
            self._show()
            # On whole ticks, and not so long after the last: a slow blink keeps its beat.
            await self._timebase.sleep_until((self._timebase.now() // tick + 1) * tick)

    async def _serve(self) -> None:
        """Answer on the local socket, if there can be one; the appliance does without."""
        if self._history is not None:
            try:
                await local_socket.serve(self._history.folder / local_socket.SOCKET, self._answer)
            except OSError as trouble:
                log.warning("no local socket in %s: %s", self._history.folder, trouble.strerror or trouble)

    async def _answer(self, request: local_socket.Request) -> local_socket.Request:
        if status.STATUS in request:
            return status.answer(self._situation, self._timebase.now())
        if correct_hour.SET_HOUR not in request or self._history is None:
            return {"error": f"the running appliance knows {correct_hour.SET_HOUR} and {status.STATUS} only"}
        try:
            start, import_wh = correct_hour.understood(request[correct_hour.SET_HOUR])
        except corrections.BadPeakError as trouble:
            return {"error": str(trouble)}
        if (utc := self._household.utc(self._timebase.now())) is not None and start + HOUR > utc:
            return {"error": f"the hour from {start:%Y-%m-%d %H:%M} UTC has not ended yet"}
        self._household.correct(start, import_wh)
        self._show()
        if not await self._history.write():
            return {"error": "it counts from now on, but the history cannot be written: see the panel"}
        return {"done": True}

    def _ask_clock(self) -> None:
        now = self._timebase.now()
        if self._clock is not None and now >= self._clock_due:
            self._clock_due = now + CLOCK_PERIOD_S
            self._household.system_clock(self._clock.utc(), self._clock.synchronised(), now)

    def _press(self, press: Press) -> None:
        self._restarter.guard("panel", partial(self._panel.press, press))

    async def _pins(self) -> None:
        """Take the pins as soon as they can be had, and give them back in the end."""
        loop = asyncio.get_running_loop()
        detector = PressDetector(self._press)
        while True:
            try:
                pins = self._open_pins(lambda key, down: _call_in_loop(loop, lambda: detector.edge(key, down)))
                break
            except PinError as trouble:
                if str(trouble) != self._no_pins:
                    self._no_pins = str(trouble)
                    log.warning("%s", trouble)
            await self._timebase.sleep(PIN_PAUSE_S)
        self._no_pins = None
        for key in pins.down:
            detector.already_down(key)
        self._detector = detector
        self._panel.connect(pins.devices)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._detector = None
            self._panel.connect(None)
            pins.close()
            detector.close()


def _call_in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Have the event loop call this, from whatever thread; a loop that has ended needs no call."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
