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
from appliance.doctor.target import Target
from appliance.household.situation import Situation
from appliance.line import uart as uart_module
from appliance.line.quirks import FrameResult
from appliance.line.uart import Uart
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.hdlc import Frame
from appliance.service.status import StatusAnswer, ask_status
from appliance.settings.policies import baud_and_parity
from appliance.system.health import Health, LineCondition
from appliance.system.timebase import Timebase

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
    """The running appliance's word; `None` without one."""
    refused: str | None = None
    """Why the port could not be opened, if it could not."""


class _Counter:
    """Counts what comes (a `line.uart.Receiver`)."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self.was_open = False
        self.octets = self.readings = self.rejected = 0
        self.maker: str | None = None
        self.meter_type: str | None = None

    def opened(self) -> None:
        self.was_open = True

    def received(self, octets: bytes, results: Sequence[FrameResult]) -> None:
        self.octets += len(octets)
        for framed in results:
            result = self._decoder.read(framed) if isinstance(framed, Frame) else framed
            if isinstance(result, Reading):
                self.readings += 1
                self.maker = result.maker or self.maker
                self.meter_type = result.meter_type or self.meter_type
            else:
                self.rejected += 1

    def lost(self, cut_off: Sequence[Rejected]) -> None:
        """Do not count what had begun and will not end."""


def listen(target: Target, seconds: float) -> LineSample:
    """Open the port and return what comes within `seconds`; at once when it cannot be opened."""
    settings, counter = target.settings, _Counter()
    baud, parity = baud_and_parity(settings.line)
    uart = Uart(settings.line.port, Timebase(), silent_s=settings.readings.silent_s, baud=baud, parity=parity)

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


def compare(before: StatusAnswer, seconds: float, socket: Path, wait: Callable[[float], None]) -> LineSample:
    """Ask the running appliance again after `seconds`. Raises ControlError."""
    wait(seconds)
    answer = ask_status(socket)
    if answer is None:
        return LineSample(seconds=seconds, refused="the running appliance ended meanwhile")
    before_line, now = before.situation.line, answer[0].situation
    return LineSample(
        seconds=seconds,
        octets=now.line.octets - before_line.octets,
        readings=now.line.readings - before_line.readings,
        rejected=now.line.rejected - before_line.rejected,
        speaker=_speaker(now),
        settings=now.health.line_settings,
        condition=now.health.line,
    )


def _speaker(situation: Situation) -> str | None:
    return " ".join(filter(None, (situation.meter.maker, situation.meter.meter_type))) or None


def judge(sample: LineSample) -> Finding:
    """Return what the line is like, and what to do."""
    condition = sample.condition or _condition(sample)
    counted = f"{sample.octets} octets, {sample.readings} lists, {sample.rejected} rejected in {sample.seconds:g} s"
    if sample.condition is None and condition is LineCondition.SILENT and sample.seconds < SLOWEST_S + 2:
        says = f"no octet in {sample.seconds:g} s, but a Kamstrup speaks every {SLOWEST_S:g} s only"
        return Finding("line", Grade.WARNING, says, "listen for longer: --seconds 30")
    grade, words, advice = VERDICTS[condition]
    if condition is LineCondition.NO_PORT:
        return Finding("line", grade, ": ".join(filter(None, (words, sample.refused))), advice)
    says = f"{words}: {counted}"
    described = ", ".join(filter(None, (sample.speaker, sample.settings)))
    return Finding("line", grade, f"{says} ({described})" if described else says, advice)


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


VERDICTS: Mapping[LineCondition, tuple[Grade, str, str]] = {
    LineCondition.FINE: (Grade.FINE, "fine", ""),
    LineCondition.SEARCHING: (Grade.WARNING, "the settings are still being searched", "look again in two minutes"),
    LineCondition.SILENT: (
        Grade.FAULT,
        "silent",
        "most likely the grid company has not opened the HAN port (han-appliance doctor --letter asks them); else the "
        "cable, or the converter has no supply; an Aidon pauses for a minute when too much is drawn",
    ),
    LineCondition.NOISE: (
        Grade.FAULT,
        "octets come, and none makes a list",
        'try line.parity = "none" or "even"; else the converter\'s output is inverted, or a wire is loose',
    ),
    LineCondition.WRONG_SETTINGS: (
        Grade.FAULT,
        "read with the wrong settings",
        "take baud and parity out of the settings",
    ),
    LineCondition.INVERTED: (
        Grade.FAULT,
        "the line rests at the wrong level",
        "the converter's output is turned round: take its other output, or another converter",
    ),
    LineCondition.DAMAGED: (
        Grade.WARNING,
        "more than 1 % of the lists are damaged",
        "shorten the lead to the Pi, keep it from mains cables, check the ground wire",
    ),
    LineCondition.MISSING: (
        Grade.WARNING,
        "lists are missing from the meter's rhythm",
        "another program may take octets, or the converter drops them",
    ),
    LineCondition.NO_PORT: (Grade.FAULT, "not heard", "see the port above"),
}
