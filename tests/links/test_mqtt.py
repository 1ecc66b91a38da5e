"""The connection, at a real mosquitto: lost and found, refused, encrypted, hung, and what others may ask for."""

import asyncio
import contextlib
import gc
import json
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from appliance.links.identity import Identity
from appliance.links.link import Commands, Context
from appliance.links.mqtt import Mqtt
from appliance.settings.model import MqttSettings
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS
from tests.links.broker import Broker, Listener, listening, needs_mosquitto, until
from tests.links.situations import START, situation

pytestmark = needs_mosquitto
SPEED = 50.0
"""Pauses between tries are so much shorter."""


class Asked(Commands):
    """What others have asked for."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def acknowledge(self) -> bool:
        self.asked.append("acknowledge")
        return True

    def limit(self, limit_kw: float | None) -> bool:
        self.asked.append(limit_kw)
        return True

    def quiet(self, *, on: bool) -> bool:
        self.asked.append(on)
        return True


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    (tmp_path / "broker").mkdir()
    made = Broker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()


class Running:
    """A link that runs."""

    def __init__(self, folder: Path, port: int, **settings: Any) -> None:
        self.commands = Asked()
        wanted = MqttSettings(host="127.0.0.1", port=port, **settings)
        self.link = Mqtt(wanted, Timebase(SPEED), Identity(folder), Context(WORDS["nb"]), self.commands)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Mqtt]:
        self.link.show(situation())
        task = asyncio.ensure_future(self.link.tasks()["mqtt"]())
        try:
            yield self.link
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def descriptors() -> list[Path]:
    return list(Path("/proc/self/fd").iterdir())


def starts(heard: Listener) -> list[datetime]:
    return [datetime.fromisoformat(json.loads(one)["start"]) for one in heard.of("/hours")]


async def test_all_is_there_for_who_comes_later_and_offline_when_it_has_ended(tmp_path, broker):
    async with Running(tmp_path, broker.port).running(), listening(broker.port) as (_, heard):
        await until(lambda: heard.of("/status"))
    async with listening(broker.port) as (_, heard):
        await until(lambda: heard.of("/status") and heard.of("/config"))
        assert heard.of("/availability") == [b"offline"]
        assert json.loads(heard.of("/now")[0])["power_w"] == 1500


async def test_no_message_waits_until_the_one_before_is_acknowledged(tmp_path, broker):
    def held_back() -> list[bool]:  # by Nagle's algorithm (RFC 9293, 3.7.4), for each connection to the broker
        lines = [one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() >= 0]
        ours = [one for one in lines if one.family == socket.AF_INET and _peer(one) == broker.port]
        return [not one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in ours]

    async with Running(tmp_path, broker.port).running():
        await until(lambda: held_back() == [False])


def _peer(line: socket.socket) -> int | None:
    try:
        return int(line.getpeername()[1])
    except OSError:
        return None


async def test_no_hour_is_lost_or_doubled_over_an_outage_of_three_days(tmp_path, broker):
    async with listening(broker.port) as (_, before), Running(tmp_path, broker.port).running() as link:
        link.show(situation(START + timedelta(hours=2, minutes=5)))
        await until(lambda: len(starts(before)) == 2)
        broker.kill()
        for hour in range(3, 75):  # each of three days' hours is shown while nobody takes it
            link.show(situation(START + timedelta(hours=hour, minutes=5)))
            await asyncio.sleep(0.005)
        broker.start()
        async with listening(broker.port) as (_, after):
            await until(lambda: len(starts(after)) >= 72)
            link.show(situation(START + timedelta(hours=75, minutes=5)))
            await until(lambda: starts(after)[-1] == START + timedelta(hours=74))

    assert starts(before) + starts(after) == [START + timedelta(hours=number) for number in range(75)]


async def test_all_is_sent_again_when_home_assistant_has_started(tmp_path, broker):
    async with listening(broker.port) as (client, heard), Running(tmp_path, broker.port).running():
        await until(lambda: heard.of("/status"))
        await client.publish("homeassistant/status", "online", qos=1)
        await until(lambda: len(heard.of("/config")) == 2 and len(heard.of("/energy")) == 2)


async def test_commands_are_carried_out_and_old_or_senseless_ones_are_not(tmp_path, broker):
    asked = Running(tmp_path, broker.port, commands=True)
    async with listening(broker.port) as (client, heard):
        base = "han/+"
        async with asked.running():
            await until(lambda: heard.of("/availability"))
            base = str(heard.messages[-1].topic).rpartition("/")[0]
        # Left at the broker while the appliance was away.
        for name, payload in (("limit", b"5"), ("quiet", b"ON"), ("acknowledge", b"1")):
            await client.publish(f"{base}/{name}/set", payload, qos=1, retain=True)
        heard.messages.clear()
        async with asked.running():
            await until(lambda: heard.of("/availability")[-1:] == [b"online"] and heard.of("/status"))
            for name, payload in (
                *(("limit", rubbish) for rubbish in (b"nan", b"1e9", b"-3", b"0", b"\xff", b"{}", b"5 kW")),
                *(("quiet", rubbish) for rubbish in (b"on", b"", b"OFF\0")),
                ("acknowledge", b"0"),
                ("reboot", b"1"),
            ):
                await client.publish(f"{base}/{name}/set", payload, qos=1)
                await asyncio.sleep(0.02)
            for name, payload in (("limit", b"7.5"), ("quiet", b"ON"), ("acknowledge", b"1"), ("limit", b"")):
                await client.publish(f"{base}/{name}/set", payload, qos=1)
                await asyncio.sleep(0.05)
            await until(lambda: len(asked.commands.asked) >= 4)
    assert asked.commands.asked == [7.5, True, "acknowledge", None]


async def test_commands_do_nothing_where_the_settings_do_not_allow_them(tmp_path, broker):
    asked = Running(tmp_path, broker.port)
    async with listening(broker.port) as (client, heard), asked.running():
        await until(lambda: heard.of("/availability"))
        base = str(heard.messages[-1].topic).rpartition("/")[0]
        await client.publish(f"{base}/acknowledge/set", b"1", qos=1)
        await client.publish("homeassistant/status", "online", qos=1)
        await until(lambda: len(heard.of("/config")) == 2)  # what came after it has been seen
    assert asked.commands.asked == []


async def test_a_wrong_password_is_said_once_and_the_right_one_is_taken(tmp_path, caplog):
    (tmp_path / "broker").mkdir()
    passwords = tmp_path / "broker" / "passwords"
    passwords.write_text("han:secret\n")
    hashed = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", str(passwords))
    assert await hashed.wait() == 0
    passwords.chmod(0o644)
    broker = Broker(tmp_path / "broker", "allow_anonymous false", f"password_file {passwords}")
    broker.start()
    (tmp_path / "password").write_text("secret\n")
    try:
        async with listening(broker.port, username="han", password="secret") as (_, heard):
            async with Running(tmp_path, broker.port, username="han", password="wrong").running():
                await until(lambda: "ot authori" in caplog.text)
                await asyncio.sleep(0.3)
            assert not heard.messages
            assert caplog.text.count("tried again") == 1
            assert "wrong" not in caplog.text
            right = Running(tmp_path, broker.port, username="han", password_file=str(tmp_path / "password"))
            async with right.running():
                await until(lambda: heard.of("/status"))
    finally:
        broker.kill()


def certificate(folder: Path, *, ends: datetime) -> None:
    """A certificate of 127.0.0.1 that nobody else signed, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    begins = datetime.now(UTC) - timedelta(days=30)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "key.pem").chmod(0o644)


