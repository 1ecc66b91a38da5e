"""Events in, one situation out; on the lists that simulated meters send."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from appliance.household.checkpoint import Restored
from appliance.household.household import Household
from appliance.household.latest import LatestValues
from appliance.household.rules import Rules, SoundRule, Thresholds
from appliance.household.situation import Level, LineQuality, Phase, Rule, Signal, Situation, Sound
from appliance.meter.reading import Maker, Reading, Reason, Rejected
from appliance.simulation.house import House, Net
from appliance.simulation.makers import MAKERS
from appliance.simulation.meter import Meter

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


@pytest.fixture
def household() -> Household:
    made = Household(Rules())
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

    again = Household(Rules())
    again.port(is_open=True)
    again.restore(Restored(checkpoint=record.checkpoint, downtime_s=None), 0.0)
    again.system_clock(noon + timedelta(minutes=5), True, 0.5)
    again.reading(HEAVY, 1.0)
    situation = again.situation(1.0)
    assert (situation.level, situation.chime) == (Level.ACT, None)
    assert [alarm.acknowledged for alarm in situation.alarms] == [True]

    over = 3.5 + Thresholds().off_delay_s
    for now in (3.5, (3.5 + over) / 2, over):
        again.reading(LIST_1, now)
        again.situation(now)
    assert again.situation(over).level is Level.OK
    again.reading(HEAVY, over + 2.5)
    assert again.situation(over + 2.5).chime.sound is Sound.ACT


def test_a_meter_that_falls_silent_is_a_fault_that_is_heard_once(household):
    household.system_clock(LATE - timedelta(hours=11), True, 5.0)
    household.reading(LIST_1, 10.0)
    chimes = {household.situation(now).chime for now in (10.0, 39.0, 40.0, 60.0, 600.0)}

    assert {chime.sound for chime in chimes if chime} == {Sound.FAULT}
    assert len(chimes) == 2
    household.reading(LIST_1, 601.0)
    situation = household.situation(601.0)
    assert (situation.level, situation.alarms) == (Level.OK, ())


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
    household = Household(Rules(Thresholds(off_delay_s=0)), sound=SoundRule(an_hour=60))
    household.port(is_open=True)
    household.system_clock(LATE - timedelta(hours=11), True, 0.0)
    household.reading(LIST_1, 1.0)
    household.situation(1.0)
    return household


def test_an_alarm_that_was_acknowledged_at_its_worst_is_silent_when_it_comes_back_to_that():
    household = at_noon()
    assert received_at(household, 10.0, 12_000) is Sound.ACT
    household.acknowledge()

    assert [received_at(household, now, power) for now, power in ((20.0, 6000), (30.0, 12_000))] == [None, None]
    assert received_at(household, 40.0, 1000) is None


def test_one_that_was_acknowledged_before_it_got_worse_is_heard_again():
    household = at_noon()
    assert received_at(household, 10.0, 6000) is Sound.LOOK
    household.acknowledge()

    assert received_at(household, 20.0, 12_000) is Sound.ACT
    assert received_at(household, 30.0, 1000) is Sound.OVER


def test_an_alarm_that_outlives_a_restart_is_heard_when_it_is_over():
    household = at_noon()
    received_at(household, 10.0, 12_000)
    again = Household(Rules(Thresholds(off_delay_s=0)), sound=SoundRule(an_hour=60))
    again.restore(Restored(checkpoint=household.record(11.0).checkpoint, downtime_s=5.0), 0.0)

    assert [received_at(again, now, power) for now, power in ((1.0, 12_000), (10.0, 1000))] == [None, Sound.OVER]


def test_the_full_list_is_judged_only_while_it_is_the_present_one():
    latest = LatestValues(30.0, "auto")
    latest.reading(FULL, 10.0)
    latest.reading(LIST_1, 12.5)

    assert (latest.full_list(12.5), latest.full_list(39.9), latest.full_list(40.0)) == (FULL, FULL, None)
