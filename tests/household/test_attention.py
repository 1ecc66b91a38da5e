"""What is heard, and what is said of a lost step: each sentence of `attention`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.alarm_spec import AlarmInputs
from appliance.household.attention import Attention
from appliance.household.checkpoint import Checkpoint
from appliance.household.hours import OSLO
from appliance.household.outlook import HourState, Outlook, StepLost
from appliance.household.rules import AT_ONCE, ExportRule, HourRule, Rule, Rules, SoundRule, Thresholds
from appliance.household.situation import Level, Sound

OK, WATCH, ACT, FAULT = Level
NOON = datetime(2026, 1, 15, 11, tzinfo=UTC)
"""12:00 in Oslo: the hour of all outlooks here begins then."""
RULES = Rules(
    power=Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, watch=AT_ONCE, act=AT_ONCE),
    hour=HourRule(off_delay_s=0),
    export=ExportRule(5000.0, on_delay_s=0, off_delay_s=0),
)
PATIENT = replace(RULES, silent_s=1000.0)
"""A value is believed for long, so that a test may look rarely."""
LOST = StepLost(hour=NOON, limit_kw=5.0, was=1, now=2, above_kw=5.0, up_to_kw=10.0)
NEXT = replace(LOST, now=3, above_kw=10.0, up_to_kw=15.0)
FINE = Outlook(
    until=NOON + timedelta(hours=1),
    time_left_s=1800,
    so_far_wh=1000,
    projection_wh=1500,
    mean_w=1000,
    limit_kw=5.0,
    allowed_wh=7000,
    headroom_w=12_000,
)
HIGH = replace(FINE, so_far_wh=6000, mean_w=7000, projection_wh=9500, crosses_in_s=514)
"""7 kW pass the last 1,000 Wh in 514 s."""
AFTER_LOSS = replace(FINE, so_far_wh=7100, mean_w=4000, projection_wh=9100, limit_kw=10.0, allowed_wh=22_000, lost=LOST)
HIGH_AGAIN = replace(AFTER_LOSS, so_far_wh=21_000, mean_w=20_000, projection_wh=31_000, crosses_in_s=180)
NEXT_HOUR = replace(FINE, until=NOON + timedelta(hours=2), time_left_s=3590, so_far_wh=10)


class Life:
    """Attention, and what it makes heard."""

    def __init__(self, rules: Rules = RULES, sound: SoundRule | None = None) -> None:
        self.attention = Attention(rules, sound or SoundRule(an_hour=6))
        self.heard: list[tuple[float, Sound]] = []
        self.number = 0
        self.is_heard = True
        """Whether a reading ever came."""

    def at(
        self, now: float, import_w: float | None = 500.0, outlook: Outlook | None = None, **other: object
    ) -> list[Sound]:
        """Judge a moment, in seconds after noon. Return the sound that is made in it, if one is."""
        inputs = replace(AlarmInputs(import_w=import_w, outlook=outlook), **other)
        local = (NOON + timedelta(seconds=now)).astimezone(OSLO)
        self.attention.judge(inputs, now, local, heard=self.is_heard)
        chime = self.attention.chimes.latest
        if chime is None or chime.number == self.number:
            return []
        self.number = chime.number
        self.heard.append((now, chime.sound))
        return [chime.sound]

    def hour(self) -> Level:
        return self.attention.alarms.of(Rule.HOUR).level


@pytest.fixture
def life() -> Life:
    made = Life()
    made.at(0)
    return made


@pytest.fixture
def patient() -> Life:
    made = Life(PATIENT)
    made.at(0)
    return made


# Looks and acts.


def test_a_look_is_due_when_an_alarm_calls_and_not_for_bare_power(life):
    assert life.at(10, 6000) == []
    assert life.at(20, 6000, export_w=6000) == [Sound.LOOK]
    assert life.at(30, 6000, export_w=6000) == []


def test_an_act_is_heard_outside_the_budget():
    life = Life(sound=SoundRule(an_hour=0))
    life.at(0)

    assert life.at(10, export_w=6000) == []
    assert life.at(20, 12_000) == [Sound.ACT]


def test_when_the_power_becomes_known_again_only_what_asks_to_act_is_heard(life):
    life.at(10, None)
    assert life.at(20, export_w=6000) == []
    life.at(30, None)
    assert life.at(40, 12_000) == [Sound.ACT]


def test_a_red_that_nobody_has_seen_is_heard_again_at_1_5_and_15_minutes(life):
    for now in range(10, 4000, 5):
        life.at(now, 12_000)

    assert life.heard == [(10, Sound.ACT), (70, Sound.ACT), (310, Sound.ACT), (910, Sound.ACT)]
    assert life.attention.alarms.of(Rule.POWER).calls == 4  # each is worth the page as well


def test_a_red_that_somebody_has_seen_is_not_heard_again(patient):
    patient.at(10, 12_000)
    patient.at(80, 12_000)
    patient.attention.acknowledge(Rule.POWER)
    for now in range(90, 4000, 5):
        patient.at(now, 12_000)

    assert patient.heard == [(10, Sound.ACT), (80, Sound.ACT)]


def test_a_red_whose_yellow_was_seen_is_heard_again_until_it_is_seen_itself(patient):
    patient.at(10, 6000)
    patient.attention.acknowledge()
    patient.at(20, 12_000)

    assert patient.at(80, 12_000) == [Sound.ACT]


def test_seeing_another_alarm_leaves_the_reminders_of_a_red(patient):
    patient.at(10, 12_000, export_w=6000)
    patient.attention.acknowledge(Rule.EXPORT)

    assert patient.at(70, 12_000, export_w=6000) == [Sound.ACT]


def test_a_reminder_that_was_due_between_two_looks_is_made_once(patient):
    patient.at(10, 12_000)

    assert [patient.at(now, 12_000) for now in (500, 510, 520)] == [[Sound.ACT], [], []]


def test_a_red_that_comes_again_soon_lights_its_lamp_and_nothing_else(life):
    # A heat pump: 3 minutes on, 2 off. Issue 16: "... within 30 min of having ended lights its lamp and nothing else".
    for now in range(10, 1500, 10):
        life.at(now, 12_000 if now % 300 < 180 else 500)

    reds = [now for now, sound in life.heard if sound is Sound.ACT]
    assert reds == [10, 70]  # it calls, and is heard once more while it lasts
    assert [now for now, sound in life.heard if sound is Sound.OVER] == [180]


# Over.


def test_over_is_said_after_a_red_that_was_heard(life):
    life.at(10, 12_000)
    assert life.at(20) == [Sound.OVER]
    assert life.at(30) == []


def test_over_is_not_said_after_a_yellow(life):
    life.at(10, export_w=6000)
    assert life.heard == [(10, Sound.LOOK)]

    assert life.at(20) == []


def test_over_is_not_said_after_a_red_that_was_not_heard():
    life = Life()
    night_s = 12 * 3600.0  # 00:00
    life.at(night_s)
    assert life.at(night_s + 10, 12_000) == []
    assert life.at(night_s + 7.5 * 3600) == []  # half past seven in the morning

    assert life.heard == []


def test_over_is_not_said_while_another_red_lasts(life):
    life.at(10, 12_000, HIGH)
    assert life.hour() is ACT
    assert life.at(20, 500, HIGH) == []


def test_over_is_not_said_in_an_hour_that_is_too_high(life):
    life.at(10, 12_000, HIGH)
    yellow = replace(HIGH, so_far_wh=4000, mean_w=7000, crosses_in_s=1543)

    life.attention.alarms.of(Rule.HOUR).release()
    assert life.at(20, 500, yellow) == []
    assert life.hour() is WATCH
    assert life.at(30, 500, FINE) == [Sound.OVER]


def test_over_is_never_said_in_an_hour_that_lost_its_step(life):
    life.at(10, 7000, HIGH)
    assert life.heard == [(10, Sound.ACT)]
    life.at(20, 7000, AFTER_LOSS)
    for now in range(30, 1800, 10):
        life.at(now, 500, replace(AFTER_LOSS, mean_w=500))

    assert Sound.OVER not in [sound for _, sound in life.heard]
    assert life.at(1810, 500, NEXT_HOUR) == []  # nor is it said of it afterwards


def test_of_a_rule_that_is_removed_nothing_is_said(life):
    life.at(10, 500, HIGH)
    assert life.heard == [(10, Sound.ACT)]
    life.attention.apply_rules(replace(RULES, hour=HourRule(on=False, off_delay_s=0)), SoundRule(), 20)
    life.at(20, 500, HIGH)
    assert life.hour() is OK


# A silent meter.


def silent(life: Life, from_s: int, to_s: int) -> None:
    """The last reading came at `from_s`; it is looked at every 10 s."""
    for now in range(from_s, to_s, 10):
        life.at(now, None if now - from_s >= 30 else 500, silence_s=float(now - from_s))


def test_a_silent_meter_is_heard_once_after_five_minutes(life):
    silent(life, 100, 4000)

    assert life.heard == [(400, Sound.FAULT)]


def test_it_is_not_heard_again_until_the_line_was_good_for_an_hour(life):
    silent(life, 100, 500)
    life.at(500)
    life.at(500 + 3560)
    silent(life, 4060, 4500)  # a silence begins when 30 s have passed: until then, after 3,590 s, the line was good
    assert life.heard == [(400, Sound.FAULT)]

    life.at(4500)
    life.at(4500 + 3600)
    silent(life, 8100, 8500)
    assert life.heard == [(400, Sound.FAULT), (8400, Sound.FAULT)]


def test_a_gap_of_less_than_five_minutes_is_not_heard(life):
    silent(life, 100, 400)
    life.at(400)

    assert life.heard == []


def test_a_meter_that_was_never_heard_has_not_fallen_silent_and_uses_up_no_sound():
    life = Life()
    life.is_heard = False
    silent(life, 0, 1000)
    assert life.heard == []

    life.is_heard = True
    life.at(1000)
    silent(life, 1010, 1400)
    assert life.heard == [(1310, Sound.FAULT)]


# The hour, and a step lost.


def test_crossing_makes_yellow_of_red_and_calls_once_more(life):
    life.at(10, 7000, HIGH)
    hour = life.attention.alarms.of(Rule.HOUR)
    assert (hour.level, life.attention.hour_state(HIGH)) == (ACT, HourState.HIGH)
    life.attention.acknowledge()
    calls = hour.calls
    assert life.at(20, 4000, AFTER_LOSS) == [Sound.LOOK]

    assert (hour.level, hour.acknowledged, hour.calls, hour.level_since) == (WATCH, OK, calls + 1, 20)
    assert life.attention.hour_state(AFTER_LOSS) is HourState.LOST
    assert (life.attention.step_lost, life.attention.step_lost_seen) == (LOST, False)


def test_the_lamp_stays_yellow_until_the_hour_ends_though_somebody_has_seen_it(life):
    life.at(20, 4000, AFTER_LOSS)
    life.attention.acknowledge(Rule.HOUR)
    for now in range(30, 1800, 60):
        assert life.at(now, 100, replace(AFTER_LOSS, mean_w=100)) == []
        assert life.hour() is WATCH
    life.at(1810, 100, NEXT_HOUR)
    assert life.hour() is OK


def test_the_next_step_is_guarded_at_once_and_its_loss_is_another(life):
    life.at(20, 4000, AFTER_LOSS)
    life.attention.acknowledge()
    assert life.at(30, 20_000, HIGH_AGAIN) == [Sound.ACT]
    assert (life.hour(), life.attention.hour_state(HIGH_AGAIN)) == (ACT, HourState.HIGH)

    twice = replace(AFTER_LOSS, so_far_wh=22_100, allowed_wh=37_000, limit_kw=15.0, lost=NEXT)
    life.at(40, 4000, twice)
    assert (life.hour(), life.attention.hour_state(twice)) == (WATCH, HourState.LOST)
    assert (life.attention.step_lost, life.attention.step_lost_seen) == (NEXT, False)


def test_without_the_rule_no_step_is_called_lost():
    life = Life(replace(RULES, hour=HourRule(on=False)))
    life.at(20, 4000, AFTER_LOSS)

    assert (life.attention.step_lost, life.attention.hour_state(AFTER_LOSS), life.heard) == (None, None, [])


@pytest.mark.parametrize("outlook", [None, replace(FINE, limit_kw=None, allowed_wh=None, headroom_w=None)])
def test_while_nothing_limits_the_hour_it_has_no_state(life, outlook):
    life.at(10, 500, outlook)

    assert life.attention.hour_state(outlook) is None


def test_an_hour_that_is_fine_says_so(life):
    life.at(10, 500, FINE)

    assert life.attention.hour_state(FINE) is HourState.FINE


def local(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-01-{day}T{clock}").replace(tzinfo=OSLO)


MORNINGS = [
    ((15, "13:05"), False),
    ((15, "23:59"), False),
    ((16, "06:59"), False),
    ((16, "07:00"), True),
    ((16, "08:59"), True),
    ((16, "09:00"), False),
    ((17, "07:30"), False),
]


@pytest.mark.parametrize(("when", "is_said"), MORNINGS)
def test_a_lost_step_that_nobody_has_seen_is_said_once_more_in_the_morning(life, when, is_said):
    life.at(20, 4000, AFTER_LOSS)
    assert life.attention.step_lost_at(local(15, "12:50"), AFTER_LOSS) == LOST

    assert life.attention.step_lost_at(local(*when), None) == (LOST if is_said else None)
    assert life.attention.step_lost_at(local(*when), NEXT_HOUR) == (LOST if is_said else None)


@pytest.mark.parametrize("rule", [None, Rule.HOUR])
def test_one_that_somebody_has_seen_is_not_said_in_the_morning(life, rule):
    life.at(20, 4000, AFTER_LOSS)
    life.attention.acknowledge(rule)

    assert life.attention.step_lost_at(local(15, "12:50"), AFTER_LOSS) == LOST
    assert life.attention.step_lost_at(local(16, "07:30"), None) is None


def test_seeing_another_alarm_is_not_seeing_a_lost_step(life):
    life.at(20, 12_000, AFTER_LOSS)
    life.attention.acknowledge(Rule.POWER)

    assert not life.attention.step_lost_seen


@pytest.mark.parametrize(
    ("hour", "morning"),
    [
        ("2026-01-15T22:00", "2026-01-16T07:00"),  # from 23 to 24 in Oslo
        ("2026-01-16T01:00", "2026-01-16T07:00"),  # in the night before
        ("2026-01-16T05:00", "2026-01-16T07:00"),  # it ends as the morning begins
        ("2026-01-16T06:00", "2026-01-17T07:00"),
    ],
)
def test_the_morning_is_the_first_that_begins_after_the_hour(life, hour, morning):
    life.attention.step_lost = replace(LOST, hour=datetime.fromisoformat(hour).replace(tzinfo=UTC))
    life.attention.step_lost_seen = False
    begins = datetime.fromisoformat(morning).replace(tzinfo=OSLO)

    assert life.attention.step_lost_at(begins, None) is not None
    assert life.attention.step_lost_at(begins - timedelta(seconds=1), None) is None


def test_while_nobody_knows_the_time_no_morning_comes(life):
    life.at(20, 4000, AFTER_LOSS)

    assert life.attention.step_lost_at(None, None) is None


# Over a restart.


@pytest.mark.parametrize("downtime_s", [5.0, None])
@pytest.mark.parametrize("is_seen", [False, True])
def test_a_lost_step_outlives_a_restart_and_is_not_heard_again(life, downtime_s, is_seen):
    life.at(20, 4000, AFTER_LOSS)
    if is_seen:
        life.attention.acknowledge()
    alarms = life.attention.alarms.alarm_checkpoints(30, NOON)
    again = Life()
    again.attention.restore(
        Checkpoint(
            utc=NOON,
            alarm_checkpoints=alarms,
            step_lost=life.attention.step_lost,
            step_lost_seen=life.attention.step_lost_seen,
        ),
        100,
        downtime_s,
    )
    for now in (100, 110, 120):
        assert again.at(now, 4000, AFTER_LOSS) == []

    assert (again.hour(), again.attention.hour_state(AFTER_LOSS)) == (WATCH, HourState.LOST)
    assert (again.attention.step_lost, again.attention.step_lost_seen) == (LOST, is_seen)
    assert again.attention.step_lost_at(local(16, "07:30"), None) == (None if is_seen else LOST)


def test_a_red_that_goes_on_over_a_restart_has_its_other_reminders(patient):
    patient.at(10, 12_000)
    patient.at(70, 12_000)
    alarms = patient.attention.alarms.alarm_checkpoints(80, NOON)
    again = Life()
    again.attention.restore(Checkpoint(utc=NOON, alarm_checkpoints=alarms), 1000, 5.0)
    # It is red since 10 s; the restart came at 80 s and took 5: 300 s of red are at 1000 + 310 - 85 = 1225 s.
    for now in range(1000, 1300, 5):
        again.at(now, 12_000)

    assert again.heard == [(1225, Sound.ACT)]
