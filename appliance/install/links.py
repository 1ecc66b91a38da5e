"""The door that the links need in the service's box: a drop-in, and only where the settings name a link.

The unit as it is has no network at all. Here it gets the address families and, as narrowly as the settings tell, the
addresses it may speak with. No name is resolved: who installs may have another resolver than the appliance, and an
address that changes would shut the door. Where a link's host is a name that need not be in the house, there is no list
of addresses, and the file says so.
"""

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:  # the image's recipe installs the units among tools that have no msgspec
    from appliance.settings.model import Settings

PLACE = "han-appliance.service.d/links.conf"
"""Below systemd's folder of units."""
HOUSE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
)
"""Addresses of local networks (RFC 1918, RFC 3927, RFC 4193, RFC 4291)."""
_LOCAL_NAMES = re.compile(r"[^.]+|.+\.(local|lan|home|internal|localdomain|home\.arpa)", re.IGNORECASE)
"""Names without a dot, and with the ends that routers and mDNS give (RFC 6762, RFC 8375)."""


def drop_in(settings: "Settings") -> str | None:
    """Return the drop-in's text; `None` where no link is on."""
    allowed: set[str] = set()
    outside: list[str] = []
    names = []
    if settings.mqtt.host is not None:
        names.append("[mqtt]")
        _speak_with(settings.mqtt.host, allowed, outside)
    for name, port, address in (
        ("[web]", settings.web.port, settings.web.address),
        ("[p1]", settings.p1.port, settings.p1.address),
    ):
        if port is not None:
            names.append(name)
            allowed.update(("localhost",) if ipaddress.ip_address(address).is_loopback else ("localhost", *HOUSE))
    if settings.spot.area is not None:
        names.append("[spot]")
        _speak_with(urlsplit(settings.spot.address_in_use).hostname or "", allowed, outside)
    if settings.network.updates != "no":
        names.append("[network] updates")
        _speak_with(urlsplit(settings.network.update_address or "").hostname or "", allowed, outside)
    if not names:
        return None
    lines = [
        f"# For {', '.join(names)} of the settings; 'han-appliance units' writes it again after they have changed.",
        "[Service]",
        "PrivateNetwork=no",
        "RestrictAddressFamilies=AF_INET AF_INET6",
    ]
    if outside:
        lines += [
            f"# No list of addresses: {', '.join(outside)} may be anywhere, and names are not resolved here.",
            "IPAddressDeny=",
        ]
    else:
        lines.append(f"IPAddressAllow={' '.join(sorted(allowed, key=_order))}")
    return "\n".join(lines) + "\n"


def _speak_with(host: str, allowed: set[str], outside: list[str]) -> None:
    """Add the addresses of a host to those that are allowed, or the host to those that may be anywhere."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host.lower() == "localhost":
            allowed.add("localhost")
        elif _LOCAL_NAMES.fullmatch(host):
            allowed.update(("localhost", *HOUSE))  # the resolver is in the house too
        else:
            outside.append(host)
    else:
        allowed.add("localhost" if address.is_loopback else str(address))


def _order(address: str) -> tuple[int, str]:
    return (0 if address == "localhost" else 1), address
