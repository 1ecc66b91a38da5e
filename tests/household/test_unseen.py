"""What nobody saw: alarms over power cuts and silences, and an hour of which a part is missing.

The household hears readings and says what the panel would show. The load and the moments are in each test, and what is
expected of them is reckoned beside it.
"""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.household.checkpoint import AlarmRow, Restored
from appliance.household.hours import Hour, Quality
from appliance.household.household import Household
from appliance.household.rules import Delays, ExportRule, HourRule, PhaseRule, Rules, SoundRule, Thresholds
from appliance.household.situation import Alarm, Level, Rule, Situation, Sound
from appliance.meter.reading import Reading

OK, WATCH, ACT, FAULT = Level
NOON = datetime(2026, 11, 9, 11, tzinfo=UTC)


def thresholds(delays: Delays = Delays(0, 30)) -> Thresholds:  # noqa: B008  (a frozen value)
    return Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, watch=delays, act=delays)


OVERLOAD = PhaseRule(fuse_a=40.0, watch_share=0.8, act_share=1.0, watch=Delays(10, 60), act=Delays(10, 60))
RULES = Rules(power=thresholds(), phase=OVERLOAD, export=ExportRule(5000.0))
ONCE = SoundRule(an_hour=100, reminders_s=())
"""A red that nobody has seen is heard once here; its reminders are tested with the other sounds."""


