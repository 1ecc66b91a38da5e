"""The settings that the appliance runs on when its file is no good: real files, a real process."""

from pathlib import Path

import pytest

from appliance.settings import last_good, settings_file
from appliance.settings.model import Settings
from tests.started import MOCK_PINS, Started

GOOD = "[thresholds]\nwatch_w = 3000\nact_w = 4000\n"
BAD = "[thresholds]\nwatch_w = 3000\nact_w = 2000\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "appliance.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_a_good_file_is_taken_and_remembered(file: Path, folder: Path):
    file.write_text(GOOD)
    assert last_good.load_or_last_good(file, folder) == last_good.LoadedSettings(settings_file.parse(GOOD, "test"))
    assert (folder / last_good.LAST_GOOD_FILE).read_text() == GOOD


def test_a_mistake_leaves_the_last_good_settings_in_force_and_is_named(file: Path, folder: Path):
    file.write_text(GOOD)
    last_good.load_or_last_good(file, folder)
    file.write_text(BAD)
    found = last_good.load_or_last_good(file, folder)
    assert found.settings.thresholds.act_w == 4000
    assert found.mistake is not None
    assert "watch_w (3000) must be above 0 and below act_w (2000)" in found.mistake
    assert (folder / last_good.LAST_GOOD_FILE).read_text() == GOOD


def test_a_mistake_in_the_first_file_there_was_leaves_the_defaults(file: Path, folder: Path):
    file.write_text(BAD)
    found = last_good.load_or_last_good(file, folder)
    assert (found.settings, found.mistake is None) == (Settings(), False)


def test_a_file_that_is_gone_leaves_the_last_good_settings(file: Path, folder: Path):
    file.write_text(GOOD)
    last_good.load_or_last_good(file, folder)
    file.unlink()
    found = last_good.load_or_last_good(file, folder)
    assert found.settings.thresholds.act_w == 4000
    assert "No such file" in str(found.mistake)


def test_what_is_remembered_may_itself_be_no_good_any_more(file: Path, folder: Path):
    (folder / last_good.LAST_GOOD_FILE).write_text("of_another_program = 1\n")
    file.write_text(BAD)
    assert last_good.load_or_last_good(file, folder).settings == Settings()


def test_a_good_file_is_not_written_again(file: Path, folder: Path):
    file.write_text(GOOD)
    last_good.load_or_last_good(file, folder)
    first = (folder / last_good.LAST_GOOD_FILE).stat()
    last_good.load_or_last_good(file, folder)
    assert (folder / last_good.LAST_GOOD_FILE).stat().st_ino == first.st_ino


def test_a_folder_that_is_not_there_remembers_nothing_and_hurts_nobody(file: Path, tmp_path: Path):
    file.write_text(GOOD)
    assert last_good.load_or_last_good(file, tmp_path / "nowhere").mistake is None


def test_a_run_with_a_bad_file_says_so_and_runs(file: Path, folder: Path):
    file.write_text(BAD)
    with Started("run", "--config", str(file), **MOCK_PINS, STATE_DIRECTORY=str(folder)) as run:
        run.wait_for(lambda: any("must be above 0 and below act_w" in line for line in run.said))
        run.wait_for(lambda: (folder / "control.sock").exists())
        assert run.end() < 10
    assert any("the last good settings are in force" in line for line in run.said)
