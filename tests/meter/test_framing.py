"""Frames are found on a line that loses, adds and turns octets, and none that was not sent."""

import pickle
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.hdlc import LONGEST
from appliance.meter.reading import Reason
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE, framed, information, simulated
from tests.share import cases

FRAMES = (AIDON_EXAMPLE, KAMSTRUP_EXAMPLE, *simulated())
LIST_1 = min(simulated(), key=len)


def at_octet(octets: bytes) -> list[tuple[int, Reading | Rejected]]:
    """What the decoder gives out, with the number of octets it had been fed by then."""
    decoder = Decoder()
    return [
        (count, result) for count in range(1, len(octets) + 1) for result in decoder.feed(octets[count - 1 : count])
    ]


def crc_x25(octets: bytes) -> int:
    """The check sequence, bit by bit as ISO 3309 describes it: the tests' own, slow and plain."""
    register = 0xFFFF
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register ^ 0xFFFF


def valid_at(octets: bytes, start: int) -> int | None:
    """The end (after the closing flag) of an intact frame that begins at `start`, by the standard's definition."""
    if octets[start] != 0x7E or start + 3 > len(octets) or octets[start + 1] >> 4 != 0xA:
        return None
    end = start + 2 + ((octets[start + 1] & 7) << 8 | octets[start + 2])
    if end > len(octets) or octets[end - 1] != 0x7E:
        return None
    place = start + 3
    for _ in range(2):
        size = next((size for size in (1, 2, 4) if place + size < end and octets[place + size - 1] & 1), None)
        if size is None:
            return None
        place += size
    header_end = place + 3
    if header_end + 3 > end:
        return None
    for last in (header_end, end - 1):
        check = octets[last - 2] | octets[last - 1] << 8
        if crc_x25(octets[start + 1 : last - 2]) != check:
            return None
    return end


def intact(octets: bytes) -> list[tuple[int, int]]:
    """Offset and length of all intact frames, the one that ends first before the one it stands in."""
    ends = sorted((end, start) for start in range(len(octets)) if (end := valid_at(octets, start)))
    taken, found = 0, []
    for end, start in ends:
        if start >= taken - 1:
            found.append((start, end - start))
            taken = end
    return found


damage = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\x7e", b"\x7e\xa0", b"\x7e\x7e\x7e", LIST_1[:8], LIST_1[:9], LIST_1[:20], AIDON_EXAMPLE[:60]]),
    st.tuples(st.sampled_from(FRAMES), st.integers(0, 400)).map(lambda cut: cut[0][: cut[1]]),
    st.tuples(st.sampled_from(FRAMES), st.integers(0, 400)).map(
        lambda lost: lost[0][: lost[1]] + lost[0][lost[1] + 1 :]
    ),
)
streams = st.lists(st.one_of(st.sampled_from(FRAMES), damage), max_size=8).map(b"".join)


@settings(max_examples=300)
@given(streams)
def test_all_intact_frames_are_found_and_nothing_else(octets):
    found = [
        (result.offset, result.length)
        for result in Decoder().feed(octets)
        if isinstance(result, Reading) or result.reason in (Reason.NOT_A_NOTIFICATION, Reason.SEGMENTED)
    ]

    assert found == intact(octets)


@settings(max_examples=200)
@given(streams)
def test_a_reading_comes_with_its_frames_last_octet(octets):
    for count, result in at_octet(octets):
        if isinstance(result, Reading):
            assert count == result.offset + result.length


@settings(max_examples=200)
@given(streams, st.lists(st.integers(1, 100), min_size=1, max_size=20))
def test_chunks_of_any_size_give_the_same_list(octets, sizes):
    decoder, place, found = Decoder(), 0, []
    while place < len(octets):
        size = sizes[place % len(sizes)]
        found += decoder.feed(octets[place : place + size])
        place += size

    assert found == Decoder().feed(octets)


@settings(max_examples=200)
@given(streams)
def test_results_come_in_the_order_of_the_stream(octets):
    offsets = [result.offset for result in Decoder().feed(octets)]

    assert offsets == sorted(offsets)


def test_a_flag_inside_a_frame_does_not_end_it():
    with_flag = information(AIDON_EXAMPLE).replace(bytes.fromhex("0600000552"), bytes.fromhex("06007e7ea0"))
    frame = framed(with_flag)

    (reading,) = Decoder().feed(frame)

    assert isinstance(reading, Reading)
    assert reading.power_import_w == 0x7E7EA0


def test_one_flag_closes_a_frame_and_opens_the_next():
    readings = Decoder().feed(LIST_1 + LIST_1[1:] + LIST_1[1:])

    assert [reading.offset for reading in readings] == [0, len(LIST_1) - 1, 2 * (len(LIST_1) - 1)]


