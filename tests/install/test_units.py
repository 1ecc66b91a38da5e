"""The systemd units: judged by systemd's own tools, on the files that are installed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance.install import units
from appliance.service import local_socket, status
from tests.started import MOCK_PINS

CATALOGUE = "etc/systemd/system"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root directory with the files as `han-appliance units` writes them."""
    done = run(sys.executable, "-m", "appliance", "units", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(tmp_path / place) for place in units.PLACES.values()]
    return tmp_path


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def service(root: Path) -> str:
    return (root / CATALOGUE / "han-appliance.service").read_text(encoding="utf-8")


def test_the_exposure_without_a_network_is_at_most_one(root: Path):
    unit = str(root / CATALOGUE / "han-appliance.service")
    # systemd counts the threshold in tenths.
    done = run(tool("systemd-analyze"), "security", "--offline=yes", "--threshold=10", "--no-pager", unit)

    assert done.returncode == 0, done.stdout
    print(done.stdout.splitlines()[-1])


def test_what_switches_the_machine_off_is_boxed_too_and_takes_away_whatever_asks(root: Path):
    unit = root / CATALOGUE / "han-appliance-shutdown.service"
    done = run(tool("systemd-analyze"), "security", "--offline=yes", "--threshold=20", "--no-pager", str(unit))
    commands = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)

    assert done.returncode == 0, done.stdout
    assert commands == [  # "-": the machine is switched off all the same
        "-/bin/rm -rf --one-file-system /run/han-appliance/shutdown",
        "/bin/systemctl --no-block poweroff",
    ]


def test_systemd_finds_nothing_wrong_with_the_units(root: Path):
    written = [str(root / place) for place in units.PLACES.values() if place.startswith(CATALOGUE)]
    done = run(tool("systemd-analyze"), "verify", "--man=no", *written)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_unit_starts_the_command_that_installed_it(root: Path):
    (command,) = re.findall(r"^ExecStart=(\S+) run$", service(root), re.MULTILINE)

    assert run(command, "--version").stdout.startswith("han-appliance ")


def test_the_sandbox_lets_gpiozero_see_the_board_and_the_pins(root: Path):
    # ProcSubset=pid hides /proc/device-tree, PrivateDevices=yes hides /dev/gpiochip0.
    settings = re.findall(r"^(ProcSubset|PrivateDevices)=", service(root), re.MULTILINE)

    assert settings == []


def test_only_serial_ports_i2c_and_pins_are_let_in(root: Path):
    devices = re.findall(r"^DeviceAllow=char-(\w+) rw$", service(root), re.MULTILINE)

    assert set(devices) == {"ttyAMA", "ttyS", "ttyUSB", "ttyACM", "i2c", "gpiochip"}
    assert "DevicePolicy=closed" in service(root)


def test_the_shutdown_is_asked_for_in_the_folder_that_the_service_owns(root: Path):
    path = (root / CATALOGUE / "han-appliance-shutdown.path").read_text(encoding="utf-8")
    (runtime,) = re.findall(r"^RuntimeDirectory=(\S+)$", service(root), re.MULTILINE)

    assert f"PathExists=/run/{runtime}/shutdown\n" in path


def test_the_user_and_the_groups_are_made(root: Path):
    sysusers = tool("systemd-sysusers")
    done = run(sysusers, f"--root={root}", "han-appliance.conf")

    assert done.returncode == 0, done.stderr
    groups = {line.split(":")[0] for line in (root / "etc/group").read_text().splitlines()}
    (user,) = [line for line in (root / "etc/passwd").read_text().splitlines() if line.startswith("han-appliance:")]
    assert {"han-appliance", "dialout", "gpio", "i2c"} <= groups
    assert user.endswith("nologin")


def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    done = run(sys.executable, "-m", "appliance", "units", str(in_the_way))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"han-appliance: {in_the_way}/etc/systemd/system: Not a directory\n"


REFUSED = {"clock_adjtime", "fchown"}
"""Asked for and not needed: whether the clock was set, and what SQLite does as root only."""


def test_the_program_needs_no_system_call_that_the_sandbox_forbids(root: Path, tmp_path: Path):
    strace, analyze = tool("strace"), tool("systemd-analyze")
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[line]\nport = "/dev/no-such-port"\n[display]\nbus = 31\n[data]\nfolder = "{tmp_path}"\n')
    trace = tmp_path / "trace"
    program = (sys.executable, "-m", "appliance", "run", "--config", str(settings))
    with subprocess.Popen((strace, "-f", "-qq", "-o", str(trace), *program), env={**os.environ, **MOCK_PINS}) as traced:
        answer = None
        deadline = time.monotonic() + 60
        while answer is None and traced.poll() is None and time.monotonic() < deadline:
            answer = status.ask_status(tmp_path / local_socket.SOCKET)
            time.sleep(0.1)
        if answer is None:
            traced.kill()
            pytest.skip("strace cannot trace here")
        os.kill(answer[0].process.pid, signal.SIGTERM)

    called = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE))
    filters = re.findall(r"^SystemCallFilter=(~?)(.+)$", service(root), re.MULTILINE)
    allowed = calls(analyze, "@default")
    for sign, groups in filters:
        of_groups = set().union(*(calls(analyze, group) for group in groups.split()))
        allowed = allowed - of_groups if sign else allowed | of_groups
    assert "openat" in called & allowed
    assert called - allowed <= REFUSED


def calls(analyze: str, group: str) -> set[str]:
    """The system calls of one of systemd's groups."""
    lines = [line.strip() for line in run(analyze, "syscall-filter", group).stdout.splitlines()[1:]]
    inner = [calls(analyze, line) for line in lines if line.startswith("@")]
    return {line for line in lines if line and line[0] not in "#@"}.union(*inner)
