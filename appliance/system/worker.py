"""Threads for what may block: a display's bus, a disk.

Each has one thread, which does one thing after another, and a deadline. A job that has not come back by then is given
up: its caller gets an exception, the thread is left to itself, and the next job gets a new one. A thread that hangs in
the kernel cannot be ended from outside, so lost threads are counted and their number is limited; when they do not come
back, the watchdog is no longer fed and systemd restarts the program.

Not an executor: its threads are waited for when the interpreter ends, and a bus that hangs must not keep a program
from ending. Deadlines are of the wall's clock: a disk is as slow in a fast demonstration as it is on the Pi.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

MOST_LOST = 3
"""Threads that may hang at the same time; then nothing is begun until one is back."""


class HungError(Exception):
    """A job did not come back within its deadline; one sentence."""


class Worker:
    """One thread at a time; made once for each device, called from one event loop."""

    def __init__(self, name: str, deadline_s: float) -> None:
        """Make a worker called `name` in sentences, whose jobs may take `deadline_s`, s."""
        self.name = name
        self._deadline_s = deadline_s
        self._hand: _Hand | None = None
        self._lost: list[tuple[float, _Hand]] = []
        self._given = 0

    @property
    def busy(self) -> bool:
        """Whether a job has been given and has not come back yet."""
        return self._given > 0

    @property
    def lost_s(self) -> float:
        """For how long the longest lost thread has been late, s; 0 when none is."""
        self._lost = [(since, hand) for since, hand in self._lost if hand.is_alive()]
        return max((time.monotonic() - since for since, _ in self._lost), default=0.0)

    async def do(self, job: Callable[[], T], *, late: Callable[[], None] | None = None) -> T:
        """Have the thread do this. Return what it returned, raise what it raised.

        Raise HungError at the deadline; when the job comes back after it, `late` is called.
        """
        if self.lost_s and len(self._lost) >= MOST_LOST:
            raise HungError(f"the {self.name} hangs: {MOST_LOST} calls have not returned")
        if self._hand is None:
            self._hand = _Hand(self.name)
        done = self._hand.give(job)
        waiting = asyncio.wrap_future(done)
        self._given += 1
        try:
            if (await asyncio.wait([waiting], timeout=self._deadline_s))[0]:
                return waiting.result()
        finally:
            waiting.cancel()  # one that has not begun is not begun any more
            self._given -= 1
        self._lost.append((time.monotonic(), self._hand))
        self.end()
        if late is not None:
            done.add_done_callback(lambda _done: late())
        raise HungError(f"the {self.name} hangs: a call has not returned for {self._deadline_s:g} s")

    def end(self) -> None:
        """Let the thread end once it is through; a later job gets another thread."""
        if self._hand is not None:
            self._hand.end()
            self._hand = None


class _Hand(threading.Thread):
    """A thread and what it is to do."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.start()

    def give(self, job: Callable[[], T]) -> "Future[T]":
        done: Future[T] = Future()

        def run() -> None:
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(job())
                except Exception as error:
                    done.set_exception(error)

        self._jobs.put(run)
        return done

    def end(self) -> None:
        self._jobs.put(None)

    def run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
