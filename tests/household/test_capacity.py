"""Capacity tariffs of the general form, held to brute force over all hours; and price lists worked by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.household.capacity import month
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.recurring import Calendar, DayKind, Recurring
from appliance.household.tariff import Linear, PeakRule, Period, Step, Tariff, Weight

JANUARY = date(2026, 1, 1)
START = datetime(2026, 1, 20, 16, tzinfo=UTC)
NIGHT = frozenset({22, 23, 0, 1, 2, 3, 4, 5})
CALENDAR = Calendar(frozenset({JANUARY}), frozenset({(1, 20)}))
KEYS = {Period.HOUR: "%Y-%m-%d %H %z", Period.DAY: "%Y-%m-%d", Period.WEEK: "%G-%V", Period.MONTH: "%Y-%m"}

recurring = st.builds(
    Recurring,
    st.none() | st.frozensets(st.integers(0, 23), min_size=8),
    st.none() | st.frozensets(st.sampled_from(DayKind), min_size=1),
    st.none() | st.frozensets(st.sampled_from([10, 11, 12, 1]), min_size=1),
)
rules = st.builds(
    PeakRule,
    number=st.integers(1, 5),
    period=st.sampled_from(Period),
    months=st.integers(1, 3),
    counts=st.just(Recurring()) | recurring,
    weights=st.lists(
        st.builds(Weight, recurring, st.sampled_from([Fraction(1, 2), Fraction(2, 3), Fraction(5, 4), Fraction(0)])),
        max_size=2,
    ).map(tuple),
    least_kw=st.sampled_from([0.0, 0.0, 2.5]),
)
tariffs = st.builds(
    Tariff,
    peaks=rules,
    limit_is_lower=st.booleans(),
    calendar=st.just(CALENDAR),
    steps=st.just((Step(2.0), Step(4.1), Step(5.0), Step(7.3), Step(None))),
)
starts = st.integers(0, 110 * 24).map(lambda place: datetime(2025, 10, 8, tzinfo=UTC) + place * HOUR)
energies = st.integers(0, 12_000)


@st.composite
def seen(draw: st.DrawFn) -> tuple[Tariff, list[Hour]]:
    """A tariff, and hours of the months before and of January, without the one at `START`."""
    near = starts | st.integers(-60, 60).map(lambda place: START + place * HOUR)
    found = draw(st.dictionaries(near, energies, max_size=14))
    found.pop(START, None)
    return draw(tariffs), [Hour(start, wh, 0.0, Quality.METERED, 1.0) for start, wh in sorted(found.items())]


def covers(when: Recurring, local: datetime) -> bool:
    """Whether an hour lies in it, by the names of days and sets of them."""
    day = local.date()
    off = day in CALENDAR.holidays or (day.month, day.day) in CALENDAR.also_off
    names = {f"{day:%A}".lower(), "weekday" if day.isoweekday() < 6 else "weekend"}
    names |= {"holiday"} if off else set()
    names |= {"day-off"} if off or day.isoweekday() > 5 else {"working-day"}
    return (
        (when.hours is None or local.hour in when.hours)
        and (when.months is None or day.month in when.months)
        and (when.days is None or any(kind.value in names for kind in when.days))
    )


def brute_kw(tariff: Tariff, hours: Sequence[Hour]) -> Fraction | None:
    """The mean over all hours of January's window, by the rule's words alone."""
    rule, highest = tariff.peaks, dict[str, Fraction]()
    first = {1: date(2026, 1, 1), 2: date(2025, 12, 1), 3: date(2025, 11, 1)}[rule.months]
    for hour in hours:
        local = hour.start.astimezone(OSLO)
        if not first <= local.date() < date(2026, 2, 1) or not covers(rule.counts, local):
            continue
        weight = Fraction(1)
        for one in rule.weights:
            monday = local.date() - timedelta(days=local.isoweekday() - 1)
            month_of = monday if rule.period is Period.WEEK else local
            in_season = one.when.months is None or month_of.month in one.when.months
            weight = one.share if in_season and covers(replace(one.when, months=None), local) else weight
        if weight:
            key, kw = local.strftime(KEYS[rule.period]), Fraction(round(hour.import_wh)) * weight / 1000
            highest[key] = max(highest.get(key, Fraction(0)), kw, Fraction(rule.least_kw))
    top = sorted(highest.values())[-rule.number :]
    return sum(top, Fraction(0)) / len(top) if top else None


def with_hour(hours: list[Hour], import_wh: float) -> list[Hour]:
    return sorted([*hours, Hour(START, import_wh, 0.0, Quality.METERED, 1.0)], key=lambda hour: hour.start)


def within(tariff: Tariff, mean_kw: Fraction, limit_kw: float) -> bool:
    limit = Fraction(str(limit_kw))
    return mean_kw <= limit if tariff.limit_is_lower else mean_kw < limit


@given(seen())
def test_mean_and_step_are_those_of_all_hours(made):
    tariff, hours = made
    found, mean_kw = month(tariff, hours, JANUARY), brute_kw(tariff, hours)

    assert found.mean_kw == (None if mean_kw is None else float(mean_kw))
    if mean_kw is not None:
        limits = (2.0, 4.1, 5.0, 7.3)
        assert found.step == next((n for n, limit in enumerate(limits) if within(tariff, mean_kw, limit)), 4)


@given(seen(), st.floats(0, 20_000))
def test_the_mean_with_an_hour_is_that_of_all_hours_with_it(made, import_wh):
    tariff, hours = made
    found = month(tariff, hours, JANUARY).other_peaks(START).mean_kw(import_wh)

    assert found == float(brute_kw(tariff, with_hour(hours, import_wh)) or 0)


@given(seen())
def test_what_costs_nothing_lifts_nothing_and_a_watt_hour_more_does(made):
    tariff, hours = made
    peaks = month(tariff, hours, JANUARY).other_peaks(START)
    none, most = (brute_kw(tariff, with_hour(hours, wh)) for wh in (0, 1_000_000))

    if peaks.free_wh is None:
        assert peaks.costs_nothing(1e9)
        assert none == most
        return
    at, above = (brute_kw(tariff, with_hour(hours, peaks.free_wh + more)) for more in (0, 1))
    assert at == none
    assert above is not None
    assert at is not None
    assert above > at
    assert peaks.costs_nothing(peaks.free_wh)
    assert not peaks.costs_nothing(peaks.free_wh + 1)


@given(seen(), st.sampled_from([2.0, 4.1, 5.0, 7.3]))
def test_what_is_allowed_keeps_the_limit_and_a_watt_hour_more_does_not(made, limit_kw):
    tariff, hours = made
    peaks = month(tariff, hours, JANUARY).other_peaks(START)
    allowed_wh = peaks.allowed_wh(limit_kw)
    if allowed_wh is None:
        assert peaks.free_wh is None
        return
    at, above = (brute_kw(tariff, with_hour(hours, allowed_wh + more)) for more in (0, 1))
    assert at is not None
    assert above is not None

    assert within(tariff, at, limit_kw) or allowed_wh == peaks.free_wh
    assert not within(tariff, above, limit_kw)


# By hand.


def hour(local: str, import_wh: float) -> Hour:
    start = datetime.fromisoformat(local).replace(tzinfo=OSLO).astimezone(UTC)
    return Hour(start, import_wh, 0.0, Quality.METERED, 1.0)


def test_by_ellevio_a_night_counts_half():
    """Ellevio, house, 2026: 65 kr/kW without VAT, the mean of the three highest hours of different days, 22 to 6 half.

    By night 9.0 kWh count 4.5; the others 4.2 and 3.3: (4.5 + 4.2 + 3.3) / 3 = 4.0 kW, 260 kr. On a fourth evening
    3.3 kWh cost nothing, and at 23 twice as many.
    """
    rule = PeakRule(weights=(Weight(Recurring(NIGHT), Fraction(1, 2)),))
    tariff = Tariff(peaks=rule, steps=(), linear=Linear(65.0))
    found = month(tariff, [hour("2026-01-05T18", 4200), hour("2026-01-06T18", 3300), hour("2026-01-07T02", 9000)],
                  JANUARY)  # fmt: skip

    assert (found.mean_kw, found.step, found.capacity_kr) == (4.0, None, 260.0)
    assert found.other_peaks(hour("2026-01-20T18", 0).start).free_wh == 3300
    assert found.other_peaks(hour("2026-01-20T23", 0).start).free_wh == 6600


def test_by_falkenberg_a_summer_and_a_holiday_count_nothing():
    """Falkenberg, 2026: three highest hours of working days, 6 to 20, November to March."""
    when = Recurring(frozenset(range(6, 20)), frozenset({DayKind.WORKING_DAY}), frozenset({11, 12, 1, 2, 3}))
    tariff = Tariff(peaks=PeakRule(counts=when), calendar=Calendar(frozenset({date(2026, 1, 6)})), steps=())
    epiphany, saturday, night = "2026-01-06T12", "2026-01-10T12", "2026-01-08T20"
    found = month(tariff, [hour(epiphany, 9000), hour("2026-01-07T19", 2000), hour(night, 9000), hour(saturday, 9000)],
                  JANUARY)  # fmt: skip
    summer = month(tariff, [hour("2026-07-01T12", 9000)], date(2026, 7, 1))

    assert found.mean_kw == 2.0
    assert summer.mean_kw is None
    assert found.other_peaks(hour(saturday, 0).start).free_wh is None


def test_by_flanders_a_month_gives_one_peak_of_at_least_2_5_kw_and_twelve_make_the_mean():
    """Belgium: the mean of the last twelve monthly peaks, each at least 2.5 kW; here by hours.

    November 4.0, December 1.0 (counts 2.5), January 5.5: (4.0 + 2.5 + 5.5) / 3 = 4.0 kW.
    """
    tariff = Tariff(peaks=PeakRule(number=12, period=Period.MONTH, months=12, least_kw=2.5), steps=())
    hours = [hour("2025-11-03T18", 4000), hour("2025-12-24T18", 1000), hour("2026-01-09T18", 5500)]

    assert month(tariff, hours, JANUARY).mean_kw == 4.0


def test_a_quarter_hours_peak_is_its_mean_power():
    """Of 1.1 kWh in a quarter of an hour the mean power is 4.4 kW; the limit of 5 kW allows 1.249 kWh, not 1.25."""
    tariff = Tariff(peaks=PeakRule(number=1, duration_s=900))
    found = month(tariff, [hour("2026-01-09T18:15", 1100)], JANUARY)

    assert found.mean_kw == 4.4
    assert found.other_peaks(hour("2026-01-20T18", 0).start).allowed_wh(5.0) == 1249


def test_five_weeks_of_twelve_months_make_fjellnetts_mean():
    """Fjellnett: the mean of the five highest weeks of the last twelve months; 2,000 kr and 589 kr/kW a year.

    Weeks of 6, 5, 4, 3 and 2 kW (and one of 1): (6 + 5 + 4 + 3 + 2) / 5 = 4 kW; (2000 + 4 x 589) / 12 = 363 kr. The
    week from Monday 29 December to Sunday 4 January is one, also over New Year. The season's weights are left out here.
    """
    rule = PeakRule(number=5, period=Period.WEEK, months=12)
    tariff = Tariff(peaks=rule, steps=(), linear=Linear(589 / 12, 2000 / 12))
    days = ("2025-03-03", "2025-06-02", "2025-09-01", "2025-11-03", "2025-12-29", "2026-01-04", "2026-01-12")
    loads = (6000, 5000, 4000, 1000, 3000, 2900, 2000)
    found = month(tariff, [hour(f"{day}T18", wh) for day, wh in zip(days, loads, strict=True)], JANUARY)

    assert [peak.import_wh for peak in found.top] == [6000, 5000, 4000, 3000, 2000]
    assert (found.mean_kw, found.capacity_kr) == (4.0, pytest.approx(363.0))


def test_what_was_not_seen_makes_a_lower_bound_only_where_it_counts():
    when = Recurring(frozenset(range(6, 20)))
    hours = [hour(f"2026-01-01T{clock:02}", 1000) for clock in range(6, 20)]
    over = hours[-1].start + HOUR

    assert not month(Tariff(peaks=PeakRule(counts=when)), hours, JANUARY, over).at_least
    assert month(Tariff(), hours, JANUARY, over).at_least
    assert month(Tariff(peaks=PeakRule(counts=when)), hours[1:], JANUARY, over + timedelta(hours=2)).at_least
