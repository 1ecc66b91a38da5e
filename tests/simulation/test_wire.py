"""The model of a UART at bit level does what a UART does."""

import pytest

from appliance.line.port import Counters, Parity, SerialSettings
from tests.simulation import wire as model
from tests.simulation.wire import Receiver, School, Sender, Wire, counted

N, E, O = (SerialSettings(2400, parity) for parity in Parity)  # noqa: E741 - as people write them
OCTETS = bytes(range(256))


def received(sender: Sender, settings: SerialSettings, octets: bytes = OCTETS, **given):
    school = given.pop("school", School.PL011)
    wire = Wire(sender, **given)
    return list(Receiver(settings, idle=wire.idle, school=school).items(wire.burst(1.0, octets)))


def test_a_frame_is_start_bit_data_from_the_lowest_parity_and_stop():
    assert list(Sender(N).bits(b"\x01")) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert list(Sender(E).bits(b"\x01")) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert list(Sender(O).bits(b"\x01")) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert list(Sender(SerialSettings(2400, Parity.EVEN, 7)).bits(b"\x81")) == [0, 1, 0, 0, 0, 0, 0, 0, 1, 1]
    assert list(Sender(N, inverted=True).bits(b"\x01")) == [1, 0, 1, 1, 1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("school", School)
@pytest.mark.parametrize("baud", [2400, 9600, 115200])
@pytest.mark.parametrize("parity", Parity)
def test_with_the_senders_settings_all_octets_are_right(baud, parity, school):
    settings = SerialSettings(baud, parity)
    items = received(Sender(settings), settings, school=school)

    assert bytes(item.octet for item in items) == OCTETS
    assert not any(item.wrong for item in items)


def test_8e1_heard_as_8n1_has_right_octets_and_a_framing_error_where_the_parity_bit_is_low():
    items = received(Sender(E), N)

    assert bytes(item.octet for item in items) == OCTETS
    assert all((item.framing or item.broken) == (item.octet.bit_count() % 2 == 0) for item in items)


def test_the_wrong_parity_is_wrong_at_each_octet_and_the_octets_are_right():
    items = received(Sender(O), E)

    assert bytes(item.octet for item in items) == OCTETS
    assert all(item.parity for item in items)


def test_8n1_heard_as_8e1_has_right_octets_where_there_are_pauses_and_a_parity_error_at_half():
    items = received(Sender(N, pause_bits=2), E)

    assert bytes(item.octet for item in items) == OCTETS
    assert sum(item.parity for item in items) == 128


def test_8n1_heard_as_8e1_without_pauses_loses_octets():
    items = received(Sender(N), E)

    assert len(items) < 200
    assert sum(item.wrong for item in items) > len(items) / 3


def test_a_fast_line_heard_slowly_gives_a_few_octets_and_a_slow_one_heard_fast_breaks():
    assert 0 < len(received(Sender(SerialSettings(115200)), N)) < 8
    slow = received(Sender(N), SerialSettings(115200))
    assert sum(item.broken for item in slow) > 256


def test_an_inverted_line_breaks_at_the_end_of_each_burst():
    items = received(Sender(N, inverted=True), N, b"\x7e\xa0\x01\x7e")

    assert items[-1].broken
    assert model.received(items).ends_in_break


def test_a_line_that_rests_low_gives_nothing_until_it_rises():
    assert received(Sender(N), N, b"", idle=0) == []


def test_noise_turns_about_as_many_bits_as_it_says():
    burst = Wire(Sender(N), bit_errors=0.01).burst(0.0, bytes(10_000))
    clean = Sender(N).bits(bytes(10_000))

    assert 800 < sum(one != other for one, other in zip(burst.bits, clean, strict=True)) < 1200


def test_errors_are_counted_apart_as_drivers_do():
    assert counted(received(Sender(E), N, b"\x03\x01\x00")) == Counters(framing=1, breaks=1)
    assert counted(received(Sender(O), E, b"\x03\x01")) == Counters(parity=2)
