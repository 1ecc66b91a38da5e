"""The connection to a broker: kept up for years, with growing pauses while there is none.

While the broker is away readings are not kept, they are of no use later; hours wait in the history, and are sent in
their order when it is back. Each message is waited for, so that a broker which takes nothing is left after a while and
nothing piles up. What comes in is the birth of Home Assistant, upon which all is sent again, and, only if the settings
allow it, commands: a retained one is somebody's old wish and does nothing.
"""

import asyncio
import contextlib
import logging
import random
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path

import aiomqtt

from appliance.household.situation import Situation
from appliance.links.identity import Identity
from appliance.links.link import Commands, Context, Link, Task
from appliance.links.messages import NONE, Messages
from appliance.settings.model import MqttSettings
from appliance.system.atomic_file import read_small_file
from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)
_library_log = logging.getLogger(f"{__name__}.library")
_library_log.setLevel(logging.CRITICAL)  # what it has to say ends in an exception too, or is a flood of others

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
TIMEOUT_S = 10.0
"""How long the broker may take for anything."""
KEEPALIVE_S = 30
MOST_COMMANDS = 16
"""Commands that wait; more than these are thrown away."""
COMMAND_PAUSE_S = 0.5
"""Between two commands that are carried out."""
LEAVE_S = 1.0
"""How long the end of the program waits for its last message."""
LIMITS_KW = (0.5, 100.0)
NO_DELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
"""Without it a message waits until the broker's system has acknowledged the one before, 40 ms later (RFC 9293, 3.7.4),
and comes in the way of the next list."""


