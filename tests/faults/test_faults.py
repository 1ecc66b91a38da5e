"""Faults from outside, each on an appliance of its own: what goes on, what is said, and how soon it heals."""

import asyncio

import pytest

from tests.faults.cases import CASES, HEALED_S, Outcome, may_mount

NEED_MOUNTS = {"disk full", "disk read-only"}
AT_ONCE = 12


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome | BaseException]:
    """All cases, as many at once as a small machine bears: they mostly wait."""
    names = [name for name in CASES if may_mount() or name not in NEED_MOUNTS]

    async def run(name: str, turn: asyncio.Semaphore) -> Outcome:
        async with turn:
            return await CASES[name](tmp_path_factory.mktemp("case"))

    async def run_all() -> list[Outcome | BaseException]:
        turn = asyncio.Semaphore(AT_ONCE)
        return await asyncio.gather(*(run(name, turn) for name in names), return_exceptions=True)

    found = dict(zip(names, asyncio.run(run_all()), strict=True))
    print("\n| fault | the panel says | all well again after |\n|---|---|---|")
    for name, outcome in found.items():
        if isinstance(outcome, Outcome):
            print(f"| {name} | {outcome.said or '–'} | {outcome.recovery.clock_s:.1f} s |")
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_rest_goes_on_and_all_is_well_soon_after(name: str, outcomes: dict[str, Outcome | BaseException]):
    if name not in outcomes:
        pytest.skip("this user may not give a process a disk of its own (unshare --mount)")
    outcome = outcomes[name]
    if isinstance(outcome, BaseException):
        raise outcome
    assert outcome.recovery.looks_s <= HEALED_S.get(name, 5.0)
