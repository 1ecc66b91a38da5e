"""The way from `[network]` in the settings to a network, for the SD-card image, whose root cannot be written.

Everything is written below /run at each start, by what the file says then, and only what is asked for is started:
without the table the radio's driver is not even loaded. The programs are Debian's: systemd-networkd, systemd-resolved,
wpa_supplicant, sshd.

Whoever has the card has the passphrase; the Pi keeps no copy, and hands on only the key made of it.
"""

import contextlib
import hashlib
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.install import links
from appliance.settings.model import NetworkSettings
from appliance.system.atomic_file import replace_file

PSK_ROUNDS, PSK_OCTETS = 4096, 32
"""IEEE 802.11-2020, annex J.4: PBKDF2 with HMAC-SHA1 over passphrase and network name."""
RESTART = (
    ("systemctl", "daemon-reload"),
    ("systemctl", "--no-block", "try-restart", "han-appliance.service"),
)
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
        yield File("run/systemd/network/20-wired.network", _network("ether", wanted))
    if wanted.name is not None:
        yield File("run/systemd/network/30-wireless.network", _network("wlan", wanted))
        yield File("run/wpa_supplicant/wpa_supplicant-wlan0.conf", _wireless(wanted), 0o600)
    if wanted.time_servers and (wanted.wired or wanted.name is not None):
        servers = " ".join(wanted.time_servers)
        yield File("run/systemd/timesyncd.conf.d/20-settings.conf", f"[Time]\nNTP={servers}\nFallbackNTP=\n")
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
        units += ["systemd-networkd.service", "systemd-resolved.service"]
    if wanted.name is not None:
        units.append("wpa_supplicant@wlan0.service")
    if wanted.ssh_key is not None:
        units.append("ssh.service")
    if units and wanted.time_servers:
        yield ("systemctl", "--no-block", "try-restart", "systemd-timesyncd.service")
    if units:
        yield ("systemctl", "--no-block", "start", *units)


def apply(wanted: NetworkSettings, root: Path = Path("/"), *, door: str | None = None) -> list[str]:
    """Write and start it. Return a sentence for each thing that failed. Raise OSError where nothing can be written.

    `door` is the service's drop-in for its links: with one it is started again, for it was started without a network.
    """
    for file in (*files(wanted), *(() if door is None else (File(f"run/systemd/system/{links.PLACE}", door),))):
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, file.text.encode(), file.mode)
    failed = []
    with contextlib.suppress(PermissionError):
        socket.sethostname(wanted.hostname)
    for command in (*commands(wanted), *(() if door is None else RESTART)):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            failed.append(f"{command[0]}: {done.stderr.strip() or done.returncode}")
    return failed


def key(name: str, passphrase: str) -> str:
    """Return the network's key in hexadecimal digits; one that is given as 64 of them stays as it is."""
    if len(passphrase) == 2 * PSK_OCTETS:
        return passphrase.lower()
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), name.encode(), PSK_ROUNDS, PSK_OCTETS).hex()


def _network(kind: str, wanted: NetworkSettings) -> str:
    """Return systemd-networkd's file for one kind of network.

    The Pi answers to its name (`han.local`). It takes the time from the router's time servers, or from the settings'
    and no others. The router knows the Pi by its network card and not by a number that the system makes, for on a root
    that cannot be written that number is another one at each start, and so would the address be (systemd.network(5),
    [DHCPv4]).
    """
    own = "no" if wanted.time_servers else "yes"
    return (
        f"[Match]\nType={kind}\n\n[Network]\nDHCP=yes\nMulticastDNS=yes\n\n"
        f"[DHCPv4]\nClientIdentifier=mac\nUseNTP={own}\n\n[DHCPv6]\nUseNTP={own}\n\n"
        "[Link]\nRequiredForOnline=no\n"
    )


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
