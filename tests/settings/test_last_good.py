"""The settings that the appliance runs on when its file is no good: real files, a real process."""

from pathlib import Path

import pytest

from appliance.settings import last_good, settings_file
from appliance.settings.model import SECRETS, NetworkSettings, Settings
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
    assert any("the defaults are in force" in line for line in run.said)
    assert not any("last good" in line for line in run.said)


SECRET = (
    '[network]\nwired = true\nname = "Home"\npassphrase = "of the former owner"\ncountry = "NO"\n'
    'ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFo0v7kKQ1m4c2V0b2xkLW9yLW5ldy1ubw8xq me"\n'
)


def test_the_copy_has_no_network_and_no_secret(file: Path, folder: Path):
    file.write_text(GOOD + SECRET)
    assert last_good.load_or_last_good(file, folder).settings.network.name == "Home"
    assert (folder / last_good.LAST_GOOD_FILE).read_text() == GOOD


def test_every_secret_key_is_left_out_wherever_it_stands():
    tables = {table: {key: "x", "other": 1} for table, _, key in (name.partition(".") for name in SECRETS)}

    assert all("x" not in str(last_good.without_secrets({name: value})) for name, value in tables.items())


def test_a_key_that_was_taken_out_of_the_file_is_gone_although_the_file_has_a_mistake(file: Path, folder: Path):
    file.write_text(GOOD + SECRET)
    last_good.load_or_last_good(file, folder)
    file.write_text(GOOD + "x = 1\n")

    found = last_good.load_or_last_good(file, folder)

    assert (found.settings.network, found.settings.thresholds.act_w) == (NetworkSettings(), 4000)


def test_an_older_copy_with_a_network_is_read_without_it_and_written_again(file: Path, folder: Path):
    (folder / last_good.LAST_GOOD_FILE).write_text(GOOD + SECRET)
    file.write_text(BAD)

    found = last_good.load_or_last_good(file, folder)

    assert (found.settings.network, found.settings.thresholds.act_w) == (NetworkSettings(), 4000)
    assert (folder / last_good.LAST_GOOD_FILE).read_text() == GOOD


def test_a_link_in_the_place_of_the_copy_is_neither_read_nor_written_through(file: Path, folder: Path):
    victim = file.with_name("victim.toml")
    victim.write_text(GOOD)
    for name in (last_good.LAST_GOOD_FILE, last_good.LAST_GOOD_FILE + ".new"):
        (folder / name).symlink_to(victim)
    file.write_text(BAD)
    assert last_good.load_or_last_good(file, folder).settings == Settings()
    file.write_text("language = 'en'\n")
    last_good.load_or_last_good(file, folder)

    assert victim.read_text() == GOOD
    assert not (folder / last_good.LAST_GOOD_FILE).is_symlink()


@pytest.mark.parametrize("kept", [b"x = " + b"[" * 200_000, b"x = 1" + b"0" * 5000, b"\xff\xfe", b"\0" * 2_000_000])
def test_whatever_is_remembered_the_start_goes_on(file: Path, folder: Path, kept: bytes):
    (folder / last_good.LAST_GOOD_FILE).write_bytes(kept)
    file.write_text(BAD)

    found = last_good.load_or_last_good(file, folder)

    assert (found.settings, found.defaults) == (Settings(), True)
    assert not (folder / last_good.LAST_GOOD_FILE).exists()


def test_who_names_a_folder_gets_the_last_good_settings_from_there_and_keeps_it(file: Path, folder: Path):
    file.write_text(f'{GOOD}[data]\nfolder = "{folder}"\n')
    last_good.load_or_last_good(file)
    file.write_text(f'{BAD}[data]\nfolder = "{folder}"\n')

    found = last_good.load_or_last_good(file)

    assert (found.defaults, found.settings.thresholds.act_w, found.settings.data.folder) == (False, 4000, str(folder))
    (folder / last_good.LAST_GOOD_FILE).unlink()
    found = last_good.load_or_last_good(file)
    assert (found.defaults, found.settings.thresholds.act_w, found.settings.data.folder) == (True, None, str(folder))
