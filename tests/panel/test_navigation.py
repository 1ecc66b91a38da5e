"""What is on the glass, by keys, alarms and time: the state machine by itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel import navigation
from appliance.panel.keys import Key, Press
from appliance.panel.menu import Action, Command, Menu, Row, ShutdownStage
from appliance.panel.navigation import ALARM_S, BOOT_S, HOME_S, MENU_S, PAGING_S, Overlay, State, begin, pressed, seen
from appliance.panel.pages import ROUND, Page
from appliance.settings.choices import AS_SET
from appliance.simulation.examples import CALM, WAITING
from appliance.system.health import Fault, FaultKind, Health

A, LONG_A, B, LONG_B = Press(Key.A), Press(Key.A, long=True), Press(Key.B), Press(Key.B, long=True)
HOME = State()


def alarm(level: Level = Level.WATCH, rule: Rule = Rule.POWER, *, acknowledged: bool = False) -> Alarm:
    return Alarm(
        rule=rule, level=level, phase=None, value=6000.0, limit=5000.0, since=None, age_s=0.0, acknowledged=acknowledged
    )


def with_alarms(*alarms: Alarm) -> Situation:
    return replace(CALM, alarms=alarms, level=max((one.level for one in alarms), default=Level.OK))


OVER = with_alarms(alarm())
WORSE = with_alarms(alarm(Level.ACT))
SEEN_TO = with_alarms(alarm(acknowledged=True))
BROKEN = replace(CALM, health=Health(faults=(Fault(FaultKind.BUTTON, "A"),)))


def press(
    state: State, *presses: Press, situation: Situation = CALM, now: float = 1.0, sounding: bool = False
) -> State:
    for one in presses:
        state, _ = pressed(state, one, situation, AS_SET, now, sounding=sounding)
    return state


def asked(state: State, one: Press, situation: Situation = CALM, *, sounding: bool = False) -> Action | None:
    return pressed(state, one, situation, AS_SET, 1.0, sounding=sounding)[1]


def test_the_start_is_shown_until_the_first_reading() -> None:
    state = seen(begin(0), WAITING, 0)
    assert state.overlay is Overlay.BOOT
    assert seen(state, CALM, 2).is_home


def test_the_start_is_shown_for_some_seconds_when_there_is_no_reading() -> None:
    assert seen(begin(0), WAITING, BOOT_S - 0.1).overlay is Overlay.BOOT
    assert seen(begin(0), WAITING, BOOT_S).is_home


@pytest.mark.parametrize("key", [A, B, LONG_B])
def test_any_key_leaves_the_start(key: Press) -> None:
    assert press(begin(0), key, situation=WAITING).is_home


def test_a_turns_the_pages_round_and_b_goes_back() -> None:
    pages = [press(HOME, *[A] * count).page for count in range(len(ROUND) + 1)]
    assert pages == [*ROUND, Page.NOW]
    assert press(HOME, A, B).page is Page.NOW


def test_one_is_turning_pages_for_a_moment_after_a_turn() -> None:
    state = press(HOME, A, now=10)
    assert state.paging(10 + PAGING_S - 0.1)
    assert not state.paging(10 + PAGING_S)


def test_the_first_page_comes_back_when_nobody_presses_a_key() -> None:
    state = press(HOME, A, now=10)
    assert seen(state, CALM, 10 + HOME_S - 1).page is not Page.NOW
    assert seen(state, CALM, 10 + HOME_S).page is Page.NOW


def test_a_new_alarm_comes_forward_goes_again_and_leaves_one_where_one_was() -> None:
    state = press(HOME, A)
    during = seen(state, OVER, 5)
    assert during.overlay is Overlay.ALARM
    assert seen(during, OVER, 5 + ALARM_S - 0.1).overlay is Overlay.ALARM
    after = seen(during, OVER, 5 + ALARM_S)
    assert (after.overlay, after.page) == (None, state.page)


def test_an_alarm_that_stays_does_not_come_forward_again_and_one_that_gets_worse_does() -> None:
    state = seen(seen(HOME, OVER, 0), OVER, ALARM_S)
    assert seen(state, OVER, ALARM_S + 1).overlay is None
    assert seen(state, WORSE, ALARM_S + 1).overlay is Overlay.ALARM


def test_an_alarm_that_is_over_leaves_the_glass() -> None:
    assert seen(seen(HOME, OVER, 0), CALM, 1).is_home


def test_an_alarm_that_comes_back_comes_forward_again() -> None:
    assert seen(seen(seen(HOME, OVER, 0), CALM, 1), OVER, 2).overlay is Overlay.ALARM


def test_an_alarm_that_somebody_has_seen_does_not_come_forward() -> None:
    assert seen(HOME, SEEN_TO, 0).is_home


def test_a_acknowledges_the_alarm_in_front_and_leaves_it() -> None:
    state = seen(press(HOME, A), OVER, 1)
    assert asked(state, A, OVER) is Command.ACKNOWLEDGE
    left = press(state, A, situation=OVER)
    assert (left.overlay, left.page) == (None, ROUND[1])
    assert seen(left, SEEN_TO, 2).overlay is None


def test_b_leaves_the_alarm_in_front_unacknowledged() -> None:
    state = seen(HOME, OVER, 1)
    assert asked(state, B, OVER) is None
    assert press(state, B, situation=OVER).is_home


def test_a_acknowledges_while_an_alarm_sounds_whatever_is_in_front() -> None:
    state = seen(seen(HOME, OVER, 0), OVER, ALARM_S)
    assert asked(state, A, OVER, sounding=True) is Command.ACKNOWLEDGE
    assert asked(state, A, OVER, sounding=False) is None


def test_b_on_the_first_page_shows_what_is_the_matter() -> None:
    state = seen(seen(HOME, OVER, 0), OVER, ALARM_S)
    assert press(state, B, situation=OVER, now=ALARM_S).overlay is Overlay.ALARM
    assert press(HOME, B, situation=BROKEN).overlay is Overlay.FAULT
    assert press(HOME, B, situation=CALM).is_home


def test_a_new_fault_comes_forward_once() -> None:
    state = seen(HOME, BROKEN, 0)
    assert state.overlay is Overlay.FAULT
    later = seen(state, BROKEN, navigation.FAULT_S)
    assert later.is_home
    assert seen(later, BROKEN, navigation.FAULT_S + 1).is_home


def test_a_fault_waits_behind_an_alarm() -> None:
    state = seen(HOME, replace(OVER, health=BROKEN.health), 0)
    assert state.overlay is Overlay.ALARM
    assert seen(state, replace(OVER, health=BROKEN.health), ALARM_S).overlay is Overlay.FAULT


def test_a_silent_meter_is_a_fault_that_comes_forward() -> None:
    silent = replace(CALM, alarms=(alarm(Level.FAULT, Rule.SILENT),), level=Level.FAULT, power_import_w=None)
    assert seen(HOME, silent, 0).overlay is Overlay.FAULT


def test_a_long_a_opens_the_menu_and_waiting_closes_it() -> None:
    state = press(HOME, LONG_A, now=10)
    assert state.menu == Menu()
    assert seen(state, CALM, 10 + MENU_S - 1).menu is not None
    assert seen(state, CALM, 10 + MENU_S).is_home


def test_an_alarm_comes_before_the_menu_and_leaves_it_where_it_was() -> None:
    state = press(HOME, LONG_A, A)
    during = seen(state, OVER, 2)
    assert during.overlay is Overlay.ALARM
    assert press(during, A, situation=OVER).menu == state.menu


def test_switching_off_that_did_not_happen_is_said() -> None:
    state = State(menu=Menu(Row.SHUT_DOWN, shutdown=ShutdownStage.GOING), touched_s=0)
    state = seen(state, CALM, MENU_S)
    assert state.menu == Menu(Row.SHUT_DOWN, shutdown=ShutdownStage.REFUSED)
    assert seen(state, CALM, 2 * MENU_S).is_home


situations = st.sampled_from([CALM, OVER, WORSE, SEEN_TO, BROKEN, WAITING])
presses = st.builds(Press, st.sampled_from(Key), st.booleans())
steps = st.lists(st.tuples(st.one_of(presses, situations), st.floats(0, 100)), max_size=60)


def lived(life: list[tuple[Press | Situation, float]]) -> tuple[State, Situation, float]:
    state, situation, now = begin(0), WAITING, 0.0
    for event, pause in life:
        now += pause
        if isinstance(event, Press):
            state, _ = pressed(state, event, situation, AS_SET, now, sounding=False)
        else:
            situation = event
            state = seen(state, situation, now)
    return state, situation, now


@given(steps)
def test_a_long_b_leads_home_from_anywhere(life: list[tuple[Press | Situation, float]]) -> None:
    state, situation, now = lived(life)
    assert press(state, LONG_B, situation=situation, now=now).is_home


@given(steps)
def test_waiting_leads_home_from_anywhere(life: list[tuple[Press | Situation, float]]) -> None:
    state, situation, now = lived(life)
    for _ in range(4):
        now += HOME_S
        state = seen(state, situation, now)
    assert state.is_home
