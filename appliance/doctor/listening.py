"""The line, listened to for a while: by the appliance that runs, else by the doctor itself.

Two programs on one port take the octets from each other, so a running appliance is asked twice, and what came between
is the difference of its counters. Its own word on the line, which it has watched for longer, goes before that.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.target import Target
from appliance.household.situation import Situation
from appliance.line.quirks import FrameResult
from appliance.line.uart import Uart
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.hdlc import Frame
from appliance.service.status import StatusAnswer, ask_status
from appliance.settings.policies import baud_and_parity
from appliance.system.health import Health, LineCondition
from appliance.system.timebase import Timebase

SLOWEST_S = 10.0
"""Kamstrup speaks every 10 s, and a list takes a second to come: who listens for less may hear nothing at all."""
_DAMAGED_SHARE = 0.01
_BY_CHANCE = 1
"""The frame that was under way when the port was opened is cut off, and means nothing."""


@dataclass(frozen=True, slots=True)
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
        """The port is gone: what had begun will not end, and is not counted."""


def listen(target: Target, seconds: float) -> LineSample:
    """Open the port and hear what comes; at once back when it cannot be opened."""
    ear, sentences, refused = _Counter(), list[str](), asyncio.Event()

    def report(sentence: str) -> None:
        sentences.append(sentence)
        refused.set()

    own = target.settings.line
    baud, parity = baud_and_parity(own)
    uart = Uart(own.port, Timebase(), report, baud=baud, parity=parity)

    async def hear() -> Health:
        listening = asyncio.ensure_future(uart.listen(ear))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await refused.wait()
                await asyncio.sleep(seconds if ear.was_open else 0)
        health = uart.health()
        listening.cancel()
        await asyncio.wait([listening])
        return health

    health = asyncio.run(hear())
    speaker = " ".join(filter(None, (ear.maker, ear.meter_type))) or None
    if not ear.was_open:
        return LineSample(seconds, refused="; ".join(sentences) or "the port did not open in time")
    # Who searched knows best what is amiss with octets that make no list; the rest is counted here.
    condition = health.line if ear.octets and not ear.readings else None
    return LineSample(seconds, ear.octets, ear.readings, ear.rejected, speaker, health.line_settings, condition)


def compare(before: StatusAnswer, seconds: float, socket: Path, wait: Callable[[float], None]) -> LineSample:
    """Ask the running appliance again after `seconds`. Raises ControlError."""
    wait(seconds)
    answer = ask_status(socket)
    if answer is None:
        return LineSample(seconds, refused="the running appliance ended meanwhile")
    before_line, now = before.situation.line, answer[0].situation
    return LineSample(
        seconds,
        now.line.octets - before_line.octets,
        now.line.readings - before_line.readings,
        now.line.rejected - before_line.rejected,
        _speaker(now),
        now.health.line_settings,
        now.health.line,
    )


def _speaker(situation: Situation) -> str | None:
    return " ".join(filter(None, (situation.meter.maker, situation.meter.meter_type))) or None


def judge(heard: LineSample) -> Finding:
    """What the line is like, and what to do."""
    condition = heard.condition or _condition(heard)
    counted = f"{heard.octets} octets, {heard.readings} lists, {heard.rejected} rejected in {heard.seconds:g} s"
    if heard.condition is None and condition is LineCondition.SILENT and heard.seconds < SLOWEST_S + 2:
        says = f"no octet in {heard.seconds:g} s, but a Kamstrup speaks every {SLOWEST_S:g} s only"
        return Finding("line", Grade.WARNING, says, "listen for longer: --seconds 30")
    grade, words, advice = VERDICTS[condition]
    if condition is LineCondition.NO_PORT:
        return Finding("line", grade, ": ".join(filter(None, (words, heard.refused))), advice)
    says = f"{words}: {counted}"
    described = ", ".join(filter(None, (heard.speaker, heard.settings)))
    return Finding("line", grade, f"{says} ({described})" if described else says, advice)


def _condition(heard: LineSample) -> LineCondition:
    if heard.refused is not None:
        return LineCondition.NO_PORT
    if not heard.octets:
        return LineCondition.SILENT
    if not heard.readings:
        return LineCondition.NOISE
    damaged = heard.rejected - _BY_CHANCE
    if damaged > 0 and damaged > _DAMAGED_SHARE * (heard.readings + heard.rejected):
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
