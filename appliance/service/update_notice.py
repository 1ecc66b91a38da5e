"""What became of the card's last update, for the panel to name: only when it was not taken, and for a day.

And which version is at hand that is not installed by itself. Root's update writes both down, a while after the program
has started, or when a stick comes; so they are looked at now and then.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.household.situation import Situation
from appliance.service.outputs import Output, Task
from appliance.system.clock import Boot
from appliance.system.health import Fault, FaultKind, Offer
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from appliance.update import outcome
from appliance.update.outcome import Last, Offered
from appliance.words.sentence import Sentence, joined

LOOK_S = 20.0
SHOWN_S = 86_400.0


class UpdateNotice(Output):
    """Shows nothing itself; an update of this boot that was not taken is a fault for a day."""

    name = "updates"

    def __init__(self, folder: Path, boot: Callable[[], Boot], timebase: Timebase, disk: Worker) -> None:
        self._folder = folder
        self._boot_id = boot().boot_id
        self._timebase = timebase
        self._disk = disk
        self._until = timebase.now() + SHOWN_S
        self._last: Last | None = None
        self._offered: Offered | None = None

    def show(self, situation: Situation) -> None:
        """Do nothing."""

    @property
    def offer(self) -> Offer | None:
        """The version that the menu has, if there is one."""
        offered = self._offered
        return None if offered is None else Offer(offered.version, offered.build, offered.older)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The update of this boot that was not taken, if there is one."""
        last = self._last
        if last is None or last.reason is None or last.boot != self._boot_id or self._timebase.now() > self._until:
            return ()
        goes_on = Sentence("{version} goes on", version=last.before)
        return (Fault(FaultKind.UPDATE, joined("; ", (outcome.sentence(last.reason), goes_on))),)

    def tasks(self) -> Mapping[str, Task]:
        """Return the look that is taken now and then."""
        return {"updates": self._look}

    async def _look(self) -> None:
        while True:
            self._last, self._offered = await self._disk.do(
                lambda: (outcome.last(self._folder), outcome.offered(self._folder))
            )
            await self._timebase.sleep(LOOK_S)
