"""What a bundle says of itself: one tar file, whose first member is the manifest, and whose second is its signature.

The manifest has the SHA-256 of all others, so that one signature is enough, and nothing is believed before it has been
verified. Signed and verified by ssh-keygen (its manual, "-Y sign", "-Y verify"), in a namespace of its own.
"""

import re

import msgspec

from appliance.update.outcome import Reason, RefusedError

LAYOUT = 2
"""Of the card, which a bundle must fit: two systems, by os_prefix. The first one had a single system."""
MANIFEST, SIGNATURE = "manifest", "manifest.sig"
ROOT = "root.squashfs"
NEEDED = frozenset({ROOT, "vmlinuz", "initrd.img", "cmdline.txt"})
NAMESPACE = "han-appliance-update"
MOST_OCTETS = 64 << 20
"""Of each part but the root."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class Part(msgspec.Struct, frozen=True):
    """One file of a bundle."""

    name: str
    octets: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a bundle is, and what is in it."""

    version: str
    build: int
    """Seconds since 1970 of the commit that it was built from: a newer one has a higher number."""
    layout: int
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """Return a file by its name. Raise RefusedError."""
        for part in self.parts:
            if part.name == name:
                return part
        raise RefusedError(Reason.DAMAGED)


def understood(octets: bytes) -> Manifest:
    """Return what a verified manifest says. Raise RefusedError when it cannot be followed."""
    try:
        found = msgspec.json.decode(octets, type=Manifest)
    except msgspec.MsgspecError:
        raise RefusedError(Reason.OTHER_CARD) from None
    names = [part.name for part in found.parts]
    sound = all(_NAME.fullmatch(part.name) and part.octets > 0 for part in found.parts)
    small = all(part.octets <= MOST_OCTETS for part in found.parts if part.name != ROOT)
    if found.layout != LAYOUT or not sound or not small or len(set(names)) < len(names) or NEEDED - set(names):
        raise RefusedError(Reason.OTHER_CARD)
    return found
