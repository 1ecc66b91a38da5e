"""The software UART: it reads what is clear, and says when it is not."""

from hardware.workshop import results
from hardware.workshop.serial import Trace, bits, changes, receive


def line(octets, *, parity=False, low=0.2, high=3.2):
    """A pin that follows the line at once."""
    times, volts = [], []
    for time, level in changes(octets, parity=parity, lead_s=0.002, tail_s=0.002):
        if volts:
            times.append(time - 1e-7)
            volts.append(volts[-1])
        times.append(time)
        volts.append(high if level else low)
    return Trace(times, volts)


def test_bits_go_from_the_lowest_between_start_and_stop_with_even_parity():
    assert list(bits(b"\x7e", parity=False)) == [0, 0, 1, 1, 1, 1, 1, 1, 0, 1]
    assert list(bits(b"\x01", parity=True)) == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]


def test_every_octet_is_read_back():
    octets = bytes(range(256))

    for parity in (False, True):
        received = receive(line(octets, parity=parity), parity=parity)
        assert received.octets == octets
        assert received.errors == 0


def test_a_level_between_low_and_high_is_an_error():
    assert receive(line(b"\x55", low=0.2, high=1.5), parity=False).octets == b""
    trace = line(b"\x55")
    doubtful = [
        1.2 if volts > 3 and time > 0.0022 else volts for time, volts in zip(trace.times, trace.volts, strict=True)
    ]
    assert receive(Trace(trace.times, doubtful), parity=False).errors > 0


def test_wrong_parity_is_an_error():
    assert receive(line(b"\x01\x01", parity=False), parity=True).errors > 0


def test_the_results_are_judged():
    kept = results.kept()

    assert list(results.rules(kept)) == []
    assert list(results.rules(kept | {"24/12 V": kept["24/12 V"] | {"same": 5}})) == [
        "simulated, 24/12 V: 5 of 6 were read"
    ]
    assert list(results.rules(kept | {"47 nF across the pair": kept["1 nF across the pair"]})) == [
        "simulated, 47 nF across the pair: it should fail, so the model is wrong"
    ]


def test_results_that_differ_by_rounding_are_the_same_and_others_are_not():
    kept = results.kept()
    near = kept | {"24/12 V": kept["24/12 V"] | {"falls_us": kept["24/12 V"]["falls_us"] + 0.4}}
    far = kept | {"24/12 V": kept["24/12 V"] | {"falls_us": kept["24/12 V"]["falls_us"] + 9}}

    assert results.alike(kept, near)
    assert not results.alike(kept, far)
    assert not results.alike(kept, kept | {"24/12 V": kept["24/12 V"] | {"same": 5}})
