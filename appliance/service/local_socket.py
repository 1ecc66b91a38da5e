"""The local socket: how another command on the same machine asks the running appliance.

One JSON object a line each way, over a Unix socket in the data folder. Whoever may write there may ask; nothing listens
on a network. The command line uses it where two programs must not write one file or read one port. What is asked is in
`correct_hour` (`set_hour`) and `status` (`status`); an answer with the key `error` is a refusal in one sentence.

A client may be slow, mute or malicious: a request has a longest time and length, an answer has a time in which it must
be taken, and only a few clients are attended to at once.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

SOCKET = "control.sock"
LONGEST_LINE = 65_536
REQUEST_S = 5.0
"""How long a client may take to send its request, and to take the answer."""
ANSWER_S = 20.0
"""How long a client waits for the appliance: a slow card may have to write first."""
MOST_CLIENTS = 8
"""At once; each costs a descriptor, of which the history and the devices need some too."""

Request = Mapping[str, Any]
Handler = Callable[[Request], Awaitable[Request]]


class ControlError(Exception):
    """The running appliance did not answer, or refused; one sentence."""


async def serve(path: Path, answer: Handler) -> None:
    """Answer requests on a socket at `path` until cancelled; replace one that a dead process left.

    Raise OSError when the socket cannot be made.
    """
    attended: set[asyncio.Task[None] | None] = set()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        attended.add(task := asyncio.current_task())
        try:
            busy = len(attended) > MOST_CLIENTS
            reply = {"error": "too many ask at once; try again"} if busy else await _answered(reader, answer)
            writer.write(msgspec.json.encode(reply) + b"\n")
            async with asyncio.timeout(REQUEST_S):
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError):
            pass  # it has gone, or does not take its answer
        finally:
            attended.discard(task)
            writer.transport.abort()

    server = await asyncio.start_unix_server(attend, sock=_bound(path), limit=LONGEST_LINE)
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        # Not serve_forever: from Python 3.12 on its end waits for the clients, and a mute one has time.
        server.close()
        for task in attended:
            if task is not None:
                task.cancel()


def _bound(path: Path) -> socket.socket:
    """Return a socket at `path` that user and group may speak to."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    bound = socket.socket(socket.AF_UNIX)
    try:
        bound.bind(str(path))
        path.chmod(0o660)
    except OSError:
        bound.close()
        raise
    return bound


async def _answered(reader: asyncio.StreamReader, answer: Handler) -> Request:
    try:
        async with asyncio.timeout(REQUEST_S):
            request = msgspec.json.decode(await reader.readline())
    except (ValueError, TimeoutError, RecursionError):
        return {"error": "a request is one line of JSON"}
    if not isinstance(request, dict):
        return {"error": "a request is a JSON object"}
    return await answer(request)


def ask(path: Path, request: Request) -> Request | None:
    """Return the running appliance's answer; `None` when none is running. Raise ControlError."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise ControlError(f"{path}: {error.strerror}; may this user speak to the appliance?") from None
        try:
            with contextlib.suppress(BrokenPipeError):  # one that is sent away at once is told why
                line.sendall(msgspec.json.encode(request) + b"\n")
            with line.makefile("rb") as answered:
                answer = msgspec.json.decode(answered.readline())
        except (OSError, ValueError):
            raise ControlError(f"{path}: the running appliance did not answer; try again") from None
    if not isinstance(answer, dict):
        raise ControlError(f"{path}: whatever answers there is not the appliance")
    if "error" in answer:
        raise ControlError(answer["error"])
    return dict(answer)
