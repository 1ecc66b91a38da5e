"""What Raspberry Pi Imager leaves on the card: its wishes are taken once, its secrets go, and nothing of it is run.

The lines are those that Imager writes: the first script and the cloud-init files as OptionsPopup.qml of version 1.7 has
them (applySettings), the second as newer versions write it for the program imager_custom of Raspberry Pi OS.
"""

from pathlib import Path

import pytest

from appliance.commands.main import main
from appliance.install import imager
from appliance.install.imager import Wishes, take, wishes, with_wishes
from appliance.settings import settings_file

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJkeyOfYourOwnInPlaceOfThisOnePlease0000000 me@pc"
PSK = "5f" * 32
SCRIPT_1 = f"""#!/bin/bash

set +e

CURRENT_HOSTNAME=`cat /etc/hostname | tr -d " \\t\\n\\r"`
echo Strom >/etc/hostname
sed -i "s/127.0.1.1.*$CURRENT_HOSTNAME/127.0.1.1\\tStrom/g" /etc/hosts
FIRSTUSER=`getent passwd 1000 | cut -d: -f1`
FIRSTUSERHOME=`getent passwd 1000 | cut -d: -f6`
install -o "$FIRSTUSER" -m 700 -d "$FIRSTUSERHOME/.ssh"
install -o "$FIRSTUSER" -m 600 <(printf "{KEY}") "$FIRSTUSERHOME/.ssh/authorized_keys"
echo 'PasswordAuthentication no' >>/etc/ssh/sshd_config
systemctl enable ssh
cat >/etc/wpa_supplicant/wpa_supplicant.conf <<'WPAEOF'
country=NO
ctrl_interface=DIR=/var/run/wpa_supplicant GROUP=netdev
ap_scan=1

update_config=1
network={{
\tscan_ssid=1
\tssid="Fjøset \"2\""
\tpsk={PSK}
}}

WPAEOF
chmod 600 /etc/wpa_supplicant/wpa_supplicant.conf
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
"""
SCRIPT_2 = f"""#!/bin/bash

set +e

CURRENT_HOSTNAME=`cat /etc/hostname | tr -d " \\t\\n\\r"`
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_hostname strom
else
   echo strom >/etc/hostname
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh -k '{KEY}'
else
   install -o "$FIRSTUSER" -m 600 <(printf "{KEY}") "$FIRSTUSERHOME/.ssh/authorized_keys"
fi
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_wlan 'Nabo nett' '{PSK}' 'NO'
fi
if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'me' '$5$salt$secret'
fi
exit 0
"""
USER_DATA = f"""#cloud-config
hostname: strom
manage_etc_hosts: true
users:
- name: me
  shell: /bin/bash
  lock_passwd: false
  passwd: $5$salt$secret
  ssh_authorized_keys:
    - {KEY}
  sudo: ALL=(ALL) NOPASSWD:ALL

timezone: Europe/Oslo
runcmd:
- sed -i 's/^\\s*REGDOMAIN=\\S*/REGDOMAIN=NO/' /etc/default/crda || true
"""
NETWORK_CONFIG = f"""version: 2
wifis:
  renderer: networkd
  wlan0:
    dhcp4: true
    optional: true
    access-points:
      "Nabo nett":
        password: "{PSK}"
"""
WORDS = "root=PARTUUID=48414e31-02 ro systemd.volatile=state panic=10 systemd.show_status=no"
RUN_ONCE = " systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target"
SAMPLE = (Path(settings_file.__file__).parent / "appliance.toml").read_text(encoding="utf-8")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    (tmp_path / "appliance.toml").write_bytes(("\ufeff" + SAMPLE).replace("\n", "\r\n").encode())
    (tmp_path / "cmdline.txt").write_text(WORDS + "\n")
    return tmp_path


def network(card: Path) -> settings_file.Settings:
    return settings_file.load(card / "appliance.toml").network


def test_the_first_scripts_wishes_are_found() -> None:
    asked = wishes({"firstrun.sh": SCRIPT_1})
    assert asked == Wishes(hostname="strom", name='Fjøset "2"', passphrase=PSK, country="NO", ssh_key=KEY)


def test_the_newer_scripts_wishes_are_found() -> None:
    asked = wishes({"firstrun.sh": SCRIPT_2})
    assert asked == Wishes(hostname="strom", name="Nabo nett", passphrase=PSK, country="NO", ssh_key=KEY)


