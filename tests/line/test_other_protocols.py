"""P1 and M-Bus are named on a line, however they are cut; and never what only looks like them."""

import random
from collections.abc import Iterator

import pytest
from fastcrc.crc16 import arc

from appliance.line.autobaud import CANDIDATES, LineSearch
from appliance.line.diagnosis import LineWatch
from appliance.line.other_protocols import MBusSearch, OtherProtocol, OtherProtocols, P1Search
from appliance.line.port import Parity, Received, SerialSettings
from appliance.system.health import LineCondition
from tests.corpus import captures
from tests.frames import AIDON_EXAMPLE
from tests.line.trials import Ear
from tests.simulation.wire import Receiver, Sender, Wire

LINES = (
    "1-0:1.8.0(000896.020*kWh)",
    "1-0:2.8.0(000048.792*kWh)",
    "1-0:1.7.0(0001.062*kW)",
    "1-0:32.7.0(228.7*V)",
    "1-0:31.7.0(004.5*A)",
)


def telegram(*, lines: tuple[str, ...] = LINES, check: bool = True) -> bytes:
    body = "\r\n".join(["/LGF5E360", "", "0-0:1.0.0(260203184200W)", *lines, "!"]).encode()
    return body + (b"%04X\r\n" % arc(body) if check else b"\r\n")


def mbus(data: bytes) -> bytes:
    """A long frame (EN 13757-2): 68, length twice, 68, data, their sum, 16."""
    return bytes((0x68, len(data), len(data), 0x68)) + data + bytes((sum(data) & 0xFF, 0x16))


AUSTRIAN = mbus(bytes.fromhex("53ff000167db084b414d4501020304") + bytes(60))


def cut(octets: bytes, size: int) -> Iterator[bytes]:
    return (octets[at : at + size] for at in range(0, len(octets), size))


def even(octets: bytes) -> bytes:
    """As they come through 7E1 when they are read as 8N1."""
    return bytes(octet | (octet.bit_count() % 2) << 7 for octet in octets)


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (telegram(), OtherProtocol.P1),
        (telegram(check=False), OtherProtocol.P1),
        (even(telegram(check=False)), OtherProtocol.P1),
        (b"\x00/\xff!" + telegram()[50:] + telegram(), OtherProtocol.P1),
        (AUSTRIAN, OtherProtocol.MBUS),
        (b"\x68\x20\x20\x68\x53" + AUSTRIAN, OtherProtocol.MBUS),
    ],
    ids=["p1", "p1 without check", "p1 as 7E1", "p1 after a cut one", "m-bus", "m-bus after a cut one"],
)
def test_what_is_spoken_is_told_however_it_is_cut(octets, what, size):
    search = OtherProtocols()

    found = [search.feed(chunk) for chunk in cut(octets + octets, size)]

    assert set(found) - {None} == {what}


@pytest.mark.corpus
@pytest.mark.parametrize("capture", captures("p1_ascii"), ids=lambda capture: capture.name)
def test_every_captured_telegram_is_one(capture):
    assert len(P1Search().feed_all(capture.octets)) == len(capture.frames)


@pytest.mark.corpus
def test_no_meters_frames_are_taken_for_another_protocol():
    search = OtherProtocols()

    assert {search.feed(chunk) for capture in captures() for chunk in cut(capture.octets, 64)} == {None}


def test_a_telegram_whose_check_sequence_is_wrong_proves_nothing():
    whole = telegram()
    for place in range(len(whole) - 6):
        turned = whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]
        assert P1Search().feed(turned) == [], place


def test_without_a_check_sequence_a_few_lines_or_odd_ones_prove_nothing():
    assert P1Search().feed(telegram(lines=LINES[:2], check=False)) == []
    assert P1Search().feed(telegram(check=False).replace(b"kWh", b"k\x00h")) == []
    assert P1Search().feed(b"GET /index.html HTTP/1.1\r\nHost: a\r\n!\r\n") == []


