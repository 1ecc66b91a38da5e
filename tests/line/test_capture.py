"""`han-appliance decode`: a capture to a table or to JSON lines."""

import io
import json
import subprocess
import sys

import pytest

from appliance.commands.main import main
from appliance.line.recording import Recorder
from tests.corpus import FOLDER, by_code, captures
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["decode", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_frame_becomes_one_json_object_on_a_line(capsys, tmp_path):
    path = tmp_path / "capture.bin"
    path.write_bytes(b"\0" * 3 + KAMSTRUP_EXAMPLE)

    code, out, _ = run(capsys, "--json", path)

    assert code == 0
    assert json.loads(out) == {
        "offset": 3,
        "length": len(KAMSTRUP_EXAMPLE),
        "ok": True,
        "maker": "kamstrup",
        "list": "Kamstrup_V0001",
        "meter_id": "5706567000000000",
        "meter_type": "000000000000000000",
        "clock": "2017-08-16T16:00:05",
        "values": {"1.7.0": 0, "31.7.0": 0.0, "32.7.0": 0, "1.8.0": 0},
    }


def test_a_frame_without_a_clock_has_null_and_values_keep_their_decimals(capsys, tmp_path):
    path = tmp_path / "capture.hex"
    path.write_text(AIDON_EXAMPLE.hex(" ", 1))

    code, out, _ = run(capsys, "--hex", "--json", path)

    told = json.loads(out)
    assert (code, told["clock"], told["length"]) == (0, None, 212)
    assert '"1.7.0": 1362,' in out
    assert '"32.7.0": 250.0' in out


def test_good_and_damaged_frames_come_in_the_order_of_the_stream(capsys, tmp_path):
    path = tmp_path / "capture.bin"
    damaged = AIDON_EXAMPLE[:100] + b"\x55" + AIDON_EXAMPLE[101:]
    path.write_bytes(AIDON_EXAMPLE + damaged + AIDON_EXAMPLE[:40] + AIDON_EXAMPLE)

    _, out, _ = run(capsys, "--json", path)

    told = [json.loads(line) for line in out.splitlines()]
    assert [(each["offset"], each["ok"]) for each in told] == [(0, True), (212, False), (424, False), (464, True)]
    assert told[1] == {"offset": 212, "ok": False, "reason": "frame check sequence"}
    assert told[2]["reason"] == "frame check sequence"


def test_the_table_names_maker_list_and_power(capsys, tmp_path):
    path = tmp_path / "capture.bin"
    path.write_bytes(AIDON_EXAMPLE + AIDON_EXAMPLE[:40])

    code, out, err = run(capsys, path)

    assert code == 0
    head, row, rejected = out.splitlines()
    assert "values" in head
    for word in ("aidon", "AIDON_V0001 (9)", "import 1362 W", "L1 250 V 9.3 A"):
        assert word in row
    assert "rejected: cut off" in rejected
    assert "frames decoded 1, rejected 1" in err


def test_standard_input_is_read_like_a_file():
    made = subprocess.run(
        [sys.executable, "-m", "appliance", "decode", "--hex", "--json"],
        input=AIDON_EXAMPLE.hex(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(made.stdout)["values"]["1.7.0"] == 1362


def test_a_recording_is_decoded_as_it_is(capsys, tmp_path):
    path = tmp_path / "line.rec"
    file = io.StringIO()
    recorder = Recorder(file)
    recorder.write(1.0, AIDON_EXAMPLE[:100])
    recorder.write(1.5, AIDON_EXAMPLE[100:])
    path.write_text(file.getvalue())

    code, out, _ = run(capsys, "--json", path)

    assert (code, json.loads(out)["ok"]) == (0, True)


@pytest.mark.parametrize("content", [b"", b"hello world", AIDON_EXAMPLE[:-20]])
def test_a_capture_without_a_frame_exits_with_1(capsys, tmp_path, content):
    path = tmp_path / "capture.bin"
    path.write_bytes(content)

    assert run(capsys, "--json", path)[0] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("7ea0\n2axy", "line 2: 'x' is no hex digit; leave out --hex if the file holds the octets themselves"),
        ("7ea02", "an odd number of hex digits; the last octet is cut in half"),
    ],
)
def test_bad_hex_exits_with_2_and_says_where(capsys, tmp_path, content, sentence):
    path = tmp_path / "capture.hex"
    path.write_text(content)

    code, out, err = run(capsys, "--hex", path)

    assert (code, out) == (2, "")
    assert str(path) in err
    assert sentence in err


def test_hex_given_without_its_option_is_recognised(capsys, tmp_path):
    path = tmp_path / "capture.hex"
    path.write_text(AIDON_EXAMPLE.hex())

    code, out, err = run(capsys, path)

    assert code == 0
    assert "import 1362 W" in out
    assert "frames decoded 1, rejected 0; read as hex digits" in err


def test_a_file_that_is_not_there_exits_with_2(capsys, tmp_path):
    code, _, err = run(capsys, tmp_path / "nothing")

    assert code == 2
    assert err == f"han-appliance: {tmp_path / 'nothing'}: No such file or directory\n"


def test_a_folder_exits_with_2(capsys, tmp_path):
    assert run(capsys, tmp_path)[0] == 2


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    path = tmp_path / "capture.bin"
    path.write_bytes(AIDON_EXAMPLE * 2000)

    made = subprocess.run(
        f"{sys.executable} -m appliance decode --json {path} | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (made.stdout.count("\n"), made.stderr) == (1, "")


@pytest.mark.corpus
def test_real_captures_decode_to_the_expected_values(capsys):
    for capture in captures():
        code, out, _ = run(capsys, "--hex", "--json", FOLDER / f"{capture.name}.hex")
        good = {told["offset"]: told for told in map(json.loads, out.splitlines()) if told["ok"]}
        assert code == (0 if good else 1)
        assert good.keys() == capture.valid.keys()
        for offset, frame in capture.valid.items():
            assert good[offset]["length"] == frame["length"] + 2
            assert good[offset]["values"] == by_code(frame["expected"], "W", "var", "V", "A", "Wh", "varh")
