"""`han-appliance tariff check`: Elhub's file beside a history, corrections, and the month as the invoice has it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.commands.main import main
from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import Batch
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.system.clock import Boot
from appliance.words.words import WORDS

BEGIN = datetime(2026, 8, 31, 22, tzinfo=UTC)
"""September 2026 in Norway, 720 hours."""
PARTLY, UNKNOWN, MISSING = 100, 200, 201
"""Hours of September that the history has in part, without a power, and not at all."""


def load_wh(place: int) -> int:
    """6, 5.5 and 5 kWh from 17 to 18 on the 2nd, 9th and 16th, which are Wednesdays; else 1 kWh."""
    return {41: 6000, 209: 5500, 377: 5000}.get(place, 1000)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A household of Elvia's with Norgespris and a history of September, and Elhub's file of it."""
    hours = []
    for place in range(720):
        quality, wh = Quality.METERED, float(load_wh(place))
        if place == PARTLY:
            quality, wh = Quality.PARTLY, 400.0
        if place == UNKNOWN:
            quality, wh = Quality.UNKNOWN, 0.0
        if place == 300:
            wh -= 4  # the list comes some seconds after the full hour
        if place != MISSING:
            hours.append(Hour(BEGIN + place * HOUR, wh, 0.0, quality, 1.0))
    history = History(tmp_path / HISTORY_FILE)
    history.write(Batch(hours=tuple(hours)), Boot("", 0.0))
    history.close()
    (tmp_path / "s.toml").write_text(
        f'language = "en"\n[data]\nfolder = "{tmp_path}"\n[grid]\ncompany = "elvia"\n[power]\nprice = "norgespris"\n',
        encoding="utf-8",
    )
    write(tmp_path, range(720))
    return tmp_path


def write(home: Path, places: range) -> None:
    lines = ["Fra;Til;KWH 60 Forbruk;Kvalitet"]
    for place in places:
        first, last = ((BEGIN + (place + more) * HOUR).astimezone(OSLO) for more in (0, 1))
        kwh = f"{load_wh(place) / 1000:.3f}".replace(".", ",")
        lines.append(f"{first:%d.%m.%Y %H:%M};{last:%d.%m.%Y %H:%M};{kwh};{'Estimert' if place == PARTLY else 'Målt'}")
    (home / "elhub.csv").write_text("\n".join(lines), encoding="utf-8-sig")


def check(home: Path, *more: str) -> int:
    return main(["tariff", "check", str(home / "elhub.csv"), "--config", str(home / "s.toml"), *more])


