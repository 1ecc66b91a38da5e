"""A bundle that somebody put on the card: opened once, followed nowhere, believed only as far as its signature goes."""

import hashlib
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from appliance.update import manifest
from appliance.update.manifest import MANIFEST, NAMESPACE, SIGNATURE, Manifest, Part
from appliance.update.outcome import Reason, RefusedError
from appliance.update.signature import is_signed

MOST_OCTETS = 100_000
"""Of the manifest, and of its signature."""
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Bundle:
    """One that is signed by somebody who may; its parts are not looked at before they are read."""

    told: Manifest
    members: tarfile.TarFile

    def parts(self) -> Iterator[tuple[Part, Iterator[bytes]]]:
        """Yield each part with its octets, in the order of the file; all octets of one are to be taken before the next.

        Raise RefusedError when one is not what the manifest says, or is missing, or one comes twice.
        """
        missing = {part.name for part in self.told.parts}
        try:
            while (member := self.members.next()) is not None:
                part = self.told.part(member.name)
                opened = self.members.extractfile(member) if member.isreg() else None
                if member.name not in missing or opened is None or member.size != part.octets:
                    raise RefusedError(Reason.DAMAGED)
                missing.remove(member.name)
                yield part, _verified(part, opened)
        except tarfile.TarError:
            raise RefusedError(Reason.DAMAGED) from None
        if missing:
            raise RefusedError(Reason.DAMAGED)


@contextmanager
def opened(path: Path, signers: Path) -> Iterator[Bundle]:
    """Have a bundle open while the block lasts; `signers` lists who may sign. Raise RefusedError, OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        try:
            members = tarfile.open(fileobj=file, mode="r|")  # noqa: SIM115 - closed by the block that follows
            told, signature = _first(members, MANIFEST), _first(members, SIGNATURE)
        except tarfile.TarError:
            raise RefusedError(Reason.DAMAGED) from None
        with members:
            if not is_signed(told, signature, signers, NAMESPACE):
                raise RefusedError(Reason.SIGNATURE)
            yield Bundle(manifest.understood(told), members)


def _first(members: tarfile.TarFile, name: str) -> bytes:
    member = members.next()
    opened = members.extractfile(member) if member is not None and member.isreg() else None
    if member is None or opened is None or member.name != name or member.size > MOST_OCTETS:
        raise RefusedError(Reason.DAMAGED)
    return opened.read()


def _verified(part: Part, opened: IO[bytes]) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        while block := opened.read(BLOCK):
            digest.update(block)
            yield block
    except tarfile.TarError:  # the file ends too soon
        raise RefusedError(Reason.DAMAGED) from None
    if digest.hexdigest() != part.sha256:
        raise RefusedError(Reason.DAMAGED)
