"""The serial port, on real pseudo-terminals."""

import asyncio
import contextlib
import time
from pathlib import Path

import pytest
import serial

from appliance.line.simulator import Line
from appliance.line.uart import Uart
from appliance.timebase import Timebase


class Heard:
    """Notes what the port says, in order."""

    def __init__(self) -> None:
        self.events: list[str | bytes] = []

    def opened(self) -> None:
        self.events.append("opened")

    def received(self, octets: bytes) -> None:
        self.events.append(octets)

    def lost(self) -> None:
        self.events.append("lost")

    @property
    def octets(self) -> bytes:
        return b"".join(event for event in self.events if isinstance(event, bytes))


async def until(condition, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the kernel
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(uart: Uart, heard: Heard):
    task = asyncio.create_task(uart.listen(heard))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_octets_arrive_as_they_were_sent():
    line, heard = Line(Timebase()), Heard()
    async with listening(Uart(line.port, Timebase(), pytest.fail), heard):
        await until(lambda: heard.events)
        line.put(bytes(range(256)))
        await until(lambda: len(heard.octets) == 256)
    line.close()

    assert heard.octets == bytes(range(256))
    assert heard.events[0] == "opened"
    assert heard.events[-1] == "lost"


async def test_a_line_that_vanishes_and_returns_is_opened_again(tmp_path: Path):
    said, heard = [], Heard()
    port = tmp_path / "serial0"
    first = Line(Timebase())
    port.symlink_to(first.port)
    async with listening(Uart(str(port), Timebase(speed=20), said.append), heard):
        await until(lambda: heard.events)
        first.put(b"before")
        await until(lambda: heard.octets == b"before")
        first.close()
        port.unlink()
        await until(lambda: len(said) == 2)
        second = Line(Timebase())
        port.symlink_to(second.port)
        await until(lambda: heard.events.count("opened") == 2)
        second.put(b" after")
        await until(lambda: heard.octets == b"before after")
    second.close()

    assert said == [
        f"serial port {port}: lost (unplugged); it is opened again when it returns",
        f"serial port {port}: there is no such port; is the converter plugged in, and the serial port enabled?",
        f"serial port {port}: open again",
    ]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _path: None, "there is no such port"),
        (lambda path: path.write_text(""), "it is no working serial port"),
        (lambda path: path.mkdir(), "it is no working serial port"),
    ],
    ids=["absent", "a file", "a folder"],
)
async def test_a_port_that_cannot_be_opened_is_named_once_with_its_cause(tmp_path: Path, make, words):
    said, port = [], tmp_path / "port"
    make(port)
    async with listening(Uart(str(port), Timebase(speed=100), said.append), Heard()):
        await until(lambda: said)
        await asyncio.sleep(0.1)

    (sentence,) = said
    assert str(port) in sentence
    assert words in sentence


async def test_a_port_that_refuses_the_parity_is_said_to_do_so():
    line, said = Line(Timebase()), []
    # A pseudo-terminal takes no parity; the C library notices when that leaves nothing to change.
    with serial.Serial(line.port, 2400):
        pass
    async with listening(Uart(line.port, Timebase(speed=100), said.append, parity="even"), Heard()):
        await until(lambda: said)
    line.close()

    assert "it does not take these settings" in said[0]


async def test_a_port_that_another_program_holds_is_said_to_be_held():
    line, said = Line(Timebase()), []
    async with (
        listening(Uart(line.port, Timebase(), pytest.fail), Heard()),
        listening(Uart(line.port, Timebase(speed=100), said.append), Heard()),
    ):
        await until(lambda: said)
    line.close()

    assert "another program holds it" in said[0]


async def test_waiting_for_octets_takes_no_processor_time():
    line = Line(Timebase())
    async with listening(Uart(line.port, Timebase(), pytest.fail), Heard()):
        await asyncio.sleep(0.1)
        before = time.process_time()
        await asyncio.sleep(1.0)
        used = time.process_time() - before
    line.close()

    assert used < 0.05
