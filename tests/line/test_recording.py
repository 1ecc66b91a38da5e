"""Recordings: octets with times to a file and back."""

import io

import pytest

from appliance.line.recording import (
    RECENT_OCTETS,
    RECENT_S,
    BadRecordingError,
    Chunk,
    RecentOctets,
    Recorder,
    parse,
    read,
)


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


def test_the_last_hour_is_a_recording_of_all_that_came_in_it():
    """A list of 44 octets each 2.5 s, in reads of 4 octets as they come at 240 octets a second."""
    recent = RecentOctets()
    for number in range(2 * 1440):
        for part in range(11):
            recent.add(100.0 + 2.5 * number + part / 60, bytes(range(4 * part, 4 * part + 4)))
    chunks = list(parse(recent.text(), "recent"))

    assert b"".join(chunk.octets for chunk in chunks) == bytes(range(44)) * (len(chunks) // 2)
    assert chunks[-1].at_s == pytest.approx(RECENT_S, abs=2.6)
    assert len(chunks) == pytest.approx(2 * RECENT_S / 2.5, abs=4)


def test_a_line_of_noise_fills_no_memory():
    recent = RecentOctets()
    for number in range(1000):
        recent.add(number * 0.2, bytes(1000))
    kept = sum(len(chunk.octets) for chunk in parse(recent.text(), "recent"))
    assert RECENT_OCTETS - 1000 <= kept <= RECENT_OCTETS


def test_octets_too_many_at_once_are_not_kept():
    recent = RecentOctets()
    recent.add(0.0, bytes(RECENT_OCTETS + 1))
    assert list(parse(recent.text(), "recent")) == []
