"""An update that was not taken is named for a day, in the boot in which that became known; one that was never is."""

import asyncio
from pathlib import Path

import pytest

from appliance.service.update_notice import SHOWN_S, UpdateNotice
from appliance.system.clock import Boot
from appliance.system.health import Fault, FaultKind, Offer
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from appliance.update import outcome
from appliance.update.outcome import Last, Offered, Reason
from appliance.words.words import WORDS


class Clock(Timebase):
    """A timebase that is moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 100.0
        self.slept = asyncio.Event()

    def now(self) -> float:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.set()
        await asyncio.sleep(seconds)


async def run(notice: UpdateNotice) -> None:
    await notice.tasks()["updates"]()


async def looked(folder: Path, told: Last | None) -> tuple[UpdateNotice, Clock]:
    """The notice of this boot, "one", after it has looked once."""
    if told is not None:
        outcome.remember(told, folder)
    clock = Clock()
    notice = UpdateNotice(folder, lambda: Boot("one", 20.0), clock, Worker("disk", 30.0))
    async with asyncio.TaskGroup() as tasks:
        look = tasks.create_task(run(notice))
        await clock.slept.wait()
        look.cancel()
    return notice, clock


def failed(boot: str = "one", reason: Reason | None = Reason.NO_LISTS) -> Last:
    return Last(version="v1.3", before="v1.2", reason=reason, boot=boot)


async def test_it_says_why_and_what_goes_on(tmp_path: Path) -> None:
    notice, _ = await looked(tmp_path, failed())
    [fault] = notice.faults
    assert fault == Fault(FaultKind.UPDATE, "the meter was not heard; v1.2 goes on")
    assert WORDS["nb"].tell(fault.detail) == "måleren ble ikke hørt; v1.2 kjører videre"


async def test_for_a_day(tmp_path: Path) -> None:
    notice, clock = await looked(tmp_path, failed())
    clock.moment += SHOWN_S
    assert notice.faults
    clock.moment += 1
    assert not notice.faults


@pytest.mark.parametrize("told", [None, failed(boot="another"), failed(reason=None)])
async def test_nothing_else_is_a_fault(tmp_path: Path, told: Last | None) -> None:
    notice, _ = await looked(tmp_path, told)
    assert not notice.faults


async def test_a_version_that_is_offered_is_told_and_is_no_fault(tmp_path: Path) -> None:
    outcome.remember(Offered(version="v1.1", build=7, older=True, file="/x"), tmp_path)
    notice, _ = await looked(tmp_path, None)
    assert notice.offer == Offer("v1.1", 7, older=True)
    assert not notice.faults
    assert (await looked(tmp_path / "none", None))[0].offer is None


@pytest.mark.parametrize("octets", [b"", b"{}", b"\xff\0", b'{"version": 1}', b"[]"])
async def test_what_cannot_be_read_is_nothing(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / outcome.LAST).write_bytes(octets)
    assert outcome.last(tmp_path) is None


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_said_in_each_language(reason: Reason) -> None:
    english = outcome.sentence(reason)
    assert len({WORDS[language].tell(english) for language in ("en", "nb", "sv")}) == 3