def told(home: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    check(home, "--json", *more)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_differs_is_printed_hour_by_hour_and_the_month_as_the_invoice_has_it(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    """720 hours, 720 + 5 + 4.5 + 4 = 733.5 kWh.

    The mean of 6, 5.5 and 5 kWh is 5.5 kW: 4,032 / 12 = 336 kr. By day, 22 working days of 16 hours, 352 + 13.5 =
    365.5 kWh at 28.99 øre are 105.96 kr; the other 368 kWh at 16.99 are 62.52. Forbruksavgift 7.13 x 733.5 = 52.30,
    Enova 7.335, the power 40 x 733.5 = 293.40. Together 857.5152; VAT 214.3788; 1,071.894 kr. The sum is that of the
    lines before they are rounded. With a quarter of VAT: 132.448, 78.154, 65.373, 9.169 and 366.75.
    """
    assert check(home) == 1
    shown = capsys.readouterr().out.splitlines()

    assert shown == [
        "In the file: 720 hours from 2026-09-01 to 2026-09-30, 733.500 kWh",
        "",
        "Hour                      here kWh                      file kWh  difference",
        "2026-09-05 04:00 CEST        0.400  seen in part           1.000      +0.600  (Estimert)",
        "2026-09-09 08:00 CEST to 2026-09-09 09:00 CEST: 2 hours not known here, 2.000 kWh",
        "",
        "716 hours are equal to the watt-hour, 1 differ by 10 Wh at most, 3 by more or are not known whole here.",
        "The hours that both know whole: 730.496 kWh here, 730.500 kWh in the file.",
        "With --apply these hours get the file's figures.",
        "",
        "September 2026, Elvia",
        "720 of 720 hours, 733.500 kWh",
        "Highest hours: 2026-09-02 17:00 6.000, 2026-09-09 17:00 5.500, 2026-09-16 17:00 5.000; mean 5.500 kW",
        "                                                       without VAT         VAT    with VAT",
        "  Capacity part 5–10 kW, 30 of 30 days                      336.00       84.00      420.00",
        "  Energy part 28.99 øre x 365.500 kWh                       105.96       26.49      132.45",
        "  Energy part 16.99 øre x 368.000 kWh                        62.52       15.63       78.15",
        "  Consumption tax 7.13 øre x 733.500 kWh                     52.30       13.07       65.37",
        "  Enova 1.00 øre x 733.500 kWh                                7.34        1.83        9.17",
        "  The power itself 40.00 øre x 733.500 kWh                  293.40       73.35      366.75",
        "  Sum                                                       857.52      214.38     1071.89",
        "- what the power supplier takes beside the price of a kWh is not in the sum",
    ]


def test_the_same_for_programs(home: Path, capsys: pytest.CaptureFixture[str]):
    found = told(home, capsys)

    assert found["file"] == {
        "hours": 720,
        "from": "2026-08-31T22:00:00+00:00",
        "last": "2026-09-30T21:00:00+00:00",
        "kwh": 733.5,
        "remarks": [],
    }
    assert (found["same"], found["near"], found["later"], found["only_here"]) == (716, 1, 0, 0)
    assert (found["here_kwh"], found["file_kwh"], found["hours_off"], found["corrected"]) == (730.496, 730.5, 0, 0)
    assert found["differences"][:2] == [
        {
            "start": "2026-09-05T02:00:00+00:00",
            "here_kwh": 0.4,
            "known": "partly",
            "file_kwh": 1.0,
            "file_quality": "Estimert",
            "difference_kwh": 0.6,
        },
        {
            "start": "2026-09-09T06:00:00+00:00",
            "here_kwh": None,
            "known": "unknown",
            "file_kwh": 1.0,
            "file_quality": None,
            "difference_kwh": None,
        },
    ]
    [month] = found["months"]
    assert (month["month"], month["mean_kw"], month["missing"]) == ("2026-09", 5.5, [])
    assert (month["net_kr"], month["vat_kr"], month["total_kr"]) == (857.52, 214.38, 1071.89)
    assert month["capacity"] == [
        {"from": "2026-09-01", "days": 30, "of_days": 30, "step": [5.0, 10.0], "month_kr": 336.0, "kr": 336.0}
    ]
    assert month["power"] == [{"ore": 40.0, "kwh": 733.5, "kr": 293.4}]


def test_apply_writes_what_differs_once(home: Path, capsys: pytest.CaptureFixture[str]):
    assert check(home, "--apply") == 0
    assert "Corrected by the file: 3 hours." in capsys.readouterr().out

    assert check(home) == 0
    again = capsys.readouterr().out
    assert "719 hours are equal to the watt-hour, 1 differ by 10 Wh at most, 0 by more" in again
    assert "By the hours as they are known here the sum would be" in again
    history = History(home / HISTORY_FILE, read_only=True)
    hours = {hour.start: hour for hour in history.hours(BEGIN, BEGIN + 720 * HOUR)}
    history.close()
    edited = [place for place in range(720) if hours[BEGIN + place * HOUR].quality is Quality.EDITED]
    assert edited == [PARTLY, UNKNOWN, MISSING]


def test_the_running_appliance_is_asked_to_write(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    asked = []

    def answers(path: Path, request: Any) -> dict[str, Any]:
        asked.append((path, request["set_hour"]))
        return {}

    monkeypatch.setattr("appliance.service.correct_hour.ask", answers)
    assert check(home, "--apply") == 0

    assert len(asked) == 3
    assert asked[0] == (home / "control.sock", {"start": "2026-09-05T02:00:00+00:00", "import_wh": 1000.0})
    capsys.readouterr()
    assert len(told(home, capsys)["differences"]) == 3  # this command has written nothing itself


def test_without_apply_nothing_is_written(home: Path):
    before = (home / HISTORY_FILE).read_bytes()
    check(home)

    assert (home / HISTORY_FILE).read_bytes() == before


def test_hours_that_nobody_can_know_yet_are_left_out(home: Path, capsys: pytest.CaptureFixture[str]):
    write(home, range(730))
    found = told(home, capsys, "--apply")

    assert (found["later"], found["corrected"]) == (10, 3)
    assert [month["hours"] for month in found["months"]] == [720, 10]
    assert found["months"][1]["missing"] == ["hours"]


def test_hours_of_a_wrong_year_do_not_make_the_present_older(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """A clock was once nine years ahead; the Pi's own, which has been set, knows better."""
    history = History(home / HISTORY_FILE)
    ahead = Hour(datetime(2035, 1, 1, tzinfo=UTC), 900.0, 0.0, Quality.METERED, 1.0)
    history.write(Batch(hours=(ahead,)), Boot("", 0.0))
    history.close()
    write(home, range(730))
    monkeypatch.setattr("appliance.commands.tariff_check._utc", lambda: BEGIN + 722 * HOUR)

    assert told(home, capsys)["later"] == 10


def test_years_are_not_corrected_at_once(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("appliance.commands.tariff_check._MOST_AT_ONCE", 2)

    assert check(home, "--apply") == 2
    assert "3 hours differ, and at most 2 are corrected at once" in capsys.readouterr().err
    assert check(home) == 1


def test_a_clock_that_was_wrong_is_not_corrected_by_hours(home: Path, capsys: pytest.CaptureFixture[str]):
    lines = (home / "elhub.csv").read_text(encoding="utf-8-sig").splitlines()
    energies = [line.split(";")[2] for line in lines[1:]]
    moved = [
        ";".join([*line.split(";")[:2], kwh]) for line, kwh in zip(lines[1:], [energies[-1], *energies], strict=False)
    ]
    (home / "elhub.csv").write_text("\n".join(["Fra;Til;KWH 60 Forbruk", *moved]), encoding="utf-8")

    assert check(home, "--apply") == 1
    assert "a clock was wrong, here or there. So nothing is corrected." in capsys.readouterr().out
    assert told(home, capsys)["hours_off"] == 1


def test_how_much_may_differ_can_be_given(home: Path, capsys: pytest.CaptureFixture[str]):
    assert len(told(home, capsys, "--above", "0")["differences"]) == 4
    assert len(told(home, capsys, "--above", "3,9")["differences"]) == 4
    assert len(told(home, capsys, "--above", "4")["differences"]) == 3


def test_prices_that_are_not_known_are_said(home: Path, capsys: pytest.CaptureFixture[str]):
    settings = home / "s.toml"
    settings.write_text(f'language = "en"\n[data]\nfolder = "{home}"\n', encoding="utf-8")
    check(home)

    assert capsys.readouterr().out.splitlines()[-1] == (
        "No prices are known for this month: choose the grid company, or set prices in the settings."
    )
    settings.write_text(f'language = "en"\n[data]\nfolder = "{home}"\n[grid]\ncompany = "elvia"\n', encoding="utf-8")
    check(home)
    shown = capsys.readouterr().out
    assert "  The power itself -- øre x 733.500 kWh                         --\n" in shown
    assert "- the power's price is not known for all of the energy, and not in the sum" in shown


def sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert check(home) == 2
    shown = capsys.readouterr()
    assert not shown.out
    [line] = shown.err.splitlines()
    return line.removeprefix("han-appliance: ")


def test_what_cannot_be_checked_is_a_sentence(home: Path, capsys: pytest.CaptureFixture[str]):
    file = home / "elhub.csv"
    file.write_bytes(b"\x00\xff\n")
    assert sentence(home, capsys) == (
        f"{file}: there is no line with the names of columns, such as Fra, Til and KWH 60 Forbruk"
    )
    file.unlink()
    assert sentence(home, capsys) == f"{file}: No such file or directory"
    write(home, range(10))
    (home / HISTORY_FILE).unlink()
    assert str(home / HISTORY_FILE) in sentence(home, capsys)


@pytest.mark.parametrize("language", list(WORDS))
def test_it_speaks_the_language_of_the_settings(language: str, home: Path, capsys: pytest.CaptureFixture[str]):
    settings = home / "s.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"en"', f'"{language}"'), encoding="utf-8")
    check(home)
    names = {"nb": "Forbruksavgift 7,13 øre", "nn": "Forbruksavgift 7,13 øre", "en": "Consumption tax 7.13 øre"}

    assert names.get(language, "Energiskatt 7,13 öre") in capsys.readouterr().out
    (home / "elhub.csv").write_text("Fra;Til;KWH 60 Produksjon\n", encoding="utf-8")
    assert WORDS[language].say("the file has what was sold to the grid: download the consumption") in sentence(
        home, capsys
    )
