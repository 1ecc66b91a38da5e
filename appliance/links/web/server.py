"""HTTP/1.1 for a few clients at once, of whom some are slow, some are many and some mean no good.

The protocol is h11's, which does no input or output; here is the rest: who is let in, how long anybody may take, and
how much anybody may send. Requests are answered one after another, and not more of them than a household has, so that a
flood is slow and not the panel. A client that breaks the protocol is told so once and left.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import h11

log = logging.getLogger(__name__)

LONGEST_HEAD = 8192
"""Octets of a request's line and headers."""
MOST_HEADERS = 64
LONGEST_BODY = 1024
HEAD_S = 10.0
"""How long a client may take to send a request, and how long a connection may rest."""
DRAIN_S = 10.0
"""How long it may take before it has taken what waits for it."""
MOST_WAITING = 32_768
"""Octets that may wait for a client."""
BREATH_S = 0.002
"""Between two requests, so that the panel comes first."""
AT_ONCE, A_SECOND = 40, 4.0
"""Requests that are answered with no more than a breath between them (ten browsers that open the page), and how many a
second from then on: a flood of them is slow, and not the panel."""
ACCEPT_PAUSE_S = 1.0
MOST_SENT_AWAY, SEND_AWAY_S = 16, 1.0
"""Clients that are told at the same time that there are enough, and how long each may take to hear it."""
ENOUGH = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 52\r\ncontent-type: text/plain\r\nretry-after: 5\r\n"
    b"connection: close\r\n\r\ntoo many connections at once; come back in a moment\n"
)
MOST_REQUESTS = 100
"""On one connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, whole."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""
    body: bytes = b""
    peer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer: octets, or parts that come with time."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parts: AsyncGenerator[bytes, None] | None = None


Answer = Callable[[Request], Awaitable[Response]]
Admits = Callable[[Request], Awaitable[Response | None]]
"""Returns why a request is not answered, in its time; `None` where it is."""


class Server:
    """Listens on one address, and answers as `answer` says."""

    def __init__(self, answer: Answer, admits: Admits, connections: int) -> None:
        """Serve at most so many connections at once, those that `admits` lets in."""
        self._answer = answer
        self._admits = admits
        self._connections = connections
        self._attended: set[asyncio.Task[None]] = set()
        self._sent_away: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._pace = Pace()

    async def serve(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        """Answer until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    client, _ = await loop.sock_accept(listener)
                except OSError:  # no descriptor is left, or the client has gone already
                    await asyncio.sleep(ACCEPT_PAUSE_S)
                    continue
                client.setblocking(False)
                if len(self._attended) < self._connections:
                    tasks, coming = self._attended, self._attend(client, context)
                elif len(self._sent_away) < MOST_SENT_AWAY:
                    tasks, coming = self._sent_away, _send_away(client)
                else:
                    _turn_away(client)
                    continue
                task = asyncio.create_task(coming)
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        finally:
            for task in (*self._attended, *self._sent_away):
                task.cancel()

    async def _attend(self, client: socket.socket, context: ssl.SSLContext | None) -> None:
        """Converse with a client, once its handshake has come to an end: that counts as a connection too."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=LONGEST_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport: asyncio.Transport | None = None
        try:
            handshake_s = None if context is None else HEAD_S
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, client, ssl=context, ssl_handshake_timeout=handshake_s
            )
            transport.set_write_buffer_limits(high=MOST_WAITING)
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            await self._converse(_Connection(reader, writer))
        except (OSError, TimeoutError, h11.LocalProtocolError):
            pass  # it has gone, or takes too long
        except Exception:
            log.exception("a request failed; the others go on")
        finally:
            if transport is None:
                client.close()
            else:
                transport.abort()

    async def _converse(self, connection: "_Connection") -> None:
        for _ in range(MOST_REQUESTS):
            try:
                request = await connection.request()
            except h11.RemoteProtocolError as error:
                await connection.refuse(error.error_status_hint, "this is no request that is understood here")
                return
            if request is None:
                return
            response = await self._admits(request)
            async with self._turn:
                await asyncio.sleep(self._pace.wait_s(time.monotonic()))
                response = response or await self._answer(request)
            await connection.send(request, response)
            if not connection.goes_on():
                return


class Pace:
    """Lets `AT_ONCE` through, and after them `A_SECOND`; who pauses may come at once again.

    This is the Generic Cell Rate Algorithm (ITU-T I.371, annex A): one moment is all that is kept.
    """

    def __init__(self) -> None:
        self._due_s = 0.0
        """When the next would come if all had kept the pace."""

    def wait_s(self, now_s: float) -> float:
        """Return how long one that comes now has to wait, s; at least a breath."""
        self._due_s = max(self._due_s, now_s) + 1 / A_SECOND
        return max(BREATH_S, self._due_s - AT_ONCE / A_SECOND - now_s)


class _Connection:
    """One client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        peer = writer.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""

    async def request(self) -> Request | None:
        """Return the next request; `None` when the client has gone. Raise h11.RemoteProtocolError and TimeoutError."""
        async with asyncio.timeout(HEAD_S):
            head = await self._event()
            if not isinstance(head, h11.Request):
                return None
            if len(head.headers) > MOST_HEADERS:
                raise h11.RemoteProtocolError("too many headers", error_status_hint=431)
            body = b""
            while isinstance(event := await self._event(), h11.Data):
                body += bytes(event.data)
                if len(body) > LONGEST_BODY:
                    raise h11.RemoteProtocolError("too long a body", error_status_hint=413)
        path, _, query = head.target.decode("ascii", "replace").partition("?")
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        return Request(
            method=head.method.decode("ascii"), path=path, query=query, headers=headers, body=body, peer=self._peer
        )

    async def send(self, request: Request, response: Response) -> None:
        """Send an answer. Raise OSError and TimeoutError."""
        headers = dict(response.headers)
        if response.parts is None:
            headers["content-length"] = str(len(response.body))
        await self._send(h11.Response(status_code=response.status, headers=list(headers.items())))
        if request.method != "HEAD":
            if response.parts is None:
                await self._send(h11.Data(data=response.body))
            else:
                async with contextlib.aclosing(response.parts) as parts:
                    async for part in parts:
                        await self._send(h11.Data(data=part))
        await self._send(h11.EndOfMessage())

    def goes_on(self) -> bool:
        """Return whether another request may come."""
        if self._protocol.our_state is not h11.DONE or self._protocol.their_state is not h11.DONE:
            return False
        self._protocol.start_next_cycle()
        return True

    async def refuse(self, status: int, sentence: str) -> None:
        """Say why there is no answer, and no more."""
        text = f"{sentence}\n".encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"content-type: text/plain\r\ncontent-length: {len(text)}\r\n"
            "retry-after: 5\r\nconnection: close\r\n\r\n"
        )
        self._writer.write(head.encode() + text)
        async with asyncio.timeout(DRAIN_S):
            await self._writer.drain()
            self._writer.write_eof() if self._writer.can_write_eof() else None

    async def _event(self) -> object:
        while True:
            event = self._protocol.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._protocol.they_are_waiting_for_100_continue:
                await self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._protocol.receive_data(await self._reader.read(LONGEST_HEAD))

    async def _send(self, event: h11.Event) -> None:
        octets = self._protocol.send(event)
        if octets:
            self._writer.write(octets)
            async with asyncio.timeout(DRAIN_S):
                await self._writer.drain()


async def _send_away(client: socket.socket) -> None:
    """Tell a client that comes when there are enough to come back, and let it hear that before it is left."""
    loop = asyncio.get_running_loop()
    with client, contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(SEND_AWAY_S):
            await loop.sock_sendall(client, ENOUGH)
            client.shutdown(socket.SHUT_WR)
            while await loop.sock_recv(client, LONGEST_HEAD):
                pass


def _turn_away(client: socket.socket) -> None:
    """Tell a client the same and leave it at once: it hears it only if it has asked already, or does not ask."""
    with client, contextlib.suppress(OSError):
        client.send(ENOUGH)
        client.shutdown(socket.SHUT_WR)
        client.recv(LONGEST_HEAD)


def listening_socket(address: str, port: int, interface: str | None) -> socket.socket:
    """Return a socket that listens on an address, by one interface or all. Raise OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if interface is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        made.bind((address, port))
        made.listen(64)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
