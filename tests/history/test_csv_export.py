"""The history for a spreadsheet: what a Norwegian household opens, and what a program reads back."""

import csv
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.history.csv_export import (
    ENCODING,
    WHAT,
    BadDatesError,
    days,
    export,
    export_files,
    hour_cells,
    peak_cells,
    voltage_cells,
)
from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import AlarmRow, Batch
from appliance.household.hours import OSLO, Hour, Quality
from appliance.household.situation import Level, Rule
from appliance.household.tariff import Basis, PeakRule, Tariff
from appliance.system.clock import Boot

HOUR = timedelta(hours=1)


def hour(day: date, number: int, import_wh: float, known: Quality = Quality.METERED) -> Hour:
    """The hour that begins so many hours after the local day's first moment."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)
    return Hour(midnight + number * HOUR, import_wh, 0.0, known, 1.0, Quality.METERED)


def whole_day(day: date, count: int) -> list[Hour]:
    return [hour(day, number, 1000 + number) for number in range(count)]


def voltage(began: datetime, ended: datetime | None, phase: int | None = 2, worst: float | None = 199.54) -> AlarmRow:
    return AlarmRow(
        began=began,
        rule=Rule.VOLTAGE,
        phase=phase,
        ended=ended,
        level=Level.WATCH,
        worst=worst,
        limit=207.0,
        acknowledged=False,
    )


@pytest.fixture
def history(tmp_path):
    with closing(History(tmp_path / HISTORY_FILE)) as made:
        yield made


def read(lines, separator=";") -> list[list[str]]:
    return list(csv.reader(lines, delimiter=separator))


def test_an_hour_is_a_row_of_local_time_energy_and_how_it_is_known():
    known = Hour(datetime(2026, 11, 20, 16, tzinfo=UTC), 6420.4, 12.0, Quality.METERED, 0.9987, Quality.INTEGRATED)

    (row,) = hour_cells([known], "nb")
    assert row == ("2026-11-20", "17:00", "18:00", "UTC+1", "6,420", "målt", "0,012", "beregnet", "99,9")
    (row,) = hour_cells([known], "en")
    assert row == ("2026-11-20", "17:00", "18:00", "UTC+1", "6.420", "metered", "0.012", "integrated", "99.9")


def test_what_is_not_known_is_an_empty_cell_and_never_a_zero():
    start = datetime(2026, 11, 20, 16, tzinfo=UTC)
    partly = Hour(start, 500.0, 0.0, Quality.PARTLY, 0.25)
    unknown = Hour(start, 0.0, 0.0, Quality.UNKNOWN, 0.0)

    rows = list(hour_cells([partly, unknown], "sv"))

    assert [row[4:] for row in rows] == [
        ("0,500", "delvis sedd", "", "okänd", "25,0"),
        ("", "okänd", "", "okänd", "0,0"),
    ]


def test_the_hour_that_autumn_repeats_is_there_twice_and_each_once(history):
    day = date(2026, 10, 25)
    history.write(Batch(hours=tuple(whole_day(day, 25))), Boot("boot", 0.0))

    head, *rows = read(export(history, day, day, "hours", "nb"))

    assert head[:4] == ["Dato", "Fra", "Til", "Sone"]
    assert len(rows) == len({tuple(row[:4]) for row in rows}) == 25
    assert [row[1:5] for row in rows[1:5]] == [
        ["01:00", "02:00", "UTC+2", "1,001"],
        ["02:00", "02:00", "UTC+2", "1,002"],
        ["02:00", "03:00", "UTC+1", "1,003"],
        ["03:00", "04:00", "UTC+1", "1,004"],
    ]
    assert {row[0] for row in rows} == {"2026-10-25"}


def test_the_day_that_spring_shortens_has_23_hours(history):
    day = date(2026, 3, 29)
    before, after = whole_day(date(2026, 3, 28), 24), whole_day(date(2026, 3, 30), 24)
    history.write(Batch(hours=(*before, *whole_day(day, 23), *after)), Boot("boot", 0.0))

    _, *rows = read(export(history, day, day, "hours", "nb"))

    assert len(rows) == 23
    assert [row[1:4] for row in rows[1:3]] == [["01:00", "03:00", "UTC+1"], ["03:00", "04:00", "UTC+2"]]
    assert (rows[0][4], rows[-1][4]) == ("1,000", "1,022")


def test_both_days_of_the_span_are_in_it(history):
    first, last = date(2026, 11, 1), date(2026, 11, 3)
    stored = [one for number in range(5) for one in whole_day(date(2026, 10, 31) + timedelta(days=number), 24)]
    history.write(Batch(hours=tuple(stored)), Boot("boot", 0.0))

    _, *rows = read(export(history, first, last, "hours", "nb"))

    assert (rows[0][:2], rows[-1][:2], len(rows)) == (["2026-11-01", "00:00"], ["2026-11-03", "23:00"], 72)


def november(*energies_wh: float) -> list[Hour]:
    """Each day's hour from 17:00, from the first of November on."""
    return [hour(date(2026, 11, number), 17, energy) for number, energy in enumerate(energies_wh, start=1)]


