"""`replay`: what the panel would have said to a recording. Moments and energies follow from arithmetic in the text."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.commands.main import main
from appliance.line.recording import HEADER, Recorder
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.simulation.makers import MAKERS, STANDARD_TIME, encode
from tests import corpus

NOON = datetime(2026, 1, 15, 11, tzinfo=UTC)
"""Noon in Norway, on a Thursday in winter."""
FIELDS = {
    *("t", "time", "power_w", "export_w", "level", "lamps", "sound", "audible", "front", "page", "words"),
    *("alarms", "hour", "month", "line"),
}
SUMMARY = {"seconds", "lists", "rejected", "lamp_changes", "sounds", "pages_forward", "hours", "steps_lost"}
GREEN = {"green": "on", "yellow": "off", "red": "off"}
YELLOW = {"green": "off", "yellow": "on", "red": "off"}
UNSEEN = {"green": "off", "yellow": "off", "red": "blink"}
RED = {"green": "off", "yellow": "off", "red": "on"}
BLINKS = {"green": "off", "yellow": "blink", "red": "off"}


def kaifa(power_w: float) -> bytes:
    """A list of the power alone, which has no clock in it and needs none in its header to be read."""
    meant = Reading(offset=0, length=0, maker=Maker.KAIFA, list_name=None, elements=1, power_import_w=power_w)
    return encode(meant, header_clock=MeterClock(datetime(2000, 1, 1), None, 0xFF, 6, None))


def hourly(hour: datetime, register_wh: float, power_w: float) -> bytes:
    """A Kamstrup's list of a full hour, with its clock, on standard time, and its register."""
    wall = hour.astimezone(STANDARD_TIME).replace(tzinfo=None)
    clock = MeterClock(wall, None, 0, wall.isoweekday(), None)
    meant = Reading(
        offset=0,
        length=0,
        maker=Maker.KAMSTRUP,
        list_name=MAKERS[Maker.KAMSTRUP].list_name,
        elements=35,
        meter_id="5706560000000001",
        meter_type="6841138BN245101090",
        clock=clock,
        power_import_w=power_w,
        power_export_w=0.0,
        energy_import_wh=register_wh,
        energy_export_wh=0.0,
    )
    return encode(meant, header_clock=clock)


def kamstrup(moment: datetime, power_w: float) -> bytes:
    wall = moment.astimezone(STANDARD_TIME).replace(tzinfo=None)
    clock = MeterClock(wall, None, 0, wall.isoweekday(), None)
    meant = Reading(
        offset=0,
        length=0,
        maker=Maker.KAMSTRUP,
        list_name=MAKERS[Maker.KAMSTRUP].list_name,
        elements=25,
        meter_id="5706560000000001",
        meter_type="6841138BN245101090",
        clock=clock,
        power_import_w=power_w,
        power_export_w=0.0,
    )
    return encode(meant, header_clock=clock)


Chunks = Iterable[tuple[float, bytes]]


def recording(path: Path, chunks: Chunks) -> Path:
    lines = (f"{at_s:.6f} {octets.hex()}\n" for at_s, octets in chunks)
    path.write_text(f"{HEADER}\n{''.join(lines)}")
    return path


def lists(powers_w: Iterable[float], pace_s: float = 10.0, begin_s: float = 0.0) -> Iterator[tuple[float, bytes]]:
    for number, power_w in enumerate(powers_w):
        yield begin_s + number * pace_s, kaifa(power_w)


def hours_of_a_kamstrup(begin: datetime, powers_w: Iterable[float], register_wh: float = 1_000_000.0) -> Chunks:
    """A whole hour at each power, a list each ten seconds, and the register at each full hour."""
    second = 0
    for power_w in powers_w:
        moment = begin + timedelta(seconds=second)
        yield second + 5.0, hourly(moment, register_wh, power_w)
        for past in range(10, 3600, 10):
            yield second + float(past), kamstrup(moment + timedelta(seconds=past), power_w)
        second, register_wh = second + 3600, register_wh + power_w
    yield second + 5.0, hourly(begin + timedelta(seconds=second), register_wh, power_w + 100)


