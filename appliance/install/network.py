"""The way from `[network]` in the settings to a network, for the SD-card image, whose root cannot be written.

Everything is written below /run at each start, by what the file says then, and only what is asked for is started:
without the table the radio's driver is not even loaded. The programs are Debian's: systemd-networkd, wpa_supplicant,
sshd.

Whoever has the card has the passphrase; the Pi keeps no copy, and hands on only the key made of it.
"""

import contextlib
import hashlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.settings.model import NetworkSettings
from appliance.system.atomic_file import replace_file

PSK_ROUNDS, PSK_OCTETS = 4096, 32
"""IEEE 802.11-2020, annex J.4: PBKDF2 with HMAC-SHA1 over passphrase and network name."""
HOST_KEY = Path("/data/ssh/ssh_host_ed25519_key")
"""As image/root/etc/ssh has it: on the data partition, made when ssh is first asked for."""


@dataclass(frozen=True, slots=True)
class File:
    """One to write below the root."""

    path: str
    text: str
    mode: int = 0o644


def files(wanted: NetworkSettings) -> Iterator[File]:
    """Yield the files to be written, below the root."""
    if wanted.wired:
        yield File("run/systemd/network/20-wired.network", _network("ether"))
    if wanted.name is not None:
        yield File("run/systemd/network/30-wireless.network", _network("wlan"))
        yield File("run/wpa_supplicant/wpa_supplicant-wlan0.conf", _wireless(wanted), 0o600)
    if wanted.ssh_key is not None:
        yield File("run/han-appliance-network/authorized_keys", f"{wanted.ssh_key}\n", 0o600)


def commands(wanted: NetworkSettings) -> Iterator[tuple[str, ...]]:
    """Yield the commands to be run after that, in this order."""
    if wanted.name is not None:
        yield ("modprobe", "brcmfmac")
    if wanted.ssh_key is not None and not HOST_KEY.exists():
        yield ("mkdir", "-p", "-m", "0700", str(HOST_KEY.parent))
        yield ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(HOST_KEY))
    units = []
    if wanted.wired or wanted.name is not None:
        units += ["systemd-networkd.service", "han-appliance-resolver.path"]
    if wanted.name is not None:
        units.append("wpa_supplicant@wlan0.service")
    if wanted.ssh_key is not None:
        units.append("ssh.service")
    if units:
        yield ("systemctl", "--no-block", "start", *units)


def apply(wanted: NetworkSettings, root: Path = Path("/")) -> list[str]:
    """Write and start it. Return a sentence for each thing that failed. Raise OSError where nothing can be written."""
    for file in files(wanted):
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, file.text.encode(), file.mode)
    failed = []
    with contextlib.suppress(PermissionError):
        socket.sethostname(wanted.hostname)
    for command in commands(wanted):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            failed.append(f"{command[0]}: {done.stderr.strip() or done.returncode}")
    return failed


def key(name: str, passphrase: str) -> str:
    """Return the network's key in hexadecimal digits; one that is given as 64 of them stays as it is."""
    if len(passphrase) == 2 * PSK_OCTETS:
        return passphrase.lower()
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), name.encode(), PSK_ROUNDS, PSK_OCTETS).hex()


def _network(kind: str) -> str:
    return f"[Match]\nType={kind}\n\n[Network]\nDHCP=yes\n\n[Link]\nRequiredForOnline=no\n"


def _wireless(wanted: NetworkSettings) -> str:
    """Return wpa_supplicant's configuration.

    The name is in hexadecimal digits and the key stands for the passphrase: no sign in them can mean anything else.
    """
    assert wanted.name is not None
    assert wanted.passphrase is not None
    return (
        f"country={wanted.country}\nupdate_config=0\nnetwork={{\n  ssid={wanted.name.encode().hex()}\n  scan_ssid=1\n"
        f"  key_mgmt=WPA-PSK WPA-PSK-SHA256\n  ieee80211w=1\n  psk={key(wanted.name, wanted.passphrase)}\n}}\n"
    )
