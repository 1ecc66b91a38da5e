"""A thread for what may block, and what happens when it does not come back: real threads, real blocking."""

import asyncio
import threading

import pytest

from appliance.system.worker import MOST_LOST, HungError, Worker
from tests.started import CAP_S


async def test_a_job_is_done_on_another_thread_and_its_result_comes_back():
    assert await Worker("disk", CAP_S).do(threading.get_ident) != threading.get_ident()


async def test_what_a_job_raises_reaches_who_asked():
    with pytest.raises(OSError, match="no disk"):
        await Worker("disk", CAP_S).do(fails)


def fails() -> None:
    raise OSError("no disk")


async def test_jobs_are_done_one_after_another():
    worker, done = Worker("disk", CAP_S), []
    await asyncio.gather(*(worker.do(lambda number=number: done.append(number)) for number in range(20)))
    assert done == list(range(20))


async def test_a_job_that_does_not_come_back_is_given_up_in_words_and_the_next_one_is_done():
    worker, held = Worker("display", 0.5), threading.Event()  # time enough for the next one on any machine
    with pytest.raises(HungError, match=r"the display hangs: a call has not returned for 0\.5 s"):
        await worker.do(held.wait)
    assert await worker.do(lambda: "next") == "next"
    assert worker.lost_s > 0
    held.set()


async def test_a_thread_that_comes_back_late_is_no_longer_lost_and_tidies_up():
    worker, held, tidied = Worker("display", 0.05), threading.Event(), threading.Event()
    with pytest.raises(HungError):
        await worker.do(held.wait, late=tidied.set)
    assert not tidied.is_set()
    held.set()
    assert tidied.wait(CAP_S)
    async with asyncio.timeout(CAP_S):
        while worker.lost_s:  # noqa: ASYNC110 - it ends on its own thread
            await asyncio.sleep(0.001)


async def test_only_so_many_threads_are_risked():
    worker, held = Worker("display", 0.01), threading.Event()
    for _ in range(MOST_LOST):
        with pytest.raises(HungError, match="has not returned"):
            await worker.do(held.wait)
    threads = threading.active_count()
    with pytest.raises(HungError, match="3 calls have not returned"):
        await worker.do(held.wait)
    assert threading.active_count() <= threads
    held.set()


async def test_a_job_whose_asker_is_gone_is_not_begun_when_it_still_waits():
    worker, held, done = Worker("disk", CAP_S), threading.Event(), []
    first = asyncio.ensure_future(worker.do(held.wait))
    second = asyncio.ensure_future(worker.do(lambda: done.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    held.set()
    await first
    await worker.do(lambda: done.append("third"))
    assert done == ["third"]


async def test_a_worker_that_was_ended_leaves_no_thread():
    worker = Worker("disk", CAP_S)
    thread = await worker.do(threading.current_thread)
    worker.end()
    thread.join(CAP_S)
    assert not thread.is_alive()
