"""What a situation is shown to: the front panel, systemd's status line, the local socket, and whatever link comes next.

An output gets every situation and may be slow, missing or wrong without another output noticing: `show` is called
under guard, and each of its tasks is restarted by itself. To add one, write a class in a file of its own and name it in
`wiring`.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping

from appliance.household.situation import Situation
from appliance.service.status_text import one_line
from appliance.settings.choices import Choices
from appliance.settings.policies import Policies
from appliance.system.health import Fault
from appliance.system.service_manager import STATUS_S, ServiceManager

Task = Callable[[], Awaitable[None]]


class Output(ABC):
    """One that shows situations. All calls come from the event loop; none may block."""

    name = "output"
    """In sentences: "the panel failed"."""

    @abstractmethod
    def show(self, situation: Situation) -> None:
        """Show a situation: half a second after the last one at the latest, and at once when a reading came."""

    def apply(self, policies: Policies, choices: Choices) -> None:  # noqa: B027 - most outputs have nothing to change
        """Go by other settings and choices from now on."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with it at this moment, for the panel to name."""
        return ()

    def tasks(self) -> Mapping[str, Task]:
        """Return what is to run for as long as the appliance does, by the name that a failure of it gets."""
        return {}


class StatusLine(Output):
    """How the appliance is in one line, for `systemctl status`."""

    name = "status"

    def __init__(self, manager: ServiceManager) -> None:
        self._manager = manager
        self._situation: Situation | None = None
        self._first = asyncio.Event()

    def show(self, situation: Situation) -> None:
        """Keep the situation for the next line."""
        self._situation = situation
        self._first.set()

    def tasks(self) -> Mapping[str, Task]:
        """Return the task that sends the line."""
        return {self.name: self._run}

    async def _run(self) -> None:
        await self._first.wait()
        while True:
            if self._situation is not None:
                self._manager.status(one_line(self._situation))
            await asyncio.sleep(STATUS_S)


class Watch(Output):
    """Hands each situation to a function: the demonstration and the tests look on."""

    name = "watch"

    def __init__(self, call: Callable[[Situation], None]) -> None:
        self._call = call

    def show(self, situation: Situation) -> None:
        """Hand the situation on."""
        self._call(situation)
