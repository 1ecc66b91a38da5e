"""Elhub's hours as they are downloaded: every shape that programs which read such files tell of, and what is refused.

The shapes: seven columns with times and their offsets in Elhub's own files of 2025 and 2026, of which five are in
fredrik-lindseth/Stromkalkulator; semicolons, decimal commas and `dd.MM.yyyy HH:mm` in helgeu/norgespris
(PowerPrices.fsx, a file of 2024); commas with the energy in quotes, whole lines in quotes and the column `Kvalitet` in
the reader of sjekkregning.no; `KWH 15 Forbruk` and the mark of UTF-8 in readers of 2025.
"""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.history.elhub import LARGEST_FILE, ElhubFile, GridHour, read
from appliance.history.elhub_cells import ElhubError
from appliance.household.hours import HOUR, OSLO

HEAD = "Fra;Til;KWH 60 Forbruk;Kvalitet\n"
FIRST = datetime(2026, 3, 31, 22, tzinfo=UTC)
"""The first hour of April in Norway."""
TWO = (GridHour(FIRST, 1234), GridHour(FIRST + HOUR, 500))
TWO_LINES = "01.04.2026 00:00;01.04.2026 01:00;1,234;Målt\n01.04.2026 01:00;01.04.2026 02:00;0,500;Målt\n"


def of(text: str) -> ElhubFile:
    return read(text.encode())


def refused(text: str) -> str:
    with pytest.raises(ElhubError) as raised:
        of(text)
    return str(raised.value)


def day(number: int, month: int) -> str:
    """A local day as Elhub has it, with the hours of the clock change; each hour has a watt-hour more."""
    start = datetime(2026, month, number, tzinfo=OSLO).astimezone(UTC)
    end = datetime(2026, month, number + 1, tzinfo=OSLO).astimezone(UTC)
    lines = []
    for place in range(round((end - start) / HOUR)):
        first, last = ((start + (place + more) * HOUR).astimezone(OSLO) for more in (0, 1))
        lines.append(f"{first:%d.%m.%Y %H:%M};{last:%d.%m.%Y %H:%M};0,{place + 1:03};Målt\n")
    return "".join(lines)


NOW = "\ufeffFra;Til;Målenavn;Volum;Enhet;Kvalitet;Registreringstidspunkt\n"
"""As Elhub has it today."""


def now(first: str, last: str, kwh: str, series: str = "KWH 60 Forbruk", unit: str = "kWh") -> str:
    return f"{first};{last};{series};{kwh};{unit};Målt;2026-10-27T06:22:34+01:00\n"


