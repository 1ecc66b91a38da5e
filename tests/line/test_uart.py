"""The serial port, on real pseudo-terminals."""

import asyncio
import contextlib
import inspect
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from appliance.line import uart as uart_module
from appliance.line.last_settings import LastSettings
from appliance.line.port import Counters, Parity, Received, SerialSettings
from appliance.line.quirks import FrameResult
from appliance.line.uart import Uart
from appliance.meter.hdlc import Frame
from appliance.meter.reading import Reason, Rejected
from appliance.simulation.meter import Line
from appliance.system.health import Health, LineCondition
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE
from tests.simulation.wire import Item, Receiver, Sender, Wire, counted, received

Said = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def said(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[Said]:
    """What the port has logged; nothing, where a test does not ask for it."""
    yield lambda: [record.getMessage() for record in caplog.records if record.name == uart_module.__name__]
    logged = [record.getMessage() for record in caplog.get_records("call") if record.name == uart_module.__name__]
    assert not logged or "said" in inspect.signature(request.function).parameters


class Listener:
    """Notes what the port says, in order."""

    def __init__(self) -> None:
        self.events: list[str | bytes] = []
        self.results: list[FrameResult] = []

    def opened(self) -> None:
        self.events.append("opened")

    def received(self, octets: bytes, results: Sequence[FrameResult]) -> None:
        self.events.append(octets)
        self.results += results

    def lost(self, cut_off: Sequence[Rejected]) -> None:
        self.results += cut_off
        self.events.append("lost")

    @property
    def octets(self) -> bytes:
        return b"".join(event for event in self.events if isinstance(event, bytes))


async def until(condition, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the kernel
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(uart: Uart, listener: Listener):
    task = asyncio.create_task(uart.listen(listener))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_octets_arrive_as_they_were_sent():
    line, listener = Line(Timebase()), Listener()
    async with listening(Uart(line.port, Timebase(), silent_s=30.0), listener):
        await until(lambda: listener.events)
        line.put(bytes(range(256)))
        await until(lambda: len(listener.octets) == 256)
    line.close()

    assert listener.octets == bytes(range(256))
    assert listener.events[0] == "opened"
    assert listener.events[-1] == "lost"


async def test_a_line_that_vanishes_and_returns_is_opened_again(tmp_path: Path, said: Said):
    listener = Listener()
    port = tmp_path / "serial0"
    first = Line(Timebase())
    port.symlink_to(first.port)
    async with listening(Uart(str(port), Timebase(speed=20), silent_s=30.0), listener):
        await until(lambda: listener.events)
        first.put(b"before")
        await until(lambda: listener.octets == b"before")
        first.close()
        port.unlink()
        await until(lambda: len(said()) == 2)
        second = Line(Timebase())
        port.symlink_to(second.port)
        await until(lambda: listener.events.count("opened") == 2)
        second.put(b" after")
        await until(lambda: listener.octets == b"before after")
    second.close()

    assert said() == [
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
async def test_a_port_that_cannot_be_opened_is_named_once_with_its_cause(tmp_path: Path, make, words, said: Said):
    port = tmp_path / "port"
    make(port)
    async with listening(Uart(str(port), Timebase(speed=100), silent_s=30.0), Listener()):
        await until(said)
        await asyncio.sleep(0.1)

    (sentence,) = said()
    assert str(port) in sentence
    assert words in sentence


async def test_a_port_that_takes_no_parity_is_read_without_and_said_to_be(said: Said):
    line, listener = Line(Timebase()), Listener()
    async with listening(Uart(line.port, Timebase(), silent_s=30.0, parity=Parity.EVEN), listener):
        await until(lambda: listener.events)
        line.put(b"\x7e\xa0")
        await until(lambda: listener.octets == b"\x7e\xa0")
    line.close()

    assert said() == [f"serial port {line.port}: it takes no parity; it is read without"]


async def test_a_port_that_takes_no_parity_can_be_opened_again_and_again(said: Said):
    line = Line(Timebase())
    for _ in range(3):
        listener = Listener()
        async with listening(Uart(line.port, Timebase(), silent_s=30.0, parity=Parity.EVEN), listener):
            await until(lambda listener=listener: listener.events == ["opened"])
            line.put(b"still")
            await until(lambda listener=listener: listener.octets == b"still")
    line.close()

    assert len(said()) == 3


async def test_every_octet_arrives_also_those_that_the_terminal_marks_with():
    line, listener = Line(Timebase()), Listener()
    octets = b"\xff\xff\x00\xff\x00\x41\xff"
    async with listening(Uart(line.port, Timebase(), silent_s=30.0), listener):
        await until(lambda: listener.events)
        for octet in octets:
            line.put(bytes((octet,)))
            await asyncio.sleep(0.01)
        await until(lambda: len(listener.octets) == len(octets))
    line.close()

    assert listener.octets == octets


@pytest.mark.parametrize("example", [AIDON_EXAMPLE, KAMSTRUP_EXAMPLE], ids=["Aidon", "Kamstrup"])
async def test_a_pseudo_terminal_is_settled_with_its_first_list_and_never_searched_again(example):
    line, listener = Line(Timebase()), Listener()
    uart = Uart(line.port, Timebase(speed=50), silent_s=30.0)
    async with listening(uart, listener):
        await until(lambda: listener.events)
        assert uart.health().line is LineCondition.SEARCHING
        for round_ in range(1, 6):
            line.put(example)
            await until(lambda round_=round_: len(listener.octets) == round_ * len(example))
            assert uart.health() == Health(LineCondition.FINE, (), line.port, "2400 8N1")
    line.close()


async def test_what_read_the_line_is_remembered_and_tried_first_the_next_time(tmp_path: Path):
    worker = Worker("disk", 10)
    memory = LastSettings(tmp_path, worker)
    (tmp_path / "line.txt").write_text("9600 8N1\n")
    line, listener = Line(Timebase()), Listener()
    uart = Uart(line.port, Timebase(), silent_s=30.0, last_settings=memory)
    async with listening(uart, listener):
        await until(lambda: listener.events)
        assert uart.health().line_settings == "9600 8N1"
        line.put(AIDON_EXAMPLE)
        await until(lambda: uart.health().line is LineCondition.FINE)
    fresh = Uart(line.port, Timebase(), silent_s=30.0, baud=2400, last_settings=memory)
    async with listening(fresh, listener):
        await until(lambda: listener.events[-1] == "opened")
        line.put(AIDON_EXAMPLE)
        await until(lambda: memory.recall() == SerialSettings(2400))
    line.close()
    worker.end()


@pytest.mark.parametrize("text", ["", "2400 9X1\n", "\udcff"], ids=["empty", "nonsense", "no text"])
def test_a_memory_that_is_damaged_is_no_memory(tmp_path: Path, text):
    (tmp_path / "line.txt").write_bytes(text.encode("utf-8", "surrogateescape"))

    assert LastSettings(tmp_path, Worker("disk", 10)).recall() is None


def test_whatever_lies_in_the_place_of_the_memory_the_line_is_searched(tmp_path: Path) -> None:
    memory, file = LastSettings(tmp_path, Worker("disk", 10)), tmp_path / "line.txt"
    (tmp_path / "other").write_text("2400 8E1\n")
    for put in (
        lambda: os.mkfifo(file),
        lambda: file.symlink_to(tmp_path / "other"),
        lambda: file.write_bytes(b"2400 8E1\n" * 200_000),
        lambda: file.write_bytes(b"\0\xff"),
    ):
        put()
        assert memory.recall() is None
        file.unlink()


class ModelPort:
    """A port of the bit-level model: what is put on its wire is there to be read."""

    def __init__(self, sender: Sender, timebase: Timebase) -> None:
        self._wire, self._timebase = Wire(sender), timebase
        self._receiver = Receiver(SerialSettings())
        self._items: list[Item] = []
        self._all: list[Item] = []
        self._told, self._tell = os.pipe()

    def put(self, octets: bytes) -> None:
        self._items += self._receiver.items(self._wire.burst(self._timebase.now(), octets))
        self._all += self._items
        os.write(self._tell, b"!")

    def fileno(self) -> int:
        return self._told

    def apply(self, settings: SerialSettings) -> bool:
        self._receiver.set(settings, 0.0)
        return True

    def read(self) -> Received:
        os.read(self._told, 1)
        items, self._items = self._items, []
        return received(items)

    def counters(self) -> Counters:
        return counted(self._all)

    def close(self) -> None:
        os.close(self._told)
        os.close(self._tell)


async def test_the_port_is_read_with_the_settings_that_its_errors_speak_for():
    timebase, listener = Timebase(speed=50), Listener()
    port = ModelPort(Sender(SerialSettings(2400, Parity.EVEN)), timebase)
    uart = Uart("model", timebase, silent_s=30.0, open_port=lambda _name: port)
    async with listening(uart, listener):
        await until(lambda: listener.events)
        for place in range(3):
            port.put(AIDON_EXAMPLE)
            await until(lambda place=place: listener.octets.count(AIDON_EXAMPLE) == place + 1)
            await timebase.sleep(1)  # a pause, behind which a new burst begins
        assert uart.health() == Health(LineCondition.FINE, (), "model", "2400 8E1")
        assert uart.counters.framing > 50
    assert uart.counters is None


async def test_a_burst_too_short_for_a_list_is_left_at_the_pause_behind_it():
    timebase, listener = Timebase(speed=50), Listener()
    port = ModelPort(Sender(SerialSettings(115200)), timebase)
    uart = Uart("model", timebase, silent_s=30.0, open_port=lambda _name: port)
    async with listening(uart, listener):
        await until(lambda: listener.events)
        await timebase.sleep(1)
        port.put(AIDON_EXAMPLE)  # the first may have been joined
        await timebase.sleep(1)
        port.put(AIDON_EXAMPLE)
        await until(lambda: uart.health().line_settings == "9600 8N1")


async def test_a_memory_that_cannot_be_written_remembers_nothing(tmp_path: Path):
    worker = Worker("disk", 10)
    memory = LastSettings(tmp_path / "no such folder", worker)
    await memory.remember(SerialSettings(2400))
    worker.end()

    assert memory.recall() is None


async def test_a_port_that_is_not_there_is_no_port(said: Said):
    uart = Uart("/dev/no-such-port", Timebase(), silent_s=30.0)
    async with listening(uart, Listener()):
        await asyncio.sleep(0)
        assert uart.health().line is LineCondition.NO_PORT
        assert said() == [uart.why_closed]


async def test_a_port_that_another_program_holds_is_said_to_be_held(said: Said):
    line = Line(Timebase())
    async with (
        listening(Uart(line.port, Timebase(), silent_s=30.0), Listener()),
        listening(Uart(line.port, Timebase(speed=100), silent_s=30.0), Listener()),
    ):
        await until(said)
    line.close()

    assert "another program holds it" in said()[0]


async def test_waiting_for_octets_takes_no_processor_time():
    line = Line(Timebase())
    async with listening(Uart(line.port, Timebase(), silent_s=30.0), Listener()):
        await asyncio.sleep(0.1)
        before = time.process_time()
        await asyncio.sleep(1.0)
        used = time.process_time() - before
    line.close()

    assert used < 0.05


class SetTimebase(Timebase):
    """A clock that a test sets."""

    seconds = 0.0

    def now(self) -> float:
        return self.seconds


async def test_the_line_is_silent_after_what_the_settings_say_also_when_they_change():
    timebase, line, listener = SetTimebase(), Line(Timebase()), Listener()
    uart = Uart(line.port, timebase, silent_s=600.0)
    async with listening(uart, listener):
        await until(lambda: listener.events)
        line.put(AIDON_EXAMPLE)
        await until(lambda: listener.octets == AIDON_EXAMPLE)
        timebase.seconds = 39.0
        assert uart.health().line is not LineCondition.SILENT
        uart.apply_silence(15.0)
        assert uart.health().line is LineCondition.SILENT
    line.close()


async def test_a_frame_is_handed_on_with_its_last_octet_and_what_was_begun_when_the_port_goes():
    line, listener = Line(Timebase()), Listener()
    async with listening(Uart(line.port, Timebase(), silent_s=30.0), listener):
        await until(lambda: listener.events)
        line.put(AIDON_EXAMPLE + AIDON_EXAMPLE[:50])
        await until(lambda: len(listener.octets) == len(AIDON_EXAMPLE) + 50)
    line.close()

    frame, cut_off = listener.results
    assert frame == Frame(0, AIDON_EXAMPLE, 9)
    assert cut_off == Rejected(len(AIDON_EXAMPLE), 50, Reason.CUT_OFF)
