"""One page fetched by HTTP/1.1: a single GET that may take only so long and have only so many octets.

The protocol is h11's; the standard library's client would add more to the resident memory than the whole page of
`[web]`. A certificate is always checked. A redirection is not followed: where it leads to is a setting.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import h11

from appliance import __version__

LONGEST_S = 30.0
"""A fetch may take, from the name's resolution to the last octet."""
MOST_OCTETS = 100_000
LONGEST_HEAD = 16_384
_READ = 8192


class FetchError(Exception):
    """It could not be fetched; one sentence."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer."""

    status: int
    body: bytes


class Answer(Protocol):
    """Takes an answer while it comes."""

    def begins(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """Take its beginning; the headers' names are in small letters. Raise FetchError when it is not wanted."""

    async def adds(self, octets: bytes) -> None:
        """Take the next octets. Raise FetchError, which ends it, or OSError."""


async def fetch(url: str, longest_s: float = LONGEST_S) -> Fetched:
    """Return the answer to a GET. Raise FetchError."""
    answer = _InMemory(urlsplit(url).hostname or "")
    await exchange(url, answer, longest_s)
    return Fetched(answer.status, bytes(answer.body))


class _InMemory(Answer):
    """A small answer."""

    def __init__(self, host: str) -> None:
        self.status, self.body = 0, bytearray()
        self._host = host

    def begins(self, status: int, headers: Mapping[bytes, bytes]) -> None:  # noqa: ARG002 - any answer is wanted
        self.status = status

    async def adds(self, octets: bytes) -> None:
        self.body += octets
        if len(self.body) > MOST_OCTETS:
            raise FetchError(f"{self._host} answers more than {MOST_OCTETS // 1000} kB")


async def exchange(url: str, answer: Answer, longest_s: float = LONGEST_S, *, start: int = 0) -> None:
    """Send a GET, for what is at `url` from the octet `start` on, and hand the answer on. Raise FetchError.

    OSError is the answer's own. A server may answer with the whole all the same (RFC 9110, section 14.2).
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    try:
        async with asyncio.timeout(longest_s):
            # In a thread, for it reads the system's list of those who sign certificates.
            context = await asyncio.to_thread(ssl.create_default_context) if secure else None
            port = parts.port or (443 if secure else 80)
            reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=_READ)
            try:
                await _exchange(reader, writer, parts.netloc, parts.path or "/", answer, start)
            finally:
                writer.transport.abort()
    except TimeoutError:
        raise FetchError(f"{host} has not answered within {longest_s:g} s") from None
    except ssl.SSLCertVerificationError as error:
        raise FetchError(f"{host}: its certificate is not to be trusted: {error.verify_message}") from None
    except OSError as error:
        raise FetchError(f"{host} cannot be reached: {error.strerror or error}") from None
    except h11.RemoteProtocolError as error:
        raise FetchError(f"{host} does not answer as a web server does: {error}") from None
    except ValueError as error:
        raise FetchError(f"{host} cannot be asked: {error}") from None


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str, answer: Answer, start: int
) -> None:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
    headers = [
        ("Host", host),
        ("User-Agent", f"han-appliance/{__version__}"),
        ("Accept", "application/json, */*;q=0.5"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        *((("Range", f"bytes={start}-"),) if start else ()),
    ]
    for event in (h11.Request(method="GET", target=path, headers=headers), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                octets = b""
                with contextlib.suppress(ssl.SSLError):  # the end of a connection without taking leave
                    octets = await reader.read(_READ)
                connection.receive_data(octets)
            case h11.Response() as response:
                answer.begins(response.status_code, dict(response.headers))
            case h11.Data() as data:
                await answer.adds(bytes(data.data))
            case h11.EndOfMessage():
                return
            case h11.ConnectionClosed() | h11.PAUSED:
                raise FetchError(f"{host} ended the connection before its answer was whole")
            case _:
                pass  # an answer of the 100s, before the real one
