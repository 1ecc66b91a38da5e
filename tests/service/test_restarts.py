"""Rooms that fail are begun again after growing pauses, and say so when it goes on."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from appliance.service.restarts import FAILURES_TOLD, LONGEST_PAUSE_S, TaskRestarter, pause_s
from appliance.system.health import Fault, FaultKind
from appliance.system.timebase import Timebase
from tests.started import CAP_S


class FailingRoom:
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


def test_pauses_double_from_one_second_to_a_minute():
    assert [pause_s(failures) for failures in (1, 2, 3, 6, 7, 8, 10_000)] == [1, 2, 4, 32, 60, 60, 60]


async def test_a_room_that_fails_is_begun_again_after_growing_pauses():
    timebase = Timebase(100)
    supervision, room = TaskRestarter(timebase), FailingRoom(timebase, 4)
    task = asyncio.create_task(supervision.run("display", room.run))
    await until(lambda: len(room.began) == 5)
    task.cancel()
    pauses = [later - earlier for earlier, later in zip(room.began, room.began[1:], strict=False)]
    assert all(pause >= least for pause, least in zip(pauses, (1, 2, 4, 8), strict=True))


async def test_only_five_failures_in_a_row_are_worth_words_and_they_go_when_it_works_again():
    timebase = Timebase(200)
    supervision, room = TaskRestarter(timebase), FailingRoom(timebase, FAILURES_TOLD)
    task = asyncio.create_task(supervision.run("display", room.run))
    await until(lambda: len(room.began) == FAILURES_TOLD - 1)
    assert supervision.faults == ()
    await until(lambda: len(room.began) == FAILURES_TOLD + 1)
    assert supervision.faults == (Fault(FaultKind.ROOM, "display"),)
    await until(lambda: supervision.faults == ())
    assert timebase.now() - room.began[-1] >= 0.9 * LONGEST_PAUSE_S
    task.cancel()


async def test_a_room_that_returns_is_not_begun_again():
    async def room() -> None:
        began.append(True)

    began: list[bool] = []
    await TaskRestarter(Timebase()).run("socket", room)
    assert began == [True]


def test_what_fails_under_guard_stops_nobody_and_is_logged_once_for_each_kind(caplog: pytest.LogCaptureFixture):
    def fail(with_what: str) -> None:
        raise KeyError(with_what)

    supervision = TaskRestarter(Timebase())
    with caplog.at_level(logging.ERROR):
        for what in ("a", "a", "a", "b"):
            supervision.guard("panel", lambda what=what: fail(what))
    assert [str(record.exc_info[1]) for record in caplog.records] == ["'a'", "'b'"]
    assert "the panel failed" in caplog.text
