"""`han-appliance tariff`: answers for people and programs, and one sentence where there is none."""

import json
from pathlib import Path

import pytest

from appliance.commands.main import main
from appliance.words.words import WORDS


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    assert main(["tariff", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a command that has no answer."""
    assert main(["tariff", *arguments]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    [line] = shown.err.splitlines()
    return line.removeprefix("han-appliance: ")


@pytest.fixture
def english(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "settings.toml"
    path.write_text('language = "en"\n', encoding="utf-8")
    return "--config", str(path)


def test_the_list_has_every_company_and_area(capsys: pytest.CaptureFixture[str]):
    companies = answer(capsys, "list")

    assert len(companies) == 77
    by_id = {company["id"]: company for company in companies}
    assert by_id["elvia"] == {
        "id": "elvia",
        "name": "Elvia",
        "areas": [],
        "checked_on": "2026-06-05",
        "valid_from": "2026-07-01",
        "valid_to": None,
        "customers": ["home", "cabin"],
        "zone": "ordinary",
    }
    assert (by_id["area-lega"]["name"], by_id["area-lega"]["areas"]) == ("Area Nett", ["Lega"])
    assert by_id["linja-sor"]["valid_to"] == "2026-01-01"


def test_the_list_says_in_words_what_has_ended(capsys: pytest.CaptureFixture[str], english: tuple[str, str]):
    assert main(["tariff", "list", *english]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert next(line for line in lines if line.startswith("linja-sor ")).endswith("ended 2026-01-01")
    assert next(line for line in lines if line.startswith("area-alle ")).endswith("cabins only")
    assert "Fri nettleie (CC-BY-4.0), https://github.com/kraftsystemet/fri-nettleie" in lines[-1]


@pytest.mark.parametrize(
    ("kw", "step", "plain", "full"),
    [("4.999", [2, 5], 200.0, 250.0), ("5", [5, 10], 336.0, 420.0), ("5,5", [5, 10], 336.0, 420.0)],
)
def test_a_step_on_the_limit_is_the_dearer_one(
    kw: str, step: list[float], plain: float, full: float, capsys: pytest.CaptureFixture[str]
):
    """Elvia from July 2026: 2,400 / 12 and 4,032 / 12 kr a month."""
    assert answer(capsys, "step", "elvia", "--kw", kw, "--date", "2026-07-01") == {
        "step": step,
        "price_kr_month": plain,
        "price_kr_month_with_taxes": full,
    }


def test_the_last_step_has_no_end(capsys: pytest.CaptureFixture[str]):
    assert answer(capsys, "step", "elvia", "--kw", "100", "--date", "2026-07-01")["step"] == [100, None]


def test_who_has_cabins_only_is_asked_about_cabins(capsys: pytest.CaptureFixture[str]):
    """8,004 / 12 = 667 kr; homes have a table of their own in each of Area Nett's areas."""
    on = ("--kw", "3", "--date", "2026-02-01")
    assert answer(capsys, "step", "area-alle", *on)["price_kr_month"] == 667.0
    assert answer(capsys, "show", "area-alle", "--date", "2026-02-01")["customer"] == "cabin"
    assert answer(capsys, "show", "area-lega", "--date", "2026-02-01")["customer"] == "home"
    assert main(["tariff", "step", "area-alle", *on, "--customer", "home"]) == 2


def test_a_twelfth_is_rounded_to_the_oere(capsys: pytest.CaptureFixture[str]):
    """3,500 / 12 = 291.666...; no VAT in Alta, but in the ordinary zone 364.583..."""
    on = ("step", "alut", "--fuse", "63", "--date", "2026-01-01")
    assert answer(capsys, *on)["price_kr_month_with_taxes"] == 291.67
    assert answer(capsys, *on, "--zone", "ordinary")["price_kr_month_with_taxes"] == 364.58


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("step", "fjellnett", "--kw", "5"), "weekly peaks"),
        (("step", "tinfos", "--kw", "5"), "not known"),
        (("step", "alut", "--kw", "5"), "--fuse"),
        (("step", "elvia", "--fuse", "63"), "--kw"),
        (("step", "elvia", "--kw", "5", "--date", "2019-01-01"), "no prices for homes on 2019-01-01"),
        (("step", "linja-sor", "--kw", "5"), "no prices for homes"),
        (("step", "area-lega", "--kw", "5", "--customer", "cabin", "--date", "2026-02-01"), "no prices for cabins"),
        (("step", "elvja", "--kw", "5"), "did you mean elvia?"),
        (("show", "xyz"), "tariff list"),
        (("prices", "elvia", "--from", "2026-01-02", "--to", "2026-01-01"), "--to"),
        (("prices", "elvia", "--from", "2000-01-01", "--to", "2026-01-01"), "ten years"),
        (("import", "/nowhere", "--commit", "x", "--commit-date", "2026-01-01"), "no file"),
    ],
)
def test_without_an_answer_there_is_one_sentence(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], english: tuple[str, str]
):
    assert said in sentence(capsys, *arguments, *english)


