"""What is on the glass, by keys, alarms and time: the state machine by itself."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.outlook import StepLost
from appliance.household.situation import Alarm, Level, Rule, Situation, Storage
from appliance.panel import navigation
from appliance.panel.keys import Key, Press
from appliance.panel.menu import Acknowledge, Action, Menu, Row, Stage
from appliance.panel.navigation import (
    ALARM_S,
    BOOT_S,
    FAULT_S,
    GRACE_S,
    HOME_S,
    MENU_S,
    PAGING_S,
    Overlay,
    State,
    begin,
    place,
    pressed,
    seen,
    subjects,
)
from appliance.panel.pages import ROUND, Page
from appliance.settings.choices import AS_SET
from appliance.simulation.examples import CALM, WAITING
from appliance.system.health import Fault, FaultKind, Health

A, LONG_A, B, LONG_B = Press(Key.A), Press(Key.A, long=True), Press(Key.B), Press(Key.B, long=True)
HOME = State()


def alarm(
    level: Level = Level.WATCH,
    rule: Rule = Rule.POWER,
    *,
    acknowledged: bool = False,
    calls: int = 1,
    phase: int | None = None,
) -> Alarm:
    return Alarm(
        rule=rule,
        level=level,
        phase=phase,
        value=6000.0,
        limit=5000.0,
        since=None,
        age_s=0.0,
        acknowledged=acknowledged,
        calls=calls,
    )


def with_alarms(*alarms: Alarm) -> Situation:
    return replace(CALM, alarms=alarms, level=max((one.level for one in alarms), default=Level.OK))


OVER = with_alarms(alarm())
WORSE = with_alarms(alarm(Level.ACT, calls=2))
QUIETLY = with_alarms(alarm(calls=0))
"""It lights its lamp and calls nobody."""
SEEN_TO = with_alarms(alarm(acknowledged=True))
PHASE = alarm(Level.ACT, Rule.PHASE, phase=2)
BOTH = with_alarms(PHASE, alarm())
"""In the household's order, by consequence: a red phase comes before the power."""
PHASE_SEEN = with_alarms(replace(PHASE, acknowledged=True), alarm())
HOUR = (Rule.HOUR, None)
STEP = StepLost(hour=datetime(2026, 1, 15, 16, tzinfo=UTC), limit_kw=5, was=1, now=2, above_kw=5, up_to_kw=10)
LOST = replace(with_alarms(alarm(Level.WATCH, Rule.HOUR, calls=3)), step_lost=STEP)
LOST_SEEN = replace(with_alarms(alarm(Level.WATCH, Rule.HOUR, calls=3, acknowledged=True)), step_lost=STEP)
MORNING = replace(CALM, step_lost=STEP)
"""Nothing is over a limit any more, and nobody has seen the step that the evening lost."""
URGENT = {
    id(situation): found
    for situation, found in (
        (WORSE, {(Rule.POWER, None)}),
        (BOTH, {(Rule.PHASE, 2)}),
        (LOST, {HOUR}),
        (MORNING, {HOUR}),
    )
}
"""What stays in front until somebody has seen it."""
BROKEN = replace(CALM, health=Health(faults=(Fault(FaultKind.BUTTON, "A"),)))


def press(state: State, *presses: Press, situation: Situation = CALM, now: float = 1.0) -> State:
    for one in presses:
        state, _ = pressed(state, one, situation, AS_SET, now)
    return state


def asked(state: State, one: Press, situation: Situation = CALM, now: float = 1.0) -> Action | None:
    return pressed(state, one, situation, AS_SET, now)[1]


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
    pages = [press(HOME, *[A] * count).page for count in range(len(ROUND))]
    assert pages == [*(page for page in ROUND if page not in (Page.PRICE, Page.LOG)), Page.NOW, Page.HOUR], (
        "no alarm and no spot prices so far"
    )
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
    state = seen(press(HOME, A), OVER, 0)
    assert asked(state, A, OVER) == Acknowledge(Rule.POWER)
    left = press(state, A, situation=OVER)
    assert (left.overlay, left.page) == (None, ROUND[1])
    assert seen(left, SEEN_TO, 2).overlay is None


def test_b_leaves_the_alarm_in_front_unacknowledged() -> None:
    state = seen(HOME, OVER, 0)
    assert asked(state, B, OVER) is None
    assert press(state, B, situation=OVER).is_home