# paho leaves a socket to the garbage collector whose handshake has failed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("days", [30, -1])
async def test_tls_is_taken_with_a_certificate_that_holds_and_with_no_other(tmp_path, caplog, days):
    folder = tmp_path / "broker"
    folder.mkdir()
    certificate(folder, ends=datetime.now(UTC) + timedelta(days=days))
    lines = [f"certfile {folder}/certificate.pem", f"keyfile {folder}/key.pem", "allow_anonymous true"]
    broker = Broker(folder, *lines)
    broker.start()
    settings = MqttSettings(
        host="localhost", port=broker.port, tls=True, ca_file=str(folder / "certificate.pem"), topic="han"
    )
    running = Running(tmp_path, broker.port)
    running.link = Mqtt(settings, Timebase(SPEED), Identity(tmp_path), Context(WORDS["nb"]), running.commands)
    context = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with listening(broker.port, tls_context=context) as (_, heard), running.running():
            if days > 0:
                await until(lambda: heard.of("/status"))
            else:
                await until(lambda: "certificate has expired" in caplog.text)
                assert not heard.messages
    finally:
        broker.kill()
        gc.collect()


@pytest.mark.parametrize("answer", ["_on_connect", "_on_subscribe", "_on_unsubscribe", "_on_publish"])
@pytest.mark.parametrize("turns", range(6))
async def test_it_ends_in_whatever_moment_of_the_brokers_answer_it_is_told_to(
    tmp_path, broker, monkeypatch, answer, turns
):
    """Before Python 3.12 asyncio.wait_for loses a cancellation some turns after its answer (python/cpython 86296)."""
    link = Running(tmp_path, broker.port).link
    link.show(situation())
    task = asyncio.ensure_future(link.tasks()["mqtt"]())
    loop, taken = asyncio.get_running_loop(), getattr(aiomqtt.Client, answer)

    def cancel(left: int) -> None:
        loop.call_soon(cancel, left - 1) if left else task.cancel()

    def answered(client: aiomqtt.Client, *told: Any) -> None:
        taken(client, *told)
        if not task.cancelling():
            cancel(turns)

    monkeypatch.setattr(aiomqtt.Client, answer, answered)

    assert await asyncio.wait({task}, timeout=60) == ({task}, set())
    assert task.cancelled()


async def test_it_ends_though_the_broker_hangs(tmp_path, broker, monkeypatch):
    """The library waits for the broker when it takes leave, and its error then must not hide that it is to end."""
    monkeypatch.setattr("appliance.links.mqtt.TIMEOUT_S", 1.0)
    link = Running(tmp_path, broker.port).link
    link.show(situation())
    async with listening(broker.port) as (_, heard):
        task = asyncio.ensure_future(link.tasks()["mqtt"]())
        await until(lambda: heard.of("/status"))
        broker.signal(signal.SIGSTOP)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=60)
        broker.signal(signal.SIGCONT)
        assert done
        assert task.cancelled()


async def test_a_broker_that_hangs_costs_neither_memory_nor_descriptors(tmp_path, broker):
    async with listening(broker.port) as (_, heard), Running(tmp_path, broker.port).running() as link:
        await until(lambda: heard.of("/status"))
        gc.collect()
        before = len(descriptors())
        broker.signal(signal.SIGSTOP)
        try:
            for second in range(2000):
                link.show(situation(START + timedelta(seconds=second), power_import_w=1000.0 + second))
                await asyncio.sleep(0)
            await asyncio.sleep(1)
            assert len(descriptors()) <= before + 4
        finally:
            broker.signal(signal.SIGCONT)
        link.show(situation(START + timedelta(hours=1), power_import_w=4321.0))
        await until(lambda: any(json.loads(one)["power_w"] == 4321 for one in heard.of("/now")))
