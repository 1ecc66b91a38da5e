"""The registers at this moment: arithmetic of what a meter counts, against what is shown of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.checkpoint import Restored
from appliance.household.household import Household
from appliance.household.live_register import LiveRegisters
from appliance.household.rules import Rules
from appliance.household.seen import NOTHING_SEEN, Seen
from appliance.meter.reading import Maker, MeterClock, Reading

LIST_1 = Reading(offset=0, length=44, maker=Maker.AIDON, elements=1, power_import_w=0)
LIST_3 = replace(LIST_1, elements=14, meter_id="7359992899161110", meter_type="6525")
START = datetime(2026, 11, 26, 6, tzinfo=UTC)
HOURS_KW = (1, 1, 6, 2, 1, 3)


def seen(wh: float, exported: float = 0.0) -> Seen:
    return Seen(import_wh=wh, export_wh=exported, seconds=10.0)


def hourly(t: int, register_wh: float, power_w: float, export_wh: float | None = None, **changes: object) -> Reading:
    """The list of ten seconds past the hour: the register stood so at the full hour."""
    wall = START + timedelta(hours=1, seconds=t - 10)  # Norwegian winter time
    clock = MeterClock(wall.replace(tzinfo=None), None)
    return replace(
        LIST_3,
        clock=clock,
        power_import_w=power_w,
        energy_import_wh=register_wh,
        energy_export_wh=export_wh,
        **changes,
    )


def lived(error: float, *, restart_at: int | None = None) -> dict[int, float | None]:
    """The live import by the second, Wh, of a meter that counts HOURS_KW; its powers are wrong by a share."""
    household, shown = Household(Rules()), {}
    for t in range(0, 3600 * len(HOURS_KW), 10):
        household.system_clock(START + timedelta(seconds=t), True, t)
        hour = t // 3600
        power_w = HOURS_KW[hour] * 1000 * (1 + error)
        reading = replace(LIST_1, power_import_w=power_w)
        if t % 3600 == 10:
            reading = hourly(t, 100_000 + 1000 * sum(HOURS_KW[:hour]), power_w)
        household.reading(reading, t)
        if t == restart_at:
            checkpoint = household.record(t).checkpoint
            household = Household(Rules())
            household.restore(Restored(checkpoint=checkpoint, downtime_s=5.0), t + 5)
        shown[t] = household.situation(t + 9.5).registers.import_wh
    return shown


@pytest.mark.parametrize("restart_at", [None, 9000])
@pytest.mark.parametrize("error", [-0.01, 0.0, 0.01])
def test_each_hours_energy_is_in_its_hour(error, restart_at):
    shown = lived(error, restart_at=restart_at)
    ends = [shown[3600 * hour - 10] for hour in range(1, len(HOURS_KW) + 1)]

    # The first hour's begins with the first register, ten seconds after the hour.
    by_hour = [ends[0] - 100_000, *(after - before for before, after in pairwise(ends))]
    for true_kw, wh in zip(HOURS_KW, by_hour, strict=True):
        assert wh == pytest.approx(1000 * true_kw, abs=max(20, 30 * true_kw)), by_hour


@pytest.mark.parametrize("error", [-0.01, 0.01])
def test_what_is_shown_never_falls(error):
    shown = [wh for wh in lived(error, restart_at=9000).values() if wh is not None]

    assert shown == sorted(shown)
    assert len(shown) == len(HOURS_KW) * 360 - 1  # all but the ten seconds before the first register


def test_the_register_as_listed_is_beside_it():
    household = Household(Rules())
    household.system_clock(START, True, 0)
    household.reading(hourly(10, 100_000, 3600.0, export_wh=7000.0), 10)
    household.reading(replace(LIST_1, power_import_w=3600.0), 20)
    registers = household.situation(25).registers

    assert (registers.listed_import_wh, registers.listed_export_wh) == (100_000, 7000)
    # 3.6 kW is 1 Wh a second, and the power that came first with the register says nothing of the time before it.
    assert registers.import_wh == pytest.approx(100_015)
    assert registers.export_wh == 7000


def test_before_the_first_register_nothing_is_known():
    household = Household(Rules())
    household.reading(LIST_1, 0)

    assert household.situation(1).registers.import_wh is None


def live(registers: LiveRegisters) -> float | None:
    return registers.live_wh(NOTHING_SEEN)[0]


def test_another_meter_begins_anew():
    registers = LiveRegisters()
    registers.take("old", 20_000_000, None, NOTHING_SEEN, 1.0)
    registers.credit(seen(500), 10)
    assert live(registers) == 20_000_500

    registers.take("new", 300, None, NOTHING_SEEN, 1.0)
    assert live(registers) == 300


def test_the_past_of_a_used_meter_is_no_energy_of_today():
    registers = LiveRegisters()
    registers.take("old", 20_000_000, None, NOTHING_SEEN, 1.0)
    registers.take("used before", 35_000_000, None, NOTHING_SEEN, 1.0)
    assert live(registers) == 0

    registers.take("used before", 35_001_000, None, seen(5), 1.0)
    assert live(registers) == 1005


def test_a_register_that_falls_is_believed_once_the_next_goes_on_from_it():
    registers = LiveRegisters()
    registers.take("", 20_000_000, None, NOTHING_SEEN, 1.0)
    registers.credit(seen(100), 10)
    registers.take("", 2000, None, NOTHING_SEEN, 1.0)
    registers.take("", 2000, None, NOTHING_SEEN, 1.0)
    assert live(registers) == 20_000_100

    registers.take("", 3000, None, NOTHING_SEEN, 1.0)
    assert live(registers) == 3000


def test_an_old_list_that_comes_again_changes_nothing():
    registers = LiveRegisters()
    registers.take("a", 1000, None, NOTHING_SEEN, 1.0)
    registers.take("a", 2000, None, NOTHING_SEEN, 1.0)
    registers.credit(seen(300), 10)
    for listed in (2000, 1000, 1000, 2000):
        registers.take("a", listed, None, NOTHING_SEEN, 1.0)

    assert live(registers) == 2300


def test_a_unit_that_is_found_later_books_no_energy():
    """A Kamstrup in Sweden counts in Wh, where the description says 10 Wh."""
    registers = LiveRegisters()
    registers.take("a", 50_000_000, None, NOTHING_SEEN, None)
    registers.credit(seen(1000), 10)
    assert live(registers) == 50_001_000

    registers.take("a", 50_010_000, None, NOTHING_SEEN, 0.1)
    assert live(registers) == 0
    registers.take("a", 50_020_000, None, NOTHING_SEEN, None)
    assert live(registers) == 1000


@given(
    hours=st.lists(
        st.tuples(st.integers(0, 20_000), st.floats(0.9, 1.1), st.booleans(), st.integers(0, 35)),
        min_size=2,
        max_size=12,
    )
)
def test_it_is_the_register_and_never_falls(hours):
    """Any hours: their energy, how wrong the integral is, whether the hourly list is missing, where it restarts."""
    registers, counted, before, error_wh = LiveRegisters(), 5_000_000.0, 0.0, 0.0
    registers.take("a", counted, None, NOTHING_SEEN, 1.0)
    for energy_wh, factor, missing, restarts in hours:
        for step in range(36):
            counted += energy_wh / 36
            error_wh += abs(factor - 1) * energy_wh / 36
            registers.credit(seen(energy_wh / 36 * factor), step)
            if step == restarts:
                kept, registers = registers.checkpoint, LiveRegisters()
                registers.restore(kept, step)
            now = live(registers)
            assert now is not None
            assert now >= before
            before = now
            # Never further off than the integral since the last register that came, and what it stood above it.
            assert abs(now - counted) <= error_wh + 1e-3
        if not missing:
            registers.take("a", counted, None, NOTHING_SEEN, 1.0)
