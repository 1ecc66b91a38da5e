"""Whether the Pi's supply fell while the appliance ran: the commonest fault of a Pi, and what wears its card out.

A dip that was there at the first look is told by the doctor alone: plugging in makes one. A later one is a fault for a
day, for the image's driver remembers a dip until the machine starts anew, and a lamp that flashed as long would be one
that nobody looks at. The kernel's own driver remembers for two seconds, so of short dips some are missed with it.
"""

from collections.abc import Callable, Mapping

from appliance.household.situation import Situation
from appliance.service.outputs import Output, Task
from appliance.system.board import undervoltage
from appliance.system.health import Fault, FaultKind
from appliance.system.timebase import Timebase

LOOK_S = 10.0
SHOWN_S = 86_400.0


class SupplyWatch(Output):
    """Shows nothing itself; looks at the supply now and then."""

    name = "supply"

    def __init__(self, timebase: Timebase, low: Callable[[], bool | None] = undervoltage) -> None:
        """Ask `low` whether the supply was too low; `None` where nothing tells."""
        self._timebase = timebase
        self._low = low
        self._was_low: bool | None = None
        self._until = float("-inf")

    def show(self, situation: Situation) -> None:
        """Do nothing."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The dip of the last day, if there was one."""
        return (Fault(FaultKind.SUPPLY),) if self._timebase.now() < self._until else ()

    def tasks(self) -> Mapping[str, Task]:
        """Return the look that is taken now and then."""
        return {self.name: self._look}

    async def _look(self) -> None:
        while True:
            low = self._low()
            if low and self._was_low is False:
                self._until = self._timebase.now() + SHOWN_S
            if low is not None:
                self._was_low = low
            await self._timebase.sleep(LOOK_S)
