"""Where the files are: the same answer for the service and for every command beside it."""

from pathlib import Path

import pytest

from appliance.history.database import HISTORY_FILE
from appliance.service.local_socket import SOCKET
from appliance.settings import data_folder as rule
from appliance.settings import settings_file
from appliance.settings.model import Settings


def named(folder: Path) -> Settings:
    return settings_file.parse(f'[data]\nfolder = "{folder}"\n', "a.toml")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def unit(state: Path) -> dict[str, str]:
    """What systemd puts into the service's environment."""
    return {"STATE_DIRECTORY": str(state)}


def test_the_names_that_are_looked_for_are_those_of_the_files():
    assert {HISTORY_FILE, SOCKET} == set(rule._HELD)


def test_without_the_key_it_is_the_state_directory_or_the_usual_folder(state: Path, unit: dict[str, str]):
    assert rule.service_folder(Settings(), unit) == (state, None)
    assert rule.service_folder(Settings(), {}) == (Path("/var/lib/han-appliance"), None)
    assert rule.data_folder(Settings(), {}) == Path("/var/lib/han-appliance")


def test_the_folder_that_is_named_counts_for_all(tmp_path: Path, unit: dict[str, str]):
    settings = named(tmp_path / "named")

    for environ in (unit, {}):
        assert rule.service_folder(settings, environ) == (tmp_path / "named", None)
        assert rule.data_folder(settings, environ) == tmp_path / "named"


def test_a_folder_that_the_service_may_not_write_leaves_the_state_directory_and_is_named(
    state: Path, unit: dict[str, str]
):
    folder, why = rule.service_folder(named(Path("/proc/none/han")), unit)

    assert folder == state
    assert why == f"data.folder: the service may not write in /proc/none/han, so all is kept in {state}"
    (state / HISTORY_FILE).touch()
    assert rule.data_folder(named(Path("/proc/none/han")), unit) == state


def test_a_history_in_the_state_directory_is_gone_on_with(tmp_path: Path, state: Path, unit: dict[str, str]):
    """An older program took no notice of the key under systemd."""
    (state / HISTORY_FILE).touch()
    settings = named(tmp_path / "named")

    folder, why = rule.service_folder(settings, unit)
    assert (folder, rule.data_folder(settings, unit)) == (state, state)
    assert "until it is moved to" in str(why)

    assert not (tmp_path / "named").exists()
    (tmp_path / "named").mkdir()
    (state / HISTORY_FILE).rename(tmp_path / "named" / HISTORY_FILE)
    assert rule.service_folder(settings, unit) == (tmp_path / "named", None)
    assert rule.data_folder(settings, unit) == tmp_path / "named"


def test_whatever_the_file_says_the_runtime_and_the_state_directory_are_asked_too(
    tmp_path: Path, state: Path, unit: dict[str, str]
):
    file = tmp_path / "appliance.toml"
    file.write_text(f'x = \n[data]\nfolder = "{tmp_path}/named"\n')

    asked = rule.socket_folders(file, {**unit, "RUNTIME_DIRECTORY": f"{tmp_path}/run"})

    assert asked == [tmp_path / "named", tmp_path / "run", state]