def test_acknowledging_concerns_what_was_on_the_glass() -> None:
    # What is not in front is not acknowledged, whatever sounds.
    state = seen(seen(HOME, OVER, 0), OVER, ALARM_S)
    assert asked(state, A, OVER) is None
    assert press(state, A, situation=OVER).page is ROUND[1]


def test_what_a_acknowledges_is_the_alarm_in_front_by_its_rule_and_phase() -> None:
    state = seen(HOME, BOTH, 0)
    assert asked(state, A, BOTH) == Acknowledge(Rule.PHASE, 2)


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


@pytest.mark.parametrize("storage", [Storage.SET_ASIDE, Storage.FAILING])
def test_a_history_that_was_set_aside_or_fails_comes_forward_once(storage: Storage) -> None:
    trouble = replace(CALM, storage=storage)
    state = seen(HOME, trouble, 10.0)
    assert state.overlay is Overlay.FAULT
    assert seen(seen(state, trouble, 31.0), trouble, 40.0).overlay is None


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


def test_a_red_alarm_comes_before_the_menu_and_leaves_it_where_it_was() -> None:
    state = press(HOME, LONG_A, A)
    during = seen(state, WORSE, 2)
    assert during.overlay is Overlay.ALARM
    assert press(during, A, situation=WORSE, now=3).menu == state.menu


def test_a_yellow_one_waits_until_the_menu_is_closed() -> None:
    state = seen(press(HOME, LONG_A, A), OVER, 2)
    assert (state.overlay, state.menu) == (None, Menu(list(Row)[1]))
    assert seen(press(state, LONG_B, now=5), OVER, 6).overlay is Overlay.ALARM
    assert seen(state, OVER, 2 + MENU_S).overlay is Overlay.ALARM  # nobody pressed a key for so long


def test_a_yellow_one_that_is_over_before_the_menu_is_closed_never_came() -> None:
    state = seen(press(HOME, LONG_A), OVER, 2)
    assert seen(seen(state, CALM, 3), CALM, 3 + MENU_S).is_home


def test_switching_off_that_did_not_happen_is_said() -> None:
    state = State(menu=Menu(Row.SHUT_DOWN, stage=Stage.GOING), touched_s=0)
    state = seen(state, CALM, MENU_S)
    assert state.menu == Menu(Row.SHUT_DOWN, stage=Stage.REFUSED)
    assert seen(state, CALM, 2 * MENU_S).is_home


def test_a_version_that_is_being_installed_leaves_the_menu_when_its_time_is_over() -> None:
    """It is heard, written and read back: that takes longer than a menu stays."""
    state = State(menu=Menu(Row.VERSION, stage=Stage.GOING), touched_s=0)
    assert seen(state, CALM, MENU_S).is_home


def test_the_page_that_comes_forward_is_that_of_the_alarm_that_called() -> None:
    state = seen(HOME, with_alarms(alarm(Level.ACT, Rule.PHASE, phase=2, acknowledged=True), alarm(Level.WATCH)), 0)
    assert (state.overlay, state.subject) == (Overlay.ALARM, (Rule.POWER, None))


def test_of_two_that_call_at_once_the_one_of_more_consequence_comes_first() -> None:
    assert seen(HOME, BOTH, 0).subject == (Rule.PHASE, 2)


def test_one_that_matters_more_comes_in_front_of_one_that_waits_there() -> None:
    assert seen(seen(HOME, OVER, 0), BOTH, 5).subject == (Rule.PHASE, 2)


def test_one_that_matters_less_does_not_come_in_front_of_one_that_waits_there() -> None:
    state = seen(HOME, with_alarms(PHASE), 0)
    assert seen(state, BOTH, 5) == replace(state, calls=(((Rule.PHASE, 2), 1), ((Rule.POWER, None), 1)))


def test_an_alarm_that_calls_nobody_does_not_come_forward() -> None:
    # "A rule that comes again at the same level within 30 min lights its lamp and nothing else."
    assert seen(HOME, QUIETLY, 0).is_home


def test_an_alarm_that_calls_again_comes_forward_again() -> None:
    state = press(seen(HOME, with_alarms(PHASE), 0), B, situation=with_alarms(PHASE))
    assert state.is_home
    assert seen(state, with_alarms(replace(PHASE, calls=2)), 60).subject == (Rule.PHASE, 2)


