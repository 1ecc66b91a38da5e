"""Keeps the household's history on the disk: opened at the start, written once a minute and when an hour has ended.

The disk may take its time, so it has a thread of its own, and it may fail: then what is new stays in memory, the panel
says so, and the next minute tries again. Nothing of the appliance waits for it but its own end.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from appliance.household.history import FILE, Boot, History, HistoryError
from appliance.household.household import Household
from appliance.household.record import Record, Stored
from appliance.household.situation import Storage
from appliance.timebase import Timebase

Result = TypeVar("Result")

PERIOD_S = 60.0
LOOK_S = 1.0
LAST_WRITE_S = 1.5
"""How long the end waits for the last write, of the wall's seconds."""


class Keeper:
    """The history of one household in one folder."""

    def __init__(
        self,
        folder: Path,
        household: Household,
        boot: Callable[[], Boot],
        timebase: Timebase,
        warn: Callable[..., None],
    ) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._household = household
        self._boot = boot
        self._timebase = timebase
        self._warn = warn
        self._said = ""
        self._history: History | None = None
        self._set_aside: Path | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history")
        self._written_at = timebase.now()
        self._writing = asyncio.Lock()

    def open(self) -> None:
        """Open the file and have the household go on from it; what fails is said, and tried again by `run`."""
        stored, trouble = _attempt(self._open)
        if self._tell(trouble) and stored is not None:
            self._household.restore(stored, self._timebase.now())

    async def run(self) -> None:
        """Write, until cancelled."""
        if self._history is not None:
            await self._do(self._examine)
        hours = self._household.hours
        while True:
            due = self._written_at + PERIOD_S
            await self._timebase.sleep_until(min(due, self._timebase.now() + LOOK_S))
            if self._timebase.now() >= due or self._household.hours is not hours:
                hours = self._household.hours
                await self.write()

    async def write(self) -> bool:
        """Write what is new; whether it is on the disk now."""
        async with self._writing:
            return await self._write_all()

    async def _write_all(self) -> bool:
        self._written_at = self._timebase.now()
        if self._history is None:
            stored = await self._do(self._open)
            if stored is None:
                return False
            self._household.adopt(stored.hours)
            await self._do(self._examine)
        record, boot = self._household.record(self._written_at), self._boot()
        written = await self._do(lambda: self._write(record, boot))
        if written is None:
            return False
        self._household.written(record)
        return True

    def close(self) -> None:
        """Write what is new a last time, within `LAST_WRITE_S`, and close the file."""
        if self._history is not None:
            record, boot = self._household.record(self._timebase.now()), self._boot()
            last = self._thread.submit(_attempt, lambda: self._write(record, boot))
            with contextlib.suppress(TimeoutError):
                self._tell(last.result(LAST_WRITE_S)[1])
                self._history.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _do(self, work: Callable[[], Result]) -> Result | None:
        """What the thread made of this piece of work; `None` when it failed, which has been said."""
        result, trouble = await asyncio.wrap_future(self._thread.submit(_attempt, work))
        return result if self._tell(trouble) else None

    def _tell(self, trouble: HistoryError | None) -> bool:
        """Say what is the matter, once, and tell the household; whether nothing is."""
        if trouble is not None:
            if str(trouble) != self._said:
                self._warn("the history is not written: %s; it is kept in memory until it can be", trouble)
            self._said = str(trouble)
            self._household.storage(Storage.FAILING)
            return False
        self._said = ""
        aside = None if self._history is None else self._history.set_aside
        if aside != self._set_aside:
            self._set_aside = aside
            self._warn("the history was damaged: it is set aside as %s, and a new one is begun", aside)
            self._household.history_lost()
        self._household.storage(Storage.SET_ASIDE if aside else Storage.FINE)
        return True

    # These run on the thread.

    def _open(self) -> Stored:
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        history = History(self._path)
        stored = history.load(self._boot())
        self._history = history
        return stored

    def _examine(self) -> bool:
        """Read the whole file once, now that nobody waits for it."""
        if self._history is not None and self._history.damaged():
            self._history.begin_anew()
        return True

    def _write(self, record: Record, boot: Boot) -> bool:
        if self._history is not None:
            self._history.write(record, boot)
        return True


def _attempt(work: Callable[[], Result]) -> tuple[Result | None, HistoryError | None]:
    try:
        return work(), None
    except HistoryError as trouble:
        return None, trouble
