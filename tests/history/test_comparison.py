"""The household's hours beside the grid company's, each case by hand."""

from datetime import UTC, datetime

import pytest

from appliance.history.comparison import Comparison, compare
from appliance.history.elhub import GridHour
from appliance.household.hours import HOUR, Hour, Quality

BEGIN = datetime(2026, 3, 31, 22, tzinfo=UTC)


def ours(*loads_wh: float | None, quality: Quality = Quality.METERED) -> list[Hour]:
    """Hours one after the other; `None` is one that the history does not have."""
    return [Hour(BEGIN + place * HOUR, wh, 0.0, quality, 1.0) for place, wh in enumerate(loads_wh) if wh is not None]


def theirs(*loads_wh: int | None) -> list[GridHour]:
    return [GridHour(BEGIN + place * HOUR, wh) for place, wh in enumerate(loads_wh) if wh is not None]


def compared(file: list[GridHour], known: list[Hour], near_wh: float = 10) -> Comparison:
    return compare(file, known, known[-1].start if known else None, near_wh)


def test_hours_are_the_same_near_or_different():
    """1000 beside 1000, 1003 and 990 within 10 Wh, 989 beyond; the sums: 4000 here, 1000 + 1003 + 990 + 989 = 3982."""
    found = compared(theirs(1000, 1003, 990, 989), ours(1000.0, 1000.0, 1000.0, 1000.0))

    assert (found.same, found.near, [difference.wh for difference in found.differences]) == (1, 2, [-11.0])
    assert (found.ours_wh, found.theirs_wh) == (4000.0, 3982.0)
    assert found.corrections == {BEGIN + 3 * HOUR: 989.0}


def test_how_near_is_near_enough_can_be_asked_for():
    assert len(compared(theirs(1000, 1003), ours(1000.0, 1000.0), near_wh=0).differences) == 1
    assert not compared(theirs(1000, 1003), ours(1000.0, 1000.0), near_wh=3).differences


def test_an_hour_of_less_than_half_a_watt_hour_more_is_the_same():
    """An integrated hour has parts of a watt-hour, and no register has."""
    found = compared(theirs(1000), ours(1000.4, quality=Quality.INTEGRATED), near_wh=0.5)

    assert (found.same, found.near) == (1, 0)


@pytest.mark.parametrize("quality", [Quality.PARTLY, Quality.UNKNOWN])
def test_an_hour_that_was_not_seen_whole_differs_whatever_it_has(quality: Quality):
    found = compared(theirs(1000, 1000), [*ours(1000.0), Hour(BEGIN + HOUR, 1000.0, 0.0, quality, 0.9)])

    [difference] = found.differences
    assert difference.theirs.start == BEGIN + HOUR
    assert difference.wh == (0.0 if quality is Quality.PARTLY else None)
    assert (found.ours_wh, found.theirs_wh) == (1000.0, 1000.0)


def test_an_hour_that_the_history_does_not_have_differs():
    [difference] = compared(theirs(1, 2, 3), ours(1.0, None, 3.0)).differences

    assert (difference.ours, difference.wh, difference.theirs.import_wh) == (None, None, 2)


def test_hours_later_than_the_newest_measured_one_are_left_out():
    found = compared(theirs(1000, 1000, 0, 0), ours(1000.0, 1000.0))

    assert (found.same, len(found.later), found.differences) == (2, 2, ())
    assert len(compare(theirs(1000), [], None).later) == 1


def test_hours_that_only_the_history_has_are_counted_within_the_files_time():
    known = [*ours(1.0, 2.0, 3.0, 4.0), Hour(BEGIN - HOUR, 9.0, 0.0, Quality.METERED, 1.0)]

    assert compare(theirs(1, None, 3), known, BEGIN + 3 * HOUR).only_here == 1


PATTERN = [300 + 700 * (place * 7 % 5) for place in range(30)]


@pytest.mark.parametrize("shift", [1, -1])
def test_a_clock_that_was_an_hour_wrong_is_seen(shift: int):
    known = [Hour(BEGIN + (place - shift) * HOUR, wh, 0.0, Quality.METERED, 1.0) for place, wh in enumerate(PATTERN)]
    file = theirs(*PATTERN)

    assert compare(file, known, BEGIN + 100 * HOUR).shift == shift
    assert compare(file[:20], known, BEGIN + 100 * HOUR).shift == 0  # too few to say so


def test_a_clock_that_is_right_is_not_called_wrong():
    assert compared(theirs(*PATTERN), ours(*map(float, PATTERN))).shift == 0
    assert compared(theirs(*PATTERN), ours(*[1200.0] * 30)).shift == 0
    assert compared(theirs(*[0] * 30), ours(*[0.0] * 30)).shift == 0
    turned = [Hour(hour.start - HOUR, hour.import_wh, 0.0, Quality.EDITED, 0.0) for hour in ours(*PATTERN)]
    assert compare(theirs(*PATTERN), turned, BEGIN + 100 * HOUR).shift == 0  # corrections say nothing of our clock