@pytest.mark.parametrize("situation", [WORSE, LOST, MORNING])
def test_what_asks_to_act_and_a_lost_step_stay_until_somebody_has_seen_them(situation: Situation) -> None:
    state = HOME
    for now in range(0, 3600, 10):
        state = seen(state, situation, now)
        assert state.overlay is Overlay.ALARM
    assert press(state, A, situation=situation, now=3600).is_home


@pytest.mark.parametrize("situation", [WORSE, LOST, MORNING])
def test_and_go_when_they_are_over(situation: Situation) -> None:
    assert seen(seen(HOME, situation, 0), CALM, 100).is_home


def test_a_red_that_falls_to_yellow_goes_after_a_while() -> None:
    state = seen(seen(HOME, WORSE, 0), with_alarms(alarm(calls=2)), 100)
    assert seen(state, with_alarms(alarm(calls=2)), 100 + ALARM_S - 1).overlay is Overlay.ALARM
    assert seen(state, with_alarms(alarm(calls=2)), 100 + ALARM_S).is_home


def test_seeing_a_lost_step_takes_its_page_away_for_good() -> None:
    state = seen(HOME, LOST, 0)
    assert asked(state, A, LOST) == Acknowledge(Rule.HOUR)
    state = press(state, A, situation=LOST)
    assert seen(seen(state, LOST_SEEN, 2), LOST_SEEN, 100).is_home


def test_a_lost_step_that_nobody_has_seen_is_said_on_the_morning_after_once() -> None:
    state = seen(seen(HOME, CALM, 0), MORNING, 10)
    assert (state.overlay, state.subject) == (Overlay.ALARM, HOUR)
    assert subjects(MORNING) == (HOUR,)
    assert asked(state, A, MORNING, now=20) == Acknowledge(Rule.HOUR)
    state = press(state, A, situation=MORNING, now=20)
    assert seen(state, MORNING, 21).is_home
    assert seen(state, CALM, 22).is_home


@pytest.mark.parametrize("key", [A, B, LONG_A])
def test_a_key_just_after_a_page_came_forward_does_what_it_would_have_done_before(key: Press) -> None:
    menu = press(HOME, LONG_A)
    for before in (HOME, press(HOME, A), menu):
        came = seen(before, WORSE, 10.0)
        state, action = pressed(came, key, WORSE, AS_SET, 10.0 + GRACE_S - 0.1)
        expected, expected_action = pressed(before, key, CALM, AS_SET, 10.0 + GRACE_S - 0.1)
        if key == B and before is HOME:  # it shows what is the matter: that is in front
            assert state.overlay is Overlay.ALARM
            continue
        assert action == expected_action
        assert (state.page, state.menu) == (expected.page, expected.menu)
        assert (state.overlay, state.subject) == (Overlay.ALARM, (Rule.POWER, None))
        assert asked(came, A, WORSE, 10.0 + GRACE_S) == Acknowledge(Rule.POWER)


def test_a_key_meant_for_one_alarm_does_not_acknowledge_the_one_that_came_in_front_of_it() -> None:
    state = seen(seen(HOME, OVER, 0), BOTH, 10)
    after, action = pressed(state, A, BOTH, AS_SET, 10 + GRACE_S - 0.1)
    assert action == Acknowledge(Rule.POWER)
    assert (after.overlay, after.subject) == (Overlay.ALARM, (Rule.PHASE, 2))


def test_a_key_meant_for_one_alarm_does_not_acknowledge_the_one_that_took_its_place() -> None:
    # The phase is over just before the key: the power, which waited, is in front and was not read yet.
    state = seen(seen(HOME, BOTH, 0), OVER, 10)
    assert state.subject == (Rule.POWER, None)
    after, action = pressed(state, A, OVER, AS_SET, 10 + GRACE_S - 0.1)
    assert action == Acknowledge(Rule.PHASE, 2)
    assert (after.overlay, after.subject, after.page) == (Overlay.ALARM, (Rule.POWER, None), Page.NOW)


def test_a_key_meant_for_an_alarm_does_not_leave_a_fault_that_came_after_it() -> None:
    both = replace(OVER, health=BROKEN.health)
    state = seen(seen(HOME, both, 0), both, ALARM_S)
    assert state.overlay is Overlay.FAULT
    assert press(state, A, situation=both, now=ALARM_S + GRACE_S - 0.1).overlay is Overlay.FAULT
    assert press(state, A, situation=both, now=ALARM_S + GRACE_S).overlay is None


