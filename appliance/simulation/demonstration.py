"""The demonstration: the appliance as it is, with a simulated house around it and no Pi under it.

Everything is real but the ends: octets come over a pseudo-terminal from a simulated meter, the pins are gpiozero's
mock pins, and the display is a model of its controller that reads what the driver writes on the bus. What is shown is
read from those ends and not from the program's idea of them.
"""

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.checkpoint import Checkpoint, Restored
from appliance.household.clock import ClockSource
from appliance.household.hours import HOUR_S, OSLO, Hour, LedgerCheckpoint, Quality, RunningHour
from appliance.household.situation import Situation
from appliance.meter.reading import Maker
from appliance.panel.keys import LONG_S, Press
from appliance.panel.sounds import Note
from appliance.service.outputs import Watch
from appliance.service.wiring import Machine, assembled
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.simulation.house import House, Net
from appliance.simulation.meter import Line, Meter
from appliance.simulation.oled import Glass
from appliance.simulation.picture import front_picture
from appliance.simulation.view import PanelView
from appliance.system.timebase import Timebase

_WINTER_DAY = datetime(2026, 1, 15, 17, 6, 42, tzinfo=OSLO)
_SUNNY_DAY = datetime(2026, 5, 14, 17, 6, 57, tzinfo=OSLO)
"""Three seconds before the car comes home, and what is drawn goes from 4 kW to 13."""
PEAK_WH, USED_W = 4990.0, 4000.0
"""What the days before had as their highest hour; and what was drawn in this hour before the demonstration began."""
_LOOK_S = 0.05
_PRESS_S = 0.1


class BadPlanError(Exception):
    """The demonstration cannot be set up as asked; one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which house, which meter, and when."""

    maker: Maker
    net: Net
    start: datetime
    solar: bool
    noise: float
    asks: bool = False
    """The panel asks what it does at its first start."""


def plan(
    maker: str, net: str, start: str | None = None, *, solar: bool = False, noise: float = 0.0, asks: bool = False
) -> Plan:
    """Return a plan from the command line's words. Raises BadPlanError.

    `start` is HH:MM or HH:MM:SS, Norwegian time; `None` is seconds before something happens.
    """
    moment = _SUNNY_DAY if solar else _WINTER_DAY
    if start is not None:
        if not re.fullmatch(r"\d\d:\d\d(:\d\d)?", start):
            raise BadPlanError(f"--start {start}: it must be a time of day such as 17:05")
        try:
            moment = datetime.combine(moment, time.fromisoformat(start), OSLO)
        except ValueError:
            raise BadPlanError(f"--start {start}: there is no such time of day") from None
    return Plan(maker=Maker(maker), net=Net(net), start=moment.astimezone(UTC), solar=solar, noise=noise, asks=asks)


def _days_before(start: datetime) -> Restored:
    """Return what a household knows that has gone on for three days, and was started again a moment before `start`.

    Each day had an hour of 4.99 kWh, so this hour may have 5.02 before the month's mean is 5 kW.
    """
    hour = start.replace(minute=0, second=0, microsecond=0)
    elapsed_s = (start - hour).total_seconds()
    days = tuple(Hour(hour - timedelta(days=day), PEAK_WH, 0.0, Quality.METERED, 1.0) for day in (3, 2, 1))
    running = RunningHour(start=hour, import_wh=USED_W * elapsed_s / HOUR_S, seen_s=elapsed_s, elapsed_s=elapsed_s)
    checkpoint = Checkpoint(
        ledger=LedgerCheckpoint(running=running, known_to=start, largest_w=PEAK_WH),
        utc=start,
        source=ClockSource.SYSTEM,
        held_s=elapsed_s,
    )
    return Restored(hours=days, checkpoint=checkpoint, downtime_s=0.0)


class SoundingPin(MockPWMPin):  # type: ignore[misc]  # gpiozero carries no types
    """A mock pin that remembers the tones it gave, until they are taken from `tones`."""

    def __init__(self, factory: Any, info: Any) -> None:
        super().__init__(factory, info)
        self.tones: deque[float] = deque(maxlen=16)

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        if value > 0:
            self.tones.append(self.frequency)


