"""What a release says of itself on the network: a small file beside the bundles, signed like them.

It tells the newest version, and how many octets its bundle has and which, so that what is fetched is bounded and known
before it is used. An older one of these files, which somebody kept and hands out again, is known by the number of its
build: the highest number that was ever seen here is remembered.
"""

import re
from pathlib import Path

import msgspec

from appliance.system.atomic_file import read_small_file, replace_file
from appliance.update.manifest import LAYOUT

NEWEST, SIGNATURE = "han-appliance.newest", "han-appliance.newest.sig"
NAMESPACE = "han-appliance-newest"
MOST_OCTETS = 320 << 20
"""Of a bundle: both systems' folders of the boot partition have 512 MB, and a slot for a root has 240."""
SEEN = "newest.json"
"""What was told last, in the appliance's folder."""
_FILE = re.compile(r"han-appliance-[0-9A-Za-z][0-9A-Za-z.+_-]{0,80}\.update")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Newest(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version, and its bundle."""

    version: str
    build: int
    layout: int
    """Of the card that it fits."""
    file: str
    """The bundle's name, beside this file."""
    octets: int
    sha256: str


def understood(octets: bytes) -> Newest:
    """Return what such a file says. Raise ValueError, with a sentence, for what cannot be followed."""
    try:
        found = msgspec.json.decode(octets, type=Newest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ValueError(f"what it says of the newest version cannot be understood: {error}") from None
    is_named = _FILE.fullmatch(found.file) and _SHA256.fullmatch(found.sha256) and found.version.isprintable()
    if not is_named or not 0 < found.octets <= MOST_OCTETS or not 0 < len(found.version) <= 80:
        raise ValueError("what it says of the newest version makes no sense")
    if found.layout != LAYOUT:
        raise ValueError(f"{found.version} needs a card of another layout: write its image")
    return found


def seen(folder: Path) -> Newest | None:
    """Return what was told last; `None` where nothing was, or where it cannot be read."""
    try:
        return understood(read_small_file(folder / SEEN))
    except (OSError, ValueError):
        return None


def remember(told: Newest, folder: Path) -> None:
    """Remember what was told. Raise OSError."""
    replace_file(folder / SEEN, msgspec.json.encode(told), 0o640)
