"""Whatever happens: any load, unit, gap, repeated or lost list, restart, power cut, dark time and clock.

The oracle is from outside: `oracle_world` is a load, a register and a clock, `oracle_life` draws what becomes of them,
and `oracle` tells the household and judges it. Nothing of the household's is used to judge it. What is held, in each
life: an hour has no more seconds than an hour has, and no more energy than its largest power times its length; a
metered hour or sum is what the load was between two full hours of one clock, to the register's resolution; an
integrated one to 1 % or 30 Wh, and what no list told; one that was told as a whole is known as a whole; no hour is
there twice, or lies in the future of a confirmed time; the running hour runs where the clock has been right for two
hourly lists or ten minutes; a synchronised clock is never beaten by half an hour; an old list's power is not shown as
the present one; no power alarm comes or goes before its hold time.

A failure prints its seeds. `HAN_SEED=17 pytest tests/household/test_any_life.py` lives that one alone, and says what
happens in it.
"""

import os
from collections import Counter

import pytest

from tests.household.oracle import Figures, Oracle
from tests.household.oracle_life import draw
from tests.share import cases

LIVES, PART = cases(50, 500, 20_000), cases(50, 50, 500)
SEED = os.environ.get("HAN_SEED")


def lived(seed: int) -> Figures:
    return Oracle(draw(seed)).lived()


def parts() -> list[range]:
    if SEED is not None:
        return [range(int(SEED), int(SEED) + 1)]
    return [range(first, first + PART) for first in range(0, LIVES, PART)]


@pytest.mark.parametrize("seeds", parts(), ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_no_life_breaks_what_holds_for_all(seeds):
    wrong: dict[int, list[str]] = {}
    qualities: Counter[str] = Counter()
    settled = expected = 0
    for seed in seeds:
        figures = lived(seed)
        qualities.update(figures.qualities)
        settled += figures.looks_settled
        expected += figures.hours_expected
        if figures.wrong:
            wrong[seed] = figures.wrong
    print(f"\nseeds {seeds.start} to {seeds.stop - 1}: {dict(qualities)}, {expected} whole hours expected")
    if SEED is not None:
        print(draw(seeds.start))

    told = [f"seed {seed}: {len(lines)} wrong, first {lines[0]}" for seed, lines in wrong.items()]
    assert not told, "\n".join(told if SEED is None else wrong[seeds.start])
    # Lives that make no hours would prove nothing.
    if len(seeds) >= 50:
        assert qualities["metered"] >= len(seeds)
        assert expected >= len(seeds) // 4
        assert settled > 50 * len(seeds)
