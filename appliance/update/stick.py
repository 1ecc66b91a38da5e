"""A USB stick with a bundle: looked at while it is mounted, read-only, and copied if there is something in it for us.

The signature and the number of the build are looked at on the stick; what is copied is verified again, as a whole, when
it is written to the card. A stick that is taken out in the middle leaves a copy that is not whole, which goes.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from appliance.update import bundle, outcome, sources
from appliance.update.manifest import Manifest
from appliance.update.outcome import Last, Offered, Reason, RefusedError
from appliance.update.steps import Here

log = logging.getLogger(__name__)

NAMES = "han-appliance-*.update"
MOST_NAMES = 8
"""Looked at, the last ones by their names."""
BLOCK = 1 << 20
AROUND = 1 << 20
"""A bundle's file is larger than its parts by less than this: headers, signature, the blocks of tar."""
_AGAIN = (None, Reason.DAMAGED)
"""What does not keep a bundle from being taken by itself again: the one on the stick may be another copy."""
SPARE = 64 << 20
"""Of the data partition that stays free."""


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    told: Manifest


class Stick:
    """Reads a stick's files; a test takes it out in the middle."""

    def read(self, file: IO[bytes]) -> bytes:
        """Return the next octets; none at the end. Raise OSError."""
        return file.read(BLOCK)


def look(here: Here, folder: Path, stick: Stick | None = None) -> bool:
    """Copy the newest bundle in a stick's root folder beside the history. Return whether there is one to be taken.

    One of what runs is left alone, and so is a stick while an update is tried. An older one, and one that was tried and
    came to nothing, is offered at the panel; nothing of them is started by itself. A copy that still waits for a
    better supply is taken first.
    """
    if here.card.running() is not here.card.chosen() or outcome.trying(here.folder) is not None:
        return False
    here.folder.mkdir(mode=0o755, exist_ok=True)
    if (here.folder / sources.STICK).exists():
        return True
    version = "?"
    try:
        found = _newest(here, folder)
        if found is None or found.told.build == here.build:
            return False
        version = found.told.version
        return _copied(here, found, stick or Stick())
    except RefusedError as error:
        reason = error.reason
    except OSError as error:
        log.warning("the stick's update %s cannot be copied: %s", version, error.strerror or error)
        reason = Reason.NOT_WRITTEN
    log.warning("the stick's update %s is not taken: %s", version, outcome.sentence(reason))
    outcome.remember(Last(version=version, before=here.version, reason=reason, boot=here.boot), here.folder)
    return False


def _newest(here: Here, folder: Path) -> _Found | None:
    """Return the bundle with the highest number that may be used; `None` where there is none at all.

    Raise RefusedError where none may be used.
    """
    refused, found = None, []
    for path in _bundles(folder):
        try:
            with bundle.opened(path, here.signers) as opened:
                found.append(_Found(path, opened.told))
        except RefusedError as error:
            refused = error
        except OSError:
            refused = RefusedError(Reason.STICK_OUT)
    if not found and refused is not None:
        raise refused
    return max(found, key=lambda one: one.told.build, default=None)


def _bundles(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob(NAMES))[-MOST_NAMES:]
    except OSError:
        raise RefusedError(Reason.STICK_OUT) from None


def _copied(here: Here, found: _Found, stick: Stick) -> bool:
    """Return whether it is to be taken, and not only offered. Raise RefusedError, OSError."""
    last, told = outcome.last(here.folder), found.told
    is_older = told.build < here.build
    is_tried = last is not None and last.build == told.build and last.reason not in _AGAIN
    if not is_older and not is_tried:
        _copy(found, here.folder / sources.STICK, stick)
        return True
    before = outcome.offered(here.folder)
    if before is None or before.build != told.build:
        sources.forget_offer(here.folder)
        kept = here.folder / sources.KEPT
        _copy(found, kept, stick)
        sources.offer(Offered(version=told.version, build=told.build, older=is_older, file=str(kept)), here.folder)
    return False


def _copy(found: _Found, to: Path, stick: Stick) -> None:
    """Copy a bundle, whole or not at all. Raise RefusedError, OSError."""
    beside = to.with_name(to.name + ".new")
    beside.unlink(missing_ok=True)
    size = sum(part.octets for part in found.told.parts) + AROUND
    if size + SPARE > shutil.disk_usage(to.parent).free:
        raise RefusedError(Reason.OTHER_CARD)
    try:
        with beside.open("xb") as copy:
            for octets in _octets(found.path, size, stick):
                copy.write(octets)
            copy.flush()
            os.fsync(copy.fileno())
        beside.rename(to)
    finally:
        beside.unlink(missing_ok=True)


def _octets(path: Path, most: int, stick: Stick) -> Iterator[bytes]:
    """Yield a file's octets. Raise RefusedError for more than `most`, and when the stick is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            while octets := stick.read(file):
                most -= len(octets)
                if most < 0:
                    raise RefusedError(Reason.DAMAGED)
                yield octets
    except OSError:
        raise RefusedError(Reason.STICK_OUT) from None
