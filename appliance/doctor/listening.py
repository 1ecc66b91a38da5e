"""The line, listened to for a while: by the appliance that runs, else by the doctor itself.

Two programs on one port take the octets from each other, so a running appliance is asked twice, and what came between
is the difference of its counters. Its own word on the line, which it has watched for longer, goes before that.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.port import port_name
from appliance.doctor.target import Target
from appliance.household.situation import Situation
from appliance.line import uart as uart_module
from appliance.line.quirks import FrameResult
from appliance.line.uart import Uart
from appliance.meter.cipher import Keys, keys_of
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.hdlc import Frame
from appliance.service.status import StatusAnswer, ask_status
from appliance.settings.policies import baud_and_parity
from appliance.system.health import Cause, Health, LineCondition
from appliance.system.timebase import Timebase
from appliance.words.sentence import Sentence, joined

SLOWEST_S = 10.0
"""Kamstrup speaks every 10 s, and a list takes a second to come: a shorter sample may have nothing at all."""
_DAMAGED_SHARE = 0.01
_BY_CHANCE = 1
"""The frame that was under way when the port was opened is cut off, and means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSample:
    """What came over the line."""

    seconds: float
    octets: int = 0
    readings: int = 0
    rejected: int = 0
    speaker: str | None = None
    """The meter's maker and type, as far as it said so."""
    settings: str | None = None
    """How the line was read, as people write it: "2400 8E1"; `None` when not known."""
    condition: LineCondition | None = None
    """The running appliance's word, or the search's where no list came; `None` without one."""
    causes: tuple[Cause, ...] = ()
    """Why, by the same."""
    authentication: str | None = None
    """Of encrypted lists that were read: "verified" or "unverified"."""
    refused: str | None = None
    """Why the port could not be opened, if it could not."""


class _Counter:
    """Counts what comes (a `line.uart.Receiver`)."""

    def __init__(self, keys: Keys | None) -> None:
        self._decoder = Decoder(keys)
        self.judged: Callable[[Reading | Rejected], None] = lambda _result: None
        """Is told what the decoder makes of each intact frame."""
        self.was_open = False
        self.octets = self.readings = self.rejected = 0
        self.maker: str | None = None
        self.meter_type: str | None = None

    def opened(self) -> None:
        self.was_open = True

    def received(self, octets: bytes, results: Sequence[FrameResult]) -> None:
        self.octets += len(octets)
        for framed in results:
            result = self._decode(framed) if isinstance(framed, Frame) else framed
            if isinstance(result, Reading):
                self.readings += 1
                self.maker = result.maker or self.maker
                self.meter_type = result.meter_type or self.meter_type
            else:
                self.rejected += 1

    def _decode(self, frame: Frame) -> Reading | Rejected:
        result = self._decoder.read(frame)
        self.judged(result)
        return result

    def lost(self, cut_off: Sequence[Rejected]) -> None:
        """Do not count what had begun and will not end."""


def listen(target: Target, seconds: float) -> LineSample:
    """Open the port and return what comes within `seconds`; at once when it cannot be opened."""
    settings = target.settings
    counter = _Counter(keys_of(settings.meter.key, settings.meter.authentication_key))
    baud, parity = baud_and_parity(settings.line)
    uart = Uart(port_name(target), Timebase(), silent_s=settings.readings.silent_s, baud=baud, parity=parity)
    counter.judged = uart.judged

    async def listen_for() -> Health:
        listening = asyncio.ensure_future(uart.listen(counter))
        await asyncio.sleep(0)  # in which the port is tried once
        if counter.was_open:
            await asyncio.sleep(seconds)
        health = uart.health()
        listening.cancel()
        await asyncio.wait([listening])
        return health

    with _unlogged():
        health = asyncio.run(listen_for())
    if not counter.was_open:
        return LineSample(seconds=seconds, refused=uart.why_closed)
    return LineSample(
        seconds=seconds,
        octets=counter.octets,
        readings=counter.readings,
        rejected=counter.rejected,
        speaker=" ".join(filter(None, (counter.maker, counter.meter_type))) or None,
        settings=health.line_settings,
        # The search knows best what is amiss with octets that make no list; the rest is counted here.
        condition=health.line if counter.octets and not counter.readings else None,
        causes=health.causes,
        authentication=health.authentication,
    )


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Keep the port's sentences out of the log: the finding says them."""
    log = logging.getLogger(uart_module.__name__)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def compare(before: StatusAnswer, seconds: float, sockets: Sequence[Path], wait: Callable[[float], None]) -> LineSample:
    """Ask the running appliance again after `seconds`. Raises ControlError."""
    wait(seconds)
    answer = ask_status(*sockets)
    if answer is None:
        return LineSample(seconds=seconds, refused=Sentence("the running appliance ended meanwhile"))
    before_line, now = before.situation.line, answer[0].situation
    return LineSample(
        seconds=seconds,
        octets=now.line.octets - before_line.octets,
        readings=now.line.readings - before_line.readings,
        rejected=now.line.rejected - before_line.rejected,
        speaker=_speaker(now),
        settings=now.health.line_settings,
        condition=now.health.line,
        causes=now.health.causes,
        authentication=now.health.authentication,
    )


