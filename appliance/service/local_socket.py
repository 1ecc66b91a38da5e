"""The local socket: how another command on the same machine asks the running appliance.

One JSON object a line each way, over a Unix socket in the data folder. Whoever may write there may ask; nothing listens
on a network. The command line uses it where two programs must not write one file or read one port. What is asked is in
`correct_hour` (`set_hour`) and `status` (`status`); an answer with the key `error` is a refusal in one sentence.

A client may be slow, mute or malicious: a request has a longest time and length, an answer has a time in which it must
be taken, and only a few clients are attended to at once.
"""

import asyncio
import contextlib
import logging
import socket
import stat
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

log = logging.getLogger(__name__)

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


class NotAllowedError(ControlError):
    """The socket is there, and not for this user."""


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
    try:
        return await answer(request)
    except Exception:  # whoever asks gets an answer, and the mistake is ours
        log.exception("a request on the local socket failed")
        return {"error": "the running appliance failed to answer; its log tells more"}


def ask(path: Path, request: Request) -> Request | None:
    """Return the running appliance's answer; `None` when none is running. Raise ControlError.

    A link in the socket's place is no socket: root asks too, and the folder is the appliance's.
    """
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        try:
            if not stat.S_ISSOCK(path.lstat().st_mode):
                return None
            line.connect(str(path))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            return None
        except PermissionError:
            raise NotAllowedError(
                f"{path}: this user may not speak to the appliance; "
                "'sudo adduser $USER han-appliance' lets it, once it has logged in again"
            ) from None
        except (OSError, ValueError) as error:
            raise ControlError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
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


def ask_any(paths: Iterable[Path], request: Request) -> tuple[Path, Request] | None:
    """Return the first answer that any of these sockets gives, and which it was; `None` when none is running.

    Raise ControlError for a refusal, and for a socket that this user may not use where no other answers.
    """
    refused = None
    for path in paths:
        try:
            answer = ask(path, request)
        except NotAllowedError as error:
            refused = refused or error
        else:
            if answer is not None:
                return path, answer
    if refused is not None:
        raise refused
    return None
