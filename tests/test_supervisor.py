"""What becomes of the panel when a part of the program has a mistake in it."""

import asyncio
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.assembly import appliance
from appliance.household.household import Household
from appliance.household.situation import Level, Situation
from appliance.panel.glass import Glass
from appliance.settings import Settings
from appliance.timebase import Timebase
from appliance.upkeep import Fault, Trouble


async def test_a_household_that_fails_leaves_no_old_number_and_the_panel_says_so(monkeypatch: pytest.MonkeyPatch):
    seen: list[Situation] = []
    supervisor = appliance(
        Settings(),
        Timebase(50),
        glass=Glass("ssd1309"),
        pin_factory=MockFactory(pin_class=MockPWMPin),
        watch=seen.append,
    )
    task = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(20):
        while not seen:  # noqa: ASYNC110 - what is waited for happens in another task
            await asyncio.sleep(0.01)

        def fail(*_arguments: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(Household, "situation", fail)
        while Trouble(Fault.ROOM, "household") not in seen[-1].upkeep.troubles:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert seen[-1].level is Level.FAULT
    assert seen[-1].power_import_w is None
