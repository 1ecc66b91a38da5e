"""Running until a signal asks for the end."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from typing import Any


def run_until_signal(work: Coroutine[Any, Any, None], reload: Callable[[], None] | None = None) -> None:
    """Run until it ends, or SIGINT or SIGTERM asks for the end; SIGHUP asks to `reload`."""

    async def watched() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for told in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(told, task.cancel)
        if reload is not None:
            loop.add_signal_handler(signal.SIGHUP, reload)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(watched())
