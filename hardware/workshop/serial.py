"""Octets as levels on a line, and levels on a line as octets: both ends of what lies between meter and program.

The sender knows bits and times only. The receiver is a UART in software that looks at GPIO15's voltage as the most
demanding Pi does: below 0.8 V it is low, above 2.0 V high, and between them it is neither, which counts as an error
here however a real pin would read it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

BAUD = 2400
BIT_S = 1 / BAUD
THRESHOLDS = {"BCM2835 to BCM2837": (0.9, 1.6), "BCM2711": (0.8, 2.0)}
"""Below and above what a pin is surely low and high, volts, with 3.3 V: Raspberry Pi documentation, "GPIO and the
40-pin header", voltage specifications, one table for the older chips and one for the Pi 4 B's."""
LOW_V = min(low for low, _ in THRESHOLDS.values())
HIGH_V = max(high for _, high in THRESHOLDS.values())


@dataclass(frozen=True, slots=True)
class Received:
    """What the software UART read, and how often it could not be sure."""

    octets: bytes
    errors: int
    """Samples that were neither high nor low, wrong parity and stop bits that were not high."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A voltage by time, straight between its points."""

    times: Sequence[float]
    volts: Sequence[float]

    def at(self, time: float) -> float:
        """Return the voltage at a time."""
        after = bisect_right(self.times, time)
        if after in (0, len(self.times)):
            return self.volts[min(after, len(self.times) - 1)]
        before = after - 1
        share = (time - self.times[before]) / (self.times[after] - self.times[before])
        return self.volts[before] + share * (self.volts[after] - self.volts[before])

    def falls_below(self, volts: float, since: float) -> float | None:
        """Return when it is next below a voltage."""
        return self._next(since, lambda value: value < volts)

    def rises_above(self, volts: float, since: float) -> float | None:
        """Return when it is next above a voltage."""
        return self._next(since, lambda value: value > volts)

    def _next(self, since: float, wanted: Callable[[float], bool]) -> float | None:
        for place in range(bisect_right(self.times, since), len(self.times)):
            if wanted(self.volts[place]):
                return self.times[place]
        return None


def bits(octets: Iterable[int], *, parity: bool) -> Iterator[int]:
    """Return the line's bits: start, eight data bits from the lowest, an even parity bit if there is one, stop."""
    for octet in octets:
        data = [octet >> place & 1 for place in range(8)]
        yield from (0, *data, *([sum(data) % 2] if parity else []), 1)


def changes(
    octets: bytes, *, parity: bool, lead_s: float, tail_s: float, bit_s: float = BIT_S
) -> list[tuple[float, int]]:
    """Return when the line becomes what, from an idle line (1) and back to one; the last entry is the end."""
    found = [(0.0, 1)]
    time = lead_s
    for bit in bits(octets, parity=parity):
        if bit != found[-1][1]:
            found.append((time, bit))
        time += bit_s
    return [*found, (time + tail_s, found[-1][1])]


def receive(trace: Trace, *, parity: bool, bit_s: float = BIT_S) -> Received:
    """Return what a UART reads from GPIO15's voltage, sampling amid each bit from the start bit's edge on."""
    octets, errors, now = bytearray(), 0, trace.times[0]
    places = 10 if parity else 9
    while (high := trace.rises_above(HIGH_V, now)) is not None:
        edge = trace.falls_below(LOW_V, high)
        if edge is None or edge + (places + 1) * bit_s > trace.times[-1]:
            break
        samples = [trace.at(edge + (place + 0.5) * bit_s) for place in range(places + 1)]
        levels = [0 if volts < LOW_V else 1 if volts > HIGH_V else None for volts in samples]
        read = [level or 0 for level in levels]
        errors += levels.count(None) + (levels[0] == 1) + (levels[-1] == 0)
        errors += parity and sum(read[1:10]) % 2 == 1
        octets.append(sum(bit << place for place, bit in enumerate(read[1:9])))
        now = edge + (places + 0.5) * bit_s
    return Received(bytes(octets), errors)
