"""A network cable: QEMU's own router behind a USB adapter, and one way in, from a port of this host to the Pi's ssh.

The emulated board has USB and not the Pi's own network chip; what is plugged in here is driven by `cdc_ether`, as many
adapters for the Zero 2 W are. The router gives an address and leads nowhere. Only this host reaches the port.
"""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path

from image.testing import tools
from image.testing.verdict import NotSoError

HOST = "127.0.0.1"
SSH = 22
REFUSED = 255
"""ssh's own exit code (ssh(1), "EXIT STATUS"); any other is the command's."""
CONNECT_S = 60
_OPTIONS = ("BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new", f"ConnectTimeout={CONNECT_S}")


@dataclass(frozen=True, slots=True)
class Cable:
    """One that hangs ready; `key` is in the settings, `stranger` is not."""

    port: int
    key: Path
    stranger: Path
    known: Path
    log: Path

    @property
    def public_key(self) -> str:
        """The key as it stands in the settings, one line."""
        return self.key.with_suffix(".pub").read_text(encoding="ascii").strip()

    def arguments(self) -> list[str]:
        """Return the emulator's arguments."""
        return [
            "-netdev",
            f"user,id=cable,restrict=on,hostfwd=tcp:{HOST}:{self.port}-:{SSH}",
            "-device",
            "usb-net,netdev=cable",
        ]

    async def ssh(self, key: Path, command: str, *, good: int = 0) -> str:
        """Run a command as root with this key, and return what it says. Raises ToolError unless it ends with `good`."""
        options = [word for option in (*_OPTIONS, f"UserKnownHostsFile={self.known}") for word in ("-o", option)]
        place = ("-F", "none", "-E", self.log, "-i", key, "-p", str(self.port), f"root@{HOST}")
        return await asyncio.to_thread(tools.run, "ssh", *options, *place, f"{command} 2>&1", good=(good,))


def laid(folder: Path) -> Cable:
    """Return a new one, with two new keys in this folder. Raises ToolError."""
    with contextlib.closing(socket.create_server((HOST, 0))) as free:
        port = int(free.getsockname()[1])
    cable = Cable(port, *(folder / name for name in ("key", "stranger", "known_hosts", "ssh.log")))
    for old in (*folder.glob("key*"), *folder.glob("stranger*"), cable.known, cable.log):
        old.unlink(missing_ok=True)
    for key in (cable.key, cable.stranger):
        tools.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key.name, "-f", key)
    return cable


async def ssh_opens_to_its_key(cable: Cable) -> str:
    """From the network, ssh lets the settings' key in, which finds the appliance, and no other key and no password."""
    said = await cable.ssh(cable.key, "han-appliance status")
    await cable.ssh(cable.stranger, "true", good=REFUSED)
    last = cable.log.read_text(encoding="utf-8").strip().splitlines()[-1]
    if not last.endswith("Permission denied (publickey)."):
        raise NotSoError(f"a stranger's key: {last}")
    return f"'han-appliance status': {said.splitlines()[0]}"
