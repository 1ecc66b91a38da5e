"""What is asked of the system with the buttons is a file in the runtime directory; a refusal where there is none."""

from pathlib import Path

import pytest

from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.panel.menu import Command, Install
from appliance.service.actions import REQUEST, SHUTDOWN, Actions
from appliance.settings.choices import AS_SET, ChoiceStore
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker


def actions(runtime: Path | None) -> Actions:
    timebase = Timebase()
    return Actions(Household(Rules()), ChoiceStore(None, AS_SET, timebase, Worker("disk", 30.0)), timebase, runtime)


def test_a_version_is_asked_for_by_its_number(tmp_path: Path) -> None:
    assert actions(tmp_path).do(Install(1_700_000_000))
    assert int((tmp_path / REQUEST).read_bytes()) == 1_700_000_000
    assert {path.name for path in tmp_path.iterdir()} == {REQUEST}


def test_switching_off_is_asked_for_by_a_file(tmp_path: Path) -> None:
    assert actions(tmp_path).do(Command.SHUT_DOWN)
    assert {path.name for path in tmp_path.iterdir()} == {SHUTDOWN}


@pytest.mark.parametrize("action", [Install(1), Command.SHUT_DOWN])
def test_where_nobody_looks_for_it_it_cannot_be_had(action: Install | Command, tmp_path: Path) -> None:
    assert not actions(None).do(action)
    assert not actions(tmp_path / "none").do(action)