@pytest.mark.parametrize(
    "arguments",
    [
        ("step", "elvia"),
        ("step", "elvia", "--kw", "-1"),
        ("step", "elvia", "--kw", "nan"),
        ("step", "elvia", "--kw", "5", "--date", "1.1.2026"),
        ("prices", "elvia", "--from", "noon", "--to", "2026-01-01"),
        ("prices", "elvia", "--from", "0001-01-01", "--to", "2026-01-01"),
        ("prices", "elvia", "--from", "2026-01-01"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        main(["tariff", *arguments])
    assert end.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_prices_are_a_row_an_hour_to_the_end_without_it(capsys: pytest.CaptureFixture[str]):
    """27 November 2026 is a Friday: 16.99 by night, 28.99 from 06:00; (16.99 + 8.13 + 40) x 0.25 = 16.28."""
    rows = answer(capsys, "prices", "elvia", "--from", "2026-11-27T05:00", "--to", "2026-11-27T07:00", "--norgespris")

    assert rows == [
        {
            "start": "2026-11-27T04:00:00Z",
            "energy_ore": 16.99,
            "taxes_ore": 8.13,
            "power_ore": 40.0,
            "vat_ore": 16.28,
            "total_ore": 81.4,
            "holiday": False,
        },
        {
            "start": "2026-11-27T05:00:00Z",
            "energy_ore": 28.99,
            "taxes_ore": 8.13,
            "power_ore": 40.0,
            "vat_ore": 19.28,
            "total_ore": 96.4,
            "holiday": False,
        },
    ]


def test_a_time_with_a_zone_is_that_zones_and_half_hours_are_left_out(capsys: pytest.CaptureFixture[str]):
    rows = answer(capsys, "prices", "elvia", "--from", "2026-11-27T04:30Z", "--to", "2026-11-27T07:30+00:00")

    assert [row["start"] for row in rows] == ["2026-11-27T05:00:00Z", "2026-11-27T06:00:00Z"]


def test_without_norgespris_the_power_and_the_sum_are_not_known(capsys: pytest.CaptureFixture[str]):
    [row] = answer(capsys, "prices", "elvia", "--from", "2026-11-27T06:00", "--to", "2026-11-27T07:00")

    assert (row["power_ore"], row["total_ore"]) == (None, None)
    assert row["vat_ore"] == 9.28  # on what is known: (28.99 + 8.13) x 0.25


@pytest.mark.parametrize(
    ("company", "options", "day"),
    [
        ("elvia", [], "2024-09-30"),
        ("linja-sor", [], "2026-01-01"),
        ("area-lega", ["--customer", "cabin"], "2026-01-01"),
    ],
)
def test_where_no_table_holds_all_is_null(
    company: str, options: list[str], day: str, capsys: pytest.CaptureFixture[str]
):
    [row] = answer(capsys, "prices", company, "--from", f"{day}T12:00", "--to", f"{day}T13:00", *options)

    assert {key for key, value in row.items() if value is None} == {
        *("energy_ore", "taxes_ore", "power_ore", "vat_ore", "total_ore")
    }


def test_beyond_2026_the_grids_part_alone_is_known(capsys: pytest.CaptureFixture[str]):
    [row] = answer(capsys, "prices", "elvia", "--from", "2027-01-01", "--to", "2027-01-01T01:00", "--norgespris")

    assert (row["energy_ore"], row["holiday"]) == (16.99, True)
    assert {row[key] for key in ("taxes_ore", "power_ore", "vat_ore", "total_ore")} == {None}


def test_a_table_is_shown_whole(capsys: pytest.CaptureFixture[str]):
    shown = answer(capsys, "show", "elvia", "--date", "2026-06-30")

    assert (shown["valid_from"], shown["valid_to"]) == ("2025-04-01", "2026-07-01")
    assert (shown["method"], shown["limit_is_lower"], len(shown["steps"])) == ("days", False, 10)
    assert shown["steps"][2] == {"step": [5, 10], "price_kr_month": 240.0, "price_kr_month_with_taxes": 300.0}
    assert (shown["energy_ore"], shown["taxes_ore"], shown["vat"]) == (12.99, 8.13, 0.25)
    assert shown["exceptions"] == [
        {"hours": [*range(6, 22)], "days": ["working-day"], "months": None, "energy_ore": 20.99}
    ]
    assert shown["source"]["licence"] == "CC-BY-4.0"


def test_a_price_by_the_kilowatt_is_shown_as_one(capsys: pytest.CaptureFixture[str], english: tuple[str, str]):
    """Fjellnett from July 2026: 2,000 / 12 = 166.67 kr and 589 / 12 = 49.08 kr a kW."""
    shown = answer(capsys, "show", "fjellnett", "--date", "2026-07-01")
    assert (shown["steps"], shown["linear"]) == ([], {"fixed_kr_month": 166.67, "per_kw_kr_month": 49.08})
    assert answer(capsys, "show", "elvia", "--date", "2026-07-01")["linear"] is None

    assert main(["tariff", "show", "fjellnett", "--date", "2026-07-01", *english]) == 0
    assert "  166.67 kr a month and 49.08 kr a kW, without VAT" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("language", WORDS)
def test_people_read_it_in_their_language(language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "settings.toml"
    path.write_text(f'language = "{language}"\n', encoding="utf-8")
    config = ("--config", str(path))
    working_days = {"nb": "virkedager", "nn": "verkedagar", "sv": "helgfria vardagar", "en": "working days"}[language]
    mark = "." if language == "en" else ","

    assert main(["tariff", "show", "elvia", "--date", "2026-07-01", *config]) == 0
    shown = capsys.readouterr().out
    assert f"06–22; {working_days}" in shown
    assert f"336{mark}00 kr" in shown
    assert main(["tariff", "show", "area-lega", "--date", "2026-07-01", *config]) == 0
    shown = capsys.readouterr().out
    assert f"22–06; {WORDS[language].say('April') if language == 'en' else 'april'}–" in shown
    assert main(["tariff", "prices", "bkk", "--from", "2026-10-25", "--to", "2026-10-26", *config]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 25
