"""The import: what it writes is what it read, and what it does not understand it refuses by the file's name."""

import json
from datetime import date
from pathlib import Path

import pytest

from appliance.household.recurring import DayKind, Recurring
from appliance.household.tariff import EnergyPrice
from appliance.tariffs import Customer
from appliance.tariffs.importing import SourceError, import_tables, write_holidays
from appliance.tariffs.table import Method, Table, numbers, row, table
from tests.tariffs import second_reading

TEXT = """\
netteier: 'Eksempel Nett AS'
gln: []
sist_oppdatert: '2026-05-01'
kilder: []
tariffer:
  - kundegrupper: [husholdning, liten_næring]
    gyldig_fra: '2026-01-01'
    fastledd:
      metode: TRE_DØGNMAX_MND
      terskel_inkludert: true
      terskler: [{terskel: 5, pris: 2400}, {terskel: 0, pris: 1200.5}]
    energiledd:
      grunnpris: 10
      unntak:
        - {navn: Dag, timer: 22-5, dager: [fredag, helg], måneder: [desember, januar], pris: 12.5}
        - {navn: Alle, timer: [6, 8-9], dager: [alle], pris: 13}
"""


def imported(folder: Path, text: str, name: str = "eksempel.yml") -> list[object]:
    (folder / name).write_text(text, encoding="utf-8")
    import_tables(folder, folder, commit="c0ffee", commit_date=date(2026, 6, 1))
    return [json.loads(line) for line in (folder / "norway.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_file_becomes_a_row_of_the_index_and_a_line(tmp_path: Path):
    header, line = imported(tmp_path, TEXT)

    assert header["companies"] == [
        ["eksempel", "Eksempel Nett", None, "ordinary", "2026-05-01", "2026-01-01", None, "h", []]
    ]
    assert (header["commit"], header["commit_date"], header["licence"]) == ("c0ffee", "2026-06-01", "CC-BY-4.0")
    assert [table(each, header["limits"]) for each in line] == [
        Table(
            customers=frozenset({Customer.HOME}),
            valid_from=date(2026, 1, 1),
            valid_to=None,
            method=Method.DAYS,
            limit_is_lower=False,
            limits=(0, 5),
            prices_kr=(1200.5, 2400),
            energy=EnergyPrice(
                10,
                (
                    (
                        Recurring(
                            hours=frozenset({22, 23, 0, 1, 2, 3, 4, 5}),
                            days=frozenset({DayKind.FRIDAY, DayKind.WEEKEND}),
                            months=frozenset({12, 1}),
                        ),
                        12.5,
                    ),
                    (Recurring(hours=frozenset({6, 8, 9})), 13),
                ),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("metode: TRE_DØGNMAX_MND", "metode: FIRE_DØGNMAX", "FIRE_DØGNMAX"),
        ("dager: [alle]", "dager: [påskeaften]", "påskeaften"),
        ("måneder: [desember, januar]", "måneder: [des]", "des"),
        ("timer: 22-5", "timer: 22-24", "0 to 23"),
        ("timer: 22-5", "tid: 22-5", "tid"),
        ("terskel: 0, pris", "terskel: 1, pris", "rise from 0"),
        ("gyldig_fra: '2026-01-01'", "gyldig_fra: 'januar'", "januar"),
        ("grunnpris: 10", "pris: 10", "pris"),
        ("pris: 13}", "tillegg: 3}", "tillegg"),
        ("terskel: 5, pris", "terskel: 0, pris", "rise from 0"),
        ("grunnpris: 10", "grunnpris: 10,5", "10,5"),
        ("pris: 12.5", "pris: true", "True"),
        ("netteier: 'Eksempel Nett AS'", "netteier: 'Eksempel", "ParserError"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str):
    assert old in TEXT
    with pytest.raises(SourceError, match=rf"^eksempel\.yml: [\s\S]*{said}"):
        imported(tmp_path, TEXT.replace(old, new))
    assert not (tmp_path / "norway.jsonl").exists()


def test_two_tables_of_one_time_are_refused(tmp_path: Path):
    table = TEXT[TEXT.index("  - kundegrupper") :]
    with pytest.raises(SourceError, match="two tables for home hold on 2026-06-01"):
        imported(tmp_path, TEXT + table.replace("2026-01-01", "2026-06-01"))


def test_a_table_that_ends_after_the_next_one_begins_is_refused(tmp_path: Path):
    table = TEXT[TEXT.index("  - kundegrupper") :]
    earlier = TEXT.replace("gyldig_fra: '2026-01-01'", "gyldig_fra: '2026-01-01'\n    gyldig_til: '2026-06-02'")
    with pytest.raises(SourceError, match="two tables for home hold on 2026-06-01"):
        imported(tmp_path, earlier + table.replace("2026-01-01", "2026-06-01"))
    assert imported(tmp_path, earlier.replace("-06-02", "-06-01") + table.replace("2026-01-01", "2026-06-01"))


def test_a_folder_without_tables_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="no file"):
        import_tables(tmp_path, tmp_path, commit="", commit_date=date(2026, 1, 1))


@pytest.mark.skipif(not second_reading.FOLDER.is_dir(), reason="the files of Fri nettleie are not beside the checkout")
def test_the_files_of_today_make_the_stored_tables(tmp_path: Path):
    """Nobody has changed a figure by hand."""
    import appliance.tariffs

    stored = Path(appliance.tariffs.__file__).parent
    import_tables(second_reading.FOLDER, tmp_path, commit="b9531c7", commit_date=date(2026, 8, 18))
    write_holidays(tmp_path, 2026)

    for name in ("norway.jsonl", "holidays.txt"):
        assert (tmp_path / name).read_bytes() == (stored / name).read_bytes()


@pytest.mark.parametrize(
    ("spans", "found"),
    [("6-21", {*range(6, 22)}), ("22-5", {22, 23, *range(6)}), ("6-22", {*range(6, 23)}), ("7", {7}), ("1-3,12", None)],
)
def test_spans_have_both_their_ends(spans: str, found: set[int] | None):
    assert numbers(spans, 0, 23) == (found or {1, 2, 3, 12})


def test_a_table_is_the_same_after_it_was_written(tmp_path: Path):
    header, line = imported(tmp_path, TEXT)
    [once] = [table(each, header["limits"]) for each in line]

    assert table(row(once, {once.limits: 0}), header["limits"]) == once