def test_with_more_than_one_alarm_a_steps_through_them() -> None:
    state = seen(HOME, BOTH, 0)
    assert place(state, BOTH) == (1, 2)
    state = press(state, A, situation=BOTH, now=5)
    assert (state.overlay, state.subject) == (Overlay.ALARM, (Rule.POWER, None))
    state = seen(state, PHASE_SEEN, 5)
    assert place(state, PHASE_SEEN) == (1, 1)
    assert asked(state, A, PHASE_SEEN, now=10) == Acknowledge(Rule.POWER)
    assert press(state, A, situation=PHASE_SEEN, now=10).is_home


def test_those_that_were_seen_can_be_stepped_through_again() -> None:
    both = with_alarms(replace(PHASE, acknowledged=True), alarm(acknowledged=True))
    state = press(HOME, B, situation=both, now=5)
    assert (state.subject, place(state, both)) == ((Rule.PHASE, 2), (1, 2))
    state = press(state, A, situation=both, now=6)
    assert (state.subject, place(state, both)) == ((Rule.POWER, None), (2, 2))
    assert press(state, A, situation=both, now=7).is_home


def test_each_alarm_that_is_stepped_to_has_its_own_time() -> None:
    state = press(seen(HOME, BOTH, 0), A, situation=BOTH, now=100)
    assert seen(state, PHASE_SEEN, 100 + ALARM_S - 1).subject == (Rule.POWER, None)
    assert seen(state, PHASE_SEEN, 100 + ALARM_S).is_home


def test_when_the_one_in_front_is_over_the_next_that_nobody_has_seen_is_there() -> None:
    state = seen(seen(HOME, BOTH, 0), OVER, 20)
    assert (state.overlay, state.subject) == (Overlay.ALARM, (Rule.POWER, None))
    assert seen(state, OVER, 20 + ALARM_S).is_home


def test_a_silence_is_on_the_glass_once_it_calls() -> None:
    # "A meter's gap: page after 60 s": before that only the lamp says it.
    def silent(calls: int) -> Situation:
        return replace(CALM, alarms=(alarm(Level.FAULT, Rule.SILENT, calls=calls),), level=Level.FAULT)

    assert seen(HOME, silent(0), 30).is_home
    state = seen(HOME, silent(1), 60)
    assert state.overlay is Overlay.FAULT
    assert asked(state, A, silent(1), 70) == Acknowledge(Rule.SILENT)
    assert seen(state, silent(1), 60 + FAULT_S).is_home


situations = st.sampled_from([CALM, OVER, WORSE, SEEN_TO, BROKEN, WAITING, QUIETLY, BOTH, PHASE_SEEN, LOST, MORNING])
presses = st.builds(Press, st.sampled_from(Key), st.booleans())
steps = st.lists(st.tuples(st.one_of(presses, situations), st.floats(0, 100)), max_size=60)


def lived(life: list[tuple[Press | Situation, float]]) -> tuple[State, Situation, float]:
    state, situation, now = begin(0), WAITING, 0.0
    for event, pause in life:
        now += pause
        if isinstance(event, Press):
            state, _ = pressed(state, event, situation, AS_SET, now)
        else:
            situation = event
            state = seen(state, situation, now)
    return state, situation, now


@given(steps)
def test_a_long_b_leads_home_from_anywhere(life: list[tuple[Press | Situation, float]]) -> None:
    state, situation, now = lived(life)
    assert press(state, LONG_B, situation=situation, now=now).is_home


@given(steps)
def test_waiting_leads_home_from_anywhere_but_from_what_asks_to_act_or_a_lost_step(
    life: list[tuple[Press | Situation, float]],
) -> None:
    # "There is always a way home: a long B from anywhere, or waiting"; what stays until seen is left by its end.
    state, situation, now = lived(life)
    for _ in range(4):
        now += HOME_S
        state = seen(state, situation, now)
    if state.overlay is not None:
        assert state.overlay is Overlay.ALARM
        assert state.subject in URGENT[id(situation)]
        state = seen(state, CALM, now)
        assert seen(state, CALM, now + HOME_S).is_home
    else:
        assert state.is_home