def _speaker(situation: Situation) -> str | None:
    return " ".join(filter(None, (situation.meter.maker, situation.meter.meter_type))) or None


def judge(sample: LineSample) -> Finding:
    """Return what the line is like, and what to do."""
    condition = sample.condition or _condition(sample)
    counted = Sentence(
        "{octets} octets, {lists} lists, {rejected} rejected in {seconds} s",
        octets=sample.octets,
        lists=sample.readings,
        rejected=sample.rejected,
        seconds=f"{sample.seconds:g}",
    )
    if sample.condition is None and condition is LineCondition.SILENT and sample.seconds < SLOWEST_S + 2:
        says = Sentence(
            "no octet in {seconds} s, but a Kamstrup sends every {slowest} s only",
            seconds=f"{sample.seconds:g}",
            slowest=f"{SLOWEST_S:g}",
        )
        return Finding("line", Grade.WARNING, says, Sentence("listen for longer: --seconds 30"))
    grade, words, advice = VERDICTS[condition]
    for cause in sample.causes:
        if (condition, cause) in CAUSES:
            words, advice = CAUSES[condition, cause]
    if condition is LineCondition.NO_PORT:
        return Finding("line", grade, joined(": ", filter(None, (words, sample.refused))), advice)
    says = joined(": ", (words, counted))
    described = joined(", ", filter(None, (sample.speaker, sample.settings, _authenticated(sample))))
    return Finding("line", grade, joined(" ", (says, joined("", ("(", described, ")")))) if described else says, advice)


def _authenticated(sample: LineSample) -> str | None:
    match sample.authentication:
        case None:
            return None
        case "verified":
            return Sentence("encrypted, verified")
        case _:
            return Sentence("encrypted, unverified")


def _condition(sample: LineSample) -> LineCondition:
    if sample.refused is not None:
        return LineCondition.NO_PORT
    if not sample.octets:
        return LineCondition.SILENT
    if not sample.readings:
        return LineCondition.NOISE
    damaged = sample.rejected - _BY_CHANCE
    if damaged > 0 and damaged > _DAMAGED_SHARE * (sample.readings + sample.rejected):
        return LineCondition.DAMAGED
    return LineCondition.FINE


