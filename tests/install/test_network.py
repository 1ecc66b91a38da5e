"""The settings' network as files and commands, and what of it is said to nobody."""

from pathlib import Path

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
    assert "DHCP=yes" in texts(wired)["run/systemd/network/20-wired.network"]
    assert list(commands(wired)) == [
        ("systemctl", "--no-block", "start", "systemd-networkd.service", "han-appliance-resolver.path")
    ]


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
