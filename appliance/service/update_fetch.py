"""Looks once a day whether there is a newer version of the card's system, and fetches it where the settings say so.

What is told is believed only with its signature, and only when it is not older than what was told before. What was
fetched is known by its check sum; root's installer, which never talks to the network, verifies it as it does any other,
and is asked for it by a file, in the small hours and while no alarm lasts. A version that was tried and came to nothing
is not fetched again.
"""

import asyncio
import logging
import os
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from appliance.household.situation import Situation
from appliance.links.download import Wanted, download
from appliance.links.fetch import FetchError, fetch
from appliance.service.actions import REQUEST
from appliance.service.outputs import Output, Task
from appliance.settings.model import NetworkSettings
from appliance.system.atomic_file import replace_file
from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase
from appliance.update import newest, outcome, sources
from appliance.update.newest import Newest
from appliance.update.running import Running
from appliance.update.signature import SIGNERS, is_signed

log = logging.getLogger(__name__)

DAY_S = 86_400.0
FIRST_LOOK_S = 600.0
"""After a start, at most: not all of a street at once when the power is back."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 900.0, 6 * 3600.0
"""After a look that failed."""
LOOK_S = 60.0
"""How often it is looked whether it is time."""
ASK_AGAIN_S = 3600.0
SMALL_HOURS = (2, 3, 4)
"""When an update may be tried by itself, local time."""
SPARE = 64 << 20
"""Of the disk that stays free."""
FOUND = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the files are."""

    folder: Path
    """The appliance's own."""
    runtime: Path
    """Where the installer is asked."""
    updates: Path = outcome.FOLDER
    """What the installer remembers."""
    signers: Path = SIGNERS


class UpdateFetch(Output):
    """Shows nothing itself; `newer` is for the panel."""

    name = "update fetch"

    def __init__(self, settings: NetworkSettings, running: Running, places: Places, timebase: Timebase) -> None:
        self._address = (settings.update_address or "").rstrip("/")
        self._fetches = settings.updates == "yes"
        self._running = running
        self._places = places
        self._timebase = timebase
        self._said = SayOnce(log)
        self._situation: Situation | None = None
        self._asked_s = float("-inf")
        self._newest = newest.seen(places.folder)

    @property
    def newer(self) -> str | None:
        """The newest version, where it is newer than what runs."""
        told = self._newest
        return None if told is None or told.build <= self._running.build else told.version

    def show(self, situation: Situation) -> None:
        """Keep it: it tells the hour, and whether there is an alarm."""
        self._situation = situation

    def tasks(self) -> Mapping[str, Task]:
        """Return the task that looks."""
        return {self.name: self._run}

    async def _run(self) -> None:
        backoff, due_s = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S), random.uniform(0.1, 1.0) * FIRST_LOOK_S
        due_s += self._timebase.now()
        while True:
            await self._timebase.sleep(LOOK_S)
            self._ask()
            if self._timebase.now() < due_s:
                continue
            if await self._looked():
                backoff.reset()
                pause_s = DAY_S
            else:
                pause_s = backoff.pause_s()
            due_s = self._timebase.now() + pause_s * random.uniform(0.9, 1.1)

    async def _looked(self) -> bool:
        """Look once. Return whether all came that is wanted."""
        host = urlsplit(self._address).hostname or ""
        try:
            told = await self._told()
            if self._fetches and self._is_wanted(told):
                await self._fetch(told)
        except FetchError as error:
            self._said.warn(f"updates: {error}; it is tried again")
            return False
        except ValueError as error:
            self._said.warn(f"updates: {host}: {error}; it is tried again")
            return False
        except OSError as error:
            self._said.warn(f"updates: {error.strerror or error}; it is tried again")
            return False
        self._said.over(f"updates: {host} is there again")
        return True

    async def _told(self) -> Newest:
        """Return what the server says. Raise FetchError, ValueError, OSError."""
        octets, signature = [await self._small(name) for name in (newest.NEWEST, newest.SIGNATURE)]
        signers = self._places.signers
        if not await asyncio.to_thread(is_signed, octets, signature, signers, newest.NAMESPACE):
            raise ValueError("what it says of the newest version is not signed by the maker of this system")
        told, before = newest.understood(octets), newest.seen(self._places.folder)
        if before is not None and told.build < before.build:
            raise ValueError(f"it says that {told.version} is the newest version, and {before.version} is newer")
        if told != before:
            await asyncio.to_thread(newest.remember, told, self._places.folder)
        self._newest = told
        if self.newer is not None:
            log.info("updates: %s is there; %s runs", told.version, self._running.version)
        return told

    async def _small(self, name: str) -> bytes:
        answer = await fetch(f"{self._address}/{name}")
        if answer.status != FOUND:
            raise FetchError(f"{self._address}/{name}: the server answers with status {answer.status}")
        return answer.body

    def _is_wanted(self, told: Newest) -> bool:
        """Return whether the bundle is to be fetched: it is newer, not here yet, and was not tried in vain."""
        last = outcome.last(self._places.updates)
        is_tried = last is not None and last.build == told.build and last.reason is not None
        return told.build > self._running.build and not is_tried and not os.path.lexists(self._fetched)

    async def _fetch(self, told: Newest) -> None:
        """Fetch a bundle, whole. Raise FetchError, OSError."""
        if told.octets + SPARE > shutil.disk_usage(self._places.folder).free:
            raise FetchError(f"there is no room on the card for {told.version}")
        log.warning("updates: %s is fetched, %d MB", told.version, told.octets // 1_000_000)
        await download(Wanted(f"{self._address}/{told.file}", told.octets, told.sha256), self._fetched)
        log.warning("updates: %s is here, and is tried in the small hours", told.version)

    @property
    def _fetched(self) -> Path:
        return self._places.folder / sources.FETCHED

    def _ask(self) -> None:
        """Ask for what was fetched to be installed, where this is a good moment for it."""
        now, situation = self._timebase.now(), self._situation
        if situation is None or not _is_calm(situation) or now < self._asked_s + ASK_AGAIN_S:
            return
        if os.path.lexists(self._fetched):
            self._asked_s = now
            try:
                replace_file(self._places.runtime / REQUEST, b"0\n", 0o640)
            except OSError as error:
                self._said.warn(f"updates: nobody can be asked to install: {error.strerror}")


def _is_calm(situation: Situation) -> bool:
    local = situation.local_time
    return local is not None and local.hour in SMALL_HOURS and not situation.alarms
