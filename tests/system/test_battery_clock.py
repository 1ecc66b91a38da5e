"""The battery clock: believed with our mark only, set whole or not at all, and no other chip is touched."""

import errno
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.system.battery_clock import BatteryClock, NoClockError
from tests.system.ds3231 import DS3231

NOON = datetime(2026, 11, 27, 12, 34, 56, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2097, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))


def test_a_new_chip_tells_nothing():
    assert BatteryClock(DS3231().open).read() is None


def test_the_registers_of_a_set_time_are_the_data_sheets():
    chip = DS3231()
    BatteryClock(chip.open).set(NOON)

    assert chip.registers[:7] == bytes((0x56, 0x34, 0x12, 5, 0x27, 0x11, 0x26))  # a Friday, the fifth day
    assert (chip.registers[0x0E], chip.registers[0x0F]) == (0x1C, 0x08)  # runs on the cell; the stop flag is gone
    assert chip.opened == chip.closed


@given(MOMENTS, st.floats(0, 400 * 86400))
def test_what_was_set_runs_on_in_the_dark(moment, dark_s):
    chip = DS3231()
    clock = BatteryClock(chip.open)
    clock.set(moment)
    chip.runs(dark_s)

    shown = clock.read()
    assert shown is not None
    assert abs(shown - moment - timedelta(seconds=dark_s)) <= timedelta(seconds=1.5)


@pytest.mark.parametrize(
    ("register", "octet"),
    [(0x0F, 0x88), (0x0E, 0x9C), (0x02, 0x52), (0x08, 0x00), (0x0D, 0x28), (0x01, 0x5A), (0x05, 0x13), (0x04, 0x00)],
    ids=["stopped", "stops on its cell", "12 hours", "no mark", "half a mark", "no minute", "month 13", "day 0"],
)
def test_a_chip_that_stopped_or_was_set_by_somebody_else_is_not_believed(register, octet):
    chip = DS3231()
    clock = BatteryClock(chip.open)
    clock.set(NOON)
    assert clock.read() == NOON
    chip.registers[register] = octet

    assert clock.read() is None


def test_the_mark_of_a_version_before_is_known():
    chip = DS3231()
    BatteryClock(chip.open).set(NOON)
    chip.registers[0x07] = 0x37  # it stood in the seconds of alarm 1 too

    assert BatteryClock(chip.open).read() == NOON


@pytest.mark.parametrize("writes", range(5))
def test_a_cut_while_it_is_set_leaves_it_without_the_mark(writes):
    chip = DS3231()
    clock = BatteryClock(chip.open)
    clock.set(NOON)
    chip.writes.clear()
    chip.breaks_after = writes
    with pytest.raises(OSError, match="power"):
        clock.set(NOON + timedelta(days=1))

    assert clock.read() in ((NOON,) if writes == 0 else (None,))


@pytest.mark.parametrize(
    ("number", "word"), [(errno.EREMOTEIO, "no battery"), (errno.EBUSY, "kernel"), (errno.ENOENT, "no")]
)
def test_no_chip_and_the_kernels_own_are_told_in_words(number, word):
    chip = DS3231()
    chip.there, chip.error = False, number
    with pytest.raises(NoClockError, match=word):
        BatteryClock(chip.open).read()


def test_a_disturbed_bus_is_no_missing_chip():
    chip = DS3231()
    chip.there, chip.error = False, errno.EIO
    with pytest.raises(OSError, match="no answer"):
        BatteryClock(chip.open).read()


@pytest.mark.parametrize("register", [0x00, 0x03, 0x05, 0x0F, 0x12])
def test_another_chip_at_its_address_is_left_alone(register):
    chip = DS3231()
    chip.registers[register] = 0xFF
    with pytest.raises(NoClockError, match="no DS3231"):
        BatteryClock(chip.open).set(NOON)

    assert chip.writes == []