class Panel:
    """A household whose meter sends a full list every 10 s, and what its panel has shown and sounded."""

    def __init__(self, rules: Rules = RULES, start: datetime = NOON, hours: tuple[Hour, ...] = ()) -> None:
        self.rules = rules
        self.utc = start
        self.now = 1000.0
        self.hours = hours
        self.sounds: list[Sound] = []
        self.logged: dict[tuple[Rule, int | None, datetime], AlarmRow] = {}
        self.start(Restored(hours))

    def start(self, restored: Restored) -> None:
        self.household = Household(self.rules, sound=ONCE)
        self.household.port(is_open=True)
        self.household.restore(restored, self.now)
        self.told = 0
        self.clock_known = restored.downtime_s is not None

    def hear(
        self, seconds: int, import_w: float = 500.0, volts: float | None = 231.0, amperes: float = 2.0
    ) -> list[Situation]:
        """Return what is shown after each of the lists of so many seconds."""
        shown = []
        for _ in range(seconds // 10):
            self.pass_(10)
            if not self.clock_known:
                self.household.system_clock(self.utc, synchronised=True, now=self.now)
                self.clock_known = True
            reading = Reading(
                offset=0,
                length=120,
                elements=20,
                power_import_w=import_w,
                voltage_l1_v=volts,
                current_l1_a=None if volts is None else amperes,
            )
            self.household.reading(reading, self.now)
            shown.append(self.look())
        return shown

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.utc += timedelta(seconds=seconds)

    def silent(self, seconds: int) -> list[Situation]:
        """Return what is shown in each second in which nothing comes."""
        shown = []
        for _ in range(seconds):
            self.pass_(1)
            shown.append(self.look())
        return shown

    def look(self) -> Situation:
        situation = self.household.situation(self.now)
        if situation.chime is not None and situation.chime.number != self.told:
            self.told = situation.chime.number
            self.sounds.append(situation.chime.sound)
        self.write()
        return situation

    def write(self) -> None:
        batch = self.household.record(self.now)
        self.logged |= {(row.rule, row.phase, row.began): row for row in batch.alarms}
        self.household.written(batch)

    def restart(self, dark_s: float, *, known: bool) -> None:
        """End the program, and begin it again after some seconds: within the same boot, or after a power cut."""
        batch = self.household.record(self.now)
        self.pass_(dark_s)
        if not known:
            self.now = 20.0  # another boot's clock
        self.start(Restored((*self.hours, *batch.hours), batch.checkpoint, dark_s if known else None))

    def log(self, rule: Rule) -> list[tuple[float, float | None]]:
        """Return from when to when its alarms lasted, in seconds after noon."""
        rows = sorted((row for row in self.logged.values() if row.rule is rule), key=lambda row: row.began)
        return [
            ((row.began - NOON).total_seconds(), None if row.ended is None else (row.ended - NOON).total_seconds())
            for row in rows
        ]


def of(situation: Situation, rule: Rule) -> Alarm | None:
    return next((alarm for alarm in situation.alarms if alarm.rule is rule), None)


def ever(shown: list[Situation]) -> set[tuple[Rule, Level]]:
    return {(alarm.rule, alarm.level) for situation in shown for alarm in situation.alarms}


# A power cut.


@pytest.mark.parametrize("dark_s", [1, 60, 3 * 86_400])
def test_after_a_power_cut_nothing_is_an_alarm_by_what_was_seen_before_it(dark_s):
    panel = Panel()
    before = panel.hear(600, import_w=11_000, volts=200.0, amperes=45.0)[-1]
    assert {alarm.rule for alarm in before.alarms} == {Rule.POWER, Rule.PHASE, Rule.VOLTAGE}
    panel.restart(dark_s, known=False)
    after = panel.hear(600)

    assert ever(after) == set()
    assert {situation.level for situation in after} == {OK}


def test_what_lasted_when_the_power_went_ended_when_it_was_last_seen():
    panel = Panel()
    panel.hear(610, import_w=11_000, volts=200.0, amperes=45.0)
    panel.restart(3 * 86_400, known=False)
    panel.hear(120)

    # Lists at 10, 20 .. 610 s; the minutes are cut at multiples of 60 s of a clock that was 1000 at noon, so the first
    # that has a list begins at 1000 - 40 and the last that was judged ended at 1560: from -40 to 560 s.
    assert panel.log(Rule.POWER) == [(10, 610)]
    assert panel.log(Rule.PHASE) == [(20, 610)]
    assert panel.log(Rule.VOLTAGE) == [(-40, 560)]


def test_after_a_power_cut_a_rule_takes_its_on_delay_again():
    panel = Panel(Rules(power=thresholds(Delays(60, 30))))
    assert [of(situation, Rule.POWER) is not None for situation in panel.hear(80, import_w=6000)] == [False] * 6 + [
        True
    ] * 2
    panel.restart(5, known=False)

    assert [of(situation, Rule.POWER) is not None for situation in panel.hear(80, import_w=6000)] == [False] * 6 + [
        True
    ] * 2


def test_who_has_acknowledged_a_load_is_not_called_again_when_it_comes_back_with_the_power():
    panel = Panel()
    panel.hear(60, import_w=11_000)
    assert panel.sounds == [Sound.ACT]
    panel.household.acknowledge()
    for _ in range(3):  # the power comes and goes
        panel.restart(30, known=False)
        panel.hear(20)
    back = panel.hear(60, import_w=11_000)

    alarm = of(back[-1], Rule.POWER)
    assert alarm is not None
    assert (alarm.level, alarm.acknowledged, panel.sounds) == (ACT, True, [Sound.ACT])


def test_what_was_acknowledged_before_a_power_cut_stays_so_for_one_rise():
    panel = Panel()
    panel.hear(60, import_w=11_000)
    panel.household.acknowledge()
    panel.restart(30, known=False)
    panel.hear(60, import_w=11_000)
    panel.hear(60)  # over, as it was seen
    again = panel.hear(30, import_w=11_000)[-1]

    alarm = of(again, Rule.POWER)
    assert alarm is not None
    assert not alarm.acknowledged
    assert panel.sounds == [Sound.ACT], "within 30 minutes it lights its lamp and nothing else"
    panel.hear(1830)
    panel.hear(30, import_w=11_000)
    assert panel.sounds == [Sound.ACT, Sound.ACT]


def test_what_was_acknowledged_before_a_power_cut_is_forgotten_after_five_minutes_without_it():
    panel = Panel()
    panel.hear(60, import_w=11_000)
    panel.household.acknowledge()
    panel.restart(30, known=False)
    panel.hear(320)
    panel.hear(30, import_w=11_000)

    assert panel.sounds == [Sound.ACT, Sound.ACT]


def test_what_was_not_acknowledged_is_heard_again_after_a_power_cut():
    panel = Panel()
    panel.hear(60, import_w=11_000)
    panel.restart(30, known=False)
    panel.hear(60)
    assert panel.sounds == [Sound.ACT], "nobody saw that it was over"
    panel.hear(60, import_w=11_000)

    assert panel.sounds == [Sound.ACT, Sound.ACT]


def test_an_alarm_whose_rule_was_removed_while_the_program_was_away_ended_when_it_was_last_seen():
    panel = Panel()
    panel.hear(60, amperes=45.0)
    panel.rules = Rules(power=thresholds())
    panel.restart(5, known=True)
    panel.hear(60, amperes=45.0)

    assert panel.log(Rule.PHASE) == [(20, 60)]


# A restart within the same boot.


def test_over_a_short_restart_alarms_go_on_as_they_were():
    panel = Panel()
    panel.hear(600, import_w=11_000, volts=200.0, amperes=45.0)
    panel.sounds.clear()
    panel.restart(5, known=True)
    first = panel.look()
    assert {alarm.rule for alarm in first.alarms} == {Rule.POWER, Rule.PHASE, Rule.VOLTAGE}
    panel.hear(60, import_w=11_000, volts=200.0, amperes=45.0)
    panel.hear(200)

    # The load is gone from 675 s on, and 30 s later its alarm is over, 60 s later that of the phase. Noon is 1000 s,
    # so a minute ends at 680 s; from then on the voltages are inside.
    assert panel.log(Rule.POWER) == [(10, 705)]
    assert panel.log(Rule.PHASE) == [(20, 735)]
    assert panel.log(Rule.VOLTAGE) == [(-40, 680)]
    assert panel.sounds == [], "whether the red was heard is not kept, so nothing says that it is over"


@pytest.mark.parametrize(("dark_s", "goes_on"), [(60, True), (61, False)])
def test_a_restart_that_takes_longer_than_a_list_and_the_off_delay_is_a_cut(dark_s, goes_on):
    # The power is believed for 30 s, and its alarm lasts 30 s after it: 60 s.
    panel = Panel()
    panel.hear(60, import_w=11_000)
    panel.restart(dark_s, known=True)

    assert (of(panel.look(), Rule.POWER) is not None) is goes_on


# A silence.


def test_after_a_long_silence_nothing_is_an_alarm_by_what_was_seen_before_it():
    panel = Panel()
    panel.hear(600, import_w=11_000, volts=200.0, amperes=45.0)
    panel.sounds.clear()
    silence = panel.silent(600)
    after = panel.hear(600)

    assert silence[-1].level is FAULT
    assert ever(silence[120:]) == {(Rule.SILENT, FAULT)}
    assert ever(after) == set()
    assert panel.sounds == [Sound.FAULT]


def test_what_lasted_when_the_meter_fell_silent_ended_with_its_last_list():
    panel = Panel()
    panel.hear(610, import_w=11_000, volts=200.0, amperes=45.0)
    panel.silent(600)
    panel.hear(120)

    # The minute from 560 to 620 s had lists until 610 s, so it was measured.
    assert panel.log(Rule.POWER) == [(10, 610)]
    assert panel.log(Rule.PHASE) == [(20, 610)]
    assert panel.log(Rule.VOLTAGE) == [(-40, 620)]
    assert panel.log(Rule.SILENT) == [(640, 1220)]


def test_a_silence_that_is_shorter_than_the_off_delay_ends_nothing():
    panel = Panel()
    panel.hear(60, import_w=11_000)
    panel.silent(45)
    panel.hear(60, import_w=11_000)

    assert panel.log(Rule.POWER) == [(10, None)]


def test_who_has_acknowledged_a_load_is_not_called_again_after_a_silence():
    panel = Panel()
    panel.hear(60, import_w=11_000)
    panel.household.acknowledge()
    panel.silent(1200)
    panel.hear(60, import_w=11_000)

    assert panel.sounds == [Sound.ACT, Sound.FAULT]
    assert panel.log(Rule.POWER) == [(10, 60), (1270, None)]


def test_an_alarm_of_an_export_that_is_no_longer_seen_ends_too():
    panel = Panel()
    for _ in range(12):
        panel.pass_(10)
        panel.household.system_clock(panel.utc, synchronised=True, now=panel.now)
        sold = Reading(offset=0, length=60, elements=9, power_import_w=0.0, power_export_w=6000.0)
        panel.household.reading(sold, panel.now)
        panel.look()
    panel.silent(300)

    assert panel.log(Rule.EXPORT) == [(70, 120)]


# Voltages.


def test_a_minute_without_a_voltage_is_in_no_excursion():
    panel = Panel()
    panel.hear(310, volts=200.0)
    panel.hear(120, volts=None)
    last = panel.hear(240, volts=200.0)[-1]
    panel.hear(120)

    # Minutes begin at -40, 20, 80 .. s. The one from 320 to 380 s had no voltage, and that from 380 to 440 neither.
    assert of(last, Rule.VOLTAGE) is not None
    assert panel.log(Rule.VOLTAGE) == [(-40, 320), (440, 680)]


def test_a_minute_with_one_voltage_is_a_minute_that_was_measured():
    panel = Panel()
    panel.hear(320, volts=200.0)
    panel.hear(50, volts=None)
    panel.hear(240, volts=200.0)
    panel.hear(120)

    # A list at 320 s and none with a voltage until 380 s; the last minute that was outside ended at 620 s.
    assert panel.log(Rule.VOLTAGE) == [(-40, 620)]


def test_when_voltages_are_no_longer_seen_nobody_says_that_they_are_fine_again():
    panel = Panel()
    panel.hear(310, volts=200.0)
    panel.hear(300, volts=None)

    assert panel.sounds == [Sound.LOOK]
    assert panel.log(Rule.VOLTAGE) == [(-40, 320)]


# An hour of which a part was not seen.


def test_the_hour_alarm_comes_by_what_was_seen_alone():
    panel = Panel(Rules(hour=HourRule(limit_kw=5.0)), start=NOON - timedelta(minutes=10))
    panel.hear(600, import_w=1000)
    panel.silent(130)
    shown = panel.hear(2990, import_w=6000)

    # From 130 s on 6 kW: 3,470 s of it are 5,783 Wh by the end of the hour, and it may have 5,000. The hour is judged
    # after its 5th minute, by a mean power that begins anew after a silence: yellow from 300 s on. With 6 kW from 130 s
    # on, 5 kWh are crossed 3,000 s later: red by 2,530 s, 600 s before.
    found = [(alarm.level, alarm.at_least) for one in shown if (alarm := of(one, Rule.HOUR)) is not None]
    assert set(found) == {(WATCH, True), (ACT, True)}
    first = next(one for one in shown if of(one, Rule.HOUR) is not None)
    assert first.local_time is not None
    assert (first.local_time - NOON).total_seconds() == pytest.approx(300, abs=10)
    assert first.outlook is not None
    assert first.outlook.at_least
    assert first.outlook.projection_wh == pytest.approx(6000 * 3470 / 3600, abs=20)


def test_an_hour_that_stays_within_its_limit_by_what_was_seen_is_no_alarm():
    panel = Panel(Rules(hour=HourRule(limit_kw=5.0)), start=NOON - timedelta(minutes=10))
    panel.hear(600, import_w=1000)
    panel.silent(130)

    # 4.9 kW for 3,470 s are 4,723 Wh; what the 130 s before had may well have passed the limit, and nobody knows.
    assert (Rule.HOUR, WATCH) not in ever(panel.hear(3400, import_w=4900))


def test_an_hour_that_was_seen_whole_is_no_lower_bound():
    panel = Panel(Rules(hour=HourRule(limit_kw=5.0)), start=NOON - timedelta(minutes=10))
    shown = panel.hear(2400, import_w=9000)[-1]

    assert shown.outlook is not None
    assert not shown.outlook.at_least
    alarm = of(shown, Rule.HOUR)
    assert alarm is not None
    assert not alarm.at_least


def test_after_a_power_cut_the_hour_is_at_least_what_was_seen_of_it():
    panel = Panel(Rules(hour=HourRule(limit_kw=5.0)))
    panel.hear(1200, import_w=6000)
    panel.restart(600, known=False)
    shown = panel.hear(600, import_w=3000)[-1]

    # 6 kW for 1,190 s and 3 kW for 590 s: 1,983 + 492 Wh so far, and 3 kW for the last 1,200 s are 1,000 more.
    assert shown.outlook is not None
    assert shown.outlook.at_least
    assert shown.outlook.so_far_wh == pytest.approx(2475, abs=5)
    assert shown.outlook.projection_wh == pytest.approx(3475, abs=5)
    assert shown.outlook.headroom_w == pytest.approx((5000 - 2475) * 3, abs=15)


# A month of which a part was not seen.


def metered(start: datetime, count: int, quality: Quality = Quality.METERED) -> tuple[Hour, ...]:
    return tuple(Hour(start + timedelta(hours=number), 1000.0, 0.0, quality, 1.0) for number in range(count))


MIDNIGHT = datetime(2026, 10, 31, 23, tzinfo=UTC)
"""The first of November in Norway, 8 days and 12 hours before noon."""
SINCE_MIDNIGHT = 8 * 24 + 12


@pytest.mark.parametrize(
    ("hours", "at_least"),
    [
        (metered(MIDNIGHT, SINCE_MIDNIGHT), False),
        (metered(MIDNIGHT, SINCE_MIDNIGHT, Quality.INTEGRATED), False),
        (metered(MIDNIGHT + timedelta(hours=1), SINCE_MIDNIGHT - 1), True),  # installed after it began
        (metered(MIDNIGHT, SINCE_MIDNIGHT - 1), True),  # not seen just now
        ((*metered(MIDNIGHT, 50), *metered(MIDNIGHT + timedelta(hours=51), SINCE_MIDNIGHT - 51)), True),
        (
            (
                *metered(MIDNIGHT, 50),
                *metered(MIDNIGHT + timedelta(hours=50), 1, Quality.PARTLY),
                *metered(MIDNIGHT + timedelta(hours=51), SINCE_MIDNIGHT - 51),
            ),
            True,
        ),
        (
            (*metered(MIDNIGHT - timedelta(hours=9), 8), *metered(MIDNIGHT, SINCE_MIDNIGHT)),
            False,
        ),  # of the month before
    ],
)
def test_a_month_with_an_hour_that_was_not_seen_whole_is_a_lower_bound(hours, at_least):
    shown = Panel(hours=hours).hear(60)[-1]

    assert shown.month is not None
    assert shown.month.mean_kw == 1.0
    assert shown.month.at_least is at_least


def test_on_the_day_of_the_installation_the_month_is_a_lower_bound():
    panel = Panel()
    shown = panel.hear(3700, import_w=30)[-1]

    assert shown.month is not None
    assert shown.month.mean_kw == pytest.approx(0.03)
    assert shown.month.at_least
