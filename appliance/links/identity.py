"""The name under which one appliance is known to a broker: it tells neither the household nor the meter.

It is made of the meter's id and of a salt that is drawn once and never leaves the data folder, so that nobody who knows
the ids of meters can find out whose topics these are. Once made it stays, also when the meter is exchanged: Home
Assistant knows the household's entities by it.
"""

import logging
import os
from pathlib import Path

import msgspec

from appliance.system.atomic_file import read_small_file, replace_file

log = logging.getLogger(__name__)

IDENTITY_FILE = "link.json"


class Kept(msgspec.Struct, frozen=True):
    """What the file has."""

    salt: str
    id: str | None = None
    """8 hex digits; `None` until a meter was heard."""
    delivered_to: int = 0
    """The beginning of the last hour that a broker has, in seconds since 1970."""


class Identity:
    """The appliance's name to others, and up to which hour they have been told."""

    def __init__(self, folder: Path | None) -> None:
        """Go on from what the folder has. Without one, as in a replay, the salt is empty and nothing is kept."""
        self._path = None if folder is None else folder / IDENTITY_FILE
        self._kept = Kept("") if self._path is None else _read(self._path) or Kept(os.urandom(16).hex())
        self.is_new = False
        """There is something to `keep`."""

    @property
    def id(self) -> str | None:
        """8 hex digits; `None` until a meter was heard."""
        return self._kept.id

    @property
    def delivered_to(self) -> int:
        """The beginning of the last hour that a broker has, in seconds since 1970; 0 before the first."""
        return self._kept.delivered_to

    def heard(self, meter_id: str) -> str:
        """Return the name, which is made now if there is none yet; an empty `meter_id` is a meter that sends none."""
        if self._kept.id is None:
            from hashlib import sha256  # only with a link: with OpenSSL's it costs 0.6 MB

            name = sha256(f"{self._kept.salt}/{meter_id}".encode()).hexdigest()[:8]
            self._set(msgspec.structs.replace(self._kept, id=name))
        return self._kept.id or ""

    def delivered(self, start: int) -> None:
        """Take note that a broker has the hour that began at `start`, in seconds since 1970."""
        self._set(msgspec.structs.replace(self._kept, delivered_to=start))

    def _set(self, kept: Kept) -> None:
        self._kept, self.is_new = kept, True

    def keep(self) -> None:
        """Write what is new, if the disk takes it: without, an hour may be told twice, or the name be another one.

        It may take its time: not to be called from the event loop.
        """
        self.is_new, kept = False, self._kept
        if self._path is not None:
            try:
                replace_file(self._path, msgspec.json.encode(kept), 0o640)
            except OSError as error:
                log.warning("%s: cannot be written: %s", self._path, error.strerror or error)


def _read(path: Path) -> Kept | None:
    try:
        return msgspec.json.decode(read_small_file(path), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None
