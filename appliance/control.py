"""The local socket: how another command on the same machine asks the running appliance.

One JSON object a line each way, over a Unix socket in the data folder. Whoever may write there may ask; nothing listens
on a network. The command line uses it where two programs must not write one file.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

SOCKET = "control.sock"
LONGEST_LINE = 65_536
ANSWER_S = 20.0

Request = Mapping[str, Any]
Handler = Callable[[Request], Awaitable[Request]]


class ControlError(Exception):
    """The running appliance did not answer, or refused; one sentence."""


async def serve(path: Path, answer: Handler) -> None:
    """Answer requests on a socket at `path` until cancelled; one that a dead process left is replaced.

    Raises OSError when the socket cannot be made.
    """

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            writer.write(json.dumps(await _answered(reader, answer)).encode() + b"\n")
            await writer.drain()

    server = await asyncio.start_unix_server(attend, sock=_bound(path), limit=LONGEST_LINE)
    async with server:
        await server.serve_forever()


def _bound(path: Path) -> socket.socket:
    """A socket at `path` that user and group may speak to."""
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
        async with asyncio.timeout(ANSWER_S):
            request = json.loads(await reader.readline())
    except (ValueError, TimeoutError):
        return {"error": "a request is one line of JSON"}
    if not isinstance(request, dict):
        return {"error": "a request is a JSON object"}
    return await answer(request)


def ask(path: Path, request: Request) -> Request | None:
    """The running appliance's answer; `None` when none is running. Raises ControlError."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as trouble:
            raise ControlError(f"{path}: {trouble.strerror}; may this user speak to the appliance?") from None
        try:
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answered:
                answer = json.loads(answered.readline())
        except (OSError, ValueError):
            raise ControlError(f"{path}: the running appliance did not answer; try again") from None
    if "error" in answer:
        raise ControlError(answer["error"])
    return dict(answer)