class HouseClock:
    """The clock of a Pi with a network, in the simulated house."""

    def __init__(self, start: datetime, timebase: Timebase) -> None:
        self._start = start
        self._timebase = timebase

    def utc(self) -> datetime:
        """Return the house's time."""
        return self._start + timedelta(seconds=self._timebase.now())

    def synchronised(self) -> bool:
        """Return that it is set, as it always is."""
        return True


class Stage:
    """A running demonstration and its front."""

    def __init__(self, settings: Settings, scene: Plan, speed: float) -> None:
        self._plan = scene
        self._pins = settings_file.pins(settings)
        self._house = House(scene.net, solar=scene.solar)
        self._timebase = Timebase(speed)
        self._line = Line(self._timebase, noise=scene.noise)
        self._glass = Glass(settings.display.driver, settings.display.address)
        self._factory = MockFactory(pin_class=SoundingPin)
        self._situation: Situation | None = None
        made = assembled(
            settings,
            self._timebase,
            Machine(
                port=self._line.port,
                open_bus=self._glass.open,
                pin_factory=self._factory,
                clock=HouseClock(scene.start, self._timebase),
                asks=scene.asks,
            ),
            outputs=(Watch(self._watch),),
        )
        self._supervisor = made.supervisor
        if not scene.asks:
            made.household.restore(_days_before(scene.start), 0.0)

    async def run(self) -> None:
        """Run the house, its meter and the appliance, until cancelled."""
        meter = Meter(self._plan.maker, self._house, self._plan.start)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._supervisor.run())
            tasks.create_task(self._line.speak(meter, self._plan.start))

    def view(self) -> PanelView:
        """Return what the front shows at this moment, read from the pins and the glass."""
        lit = {
            colour: bool(self._factory.pin(self._pins[f"led_{colour}"]).state) for colour in ("red", "yellow", "green")
        }
        return PanelView(self._glass.picture(), **lit, note=self._note(), caption=self._caption())

    def _note(self) -> str | None:
        """Return the next tone not shown yet, else the one that sounds: a fast demonstration hurries through tunes."""
        buzzer = self._factory.pin(self._pins["buzzer"])
        if buzzer.tones:
            return str(Note(buzzer.tones.popleft(), 0))
        return str(Note(buzzer.frequency, 0)) if buzzer.frequency and buzzer.state else None

    def press(self, press: Press) -> None:
        """Push a button down, and release it when a finger would; called from the event loop."""
        pin = self._factory.pin(self._pins[f"button_{press.key.value.lower()}"])
        pin.drive_low()
        asyncio.get_running_loop().call_later(LONG_S + _PRESS_S if press.long else _PRESS_S, pin.drive_high)

    async def headless(self, seconds: float | None, pictures: Path | None) -> None:
        """Print a line for each change of the panel, and draw it into `pictures`, for `seconds` of the wall clock."""
        tasks = [asyncio.ensure_future(self.run()), asyncio.ensure_future(self._print_changes(pictures))]
        try:
            ended, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _print_changes(self, pictures: Path | None) -> None:
        before, number = None, 0
        while True:
            view = self.view()
            seen = (view.glass.tobytes(), view.red, view.yellow, view.green, view.note)
            if seen != before:
                before, number = seen, number + 1
                print(f"{number:5}  {self._line_of(view)}", flush=True)
                if pictures is not None:
                    front_picture(view).save(pictures / f"{number:05}.png")
            await asyncio.sleep(_LOOK_S)

    def _line_of(self, view: PanelView) -> str:
        lamps = " ".join(colour for colour in ("red", "yellow", "green") if getattr(view, colour)) or "dark"
        situation = self._situation
        if situation is None or situation.power_import_w is None:
            power = situation.signal.value if situation else "starting"
        elif situation.power_export_w:
            power = f"export {situation.power_export_w / 1000:.2f} kW"
        else:
            power = f"import {situation.power_import_w / 1000:.2f} kW"
        level = situation.level.name if situation and situation.level is not None else "--"
        sound = f"  sounds {view.note}" if view.note else ""
        return f"{power:16}  {level:5}  {lamps:6}{sound}  | {view.caption}"

    def _caption(self) -> str:
        now = self._plan.start + timedelta(seconds=self._timebase.now())
        running = ", ".join(self._house.running(now)) or "little"
        return f"{self._plan.maker} in a house at {now.astimezone(OSLO):%H:%M:%S}: {running}"

    def _watch(self, situation: Situation) -> None:
        self._situation = situation
