"""The local socket as an output: it answers with the newest situation, and hands requests to whom they concern."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from appliance.household.situation import Situation
from appliance.service import local_socket, status
from appliance.service.outputs import Output, Task
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

Handler = Callable[[Any], Awaitable[local_socket.Request]]
"""Takes what a request brings, and returns the answer."""


class StatusSocket(Output):
    """Answers other programs of this machine."""

    name = "local socket"

    def __init__(self, folder: Path, timebase: Timebase, runtime: Path | None = None) -> None:
        """Make a socket in `folder`; it answers `status`, and what `handlers` has.

        The one in `runtime` is the same; a command finds it whatever the settings file says of the folder.
        """
        self.handlers: dict[str, Handler] = {}
        """By the name of the request."""
        self._folder = folder
        self._runtime = None if runtime == folder else runtime
        self._timebase = timebase
        self._situation: Situation | None = None

    def show(self, situation: Situation) -> None:
        """Keep the situation for whoever asks."""
        self._situation = situation

    def tasks(self) -> Mapping[str, Task]:
        """Return the tasks that answer."""
        tasks: dict[str, Task] = {self.name: partial(self._run, self._folder)}
        if self._runtime is not None:
            tasks["runtime socket"] = partial(self._run, self._runtime)
        return tasks

    async def _run(self, folder: Path) -> None:
        """Answer, if there can be a socket; the appliance does without."""
        try:
            await local_socket.serve(folder / local_socket.SOCKET, self._answer)
        except OSError as error:
            log.warning("no local socket in %s: %s", folder, error.strerror or error)

    async def _answer(self, request: local_socket.Request) -> local_socket.Request:
        if status.STATUS in request:
            return status.answer(self._situation, self._timebase.now())
        for name, handler in self.handlers.items():
            if name in request:
                return await handler(request[name])
        known = ", ".join(self.handlers)
        return {"error": f"the running appliance knows {known} and {status.STATUS} only"}