@pytest.mark.parametrize(
    "text",
    [
        NOW
        + now("2026-04-01T00:00:00+02:00", "2026-04-01T01:00:00+02:00", "1,234")
        + now("2026-04-01T01:00:00+02:00", "2026-04-01T02:00:00+02:00", "0,500"),
        NOW
        + now("2026-04-01T00:00:00+02:00", "2026-04-01T01:00:00+02:00", "1,234")
        + now("2026-04-01T00:00:00+02:00", "2026-04-01T01:00:00+02:00", "7,000", "KWH 60 Produksjon")
        + now("2026-04-01T00:00:00+02:00", "2026-04-01T01:00:00+02:00", "8,000", "KVARH 60 Forbruk", "kVArh")
        + now("2026-04-01T01:00:00+02:00", "2026-04-01T02:00:00+02:00", "0,500"),
        HEAD + TWO_LINES,
        "\ufeff" + HEAD + TWO_LINES,
        (HEAD + TWO_LINES).replace("\n", "\r\n"),
        (HEAD + TWO_LINES).replace(";Kvalitet", "").replace(";Målt", ""),
        (HEAD + TWO_LINES).replace(",", ".").replace(";", ","),
        (HEAD + TWO_LINES).replace(";", "\t"),
        'Fra,Til,KWH 60 Forbruk\n01.04.2026 00:00,01.04.2026 01:00,"1,234"\n'
        '01.04.2026 01:00,01.04.2026 02:00,"0,500"\n',
        "Fra,Til,KWH 60 Forbruk\n01.04.2026 00:00,01.04.2026 01:00,1,234\n01.04.2026 01:00,01.04.2026 02:00,0,500\n",
        '"Fra,Til,KWH 60 Forbruk"\n"01.04.2026 00:00,01.04.2026 01:00,""1,234"""\n'
        '"01.04.2026 01:00,01.04.2026 02:00,""0,500"""\n',
        "Kvalitet;KWH 60 Forbruk;Til;Fra\nMålt;1,234;01.04.2026 01:00;01.04.2026 00:00\n"
        "Målt;0,5;01.04.2026 02:00;01.04.2026 01:00\n",
        "From;To;Consumption (kWh)\n2026-04-01T00:00:00+02:00;2026-04-01T01:00:00+02:00;1.234\n"
        "2026-03-31T23:00:00Z;2026-04-01T00:00:00Z;0.5\n",
        HEAD + "01.04.2026 01:00;01.04.2026 02:00;0,500;Målt\n01.04.2026 00:00;01.04.2026 01:00;1,234;Målt\n",
        "Målepunkt-ID;707057500000000000\n\n" + HEAD + TWO_LINES,
        HEAD + TWO_LINES + HEAD + TWO_LINES,
        HEAD + TWO_LINES + "Sum;;1,734;\n",
        HEAD + TWO_LINES + ";Totalt;1,734\n",
        HEAD + TWO_LINES + "01.04.2026 00:00;01.05.2026 00:00;1,734;Målt\n",
        "Målepunkt-ID;" + HEAD + "".join(f"7070;{line}\n" for line in TWO_LINES.splitlines()),
    ],
)
def test_two_hours_in_every_shape(text: str):
    assert of(text) == ElhubFile(TWO)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_of_a_spreadsheet(encoding: str):
    text = HEAD + TWO_LINES.replace("Målt", "Midlertidig på", 1)

    assert read(text.encode(encoding)).hours == (GridHour(FIRST, 1234, "Midlertidig på"), TWO[1])


def test_a_comma_between_columns_is_not_taken_for_a_decimal_comma():
    """Whole kWh and, in the column after them, a number: the line has no cell too many."""
    text = "Fra,Til,kWh,Linje\n01.04.2026 00:00,01.04.2026 01:00,1,234\n"

    assert of(text).hours == (GridHour(FIRST, 1000),)


def test_quarter_hours_are_added_up():
    """0.1 + 0.2 + 0.3 + 0.4 kWh, and an hour of which a quarter is missing."""
    lines = [f"01.04.2026 00:{minute:02};;0,{place}00\n" for place, minute in enumerate((0, 15, 30, 45), 1)]
    lines += [f"01.04.2026 01:{minute:02};;0,100\n" for minute in (0, 15, 45)]
    found = of("Fra;Til;KWH 15 Forbruk\n" + "".join(lines))

    assert found.hours == (GridHour(FIRST, 1000),)
    assert found.remarks == ("hours without a value, or with a part of one: 1",)


def test_parts_of_a_watt_hour_are_rounded_once():
    """4 x 0.0004 kWh are 1.6 Wh, so 2; each by itself would be 0."""
    lines = [f"01.04.2026 00:{minute:02};;0,0004\n" for minute in (0, 15, 30, 45)]

    assert of("Fra;Til;KWH 15 Forbruk\n" + "".join(lines)).hours == (GridHour(FIRST, 2),)


@pytest.mark.parametrize("turned", [False, True])
def test_the_day_of_25_hours_has_the_hour_2_twice(turned: bool):
    """25 October 2026: 24 h from 22 UTC on the 24th to 23 UTC on the 25th would be one too few."""
    lines = day(25, 10).splitlines(keepends=True)
    found = of(HEAD + "".join(reversed(lines) if turned else lines)).hours

    assert [hour.import_wh for hour in found] == list(range(1, 26))
    assert found[0].start == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert found[-1].start == datetime(2026, 10, 25, 22, tzinfo=UTC)