def test_cloud_inits_wishes_are_found() -> None:
    asked = wishes({"user-data": USER_DATA, "network-config": NETWORK_CONFIG})
    assert asked == Wishes(hostname="strom", name="Nabo nett", passphrase=PSK, country="NO", ssh_key=KEY)


def test_a_country_on_the_kernels_command_line_counts_where_there_is_a_wifi() -> None:
    words = f"{WORDS} cfg80211.ieee80211_regdom=SE"
    without = USER_DATA.partition("runcmd")[0]
    assert wishes({"user-data": without, "network-config": NETWORK_CONFIG, "cmdline.txt": words}).country == "SE"
    assert wishes({"user-data": without, "cmdline.txt": words}).country is None


@pytest.mark.parametrize(
    "files", [{"firstrun.sh": SCRIPT_2}, {"user-data": USER_DATA, "network-config": NETWORK_CONFIG}]
)
def test_they_are_in_force_and_their_secrets_gone(card: Path, files: dict[str, str]) -> None:
    (card / "cmdline.txt").write_text(WORDS + RUN_ONCE + "\n")
    (card / "meta-data").touch()
    for name, text in files.items():
        (card / name).write_text(text)
    take(card)

    found = network(card)
    assert (found.hostname, found.name, found.passphrase) == ("strom", "Nabo nett", PSK)
    assert (found.country, found.ssh_key, found.wired) == ("NO", KEY, False)
    assert sorted(path.name for path in card.iterdir()) == ["appliance.toml", "cmdline.txt"]
    assert (card / "cmdline.txt").read_text() == WORDS + "\n"
    text = (card / "appliance.toml").read_bytes().decode()
    assert text.count("\r\n") == text.count("\n") == len(SAMPLE.splitlines())
    assert take(card) == (Wishes(), [])


def test_a_key_alone_is_for_the_cable(card: Path) -> None:
    (card / "user-data").write_text(USER_DATA)
    take(card)
    assert (network(card).wired, network(card).ssh_key) == (True, KEY)


def test_what_would_be_a_mistake_is_left_out_and_the_rest_taken(card: Path) -> None:
    (card / "user-data").write_text(USER_DATA.replace("strom", "my_meter").partition("runcmd")[0])
    (card / "network-config").write_text(NETWORK_CONFIG)
    asked, refused = take(card)
    assert refused == ["hostname", "name", "passphrase", "ssh_key"]
    assert network(card).hostname == "han"
    assert asked.country is None
    assert not (card / "network-config").exists()


def test_beside_a_mistake_of_the_households_the_wishes_wait(card: Path) -> None:
    (card / "appliance.toml").write_text("language = 5\n")
    (card / "firstrun.sh").write_text(SCRIPT_2)
    (card / "cmdline.txt").write_text(WORDS + RUN_ONCE)
    take(card)
    assert (card / "appliance.toml").read_text() == "language = 5\n"
    assert (card / "cmdline.txt").read_text() == WORDS

    (card / "appliance.toml").write_text("language = 'nn'\n")
    take(card)
    assert network(card).hostname == "strom"


def test_a_key_that_stands_there_is_replaced_and_other_tables_stay() -> None:
    text = '[network]\nwired = true\nhostname = "a"\n\n[pins]\nled_red = 23\n'
    changed, refused = with_wishes(text, Wishes(hostname="b"))
    assert changed == '[network]\nwired = true\nhostname = "b"\n\n[pins]\nled_red = 23\n'
    assert not refused
    assert with_wishes("[pins]\nled_red = 23\n", Wishes(hostname="b"))[0].endswith('[network]\nhostname = "b"\n')


def test_whatever_stands_in_the_files_nothing_breaks(card: Path) -> None:
    for name in imager.FILES:
        (card / name).write_bytes(b'\xff\x00 \'unclosed "\nhostname: \nssid=""\n  access-points:\n')
    before = (card / "appliance.toml").read_bytes()
    take(card)
    assert settings_file.load(card / "appliance.toml") == settings_file.parse(before.decode("utf-8-sig"), "before")


def test_the_command_says_what_it_took(card: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (card / "firstrun.sh").write_text(SCRIPT_2)
    assert main(["imager", str(card)]) == 0
    assert "hostname, name, passphrase, country, ssh_key" in capsys.readouterr().out
    assert main(["imager", str(card / "nowhere")]) == 0
