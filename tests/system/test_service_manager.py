"""What systemd hears, over a real notification socket, from a real process."""

import asyncio
import os
import pty
import signal
import socket
import threading
from pathlib import Path

import pytest

from appliance.household.situation import Level, MeterIdentity, Signal, Situation
from appliance.service.status_text import one_line
from appliance.system.health import Fault, FaultKind, Health
from appliance.system.service_manager import LATE_S, ServiceManager, watchdog_s
from appliance.system.worker import HungError, Worker
from tests.started import CAP_S, MOCK_PINS, Started


class Systemd:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(CAP_S)

    def next(self) -> str:
        return self._socket.recv(4096).decode()

    def falls_silent(self) -> bool:
        """Nothing comes for a second, once what was sent before is read."""
        self._socket.settimeout(1.0)
        try:
            for _ in range(100):
                self.next()
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        self._socket.close()

    def until(self, state: str) -> list[str]:
        heard = []
        while not heard or heard[-1] != state:
            heard.append(self.next())
        return heard


@pytest.fixture
def systemd(tmp_path: Path):
    manager = Systemd(tmp_path)
    yield manager
    manager.close()


def test_a_service_is_ready_fed_and_told_of_in_a_line_and_says_when_it_stops(systemd: Systemd, tmp_path: Path):
    ours, theirs = pty.openpty()
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[line]\nport = "{os.ttyname(theirs)}"\n[data]\nfolder = "{tmp_path}"\n', encoding="utf-8")
    told = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "300000"}
    with Started("run", "--config", str(settings), **MOCK_PINS, **told) as run:
        assert "READY=1" in systemd.until("READY=1")
        heard = [systemd.next() for _ in range(8)]
        assert heard.count("WATCHDOG=1") >= 5  # no octet came and there is no display: that withholds nothing
        assert "STATUS=waiting for the meter's first list" in heard

        run.process.send_signal(signal.SIGTERM)
        assert systemd.until("STOPPING=1")
        assert run.process.wait(CAP_S) == 0
    os.close(ours)
    os.close(theirs)


def test_a_stopped_process_feeds_no_watchdog(systemd: Systemd, tmp_path: Path):
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[data]\nfolder = "{tmp_path}"\n', encoding="utf-8")
    told = {"NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "60000"}
    with Started("run", "--config", str(settings), **MOCK_PINS, **told) as run:
        systemd.until("WATCHDOG=1")
        run.process.send_signal(signal.SIGSTOP)
        assert systemd.falls_silent()


async def test_a_thread_that_does_not_come_back_withholds_the_watchdog(monkeypatch: pytest.MonkeyPatch):
    heard: list[str] = []
    held, worker = threading.Event(), Worker("display", 0.01)
    with pytest.raises(HungError):
        await worker.do(held.wait)
    manager = ServiceManager(heard.append, 0.03)
    assert LATE_S == 30.0
    feeding = asyncio.create_task(manager.feed([worker]))
    async with asyncio.timeout(LATE_S):
        while not heard:  # noqa: ASYNC110 - it may still come back, so it is fed
            await asyncio.sleep(0.01)
    monkeypatch.setattr("appliance.system.service_manager.LATE_S", 0.01)
    async with asyncio.timeout(CAP_S):
        while worker.lost_s < 0.02:  # noqa: ASYNC110 - time passes
            await asyncio.sleep(0.01)
    fed = len(heard)
    await asyncio.sleep(0.2)
    assert len(heard) == fed

    held.set()
    async with asyncio.timeout(CAP_S):
        while len(heard) == fed:  # noqa: ASYNC110 - its thread ends, and then it is fed again
            await asyncio.sleep(0.01)
    feeding.cancel()


def test_run_by_hand_nobody_is_told():
    manager = ServiceManager.of({})
    manager.ready()
    manager.status("fine")
    asyncio.run(manager.feed([]))  # returns: there is nobody to feed


def test_the_watchdog_is_fed_by_the_process_that_it_is_set_for():
    assert watchdog_s({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 7) == 30
    assert watchdog_s({"WATCHDOG_USEC": "30000000"}, 7) == 30
    assert watchdog_s({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, 7) is None
    assert watchdog_s({"WATCHDOG_USEC": "soon"}, 7) is None
    assert watchdog_s({}, 7) is None


def test_the_status_is_sent_when_it_has_changed():
    heard: list[str] = []
    manager = ServiceManager(heard.append)
    for line in ("fine", "fine", "ill"):
        manager.status(line)
    assert heard == ["STATUS=fine", "STATUS=ill"]


THRESHOLDS = {"watch_w": 5000.0, "act_w": 10000.0}
AIDON = MeterIdentity("aidon")


@pytest.mark.parametrize(
    ("situation", "line"),
    [
        (Situation(**THRESHOLDS), "waiting for the meter's first list"),
        (
            Situation(**THRESHOLDS, signal=Signal.NO_PORT, health=Health(port="/dev/serial0")),
            "the serial port /dev/serial0 cannot be opened",
        ),
        (Situation(**THRESHOLDS, signal=Signal.SILENT, reading_age_s=700), "no list for 12 min"),
        (
            Situation(**THRESHOLDS, signal=Signal.RECEIVING, power_import_w=3420, level=Level.OK, meter=AIDON),
            "aidon: 3.42 kW from the grid, OK",
        ),
        (
            Situation(
                **THRESHOLDS,
                signal=Signal.RECEIVING,
                power_import_w=0,
                power_export_w=2100,
                health=Health(faults=(Fault(FaultKind.PART, "display"), Fault(FaultKind.SETTINGS, "line 3:\nbad"))),
            ),
            "the meter: 2.10 kW to the grid; a part keeps failing: display; the settings have a mistake: line 3: bad",
        ),
    ],
)
def test_the_line_says_how_it_is(situation: Situation, line: str):
    assert one_line(situation) == line