def test_the_day_of_23_hours():
    found = of(HEAD + day(29, 3)).hours

    assert [hour.import_wh for hour in found] == list(range(1, 24))
    assert (found[2].start.hour, found[2].start.astimezone(OSLO).hour) == (1, 3)


def test_quarter_hours_of_the_repeated_hour():
    lines = [f"25.10.2026 02:{minute:02};;0,{wh}\n" for wh in ("100", "200") for minute in (0, 15, 30, 45)]
    found = of("Fra;Til;KWH 15 Forbruk\n" + "".join(lines)).hours

    assert found == (
        GridHour(datetime(2026, 10, 25, 0, tzinfo=UTC), 400),
        GridHour(datetime(2026, 10, 25, 1, tzinfo=UTC), 800),
    )


def test_both_clock_changes_in_elhubs_own_times():
    """The line over the change in March is as Elhub wrote it in 2026; October's have the same time and two offsets."""
    spring = now("2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", "1,575")
    spring += now("2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00", "1,513")
    autumn = now("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "0,100")
    autumn += now("2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00", "0,200")

    assert of(NOW + spring + autumn).hours == (
        GridHour(datetime(2026, 3, 29, 0, tzinfo=UTC), 1575),
        GridHour(datetime(2026, 3, 29, 1, tzinfo=UTC), 1513),
        GridHour(datetime(2026, 10, 25, 0, tzinfo=UTC), 100),
        GridHour(datetime(2026, 10, 25, 1, tzinfo=UTC), 200),
    )


def test_another_unit_is_not_taken_for_kwh():
    first, last = "2026-04-01T00:00:00+02:00", "2026-04-01T01:00:00+02:00"

    assert refused(NOW + now(first, last, "1234", unit="Wh")) == "line 2 is not understood: Wh"


def test_a_file_in_another_time_than_norways_is_refused():
    """In standard time all year a file has an hour 2 on the day in March, and one of them in October."""
    assert refused(HEAD + "29.03.2026 02:00;;1,0\n") == (
        "line 2: 29.03.2026 02:00 is there otherwise than Norway's clocks go, which change in March and October"
    )
    assert refused(HEAD + "25.10.2026 01:00;;1,0\n25.10.2026 02:00;;1,0\n").startswith("line 3: 25.10.2026 02:00")
    assert of(HEAD + "29.03.2026 02:00;;0\n29.03.2026 03:00;;1,0\n").hours[0].import_wh == 1000


def test_lines_that_are_not_understood_are_named_and_the_others_count():
    wrong = ["hei", "01.04.2026 05:00;;-1,0", "01.04.2026 06:00;;100,001", "31.04.2026 05:00;;1", "01.04.2026 05:10;;1"]
    found = of(HEAD + TWO_LINES + "\n".join([*wrong, "x;y;z", "01.04.2014 00:00;;1", ""]))

    assert found.hours == TWO
    assert found.remarks == (
        "line 4 is not understood: hei",
        "line 5 is not understood: -1,0",
        "line 6 is not understood: 100,001",
        "line 7 is not understood: 31.04.2026 05:00",
        "line 8 is not understood: 01.04.2026 05:10",
        "so many more lines are not understood: 2",
    )


def test_an_hour_without_a_value_is_not_zero():
    found = of(HEAD + TWO_LINES + "01.04.2026 02:00;01.04.2026 03:00;;\n")

    assert found == ElhubFile(TWO, ("hours without a value, or with a part of one: 1",))


def test_what_is_not_measured_is_told():
    found = of(HEAD + TWO_LINES.replace("Målt", "Endelig estimert\x1b[31m og mer enn det"))

    assert {hour.quality for hour in found.hours} == {"Endelig estimert[31m"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no line with the names of columns, such as Fra, Til and KWH 60 Forbruk"),
        ("a;b\n1;2\n", "there is no line with the names of columns, such as Fra, Til and KWH 60 Forbruk"),
        (HEAD, "there is no hour with a value in it"),
        (HEAD + "x;y;z\n", "line 2 is not understood: x"),
        (
            NOW + now("2026-04-01T00:00:00+02:00", "2026-04-01T01:00:00+02:00", "7", "KWH 60 Produksjon"),
            "the file has what was sold to the grid: download the consumption",
        ),
        ("Fra;Til;KWH 60 Produksjon\n", "the file has what was sold to the grid: download the consumption"),
        (
            HEAD + "01.04.2026 00:00;02.04.2026 00:00;30,1\n",
            "its lines are longer than an hour: download the values by the hour",
        ),
        (
            HEAD + TWO_LINES + TWO_LINES.replace("1,234", "1,235"),
            "line 4: 01.04.2026 00:00 is there a second time with another value; a file of several metering points is "
            "not understood",
        ),
        (
            "Fra;Til;Målepunkt;KWH 60 Forbruk\n01.04.2026 00:00;;7070;1\n01.04.2026 01:00;;7071;1\n",
            "the file has several metering points: download one by itself",
        ),
        (
            "Fra;Til;KWH 60 Forbruk 7070;KWH 60 Forbruk 7071\n",
            "the file has several metering points: download one by itself",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(text: str, sentence: str):
    assert refused(text) == sentence


def test_consumption_is_read_where_production_stands_beside_it():
    text = "Fra;Til;KWH 60 Produksjon;KWH 60 Forbruk;KVArh 60 Forbruk\n01.04.2026 00:00;;9;1,234;5\n"

    assert of(text).hours == (GridHour(FIRST, 1234),)


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(ElhubError, match="larger than 32 MB"):
        read(b" " * (LARGEST_FILE + 1))


@given(st.binary() | st.text().map(str.encode))
def test_no_octets_raise_anything_else(octets: bytes):
    for start in (
        b"",
        NOW.encode(),
        HEAD.encode(),
        HEAD.encode("utf-16"),
        (HEAD + TWO_LINES).encode(),
        b"Fra,Til,kWh,GSRN\n",
    ):
        with contextlib.suppress(ElhubError):
            assert read(start + octets).hours


WHEN = st.datetimes(datetime(2014, 1, 1), datetime(2101, 1, 1)).map(lambda moment: f"{moment:%d.%m.%Y %H:00}")
CELL = WHEN | st.sampled_from(["2026-04-01T00:00+99:99", "2026-04-01 00:00Z", "1,2", "-", "Sum", '"', ""]) | st.text()


@given(st.lists(st.lists(CELL, max_size=5), max_size=12))
def test_no_lines_of_times_and_numbers_raise_anything_else(lines: list[list[str]]):
    try:
        found = of(HEAD + "\n".join(";".join(cells) for cells in lines))
    except ElhubError:
        return
    starts = [hour.start for hour in found.hours]
    assert starts == sorted(set(starts))
    assert all(hour.start.minute == 0 and 0 <= hour.import_wh <= 100_000 for hour in found.hours)


@given(st.integers(0, 365 * 24), st.lists(st.integers(0, 99_999), min_size=1, max_size=60))
def test_hours_that_are_written_as_elhub_does_come_back(first: int, loads: list[int]):
    start = datetime(2025, 12, 31, 23, tzinfo=UTC) + first * HOUR
    hours = [GridHour(start + place * HOUR, wh) for place, wh in enumerate(loads)]
    lines = [
        f"{hour.start.astimezone(OSLO):%d.%m.%Y %H:%M};"
        f"{(hour.start + timedelta(hours=1)).astimezone(OSLO):%d.%m.%Y %H:%M};"
        f"{hour.import_wh // 1000},{hour.import_wh % 1000:03};Målt\n"
        for hour in hours
    ]
    cut = [hour for hour in hours if hour.start in (datetime(2026, 10, 25, 0, tzinfo=UTC),) and hour is hours[-1]]
    cut += [hour for hour in hours if hour.start in (datetime(2026, 10, 25, 1, tzinfo=UTC),) and hour is hours[0]]
    if cut:  # one of the two hours 2 alone: which it is cannot be known
        assert "otherwise than Norway's clocks go" in refused(HEAD + "".join(lines))
    else:
        assert of(HEAD + "".join(lines)).hours == tuple(hours)
