"""The capacity tariff: the right days, their mean to the watt-hour, and the step that is billed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from appliance.household.capacity import Month, OtherPeaks, between, month
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.tariff import (
    COMMON_STEPS,
    Basis,
    EnergyPrice,
    PeakRule,
    Step,
    Tariff,
    by_day_and_night,
    in_force,
)

LOWER = Tariff(limit_is_lower=True)
"""The arithmetic here counts a mean that is just on a limit to the lower step, as few companies do."""

JANUARY = date(2026, 1, 1)
UPPER = Tariff(limit_is_lower=False)


def hour(local: str, import_wh: float, known: Quality = Quality.METERED, fold: int = 0) -> Hour:
    """The hour that begins at a local time such as 2026-01-15T17."""
    start = datetime.fromisoformat(local).replace(tzinfo=OSLO, fold=fold).astimezone(UTC)
    return Hour(start, import_wh, 0.0, known, 1.0)


def january(*energies_wh: float, quality: Quality = Quality.METERED) -> list[Hour]:
    """One hour, from 17, on each of the first days of January."""
    return [hour(f"2026-01-{day:02}T17", energy, quality) for day, energy in enumerate(energies_wh, start=1)]


def local(hour: Hour) -> str:
    return hour.start.astimezone(OSLO).isoformat(timespec="hours")[:13]


# The days that count.


def test_the_mean_is_that_of_the_three_highest_days():
    assert month(LOWER, january(1000, 6000, 2000, 5000, 4000), JANUARY).mean_kw == 5.0


def test_a_day_gives_its_highest_hour_only():
    first = [hour("2026-01-01T16", 7000), hour("2026-01-01T17", 8000), hour("2026-01-01T18", 7500)]

    assert [peak.import_wh for peak in month(LOWER, [*first, hour("2026-01-02T17", 2000)], JANUARY).peaks] == [
        8000,
        2000,
    ]


def test_the_peaks_of_a_month_are_its_days_highest_first_and_the_top_as_many_as_count():
    found = month(Tariff(limit_is_lower=True, peaks=PeakRule(number=2)), january(1000, 6000, 2000), JANUARY)

    assert [local(peak) for peak in found.peaks] == ["2026-01-02T17", "2026-01-03T17", "2026-01-01T17"]
    assert found.top == found.peaks[:2]


def test_with_one_day_it_is_the_highest_hour_of_the_month():
    found = month(Tariff(limit_is_lower=True, peaks=PeakRule(number=1)), january(1000, 6000, 2000), JANUARY)

    assert (found.mean_kw, found.step, found.enough_peaks) == (6.0, 2, True)


def test_of_equal_hours_the_earliest_is_the_peak():
    hours = [hour("2026-01-01T16", 3000), hour("2026-01-01T17", 3000), hour("2026-01-02T05", 3000)]

    assert [local(peak) for peak in month(LOWER, hours, JANUARY).peaks] == ["2026-01-01T16", "2026-01-02T05"]


def test_with_fewer_days_the_mean_is_of_those_there_are():
    assert month(LOWER, january(4000, 2000), JANUARY).mean_kw == 3.0


def test_before_the_first_hour_there_is_no_mean_and_no_step():
    found = month(LOWER, [], JANUARY)

    assert (found.mean_kw, found.step, found.peaks, found.enough_peaks) == (None, None, (), False)


def test_an_hour_known_partly_counts_with_what_was_seen_of_it():
    hours = [hour("2026-01-01T16", 3000), hour("2026-01-01T17", 4000, Quality.PARTLY)]

    assert month(LOWER, hours, JANUARY).mean_kw == 4.0


def test_an_unknown_hour_is_no_peak():
    assert month(LOWER, january(4000, quality=Quality.UNKNOWN), JANUARY).peaks == ()


def test_an_edited_hour_counts_with_the_households_figure():
    hours = [hour("2026-01-01T17", 9000), hour("2026-01-02T17", 1500, Quality.EDITED), hour("2026-01-02T18", 1000)]

    assert [peak.quality for peak in month(LOWER, hours, JANUARY).peaks] == [Quality.METERED, Quality.EDITED]
    assert month(LOWER, hours, JANUARY).mean_kw == 5.25


# Enough to say so.


@pytest.mark.parametrize("known", [Quality.METERED, Quality.INTEGRATED, Quality.EDITED])
def test_a_month_is_settled_with_as_many_days_as_count(known):
    assert not month(LOWER, january(1, 2, quality=known), JANUARY).enough_peaks
    assert month(LOWER, january(1, 2, 3, quality=known), JANUARY).enough_peaks


def test_a_day_whose_highest_hour_was_seen_in_part_settles_nothing():
    hours = [*january(1000, 2000), hour("2026-01-03T16", 500), hour("2026-01-03T17", 600, Quality.PARTLY)]

    assert not month(LOWER, hours, JANUARY).enough_peaks


def test_after_a_start_in_mid_month_the_peaks_say_since_when():
    hours = [hour("2026-01-15T12", 100, Quality.PARTLY), hour("2026-01-15T13", 900), hour("2026-01-15T14", 800)]

    assert month(LOWER, hours, JANUARY).since == datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_known_from_its_first_hour_on_a_month_says_no_since():
    assert month(LOWER, [hour("2026-01-01T00", 900), hour("2026-01-01T01", 900)], JANUARY).since is None


def test_known_from_the_month_before_on_a_month_says_no_since():
    hours = [hour("2025-12-31T23", 900), hour("2026-01-01T00", 900, Quality.PARTLY), hour("2026-01-01T01", 900)]

    assert month(LOWER, hours, JANUARY).since is None


def test_what_the_household_put_in_for_a_day_before_the_start_is_no_since():
    hours = [hour("2026-01-03T17", 5000, Quality.EDITED), hour("2026-01-15T13", 900)]

    assert month(LOWER, hours, JANUARY).since == datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_a_start_after_the_month_is_not_its_since():
    assert month(LOWER, [hour("2026-02-15T13", 900)], JANUARY).since is None


# Local days and months.


@pytest.mark.parametrize(
    ("winter_or_summer", "utc"), [("2026-01-15T00", "2026-01-14T23"), ("2026-07-15T00", "2026-07-14T22")]
)
def test_the_hour_from_local_midnight_belongs_to_the_day_it_begins(winter_or_summer, utc):
    midnight = hour(winter_or_summer, 2000)
    assert midnight.start == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    before, day = (
        replace(midnight, start=midnight.start - HOUR, import_wh=3000),
        date.fromisoformat(winter_or_summer[:10]),
    )

    assert [local(peak)[8:] for peak in month(LOWER, [before, midnight], day).peaks] == ["14T23", "15T00"]


def test_the_last_hour_of_a_month_is_not_the_next_ones():
    hours = [hour("2026-01-31T23", 3000), hour("2026-02-01T00", 2000)]

    assert [local(peak) for peak in month(LOWER, hours, date(2026, 1, 31)).peaks] == ["2026-01-31T23"]
    assert [local(peak) for peak in month(LOWER, hours, date(2026, 2, 1)).peaks] == ["2026-02-01T00"]


def test_the_last_hour_of_a_year_is_not_the_next_ones():
    hours = [hour("2025-12-31T23", 3000), hour("2026-01-01T00", 2000)]

    assert [local(peak) for peak in month(LOWER, hours, date(2025, 12, 24)).peaks] == ["2025-12-31T23"]
    assert [local(peak) for peak in month(LOWER, hours, JANUARY).peaks] == ["2026-01-01T00"]


@pytest.mark.parametrize(("day", "count"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_23_or_25_hours_is_one_day_with_all_its_hours(day, count):
    first = hour(f"{day}T00", 0.0)
    hours = [
        replace(first, start=first.start + number * HOUR, import_wh=1000.0 + number) for number in range(-1, count + 1)
    ]
    found = month(LOWER, hours, date.fromisoformat(day))
    own = [peak for peak in found.peaks if local(peak).startswith(day)]

    assert [(local(peak)[11:], peak.import_wh) for peak in own] == [("23", 999.0 + count)]


def test_the_hour_that_autumn_repeats_is_two_hours_of_one_day():
    hours = [hour("2026-10-25T02", 4000), hour("2026-10-25T02", 5000, fold=1)]

    assert hours[1].start - hours[0].start == HOUR
    assert month(LOWER, hours, date(2026, 10, 1)).peaks == (hours[1],)


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.lists(st.tuples(st.integers(-60, 60 * 24), st.integers(0, 20_000)), max_size=60, unique_by=lambda one: one[0]),
    st.integers(1, 5),
)
def test_a_months_peaks_are_the_highest_of_each_local_day_whatever_the_hours(day, given_hours, days):
    begin = datetime.combine(day, time(), OSLO).astimezone(UTC)
    hours = sorted(
        (Hour(begin + number * HOUR, wh, 0.0, Quality.METERED, 1.0) for number, wh in given_hours),
        key=lambda one: one.start,
    )
    found = month(Tariff(limit_is_lower=True, peaks=PeakRule(number=days)), hours, day)

    by_day: dict[date, float] = {}
    for one in hours:
        its = one.start.astimezone(OSLO)
        if (its.year, its.month) == (day.year, day.month):
            by_day[its.date()] = max(by_day.get(its.date(), 0.0), one.import_wh)
    assert {peak.start.astimezone(OSLO).date(): peak.import_wh for peak in found.peaks} == by_day
    top = sorted(by_day.values(), reverse=True)[:days]
    assert found.mean_kw == (pytest.approx(sum(top) / len(top) / 1000) if top else None)


@given(st.integers(0, 50), st.integers(0, 50), st.lists(st.integers(0, 50), unique=True, max_size=30).map(sorted))
def test_the_hours_between_two_moments_are_those_that_begin_from_the_first_to_before_the_second(one, other, starts):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    hours = [Hour(begin + start * HOUR, 0.0, 0.0, Quality.METERED, 1.0) for start in starts]

    found = between(hours, begin + one * HOUR, begin + other * HOUR)
    assert [(hour.start - begin) // HOUR for hour in found] == [start for start in starts if one <= start < other]


# Steps.


@pytest.mark.parametrize(
    ("mean_kw", "place"), [(0.0, 0), (2.0, 0), (2.001, 1), (5.0, 1), (5.001, 2), (100.0, 8), (100.001, 9)]
)
def test_a_value_just_on_a_limit_belongs_to_the_lower_step(mean_kw, place):
    assert LOWER.step(mean_kw) == place


@pytest.mark.parametrize(("mean_kw", "place"), [(0.0, 0), (1.999, 0), (2.0, 1), (4.999, 1), (5.0, 2), (100.0, 9)])
def test_where_the_table_says_so_it_belongs_to_the_upper_step(mean_kw, place):
    assert UPPER.step(mean_kw) == place


def test_above_all_limits_it_is_the_last_step():
    assert Tariff(limit_is_lower=True, steps=(Step(5.0), Step(10.0))).step(11.0) == 1


def test_a_step_ends_at_its_limit_and_the_last_never():
    tariff = Tariff(limit_is_lower=True, steps=(Step(5.0), Step(10.0)))

    assert (tariff.end_of(0), tariff.end_of(1), LOWER.end_of(9)) == (5.0, None, None)


@pytest.mark.parametrize(("fuse_a", "place"), [(25.0, 0), (63.0, 1), (80.0, 2)])
def test_a_table_by_the_fuse_has_its_limits_in_amperes(fuse_a, place):
    assert (
        Tariff(
            limit_is_lower=True, basis=Basis.FUSE, steps=(Step(25.0, 200.0), Step(63.0, 400.0), Step(None, 800.0))
        ).step(fuse_a)
        == place
    )


def test_the_common_steps_rise_and_have_no_last_limit():
    limits = [step.up_to for step in COMMON_STEPS]

    assert limits == [2, 5, 10, 15, 20, 25, 50, 75, 100, None]


def test_a_mean_that_is_a_third_of_a_watt_hour_over_the_limit_is_over_it():
    assert month(LOWER, january(5000, 5000, 5001), JANUARY).step == 2
    assert month(LOWER, january(5000, 5000, 5000), JANUARY).step == 1
    assert month(UPPER, january(5000, 5000, 4999), JANUARY).step == 1


def test_energies_count_to_the_watt_hour():
    assert month(LOWER, january(5000.4, 5000.3, 4999.6), JANUARY).mean_kw == 5.0


@given(st.integers(1, 100_000), st.integers(1, 10), st.booleans())
def test_a_mean_just_on_a_limit_of_any_decimal_is_on_it(limit_wh, days, lower):
    limit_kw = float(f"{limit_wh / 1000:.3f}")
    tariff = Tariff(peaks=PeakRule(number=days), steps=(Step(limit_kw), Step(None)), limit_is_lower=lower)

    on = Month(JANUARY, tariff, tuple(january(*[limit_wh] * days)))
    above = Month(JANUARY, tariff, tuple(january(*[limit_wh] * (days - 1), limit_wh + 1)))
    below = Month(JANUARY, tariff, tuple(january(*[limit_wh] * (days - 1), limit_wh - 1)))
    assert (below.step, on.step, above.step) == (0, 0 if lower else 1, 1)


# Tables and their dates.


def test_the_table_with_the_newest_date_that_has_come_holds():
    old, new = LOWER, Tariff(limit_is_lower=True, valid_from=date(2026, 7, 1), peaks=PeakRule(number=1))

    for tables in ([old, new], [new, old]):
        assert in_force(tables, date(2026, 6, 30)) is old
        assert in_force(tables, date(2026, 7, 1)) is new
        assert in_force(tables, date(2027, 1, 1)) is new


def test_before_the_first_table_none_holds():
    assert in_force([Tariff(limit_is_lower=True, valid_from=date(2026, 7, 1))], date(2026, 6, 30)) is None
    assert in_force([], JANUARY) is None


# The energy's price.

PRICE = by_day_and_night(50.0, 40.0)


def ore(price: EnergyPrice, local_time: str) -> float:
    return price.ore(hour(local_time, 0.0).start)


@pytest.mark.parametrize(
    ("local_time", "expected"),
    [("2026-01-15T05", 40), ("2026-01-15T06", 50), ("2026-01-15T21", 50), ("2026-01-15T22", 40), ("2026-07-15T06", 50)],
)
def test_the_days_price_holds_from_its_first_hour_to_before_its_end_by_local_time(local_time, expected):
    assert ore(PRICE, local_time) == expected


def test_at_the_weekend_the_nights_price_holds_all_day_if_it_is_said_to():
    assert [ore(PRICE, f"2026-01-{day}T12") for day in (16, 17, 18, 19)] == [50, 40, 40, 50]
    assert ore(by_day_and_night(50.0, 40.0, weekend_is_night=False), "2026-01-17T12") == 50


def test_a_day_until_midnight_or_over_it_is_a_day():
    until_midnight = by_day_and_night(50.0, 40.0, time(6), time(0))
    over_midnight = by_day_and_night(50.0, 40.0, time(14), time(2))

    assert [ore(until_midnight, f"2026-01-15T{clock}") for clock in ("05", "06", "23", "00")] == [40, 50, 50, 40]
    assert [ore(over_midnight, f"2026-01-15T{clock}") for clock in ("01", "02", "13", "14")] == [50, 40, 40, 50]


# Beside the running hour.

energies = st.integers(0, 12_000)
tariffs = st.builds(
    Tariff,
    peaks=st.builds(PeakRule, number=st.integers(1, 5)),
    limit_is_lower=st.booleans(),
    steps=st.just((Step(2.0), Step(4.1), Step(5.0), Step(7.3), Step(None))),
)
limits = st.one_of(
    st.sampled_from([2.0, 4.1, 5.0, 7.3]),
    st.integers(1, 12_000).map(lambda wh: wh / 1000),
    st.floats(0.01, 12, allow_subnormal=False),
)
START = hour("2026-01-20T17", 0.0).start


@st.composite
def months(draw: st.DrawFn) -> tuple[Tariff, list[Hour]]:
    """A tariff, and hours of January without the one from 17 on the 20th."""
    found = draw(st.dictionaries(st.tuples(st.integers(16, 24), st.integers(16, 18)), energies, max_size=12))
    found.pop((20, 17), None)
    return draw(tariffs), [hour(f"2026-01-{day:02}T{clock}", wh) for (day, clock), wh in sorted(found.items())]


def recomputed(tariff: Tariff, hours: list[Hour], import_wh: float) -> Month:
    """The month with the hour at `START` in it."""
    whole = sorted([*hours, Hour(START, import_wh, 0.0, Quality.METERED, 1.0)], key=lambda one: one.start)
    return month(tariff, whole, JANUARY)


def other_peaks(tariff: Tariff, hours: list[Hour]) -> OtherPeaks:
    return month(tariff, hours, JANUARY).other_peaks(START)


@given(months(), st.floats(0, 20_000))
def test_the_mean_with_an_hour_is_the_months_when_the_hour_is_one_of_it(made, import_wh):
    assert other_peaks(*made).mean_kw(import_wh) == recomputed(*made, import_wh).mean_kw


@given(months(), limits)
def test_allowed_is_the_largest_energy_that_keeps_the_limit_or_costs_nothing(made, limit_kw):
    tariff, hours = made
    found = other_peaks(tariff, hours)
    allowed, free = found.allowed_wh(limit_kw), found.free_wh

    def kept(import_wh: int) -> bool:
        mean_kw = recomputed(tariff, hours, import_wh).mean_kw
        assert mean_kw is not None
        return mean_kw <= limit_kw if tariff.limit_is_lower else mean_kw < limit_kw

    assert kept(allowed) or allowed == free
    assert not kept(allowed + 1)


@given(months())
def test_free_is_the_largest_energy_that_lifts_nothing(made):
    free = other_peaks(*made).free_wh
    without, at, above = (recomputed(*made, import_wh).mean_kw for import_wh in (0, free, free + 1))

    assert without == at
    assert above is not None
    assert at is not None
    assert above > at


@given(months(), energies)
def test_the_step_with_an_hour_is_the_months(made, import_wh):
    tariff, hours = made

    assert tariff.step(other_peaks(tariff, hours).mean_kw(import_wh)) == recomputed(tariff, hours, import_wh).step


@given(months(), st.data())
def test_what_is_allowed_within_a_step_stays_in_it_and_one_more_does_not(made, data):
    tariff, hours = made
    found = other_peaks(tariff, hours)
    place = tariff.step(found.mean_kw(data.draw(energies)))
    limit_kw = tariff.end_of(place)
    assume(limit_kw is not None)
    assert limit_kw is not None
    allowed = found.allowed_wh(limit_kw)

    assert tariff.step(found.mean_kw(allowed + 1)) > place
    assert tariff.step(found.mean_kw(allowed)) <= place or allowed == found.free_wh


def test_beside_an_hour_stand_the_highest_other_of_its_day_and_the_highest_other_days():
    hours = [*january(7000, 6000, 5000, 4000), hour("2026-01-20T09", 3000), hour("2026-01-20T10", 2000)]

    assert other_peaks(LOWER, hours) == OtherPeaks(LOWER, 3000, (7000, 6000, 5000))


def test_an_hour_is_free_up_to_the_higher_of_its_own_day_and_the_last_that_counts():
    assert other_peaks(LOWER, january(7000, 6000, 5000, 4000)).free_wh == 5000
    assert other_peaks(LOWER, [*january(7000, 6000, 5000), hour("2026-01-20T09", 6500)]).free_wh == 6500
    assert other_peaks(LOWER, january(7000, 6000)).free_wh == 0


def test_what_is_left_of_three_days_mean_is_allowed():
    assert other_peaks(LOWER, january(6000, 5000, 1000)).allowed_wh(5.0) == 4000
    assert other_peaks(UPPER, january(6000, 5000, 1000)).allowed_wh(5.0) == 3999


def test_on_an_empty_month_just_the_limit_is_allowed_whatever_its_decimals():
    for limit_wh in range(1, 12_001):
        assert OtherPeaks(LOWER, 0, ()).allowed_wh(limit_wh / 1000) == limit_wh
        assert OtherPeaks(UPPER, 0, ()).allowed_wh(limit_wh / 1000) == limit_wh - 1


def test_an_hour_around_local_midnight_stands_beside_its_own_day():
    hours = [hour("2026-01-19T23", 8000), hour("2026-01-20T00", 1000)]
    found = month(LOWER, hours, JANUARY)

    assert found.other_peaks(hours[1].start + timedelta(hours=1)).own_wh == 1000
    assert found.other_peaks(hours[0].start - timedelta(hours=1)).own_wh == 8000


@pytest.mark.parametrize("clock", ["00:00", "05:59", "06:00", "23:00"])
def test_with_equal_ends_it_is_always_day(clock):
    price = by_day_and_night(day_ore=50.0, night_ore=40.0, day_from=time(6), day_to=time(6), weekend_is_night=False)
    start = datetime.fromisoformat(f"2026-01-15 {clock}").replace(tzinfo=OSLO)

    assert price.ore(start) == 50.0