class Mqtt(Link):
    """The appliance at a broker."""

    name = "mqtt"

    def __init__(
        self, settings: MqttSettings, timebase: Timebase, identity: Identity, context: Context, commands: Commands
    ) -> None:
        """Take what the broker is, and the appliance's name to it; `commands` carries out what comes."""
        self._settings = settings
        self._timebase = timebase
        self._identity = identity
        self._messages = Messages(settings, identity, context)
        self._commands = commands
        self._situation: Situation | None = None
        self._news = asyncio.Event()
        self._said = SayOnce(log)

    def show(self, situation: Situation) -> None:
        """Keep the situation, and wake the task."""
        self._situation = situation
        self._news.set()

    def apply(self, context: Context) -> None:
        """Speak by other words, and tell of another limit, from now on."""
        self._messages.apply(context)

    def tasks(self) -> Mapping[str, Task]:
        """Return the task that keeps the connection."""
        return {self.name: self._run}

    async def _run(self) -> None:
        await self._ready()
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            try:
                await self._serve(backoff)
            except* (aiomqtt.MqttError, OSError, ValueError) as errors:
                self._said.warn(f"{self._place}: {_reason(errors)}; it is tried again, and the hours wait")
            _heed_cancellation()  # the library's own error, while it took leave, has hidden it
            # Not all of a street at once when the power is back.
            await self._timebase.sleep(backoff.pause_s() * random.uniform(0.7, 1.3))

    async def _ready(self) -> None:
        """Wait until a meter was heard: the topics have its name."""
        while self._situation is None or not self._messages.heard(self._situation, self._timebase.now()):
            self._news.clear()
            await self._news.wait()

    async def _serve(self, backoff: Backoff) -> None:
        """Connect, and send what there is until the connection is lost. Raise an ExceptionGroup."""
        async with asyncio.TaskGroup() as tasks:
            secrets = await asyncio.to_thread(_secrets, self._settings)
            async with self._client(*secrets) as client:
                await self._had(client)
                await self._subscribe(client)
                self._messages.again()
                backoff.reset()
                self._said.over(f"{self._place}: connected")
                receiving = tasks.create_task(self._receive(client))
                try:
                    await self._send(client)
                except asyncio.CancelledError:
                    will = self._messages.will()  # which a broker says only of those who do not take leave
                    with contextlib.suppress(aiomqtt.MqttError):
                        await client.publish(will.topic, will.payload, qos=0, retain=True, timeout=LEAVE_S)
                    raise
                finally:
                    receiving.cancel()

    @property
    def _place(self) -> str:
        return f"the broker {self._settings.host}:{self._settings.port_in_use}"

    def _client(self, password: str | None, context: ssl.SSLContext | None) -> aiomqtt.Client:
        """Return a client that is not connected yet."""
        settings, will = self._settings, self._messages.will()
        return aiomqtt.Client(
            settings.host or "",
            settings.port_in_use,
            username=settings.username,
            password=password,
            identifier=f"han-{will.topic.split('/')[-2]}",
            will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
            tls_context=context,
            timeout=TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            max_queued_incoming_messages=MOST_COMMANDS,
            clean_session=True,
            socket_options=[NO_DELAY],
            logger=_library_log,
        )

    async def _had(self, client: aiomqtt.Client) -> None:
        """Take the registers that the broker has: what it keeps of a topic comes before it lets go of it."""
        topic = f"{self._messages.base}/energy"
        await client.subscribe(topic, qos=1)
        await client.unsubscribe(topic)
        for _ in range(len(client.messages)):
            message = await anext(client.messages)
            if str(message.topic) == topic and isinstance(message.payload, bytes):
                self._messages.hold(message.payload)

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        base = self._messages.base
        if self._settings.discovery != NONE:
            await client.subscribe(f"{self._settings.discovery}/status", qos=1)
        if self._settings.commands:
            await client.subscribe(f"{base}/+/set", qos=1)

    async def _send(self, client: aiomqtt.Client) -> None:
        """Send what is due with each situation, each message once the broker has the one before."""
        while True:
            if self._situation is not None:
                for message in self._messages.due(self._situation, self._timebase.now()):
                    await client.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)
                    _heed_cancellation()
            if self._identity.is_new:
                await asyncio.to_thread(self._identity.keep)
            _heed_cancellation()
            await self._news.wait()
            self._news.clear()

    async def _receive(self, client: aiomqtt.Client) -> None:
        """Take what comes from the broker."""
        base = self._messages.base
        async for message in client.messages:
            topic, payload = str(message.topic), message.payload
            octets = payload if isinstance(payload, bytes) else b""
            if topic == f"{self._settings.discovery}/status":
                if octets == b"online" and not message.retain:
                    self._messages.again()
                    self._news.set()
            elif not message.retain and self._settings.commands:
                self._command(topic.removeprefix(f"{base}/").removesuffix("/set"), octets)
                await self._timebase.sleep(COMMAND_PAUSE_S)

    def _command(self, what: str, octets: bytes) -> None:
        """Carry out a command that makes sense."""
        done = False
        match what, octets:
            case "acknowledge", b"1":
                done = self._commands.acknowledge()
            case "quiet", b"ON" | b"OFF":
                done = self._commands.quiet(on=octets == b"ON")
            case "limit", b"":
                done = self._commands.limit(None)
            case "limit", _ if (limit_kw := _number(octets)) is not None:
                done = self._commands.limit(limit_kw)
        log.info("%s: %s by MQTT: %s", what[:20], octets[:20], "done" if done else "not done")


def _secrets(settings: MqttSettings) -> tuple[str | None, ssl.SSLContext | None]:
    """Return the password, and what TLS goes by: in a thread, for it reads files. Raise OSError, ValueError."""
    password = settings.password
    if settings.password_file is not None:
        password = read_small_file(Path(settings.password_file), follow=True).decode().strip("\r\n")
    if not settings.tls:
        return password, None
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.certificate is not None:
        context.load_cert_chain(settings.certificate, settings.certificate_key)
    return password, context


def _heed_cancellation() -> None:
    """Raise CancelledError when this task has been cancelled, also where nobody else has said so.

    Before Python 3.12 asyncio.wait_for, by which the library waits for the broker, loses a cancellation that comes in
    the moment of the broker's answer (python/cpython issue 86296): the program would never end.
    """
    if (task := asyncio.current_task()) is not None and task.cancelling():
        raise asyncio.CancelledError


def _number(octets: bytes) -> float | None:
    """Return the limit that a command asks for, kW; `None` for what is none."""
    try:
        value = float(octets.decode("ascii"))
    except ValueError:
        return None
    low, high = LIMITS_KW
    return value if low <= value <= high else None


def _reason(errors: BaseExceptionGroup[BaseException]) -> str:
    """Return the first reason in a group, in one line."""
    first: BaseException = errors
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return str(first) or type(first).__name__
