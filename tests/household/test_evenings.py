"""What comes forward and what is heard, over an evening: by the sentences of the household's own wishes.

Loads are chosen by arithmetic: with three days of 4 kWh and a step that ends at 5 kW, an hour may have 7 kWh.
"""

from collections.abc import Sequence

import pytest

from appliance.household.outlook import HourState
from appliance.household.rules import Delays, PhaseRule, Rules, Thresholds
from appliance.household.situation import Rule, Sound
from appliance.panel.lamps import Light
from tests.household.evening import A_KEY, B_KEY, HOUR_S, LIST_S, Evening, Look

HOUR_ALARM = (Rule.HOUR, None)
THREE_DAYS = (4000.0, 4000.0, 4000.0)


def heard(looks: Sequence[Look]) -> list[tuple[float, Sound]]:
    """Return the sounds, each with its moment."""
    return [(look.at_s, look.sound) for look in looks if look.sound is not None]


def came_forward(looks: Sequence[Look]) -> list[tuple[float, tuple[Rule, int | None]]]:
    """Return the alarms that came to stand in front, each with the moment."""
    before: tuple[Rule, int | None] | None = None
    found = []
    for look in looks:
        if look.subject is not None and look.subject != before:
            found.append((look.at_s, look.subject))
        before = look.subject
    return found


def test_a_red_that_nobody_sees_is_heard_again_after_one_five_and_fifteen_minutes():
    rules = Rules(power=Thresholds(watch_w=5000, act_w=9000, watch=Delays(), act=Delays()))
    looks = list(Evening((), rules).run(lambda _: 10_000.0))
    acts = [at_s for at_s, sound in heard(looks) if sound is Sound.ACT]
    assert [round(at_s - acts[0]) for at_s in acts] == [0, 60, 300, 900]


def test_a_red_that_was_seen_is_not_heard_again_and_its_lamp_is_steady():
    rules = Rules(power=Thresholds(watch_w=5000, act_w=9000, watch=Delays(), act=Delays()))
    looks = list(Evening((), rules).run(lambda _: 10_000.0, 1200, keys=[(30.0, A_KEY)]))
    assert [sound for _, sound in heard(looks)] == [Sound.ACT]
    assert {look.lamps.red for look in looks if 5 < look.at_s <= 30} == {Light.BLINK}
    assert {look.lamps.red for look in looks if look.at_s > 30} == {Light.ON}
    assert all(look.subject is None for look in looks if look.at_s > 30)


def test_red_is_outside_the_budget_of_sounds():
    # Seven reds of a minute each, half an hour and more apart are seven sounds; six is the budget of an hour.
    rules = Rules(power=Thresholds(watch_w=5000, act_w=9000, watch=Delays(), act=Delays()), repeat_s=0.0)
    looks = list(Evening((), rules).run(lambda at_s: 10_000.0 if at_s % 400 < 60 else 500.0))
    assert sum(sound is Sound.ACT for _, sound in heard(looks)) == 9


def test_over_comes_only_after_a_red_that_was_heard():
    power = Thresholds(watch_w=5000, act_w=9000, watch=Delays(), act=Delays())
    yellow = list(Evening((), Rules(power=power)).run(lambda at_s: 6000.0 if at_s < 300 else 500.0, 900))
    red = list(Evening((), Rules(power=power)).run(lambda at_s: 10_000.0 if at_s < 300 else 500.0, 900))
    assert heard(yellow) == []
    assert [sound for _, sound in heard(red)][-1] is Sound.OVER


def test_yellow_of_bare_power_is_a_lamp_and_nothing_else():
    looks = list(Evening(()).run(lambda _: 13_000.0))
    assert looks[-1].lamps.yellow is Light.ON
    assert (heard(looks), came_forward(looks)) == ([], [])


def test_the_usual_limits_take_a_minute_and_let_go_slowly():
    # 18 kW for five minutes: red a minute after they began, yellow a minute after they ended, green ten minutes after.
    looks = list(Evening(()).run(lambda at_s: 18_000.0 if 600 <= at_s < 900 else 1000.0))
    red = [look.at_s for look in looks if look.is_red]
    green_again = next(look.at_s for look in looks if look.at_s > 900 and look.is_green)
    assert (red[0], red[-1] + LIST_S, green_again) == (660, 960, 1500)


def test_a_level_that_comes_again_within_half_an_hour_calls_nobody():
    # A thermostat: a phase over its fuse for ten minutes, then fifteen minutes off, again and again.
    rules = Rules(phase=PhaseRule(fuse_a=25, watch=Delays(60, 60)))
    evening = Evening((), rules)
    looks: list[Look] = []
    for amperes, minutes in ((26.0, 10), (5.0, 15), (26.0, 10), (5.0, 15), (26.0, 10)):
        looks += evening.run(lambda _: 3000.0, 60 * minutes, currents_a=(amperes, 5.0, 5.0))
    assert len(came_forward(looks)) == len(heard(looks)) == 1
    yellow = [look.lamps.yellow is Light.ON for look in looks]
    assert sum(one and not before for before, one in zip([False, *yellow], yellow, strict=False)) == 3


