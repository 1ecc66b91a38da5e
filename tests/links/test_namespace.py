"""The running program in a network namespace of its own: which ports are open, and which packets leave.

The namespace has a loopback and one interface more, behind which there is nobody. The kernel counts what is sent.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.share import LONG, SHARE
from tests.started import CAP_S, MOCK_PINS, settings_file, situation

UNSHARE, IP = shutil.which("unshare"), shutil.which("ip") or shutil.which("/usr/sbin/ip")


def can_unshare() -> bool:
    if UNSHARE is None or IP is None:
        return False
    made = [UNSHARE, "--net", IP, "link", "add", "nobody0", "type", "veth"]
    return subprocess.run(made, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_unshare(), reason="this host lets nobody make network namespaces here")
SCRIPT = """
ip link add nobody0 type veth peer name nobody1
for one in nobody0 nobody1; do echo 1 > /proc/sys/net/ipv6/conf/$one/disable_ipv6; done 2>/dev/null
ip addr add 10.9.9.1/24 dev nobody0
for one in lo nobody0 nobody1; do ip link set $one up; done
exec "$@"
"""
LISTEN, SYN_SENT = "0A", "02"


class Running:
    """The program in its namespace, seen through the kernel's tables of it."""

    def __init__(self, folder: Path, port: str, links: str) -> None:
        config = Path(settings_file(folder, port))
        config.write_text(config.read_text() + links)
        assert UNSHARE is not None
        command = [UNSHARE, "--net", "bash", "-c", SCRIPT, "han", sys.executable, "-m", "appliance", "run"]
        path = {"PATH": f"{os.environ['PATH']}:/usr/sbin"}
        self.process = subprocess.Popen(
            [*command, "--config", str(config)], env={**os.environ, **MOCK_PINS, **path}, stderr=subprocess.DEVNULL
        )
        self.folder = folder
        self._spoken_with: set[tuple[str, int]] = set()

    def table(self, name: str) -> Iterator[list[str]]:
        for line in Path(f"/proc/{self.process.pid}/net/{name}").read_text().splitlines()[1:]:
            yield line.split()

    def listening(self) -> set[int]:
        found = [*self.table("tcp"), *self.table("tcp6")]
        return {int(row[1].rpartition(":")[2], 16) for row in found if row[3] == LISTEN}

    def spoken_with(self) -> set[tuple[str, int]]:
        """The far ends of what is being connected, or was at an earlier look, as IPv4 addresses and ports."""
        for row in self.table("tcp"):
            if row[3] == SYN_SENT:
                address, port = row[2].split(":")
                octets = reversed(bytes.fromhex(address))
                self._spoken_with.add((".".join(str(octet) for octet in octets), int(port, 16)))
        return self._spoken_with

    def datagrams(self) -> list[list[str]]:
        return [row for name in ("udp", "udp6", "raw", "raw6") for row in self.table(name)]

    def sent(self) -> dict[str, int]:
        """The packets that were sent, by interface."""
        rows = [line.split() for line in Path(f"/proc/{self.process.pid}/net/dev").read_text().splitlines()[2:]]
        return {row[0].rstrip(":"): int(row[10]) for row in rows}

    def wait_for(self, condition: object) -> None:
        assert callable(condition)
        deadline = time.monotonic() + CAP_S
        while not condition():
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.05)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(CAP_S)
        finally:
            self.process.kill()


@pytest.fixture
def start(tmp_path: Path, line: object) -> Iterator[object]:
    made: list[Running] = []

    def started(links: str) -> Running:
        running = Running(tmp_path, line.port, links)  # type: ignore[attr-defined]  # the meter on its line
        made.append(running)

        def reads() -> bool:
            running.spoken_with()  # a try that ends before the first reading is seen too
            return (seen := situation(tmp_path)) is not None and seen.power_import_w is not None

        running.wait_for(reads)
        return running

    yield started
    for running in made:
        running.close()


def test_without_a_link_no_port_is_open_and_no_packet_leaves(start):
    """Nor by a spot price in the costs: it is fetched by its section alone."""
    running = start('[power]\nprice = "spot"\nmarkup_ore = 5\n')
    time.sleep(2)

    assert running.listening() == set()
    assert running.spoken_with() == set()
    assert running.datagrams() == []
    assert set(running.sent().values()) == {0}


@pytest.mark.parametrize(
    ("links", "ports"), [("[web]\nport = 18080\n", {18080}), ("[p1]\nport = 12001\n", {12001})], ids=["web", "p1"]
)
def test_with_a_link_that_listens_only_its_port_is_open_and_no_packet_leaves(start, links, ports):
    running = start(links)
    running.wait_for(lambda: running.listening() == ports)

    assert running.spoken_with() == set()
    assert running.datagrams() == []
    assert set(running.sent().values()) == {0}


def test_with_a_broker_it_is_spoken_with_and_nobody_else(start):
    running = start('[mqtt]\nhost = "10.9.9.2"\nport = 11883\n')
    running.wait_for(lambda: running.spoken_with())

    assert running.spoken_with() == {("10.9.9.2", 11883)}
    assert running.listening() == set()
    assert running.datagrams() == []
    assert running.sent()["lo"] == 0


@pytest.mark.skipif(not (SHARE or LONG), reason="the meter's time is known after 20 s only: with HAN_SHARE")
def test_for_the_prices_their_server_is_spoken_with_and_nobody_else(start):
    running = start('[spot]\narea = "NO1"\naddress = "http://10.9.9.2:18000"\n')
    running.wait_for(lambda: running.spoken_with())

    assert running.spoken_with() == {("10.9.9.2", 18000)}
    assert running.listening() == set()
    assert running.datagrams() == []
    assert running.sent()["lo"] == 0
