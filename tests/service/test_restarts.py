"""Tasks that fail are restarted after growing pauses, and the panel is told when it goes on."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from appliance.service.restarts import FAILURES_UNTIL_FAULT, LONGEST_PAUSE_S, TaskRestarter
from appliance.system.health import Fault, FaultKind
from appliance.system.timebase import Timebase
from tests.started import CAP_S


class FailingTask:
    """Fails as often as it is told to, and then works on."""

    def __init__(self, timebase: Timebase, failures: int) -> None:
        self.began: list[float] = []
        self._timebase = timebase
        self._failures = failures

    async def run(self) -> None:
        self.began.append(self._timebase.now())
        if len(self.began) <= self._failures:
            raise ValueError(f"number {len(self.began) % 2}")
        await asyncio.get_running_loop().create_future()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(CAP_S):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another task
            await asyncio.sleep(0.001)


async def test_a_task_that_fails_is_begun_again_after_growing_pauses():
    timebase = Timebase(100)
    restarter, failing = TaskRestarter(timebase), FailingTask(timebase, 4)
    task = asyncio.create_task(restarter.run("display", failing.run))
    await until(lambda: len(failing.began) == 5)
    task.cancel()
    pauses = [later - earlier for earlier, later in zip(failing.began, failing.began[1:], strict=False)]
    assert all(pause >= least for pause, least in zip(pauses, (1, 2, 4, 8), strict=True))


async def test_only_five_failures_in_a_row_are_worth_words_and_they_go_when_it_works_again():
    timebase = Timebase(200)
    restarter, failing = TaskRestarter(timebase), FailingTask(timebase, FAILURES_UNTIL_FAULT)
    task = asyncio.create_task(restarter.run("display", failing.run))
    await until(lambda: len(failing.began) == FAILURES_UNTIL_FAULT - 1)
    assert restarter.faults == ()
    await until(lambda: len(failing.began) == FAILURES_UNTIL_FAULT + 1)
    assert restarter.faults == (Fault(FaultKind.PART, "display"),)
    await until(lambda: restarter.faults == ())
    assert timebase.now() - failing.began[-1] >= 0.9 * LONGEST_PAUSE_S
    task.cancel()


async def test_a_task_that_returns_is_not_begun_again():
    async def task() -> None:
        began.append(True)

    began: list[bool] = []
    await TaskRestarter(Timebase()).run("socket", task)
    assert began == [True]


def test_what_fails_under_guard_stops_nobody_and_is_logged_once_for_each_kind(caplog: pytest.LogCaptureFixture):
    def fail(with_what: str) -> None:
        raise KeyError(with_what)

    restarter = TaskRestarter(Timebase())
    with caplog.at_level(logging.ERROR):
        for what in ("a", "a", "a", "b"):
            restarter.guard("panel", lambda what=what: fail(what))
    assert [str(record.exc_info[1]) for record in caplog.records] == ["'a'", "'b'"]
    assert "the panel failed" in caplog.text
