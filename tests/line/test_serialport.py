"""The marks that a terminal puts into a stream of octets (termios(3), PARMRK)."""

from itertools import pairwise

import pytest

from appliance.line.port import Received
from appliance.line.serialport import Marks

MARKED = b"A\xff\x00B\xff\xff\xff\x00\x00\xff\xff\x00C\xff\x00\xff"
OCTETS = b"AB\xff\x00\xff\x00C\xff"
WRONG = (1, 3, 7)


def test_marked_octets_are_kept_and_named_and_a_doubled_ff_is_one():
    assert Marks().feed(MARKED) == (OCTETS, WRONG)


@pytest.mark.parametrize("first", range(len(MARKED)))
def test_it_does_not_matter_where_the_stream_is_cut(first):
    for second in range(first, len(MARKED)):
        marks, octets, wrong = Marks(), b"", []
        for start, end in pairwise((0, first, second, len(MARKED))):
            some, places = marks.feed(MARKED[start:end])
            wrong += [len(octets) + place for place in places]
            octets += some
        assert (octets, tuple(wrong)) == (OCTETS, WRONG)


def test_a_break_is_an_octet_00_with_an_error_at_the_end():
    assert Received(b"A\0", (1,)).ends_in_break
    assert not Received(b"A\0").ends_in_break
    assert not Received(b"\0A", (0,)).ends_in_break
    assert not Received(b"").ends_in_break
