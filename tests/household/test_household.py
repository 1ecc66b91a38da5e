"""Events in, one situation out; on the lists that simulated meters send."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from appliance.household.checkpoint import Restored
from appliance.household.household import Household
from appliance.household.latest import LatestValues
from appliance.household.outlook import HourState
from appliance.household.rules import AT_ONCE, Rules, SoundRule, Thresholds, VoltageRule
from appliance.household.situation import Level, LineQuality, Phase, Rule, Signal, Situation, Sound
from appliance.household.tariff import Tariff, by_day_and_night
from appliance.meter.reading import Maker, MeterClock, Reading, Reason, Rejected
from appliance.simulation.house import House, Net
from appliance.simulation.makers import MAKERS
from appliance.simulation.meter import Meter
from tests.household.evening import START as EVENING
from tests.household.evening import Evening

LIST_1 = Reading(offset=0, length=44, maker=Maker.AIDON, elements=1, power_import_w=1661)
FULL = replace(
    LIST_1,
    elements=12,
    meter_id="7359992899161110",
    meter_type="6525",
    power_export_w=0,
    current_l1_a=4.6,
    current_l3_a=6.1,
    voltage_l1_v=237.6,
    voltage_l2_v=235.9,
    voltage_l3_v=236.5,
)


QUICK = Rules(power=Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, watch=AT_ONCE, act=AT_ONCE))


@pytest.fixture
def household() -> Household:
    made = Household(QUICK)
    made.port(is_open=True)
    return made


def test_before_the_first_reading_nothing_is_known(household):
    situation = household.situation(5.0)

    assert situation.signal is Signal.WAITING
    assert (situation.power_import_w, situation.level, situation.reading_age_s, situation.local_time) == (None,) * 4
    assert not situation.phases_known


def test_a_reading_is_the_present_until_it_is_too_old(household):
    household.reading(LIST_1, 10.0)

    assert household.situation(39.9).power_import_w == 1661
    late = household.situation(40.0)
    assert (late.power_import_w, late.level, late.signal, late.reading_age_s) == (
        None,
        Level.FAULT,
        Signal.SILENT,
        30.0,
    )


def test_a_port_that_is_gone_is_told_from_a_meter_that_is_silent(household):
    household.reading(LIST_1, 10.0)
    household.port(is_open=False)

    assert household.situation(50.0).signal is Signal.NO_PORT


def test_the_fast_list_keeps_phases_and_export_of_the_full_one(household):
    household.reading(FULL, 10.0)
    household.reading(LIST_1, 12.5)

    situation = household.situation(12.5)
    assert situation.phases[0] == Phase(237.6, 4.6)
    assert situation.power_export_w == 0


def test_while_power_is_imported_nothing_is_exported(household):
    household.reading(replace(FULL, power_import_w=0, power_export_w=2100), 10.0)
    assert household.situation(10.0).power_export_w == 2100

    household.reading(replace(LIST_1, power_import_w=40), 12.5)
    assert household.situation(12.5).power_export_w == 0


def test_an_it_net_shows_as_line_to_line_voltages_and_an_unreported_current(household):
    household.reading(FULL, 10.0)

    situation = household.situation(10.0)
    assert situation.line_to_line
    assert situation.phases[1] == Phase(235.9, None)


def test_kaifas_zero_for_a_voltage_it_does_not_measure_is_not_reported(household):
    household.reading(replace(FULL, maker=Maker.KAIFA, current_l2_a=3.2, voltage_l2_v=0.0), 10.0)

    situation = household.situation(10.0)
    assert situation.phases[1] == Phase(None, 3.2)
    assert situation.line_to_line


def test_the_settings_know_the_net_better_than_the_lists():
    household = Household(Rules(), "it")
    household.reading(replace(FULL, current_l2_a=1.0), 10.0)

    assert household.situation(10.0).line_to_line


def test_line_quality_counts_what_came(household):
    household.octets(44)
    household.reading(LIST_1, 1.0)
    household.octets(300)
    household.rejected(Rejected(44, 300, Reason.FRAME))

    assert household.situation(1.0).line == LineQuality(344, 1, 1)


def test_the_meter_is_remembered_through_lists_that_do_not_name_it(household):
    household.reading(FULL, 1.0)
    household.reading(LIST_1, 3.5)

    assert household.situation(3.5).meter.meter_type == "6525"


def test_a_load_over_the_red_threshold_is_an_act(household):
    household.reading(replace(LIST_1, power_import_w=10_500), 1.0)

    assert household.situation(1.0).level is Level.ACT


@pytest.mark.parametrize(
    ("local_hour", "ore"), [(5, 40.0), (6, 50.0), (21, 50.0), (22, 40.0)], ids=["night", "six", "nine", "ten"]
)
def test_this_hours_price_is_that_of_its_beginning_by_the_tariff(local_hour, ore):
    """Thursday; by day, from 6 to 22, it is 50 øre."""
    utc = datetime(2026, 1, 15, local_hour - 1, 20, tzinfo=UTC)
    prices = {}
    for energy in (by_day_and_night(50.0, 40.0), None):
        household = Household(Rules(), tariffs=(Tariff(energy=energy),))
        household.system_clock(utc, True, 10.0)
        household.reading(LIST_1, 10.0)
        money = household.situation(10.0).money
        prices[energy is None] = None if money is None else 100 * money.kwh.kr

    assert prices == {False: pytest.approx(ore), True: None}


def test_the_voltages_limits_are_the_rules(household):
    assert household.situation(1.0).voltage_limits_v == (207.0, 253.0)
    assert Household(Rules(voltage=VoltageRule(200.0, 250.0))).situation(1.0).voltage_limits_v == (200.0, 250.0)


def lived(maker: Maker, start: datetime, length: timedelta, skip: tuple[float, float] = (0, 0)):
    """A simulated household's situation at each reading, with the house's own integral."""
    house, household = House(Net.TN), Household(Rules())
    household.port(is_open=True)
    for sent in takewhile(lambda sent: sent.moment <= start + length, Meter(maker, house, start).sent()):
        now = (sent.moment - start).total_seconds()
        if not skip[0] < now < skip[1]:
            household.reading(sent.meant, now)
        yield now, household.situation(now), house.import_wh


def whole_hour(situation: Situation) -> float | None:
    hour = situation.hour
    return hour.import_wh if hour is not None and hour.whole else None


def whole_day(situation: Situation) -> float | None:
    return None if situation.today is None else situation.today.import_wh


@pytest.mark.parametrize("maker", list(MAKERS))
def test_hour_and_day_are_unknown_until_one_was_seen_from_its_beginning_and_then_true(maker):
    start = datetime(2026, 1, 15, 21, 55, tzinfo=UTC)  # five to eleven in the evening, Norwegian time
    at_hour = at_midnight = None
    for now, situation, truth in lived(maker, start, timedelta(hours=2)):
        if now < 300:
            assert whole_hour(situation) is None
        if now < 3900:
            assert whole_day(situation) is None
        if now <= 300:
            at_hour = truth
        if now <= 3900:
            at_midnight = truth
        if 400 < now < 3890:
            assert whole_hour(situation) == pytest.approx(truth - at_hour, abs=30)
        if now > 4000:
            assert whole_day(situation) == pytest.approx(truth - at_midnight, abs=30)


def test_a_gap_in_the_readings_makes_the_hour_unknown_and_never_invented():
    start = datetime(2026, 1, 15, 21, 59, tzinfo=UTC)
    for now, situation, _truth in lived(Maker.KAIFA, start, timedelta(minutes=30), skip=(600, 700)):
        if 70 < now <= 600:
            assert whole_hour(situation) is not None
        if now >= 632:
            assert whole_hour(situation) is None


def test_a_gap_over_the_full_hour_leaves_the_new_hour_unknown_too():
    start = datetime(2026, 1, 15, 21, 50, tzinfo=UTC)
    for now, situation, _truth in lived(Maker.KAIFA, start, timedelta(minutes=30), skip=(570, 660)):
        if now >= 660:
            assert whole_hour(situation) is None


HEAVY = replace(LIST_1, power_import_w=12_000)
LATE = datetime(2026, 1, 15, 22, 30, tzinfo=UTC)
"""Half past eleven in the evening, Norwegian time."""


def test_while_nobody_knows_the_time_quiet_hours_are_in_force_and_lamps_are_not(household):
    household.reading(LIST_1, 10.0)
    household.situation(10.0)
    household.reading(HEAVY, 12.5)

    situation = household.situation(12.5)
    assert (situation.level, situation.quiet, situation.chime) == (Level.ACT, True, None)


@pytest.mark.parametrize(("hours", "heard"), [(0, None), (-10, Sound.ACT)])
def test_a_load_is_heard_by_day_and_not_in_the_night(household, hours, heard):
    household.system_clock(LATE + timedelta(hours=hours), True, 5.0)
    household.reading(LIST_1, 10.0)
    household.situation(10.0)
    household.reading(HEAVY, 12.5)

    chime = household.situation(12.5).chime
    assert (chime and chime.sound) == heard


def test_what_was_acknowledged_is_silent_until_it_is_over_also_over_a_restart(household):
    noon = LATE - timedelta(hours=11)
    household.system_clock(noon, True, 5.0)
    household.reading(LIST_1, 10.0)
    household.situation(10.0)
    household.reading(HEAVY, 12.5)
    household.situation(12.5)
    household.acknowledge()
    record = household.record(14.0)

    again = Household(QUICK)
    again.port(is_open=True)
    again.restore(Restored(checkpoint=record.checkpoint, downtime_s=None), 0.0)
    again.system_clock(noon + timedelta(minutes=5), True, 0.5)
    again.reading(HEAVY, 1.0)
    situation = again.situation(1.0)
    assert (situation.level, situation.chime) == (Level.ACT, None)
    assert [alarm.acknowledged for alarm in situation.alarms] == [True]

    again.reading(LIST_1, 3.5)
    assert again.situation(3.5).level is Level.OK
    # Within 30 minutes the same level comes again for nobody; after them it is heard.
    again.reading(HEAVY, 13.5)
    assert again.situation(13.5).chime is None
    again.reading(LIST_1, 23.5)
    again.situation(23.5)
    again.reading(LIST_1, 1823.4)
    again.situation(1823.4)
    again.reading(HEAVY, 1823.5)
    assert again.situation(1823.5).chime.sound is Sound.ACT


def test_a_meter_that_falls_silent_is_a_fault_that_is_heard_once_after_five_minutes(household):
    # Issue 16: "A meter's gap: page after 60 s, sound after 5 min, once until the line has been good for an hour."
    household.system_clock(LATE - timedelta(hours=11), True, 5.0)
    household.reading(LIST_1, 10.0)
    levels, heard, pages = [], [], []
    for now in (10.0, 39.0, 40.0, 69.0, 70.0, 309.0, 310.0, 600.0):
        situation = household.situation(now)
        levels.append(situation.level)
        heard.append(situation.chime and situation.chime.sound)
        pages.append([alarm.calls for alarm in situation.alarms])

    assert levels == [Level.OK, Level.OK, *[Level.FAULT] * 6]
    assert heard == [*[None] * 6, Sound.FAULT, Sound.FAULT]
    assert pages == [[], [], [0], [0], [1], [1], [1], [1]]
    household.reading(LIST_1, 601.0)
    situation = household.situation(601.0)
    assert (situation.level, situation.alarms, situation.chime.number) == (Level.OK, (), 1)


def test_a_meter_that_was_never_heard_is_a_fault_without_a_sound(household):
    household.system_clock(LATE - timedelta(hours=11), True, 0.0)
    assert household.situation(0.0).level is None

    situation = household.situation(31.0)
    assert (situation.level, situation.signal, situation.chime) == (Level.FAULT, Signal.WAITING, None)


def test_a_voltage_outside_its_limits_for_a_minute_is_an_alarm_and_an_entry_in_the_log(household):
    household.system_clock(LATE, True, 0.0)
    for now in range(0, 240, 10):
        low = 60 <= now < 120
        household.reading(replace(FULL, voltage_l1_v=205.0 if low else 231.0), float(now))
        situation = household.situation(float(now))
        assert [alarm.rule for alarm in situation.alarms] == ([Rule.VOLTAGE] if 120 <= now < 180 else [])

    (row,) = household.record(240.0).alarms
    assert (row.rule, row.phase, row.worst, row.limit) == (Rule.VOLTAGE, 1, 205.0, 207.0)
    assert (row.began, row.ended) == (LATE + timedelta(seconds=60), LATE + timedelta(seconds=120))
    assert situation.voltage_day.lowest_v[0] == 205.0
    assert situation.voltage_day.highest_v[0] == 231.0


def test_what_was_not_written_is_offered_again_and_what_was_is_not(household):
    household.system_clock(LATE, True, 0.0)
    for now in range(0, 200, 10):
        household.reading(LIST_1, float(now))
        household.situation(float(now))
    first = household.record(190.0)
    assert len(first.minutes) == 3
    assert household.record(191.0).minutes == first.minutes

    household.written(first)
    assert household.record(192.0).minutes == ()


def received_at(household: Household, now: float, power_w: float) -> Sound | None:
    """The sound that a reading makes, if it makes one."""
    before = household.situation(now).chime
    household.reading(replace(LIST_1, power_import_w=power_w), now)
    after = household.situation(now).chime
    return after.sound if after is not None and after != before else None


def at_noon() -> Household:
    household = Household(QUICK, sound=SoundRule(an_hour=60))
    household.port(is_open=True)
    household.system_clock(LATE - timedelta(hours=11), True, 0.0)
    household.reading(LIST_1, 1.0)
    household.situation(1.0)
    return household


def test_an_alarm_that_was_acknowledged_at_its_worst_is_silent_when_it_comes_back_to_that():
    household = at_noon()
    assert received_at(household, 10.0, 12_000) is Sound.ACT
    household.acknowledge()

    # That the red is over is said, since it was heard; the red that comes back is not heard, and so not its end.
    assert [received_at(household, now, power) for now, power in ((20.0, 6000), (30.0, 12_000))] == [Sound.OVER, None]
    assert received_at(household, 40.0, 1000) is None


def test_one_that_was_acknowledged_before_it_got_worse_is_heard_again():
    household = at_noon()
    # Issue 16: "Yellow of bare power is a lamp and no sound".
    assert received_at(household, 10.0, 6000) is None
    assert household.situation(10.0).level is Level.WATCH
    household.acknowledge()

    assert received_at(household, 20.0, 12_000) is Sound.ACT
    assert received_at(household, 30.0, 1000) is Sound.OVER


def test_an_alarm_that_outlives_a_restart_is_not_heard_again_nor_that_it_is_over():
    """Whether it was heard is not kept, and "over" is said only after a red that was heard."""
    household = at_noon()
    received_at(household, 10.0, 12_000)
    again = Household(QUICK, sound=SoundRule(an_hour=60))
    again.restore(Restored(checkpoint=household.record(11.0).checkpoint, downtime_s=5.0), 0.0)

    assert [received_at(again, now, power) for now, power in ((1.0, 12_000), (10.0, 1000))] == [None, None]


def test_the_full_list_is_judged_only_while_it_is_the_present_one():
    latest = LatestValues(30.0, "auto")
    latest.reading(FULL, 10.0)
    latest.reading(LIST_1, 12.5)

    assert (latest.full_list(12.5), latest.full_list(39.9), latest.full_list(40.0)) == (FULL, FULL, None)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_restart_before_the_time_is_known_again_makes_nothing_of_a_power_cut_undone(restarts):
    """12:00 to 12:20 at 6 kW, then dark; the clock that is heard at last says 12:12, so it is wrong.

    The hour ends as the 1190 s that were seen of it: 6000 * 1190 / 3600 = 1983 Wh.
    """
    household = Household(QUICK)
    household.system_clock(datetime(2026, 1, 15, 12, tzinfo=UTC), True, 0.0)
    each_ten_seconds = replace(LIST_1, power_import_w=6000)
    for step in range(120):
        household.reading(each_ten_seconds, 10.0 * step)
    downtimes_s = [None, 5.0] if restarts else [None]
    for downtime_s in downtimes_s:
        checkpoint, household = household.record(1200.0).checkpoint, Household(QUICK)
        household.restore(Restored(checkpoint=checkpoint, downtime_s=downtime_s), 0.0)
        household.reading(replace(each_ten_seconds, power_import_w=3000), 10.0)
    for now in (20, 30):
        clock = MeterClock(datetime(2026, 1, 15, 13, 12, now), None, 0)
        household.reading(replace(each_ten_seconds, maker=Maker.KAIFA, clock=clock, power_import_w=3000), float(now))

    assert [(hour.start.minute, round(hour.import_wh), round(hour.coverage * 3600)) for hour in household.hours] == [
        (0, 1983, 1190)
    ]


@pytest.mark.parametrize("is_seen", [False, True])
@pytest.mark.parametrize("downtime_s", [20.0, None])
def test_a_step_that_was_lost_is_known_over_a_restart_and_said_in_the_morning_unless_it_was_seen(is_seen, downtime_s):
    # Three days of 4 kWh leave 15 - 8 = 7 kWh; 10 kW pass them after 42 minutes, at 18:42.
    evening = Evening((4000.0,) * 3)
    before = list(evening.run(lambda _at_s: 10_000.0, 2700))[-1].situation
    assert before.hour_state is HourState.LOST
    if is_seen:
        evening.household.acknowledge()
    batch = evening.household.record(2700.0)

    again = Household(Rules())
    again.port(is_open=True)
    again.restore(Restored(batch.hours, batch.checkpoint, downtime_s), 5000.0)
    found = []
    for clock in (EVENING + timedelta(seconds=2720), EVENING + timedelta(hours=13, minutes=5)):
        now = 5000.0 + (clock - EVENING).total_seconds()
        again.system_clock(clock, True, now)
        again.reading(replace(LIST_1, power_import_w=900), now)
        found.append(again.situation(now))

    assert before.step_lost is not None
    evening_after, morning = (situation.step_lost for situation in found)
    assert evening_after == before.step_lost  # by the lamp and the page until the hour ends
    assert morning == (None if is_seen else before.step_lost)  # 07:05, in the first two hours after the quiet ones
    assert [situation.chime for situation in found] == [None, None]
