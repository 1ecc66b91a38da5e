"""The alarm log: one entry for each alarm, from its beginning to its end, however often it is written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.household.alarm_log import MAX_ENTRIES, AlarmLog
from appliance.household.alarm_spec import AlarmInputs
from appliance.household.alarms import Alarms
from appliance.household.checkpoint import LATEST_ALARMS, AlarmRow
from appliance.household.rules import AT_ONCE, ExportRule, Rules, Thresholds
from appliance.household.situation import Level, Rule

OK, WATCH, ACT, FAULT = Level
BEGIN = datetime(2026, 1, 15, 17, tzinfo=UTC)
RULES = Rules(
    power=Thresholds(watch_w=5000, act_w=10_000, hysteresis_w=200, watch=AT_ONCE, act=AT_ONCE),
    export=ExportRule(5000.0, on_delay_s=0, off_delay_s=0),
    silent_s=3600.0,  # so that nothing is lost sight of between two lines of a test
)


def unknown(_now: float) -> datetime | None:
    return None


def utc(now: float) -> datetime | None:
    return BEGIN + timedelta(seconds=now)


class Life:
    """Alarms and their log."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.rules = rules
        self.alarms = Alarms(rules)
        self.log = AlarmLog()

    def power(self, now: float, import_w: float, export_w: float = 0.0) -> None:
        self.log.changed(self.alarms.update(AlarmInputs(import_w=import_w, export_w=export_w), now))

    def volts(self, now: float, one: float, two: float = 230.0) -> None:
        """The means of the minute that ended at `now`; looked at some seconds later."""
        self.log.changed(self.alarms.voltages((one, two, None), now))

    def acknowledge(self) -> None:
        self.log.changed(self.alarms.acknowledge())

    def write(self, known: Callable[[float], datetime | None] = utc) -> tuple[AlarmRow, ...]:
        rows = self.log.unwritten(known)
        self.log.written(rows)
        return rows

    def restart(self, now: float, utc_now: datetime | None, downtime_s: float | None = 0.0) -> None:
        """End the program at `now` and begin it again on the same monotonic clock; `None` is a power cut."""
        alarm_checkpoints = self.alarms.alarm_checkpoints(now, utc_now)
        self.alarms, self.log = Alarms(self.rules), AlarmLog()
        ended = self.alarms.restore(alarm_checkpoints, now + (downtime_s or 0.0), downtime_s)
        self.log.restore(self.alarms, ended, utc_now)


@pytest.fixture
def life() -> Life:
    return Life()


def row(
    began: float, ended: float | None, level: Level, worst: float | None, limit: float, acknowledged=False
) -> AlarmRow:
    at = None if ended is None else utc(ended)
    return AlarmRow(
        began=BEGIN + timedelta(seconds=began),
        rule=Rule.POWER,
        phase=None,
        ended=at,
        level=level,
        worst=worst,
        limit=limit,
        acknowledged=acknowledged,
    )


def test_without_an_alarm_there_is_nothing_to_write(life):
    life.power(0, 100)
    life.volts(60, 230)

    assert life.log.unwritten(utc) == ()


def test_an_alarm_is_one_entry_from_its_beginning_to_its_end(life):
    for now, import_w in ((0, 100), (10, 6000), (20, 6500), (30, 6100), (40, 100)):
        life.power(now, import_w)

    assert life.log.unwritten(utc) == (row(10, 40, WATCH, 6500, 5000),)


def test_an_alarm_that_lasts_has_no_end_yet(life):
    life.power(10, 6000)

    assert life.log.unwritten(utc) == (row(10, None, WATCH, 6000, 5000),)


def test_an_entry_has_the_highest_level_and_its_limit(life):
    for now, import_w in ((10, 6000), (20, 12_000), (30, 6000), (40, 100)):
        life.power(now, import_w)

    assert life.log.unwritten(utc) == (row(10, 40, ACT, 12_000, 10_000),)


def test_an_entry_that_lasts_has_the_worst_so_far(life):
    life.power(10, 6000)
    life.power(20, 7000)

    assert life.log.unwritten(utc) == (row(10, None, WATCH, 7000, 5000),)


def test_an_entry_says_whether_somebody_saw_it(life):
    life.power(10, 6000)
    life.acknowledge()
    assert life.write() == (row(10, None, WATCH, 6000, 5000, acknowledged=True),)
    life.power(30, 100)
    assert life.write() == (row(10, 30, WATCH, 6000, 5000, acknowledged=True),)


