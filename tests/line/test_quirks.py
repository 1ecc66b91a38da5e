"""Converters that send each 0A as 0D 0A."""

import pytest

from appliance.line.quirks import LineFeeds, QuirkFilter
from appliance.meter.hdlc import Frame
from tests.frames import framed, simulated

WITH_0A = [frame for frame in simulated() if b"\n" in frame and b"\r\n" not in frame]
OWN_PAIR = framed(b"\xe6\xe7\x00\x0f\r\n\r\n")


def intact(found) -> list[bytes]:
    return [one.octets for one in found if isinstance(one, Frame)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_line_feeds_are_mended_however_the_stream_is_cut(size):
    feeds, octets = LineFeeds(), b"\r\na\r\r\nb\rc\r\n"
    mended = b"".join(feeds.feed(octets[place : place + size]) for place in range(0, len(octets), size))

    assert mended == b"\na\r\nb\rc\n"


@pytest.mark.parametrize("frame", WITH_0A[:6])
def test_a_frame_that_checks_only_without_proves_the_habit(frame):
    frames = QuirkFilter()
    octets, found = frames.feed(frame.replace(b"\n", b"\r\n"))

    assert frames.undoes
    assert intact(found) == [frame]
    assert octets == frame


def test_the_meters_own_pair_is_left_alone():
    frames = QuirkFilter()
    octets, found = frames.feed(OWN_PAIR)

    assert not frames.undoes
    assert octets == OWN_PAIR
    assert intact(found) == [OWN_PAIR]


def test_a_converter_that_was_replaced_by_a_good_one_disproves_it():
    frames = QuirkFilter()
    frames.feed(WITH_0A[0].replace(b"\n", b"\r\n"))
    assert frames.undoes
    octets, found = frames.feed(OWN_PAIR)

    assert not frames.undoes
    assert octets == OWN_PAIR
    assert intact(found) == [OWN_PAIR]


def test_frames_without_a_0a_say_nothing():
    frames = QuirkFilter()
    plain = framed(b"\xe6\xe7\x00\x0f\x01\x02")
    frames.feed(plain)
    assert not frames.undoes
    frames.feed(WITH_0A[0].replace(b"\n", b"\r\n"))
    frames.feed(plain)
    assert frames.undoes
