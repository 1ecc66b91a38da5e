"""The battery clock in the appliance: read once, set when the time is certain, and never a fault of the panel."""

import asyncio
import errno
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.service.battery import BatteryKeeper
from appliance.system.battery_clock import BatteryClock
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from tests.started import CAP_S
from tests.system.ds3231 import DS3231

NOON = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)


def kept(chip: DS3231, household: Household, timebase: Timebase) -> BatteryKeeper:
    return BatteryKeeper(BatteryClock(chip.open), household, timebase, Worker("battery clock", CAP_S))


async def until(keeper: BatteryKeeper, holds: Callable[[], bool]) -> None:
    """Run it until something holds; where it ends before, that must hold then."""
    task = asyncio.create_task(keeper.run())
    async with asyncio.timeout(CAP_S):
        while not holds() and not task.done():  # noqa: ASYNC110 - what is waited for happens in another thread
            await asyncio.sleep(0.005)
    ended = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert holds()
    assert not ended or task.exception() is None


async def test_a_set_chip_tells_the_time_before_the_first_list():
    chip, household, timebase = DS3231(), Household(Rules()), Timebase()
    BatteryClock(chip.open).set(NOON)
    await until(kept(chip, household, timebase), lambda: household.utc(0.0) is not None)

    utc = household.utc(timebase.now())
    assert utc is not None
    assert abs((utc - NOON).total_seconds()) < CAP_S


async def test_a_new_chip_is_set_once_a_network_has_told_the_time():
    chip, household, timebase = DS3231(), Household(Rules()), Timebase()
    household.system_clock(NOON, True, timebase.now())
    await until(kept(chip, household, timebase), lambda: len(chip.writes) == 5)

    shown = BatteryClock(chip.open).read()
    assert shown is not None
    assert abs((shown - NOON).total_seconds()) < CAP_S


async def test_a_chip_that_is_right_is_not_written():
    chip, household, timebase = DS3231(), Household(Rules()), Timebase()
    BatteryClock(chip.open).set(NOON)
    chip.writes.clear()
    household.system_clock(NOON, True, timebase.now())
    await until(kept(chip, household, timebase), lambda: chip.closed >= 3)

    assert chip.writes == []


@pytest.mark.parametrize("number", [errno.EREMOTEIO, errno.EBUSY, errno.EIO, errno.ENOENT])
async def test_without_a_chip_it_ends_in_words_and_not_in_a_fault(number, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    chip = DS3231()
    chip.there, chip.error = False, number
    await kept(chip, Household(Rules()), Timebase(1000)).run()

    assert "battery clock" in caplog.text
    assert "Traceback" not in caplog.text


async def test_another_chip_at_the_address_is_never_written():
    chip, household, timebase = DS3231(), Household(Rules()), Timebase()
    chip.registers[0x12] = 0x01
    household.system_clock(NOON, True, timebase.now())
    await kept(chip, household, timebase).run()

    assert chip.writes == []