def test_what_got_worse_after_it_was_seen_was_not_seen(life):
    life.power(10, 6000)
    life.acknowledge()
    life.power(30, 12_000)

    assert life.log.unwritten(utc) == (row(10, None, ACT, 12_000, 10_000),)


def test_each_alarm_is_an_entry(life):
    for now, import_w in ((10, 6000), (20, 100), (30, 7000), (40, 100)):
        life.power(now, import_w)

    assert life.log.unwritten(utc) == (row(10, 20, WATCH, 6000, 5000), row(30, 40, WATCH, 7000, 5000))


def test_rules_and_phases_have_their_own_entries(life):
    life.power(120, 6000, export_w=6000)
    life.volts(180, 200, 260)

    found = {(one.rule, one.phase): one.worst for one in life.log.unwritten(utc)}
    assert found == {
        (Rule.POWER, None): 6000,
        (Rule.EXPORT, None): 6000,
        (Rule.VOLTAGE, 1): 200,
        (Rule.VOLTAGE, 2): 260,
    }


# Voltages.


def test_a_voltage_excursion_is_from_the_beginning_of_its_first_minute_to_the_end_of_its_last(life):
    life.volts(60, 200)
    life.volts(120, 198)
    life.volts(180, 230)

    (found,) = life.log.unwritten(utc)
    assert (found.began, found.ended) == (utc(0), utc(120))
    assert (found.worst, found.limit, found.level) == (198, 207, WATCH)


def test_a_voltage_excursion_to_both_sides_names_the_limit_of_the_worst(life):
    life.volts(60, 206)
    life.volts(120, 258)

    (found,) = life.log.unwritten(utc)
    assert (found.worst, found.limit) == (258, 253)


# The time.


def test_what_began_before_the_time_was_known_waits_and_gets_the_right_time(life):
    life.power(10, 6000)
    assert life.write(unknown) == ()
    life.power(20, 100)
    life.power(30, 7000)
    assert life.write(unknown) == ()

    assert life.write() == (row(10, 20, WATCH, 6000, 5000), row(30, None, WATCH, 7000, 5000))


@pytest.mark.parametrize("set_by_s", [5, -3600, 3 * 86_400])
def test_an_alarm_is_as_long_as_it_was_seen_whatever_becomes_of_the_clock(life, set_by_s):
    life.power(10, 6000)
    life.write()
    life.power(70, 100)

    assert life.write(lambda now: BEGIN + timedelta(seconds=now + set_by_s)) == (row(10, 70, WATCH, 6000, 5000),)


def test_the_entry_began_when_the_alarm_says_it_did(life):
    life.power(10, 6000)
    since = life.alarms.active(15, BEGIN + timedelta(seconds=15))[0].since
    rows = life.log.unwritten(lambda now: BEGIN + timedelta(seconds=now + 3))

    assert [one.began for one in rows] == [since]


# Written, and changed meanwhile.


def test_what_was_written_is_not_offered_again_until_it_changes(life):
    life.power(10, 6000)
    assert len(life.write()) == 1
    life.power(20, 9000)
    assert life.log.unwritten(utc) == ()
    life.power(30, 100)
    assert life.write() == (row(10, 30, WATCH, 9000, 5000),)
    assert life.log.unwritten(utc) == ()


def test_what_was_offered_and_not_written_is_offered_again(life):
    life.power(10, 6000)

    assert life.log.unwritten(utc) == life.log.unwritten(utc) != ()


@pytest.mark.parametrize("change", ["worse", "seen", "over", "over and back"])
def test_what_changed_while_it_was_being_written_is_offered_again(life, change):
    life.power(10, 6000)
    rows = life.log.unwritten(utc)
    match change:
        case "worse":
            life.power(20, 12_000)
        case "seen":
            life.acknowledge()
        case "over":
            life.power(20, 100)
        case "over and back":
            life.power(20, 100)
            life.power(30, 6000)
    life.log.written(rows)

    again = life.write()
    assert again[0].began == utc(10)
    assert again[0] != rows[0]
    assert len(again) == (2 if change == "over and back" else 1)
    assert life.log.unwritten(utc) == ()


