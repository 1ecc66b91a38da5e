"""One folder for all commands, and what root leaves in it: real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.history.database import HISTORY_FILE
from appliance.install import network
from appliance.settings.effective import effective_settings
from appliance.system.as_owner import as_owner
from tests.conftest import NOBODY
from tests.started import CAP_S, MOCK_PINS, Started, command

SECRET = '[network]\nname = "Home"\npassphrase = "of the former owner"\ncountry = "NO"\n'
DEVICES = '[line]\nport = "/dev/no-such-port"\n[display]\nbus = 31\n'


def written(folder: Path, text: str) -> str:
    (folder / "appliance.toml").write_text(text)
    return str(folder / "appliance.toml")


def asked(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "appliance", *arguments],
        capture_output=True,
        text=True,
        timeout=2 * CAP_S,
        env={**os.environ, **environ},
    )


def test_every_command_finds_what_the_service_keeps_in_the_folder_that_is_named(tmp_path: Path):
    data, state = tmp_path / "data", tmp_path / "state"
    state.mkdir()
    settings = written(tmp_path, f'{DEVICES}[data]\nfolder = "{data}"\n')
    with Started("run", "--config", settings, **MOCK_PINS, STATE_DIRECTORY=str(state)) as run:
        run.wait_for(lambda: (data / "control.sock").exists())
        run.wait_for(lambda: asked("status", "--config", settings).returncode == 0)
        correction = asked("peaks", "set", "2026-01-14", "17", "6.42", "--config", settings)
        assert "the running appliance has written it" in correction.stdout
        run.end()
    export = asked("export", "--from", "2026-01-14", "--to", "2026-01-14", "--csv", "--config", settings)

    assert "6,420" in export.stdout
    assert not (state / HISTORY_FILE).exists()


def test_a_mistake_in_the_file_hides_no_running_appliance(tmp_path: Path):
    runtime = tmp_path / "run"
    runtime.mkdir()
    settings = written(tmp_path, f'{DEVICES}[data]\nfolder = "{tmp_path}/data"\n')
    with Started("run", "--config", settings, **MOCK_PINS, RUNTIME_DIRECTORY=str(runtime)) as run:
        run.wait_for(lambda: (tmp_path / "data" / "control.sock").exists() and (runtime / "control.sock").exists())
        run.wait_for(lambda: asked("status", "--config", settings).returncode == 0)
        written(tmp_path, f'{DEVICES}x = 1\n[data]\nfolder = "{tmp_path}/data"\n')
        assert asked("status", "--config", settings).returncode == 0
        (tmp_path / "appliance.toml").write_text("data = [[[")
        assert asked("status", "--config", settings, RUNTIME_DIRECTORY=str(runtime)).returncode == 0
        nobody = asked("status", "--config", settings)
        run.end()

    assert nobody.returncode == 2
    assert "no appliance is running" not in nobody.stderr
    assert "no running appliance was found" in nobody.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files that another user cannot write")
def test_an_hour_that_root_corrects_is_in_a_file_of_the_services(tmp_path: Path, theirs: Path):
    settings = written(tmp_path, f'[data]\nfolder = "{theirs}"\n')
    done = asked("peaks", "set", "2026-01-14", "17", "6.42", "--config", settings)

    assert (done.returncode, done.stderr) == (0, "")
    assert {path.stat().st_uid for path in theirs.iterdir()} == {NOBODY}


def test_the_report_takes_no_settings_from_the_folder_and_writes_nothing_there(tmp_path: Path, theirs: Path):
    settings = written(tmp_path, f'{DEVICES}[data]\nfolder = "{theirs}"\n')
    asked("peaks", "set", "2026-01-14", "17", "6.42", "--config", settings)
    for name in ("-wal", "-shm"):
        (theirs / (HISTORY_FILE + name)).unlink(missing_ok=True)  # as after a clean end
    victim = tmp_path / "victim"
    victim.write_text("root's own")
    for name in ("last-good.toml.new", "choices.toml", "control.sock"):
        (theirs / name).symlink_to(victim)
    (theirs / "last-good.toml").write_text("[thresholds]\nact_w = 7777\n" + SECRET)
    written(tmp_path, f'x = 1\n{DEVICES}[data]\nfolder = "{theirs}"\n')
    before = sorted((path.name, path.lstat().st_mtime_ns) for path in theirs.iterdir())

    done = asked("report", str(tmp_path / "made" / "too"), "--config", settings)

    assert done.returncode == 0, done.stderr
    assert "x is not a setting" in done.stderr
    assert "the report goes by the defaults" in done.stderr
    assert victim.read_text() == "root's own"
    assert sorted((path.name, path.lstat().st_mtime_ns) for path in theirs.iterdir()) == before
    folder = Path(done.stdout.strip())
    told = {path.name: path.read_text(encoding="utf-8-sig") for path in folder.iterdir()}
    assert "6,420" in told["hours.csv"]
    assert "x er ingen innstilling" in told["settings.txt"]
    assert "de forrige innstillingene gjelder" not in told["settings.txt"]
    assert not any("7777" in text or "former owner" in text for text in told.values())


def test_with_a_mistake_in_the_file_there_is_no_network_whatever_was_remembered(
    tmp_path: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from appliance.commands.main import main

    (theirs / "last-good.toml").write_text(SECRET)
    monkeypatch.setattr(network, "apply", lambda wanted: pytest.fail(f"{wanted} was applied"))
    settings = written(tmp_path, f'x = 1\n[data]\nfolder = "{theirs}"\n')

    assert main(["network", "--config", settings]) == 2
    assert "x is not a setting" in (said := capsys.readouterr().err)
    assert "there is no network until it is mended" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not read")
def test_who_may_not_read_what_was_chosen_is_not_told_that_it_does_not_count(theirs: Path):
    closed = theirs.parent / "closed"
    closed.mkdir(mode=0o700)
    (closed / "choices.toml").write_text("limit_kw = 5\n")
    settings = Path(written(theirs.parent, f'x = 1\n[data]\nfolder = "{closed}"\n'))

    effective_settings(settings)  # loads what that user may not, where Python itself is root's
    told = as_owner(theirs, lambda: "\n".join(effective_settings(settings).mistakes))

    assert "the last good settings are in force, if" in told
    assert "the defaults are in force" not in told
    assert "this user may not read what was chosen on the panel; it may count all the same" in told


def test_what_is_in_force_after_a_mistake_is_said_as_it_is(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    bad = f'x = 1\n{DEVICES}[data]\nfolder = "{data}"\n'
    settings = written(tmp_path, bad)
    assert "the defaults are in force" in command("config", "show", "--config", settings)[2]
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: any("the defaults are in force" in line for line in run.said))
        run.wait_for(lambda: "the defaults are in force" in asked("status", "--config", settings).stdout)
        run.end()
    (data / "last-good.toml").write_text("[thresholds]\nact_w = 7777\n")

    code, shown, why = command("config", "show", "--config", settings)

    assert code == 2
    assert "7777" in shown
    assert "the last good settings are in force" in why
    assert "the defaults" not in why
