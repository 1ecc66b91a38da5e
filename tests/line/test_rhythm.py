"""The rhythm of lists against the plain reckoning: the median of the steps, and what is longer in whole rhythms."""

from itertools import pairwise
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from appliance.line.rhythm import Rhythm

STEPS = st.lists(st.one_of(st.sampled_from((2.5, 2.5, 10.0)), st.floats(0.01, 60.0)), min_size=1, max_size=40)
MOST = 12


def plain(starts: list[float]) -> tuple[int, int]:
    """Return the lists that are missing, and that there should have been, by the words alone."""
    steps = [after - before for before, after in pairwise(starts)]
    rhythm = median(steps)
    missing = sum(max(0, round(step / rhythm) - 1) for step in steps if step >= 1.49 * rhythm)
    return missing, missing + len(starts)


@given(STEPS, st.floats(20.0, 500.0))
def test_it_counts_as_the_plain_reckoning_does(steps: list[float], kept_s: float):
    rhythm, starts = Rhythm(MOST), [0.0]
    rhythm.add(0.0)
    for step in steps:
        starts.append(starts[-1] + step)
        rhythm.add(starts[-1])
        rhythm.forget(starts[-1], kept_s)
        starts = [start for start in starts[-MOST:] if starts[-1] - start <= kept_s]
        assert len(rhythm) == len(starts)
        if len(starts) > 1:
            assert rhythm.missing() == plain(starts)


def test_a_list_in_ten_that_is_missing():
    rhythm = Rhythm(100)
    for place in range(41):
        if place % 10 != 5:
            rhythm.add(2.5 * place)
    assert rhythm.missing() == (4, 41)


def test_it_begins_from_nothing():
    rhythm = Rhythm(100)
    for start in (0.0, 2.5, 5.0):
        rhythm.add(start)
    rhythm.clear()
    assert len(rhythm) == 0
    for start in (100.0, 110.0, 120.0):
        rhythm.add(start)
    assert rhythm.missing() == (0, 3)
