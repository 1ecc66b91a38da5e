"""What becomes of the panel when a part of the program has a mistake in it, or the settings are read again."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.household.household import Household
from appliance.household.situation import Level, Situation
from appliance.service.outputs import Watch
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.settings.last_good import LoadedSettings
from appliance.settings.model import Settings
from appliance.simulation.oled import Glass
from appliance.system.health import Fault, FaultKind
from appliance.system.timebase import Timebase
from tests.started import CAP_S, ENDS_S, MOCK_PINS, Started


async def test_a_household_that_fails_leaves_no_old_number_and_the_panel_says_so(monkeypatch: pytest.MonkeyPatch):
    seen: list[Situation] = []
    supervisor = appliance(
        Settings(),
        Timebase(50),
        Machine(open_bus=Glass("ssd1309").open, pin_factory=MockFactory(pin_class=MockPWMPin)),
        outputs=(Watch(seen.append),),
    )
    task = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(CAP_S):
        while not seen:  # noqa: ASYNC110 - what is waited for happens in another task
            await asyncio.sleep(0.01)

        def fail(*_arguments: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(Household, "situation", fail)
        while Fault(FaultKind.PART, "household") not in seen[-1].health.faults:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert seen[-1].level is Level.FAULT
    assert seen[-1].power_import_w is None


GOOD = "[thresholds]\nwatch_w = 3000\nact_w = 4000\n"
BAD = "[thresholds]\nact_w = 200\n"


def told(run: Started, folder: Path, settings: Path, text: str, said: str) -> None:
    settings.write_text(f'{text}[data]\nfolder = "{folder}"\n')
    run.process.send_signal(signal.SIGHUP)
    run.wait_for(lambda: any(said in line for line in run.said))


def test_a_hangup_reads_the_settings_again_and_a_mistake_changes_nothing(tmp_path: Path):
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[data]\nfolder = "{tmp_path}"\n')
    with Started("run", "-v", "--config", str(settings), **MOCK_PINS) as run:
        run.wait_for((tmp_path / "control.sock").exists)
        told(run, tmp_path, settings, GOOD, "the settings were read again")
        told(run, tmp_path, settings, BAD, "must be above 0 and below act_w (200)")
        told(run, tmp_path, settings, GOOD + '[line]\nport = "/dev/other"\n', "when the appliance is started anew")
        assert run.end() < ENDS_S
    assert any("nothing is changed" in line for line in run.said)


async def test_new_settings_hold_at_once_and_a_mistake_in_them_stands_on_the_panel():
    seen: list[Situation] = []
    supervisor = appliance(
        Settings(),
        Timebase(50),
        Machine(open_bus=Glass("ssd1309").open, pin_factory=MockFactory(pin_class=MockPWMPin)),
        outputs=(Watch(seen.append),),
    )
    supervisor.reload(LoadedSettings(settings_file.parse(GOOD, "test")))
    assert seen[-1].act_w == 4000

    supervisor.reload(LoadedSettings(Settings(), "appliance.toml: act_w is no good"))
    supervisor.apply(settings_file.parse(GOOD, "test"))
    assert seen[-1].act_w == 4000
    assert seen[-1].health.faults == (Fault(FaultKind.SETTINGS, "appliance.toml: act_w is no good"),)

    supervisor.reload(LoadedSettings(settings_file.parse(GOOD, "test")))
    assert seen[-1].health.faults == ()


async def test_new_settings_say_for_line_and_household_alike_how_long_a_meter_may_be_silent():
    supervisor = appliance(
        Settings(),
        Timebase(50),
        Machine(open_bus=Glass("ssd1309").open, pin_factory=MockFactory(pin_class=MockPWMPin)),
    )
    supervisor.apply(settings_file.parse("[readings]\nsilent_s = 600\n", "test"))

    assert supervisor._parts.line._reader._watch.silent_s == 600
    assert supervisor._household._latest._stale_s == 600
