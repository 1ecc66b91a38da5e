"""An update's three steps: take a bundle, judge what it brought, settle how it ended.

What touches the machine is in a `Host`, so that each step is tried with plain files in a test.
"""

import logging
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from appliance.update import bundle, outcome, sources, trial
from appliance.update.card import ONCE, USUAL, Card
from appliance.update.install import Disk, install
from appliance.update.outcome import Last, Reason, RefusedError, Trying
from appliance.update.trial import Seen

log = logging.getLogger(__name__)

LISTEN_S = 180.0
"""So long a list is waited for before the trial, to know which meter is to be heard then."""
LOOK_S = 5.0
HISTORY = "han-appliance"
"""The appliance's folder on the data partition."""
OLD = "old"


class Host(Protocol):
    """The machine, as far as an update touches it."""

    def seen(self) -> Seen | None:
        """Return what the appliance answers; `None` when it does not."""

    def newest_reading(self) -> datetime | None:
        """Return when a meter was heard last, by the history; `None` when it has no reading, or cannot be read."""

    def weak_supply(self) -> bool:
        """Return whether the supply is too weak at this moment."""

    def now(self) -> float:
        """Return seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def writable(self) -> AbstractContextManager[None]:
        """Have the boot partition writable while a block lasts. Raise OSError."""

    def start_once(self) -> None:
        """Ask the firmware to go by tryboot.txt at the next restart. Raise OSError."""

    def restart(self) -> None:
        """Restart the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What runs here, and where its files are."""

    card: Card
    data: Path
    """The data partition's folder."""
    signers: Path
    version: str
    build: int
    boot: str
    """Which boot this is."""
    disk: Callable[[], Disk] = Disk

    @property
    def folder(self) -> Path:
        """Where updates keep what they remember."""
        return self.data / outcome.FOLDER.name


def settle(here: Here) -> Last | None:
    """Note how a trial ended that is over. Return that; `None` when there is none, or when it goes on."""
    told = outcome.trying(here.folder)
    running = here.card.running()
    if told is None or running is not here.card.chosen():
        return None
    reason = None if running is told.system else told.reason or Reason.NO_START
    ended = Last(version=told.version, before=told.before, reason=reason, boot=here.boot, build=told.build)
    outcome.remember(ended, here.folder)
    return ended


def take(here: Here, host: Host, asked: int | None = None) -> bool:
    """Install the bundle that waits, if there is one, and start it once. Return whether it restarts.

    A bundle that is not taken is not tried again by itself; but for the supply's sake it waits for the next start. One
    that is offered is taken when `asked` is its number, also when it is older than what runs.
    """
    if here.card.running() is not here.card.chosen():
        return False
    sources.check_offer(here.build, here.folder)
    source = sources.waiting(here.card.boot, here.data / HISTORY, here.folder, asked)
    if source is None:
        return False
    version, build, told, reason = source.path.stem, 0, None, Reason.NOT_WRITTEN
    oldest = here.build if source.asked is None else source.asked.build
    before = _listened(host)
    heard_s, now = (None, None) if before is None else (before.heard_s, before.now)
    try:
        _check_supply(host)
        with host.writable():
            try:
                with bundle.opened(source.path, here.signers) as opened:
                    told = opened.told
                    version, build = told.version, told.build
                    log.warning("update %s: it is written beside %s", version, here.version)
                    system = install(opened, here.card, here.disk(), oldest)
                _check_supply(host)
                trying = Trying(
                    version=version,
                    build=build,
                    before=here.version,
                    system=system,
                    heard=trial.heard_the_day_before(heard_s, host.newest_reading(), now),
                    meter=None if before is None else before.meter,
                    display=before is not None and before.has_display,
                )
                outcome.remember(trying, here.folder)
                source.taken(here.folder)
            except RefusedError as error:
                source.refused(error.reason, told, here.folder)
                raise
        reason = Reason.NO_TRY
        host.start_once()
    except RefusedError as error:
        reason = error.reason
    except OSError as error:
        log.warning("update %s: %s", version, error)
    else:
        log.warning("update %s: it is started once, to see whether it is well", version)
        host.restart()
        return True
    log.warning("update %s is not taken: %s", version, outcome.sentence(reason))
    ended = Last(version=version, before=here.version, reason=reason, boot=here.boot, build=build)
    outcome.remember(ended, here.folder)
    return False


def judge(here: Here, host: Host) -> Reason | None:
    """Watch a system on trial until it is well, and choose it; when it is not in time, restart into the old one.

    Return why it was not chosen; `None` also where nothing is on trial.
    """
    running = here.card.running()
    if running is here.card.chosen():
        return None
    told = outcome.trying(here.folder)
    reason: Reason | None = Reason.NO_HISTORY
    if told is not None:
        began = host.now()
        while (reason := _lacks(host, told)) is not None and host.now() - began < trial.LONGEST_S:
            host.sleep(LOOK_S)
    if told is None or reason is not None:
        if told is not None:
            outcome.remember(msgspec.structs.replace(told, reason=reason), here.folder)
        log.warning("the update is not well: %s; the old system starts again", reason and outcome.sentence(reason))
        host.restart()
        return reason
    with host.writable():
        disk = here.disk()
        disk.name(here.card.boot / ONCE, running.other)
        disk.name(here.card.boot / USUAL, running)
    adopt_history(here)
    sources.forget_offer(here.folder)
    outcome.remember(Last(version=told.version, before=told.before, boot=here.boot, build=told.build), here.folder)
    log.warning("update %s is well, and stays", told.version)
    return None


def adopt_history(here: Here) -> None:
    """Put the history that the trial went on with in the old one's place. Raise OSError.

    The appliance goes on in the same folder, which only changes its name. A start after a power cut in here does the
    same (image: data-partition).
    """
    trial_folder = here.folder / f"history.{here.card.running().value}"
    if trial_folder.is_dir():
        own, old = here.data / HISTORY, here.folder / OLD
        shutil.rmtree(old, ignore_errors=True)
        if own.exists():
            own.rename(old)
        trial_folder.rename(own)


def _listened(host: Host) -> Seen | None:
    """Return what the appliance answers once it has read a list, or when there was time enough for one."""
    until = host.now() + LISTEN_S
    while ((seen := host.seen()) is None or seen.heard_s is None) and host.now() < until:
        host.sleep(LOOK_S)
    return seen


def _lacks(host: Host, told: Trying) -> Reason | None:
    lacks = trial.lacks(host.seen(), told)
    return Reason.WEAK_SUPPLY if lacks is None and host.weak_supply() else lacks


def _check_supply(host: Host) -> None:
    """Raise RefusedError where the power may go in the middle of a write, or at the start that follows."""
    seen = host.seen()
    if host.weak_supply() or (seen is not None and seen.weak_supply):
        raise RefusedError(Reason.WEAK_SUPPLY)
