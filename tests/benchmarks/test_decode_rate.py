"""How fast octets become readings: by list, beside amshan, and whether the time is linear in the octets.

Run with `pytest --benchmark-only tests/benchmarks`. Both decoders get the same octets in the same process.
"""

import random

import pytest
from han.autodecoder import AutoDecoder
from han.hdlc import HdlcFrameReader

from appliance.meter.decoder import Decoder, Reading
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