class Replayed:
    def __init__(self, code: int, printed: str) -> None:
        self.code = code
        self.printed = printed
        *self.lines, last = [json.loads(line) for line in printed.splitlines()]
        self.summary = last["summary"]

    def at(self, t: float) -> dict[str, Any]:
        """What was shown at a moment: the last line up to it."""
        return [line for line in self.lines if line["t"] <= t][-1]

    def sounds(self, name: str, *, audible: bool) -> list[float]:
        return [line["t"] for line in self.lines if (line["sound"], line["audible"]) == (name, audible)]

    def when(self, **wanted: Any) -> list[float]:
        """The moments at which these fields come to have these values."""
        before, found = False, []
        for line in self.lines:
            now = all(line[name] == value for name, value in wanted.items())
            found += [line["t"]] * (now and not before)
            before = now
        return found


@pytest.fixture
def replay(capfd: pytest.CaptureFixture[str], tmp_path: Path):
    """Replay with an old household's thresholds, where no other settings are given."""

    def run(path: Path, *options: str) -> Replayed:
        if "--config" not in options:
            (tmp_path / "old.toml").write_text(OLD_FILE)
            options = ("--config", str(tmp_path / "old.toml"), *options)
        code = main(["replay", "--json", *options, str(path)])
        return Replayed(code, capfd.readouterr().out)

    return run