def test_the_days_of_a_month_have_their_places_and_the_highest_count():
    hours = [hour(date(2026, 11, 1), 3, 900), *november(3000, 7000, 2000, 9000, 8000)]

    rows = list(peak_cells(hours, date(2026, 11, 1), date(2026, 11, 30), "en", [Tariff()]))

    assert [(row[0], row[4], *row[6:]) for row in rows] == [
        ("2026-11-01", "3.000", "4", ""),
        ("2026-11-02", "7.000", "3", "yes"),
        ("2026-11-03", "2.000", "5", ""),
        ("2026-11-04", "9.000", "1", "yes"),
        ("2026-11-05", "8.000", "2", "yes"),
    ]


def test_a_part_of_a_month_has_the_places_of_the_whole_month(history):
    history.write(Batch(hours=tuple(november(3000, 7000, 2000, 9000, 8000))), Boot("boot", 0.0))

    _, *rows = read(export(history, date(2026, 11, 2), date(2026, 11, 3), "peaks", "nb"))

    assert [(row[0], *row[6:]) for row in rows] == [("2026-11-02", "3", "ja"), ("2026-11-03", "5", "")]


def test_every_month_of_the_span_has_its_own_places():
    hours = [hour(date(2026, 10, 31), 5, 1000), hour(date(2026, 11, 1), 5, 500), hour(date(2026, 12, 1), 5, 400)]

    rows = list(peak_cells(hours, date(2026, 10, 31), date(2026, 12, 1), "nb", [Tariff(peaks=PeakRule(number=1))]))

    assert [(row[0], *row[6:]) for row in rows] == [
        ("2026-10-31", "1", "ja"),
        ("2026-11-01", "1", "ja"),
        ("2026-12-01", "1", "ja"),
    ]


def test_the_table_at_the_months_end_is_the_one_that_counts():
    tariffs = [Tariff(peaks=PeakRule(number=1)), Tariff(valid_from=date(2026, 11, 15), peaks=PeakRule(number=2))]

    rows = list(peak_cells(november(1, 2, 3), date(2026, 11, 1), date(2026, 11, 3), "nb", tariffs))

    assert [row[7] for row in rows] == ["", "ja", "ja"]


def test_without_a_tariff_by_hours_no_peak_counts():
    for tariffs in ([], [Tariff(basis=Basis.FUSE)]):
        rows = list(peak_cells(november(1000, 2000), date(2026, 11, 1), date(2026, 11, 2), "nb", tariffs))

        assert [row[6:] for row in rows] == [("2", ""), ("1", "")]


def test_a_corrected_hour_is_marked_as_edited_among_hours_and_peaks(history):
    day = date(2026, 11, 20)
    history.write(Batch(hours=(hour(day, 17, 3000), hour(day, 18, 2000, Quality.EDITED))), Boot("boot", 0.0))
    history.correct(hour(day, 17, 6420, Quality.EDITED))

    _, *hours = read(export(history, day, day, "hours", "nb"))
    _, *peaks = read(export(history, day, day, "peaks", "nb"))

    assert [row[4:6] for row in hours] == [["6,420", "rettet"], ["2,000", "rettet"]]
    assert peaks == [["2026-11-20", "17:00", "18:00", "UTC+1", "6,420", "rettet", "1", "ja"]]


