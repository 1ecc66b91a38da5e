"""A household that is given other rules while it lives: nothing is forgotten, and the new limits hold."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from appliance.household.household import NIGHT_S, Household
from appliance.household.rules import Delays, ExportRule, PhaseRule, Rules, SoundRule, Thresholds
from appliance.household.situation import Alarm, Level, Rule, Situation, Sound
from appliance.household.tariff import Basis, Tariff
from appliance.meter.reading import Maker, Reading

LOUD = SoundRule(time(0), time(0), 60)
HELD = Delays(0, 30)
RULES = Rules(power=Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, watch=HELD, act=HELD), silent_s=600)
TARIFFS = (Tariff(),)


class Home:
    """A household, fed by the second."""

    def __init__(self, rules: Rules = RULES, sound: SoundRule = LOUD) -> None:
        self.household = Household(rules, sound=sound, tariffs=TARIFFS)
        self.household.port(is_open=True)
        self.now = 0.0

    def live(self, seconds: float, power_w: float, current_a: float | None = None) -> Situation:
        for _ in range(int(seconds)):
            self.now += 1
            reading = Reading(
                offset=0, length=0, elements=13, maker=Maker.KAIFA, power_import_w=power_w, current_l1_a=current_a
            )
            self.household.reading(reading, self.now)
            found = self.household.situation(self.now)
        return found

    def apply_rules(self, rules: Rules, sound: SoundRule = LOUD) -> None:
        self.household.apply_rules(rules, TARIFFS, sound, self.now)

    def set_clock(self, utc: datetime) -> None:
        self.household.system_clock(utc, True, self.now)


def power(watch_w: float, act_w: float, delays: Delays = HELD) -> Rules:
    return replace(RULES, power=replace(RULES.power, watch_w=watch_w, act_w=act_w, watch=delays, act=delays))


def fuse(fuse_a: float, on_delay_s: float = 0) -> PhaseRule:
    """A main fuse of which any overload is red."""
    delays = Delays(on_delay_s, 60)
    return PhaseRule(fuse_a=fuse_a, watch_share=0.8, act_share=1.0, watch=delays, act=delays)


def about(situation: Situation, rule: Rule) -> Alarm | None:
    return next((alarm for alarm in situation.alarms if alarm.rule is rule), None)


def test_a_higher_limit_ends_an_alarm_after_its_off_delay_and_not_before() -> None:
    home = Home()
    assert home.live(5, 6000).level is Level.WATCH
    home.apply_rules(power(8000, 12_000))
    assert home.live(29, 6000).level is Level.WATCH
    assert home.live(3, 6000).level is Level.OK


def test_a_lower_limit_is_reached_at_once() -> None:
    home = Home()
    home.live(5, 4000)
    home.apply_rules(power(3000, 12_000))
    assert home.live(1, 4000).level is Level.WATCH


def test_an_alarm_that_lasts_keeps_its_age_and_its_acknowledgement_and_makes_no_sound() -> None:
    home = Home()
    before = home.live(10, 6000)
    home.household.acknowledge()
    home.apply_rules(power(5500, 12_000))
    after = home.live(5, 6000)
    alarm = about(after, Rule.POWER)
    assert alarm is not None
    assert (alarm.acknowledged, alarm.limit, alarm.age_s) == (True, 5500, 14)
    assert after.chime == before.chime


def test_an_on_delay_that_runs_goes_on() -> None:
    home = Home(power(5000, 10_000, Delays(10, 30)))
    home.live(6, 6000)
    home.apply_rules(power(5200, 10_000, Delays(10, 30)))
    assert home.live(4, 6000).level is Level.OK
    assert home.live(1, 6000).level is Level.WATCH


def test_a_fuse_that_becomes_known_begins_to_be_judged() -> None:
    home = Home()
    assert home.live(30, 1000, 26).level is Level.OK
    home.apply_rules(replace(RULES, phase=fuse(25, 10)))
    assert home.live(5, 1000, 26).level is Level.OK
    assert home.live(8, 1000, 26).level is Level.ACT


def test_an_alarm_whose_rule_is_given_up_is_over_and_the_log_has_its_end() -> None:
    home = Home(replace(RULES, phase=fuse(25)))
    home.set_clock(datetime(2026, 1, 15, 12, tzinfo=UTC))
    before = home.live(10, 1000, 26)
    assert about(before, Rule.PHASE) is not None
    home.apply_rules(RULES)
    after = home.live(5, 1000, 26)
    assert (after.alarms, after.chime) == ((), before.chime)
    [row] = [row for row in home.household.record(home.now).alarms if row.rule is Rule.PHASE]
    assert row.ended is not None


def test_a_limit_that_changes_leaves_the_other_alarms_alone() -> None:
    home = Home(replace(RULES, phase=fuse(25)))
    home.live(10, 6000, 26)
    home.apply_rules(replace(RULES, phase=fuse(20), export=ExportRule(1000)))
    after = home.live(1, 6000, 26)
    assert {alarm.rule: alarm.age_s for alarm in after.alarms} == {Rule.POWER: 10, Rule.PHASE: 10}


def test_another_tariff_holds_at_once_and_the_hours_stay() -> None:
    home = Home()
    home.set_clock(datetime(2026, 1, 15, 12, tzinfo=UTC))
    before = home.live(5, 3000)
    home.household.apply_rules(RULES, (Tariff(basis=Basis.NONE),), LOUD, home.now)
    after = home.live(1, 3000)
    assert before.month is not None
    assert after.month is None
    assert before.hour is not None
    assert after.hour is not None
    assert after.hour.import_wh > before.hour.import_wh


def test_a_chosen_limit_holds_at_once() -> None:
    home = Home()
    home.set_clock(datetime(2026, 1, 15, 12, tzinfo=UTC))
    home.live(5, 3000)
    home.apply_rules(replace(RULES, hour=replace(RULES.hour, limit_kw=4.0)))
    outlook = home.live(1, 3000).outlook
    assert outlook is not None
    assert outlook.limit_kw == 4.0


def test_who_asked_for_quiet_hears_nothing_for_so_long_and_sees_the_lamps() -> None:
    home = Home()
    home.live(5, 1000)
    home.household.mute(home.now + 60)
    during = home.live(30, 6000)
    assert (during.level, during.chime, during.quiet, during.muted_s) == (Level.WATCH, None, True, 30)
    home.live(31, 1000)
    after = home.live(5, 12_000)
    assert (after.quiet, after.muted_s) == (False, None)
    assert after.chime is not None
    assert after.chime.sound is Sound.ACT


def test_quiet_can_be_taken_back() -> None:
    home = Home()
    home.household.mute(1000.0)
    home.household.mute(None)
    assert home.live(1, 1000).quiet is False


@pytest.mark.parametrize(
    ("utc", "hours"),
    [
        (datetime(2026, 1, 15, 21, 0, tzinfo=UTC), 9),
        (datetime(2026, 1, 15, 5, 0, tzinfo=UTC), 1),
        (datetime(2026, 1, 15, 6, 0, tzinfo=UTC), 24),
        (datetime(2026, 3, 28, 21, 0, tzinfo=UTC), 8),  # the clock goes forward in this night
        (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), 10),  # and back in this one
    ],
)
def test_morning_is_when_the_quiet_hours_end_by_norways_clocks(utc: datetime, hours: float) -> None:
    home = Home(sound=SoundRule(time(22), time(7)))
    home.set_clock(utc)
    assert home.household.morning(home.now) == home.now + 3600 * hours


def test_morning_is_some_hours_away_while_nobody_knows_the_time() -> None:
    home = Home()
    assert home.household.morning(100.0) == 100.0 + NIGHT_S
