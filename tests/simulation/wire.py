"""A serial line at bit level: what a sender puts on it, what the way does to it, and what a receiver makes of it.

The line is kept as the sender's bits, so a level at any time is an index away. The receiver does as a UART does: it
waits for a falling edge, looks again in the middle of the start bit, then in the middle of each bit, and notes a
parity or a stop bit that does not fit. After a missing stop bit there are two schools: the PL011 waits for the line to
rest, the 16550 takes the low for the next start bit.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from appliance.line.port import Counters, Parity, Received, SerialSettings

Habit = Callable[[bytes], bytes]


class School(Enum):
    """What a receiver does after a missing stop bit."""

    PL011 = "waits for the line to rest"
    CLONE_16550 = "takes it for a start bit"


@dataclass(frozen=True)
class Sender:
    """How the converter speaks."""

    settings: SerialSettings
    inverted: bool = False
    stop_bits: int = 1
    pause_bits: int = 0
    """Between two octets, beyond the stop bit."""

    def bits(self, octets: bytes) -> bytearray:
        bits = bytearray()
        form = self.settings
        for octet in octets:
            data = [octet >> place & 1 for place in range(form.data_bits)]
            bits.append(0)
            bits += bytes(data)
            if form.parity is not Parity.NONE:
                bits.append(sum(data) % 2 ^ (form.parity is Parity.ODD))
            bits += b"\1" * (self.stop_bits + self.pause_bits)
        return bytearray(1 - bit for bit in bits) if self.inverted else bits


@dataclass
class Burst:
    """Bits on the line from a moment on; before and after, it rests."""

    start_s: float
    bit_s: float
    bits: bytearray

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.bits) * self.bit_s


class Wire:
    """The line between sender and receiver: bursts in order of time, and what noise does to them."""

    def __init__(self, sender: Sender, *, bit_errors: float = 0.0, seed: int = 1, idle: int | None = None) -> None:
        """A line that rests at `idle`, at what the sender rests at unless told."""
        self.sender = sender
        self.idle = (0 if sender.inverted else 1) if idle is None else idle
        self._bit_errors = bit_errors
        self._chance = random.Random(seed)

    def burst(self, start_s: float, octets: bytes) -> Burst:
        bits = self.sender.bits(octets)
        if self._bit_errors:
            place = int(self._chance.expovariate(self._bit_errors))
            while place < len(bits):
                bits[place] ^= 1
                place += 1 + int(self._chance.expovariate(self._bit_errors))
        return Burst(start_s, 1 / self.sender.settings.baud, bits)


@dataclass(frozen=True, slots=True)
class Item:
    """What a receiver hands on: an octet, when its stop bit was looked at, and what was wrong with it."""

    at_s: float
    octet: int
    parity: bool = False
    framing: bool = False
    broken: bool = False
    """The line was low all the time."""

    @property
    def wrong(self) -> bool:
        return self.parity or self.framing or self.broken


class Receiver:
    """A UART that reads one burst after another with settings that may be changed at any time."""

    def __init__(self, settings: SerialSettings, *, idle: int = 1, school: School = School.PL011) -> None:
        self.settings = settings
        self._idle = idle
        self._school = school
        self._from_s = 0.0  # the line is not looked at before
        self._low = idle == 0  # and not before it has been high

    def items(self, burst: Burst) -> Iterator[Item]:
        """What comes of a burst; the settings may be changed between two items."""
        self._wait_for_rest(burst)
        while not self._low and (start := _next(burst, 0, self._from_s, self._idle)) is not None:
            settings, bit_s = self.settings, 1 / self.settings.baud
            if _level(burst, start + bit_s / 2, self._idle):
                self._from_s = start + bit_s / 2
                continue
            yield self._octet(burst, start, settings, bit_s)

    def set(self, settings: SerialSettings, now_s: float) -> None:
        """Read with other settings; an octet that has begun is lost."""
        self.settings = settings
        self._from_s = max(self._from_s, now_s)

    def _wait_for_rest(self, burst: Burst) -> None:
        if self._low and (high := _next(burst, 1, self._from_s, self._idle)) is not None:
            self._from_s, self._low = high, False

    def _octet(self, burst: Burst, start: float, settings: SerialSettings, bit_s: float) -> Item:
        count = settings.data_bits
        data = [_level(burst, start + (1.5 + place) * bit_s, self._idle) for place in range(count)]
        parity, wrong = 0, False
        if settings.parity is not Parity.NONE:
            parity = _level(burst, start + (1.5 + count) * bit_s, self._idle)
            wrong = (sum(data) + parity) % 2 != (settings.parity is Parity.ODD)
            count += 1
        looked = start + (1.5 + count) * bit_s
        stop = _level(burst, looked, self._idle)
        broken = not stop and not any(data) and not parity
        self._from_s = looked
        if not stop and (broken or self._school is School.PL011):
            self._low = True
            self._wait_for_rest(burst)
        elif not stop:
            self._from_s = looked - bit_s / 2
        octet = sum(bit << place for place, bit in enumerate(data))
        return Item(looked, octet, wrong and not broken, not stop and not broken, broken)


def _level(burst: Burst, at_s: float, idle: int) -> int:
    place = int((at_s - burst.start_s) / burst.bit_s)
    return burst.bits[place] if 0 <= place < len(burst.bits) else idle


def _next(burst: Burst, level: int, from_s: float, idle: int) -> float | None:
    """From when on the line is at this level; `None` if not before it rests otherwise."""
    if from_s < burst.start_s and idle == level:
        return from_s
    place = max(0, int((from_s - burst.start_s) / burst.bit_s + 1e-9))
    found = burst.bits.find(level, place)
    if found < 0:
        return max(from_s, burst.end_s) if idle == level else None
    return max(from_s, burst.start_s + found * burst.bit_s)


def received(items: Iterable[Item], *, marks: bool = True, counts: bool = False) -> Received:
    """What a driver makes of a UART's items."""
    items = list(items)
    wrong = tuple(place for place, item in enumerate(items) if item.wrong) if marks else ()
    return Received(bytes(item.octet for item in items), wrong, sum(item.wrong for item in items) if counts else None)


def counted(items: Iterable[Item]) -> Counters:
    """The counters that a driver would have after these."""
    items = list(items)
    return Counters(
        sum(item.parity for item in items), sum(item.framing for item in items), 0, sum(item.broken for item in items)
    )


def text_mode(octets: bytes) -> bytes:
    """A converter that takes the line for text."""
    return octets.replace(b"\n", b"\r\n")


def dropping(every: int) -> Habit:
    """A converter that loses each so manieth octet."""
    passed = 0

    def drop(octets: bytes) -> bytes:
        nonlocal passed
        kept = bytearray()
        for octet in octets:
            passed += 1
            if passed % every:
                kept.append(octet)
        return bytes(kept)

    return drop
