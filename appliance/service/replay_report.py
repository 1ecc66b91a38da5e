"""What a replay has to tell: a line for each change that a person would notice, and a summary.

The clock on the glass, an age and a projection change all the time and make no line by themselves; `panel.at_rest` says
which those are. A line tells all of the moment nevertheless.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from appliance.household.capacity import Month
from appliance.household.situation import Alarm, Chime, Signal, Situation
from appliance.household.tariff import Tariff
from appliance.panel.at_rest import MOVING, at_rest
from appliance.panel.lamps import Lamps, Light
from appliance.panel.navigation import State
from appliance.panel.sounds import CLICK, TUNES, Tune
from appliance.service.outputs import Output
from appliance.service.replay_hours import EndedHours, step_limits
from appliance.service.wiring import Appliance
from appliance.system.health import LineCondition
from appliance.system.timebase import Timebase

LIGHTS: Mapping[Light, str] = {
    Light.OFF: "off",
    Light.ON: "on",
    Light.DIM: "dim",
    Light.BLINK: "blink",
    Light.FLASH: "blink",
}
CLICK_NAME = "click"
_NAMES = {tune: sound.value for sound, tune in TUNES.items()} | {CLICK: CLICK_NAME}
_FORWARD = ("alarm", "fault")

Line = Mapping[str, Any]
"""One moment, as the JSON of `replay` has it."""


class RecordedLamps:
    """Lamps that remember what they show; one that blinks is in one state."""

    def __init__(self) -> None:
        self.night_level = 1.0
        self.lamps = Lamps()

    def show(self, lamps: Lamps, now_s: float) -> None:  # noqa: ARG002 - a blinking lamp is in one state at any time
        """Show these."""
        self.lamps = lamps

    @property
    def lit(self) -> tuple[bool, ...]:
        """Whether the green, the yellow and the red one are anything but off."""
        lamps = self.lamps
        return lamps.green is not Light.OFF, lamps.yellow is not Light.OFF, lamps.red is not Light.OFF


class Report(Output):
    """Looks at each situation once it is on the panel, and collects the lines."""

    name = "report"

    def __init__(self, timebase: Timebase) -> None:
        self.lines: list[Line] = []
        """Not taken yet."""
        self.told: Callable[[], None] = lambda: None
        """Called with each line, while the glass still shows what it tells."""
        self._timebase = timebase
        self.shows = 0
        """The number of situations that were shown."""
        self._held = False
        self._situation: Situation | None = None
        self._shown_at = 0.0
        self._month: tuple[Month | None, Line | None] = None, None
        self._shown: Situation | None = None
        """What was on the panel when the last line was made, in this state."""
        self._state: State | None = None
        self._words: tuple[str, ...] | None = None
        """Those of the glass then, at rest, once they were needed."""
        self._seen: tuple[object, ...] | None = None
        self.lamps = Lamps()
        """Those of the last look."""
        self._lamps_told: tuple[Lamps, Line] = self.lamps, _lamps(self.lamps)
        self._front = "page"
        self._lit: tuple[bool, ...] | None = None
        self._sounds: list[tuple[str, bool]] = []
        """Those that began since the last look: the name, and whether it is heard."""
        self._swallowed: Chime | None = None
        self._lamp_changes = self._sounds_heard = self._pages_forward = 0

    def begin(self, appliance: Appliance, lamps: RecordedLamps, tariffs: Sequence[Tariff]) -> None:
        """Look at this appliance, which has gone on from its history, and at its lamps."""
        self._household, self._panel, self._lamps = appliance.household, appliance.panel, lamps
        self._hours = EndedHours(tariffs, appliance.household.hours)
        appliance.panel.listen(self._heard)

    def show(self, situation: Situation) -> None:
        """Look at what the panel makes of a situation."""
        self._situation, self._shown_at = situation, self._timebase.now()
        self.shows += 1
        if not self._held:
            self.look()

    @contextlib.contextmanager
    def as_one(self) -> Iterator[None]:
        """Make one line at most of all that happens meanwhile."""
        self._held = True
        yield
        self._held = False
        self.look()

    def look(self) -> None:
        """Add a line if there is news."""
        situation = self._situation
        if situation is None:
            return
        self._hours.look(self._household.hours)
        state, now = self._panel.state, self._timebase.now()
        front, lamps, line = front_of(state), self._lamps.lamps, line_of(situation)
        self.lamps = lamps
        swallowed = self._household.swallowed
        if swallowed is not self._swallowed and swallowed is not None:
            self._swallowed = swallowed
            self._sounds.append((swallowed.sound.value, False))
        seen = (
            situation.power_import_w,
            situation.power_export_w,
            situation.level,
            line,
            lamps,
            front,
            state.page,
            [_noticed(alarm) for alarm in situation.alarms],
        )
        shown = self._panel.situation or situation
        if seen == self._seen and not self._sounds and self._says_the_same(shown, state):
            return
        self._seen, self._shown, self._state = seen, shown, state
        # In a menu, or by an answer, the words themselves may be changed, for another language.
        self._words = self._at_rest(shown, state) if state.menu or state.setup else None
        self._count(front)
        self.lines.append(self._line(situation, now, front, line))
        self._sounds.clear()
        self.told()

    def summary(self) -> Line:
        """Return what came of the whole recording."""
        quality = None if self._situation is None else self._situation.line
        return {
            "summary": {
                "seconds": round(self._timebase.now(), 6),
                "lists": 0 if quality is None else quality.readings,
                "rejected": 0 if quality is None else quality.rejected,
                "lamp_changes": self._lamp_changes,
                "sounds": self._sounds_heard,
                "pages_forward": self._pages_forward,
                "hours": self._hours.changed(),
                "steps_lost": self._hours.steps_lost,
            }
        }

    @property
    def lists(self) -> int:
        """The number of lists that were read."""
        return 0 if self._situation is None else self._situation.line.readings

    def _says_the_same(self, shown: Situation, state: State) -> bool:
        """Return whether the glass says what it said when the last line was made, but for what moves by itself."""
        if shown is self._shown and state is self._state:
            return True
        if self._words is None and self._shown is not None and self._state is not None:
            self._words = self._at_rest(self._shown, self._state)
        return self._at_rest(shown, state) == self._words

    def _at_rest(self, shown: Situation, state: State) -> tuple[str, ...]:
        """Return the words of the glass at rest; of a page that was just turned to, those that come after its dots."""
        return self._panel.texts(at_rest(shown), replace(state, turned_s=float("-inf")))

    def _heard(self, tune: Tune, *, played: bool) -> None:
        self._sounds.append((_NAMES[tune], played))

    def _count(self, front: str) -> None:
        lit = self._lamps.lit
        self._lamp_changes += self._lit is not None and lit != self._lit
        self._lit = lit
        self._pages_forward += front != self._front and front in _FORWARD
        self._front = front
        if self._sounds:
            self._sounds_heard += sum(heard and name != CLICK_NAME for name, heard in self._sounds)

    def _month_of(self, situation: Situation) -> Line | None:
        """Return the month; it is another value only when an hour has ended."""
        if situation.month is not self._month[0]:
            self._month = situation.month, _month(situation)
        return self._month[1]

    def _lamps_of(self, lamps: Lamps) -> Line:
        if lamps != self._lamps_told[0]:
            self._lamps_told = lamps, _lamps(lamps)
        return self._lamps_told[1]

    def _line(self, situation: Situation, now: float, front: str, line: str) -> Line:
        # A key's click counts least: it may come with an alarm's sound.
        sound, audible = min(self._sounds, key=lambda sound: sound[0] == CLICK_NAME, default=(None, True))
        lamps, local = self._lamps.lamps, situation.local_time
        if local is not None and now != self._shown_at:  # a key was pressed between two situations
            local = (local.astimezone(UTC) + timedelta(seconds=now - self._shown_at)).astimezone(local.tzinfo)
        return {
            "t": round(now, 6),
            "time": None if local is None else local.isoformat(timespec="seconds"),
            "power_w": _float(situation.power_import_w),
            "export_w": _float(situation.power_export_w),
            "level": None if situation.level is None else situation.level.name.lower(),
            "lamps": self._lamps_of(lamps),
            "sound": sound,
            "audible": audible,
            "front": front,
            "page": self._panel.state.page.value,
            "words": self._panel.texts(self._panel.situation or situation),
            "alarms": _alarms(situation),
            "hour": _hour(situation),
            "month": self._month_of(situation),
            "line": line,
        }


def front_of(state: State) -> str:
    """Return what is in front on the glass."""
    if state.overlay is not None:
        return state.overlay.value
    if state.setup is not None:
        return "setup"
    return "page" if state.menu is None else "menu"


def line_of(situation: Situation) -> str:
    """Return how the line is: its condition, "waiting" before the first reading, "silent" when none comes any more.

    What the line is found to be counts more: noise, or what somebody else speaks.
    """
    condition = situation.health.line
    if condition in (None, LineCondition.SEARCHING, LineCondition.FINE):
        if situation.signal is Signal.WAITING:
            return "waiting"
        if situation.signal is Signal.SILENT:
            return "silent"
    return LineCondition.SEARCHING.value if condition is None else condition.value


def _noticed(alarm: Alarm) -> tuple[object, ...]:
    """Return what makes a line when it changes."""
    return (
        *(alarm.rule, alarm.phase, alarm.level, alarm.acknowledged, alarm.limit),
        alarm.rule in MOVING or alarm.value,
    )


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _lamps(lamps: Lamps) -> Line:
    return {"green": LIGHTS[lamps.green], "yellow": LIGHTS[lamps.yellow], "red": LIGHTS[lamps.red]}


def _alarms(situation: Situation) -> list[Line]:
    return [
        {
            "rule": alarm.rule.value,
            "level": alarm.level.name.lower(),
            "phase": alarm.phase,
            "acknowledged": alarm.acknowledged,
            "value": _float(alarm.value),
            "limit": float(alarm.limit),
        }
        for alarm in situation.alarms
    ]


def _hour(situation: Situation) -> Line | None:
    running, outlook = situation.hour, situation.outlook
    if running is None:
        return None
    return {
        "start": running.start.isoformat(),
        "so_far_wh": running.import_wh if outlook is None else outlook.so_far_wh,
        "projection_wh": None if outlook is None else outlook.projection_wh,
        "allowed_wh": None if outlook is None else _float(outlook.allowed_wh),
        "headroom_w": None if outlook is None else outlook.headroom_w,
        "state": None if situation.hour_state is None else situation.hour_state.value,
    }


def _month(situation: Situation) -> Line | None:
    month = situation.month
    if month is None:
        return None
    return {
        "mean_kw": month.mean_kw,
        "step": step_limits(month),
        "peaks": [
            {"start": peak.start.isoformat(), "wh": float(peak.import_wh), "known": peak.quality.value}
            for peak in month.top
        ],
    }