@pytest.mark.parametrize("frame", FRAMES, ids=len)
def test_a_lost_octet_costs_one_frame_and_does_not_delay_the_next(frame):
    for lost in range(len(frame)):
        octets = frame[:lost] + frame[lost + 1 :] + LIST_1 + frame
        readings = [(count, result) for count, result in at_octet(octets) if isinstance(result, Reading)]
        start = len(frame) - 1
        assert (start + len(LIST_1), start) in [(count, reading.offset) for count, reading in readings]
        assert readings[-1][0] == len(octets)


def test_a_frame_cut_off_by_a_whole_one_is_rejected_where_it_began():
    cut = AIDON_EXAMPLE[:50]

    rejected, reading = Decoder().feed(cut + LIST_1)

    assert rejected == Rejected(0, 50, Reason.CUT_OFF)
    assert isinstance(reading, Reading)


def test_a_frame_cut_off_by_the_lines_end_is_rejected_on_closing():
    decoder = Decoder()

    assert decoder.feed(AIDON_EXAMPLE[:50]) == []
    assert decoder.close() == [Rejected(0, 50, Reason.CUT_OFF)]
    assert decoder.close() == []


def test_a_decoder_goes_on_after_closing_with_offsets_of_the_same_stream():
    decoder = Decoder()
    decoder.feed(AIDON_EXAMPLE[:50])
    decoder.close()

    (reading,) = decoder.feed(LIST_1)

    assert reading.offset == 50


def broken(frame: bytes, place: int) -> bytes:
    return frame[:place] + bytes((frame[place] ^ 0x01,)) + frame[place + 1 :]


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (broken(AIDON_EXAMPLE, 6), Reason.HEADER),
        (broken(AIDON_EXAMPLE, 100), Reason.FRAME),
        (AIDON_EXAMPLE[:-1] + b"\x00", Reason.NO_CLOSING_FLAG),
        (framed(information(AIDON_EXAMPLE), segmented=True), Reason.SEGMENTED),
        (b"\x7e" + bytes.fromhex("a005 41 0883 13 d9b8") + b"\x7e", Reason.LENGTH),
    ],
    ids=["header", "frame", "closing flag", "segmented", "length"],
)
def test_a_damaged_frame_says_what_is_wrong(octets, reason):
    if reason is Reason.LENGTH:
        body = bytes.fromhex("a005 41 0883 13")
        octets = b"\x7e" + body + crc_x25(body).to_bytes(2, "little") + b"\x7e"

    (rejected,) = Decoder().feed(octets)

    assert isinstance(rejected, Rejected)
    assert (rejected.offset, rejected.reason) == (0, reason)


def test_addresses_of_one_two_and_four_octets_are_understood():
    for header in (b"\x03\x21\x13", b"\x02\x03\x21\x13", b"\x02\x04\x06\x03\x02\x04\x06\x21\x13"):
        (reading,) = Decoder().feed(framed(information(AIDON_EXAMPLE), header))
        assert isinstance(reading, Reading)


def mutated(frame: bytes, chance: random.Random) -> bytes:
    """A frame after one of a bad line's deeds: 1-3 flipped bits, a burst, a cut, an insertion, a join."""
    octets = bytearray(frame)
    match chance.randrange(6):
        case 0:
            for _ in range(chance.randint(1, 3)):
                octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        case 1:
            bits = int.from_bytes(octets) ^ (chance.getrandbits(16) | 1) << chance.randrange(8 * len(octets) - 16)
            octets = bytearray(bits.to_bytes(len(octets)))
        case 2:
            start = chance.randrange(len(octets))
            del octets[start : start + chance.randint(1, 20)]
        case 3:
            place = chance.randrange(len(octets))
            octets[place:place] = chance.randbytes(chance.randint(1, 20))
        case 4:
            other = chance.choice(FRAMES)
            octets = octets[: chance.randrange(len(octets))] + other[chance.randrange(len(other)) :]
        case _:
            place = chance.randrange(len(octets))
            octets[place : place + 2] = bytes(reversed(octets[place : place + 2]))
    return bytes(octets)


def test_of_many_mutated_frames_none_gives_a_value_that_was_not_sent_and_none_costs_the_next():
    chance = random.Random(20260115)
    original = {replace(Decoder().feed(frame)[0], offset=0, length=0) for frame in FRAMES}
    decoder, place, expected, found = Decoder(), 0, [], set()
    for _ in range(cases(10_000, 30_000, 100_000)):
        damaged, next_frame = mutated(chance.choice(FRAMES), chance), chance.choice(FRAMES)
        expected.append(place + len(damaged))
        place += len(damaged) + len(next_frame)
        for result in decoder.feed(damaged + next_frame):
            if isinstance(result, Reading):
                found.add(result.offset)
                assert replace(result, offset=0, length=0) in original
    assert found.issuperset(expected)


def test_ten_megabytes_of_random_octets_give_nothing_and_keep_nothing():
    chance = random.Random(7)
    decoder = Decoder()
    for _ in range(10):
        assert not any(isinstance(result, Reading) for result in decoder.feed(chance.randbytes(1_000_000)))

        assert len(pickle.dumps(decoder)) < LONGEST + 1000