def refused(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a refusal."""
    assert main(["replay", *arguments]) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.startswith("han-appliance: ")
    assert told.err.count("\n") == 1
    return told.err


# 1 kW, from 100 s on 12 kW, from 200 s on 1 kW again, up to 400 s. In an old settings file 10 kW is red at once
# (rise_s = 0), and a threshold is left after 30 s (hold_s) below it: at 230 s. Red stays in front until somebody has
# seen it or it is over, and is heard again after a minute: at 160 s.
EVENING = [1000.0] * 10 + [12_000.0] * 10 + [1000.0] * 21
OLD_FILE = "[thresholds]\nwatch_w = 5000\nact_w = 10000\nrise_s = 0\nhold_s = 30\n"


def test_a_high_load_from_its_first_list_to_its_last(tmp_path: Path, replay) -> None:
    told = replay(recording(tmp_path / "evening.rec", lists(EVENING)), "--utc", "2026-01-15T12:00:00+01:00")

    assert told.code == 0
    assert all(set(line) == FIELDS for line in told.lines)
    assert set(told.summary) == SUMMARY
    assert told.when(level="act") == [100.0]
    assert told.when(level="ok") == [0.0, 230.0]
    assert told.when(lamps=UNSEEN) == [100.0]
    assert told.when(front="alarm") == [100.0]
    assert told.when(front="page") == [0.0, 230.0]
    assert told.sounds("act", audible=True) == [100.0, 160.0]
    assert told.sounds("over", audible=True) == [230.0]
    assert told.at(105)["alarms"] == [
        {"rule": "power", "level": "act", "phase": None, "acknowledged": False, "value": 12_000.0, "limit": 10_000.0}
    ]
    assert told.at(105)["words"][:4] == ["Skru av noe!", "12:01", "12,0", "kW"]
    assert told.at(105)["time"] == "2026-01-15T12:01:40+01:00"
    # The last list came at 400 s: silent from 430 s on, and the end is 60 s after it.
    assert told.when(line="silent", level="fault", power_w=None, lamps=BLINKS) == [430.0]
    assert told.summary["seconds"] == 460.0
    assert (told.summary["lists"], told.summary["rejected"]) == (41, 0)
    # Blinking yellow at the start, then green, red, green, yellow.
    assert told.summary["lamp_changes"] == 4
    assert told.summary["sounds"] == 3
    assert told.summary["pages_forward"] == 2
    assert told.summary["hours"] == told.summary["steps_lost"] == []


def test_it_begins_by_waiting_and_the_start_page(tmp_path: Path, replay) -> None:
    first = replay(recording(tmp_path / "late.rec", lists([1000.0], begin_s=3.0))).lines[0]

    assert (first["t"], first["time"], first["power_w"], first["level"]) == (0.0, None, None, None)
    assert (first["front"], first["page"], first["line"]) == ("boot", "now", "waiting")
    assert (first["hour"], first["month"], first["alarms"], first["sound"]) == (None, None, [], None)


def test_without_a_clock_it_may_be_night_and_a_sound_is_told_and_not_heard(tmp_path: Path, replay) -> None:
    told = replay(recording(tmp_path / "evening.rec", lists(EVENING)))

    assert told.sounds("act", audible=False) == [100.0, 160.0]
    assert told.summary["sounds"] == 0
    assert all(line["time"] is None for line in told.lines)


def with_sound(tmp_path: Path, replay, text: str) -> Replayed:
    (tmp_path / "appliance.toml").write_text(f"{OLD_FILE}[sound]\n{text}\n")
    return replay(
        recording(tmp_path / "evening.rec", lists(EVENING)),
        *("--config", str(tmp_path / "appliance.toml"), "--utc", "2026-01-15T11:00:00Z"),
    )


def test_what_the_settings_mute_is_told_and_not_heard(tmp_path: Path, replay) -> None:
    told = with_sound(tmp_path, replay, 'volume = "off"')

    assert told.sounds("act", audible=False) == [100.0, 160.0]
    assert told.summary["sounds"] == 0


def test_red_is_outside_the_sound_budget_and_that_it_is_over_is_not(tmp_path: Path, replay) -> None:
    told = with_sound(tmp_path, replay, "an_hour = 0")

    assert told.sounds("act", audible=True) == [100.0, 160.0]
    assert told.sounds("over", audible=False) == [230.0]
    assert told.summary["sounds"] == 2


def test_the_clock_and_ages_make_no_line(tmp_path: Path, replay) -> None:
    """Ten minutes of 1 kW, and then 25 minutes of silence."""
    chunks = [*lists([1000.0] * 60), *lists([1000.0], begin_s=2100.0)]
    told = replay(recording(tmp_path / "calm.rec", chunks), "--utc", "2026-01-15T11:00:00Z")

    # Start, first list, a second one that shows the line's settings are right; silent at 590 + 30 s; its page comes
    # after a minute and goes after 20 s; it is heard after 5 minutes; back at 2100 s, and silent again 30 s later: the
    # end is a minute after the last list.
    assert [line["t"] for line in told.lines] == [0.0, 0.0, 10.0, 620.0, 650.0, 670.0, 890.0, 2100.0, 2130.0]
    assert any("Ingen data i 1" in text for text in told.at(655)["words"])


def test_keys_turn_pages_acknowledge_and_mute(tmp_path: Path, replay) -> None:
    (tmp_path / "keys.txt").write_text("# at the panel\n\n20 a\n 25.5 b\n40 B\n110 a\n150 A\n")
    told = replay(
        recording(tmp_path / "evening.rec", lists(EVENING)),
        *("--keys", str(tmp_path / "keys.txt"), "--utc", "2026-01-15T11:00:00Z"),
    )

    assert told.when(page="hour") == [20.0]
    assert told.when(page="now") == [0.0, 25.5]
    assert told.sounds("click", audible=True) == [20.0, 25.5, 40.0, 110.0, 150.0]
    assert told.at(109)["alarms"][0]["acknowledged"] is False
    assert told.at(110)["alarms"][0]["acknowledged"] is True
    assert told.when(front="alarm") == [100.0]
    assert told.when(front="page") == [0.0, 110.0, 210.0]  # the menu closes after a minute
    assert told.when(front="menu") == [150.0]
    assert told.sounds("over", audible=True) == [230.0]  # of a red that was heard
    assert told.summary["sounds"] == 2


def test_the_menu_mutes(tmp_path: Path, replay) -> None:
    """Held, then four times on to *Sound*, in it one on to an hour, and taken."""
    (tmp_path / "keys.txt").write_text("10 A\n11 a\n12 a\n13 a\n14 a\n15 A\n16 a\n17 A\n18 B\n")
    told = replay(
        recording(tmp_path / "evening.rec", lists(EVENING)),
        *("--keys", str(tmp_path / "keys.txt"), "--utc", "2026-01-15T11:00:00Z"),
    )

    assert any("61\u00a0min" in text or "61 min" in text for line in told.lines for text in line["words"])
    assert told.sounds("act", audible=False) == [100.0, 160.0]
    assert told.sounds("click", audible=False) == [17.0, 18.0]
    assert told.summary["sounds"] == 0


def test_hours_a_month_and_a_step_that_is_lost(tmp_path: Path, replay) -> None:
    """1.5 kWh, then 6 kWh: the day's highest hour goes from the step up to 2 kW to that from 5 to 10 kW."""
    told = replay(recording(tmp_path / "hours.rec", hours_of_a_kamstrup(NOON, [1500.0, 6000.0, 900.0])))

    # What a Kamstrup's register counts in is known with the second whole hour.
    first, *others = told.summary["hours"]
    assert (first["start"], first["known"]) == ("2026-01-15T11:00:00+00:00", "integrated")
    assert first["import_wh"] == pytest.approx(1500, abs=1)
    metered = {"export_wh": 0.0, "known": "metered"}
    assert [hour | {"coverage": 1.0} for hour in others] == [
        {"start": "2026-01-15T12:00:00+00:00", "import_wh": 6000.0, "coverage": 1.0, **metered},
        {"start": "2026-01-15T13:00:00+00:00", "import_wh": 900.0, "coverage": 1.0, **metered},
    ]
    assert all(hour["coverage"] > 0.99 for hour in told.summary["hours"])
    assert told.summary["steps_lost"] == [
        {"hour": "2026-01-15T12:00:00+00:00", "from": [0.0, 2.0], "to": [5.0, 10.0]},
    ]
    last = told.at(3 * 3600 + 10)
    assert last["month"]["mean_kw"] == 6.0
    assert last["month"]["step"] == [5.0, 10.0]
    assert last["month"]["peaks"] == [{"start": "2026-01-15T12:00:00+00:00", "wh": 6000.0, "known": "metered"}]
    assert last["hour"]["start"] == "2026-01-15T14:00:00+00:00"
    assert last["hour"]["state"] is None


def test_a_history_goes_on_and_export_prints_it(tmp_path: Path, replay, capfd: pytest.CaptureFixture[str]) -> None:
    """Two replays of three hours each, the second a day later: a month of two peaks, and six hours in the file."""
    kept = str(tmp_path / "kept")
    replay(recording(tmp_path / "1.rec", hours_of_a_kamstrup(NOON, [1000.0, 4000.0, 1000.0])), "--history", kept)
    second = hours_of_a_kamstrup(NOON + timedelta(days=1), [1000.0, 3000.0, 1000.0], 1_030_000.0)
    told = replay(recording(tmp_path / "2.rec", second), "--history", kept)

    # The hour that had just begun when the power went ends as what was seen of it.
    begun, *others = told.summary["hours"]
    assert begun["known"] == "partly"
    assert [hour["import_wh"] for hour in others] == [1000.0, 3000.0, 1000.0]
    month = told.at(3 * 3600 + 10)["month"]
    assert month["mean_kw"] == 3.5
    assert [peak["wh"] for peak in month["peaks"]] == [4000.0, 3000.0]

    (tmp_path / "appliance.toml").write_text(f'language = "en"\n[data]\nfolder = "{kept}"\n')
    options = ("--csv", "--config", str(tmp_path / "appliance.toml"))
    assert main(["export", "--from", "2026-01-15", "--to", "2026-01-16", *options]) == 0
    rows = [row for row in capfd.readouterr().out.splitlines() if "4.000" in row or "3.000" in row or "1.000" in row]
    assert len(rows) >= 6


def test_it_prints_the_same_twice_and_the_history_makes_no_difference(tmp_path: Path, replay) -> None:
    path = recording(tmp_path / "evening.rec", lists(EVENING))

    once, again, kept = replay(path), replay(path), replay(path, "--history", str(tmp_path / "kept"))
    assert once.printed == again.printed == kept.printed


def test_a_recording_of_run_is_taken_also_with_its_last_line_cut_off(tmp_path: Path, replay) -> None:
    path = tmp_path / "run.rec"
    with path.open("w") as file:
        recorder = Recorder(file)
        for at_s, octets in lists([1000.0] * 4):
            for place in range(0, len(octets), 8):  # as a port hands them out
                recorder.write(1234.5 + at_s + place / 240, octets[place : place + 8])
    whole = path.read_text()
    assert replay(path).summary["lists"] == 4

    for length in range(len(whole) - 40, len(whole) - 3):
        path.write_text(whole[:length])
        assert replay(path).summary["lists"] == 3
    path.write_bytes(whole[:-5].encode() + bytes(64))  # a file system that had room ready
    assert replay(path).summary["lists"] == 3
    path.write_bytes(b"\xef\xbb\xbf" + whole.replace("\n", "\r\n").encode())  # saved again on a PC
    assert replay(path).summary["lists"] == 4


def test_without_a_list_its_lines_are_printed_all_the_same(tmp_path: Path, replay) -> None:
    told = replay(recording(tmp_path / "noise.rec", [(0.0, b"\x55" * 40), (600.0, b"\xaa" * 40)]))

    assert told.code == 1
    assert told.lines
    assert told.summary["lists"] == 0
    nothing = replay(recording(tmp_path / "nothing.rec", []))
    assert (nothing.code, nothing.summary["seconds"]) == (1, 60.0)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "not a recording"),
        (b"7ea0\n", "not a recording"),
        (bytes(range(256)) * 8, "not a recording"),
        (f"{HEADER}\n0.0 7e\nhello\n1.0 7e\n".encode(), "line 3"),
        (f"{HEADER}\n0.0 7e\n1.0 7\n2.0 7e\n".encode(), "line 3"),
        (f"{HEADER}\n5.0 7e\n4.0 7e\n".encode(), "line 3"),
        (f"{HEADER}\nnan 7e\n4.0 7e\n".encode(), "line 2"),
        (f"{HEADER}\ninf 7e\n4.0 7e\n".encode(), "line 2"),
        (f"{HEADER}\n-1 7e\n4.0 7e\n".encode(), "line 2"),
        (f"{HEADER}\n1e300 7e\n4.0 7e\n".encode(), "line 2"),
    ],
)
def test_what_is_no_recording_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], octets: bytes, said: str
) -> None:
    (tmp_path / "bad.rec").write_bytes(octets)

    assert said in refused(capfd, str(tmp_path / "bad.rec"))


