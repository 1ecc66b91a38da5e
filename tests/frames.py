"""Frames to test with: the makers' published examples, and every list of every simulated meter."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile

from fastcrc.crc16 import ibm_sdlc

from appliance.meter.reading import Maker
from appliance.simulation.house import House, Net
from appliance.simulation.makers import MAKERS
from appliance.simulation.meter import Meter

# Aidon HAN Interface Description v1.1A, section 3.3.1: list 2 of a one-phase meter.
AIDON_EXAMPLE = bytes.fromhex(
    "7ea0d24108831382d6e6e7000f4000000000010902020906010100 0281ff0a0b4149444f4e5f5630303031020209060000600100"
    "ff0a1037333539393932383930393431373432 020209060000600107ff0a0436353135 020309060100010700ff06000005520202"
    "0f00161b 020309060100020700ff060000000002020f00161b 020309060100030700ff06000003e402020f00161d 020309060100"
    "040700ff060000000002020f00161d 0203090601001f0700ff10005d02020fff1621 020309060100200700ff1209c402020fff1623"
    " e0c47e"
)
# Kamstrup HAN-NVE interface description rev 3.1, section 3.3: the hourly list of a one-phase meter.
KAMSTRUP_EXAMPLE = bytes.fromhex(
    "7ea0ae2b2113a01be6e7000f000000000c07e1081003100005ff800000 020f 0a0e4b616d73747275705f5630303031 0906010100"
    "0005ff0a1035373036353637303030303030303030 09060101600101ff0a12303030303030303030303030303030303030 0906010"
    "1010700ff0600000000 090601011f0700ff0600000000 09060101200700ff120000 09060001010000ff090c07e1081003100005f"
    "f800000 09060101010800ff0600000000 05217e"
)


@cache
def simulated() -> tuple[bytes, ...]:
    """One frame of every list that the simulated meters send."""
    start = datetime(2026, 7, 15, 9, 59, 30, tzinfo=UTC)
    kinds: dict[tuple[Maker, Net, int], bytes] = {}
    for maker in MAKERS:
        for net in Net:
            meter = Meter(maker, House(net, solar=True), start)
            for sent in takewhile(lambda sent: sent.moment < start + timedelta(minutes=1), meter.sent()):
                kinds[maker, net, sent.meant.elements] = sent.octets
    return tuple(kinds.values())


def information(frame: bytes) -> bytes:
    """What stands between the check sequences of a frame with one-octet destination and our makers' sources."""
    start = {0x41: 9, 0x01: 9, 0x2B: 8}[frame[3]]
    return frame[start:-3]


def framed(information: bytes, header: bytes = b"\x41\x08\x83\x13", *, segmented: bool = False) -> bytes:
    """A frame around any information, check sequences and flags right."""
    length = 2 + len(header) + 2 + len(information) + 2
    body = bytes((0xA0 | 0x08 * segmented | length >> 8, length & 0xFF)) + header
    body += ibm_sdlc(body).to_bytes(2, "little") + information
    return b"\x7e" + body + ibm_sdlc(body).to_bytes(2, "little") + b"\x7e"