def test_a_voltage_excursion_has_its_times_its_phase_and_its_worst_value():
    began = datetime(2026, 10, 24, 22, 59, 30, tzinfo=UTC)

    rows = list(voltage_cells([voltage(began, began + timedelta(hours=3, seconds=7))], "nb"))

    assert rows == [
        ("2026-10-25", "00:59:30", "UTC+2", "2026-10-25", "02:59:37", "UTC+1", "10807", "2", "199,5", "207,0")
    ]


def test_an_excursion_that_lasts_has_no_end_and_other_alarms_are_none():
    began = datetime(2026, 11, 20, 12, tzinfo=UTC)
    power = AlarmRow(
        began=began,
        rule=Rule.POWER,
        phase=None,
        ended=None,
        level=Level.ACT,
        worst=11_000.0,
        limit=10_000.0,
        acknowledged=False,
    )

    rows = list(voltage_cells([power, voltage(began, None, phase=None, worst=None)], "en"))

    assert rows == [("2026-11-20", "13:00:00", "UTC+1", "", "", "", "", "", "", "207.0")]


@pytest.mark.parametrize(("language", "separator"), [("nb", ";"), ("nn", ";"), ("sv", ";"), ("en", ",")])
@pytest.mark.parametrize("what", WHAT)
def test_every_table_reads_back_with_as_many_cells_as_its_head(history, what, language, separator):
    day = date(2026, 11, 20)
    began = datetime(2026, 11, 20, 12, tzinfo=UTC)
    history.write(Batch(hours=tuple(whole_day(day, 24)), alarms=(voltage(began, began + HOUR),)), Boot("boot", 0.0))

    lines = list(export(history, day, day, what, language))

    rows = read(lines, separator)
    assert len(rows) == len(lines) == {"hours": 25, "peaks": 2, "voltage": 2}[what]
    assert len({len(row) for row in rows}) == 1
    assert all(line.endswith("\r\n") for line in lines)
    assert len(set(rows[0])) == len(rows[0])


@pytest.mark.parametrize("known", Quality)
@pytest.mark.parametrize("language", ["nb", "nn", "en", "sv"])
def test_every_language_has_a_word_for_how_an_hour_is_known(known, language):
    (row,) = hour_cells([Hour(datetime(2026, 11, 20, tzinfo=UTC), 1.0, 1.0, known, 1.0)], language)

    assert row[5]


def test_three_files_are_written_that_a_spreadsheet_knows_as_utf_8(history, tmp_path):
    day = date(2026, 11, 20)
    history.write(Batch(hours=tuple(whole_day(day, 24))), Boot("boot", 0.0))

    paths = export_files(history, day, day, tmp_path / "new" / "folder", "nb")

    assert [path.name for path in paths] == ["hours.csv", "peaks.csv", "voltage.csv"]
    assert paths[1].read_bytes() == (
        b"\xef\xbb\xbfDato;Fra;Til;Sone;H\xc3\xb8yeste time kWh;Timen er;Plass i m\xc3\xa5neden;Teller\r\n"
        b"2026-11-20;23:00;00:00;UTC+1;1,023;m\xc3\xa5lt;1;ja\r\n"
    )
    with paths[0].open(encoding=ENCODING, newline="") as file:
        assert len(read(file)) == 25


def test_dates_are_days_that_a_history_can_have():
    assert days("2026-01-31", "2026-02-28") == (date(2026, 1, 31), date(2026, 2, 28))
    for first, last, complaint in (
        ("20.11.2026", "2026-11-21", "20.11.2026: the date must be such as 2026-11-20"),
        ("2026-02-28", "2026-02-29", "2026-02-29: the date must be such as 2026-11-20"),
        ("2026-11-21", "2026-11-20", "--to 2026-11-20 is before --from 2026-11-21"),
        ("2026-11-21", "9999-12-31", "9999-12-31: the year must be from 2000 to 2100"),
    ):
        with pytest.raises(BadDatesError) as raised:
            days(first, last)
        assert str(raised.value).startswith(complaint)
