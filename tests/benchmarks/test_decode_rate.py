"""How fast octets become readings: by list, beside amshan, and whether the time is linear in the octets.

Run with `pytest --benchmark-only tests/benchmarks`. Both decoders get the same octets in the same process.
"""

import random

import pytest
from han.autodecoder import AutoDecoder
from han.hdlc import HdlcFrameReader

from appliance.line.autobaud import LineSearch
from appliance.line.port import Received
from appliance.meter.decoder import Decoder, Reading
from appliance.meter.hdlc import Frame
from tests.frames import simulated

FRAMES = {
    (reading.maker.value, reading.elements): frame
    for frame in simulated()
    for reading in Decoder().feed(frame)
    if isinstance(reading, Reading) and reading.maker
}
LISTS = [("aidon", 1), ("aidon", 12), ("kaifa", 1), ("kaifa", 13), ("kamstrup", 25)]


def ids(value):
    return f"{value[0]} list of {value[1]}"


@pytest.mark.parametrize("kind", LISTS, ids=ids)
def test_decode_a_list(benchmark, kind):
    benchmark.group = f"decode: {ids(kind)}"
    decoder, frame = Decoder(), FRAMES[kind]

    (reading,) = benchmark(decoder.feed, frame)

    assert reading.power_import_w is not None


@pytest.mark.parametrize("kind", LISTS, ids=ids)
def test_decode_a_list_with_amshan(benchmark, kind):
    benchmark.group = f"decode: {ids(kind)}"
    reader, decoder, frame = HdlcFrameReader(use_octet_stuffing=False), AutoDecoder(), FRAMES[kind]

    def decode():
        (found,) = reader.read(frame)
        return decoder.decode_message(found)

    assert benchmark(decode)


@pytest.mark.parametrize("share", [1, 2, 4], ids=lambda share: f"{share}x")
@pytest.mark.parametrize("stream", ["frames", "noise", "headers"])
def test_time_is_linear_in_the_octets(benchmark, stream, share):
    benchmark.group = f"linear: {stream}"
    size = 100_000 * share
    if stream == "frames":
        octets = (b"".join(FRAMES.values()) * 400)[:size]
    elif stream == "noise":
        octets = random.Random(1).randbytes(size)
    else:  # the worst there is: believable headers without end, each claiming 2 KB
        octets = (bytes.fromhex("7ea7ff010113a3b1") * 100_000)[:size]

    benchmark(lambda: Decoder().feed(octets))
    benchmark.extra_info["octets"] = len(octets)


def test_octets_through_the_line_and_the_decoder(benchmark):
    """As a port gives them: 64 at a time, first searched for frames by the line, then read by the decoder."""
    benchmark.group = "line and decoder"
    octets = (b"".join(FRAMES.values()) * 100)[:100_000]
    pieces = [Received(octets[place : place + 64]) for place in range(0, len(octets), 64)]

    def read() -> int:
        search, decoder = LineSearch(), Decoder()
        search.opened()
        framed = (search.take(number * 64 / 240, piece) for number, piece in enumerate(pieces))
        frames = [one for results in framed for one in results.results if isinstance(one, Frame)]
        return sum(isinstance(decoder.read(frame), Reading) for frame in frames)

    assert benchmark(read) > 300
    benchmark.extra_info["octets"] = len(octets)
