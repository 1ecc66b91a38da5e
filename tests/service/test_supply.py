"""The supply's dips: a fault for a day when one comes while the appliance runs, and never at the start."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from appliance.service import supply
from appliance.service.supply import LOOK_S, SHOWN_S, SupplyWatch
from appliance.system.health import Fault, FaultKind


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


def watched(looks: Sequence[bool | None]) -> tuple[SupplyWatch, Hand]:
    """Return a watch that has looked so often, and its clock."""
    hand, left = Hand(), iter(looks)
    watch = SupplyWatch(hand, lambda: _next(left))  # type: ignore[arg-type]  # a clock moved by hand has no more
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch.tasks()["supply"]())
    return watch, hand


def _next(left: Iterator[bool | None]) -> bool | None:
    for one in left:
        return one
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("looks", "is_fault"),
    [
        ([False, False], False),
        ([False, True], True),
        ([True, True], False),  # plugged in
        ([None, None, True, True], False),  # the driver came later, and the dip was before
        ([None, False, True], True),
        ([False, None, True], True),
        ([True, False, True], True),  # the kernel's own driver, which forgets
        ([], False),
    ],
)
def test_a_dip_that_comes_while_it_runs_is_a_fault(looks, is_fault):
    watch, _ = watched(looks)
    assert watch.faults == ((Fault(FaultKind.SUPPLY),) if is_fault else ())


def test_the_fault_is_over_after_a_day_though_the_driver_remembers():
    watch, hand = watched([False, True, True, True])
    hand.at = LOOK_S + SHOWN_S - 1
    assert watch.faults
    hand.at = LOOK_S + SHOWN_S
    assert not watch.faults
    assert supply.SHOWN_S == 86_400