KEYS = Sentence(
    "key is the encryption key (GPK60 in Denmark), authentication_key the other one (GPK61); GPK11 is neither"
)
RECORD = Sentence(
    "record it (han-appliance run --record FILE, a few minutes) and send us the file: then it can be taught"
)
VERDICTS: Mapping[LineCondition, tuple[Grade, str, str]] = {
    LineCondition.FINE: (Grade.FINE, Sentence("fine"), ""),
    LineCondition.SEARCHING: (
        Grade.WARNING,
        Sentence("the settings are still being searched"),
        Sentence("look again in two minutes"),
    ),
    LineCondition.SILENT: (
        Grade.FAULT,
        Sentence("silent"),
        Sentence(
            "most likely the grid company has not opened the HAN port (han-appliance doctor --letter asks them); else "
            "the cable, or the converter has no supply; an Aidon pauses for a minute when too much is drawn"
        ),
    ),
    LineCondition.NOISE: (
        Grade.FAULT,
        Sentence("octets come, and none makes a list"),
        Sentence('try line.parity = "none" or "even"; else the converter\'s output is inverted, or a wire is loose'),
    ),
    LineCondition.WRONG_SETTINGS: (
        Grade.FAULT,
        Sentence("read with the wrong settings"),
        Sentence("take baud and parity out of the settings"),
    ),
    LineCondition.INVERTED: (
        Grade.FAULT,
        Sentence("the line rests at the wrong level"),
        Sentence("the converter's output is turned round: take its other output, or another converter"),
    ),
    LineCondition.DAMAGED: (
        Grade.WARNING,
        Sentence("more than 1 % of the lists are damaged"),
        Sentence("shorten the lead to the Pi, keep it from mains cables, check the ground wire"),
    ),
    LineCondition.MISSING: (
        Grade.WARNING,
        Sentence("lists are missing from the meter's rhythm"),
        Sentence("another program may take octets, or the converter drops them"),
    ),
    LineCondition.CLOCK: (
        Grade.WARNING,
        Sentence("read, but the meter's clock stands still, jumps or is off, and is not believed"),
        Sentence("hours go on by this machine; tell the grid company if it lasts for days"),
    ),
    LineCondition.IMPLAUSIBLE: (
        Grade.WARNING,
        Sentence("read, but some values are beyond what a house's connection can carry, and are left out"),
        Sentence("check fuse_a in the settings; send a recording of 'run --record' if it is right"),
    ),
    LineCondition.NO_PORT: (Grade.FAULT, Sentence("not heard"), Sentence("see the port above")),
    LineCondition.ENCRYPTED: (
        Grade.FAULT,
        Sentence("the meter's lists come, and they are encrypted"),
        Sentence(
            "ask the grid company to switch encryption off, or for this meter's keys (han-appliance doctor --letter "
            "does), and put them under [meter] into the settings: {keys}",
            keys=KEYS,
        ),
    ),
    LineCondition.P1: (
        Grade.FAULT,
        Sentence("P1 telegrams come (DSMR, IEC 62056-21): this is a P1 port, not a HAN port with HDLC frames"),
        Sentence("this appliance does not read P1: another reader is needed; no setting helps"),
    ),
    LineCondition.BLOCK_TRANSFER: (
        Grade.FAULT,
        Sentence("the lists come in blocks (general-block-transfer), which are not read here"),
        Sentence("ask the grid company for plain lists on the HAN port; {record}", record=RECORD),
    ),
    LineCondition.MBUS: (
        Grade.FAULT,
        Sentence("M-Bus frames come, which are not read here"),
        Sentence("look whether the lead is in the HAN port; {record}", record=RECORD),
    ),
    LineCondition.UNKNOWN_LIST: (
        Grade.FAULT,
        Sentence("a known maker's lists come, in a layout that is not known here"),
        RECORD,
    ),
    LineCondition.UNKNOWN_METER: (
        Grade.FAULT,
        Sentence("intact frames come, of a meter that is not known here"),
        RECORD,
    ),
    LineCondition.UNREADABLE: (Grade.FAULT, Sentence("intact frames come, and none can be read"), RECORD),
}

CAUSES: Mapping[tuple[LineCondition, Cause], tuple[str, str]] = {
    (LineCondition.ENCRYPTED, Cause.WRONG_KEY): (
        Sentence("the meter's lists are encrypted, and the key in the settings does not fit"),
        Sentence("compare [meter] with what the grid company wrote, for this meter's number: {keys}", keys=KEYS),
    ),
    (LineCondition.UNREADABLE, Cause.REPLAYED): (
        Sentence("encrypted lists come that were sent before: their counter has not grown"),
        Sentence("somebody plays old lists on this line; a meter that was given a new key counts anew by itself"),
    ),
}
"""What is said in place of the condition's verdict where the cause is known."""
