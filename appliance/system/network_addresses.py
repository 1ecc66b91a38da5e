"""The machine's addresses on the network, as systemd-networkd has been given them; the service itself has no network.

networkd writes each address that a router lends into a file of its own, which everybody may read and which goes with
the address. Systems with another program for their network, such as Raspberry Pi OS, have none.
"""

import ipaddress
import re
from pathlib import Path

LEASES = Path("/run/systemd/netif/leases")


def lent_addresses(leases: Path = LEASES) -> tuple[str, ...]:
    """Return the addresses, in the order of the network cards; none where there are none."""
    found = []
    try:
        files = sorted(leases.iterdir())
        texts = [path.read_text(encoding="ascii", errors="replace") for path in files if path.name.isdecimal()]
    except OSError:
        return ()
    for text in texts:
        if (named := re.search(r"^ADDRESS=(.*)$", text, re.M)) is not None:
            try:
                found.append(str(ipaddress.ip_address(named[1])))
            except ValueError:
                continue
    return tuple(found)
