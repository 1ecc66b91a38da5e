"""The hour ledger: every hour as well known as it was seen, and no better."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.household.hours import Hour, Quality
from appliance.household.ledger import HourLedger

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
STEP_S = 10


class Truth:
    """A load that changes at the readings only, its register, and a ledger that reads it."""

    def __init__(self, start: datetime = START) -> None:
        self.ledger = HourLedger()
        self.utc = start
        self.now = 1000.0
        self.register_wh = 5_000_000.0
        self.hours: dict[datetime, float] = {}
        self.peak_w = 0.0

    def live(self, seconds: int, power_w: float, *, heard: bool = True, registers: bool = True) -> None:
        """Let time pass at one power: read every ten seconds when heard, with the hourly register if `registers`."""
        self.peak_w = max(self.peak_w, power_w)
        for _ in range(seconds // STEP_S):
            if heard:
                self.ledger.power(power_w, 0.0, self.now, self.utc)
            if registers and self.utc.minute == 0 and self.utc.second == 0:
                self.ledger.register(self.register_wh, 0.0, "id", self.now, self.utc)
            hour = self.utc.replace(minute=0, second=0)
            energy = power_w * STEP_S / 3600
            self.hours[hour] = self.hours.get(hour, 0.0) + energy
            self.register_wh += energy
            self.utc += timedelta(seconds=STEP_S)
            self.now += STEP_S

    def ended(self, hours_after_start: int) -> Hour | None:
        start = START + timedelta(hours=hours_after_start)
        return next((hour for hour in self.ledger.ended if hour.start == start), None)


def test_an_hour_between_two_registers_is_metered():
    truth = Truth()
    truth.live(3600, 2000)
    truth.live(60, 1000)

    hour = truth.ended(0)
    assert hour is not None
    assert (hour.quality, pytest.approx(hour.coverage)) == (Quality.METERED, 1.0)
    assert hour.import_wh == pytest.approx(2000)


def test_an_hour_whose_list_is_missing_is_integrated_and_so_is_the_next():
    truth = Truth()
    truth.live(3600, 2000)
    truth.live(3600, 1000, registers=False)
    truth.live(3600, 3000)
    truth.live(60, 0)

    for number, energy, known in (
        (0, 2000, Quality.INTEGRATED),
        (1, 1000, Quality.INTEGRATED),
        (2, 3000, Quality.METERED),
    ):
        hour = truth.ended(number)
        assert hour is not None
        assert (hour.quality, pytest.approx(hour.import_wh)) == (known if number else Quality.INTEGRATED, energy)


def test_an_hour_with_a_gap_is_known_partly_until_the_register_tells_it():
    truth = Truth()
    truth.live(1800, 2000)
    truth.live(600, 8000, heard=False)
    truth.live(1200, 2000)
    truth.live(10, 500, registers=False)
    partly = truth.ended(0)

    assert partly is not None
    assert partly.quality is Quality.PARTLY
    assert partly.import_wh < truth.hours[START]
    assert partly.coverage == pytest.approx(3000 / 3600, abs=0.01)

    truth = Truth()
    truth.live(10, 8000)  # so much the house has been seen to use
    truth.live(1790, 2000)
    truth.live(600, 8000, heard=False)
    truth.live(1200, 2000)
    truth.live(10, 500)
    metered = truth.ended(0)
    assert metered is not None
    assert (metered.quality, pytest.approx(metered.import_wh)) == (Quality.METERED, truth.hours[START])


def test_a_register_that_moved_over_two_hours_is_no_hours_value():
    truth = Truth()
    truth.live(600, 1000)
    truth.live(6600, 9000, heard=False, registers=False)
    truth.live(60, 1000)

    assert all(hour.quality is Quality.PARTLY for hour in truth.ledger.ended)
    assert sum(hour.import_wh for hour in truth.ledger.ended) < 1000


def test_a_register_of_another_meter_settles_nothing():
    truth = Truth()
    truth.live(1800, 2000)
    truth.live(1800, 2000, heard=False)
    truth.ledger.power(1000, 0.0, truth.now, truth.utc)
    truth.ledger.register(truth.register_wh, 0.0, "new", truth.now, truth.utc)

    hour = truth.ended(0)
    assert hour is not None
    assert hour.quality is Quality.PARTLY


def test_a_register_read_after_the_hour_settles_nothing_unless_the_time_between_was_seen():
    truth = Truth()
    truth.live(1800, 2000)
    truth.live(1800, 2000, heard=False)
    truth.live(60, 60_000, heard=False, registers=False)
    truth.ledger.power(1000, 0.0, truth.now, truth.utc)
    truth.ledger.register(truth.register_wh, 0.0, "id", truth.now, truth.utc)

    hour = truth.ended(0)
    assert hour is not None
    assert hour.quality is Quality.PARTLY


@pytest.mark.parametrize("jump_wh", [-3000.0, 1000.0, 500_000.0])
def test_a_register_that_contradicts_the_integral_does_not_change_the_hour(jump_wh):
    truth = Truth()
    truth.live(3600, 2000)
    truth.ledger.power(1000, 0.0, truth.now, truth.utc)
    truth.ledger.register(truth.register_wh + jump_wh, 0.0, "id", truth.now, truth.utc)

    hour = truth.ended(0)
    assert hour is not None
    assert (hour.quality, pytest.approx(hour.import_wh)) == (Quality.INTEGRATED, 2000)


def test_an_export_register_that_contradicts_an_hour_seen_whole_does_not_change_its_export():
    """The house has used 2 kW at most and sold nothing; what was not seen could have sold 2 kWh, but all was seen."""
    truth = Truth()
    truth.live(3600, 2000)
    truth.live(3600, 2000)
    truth.ledger.power(1000, 0.0, truth.now, truth.utc)
    truth.ledger.register(truth.register_wh, 1500.0, "id", truth.now, truth.utc)

    hour = truth.ended(1)
    assert hour is not None
    assert (hour.quality, hour.export_quality) == (Quality.METERED, Quality.INTEGRATED)
    assert hour.export_wh == 0


@pytest.mark.parametrize(("used_w", "kept"), [(0, True), (99_000, True), (101_000, False)])
def test_what_was_used_over_hours_that_nobody_heard_is_kept_where_a_household_can_have_used_it(used_w, kept):
    truth = Truth()
    truth.live(10, used_w)
    truth.live(7190, used_w, heard=False, registers=False)
    truth.live(10, used_w)

    spans = [(span.start, span.end, pytest.approx(span.import_wh)) for span in truth.ledger.unwritten()[1]]
    assert spans == ([(START, START + timedelta(hours=2), used_w * 2)] if kept else [])


def test_a_clock_set_back_by_an_hour_counts_no_hour_twice():
    truth = Truth()
    truth.live(3600, 2000)
    truth.live(1800, 2000)
    truth.utc -= timedelta(hours=1)
    truth.live(3600, 2000, registers=False)
    truth.live(3600, 2000, registers=False)

    starts = [hour.start for hour in truth.ledger.ended]
    assert len(starts) == len(set(starts))
    assert all(hour.import_wh <= 2001 for hour in truth.ledger.ended)


def test_a_clock_corrected_by_seconds_over_the_full_hour_keeps_both_hours():
    truth = Truth()
    truth.live(3610, 2000)
    truth.utc -= timedelta(seconds=20)
    truth.live(3600, 2000)
    truth.live(60, 2000)

    first, second = truth.ended(0), truth.ended(1)
    assert first is not None
    assert second is not None
    assert first.import_wh == pytest.approx(2000, abs=20)
    assert second.import_wh == pytest.approx(2000, abs=20)
    assert second.coverage > 0.99


def test_nothing_is_known_of_the_running_hour_before_the_time_is():
    ledger = HourLedger()
    for now in range(0, 100, 10):
        ledger.power(2000, 0.0, float(now), None)

    assert ledger.running is None


def test_an_hour_that_began_before_the_time_was_known_is_whole_if_its_beginning_was_seen():
    ledger = HourLedger()
    for now in range(0, 100, 10):
        ledger.power(3600, 0.0, float(now), None)
    ledger.power(3600, 0.0, 100.0, START + timedelta(seconds=10))

    assert ledger.running is not None
    assert ledger.running.whole
    assert ledger.running.import_wh == pytest.approx(10)


stretches = st.lists(
    st.tuples(
        st.integers(1, 400), st.integers(0, 12_000), st.booleans(), st.booleans(), st.sampled_from([0, 0, 0, 1, 2])
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=300)
@given(stretches)
def test_whatever_is_lost_repeated_or_late_the_ledger_never_says_more_than_was(lived):
    truth = Truth(START + timedelta(minutes=17))
    for steps, power_w, heard, registers, repeats in lived:
        truth.live(steps * STEP_S, power_w, heard=heard, registers=registers)
        for _ in range(repeats):  # the last hourly list once more, as it was or late
            hour = truth.utc.replace(minute=0, second=0)
            stuck = truth.register_wh - truth.hours.get(hour, 0.0)
            truth.ledger.register(stuck, 0.0, "id", truth.now - (truth.utc - hour).total_seconds(), hour)

    starts = [hour.start for hour in truth.ledger.ended]
    assert all(one < other for one, other in pairwise(starts))
    for hour in truth.ledger.ended:
        was = truth.hours[hour.start]
        assert hour.import_wh <= truth.peak_w + 1
        assert 0 <= hour.coverage <= 1
        match hour.quality:
            case Quality.METERED:
                assert hour.import_wh == pytest.approx(was, abs=0.01)
            case Quality.INTEGRATED:
                # A power is held for up to 30 s when the next reading is late, and 3 s may be missed.
                assert hour.import_wh == pytest.approx(was, abs=12_000 * 30 * len(lived) / 3600)
            case Quality.PARTLY:
                assert hour.import_wh <= was + 12_000 * 30 * len(lived) / 3600
