"""What is on the glass and how one gets there: a pure state machine.

Pages in a round, a menu after a long press, and in front of both, for a while and by itself, what ought to be seen: a
new or worse alarm, a new fault, and the start. It goes again, and what was there before is there again. There is always
a way home: a long B from anywhere, or waiting.

Time comes in with each event, as everywhere; nothing here knows a clock, a pin or a display.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel import menu
from appliance.panel.keys import Key, Press
from appliance.panel.menu import Action, Command, Menu, ShutdownStage
from appliance.panel.pages import ROUND, Page
from appliance.settings.choices import Choices
from appliance.system.health import Fault

BOOT_S = 10.0
ALARM_S = 30.0
FAULT_S = 20.0
MENU_S = 60.0
"""The menu closes when no key was pressed for this long."""
HOME_S = 180.0
"""The first page comes back when no key was pressed for this long."""
PAGING_S = 3.0
"""For this long after a turn pages are still being turned."""

_Subject = tuple[Rule, int | None]


class Overlay(Enum):
    """What has come forward by itself."""

    BOOT = "boot"
    ALARM = "alarm"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the panel remembers of what it shows."""

    page: Page = Page.NOW
    menu: Menu | None = None
    overlay: Overlay | None = None
    overlay_until_s: float = 0.0
    touched_s: float = float("-inf")
    """When a key was last pressed, on the monotonic clock."""
    turned_s: float = float("-inf")
    """When the page was last turned."""
    alarms: tuple[tuple[_Subject, Level], ...] = ()
    """The alarms that were not acknowledged when the situation was last seen, each with its level."""
    faults: frozenset[Fault | Rule] = frozenset()
    """The faults that have been shown in front, and are not over."""

    @property
    def is_home(self) -> bool:
        """Whether nothing but the first page is up."""
        return self.overlay is None and self.menu is None and self.page is Page.NOW

    def paging(self, now_s: float) -> bool:
        """Return whether pages are being turned at this moment."""
        return now_s - self.turned_s < PAGING_S


def begin(now_s: float) -> State:
    """Return the state at the start."""
    return State(overlay=Overlay.BOOT, overlay_until_s=now_s + BOOT_S)


def seen(state: State, situation: Situation, now_s: float) -> State:
    """Return the state after a situation was seen at `now_s`; it may be much like the last one."""
    state = _elapsed(state, now_s)
    alarms, faults = _unacknowledged(situation), _faults(situation)
    before, worse = dict(state.alarms), False
    for subject, level in alarms.items():
        worse = worse or level > before.get(subject, Level.OK)
    state = replace(state, alarms=tuple(alarms.items()), faults=state.faults & faults)
    if worse:
        return replace(state, overlay=Overlay.ALARM, overlay_until_s=now_s + ALARM_S)
    if _is_over(state.overlay, situation):
        state = replace(state, overlay=None)
    if state.overlay is None and faults - state.faults:
        return replace(state, overlay=Overlay.FAULT, overlay_until_s=now_s + FAULT_S, faults=faults)
    return state


def pressed(
    state: State, press: Press, situation: Situation | None, choices: Choices, now_s: float, *, sounding: bool
) -> tuple[State, Action | None]:
    """Return the state after a press of a key, and what it asks for; an alarm may be `sounding` at that moment."""
    state = replace(_elapsed(state, now_s), touched_s=now_s)
    if press == Press(Key.B, long=True):
        return home(state), None
    if press == Press(Key.A) and (state.overlay in (Overlay.ALARM, Overlay.FAULT) or (sounding and state.alarms)):
        return replace(state, overlay=None), Command.ACKNOWLEDGE
    if state.overlay is not None and not press.long:
        return replace(state, overlay=None), None
    if press == Press(Key.A, long=True) and (state.overlay is not None or state.menu is None):
        return replace(state, overlay=None, menu=state.menu or Menu()), None
    if state.menu is not None:
        muted = situation is not None and situation.muted_s is not None
        inside, action = menu.pressed(state.menu, press, choices, muted=muted)
        return replace(state, menu=inside), action
    if press.key is Key.A:
        return _turned(state, ROUND[(ROUND.index(state.page) + 1) % len(ROUND)], now_s), None
    if state.page is Page.NOW and situation is not None:
        return _with_the_matter(state, situation, now_s), None
    return _turned(state, ROUND[max(0, ROUND.index(state.page) - 1)], now_s), None


def home(state: State) -> State:
    """Return the state with the first page up, whatever was."""
    return replace(state, page=Page.NOW, menu=None, overlay=None, turned_s=float("-inf"))


def refused(state: State) -> State:
    """Return the state after switching off was asked for and cannot be had."""
    return state if state.menu is None else replace(state, menu=menu.refused(state.menu))


def _turned(state: State, page: Page, now_s: float) -> State:
    return replace(state, page=page, turned_s=now_s)


def _with_the_matter(state: State, situation: Situation, now_s: float) -> State:
    """Return the state with what is the matter at present in front, if anything is."""
    if any(_is_over_a_limit(alarm) for alarm in situation.alarms):
        return replace(state, overlay=Overlay.ALARM, overlay_until_s=now_s + ALARM_S)
    if _faults(situation):
        return replace(state, overlay=Overlay.FAULT, overlay_until_s=now_s + FAULT_S)
    return state


def _elapsed(state: State, now_s: float) -> State:
    """Return the state after what time alone does."""
    if state.overlay is not None and now_s >= state.overlay_until_s:
        state = replace(state, overlay=None)
    idle_s = now_s - state.touched_s
    if state.menu is not None and idle_s >= MENU_S:
        if state.menu.shutdown is ShutdownStage.GOING:  # and still here
            return replace(state, menu=menu.refused(state.menu), touched_s=now_s)
        state = replace(state, menu=None)
    if state.page is not Page.NOW and idle_s >= HOME_S:
        state = replace(state, page=Page.NOW)
    return state


def _is_over(overlay: Overlay | None, situation: Situation) -> bool:
    match overlay:
        case Overlay.BOOT:
            return situation.power_import_w is not None
        case Overlay.ALARM:
            return not any(_is_over_a_limit(alarm) for alarm in situation.alarms)
        case Overlay.FAULT:
            return not _faults(situation)
        case None:
            return False


def _is_over_a_limit(alarm: Alarm) -> bool:
    return alarm.level in (Level.WATCH, Level.ACT)


def _unacknowledged(situation: Situation) -> Mapping[_Subject, Level]:
    """Return the alarms that are not acknowledged, by what they are about."""
    return {
        (alarm.rule, alarm.phase): alarm.level
        for alarm in situation.alarms
        if _is_over_a_limit(alarm) and not alarm.acknowledged
    }


def _faults(situation: Situation) -> frozenset[Fault | Rule]:
    silent = {alarm.rule for alarm in situation.alarms if alarm.level is Level.FAULT}
    return frozenset(situation.health.faults) | silent
