"""What is on the glass and how one gets there: a pure state machine.

Pages in a round, a menu after a long press, the questions of a first start, and in front of all of them, by itself,
what ought to be seen: an alarm that calls, a new fault, and the start. It goes again after a while, but for what asks
to act, and a step that was lost: they stay until somebody has seen them, or it is over. What was there before is there
again then. There is always a way home: a long B from anywhere but a first start, or waiting.

Time comes in with each event, as everywhere; nothing here knows a clock, a pin or a display.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from appliance.household.situation import Alarm, Level, Rule, Situation, Storage
from appliance.panel import menu, setup
from appliance.panel.keys import Key, Press
from appliance.panel.menu import Acknowledge, Action, Menu, Row, Stage
from appliance.panel.pages import Page, turned
from appliance.panel.pages.attention import Subject
from appliance.panel.setup import PAUSE_S, Setup
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

INFINITY = float("inf")
GRACE_S = 0.8
"""A key so soon after a page came forward was meant for the one before."""


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
    setup: Setup | None = None
    """The questions of a first start; over when none of them is left."""
    overlay: Overlay | None = None
    overlay_until_s: float = 0.0
    came_s: float = float("-inf")
    """When it came forward by itself."""
    subject: Subject | None = None
    """What the alarm in front is about."""
    before: tuple[Overlay | None, Subject | None] = (None, None)
    """What it came in front of."""
    touched_s: float = float("-inf")
    """When a key was last pressed, on the monotonic clock."""
    turned_s: float = float("-inf")
    """When the page was last turned."""
    calls: tuple[tuple[Subject, int], ...] = ()
    """How often each alarm had called that was not acknowledged when the situation was last seen."""
    faults: frozenset[Fault | Rule | Storage] = frozenset()
    """The faults that have been shown in front, and are not over."""

    @property
    def is_home(self) -> bool:
        """Whether nothing but the first page is up."""
        return self.overlay is None and self.menu is None and self.setup is None and self.page is Page.NOW

    @property
    def moments(self) -> tuple[float, ...]:
        """When time alone may change what is up, s; what has passed is among them."""
        moments = self.overlay_until_s, self.touched_s + MENU_S, self.touched_s + HOME_S, self.turned_s + PAGING_S
        return moments if self.setup is None else (*moments, _setup_ends_s(self, self.setup))

    def paging(self, now_s: float) -> bool:
        """Return whether pages are being turned at this moment."""
        return now_s - self.turned_s < PAGING_S


def begin(now_s: float) -> State:
    """Return the state at the start."""
    return State(overlay=Overlay.BOOT, overlay_until_s=now_s + BOOT_S)


def seen(state: State, situation: Situation, now_s: float) -> State:
    """Return the state after a situation was seen at `now_s`; it may be much like the last one."""
    state = _elapsed(state, now_s)
    calls, faults, before = _calls(situation), _faults(situation), dict(state.calls)
    new = [subject for subject, count in calls.items() if count > before.get(subject, 0)]
    if (state.menu or state.setup) is not None and not any(_is_urgent(subject, situation) for subject in new):
        calls = {subject: count for subject, count in calls.items() if subject not in new}  # they come later
        new = []
    noted, shown = tuple(calls.items()), state.faults & faults
    if noted != state.calls or shown != state.faults:  # mostly not
        state = replace(state, calls=noted, faults=shown)
    if new:
        return _forward(state, new, calls, situation, now_s)
    state = _kept_in_front(state, situation, now_s)
    if state.setup is not None:
        return replace(state, setup=setup.seen(state.setup, situation))
    if state.overlay is None and faults - state.faults:
        until_s = now_s + FAULT_S
        return replace(_covered(state, now_s), overlay=Overlay.FAULT, overlay_until_s=until_s, faults=faults)
    return state


def pressed(
    state: State, press: Press, situation: Situation | None, choices: Choices, now_s: float
) -> tuple[State, Action | None]:
    """Return the state after a press of a key, and what it asks for."""
    state = replace(_elapsed(state, now_s), touched_s=now_s)
    if state.setup is not None and not (state.setup.again and press == Press(Key.B, long=True)):
        press = Press(press.key)
        if state.overlay is None:
            return replace(state, setup=setup.pressed(state.setup, press, situation)), None
    if press == Press(Key.B, long=True):
        return home(state), None
    if state.overlay is not None and now_s - state.came_s < GRACE_S:
        overlay, subject = state.before
        under = replace(state, overlay=overlay, subject=subject, came_s=-INFINITY)
        below, action = pressed(under, press, situation, choices, now_s)
        if below.overlay is not None:
            return below, action
        return replace(below, overlay=state.overlay, subject=state.subject, came_s=state.came_s), action
    if press == Press(Key.A) and state.overlay is Overlay.ALARM and situation is not None:
        return _alarm_seen(state, situation, now_s)
    if press == Press(Key.A) and state.overlay is Overlay.FAULT:
        return replace(state, overlay=None), Acknowledge(Rule.SILENT)
    if state.overlay is not None and not press.long:
        return replace(state, overlay=None), None
    if press == Press(Key.A, long=True) and (state.overlay is not None or state.menu is None):
        return replace(state, overlay=None, menu=state.menu or Menu()), None
    if state.menu is not None:
        muted = situation is not None and situation.muted_s is not None
        offer = None if situation is None else situation.health.offer
        inside, action = menu.pressed(state.menu, press, choices, muted=muted, offer=offer)
        return replace(state, menu=inside), action
    if press.key is Key.A:
        return _turned(state, turned(state.page, situation), now_s), None
    if state.page is Page.NOW and situation is not None:
        return _with_the_matter(state, situation, now_s), None
    return _turned(state, turned(state.page, situation, back=True), now_s), None


def subjects(situation: Situation) -> tuple[Subject, ...]:
    """Return what there are alarm pages about, in the order in which they come forward."""
    found = tuple((alarm.rule, alarm.phase) for alarm in situation.alarms if _is_over_a_limit(alarm))
    lost = (Rule.HOUR, None)
    return found if situation.step_lost is None or lost in found else (*found, lost)


def place(state: State, situation: Situation) -> tuple[int, int]:
    """Return which of how many alarms is in front, from 1."""
    all_of_them = subjects(situation)
    waiting = tuple(subject for subject in all_of_them if subject in _calls(situation))
    among = waiting if state.subject in waiting else all_of_them
    return (among.index(state.subject) + 1 if state.subject in among else 1), max(1, len(among))


def home(state: State) -> State:
    """Return the state with the first page up, whatever was."""
    return replace(state, page=Page.NOW, menu=None, setup=None, overlay=None, turned_s=float("-inf"))


def refused(state: State) -> State:
    """Return the state after what was confirmed cannot be had."""
    return state if state.menu is None else replace(state, menu=menu.refused(state.menu))


def _turned(state: State, page: Page, now_s: float) -> State:
    return replace(state, page=page, turned_s=now_s)


def _forward(
    state: State, new: Sequence[Subject], calls: Mapping[Subject, int], situation: Situation, now_s: float
) -> State:
    """Return the state with an alarm that calls in front; one that matters more, and waits there, stays there."""
    subject, in_order = new[0], subjects(situation)
    if state.overlay is Overlay.ALARM and state.subject in calls and state.subject in in_order:
        subject = min(subject, state.subject, key=in_order.index)
        if subject == state.subject:
            return state
    until_s = INFINITY if _is_urgent(subject, situation) else now_s + ALARM_S
    return replace(_covered(state, now_s), overlay=Overlay.ALARM, overlay_until_s=until_s, subject=subject)


def _kept_in_front(state: State, situation: Situation, now_s: float) -> State:
    """Return the state with what is in front as long as it is to be there."""
    match state.overlay:
        case Overlay.BOOT:
            return replace(state, overlay=None) if situation.power_import_w is not None else state
        case Overlay.FAULT:
            return state if _faults(situation) else replace(state, overlay=None)
        case Overlay.ALARM:
            if state.subject not in subjects(situation):
                return _next_one(state, situation, now_s)
            if _is_urgent(state.subject, situation):
                return state if state.overlay_until_s == INFINITY else replace(state, overlay_until_s=INFINITY)
            return state if state.overlay_until_s < INFINITY else replace(state, overlay_until_s=now_s + ALARM_S)
        case None:
            return state


def _next_one(state: State, situation: Situation, now_s: float) -> State:
    """Return the state with the next alarm that nobody has seen in front, where there is one."""
    waiting = next(iter(_calls(situation)), None)
    if waiting is None:
        return replace(state, overlay=None)
    until_s = INFINITY if _is_urgent(waiting, situation) else now_s + ALARM_S
    return replace(_covered(state, now_s), subject=waiting, overlay_until_s=until_s)


def _covered(state: State, now_s: float) -> State:
    """Return the state in front of which something comes by itself."""
    return replace(state, came_s=now_s, before=(state.overlay, state.subject))


def _alarm_seen(state: State, situation: Situation, now_s: float) -> tuple[State, Action | None]:
    """Return the state after the alarm in front was seen: the next one is there, or none."""
    subject, in_order = state.subject, subjects(situation)
    if subject is None:
        return replace(state, overlay=None), None
    waiting = [other for other in _calls(situation) if other != subject]
    if subject in _calls(situation):
        following = waiting[0] if waiting else None
    else:
        later = in_order[in_order.index(subject) + 1 :] if subject in in_order else ()
        following = later[0] if later else None
    if following is None:
        return replace(state, overlay=None, subject=None), Acknowledge(*subject)
    until_s = INFINITY if _is_urgent(following, situation) else now_s + ALARM_S
    return replace(state, subject=following, overlay_until_s=until_s), Acknowledge(*subject)


def _with_the_matter(state: State, situation: Situation, now_s: float) -> State:
    """Return the state with what is the matter at present in front, if anything is."""
    if in_order := subjects(situation):
        return replace(state, overlay=Overlay.ALARM, overlay_until_s=now_s + ALARM_S, subject=in_order[0])
    if _faults(situation):
        return replace(state, overlay=Overlay.FAULT, overlay_until_s=now_s + FAULT_S)
    return state


def _elapsed(state: State, now_s: float) -> State:
    """Return the state after what time alone does."""
    if state.overlay is not None and now_s >= state.overlay_until_s:
        state = replace(state, overlay=None)
    idle_s = now_s - state.touched_s
    if state.menu is not None and idle_s >= MENU_S:
        if state.menu.stage is Stage.GOING and state.menu.row is Row.SHUT_DOWN:  # and still here
            return replace(state, menu=menu.refused(state.menu), touched_s=now_s)
        state = replace(state, menu=None)
    if state.page is not Page.NOW and idle_s >= HOME_S:
        state = replace(state, page=Page.NOW)
    if state.setup is not None and state.overlay is not None:  # nobody can see what is asked
        return replace(state, setup=replace(state.setup, since_s=now_s))
    if state.setup is not None and now_s >= _setup_ends_s(state, state.setup):
        state = replace(state, setup=setup.ended(state.setup))
    return state


def _setup_ends_s(state: State, asked: Setup) -> float:
    """Return when the questions end if no key is pressed, s."""
    return max(asked.since_s, state.touched_s) + PAUSE_S


def _is_over_a_limit(alarm: Alarm) -> bool:
    return alarm.level in (Level.WATCH, Level.ACT)


def _calls(situation: Situation) -> Mapping[Subject, int]:
    """Return how often each alarm has called that nobody has seen, in the order in which they come forward."""
    found = {
        (alarm.rule, alarm.phase): alarm.calls
        for alarm in situation.alarms
        if _is_over_a_limit(alarm) and alarm.calls and not alarm.acknowledged
    }
    if situation.step_lost is not None and not any(alarm.rule is Rule.HOUR for alarm in situation.alarms):
        found[Rule.HOUR, None] = 1  # on the morning after
    return found


def _is_urgent(subject: Subject | None, situation: Situation) -> bool:
    """Return whether an alarm stays in front until somebody has seen it: a step was lost, or it asks to act."""
    if subject not in _calls(situation):
        return False
    if subject == (Rule.HOUR, None) and situation.step_lost is not None:
        return True
    return any((alarm.rule, alarm.phase) == subject and alarm.level is Level.ACT for alarm in situation.alarms)


def _faults(situation: Situation) -> frozenset[Fault | Rule | Storage]:
    silent = [alarm.rule for alarm in situation.alarms if alarm.level is Level.FAULT and alarm.calls]
    history = [situation.storage] if situation.storage in (Storage.FAILING, Storage.SET_ASIDE) else []
    return frozenset((*situation.health.faults, *silent, *history))
