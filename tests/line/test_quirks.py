"""Converters that send each 0A as 0D 0A, and how often an octet is looked at for frames."""

import random
from collections.abc import Iterator

import pytest

from appliance.line import quirks
from appliance.line.quirks import FrameResult, LineFeeds, QuirkFilter
from appliance.meter.hdlc import Frame, FrameSearch
from appliance.simulation.meter import noisy
from tests.frames import framed, simulated

WITH_0A = [frame for frame in simulated() if b"\n" in frame and b"\r\n" not in frame]
OWN_PAIR = framed(b"\xe6\xe7\x00\x0f\r\n\r\n")


def intact(framed) -> list[bytes]:
    return [one.octets for one in framed.results if isinstance(one, Frame)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_line_feeds_are_mended_however_the_stream_is_cut(size):
    feeds, octets = LineFeeds(), b"\r\na\r\r\nb\rc\r\n"
    mended = b"".join(feeds.feed(octets[place : place + size]) for place in range(0, len(octets), size))

    assert mended == b"\na\r\nb\rc\n"


@pytest.mark.parametrize("frame", WITH_0A[:6])
def test_a_frame_that_checks_only_without_proves_the_habit(frame):
    frames = QuirkFilter()
    framed = frames.feed(frame.replace(b"\n", b"\r\n"), settled=False)

    assert frames.undoes
    assert intact(framed) == [frame]
    assert framed.octets == frame


def test_the_meters_own_pair_is_left_alone():
    frames = QuirkFilter()
    framed = frames.feed(OWN_PAIR, settled=False)

    assert not frames.undoes
    assert framed.octets == OWN_PAIR
    assert intact(framed) == [OWN_PAIR]


def test_a_converter_that_was_replaced_by_a_good_one_disproves_it():
    frames = QuirkFilter()
    frames.feed(WITH_0A[0].replace(b"\n", b"\r\n"), settled=False)
    assert frames.undoes
    framed = frames.feed(OWN_PAIR, settled=False)

    assert not frames.undoes
    assert framed.octets == OWN_PAIR
    assert intact(framed) == [OWN_PAIR]


def test_frames_without_a_0a_say_nothing():
    frames = QuirkFilter()
    plain = framed(b"\xe6\xe7\x00\x0f\x01\x02")
    frames.feed(plain, settled=False)
    assert not frames.undoes
    frames.feed(WITH_0A[0].replace(b"\n", b"\r\n"), settled=False)
    frames.feed(plain, settled=False)
    assert frames.undoes


def cut(octets: bytes, size: int) -> Iterator[bytes]:
    return (octets[place : place + size] for place in range(0, len(octets), size))


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what is searched for frames."""
    lengths: list[int] = []

    class Counting(FrameSearch):
        def feed(self, octets):
            lengths.append(len(octets))
            return super().feed(octets)

    monkeypatch.setattr(quirks, "FrameSearch", Counting)
    return lengths


@pytest.mark.parametrize("quirk", [False, True], ids=["as sent", "0D 0A"])
def test_an_octet_is_searched_twice_while_unsure_and_once_when_settled(searched, quirk):
    octets = b"".join(WITH_0A).replace(b"\n", b"\r\n") if quirk else b"".join(WITH_0A)
    frames = QuirkFilter()
    for piece in cut(octets, 64):
        frames.feed(piece, settled=False)
    unsure, searched[:] = sum(searched), []
    for piece in cut(octets, 64):
        frames.feed(piece, settled=True)  # the first frame ends before the next begins to be searched once
    first = sum(searched)
    searched.clear()
    for piece in cut(octets, 64):
        frames.feed(piece, settled=True)
    settled = sum(searched)

    assert len(octets) * 1.9 < unsure <= 2 * len(octets)
    assert settled < first < unsure
    assert settled <= len(octets)


@pytest.mark.parametrize("size", [1, 7, 64, 5000])
@pytest.mark.parametrize("rate", [0.0, 1e-3, 1e-2])
@pytest.mark.parametrize("settled_share", [0.0, 0.5, 1.0])
def test_noise_loses_no_frame_and_no_rejection_that_one_search_alone_finds(size, rate, settled_share):
    chance = random.Random(5)
    octets = noisy(b"".join(WITH_0A) * 3, rate, chance)
    alone, frames, found = FrameSearch(), QuirkFilter(), list[FrameResult]()
    for piece in cut(octets, size):
        if chance.random() < 0.02:
            frames.settings_changed()
        framed = frames.feed(piece, settled=chance.random() < settled_share)
        found += framed.results
        assert framed.octets == piece

    assert [*found, *frames.close()] == [*alone.feed(octets), *alone.close()]
    assert not frames.undoes


@pytest.mark.parametrize("size", [1, 7, 64, 5000])
@pytest.mark.parametrize("before", ["as sent", "0D 0A"])
def test_a_converter_changed_amid_a_settled_line_loses_no_frame(size, before):
    frames, found = QuirkFilter(), []
    plain, quirky = b"".join(WITH_0A), b"".join(WITH_0A).replace(b"\n", b"\r\n")
    own = OWN_PAIR + b"".join(WITH_0A)
    streams = (plain, quirky, own) if before == "as sent" else (quirky, own, quirky)
    for stream in streams:
        for piece in cut(stream, size):
            found += intact(frames.feed(piece, settled=True))

    expected = [[OWN_PAIR, *WITH_0A] if stream == own else WITH_0A for stream in streams]
    assert found == [frame for stream in expected for frame in stream]


def test_a_frame_that_began_before_the_settings_were_changed_is_read_and_proves_nothing_of_the_new_ones():
    frames = QuirkFilter()
    frames.feed(OWN_PAIR[:12], settled=False)
    frames.settings_changed()
    framed = frames.feed(OWN_PAIR[12:] + OWN_PAIR, settled=False)

    assert intact(framed) == [OWN_PAIR, OWN_PAIR]
    assert [one.offset for one in framed.at_these_settings] == [len(OWN_PAIR)]
