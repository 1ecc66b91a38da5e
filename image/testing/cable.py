"""A network cable: QEMU's own router behind a USB adapter, one way in to the Pi's ssh, and a neighbour on the wire.

The emulated board has USB and not the Pi's own network chip; what is plugged in here is driven by `cdc_ether`, as many
adapters for the Zero 2 W are. The router gives an address and leads nowhere, but to a folder of releases where there is
one. Only this host reaches the port. Router and neighbour share a hub; what the neighbour says and hears are frames,
each a datagram of QEMU's (`-netdev socket`).
"""

import asyncio
import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from image.testing import tools
from image.testing.patience import patience_s
from image.testing.verdict import NotSoError

HOST = "127.0.0.1"
SSH = 22
REFUSED = 255
"""ssh's own exit code (ssh(1), "EXIT STATUS"); any other is the command's."""
CONNECT_S = 60
MDNS, MDNS_PORT = "224.0.0.251", 5353
ROUTER = "10.0.2.2"
"""QEMU's, in its network (QEMU, "Using the user mode network stack")."""
NEIGHBOUR = "10.0.2.77"
"""There too: this test."""
RELEASES = "10.0.2.100"
"""There too: a web server with a folder of releases."""
ASK_AGAIN_S = 1.0
_SERVER = Path(__file__).with_name("releases.py")
_OPTIONS = ("BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new", f"ConnectTimeout={CONNECT_S}")


@dataclass(frozen=True, slots=True)
class Cable:
    """One that hangs ready; `key` is in the settings, `stranger` is not."""

    port: int
    neighbour: socket.socket
    to_pi: int
    """The port by which the emulator takes the neighbour's frames."""
    key: Path
    stranger: Path
    known: Path
    log: Path
    releases: Path | None
    """What the Pi finds at the address `RELEASES`; without it nobody answers there."""

    @property
    def public_key(self) -> str:
        """The key as it stands in the settings, one line."""
        return self.key.with_suffix(".pub").read_text(encoding="ascii").strip()

    def arguments(self) -> list[str]:
        """Return the emulator's arguments."""
        heard = self.neighbour.getsockname()[1]
        router = f"user,id=router,restrict=on,hostfwd=tcp:{HOST}:{self.port}-:{SSH}"
        if self.releases is not None:
            router += f",guestfwd=tcp:{RELEASES}:80-cmd:python3 {_SERVER} {self.releases}"
        ends = (
            router,
            f"socket,id=neighbour,udp={HOST}:{heard},localaddr={HOST}:{self.to_pi}",
            "hubport,id=first,hubid=0,netdev=router",
            "hubport,id=second,hubid=0,netdev=neighbour",
            "hubport,id=cable,hubid=0",
        )
        return [*(word for end in ends for word in ("-netdev", end)), "-device", "usb-net,netdev=cable"]

    async def ssh(self, key: Path, command: str, *, good: int = 0) -> str:
        """Run a command as root with this key, and return what it says. Raises ToolError unless it ends with `good`."""
        options = [word for option in (*_OPTIONS, f"UserKnownHostsFile={self.known}") for word in ("-o", option)]
        place = ("-F", "none", "-E", self.log, "-i", key, "-p", str(self.port), f"root@{HOST}")
        try:
            return await asyncio.to_thread(tools.run, "ssh", *options, *place, f"{command} 2>&1", good=(good,))
        except tools.ToolError as trouble:
            raise tools.ToolError(f"{trouble}; {self.last_words()}") from trouble

    def last_words(self) -> str:
        """Return the last line of ssh's log."""
        return (self.log.read_text(encoding="utf-8") if self.log.exists() else "").strip().rpartition("\n")[2]


def laid(folder: Path, releases: Path | None = None) -> Cable:
    """Return a new one, with two new keys in this folder, and with `releases` to be had. Raises ToolError."""
    neighbour = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    neighbour.bind((HOST, 0))
    neighbour.setblocking(False)
    key, stranger, known, log = (folder / name for name in ("key", "stranger", "known_hosts", "ssh.log"))
    ports = _free_port(socket.SOCK_STREAM), _free_port(socket.SOCK_DGRAM)
    cable = Cable(ports[0], neighbour, ports[1], key, stranger, known, log, releases)
    for old in (*folder.glob("key*"), *folder.glob("stranger*"), cable.known, cable.log):
        old.unlink(missing_ok=True)
    for key in (cable.key, cable.stranger):
        tools.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key.name, "-f", key)
    return cable


async def ssh_opens_to_its_key(cable: Cable) -> str:
    """From the network, ssh lets the settings' key in, which finds the appliance, and no other key and no password."""
    said = await cable.ssh(cable.key, "han-appliance status")
    await cable.ssh(cable.stranger, "true", good=REFUSED)
    last = cable.last_words()
    if not last.endswith("Permission denied (publickey)."):
        raise NotSoError(f"a stranger's key: {last}")
    return f"'han-appliance status': {said.splitlines()[0]}"


async def answers_to_its_name(cable: Cable, name: str = "han") -> str:
    """To a neighbour who asks the network for `han.local` (mDNS, RFC 6762), the Pi tells its address."""
    loop, until_s = asyncio.get_running_loop(), time.monotonic() + patience_s()
    wanted = _labels(name) + struct.pack(">HH", 1, 0x8001)  # A, the Internet's, and nobody else's name
    while time.monotonic() < until_s:
        cable.neighbour.sendto(_question(name), (HOST, cable.to_pi))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASK_AGAIN_S):
                while wanted not in (frame := await loop.sock_recv(cable.neighbour, 2000)):
                    pass
                place = frame.index(wanted) + len(wanted) + 6  # after time to live and length
                return f"{name}.local is {socket.inet_ntoa(frame[place : place + 4])}"
    raise NotSoError(f"nobody says where {name}.local is")


def _labels(name: str) -> bytes:
    """Return a name in `.local` as DNS has it (RFC 1035, section 3.1)."""
    return bytes((len(name),)) + name.encode("ascii") + b"\x05local\x00"


def _question(name: str) -> bytes:
    """Return the Ethernet frame that asks everybody for a name's IPv4 address."""
    asked = struct.pack(">6H", 0, 0, 1, 0, 0, 0) + _labels(name) + struct.pack(">HH", 1, 1)
    datagram = struct.pack(">4H", MDNS_PORT, MDNS_PORT, 8 + len(asked), 0) + asked  # 0: no check sum (RFC 768)
    addresses = socket.inet_aton(NEIGHBOUR) + socket.inet_aton(MDNS)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(datagram), 0, 0, 255, socket.IPPROTO_UDP, 0)
    total = sum(struct.unpack(">10H", head + addresses))
    total = (total & 0xFFFF) + (total >> 16)
    packet = head[:10] + struct.pack(">H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF) + addresses + datagram
    return bytes.fromhex("01005e0000fb 020000000077 0800") + packet  # the group's address (RFC 1112, section 6.4)


def _free_port(kind: socket.SocketKind) -> int:
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])
