"""Where a bundle may lie, and what becomes of it there.

On the boot partition (HAN), where a person put it; beside the history, where the contents of a USB stick are copied, so
that the stick may go; or in the appliance's own folder, where it fetched one. What is newer than the running system is
taken by itself, once. What is older, or was tried and is not well, is offered at the panel, and taken when somebody
asks for it there.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from appliance.update import outcome
from appliance.update.manifest import Manifest
from appliance.update.outcome import Offered, Reason

BUNDLES = "*.update"
REFUSED = ".refused"
"""What a bundle's name ends with on HAN after it was not taken, so that it is not tried again by itself."""
STICK = "stick.update"
"""A stick's bundle, in root's own folder."""
FETCHED = "fetched.update"
"""One from the network, in the appliance's folder."""
KEPT = "offered.bundle"
"""A stick's bundle that is offered, in root's own folder."""


@dataclass(frozen=True, slots=True)
class Source:
    """A bundle that is to be taken."""

    path: Path
    on_han: bool
    asked: Offered | None = None
    """Somebody asked for it, at the panel: it may be older than what runs."""

    def taken(self, folder: Path) -> None:
        """Remove it, and offer it no more. Raise OSError."""
        self.path.unlink()
        if self.asked is not None:
            forget_offer(folder)

    def refused(self, reason: Reason, told: Manifest | None, folder: Path) -> None:
        """See to it that it is not taken again by itself; an older one on HAN is offered. Raise OSError."""
        if reason is Reason.WEAK_SUPPLY:
            return  # it waits for the next start
        if self.asked is not None:
            forget_offer(folder)
        elif self.on_han:
            kept = self.path.rename(self.path.with_name(self.path.name + REFUSED))
            if reason is Reason.OLDER and told is not None:
                offer(Offered(version=told.version, build=told.build, older=True, file=str(kept)), folder)
        else:
            self.path.unlink()


def waiting(boot: Path, data: Path, folder: Path, asked: int | None = None) -> Source | None:
    """Return the bundle that is to be taken: the one with the build number that somebody `asked` for goes first."""
    offered = outcome.offered(folder)
    if offered is not None and offered.build == asked:
        return Source(Path(offered.file), Path(offered.file).parent == boot, offered)
    if found := sorted(boot.glob(BUNDLES)):
        return Source(found[-1], on_han=True)
    for path in (folder / STICK, data / FETCHED):
        if os.path.lexists(path):
            return Source(path, on_han=False)
    return None


def offer(told: Offered, folder: Path) -> None:
    """Offer a bundle at the panel, in place of what was offered before. Raise OSError."""
    before = outcome.offered(folder)
    if before is not None and before.file != told.file:
        forget_offer(folder)
    outcome.remember(told, folder)


def forget_offer(folder: Path) -> None:
    """Offer nothing any more. Raise OSError."""
    (folder / outcome.OFFERED).unlink(missing_ok=True)
    (folder / KEPT).unlink(missing_ok=True)


def check_offer(build: int, folder: Path) -> None:
    """Offer no more what is gone, or runs by now (`build`), and go by what runs. Raise OSError."""
    offered = outcome.offered(folder)
    if offered is None:
        return
    if offered.build == build or not Path(offered.file).is_file():
        forget_offer(folder)
    elif offered.older != (offered.build < build):
        forget_offer(folder)  # another image was written: the bundle is looked at again where it is