def test_what_was_lost_stays_in_front_until_somebody_has_seen_it_and_the_lamp_stays_yellow():
    looks = list(Evening(THREE_DAYS).run(lambda _: 10_000.0, keys=[(2800.0, A_KEY)]))
    assert {look.subject for look in looks if 2540 < look.at_s <= 2800} == {HOUR_ALARM}
    after = [look for look in looks if look.at_s > 2810]
    assert {look.subject for look in after} == {None}
    assert {(look.lamps.yellow, look.situation.hour_state) for look in after} == {(Light.ON, HourState.LOST)}


def test_a_step_that_nobody_has_seen_is_said_once_more_in_the_morning():
    evening = Evening(THREE_DAYS)
    list(evening.run(lambda _: 10_000.0))
    night = list(evening.run(lambda _: 600.0, 12 * HOUR_S - 60))  # from 19:00 to 06:59
    assert {look.subject for look in night if look.at_s > HOUR_S + 600} == {None}
    morning = list(evening.run(lambda _: 600.0, 2 * HOUR_S, keys=[(13 * HOUR_S + 600.0, A_KEY)]))
    shown = [look.at_s / HOUR_S for look in morning if look.subject == HOUR_ALARM]
    assert (shown[0], round(shown[-1], 1)) == (13.0, 13.2)  # from 07:00 until the key
    assert all(look.is_green and look.sound is None for look in morning)


def test_a_step_that_was_seen_is_not_said_again():
    evening = Evening(THREE_DAYS)
    list(evening.run(lambda _: 10_000.0, keys=[(3000.0, A_KEY)]))
    later = list(evening.run(lambda _: 600.0, 15 * HOUR_S))
    assert {look.subject for look in later} == {None}


def test_shedding_in_time_ends_it_and_is_heard_to_be_over():
    # 10 kW from 18:00 would pass 7 kWh at 18:42. From 18:33 on it is 0.5 kW: 5.5 + 0.225 kWh.
    looks = list(Evening(THREE_DAYS).run(lambda at_s: 10_000.0 if at_s < 1980 else 500.0))
    sounds = heard(looks)
    assert sounds[-1][1] is Sound.OVER
    assert 1980 < sounds[-1][0] < 1980 + 300
    assert looks[-1].is_green
    assert looks[-1].situation.step_lost is None


def test_the_next_step_is_guarded_at_once():
    # Three days of 4.9 kWh: 5.2 kWh are allowed, and 30 - 9.8 = 20.2 kWh for the step that ends at 10 kW.
    looks = list(Evening((4900.0,) * 3).run(lambda _: 24_000.0))
    lost = [look.situation.step_lost for look in looks if look.situation.step_lost is not None]
    assert (lost[0].up_to_kw, lost[-1].up_to_kw) == (10.0, 15.0)
    between = [look for look in looks if 60 * 60 * 5.2 / 24 + 60 < look.at_s < 60 * 60 * 20.2 / 24]
    assert all(look.is_red for look in between if look.at_s > 3600 * 20.2 / 24 - 600)


def test_until_a_step_is_known_there_is_no_limit():
    looks = list(Evening(()).run(lambda _: 9000.0))
    assert {
        (look.situation.outlook.headroom_w, look.situation.hour_state) for look in looks if look.situation.outlook
    } == {(None, None)}
    assert came_forward(looks) == []


def test_in_its_first_days_a_month_keeps_the_step_of_the_month_before():
    looks = list(Evening((), before_wh=4000.0).run(lambda _: 9000.0))
    assert looks[-1].situation.step_lost is not None
    assert looks[-1].situation.step_lost.limit_kw == 5.0


def test_a_key_so_soon_after_a_page_came_forward_was_meant_for_the_one_before():
    evening = Evening((), Rules(power=Thresholds(watch_w=5000, act_w=9000, watch=Delays(), act=Delays())))
    looks = evening.run(lambda _: 10_000.0)
    assert next(looks).subject == (Rule.POWER, None)
    evening.press(A_KEY)
    assert evening.state.page.value == "hour"
    assert evening.state.overlay is not None
    next(looks)
    evening.press(B_KEY)
    assert evening.state.overlay is None
    assert not evening.household.situation(LIST_S).alarms[0].acknowledged


def test_acknowledging_is_of_what_was_on_the_glass():
    # Two phases over the fuse: two pages, and each A is of one of them.
    evening = Evening((), Rules(phase=PhaseRule(fuse_a=25, watch=Delays())))
    looks = list(evening.run(lambda _: 9000.0, 60, currents_a=(26.0, 27.0, 5.0), keys=[(20.0, A_KEY), (40.0, A_KEY)]))
    assert [look.subject for look in looks] == [*((Rule.PHASE, 1),) * 3, *((Rule.PHASE, 2),) * 2, None]
    acknowledged = [[alarm.acknowledged for alarm in look.situation.alarms] for look in looks]
    assert (acknowledged[2], acknowledged[3], acknowledged[5]) == ([False] * 2, [False, True], [True, True])


@pytest.mark.parametrize("level_a", [26.0, 29.0])
def test_order_by_consequence(level_a):
    # A phase at red before the hour, the hour before a phase at yellow.
    evening = Evening(THREE_DAYS, Rules(phase=PhaseRule(fuse_a=25, watch=Delays(60, 60))))
    looks = list(evening.run(lambda _: 10_000.0, 2400, currents_a=(level_a, 5.0, 5.0)))
    assert [alarm.rule for alarm in looks[-1].situation.alarms] == (
        [Rule.PHASE, Rule.HOUR] if level_a > 25 * 1.15 else [Rule.HOUR, Rule.PHASE]
    )