def test_an_m_bus_frame_with_any_bit_of_its_frame_turned_proves_nothing():
    for place in (0, 1, 2, 3, 20, len(AUSTRIAN) - 2, len(AUSTRIAN) - 1):
        turned = AUSTRIAN[:place] + bytes((AUSTRIAN[place] ^ 4,)) + AUSTRIAN[place + 1 :]
        assert MBusSearch().feed(turned) == [], place


def test_noise_of_any_length_proves_nothing_and_is_not_kept():
    chance, search = random.Random(15), OtherProtocols()
    for _ in range(300):
        assert search.feed(chance.randbytes(4096)) is None
    assert search.feed(b"/" + b"1" * 100_000 + b"\x68\xff\xff\x68") is None
    assert len(search._p1._kept) <= 8192
    assert len(search._mbus._kept) <= 261


def listened(octets: bytes, size: int, *, settings: SerialSettings, seconds: float, pause_s: float = 1.0) -> LineWatch:
    """A search and its watch, after the line has said these octets at this pace, whatever settings are tried."""
    search = LineSearch()
    watch = LineWatch(search, silent_s=30.0)
    search.opened()
    watch.opened(0.0)
    now = 0.0
    while now < seconds:
        start_s = now
        for chunk in cut(octets, size):
            now += len(chunk) * settings.octet_s
            tried = search.settings
            received = Received(chunk)
            framed = search.take(now, received)
            watch.take(now, received, framed.at_these_settings, tried)
        now = max(now, start_s + pause_s)
        search.passed(now)
    return watch


@pytest.mark.parametrize("size", [1, 16, 4096])
@pytest.mark.parametrize(
    ("octets", "condition"),
    [
        (telegram(), LineCondition.P1),
        (telegram(check=False), LineCondition.P1),
        (telegram(lines=LINES * 20), LineCondition.P1),
        (AUSTRIAN, LineCondition.MBUS),
    ],
    ids=["p1", "p1 without check", "long p1", "m-bus"],
)
@pytest.mark.parametrize("by_hand", [False, True])
def test_octets_as_they_are_end_in_their_own_condition(octets, condition, size, by_hand):
    """As in a recording, in which no setting is wrong."""
    watch = listened(octets, size, settings=SerialSettings(115200), seconds=30.0)

    assert watch.condition(30.5, by_hand=by_hand) == (condition, ())


@pytest.mark.parametrize(
    ("settings", "octets"),
    [
        (SerialSettings(115200), telegram()),
        (SerialSettings(9600, Parity.EVEN, 7), telegram(check=False)),
        (SerialSettings(2400, Parity.EVEN), AUSTRIAN),
        (SerialSettings(9600), AUSTRIAN),
    ],
    ids=str,
)
def test_through_a_receiver_at_bit_level_the_search_ends_in_that_condition(settings, octets):
    search = LineSearch(CANDIDATES)
    wire = Wire(Sender(settings))
    ear = Ear(search, Receiver(search.settings, idle=wire.idle))
    for second in range(1, 240):
        ear.listen(wire.burst(float(second * 2), octets))

    condition = ear.watch.condition(ear.last_octet_s + 0.1, by_hand=False)[0]
    assert condition is (LineCondition.MBUS if octets is AUSTRIAN else LineCondition.P1)
    assert search.settled


def test_a_line_that_goes_back_to_frames_is_read_again():
    watch = listened(telegram(), 64, settings=SerialSettings(115200), seconds=10.0)
    search = watch._search
    for second in range(11, 30):
        received = Received(AIDON_EXAMPLE)
        framed = search.take(float(second), received)
        watch.take(float(second), received, framed.at_these_settings, search.settings)

    assert watch.condition(30.0, by_hand=False)[0] is LineCondition.FINE


def test_a_line_that_was_read_and_now_speaks_p1_is_named():
    watch = listened(AIDON_EXAMPLE, 64, settings=SerialSettings(), seconds=20.0)
    search = watch._search
    assert watch.condition(20.0, by_hand=False)[0] is LineCondition.FINE
    for second in range(21, 40):
        received = Received(telegram())
        framed = search.take(float(second), received)
        watch.take(float(second), received, framed.at_these_settings, search.settings)

    assert watch.condition(40.0, by_hand=False)[0] is LineCondition.P1
