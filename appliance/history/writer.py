"""Keeps the household's history on the disk: opened at the start, written once a minute and when an hour has ended.

The disk may take its time, so it has a thread of its own. It may also fail or hang: then what is new stays in memory,
the panel says so, and the writer tries again until it works. Only the start and the end of the appliance wait for it,
and only briefly.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from appliance.history.database import HISTORY_FILE, History, HistoryError, read_as_is
from appliance.household.checkpoint import Batch, Restored
from appliance.household.hours import Hour
from appliance.household.ledger import MAX_HOURS
from appliance.household.situation import Storage
from appliance.system.clock import Boot
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

log = logging.getLogger(__name__)

PERIOD_S = 60.0
"""Between two writes."""
RETRY_S = 4.0
"""Between two tries while the disk fails: the panel is to say soon that it works again."""
LOOK_S = 1.0
"""How often it looks whether an hour has ended."""
LAST_WRITE_S = 1.2
"""How long the end of the program waits for the last write, of the wall's seconds."""


class Recorded(Protocol):
    """The household whose history it is, as far as the writer needs it (`household.household.Household`)."""

    @property
    def hours(self) -> tuple[Hour, ...]:
        """The hours that have ended; another tuple whenever one of them has changed."""

    @property
    def hours_kept(self) -> int:
        """The most ended hours that it keeps."""

    def record(self, now: float) -> Batch:
        """Return all that is new since what was last `written`, at `now`, s."""

    def written(self, record: Batch) -> None:
        """Take note that the record is on the disk."""

    def restore(self, stored: Restored, now: float) -> None:
        """Go on at `now`, s, from what the history had."""

    def adopt(self, hours: Sequence[Hour]) -> None:
        """Take over the hours of a history that could be opened only now."""

    def storage(self, storage: Storage) -> None:
        """Take note of the state of the history's file."""

    def history_lost(self) -> None:
        """Take note that a new history was begun."""


class HistoryWriter:
    """The history of one household in one folder."""

    def __init__(
        self,
        folder: Path,
        household: Recorded,
        boot: Callable[[], Boot],
        timebase: Timebase,
        worker: Worker,
    ) -> None:
        self.folder = folder
        self._path = folder / HISTORY_FILE
        self._household = household
        self._boot = boot
        self._timebase = timebase
        self._said = SayOnce(log)
        self._history: History | None = None
        self._set_aside: Path | None = None
        self._worker = worker
        self._written_at = timebase.now()
        self._hours: tuple[Hour, ...] | None = None
        """Those that were written the last time, or tried to be."""
        self._adopted = MAX_HOURS
        """As many of the newest hours were read."""
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Open the file and have the household go on from it; what fails is logged, and `run` tries again.

        A file that cannot be opened to be written is read all the same, so that its hours are shown.
        """
        stored = await self._open() or await self._read()
        if stored is not None:
            self._restore(stored)
            await self._adopt_earlier()
        self._hours = self._household.hours

    async def run(self) -> None:
        """Write once a minute and when an hour has ended, until cancelled."""
        if self._history is not None:
            await self._do(_examine)
        self._hours = self._household.hours
        while True:
            await self._timebase.sleep_until(min(self._due_s, self._timebase.now() + LOOK_S))
            if self.is_due():
                await self.write()

    def is_due(self) -> bool:
        """Return whether it is time to write: a minute has passed, or an hour has ended."""
        return self._timebase.now() >= self._due_s or self._household.hours is not self._hours

    @property
    def _due_s(self) -> float:
        return self._written_at + (RETRY_S if self._said.pending else PERIOD_S)

    async def write(self) -> bool:
        """Write what is new. Return whether it is on the disk."""
        async with self._writing:
            return await self._write_all()

    async def _write_all(self) -> bool:
        self._written_at, self._hours = self._timebase.now(), self._household.hours
        if self._history is None:
            stored = await self._open()
            if stored is None:
                return False
            self._household.adopt(stored.hours)
            await self._do(_examine)
        await self._adopt_earlier()
        record, boot = self._household.record(self._written_at), self._boot()
        if not await self._do(lambda history: history.write(record, boot)):
            return False
        self._household.written(record)
        return True

    async def _adopt_earlier(self) -> None:
        """Give the household the hours that its tariff looks back on beyond those that each start reads."""
        wanted, found = self._household.hours_kept, list[Hour]()
        if self._history is None or wanted <= self._adopted:
            return
        if await self._do(lambda history: found.extend(history.newest_hours(wanted))):
            self._household.adopt(found)
            self._adopted, self._hours = wanted, self._household.hours

    async def close(self) -> None:
        """Write what is new a last time, within `LAST_WRITE_S`, and close the file."""
        if self._history is not None:
            record, boot = self._household.record(self._timebase.now()), self._boot()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WRITE_S):
                    await self._do(lambda history: history.write(record, boot))
                    await self._do(History.close)
        self._worker.end()

    async def _open(self) -> Restored | None:
        """Open the file. Return what it holds; `None` when it cannot be opened, which is logged."""
        opened: list[History] = []

        def close() -> None:
            for history in opened:
                history.close()

        def work() -> Restored:
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            opened.append(History(self._path))
            return opened[0].load(self._boot())

        try:
            stored = await self._worker.do(work, late=close)
        except (HistoryError, HungError) as error:
            self._fail(error)
            return None
        except Exception as error:  # what nobody has thought of keeps nothing from starting either
            self._fail(HistoryError(f"{self._path}: {error!r}"))
            return None
        self._history = opened[0]
        self._succeed()
        return stored

    async def _read(self) -> Restored | None:
        """Return what can be read of a file that cannot be opened; `None` when nothing can, which was logged."""
        try:
            return await self._worker.do(lambda: read_as_is(self._path, self._boot()))
        except Exception:  # HistoryError, HungError, and what nobody has thought of: `_open` has told it
            return None

    def _restore(self, stored: Restored) -> None:
        """Have the household go on from the file, or from its hours: notes may hold what nobody thought of."""
        for less in (stored, Restored(stored.hours), Restored()):
            try:
                self._household.restore(less, self._timebase.now())
            except Exception as error:
                log.warning("the history's notes make no sense (%r): going on without them", error)
            else:
                return

    async def _do(self, work: Callable[[History], None]) -> bool:
        """Have the thread do this with the open file. Return whether it succeeded; what failed is logged."""
        history = self._history
        if history is None:
            return False
        try:
            await self._worker.do(lambda: work(history), late=history.close)
        except (HistoryError, HungError) as error:
            if isinstance(error, HungError):
                self._history = None  # the lost thread has it, and closes it
            self._fail(error)
            return False
        self._succeed()
        return True

    def _fail(self, error: HistoryError | HungError) -> None:
        """Log what failed, once, and tell the household."""
        self._said.warn(f"the history is not written: {error}; it is kept in memory until it can be")
        self._household.storage(Storage.FAILING)

    def _succeed(self) -> None:
        """Clear the failure, and tell the household the state of the file, also that a damaged one was set aside."""
        self._said.over()
        aside = None if self._history is None else self._history.set_aside
        if aside != self._set_aside:
            self._set_aside = aside
            log.warning("the history was damaged: it is set aside as %s, and a new one is begun", aside)
            self._household.history_lost()
        self._household.storage(Storage.SET_ASIDE if aside else Storage.FINE)


def _examine(history: History) -> None:
    """Read the whole file once, when nothing waits for it, and set it aside if it is damaged."""
    if history.damaged():
        history.begin_anew()
