"""The door for the links: as narrow as the settings tell, judged by systemd's own tools."""

import shutil
import subprocess
from pathlib import Path
from typing import Literal

import pytest

from appliance.commands.main import main
from appliance.install import links, network
from appliance.settings.model import MqttSettings, NetworkSettings, P1Settings, Settings, SpotSettings, WebSettings

UNIT = "etc/systemd/system/han-appliance.service"
DOOR = f"etc/systemd/system/{links.PLACE}"
HOUSE = " ".join(links.HOUSE)


def updates(address: str, which: Literal["no", "tell", "yes"]) -> NetworkSettings:
    return NetworkSettings(wired=True, updates=which, update_address=address)


def installed(root: Path, settings: str) -> str | None:
    """Install with these settings. Return the drop-in, if there is one."""
    path = root / "etc/han-appliance/appliance.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(settings)
    assert main(["units", str(root)]) == 0
    door = root / DOOR
    return door.read_text() if door.exists() else None


def test_without_a_link_there_is_no_door_and_one_that_is_not_needed_any_more_goes(tmp_path):
    assert installed(tmp_path, "") is None
    assert installed(tmp_path, "[web]\nport = 8080\n") is not None
    assert installed(tmp_path, "[web]\naddress = '127.0.0.1'\n") is None


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        (Settings(mqtt=MqttSettings(host="192.168.1.20")), {"192.168.1.20"}),
        (Settings(mqtt=MqttSettings(host="127.0.0.1")), {"localhost"}),
        (Settings(mqtt=MqttSettings(host="localhost")), {"localhost"}),
        (Settings(mqtt=MqttSettings(host="fd00::7")), {"fd00::7"}),
        (Settings(mqtt=MqttSettings(host="broker.local")), {"localhost", *links.HOUSE}),
        (Settings(mqtt=MqttSettings(host="homeassistant")), {"localhost", *links.HOUSE}),
        (Settings(web=WebSettings(port=8080)), {"localhost", *links.HOUSE}),
        (Settings(web=WebSettings(port=8080, address="::1")), {"localhost"}),
        (Settings(p1=P1Settings(port=2001, address="127.0.0.1")), {"localhost"}),
        (Settings(spot=SpotSettings(area="NO1", address="http://192.168.1.7:80/prices")), {"192.168.1.7"}),
        (Settings(network=updates("http://192.168.1.7/han", "yes")), {"192.168.1.7"}),
    ],
)
def test_the_addresses_are_those_that_the_settings_tell(settings, allowed):
    lines = (links.drop_in(settings) or "").splitlines()
    [line] = [one for one in lines if one.startswith("IPAddressAllow=")]

    assert set(line.removeprefix("IPAddressAllow=").split()) == allowed
    assert "IPAddressDeny=" not in lines


@pytest.mark.parametrize(("area", "host"), [("NO1", "www.hvakosterstrommen.no"), ("SE3", "www.elprisetjustnu.se")])
def test_the_prices_may_come_from_anywhere_and_the_file_says_so(area, host):
    text = links.drop_in(Settings(spot=SpotSettings(area=area))) or ""

    assert "# For [spot] of the settings" in text
    assert f"{host} may be anywhere" in text
    assert "IPAddressAllow" not in text


def test_the_releases_may_be_anywhere_and_open_nothing_while_nobody_looks_for_them():
    text = links.drop_in(Settings(network=updates("https://example.org/han", "tell"))) or ""
    assert "# For [network] updates of the settings" in text
    assert "example.org may be anywhere" in text
    assert links.drop_in(Settings(network=updates("https://example.org/han", "no"))) is None


def test_a_broker_that_may_be_anywhere_is_named_as_the_reason_for_no_list():
    text = links.drop_in(Settings(mqtt=MqttSettings(host="broker.example.net"), web=WebSettings(port=80))) or ""

    assert "IPAddressAllow" not in text
    assert "broker.example.net may be anywhere" in text
    assert "IPAddressDeny=\n" in text


@pytest.mark.parametrize(
    "settings",
    [
        '[mqtt]\nhost = "192.168.1.20"\n',
        '[mqtt]\nhost = "broker.example.net"\n',
        "[web]\nport = 8080\n[p1]\nport = 2001\n",
    ],
)
def test_the_exposure_with_a_link_is_at_most_one_and_a_half(tmp_path, settings):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    door = installed(tmp_path, settings)
    assert door is not None
    # Offline, systemd reads no drop-ins of a unit that is a file: here they are one.
    unit = tmp_path / "joined" / "han-appliance.service"
    unit.parent.mkdir()
    text = (tmp_path / UNIT).read_text()
    unit.write_text(text.replace("[Install]", f"{door}\n[Install]"))
    command = [analyze, "security", "--offline=yes", "--threshold=15", "--no-pager", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    print(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout
    verified = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "links" not in verified.stderr


def test_the_image_opens_it_at_the_start_where_there_is_a_network_and_a_link(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(
        network.subprocess, "run", lambda command, **_: ran.append(command) or subprocess.CompletedProcess(command, 0)
    )
    monkeypatch.setattr(network.socket, "sethostname", lambda _: None)
    wired = NetworkSettings(wired=True)
    network.apply(wired, tmp_path, door=links.drop_in(Settings(web=WebSettings(port=8080))))
    assert ("systemctl", "--no-block", "try-restart", "han-appliance.service") in ran
    assert (tmp_path / "run/systemd/system" / links.PLACE).exists()

    ran.clear()
    network.apply(wired, tmp_path, door=links.drop_in(Settings()))
    assert not [command for command in ran if "try-restart" in command]