@pytest.mark.parametrize("line", ["a", "5 c", "x a", "-1 a", "5 a b", "nan a", "1e3 a", "5a"])
def test_a_line_that_is_no_key_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str) -> None:
    path = recording(tmp_path / "calm.rec", lists([1000.0]))
    (tmp_path / "keys.txt").write_text(f"1 a\n{line}\n")

    assert "keys.txt, line 2" in refused(capfd, "--keys", str(tmp_path / "keys.txt"), str(path))


@pytest.mark.parametrize(
    "options",
    [
        ("--utc", "2026-01-15T12:00:00"),
        ("--utc", "noon"),
        ("--utc", "0001-01-01T00:00:00+14:00"),
        ("--messages", "messages.txt"),
        ("--config", "/nowhere/appliance.toml"),
        ("--keys", "/nowhere/keys.txt"),
        ("--png", "/dev/null/pictures"),
        ("--history", "/dev/null/history"),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    refused(capfd, *options, str(recording(tmp_path / "calm.rec", lists([1000.0]))))
    refused(capfd, "/nowhere/evening.rec")


def test_a_history_that_is_none_is_set_aside_and_a_newer_programs_refused_and_left_as_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = recording(tmp_path / "calm.rec", lists([1000.0]))
    file = tmp_path / "history.sqlite3"
    letter = b"this is a letter, and no history\n" * 200
    file.write_bytes(letter)

    assert main(["replay", "--json", "--history", str(tmp_path), str(path)]) == 0
    assert letter in [one.read_bytes() for one in tmp_path.glob("history*")]
    assert "Ny historikk startet" in capfd.readouterr().out  # on the glass: begun anew
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE tides (moment INTEGER)")
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    before = file.read_bytes()
    assert "newer program" in refused(capfd, "--history", str(tmp_path), str(path))
    assert file.read_bytes() == before


def test_a_picture_is_drawn_for_each_line(tmp_path: Path, replay) -> None:
    folder = tmp_path / "pictures"
    told = replay(recording(tmp_path / "evening.rec", lists(EVENING)), "--png", str(folder))

    assert len(list(folder.glob("*.png"))) == len(told.lines)
    assert (folder / "00000100.000.png").exists()
    # Two lines are of 0 s: the start, and the first list; each has the picture that it tells of.
    assert (folder / "00000000.000.png").read_bytes() != (folder / "00000000.000-2.png").read_bytes()


def test_text_for_people(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = recording(tmp_path / "evening.rec", lists(EVENING))
    (tmp_path / "appliance.toml").write_text(OLD_FILE)
    config = ("--config", str(tmp_path / "appliance.toml"))
    assert main(["replay", *config, "--utc", "2026-01-15T11:00:00Z", str(path)]) == 0
    shown = capfd.readouterr().out.splitlines()

    [line] = [line for line in shown if line.startswith("    100.0")]
    for word in ("2026-01-15 12:01:40", "12.00 kW", "act", "red", "alarm", "Skru av noe!"):
        assert word in line
    assert "460 s: 41 lists read, 0 frames rejected" in shown


def test_a_long_silence_passes_quickly_and_truly(tmp_path: Path, replay) -> None:
    """Three years between two lists; the hour that ran when it fell silent ends as what was seen of it."""
    chunks = [
        *((float(past), kamstrup(NOON + timedelta(seconds=past), 3600.0)) for past in range(0, 600, 10)),
        (3 * 365 * 86_400.0, kaifa(1000.0)),
    ]
    told = replay(recording(tmp_path / "years.rec", chunks))

    [hour] = told.summary["hours"]
    assert hour["start"] == "2026-01-15T11:00:00+00:00"
    # Of the ten minutes 590 s were held by a next list, at 1 Wh a second.
    assert hour["import_wh"] == pytest.approx(590, abs=12)
    assert (hour["known"], round(hour["coverage"], 2)) == ("partly", 0.16)
    assert told.lines[-1]["level"] == "fault"


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    path = recording(tmp_path / "long.rec", lists([1000.0, 2000.0] * 2000, pace_s=2.5))
    with (
        path.open("rb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "appliance", "replay", "--json", "-"],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["t"] == 0.0
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.corpus
def test_the_captures_of_real_meters_are_read_whole(tmp_path: Path, replay) -> None:
    """A capture in pieces of 64 octets, as fast as 2400 baud: as many lists as it has valid frames of known lists."""
    for capture in corpus.captures("kamstrup", "aidon"):
        pieces = range(0, len(capture.octets), 64)
        chunks = [(place / 240, capture.octets[place : place + 64]) for place in pieces]
        told = replay(recording(tmp_path / "capture.rec", chunks))
        assert told.summary["lists"] + told.summary["rejected"] >= len(capture.valid), capture.name
        powers = {
            value["v"]
            for frame in capture.valid.values()
            for code, value in frame["expected"].items()
            if "1.7.0" in code
        }
        assert {line["power_w"] for line in told.lines} - {None} <= powers, capture.name