def test_what_came_and_went_between_two_looks_is_an_entry(life):
    changed = [*life.alarms.update(AlarmInputs(import_w=6000), 10), *life.alarms.update(AlarmInputs(import_w=100), 20)]
    life.log.changed(changed)

    assert life.write() == (row(10, 20, WATCH, 6000, 5000),)


def test_what_was_over_and_came_back_between_two_looks_is_two_entries(life):
    life.power(10, 6000)
    changed = [*life.alarms.update(AlarmInputs(import_w=100), 20), *life.alarms.update(AlarmInputs(import_w=7000), 30)]
    life.log.changed(changed)

    assert life.write() == (row(10, 20, WATCH, 6000, 5000), row(30, None, WATCH, 7000, 5000))


def test_what_the_log_does_not_know_yet_is_not_in_the_entry_of_before(life):
    life.power(10, 6000)
    changed = [
        *life.alarms.update(AlarmInputs(import_w=100), 20),
        *life.alarms.update(AlarmInputs(import_w=12_000), 30),
    ]

    assert life.log.unwritten(utc) == (row(10, None, WATCH, 6000, 5000),)
    life.log.changed(changed)
    assert life.write() == (row(10, 20, WATCH, 6000, 5000), row(30, None, ACT, 12_000, 10_000))


def test_of_more_than_can_wait_the_oldest_that_ended_go_first(life):
    life.power(0, 100, export_w=6000)
    for number in range(1, MAX_ENTRIES + 2):
        life.power(number * 10, 6000, export_w=6000)
        life.power(number * 10 + 5, 100, export_w=6000)
    rows = life.log.unwritten(utc)

    assert len(rows) == MAX_ENTRIES
    assert (rows[0].rule, rows[0].ended) == (Rule.EXPORT, None)
    assert rows[1].began == utc(30)
    assert rows[-1].began == utc((MAX_ENTRIES + 1) * 10)


# Over a restart.


def test_the_latest_are_the_last_ten_newest_first_and_follow_what_lasts(life):
    for number in range(LATEST_ALARMS + 3):
        life.power(100.0 * number, 20_000)
        life.power(100.0 * number + 50, 1000)
    life.power(5000, 20_000)
    life.power(5010, 30_000)

    shown = life.log.latest(utc)

    assert len(shown) == LATEST_ALARMS
    assert [row.began for row in shown[:2]] == [BEGIN + timedelta(seconds=5000), BEGIN + timedelta(seconds=1200)]
    assert (shown[0].ended, shown[0].worst) == (None, 30_000)
    assert shown[1].ended == BEGIN + timedelta(seconds=1250)
    life.power(5020, 35_000)
    life.power(5060, 1000)
    assert (life.log.latest(utc)[0].ended, life.log.latest(utc)[0].worst) == (BEGIN + timedelta(seconds=5060), 35_000)


def test_the_latest_have_no_alarm_whose_time_is_not_known_until_it_is(life):
    life.power(10, 20_000)
    life.power(50, 1000)

    assert life.log.latest(unknown) == ()
    assert [row.began for row in life.log.latest(utc)] == [BEGIN + timedelta(seconds=10)]


def test_the_latest_are_there_whether_they_were_written_or_not(life):
    life.power(10, 20_000)
    life.power(50, 1000)
    before = life.log.latest(utc)
    life.write()

    assert life.log.latest(utc) == before != ()


def test_after_a_restart_an_alarm_goes_on_with_its_entry(life):
    for now, import_w in ((10, 6000), (20, 12_000), (30, 6000)):
        life.power(now, import_w)
    life.acknowledge()
    written = life.write()
    life.restart(40, utc(40))
    assert life.log.unwritten(utc) == ()
    life.power(50, 6000)
    life.power(60, 100)

    assert written == (row(10, None, ACT, 12_000, 10_000, acknowledged=True),)
    assert life.write() == (row(10, 60, ACT, 12_000, 10_000, acknowledged=True),)


def test_after_a_restart_what_is_worse_than_before_is_the_worst(life):
    life.power(10, 6000)
    life.write()
    life.restart(40, utc(40))
    life.power(50, 13_000)
    life.power(60, 100)

    assert life.write() == (row(10, 60, ACT, 13_000, 10_000),)


def test_after_a_restart_a_voltage_excursion_goes_on_with_its_entry(life):
    life.volts(60, 200)
    written = life.write()
    life.restart(70, utc(70))
    life.volts(120, 204)
    life.volts(180, 230)

    (found,) = life.write()
    assert found == replace(written[0], ended=utc(120))


