"""Recordings: octets with times to a file and back."""

import io

import pytest

from appliance.line.recording import BadRecordingError, Chunk, Recorder, parse, read


def test_what_was_recorded_is_read_back(tmp_path):
    path = tmp_path / "line.rec"
    with path.open("w") as file:
        recorder = Recorder(file)
        recorder.write(100.0, b"\x7e\xa0")
        recorder.write(102.5, b"\x2a")

    assert list(read(path)) == [Chunk(0.0, b"\x7e\xa0"), Chunk(2.5, b"\x2a")]


def test_a_line_that_a_power_cut_left_unfinished_is_dropped():
    file = io.StringIO()
    Recorder(file).write(0.0, b"\x7e\xa0")

    assert list(parse(file.getvalue() + "2.5000 7", "line.rec")) == [Chunk(0.0, b"\x7e\xa0")]


def test_a_damaged_line_is_named():
    file = io.StringIO()
    Recorder(file).write(0.0, b"\x7e")

    with pytest.raises(BadRecordingError, match=r"line\.rec, line 3: not a time in seconds and octets in hex"):
        list(parse(file.getvalue() + "soon 7e\n1.0 7e\n", "line.rec"))


def test_another_file_is_no_recording():
    with pytest.raises(BadRecordingError, match=r"notes\.txt: not a recording"):
        list(parse("hello", "notes.txt"))
