"""A port that nobody named: on the Pi's pins or on USB, found by what is heard; on real pseudo-terminals."""

import asyncio
from pathlib import Path

import pytest

from appliance.line.auto_port import FALLEN_SILENT_S, QUIET_S, UNREAD_S, AutoPort, usb_ports
from appliance.line.last_settings import PORT_FILE, LastSettings
from appliance.line.uart import Uart
from appliance.meter.decoder import Decoder
from appliance.meter.hdlc import Frame
from appliance.meter.reading import Reading
from appliance.simulation.meter import Line
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from tests.frames import AIDON_EXAMPLE
from tests.line.test_uart import Listener, listening, until

FAST = 20.0
PATIENCE_S = 60.0


@pytest.fixture
def dev(tmp_path: Path) -> Path:
    (tmp_path / "serial/by-id").mkdir(parents=True)
    return tmp_path


def plug(dev: Path, name: str, leads_to: str = "/dev/null") -> str:
    """Have a converter be there under its lasting name."""
    (dev / "serial/by-id" / name).symlink_to(leads_to)
    return str(dev / "serial/by-id" / name)


def unplug(name: str) -> None:
    """Have it be gone."""
    Path(name).unlink()


def test_a_port_on_usb_has_its_lasting_name_and_else_the_usual_one(dev: Path) -> None:
    (dev / "ttyUSB0").touch()
    (dev / "ttyACM0").touch()
    assert usb_ports(dev) == (str(dev / "ttyACM0"), str(dev / "ttyUSB0"))

    lasting = plug(dev, "usb-FTDI-port0")
    assert usb_ports(dev) == (lasting,)


def test_without_any_port_the_pins_are_waited_for(dev: Path) -> None:
    assert AutoPort(None, dev).choose() == str(dev / "serial0")


def test_the_only_converter_is_taken_where_there_are_no_pins_and_not_one_of_two(dev: Path) -> None:
    first = plug(dev, "first")
    assert AutoPort(None, dev).choose() == first

    plug(dev, "second")
    assert AutoPort(None, dev).choose() == str(dev / "serial0")


def test_the_known_one_of_two_is_taken_before_the_pins(dev: Path) -> None:
    (dev / "serial0").touch()
    plug(dev, "first")
    second = plug(dev, "second")
    assert AutoPort(second, dev).choose() == second


@pytest.mark.parametrize(
    ("open_s", "silent_s", "heard", "read", "leaves"),
    [
        (QUIET_S - 1, QUIET_S - 1, False, False, False),
        (QUIET_S, QUIET_S, False, False, True),
        (UNREAD_S - 1, 0.0, True, False, False),
        (UNREAD_S, 0.0, True, False, True),
        (1e6, FALLEN_SILENT_S - 1, True, True, False),
        (1e6, FALLEN_SILENT_S, True, True, True),
    ],
)
def test_a_port_is_left_when_it_had_its_time(
    dev: Path, open_s: float, silent_s: float, heard: bool, read: bool, leaves: bool
) -> None:
    (dev / "serial0").touch()
    auto = AutoPort(None, dev)
    auto.choose()
    heard_so = {"open_s": open_s, "silent_s": silent_s, "heard": heard, "read": read}
    assert not auto.is_worth_leaving(**heard_so), "there is no other one"

    plug(dev, "first")
    assert auto.is_worth_leaving(**heard_so) is leaves


def test_a_known_converter_that_is_plugged_in_again_is_gone_back_to_at_once(dev: Path) -> None:
    (dev / "serial0").touch()
    known = plug(dev, "known")
    auto = AutoPort(known, dev)
    Path(known).unlink()
    assert auto.choose() == str(dev / "serial0")

    plug(dev, "known")
    assert auto.is_worth_leaving(open_s=1.0, silent_s=1.0, heard=False, read=False)
    assert auto.next() == known


class Decoding(Listener):
    """Reads what comes, as the appliance does, and tells the port."""

    def __init__(self) -> None:
        super().__init__()
        self.uart: Uart
        self.read = 0

    def received(self, octets, results) -> None:
        super().received(octets, results)
        for one in results:
            if isinstance(one, Frame):
                result = Decoder().read(one)
                self.uart.judged(result)
                self.read += isinstance(result, Reading)


async def test_a_meter_on_usb_is_found_kept_and_known_again_and_the_silence_was_one(dev: Path, tmp_path: Path) -> None:
    pins, usb = Line(Timebase()), Line(Timebase())
    (dev / "serial0").symlink_to(pins.port)
    memory, listener = LastSettings(tmp_path, Worker("test", 10.0)), Decoding()
    listener.uart = Uart("auto", Timebase(speed=FAST), silent_s=30.0, last_settings=memory, dev=dev)
    async with listening(listener.uart, listener):
        await until(lambda: listener.uart.health().port == str(dev / "serial0"), PATIENCE_S)
        name = plug(dev, "usb-FTDI-port0", usb.port)
        await until(lambda: listener.uart.health().port == name, PATIENCE_S)
        usb.put(AIDON_EXAMPLE)
        await until(lambda: listener.read == 1, PATIENCE_S)
        await until(lambda: (tmp_path / PORT_FILE).exists(), PATIENCE_S)
        assert listener.events.count("opened") == 1
        assert "lost" not in listener.events
        await asyncio.sleep(2 * QUIET_S / FAST)
        assert listener.uart.health().port == name

        unplug(name)
        usb.close()
        await until(lambda: listener.uart.health().port == str(dev / "serial0"), PATIENCE_S)
        again = Line(Timebase())
        plug(dev, "usb-FTDI-port0", again.port)
        await until(lambda: listener.uart.health().port == name, PATIENCE_S)
        again.put(AIDON_EXAMPLE)
        await until(lambda: listener.read == 2, PATIENCE_S)
    pins.close()
    again.close()

    assert memory.recall_port() == name
    assert Uart("auto", Timebase(), silent_s=30.0, last_settings=memory, dev=dev).health().port == name