def test_after_a_restart_what_never_had_a_time_gets_the_right_one(life):
    life.power(10, 6000)
    life.write(unknown)
    life.restart(40, None, 3.0)
    life.power(50, 6000)
    life.power(60, 100)

    assert life.write(unknown) == ()
    assert life.write() == (row(10, 60, WATCH, 6000, 5000),)


def test_what_ends_after_a_restart_has_its_end_though_the_time_is_not_known(life):
    life.power(10, 6000)
    life.write()
    life.restart(40, utc(40), 5.0)
    life.power(50, 100)

    assert life.write(unknown) == (row(10, 50, WATCH, 6000, 5000),)


# Whatever the order.


@dataclass
class Truth:
    """What one alarm was."""

    began: float
    ended: float | None
    level: Level
    worst: float | None
    seen: Level = OK
    """The level that was acknowledged."""
    acknowledged: bool = False


class Model:
    """A life, what its history holds, and what its power alarms truly were."""

    def __init__(self) -> None:
        self.life = Life()
        self.now = 0.0
        self.known = False
        self.offered: tuple[AlarmRow, ...] = ()
        self.history: dict[datetime, AlarmRow] = {}
        self.truth: list[Truth] = []

    def utc(self, now: float) -> datetime | None:
        return utc(now) if self.known else None

    def power(self, import_w: float) -> None:
        self.life.power(self.now, import_w)
        level = ACT if import_w >= 10_000 else WATCH if import_w >= 5000 else OK
        lasts = self.truth[-1] if self.truth and self.truth[-1].ended is None else None
        if lasts is None and level:
            self.truth.append(Truth(self.now, None, level, import_w))
        elif lasts is not None and not level and import_w < 4800:
            lasts.ended = self.now
        elif lasts is not None:
            now_at = max(alarm.level for alarm in self.life.alarms.active(self.now, None))
            lasts.acknowledged = lasts.seen >= now_at
            lasts.level, lasts.worst = max(lasts.level, level), max(lasts.worst or 0.0, import_w)

    def acknowledge(self) -> None:
        self.life.acknowledge()
        if self.truth and self.truth[-1].ended is None:
            lasts = self.truth[-1]
            lasts.seen = max(lasts.seen, *(alarm.level for alarm in self.life.alarms.active(self.now, None)))
            lasts.acknowledged = True

    def look(self) -> None:
        self.life.alarms.active(self.now, self.utc(self.now))

    def offer(self) -> None:
        self.offered = self.life.log.unwritten(self.utc)

    def written(self) -> None:
        """The last offer reached the history; what had reached it already is not to be in it again."""
        for one in self.offered:
            assert self.history.get(one.began) != one
            self.history[one.began] = one
        self.life.log.written(self.offered)
        self.offered = ()

    def restart(self) -> None:
        """Whatever was not written with the checkpoints is lost, so all is."""
        self.offer()
        self.written()
        if not self.known:
            self.truth = [one for one in self.truth if one.ended is None]
        self.life.restart(self.now, self.utc(self.now))


steps = st.one_of(
    st.tuples(st.just("power"), st.sampled_from([100.0, 4900.0, 5500.0, 6000.0, 9900.0, 11_000.0, 12_000.0])),
    st.tuples(st.sampled_from(["acknowledge", "look", "offer", "written", "restart", "time known"])),
)


@settings(max_examples=400)
@given(st.lists(steps, max_size=60))
def test_whatever_the_order_every_alarm_ends_in_the_history_as_it_was_and_is_written_no_more_than_it_changes(lived):
    model = Model()
    for name, *given_ in lived:
        model.now += 10
        match name:
            case "time known":
                model.known = True
            case _:
                getattr(model, name)(*given_)
    model.known = True
    for _ in range(2):
        model.offer()
        model.written()

    assert model.life.log.unwritten(model.utc) == ()
    found = [(one.began, one.ended, one.level, one.acknowledged) for _, one in sorted(model.history.items())]
    assert found == [
        (utc(one.began), None if one.ended is None else utc(one.ended), one.level, one.acknowledged)
        for one in model.truth
    ]
    ended = [(one.worst, one.limit) for _, one in sorted(model.history.items()) if one.ended is not None]
    assert [worst for worst, _ in ended] == [one.worst for one in model.truth if one.ended is not None]
