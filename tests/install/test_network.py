"""The settings' network as files and commands, and what of it is said to nobody."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from appliance.install import network
from appliance.install.network import commands, files
from appliance.settings import effective, settings_file
from appliance.settings.model import NetworkSettings

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFo0v7kKQ1m4c2V0b2xkLW9yLW5ldy1ubw8xq me"
HOME = NetworkSettings(name="IEEE", passphrase="password", country="NO")


def texts(wanted: NetworkSettings) -> dict[str, str]:
    return {file.path: file.text for file in files(wanted)}


def test_as_shipped_nothing_is_written_and_nothing_started():
    assert list(files(NetworkSettings())) == []
    assert list(commands(NetworkSettings())) == []


def test_a_wire_asks_for_an_address_and_touches_no_radio():
    wired = NetworkSettings(wired=True)

    assert list(texts(wired)) == ["run/systemd/network/20-wired.network"]
    assert "[Network]\nDHCP=yes\nMulticastDNS=yes\n" in texts(wired)["run/systemd/network/20-wired.network"]
    assert "[DHCPv4]\nClientIdentifier=mac\nUseNTP=yes\n" in texts(wired)["run/systemd/network/20-wired.network"]
    assert list(commands(wired)) == [
        ("systemctl", "--no-block", "start", "systemd-networkd.service", "systemd-resolved.service")
    ]


def test_the_settings_time_servers_are_asked_and_no_others():
    wired = NetworkSettings(wired=True, time_servers=("ntp.justervesenet.no", "192.168.1.1", "2001:db8::1"))

    written = texts(wired)
    assert written["run/systemd/timesyncd.conf.d/20-settings.conf"] == (
        "[Time]\nNTP=ntp.justervesenet.no 192.168.1.1 2001:db8::1\nFallbackNTP=\n"
    )
    assert written["run/systemd/network/20-wired.network"].count("UseNTP=no") == 2  # DHCP of both kinds
    assert ("systemctl", "--no-block", "try-restart", "systemd-timesyncd.service") in commands(wired)


def test_time_servers_without_a_network_start_nothing():
    assert list(files(NetworkSettings(time_servers=("a",)))) == []
    assert list(commands(NetworkSettings(time_servers=("a",)))) == []


@pytest.mark.parametrize("server", ["", "a b", "a\nNTP=b", "-a", "a;b", "x" * 254])
def test_a_time_server_is_a_name_or_an_address(server: str):
    with pytest.raises(ValueError, match="time_servers"):
        NetworkSettings(wired=True, time_servers=(server,))


@pytest.mark.parametrize("address", ["example.org/han", "ftp://example.org", "https://example.org/a b", "https://x/?y"])
def test_updates_come_from_a_folder_s_address(address: str):
    with pytest.raises(ValueError, match="update_address must be"):
        NetworkSettings(wired=True, updates="tell", update_address=address)


@pytest.mark.parametrize("network", [{"wired": True}, {"update_address": "https://example.org/han"}])
def test_updates_need_an_address_and_a_network(network: dict[str, Any]):
    assert NetworkSettings(**network).updates == "no"
    with pytest.raises(ValueError, match="updates needs"):
        NetworkSettings(**network, updates="yes")


def test_the_key_is_that_of_the_standard_s_test_vectors():
    assert network.key("IEEE", "password") == "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert network.key("ThisIsASSID", "ThisIsAPassword") == (
        "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"
    )
    assert network.key("x", "AB" * 32) == "ab" * 32


def test_no_sign_in_a_name_or_a_passphrase_can_be_taken_for_something_else():
    wanted = replace(HOME, name='Blå"\n}', passphrase='quote " and # and \\ 1')
    text = texts(wanted)["run/wpa_supplicant/wpa_supplicant-wlan0.conf"]

    assert 'Blå"\n}'.encode().hex() in text
    assert wanted.passphrase is not None
    assert wanted.passphrase not in text
    assert text.count("{") == text.count("}") == 1


def test_wireless_is_for_root_s_eyes_and_is_started_with_its_driver(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(network, "commands", lambda _wanted: iter(()))
    monkeypatch.setattr(network.socket, "sethostname", lambda _name: None)
    assert network.apply(HOME, tmp_path) == []

    file = tmp_path / "run/wpa_supplicant/wpa_supplicant-wlan0.conf"
    assert file.stat().st_mode & 0o777 == 0o600
    assert next(commands(HOME)) == ("modprobe", "brcmfmac")


def test_ssh_is_started_with_a_key_only_and_makes_its_own_host_key(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(network, "HOST_KEY", tmp_path / "ssh/ssh_host_ed25519_key")
    wired = NetworkSettings(wired=True, ssh_key=KEY)

    assert texts(wired)["run/han-appliance-network/authorized_keys"] == f"{KEY}\n"
    assert [command[0] for command in commands(wired)] == ["mkdir", "ssh-keygen", "systemctl"]
    assert "ssh.service" in list(commands(wired))[-1]
    assert "ssh.service" not in list(commands(replace(wired, ssh_key=None)))[-1]


def test_a_command_that_fails_is_a_sentence(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(network, "commands", lambda _wanted: iter([("ls", "/no such thing")]))
    monkeypatch.setattr(network.socket, "sethostname", lambda _name: None)

    (sentence,) = network.apply(HOME, tmp_path)

    assert sentence.startswith("ls: ")
    assert "No such file" in sentence


def test_the_passphrase_is_shown_to_nobody(tmp_path: Path):
    file = tmp_path / "appliance.toml"
    file.write_text('[network]\nname = "Home"\npassphrase = "correct horse"\ncountry = "NO"\n')
    shown = effective.effective_settings(file, tmp_path)

    assert "correct horse" not in effective.as_table(shown) + effective.as_json(shown)
    assert "(not shown)" in effective.as_table(shown)
    assert settings_file.load(file).network.passphrase == "correct horse"
