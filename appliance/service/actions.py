"""What somebody asks for with the buttons, done.

The panel knows only that it was asked for. Here it reaches the household, the file of choices, and, for switching
off, the system: this program has no right to halt a computer and needs none. It puts an empty file into its runtime
directory, which a unit of the system watches; where that directory is not, as on a desk, the answer is no.
"""

import logging
from pathlib import Path

from appliance.household.household import Household
from appliance.panel.menu import Deed, Hush, Order
from appliance.settings.choices import ChoiceKeeper, Choices
from appliance.system.timebase import Timebase

log = logging.getLogger("appliance")

RUNTIME = Path("/run/han-appliance")
SHUTDOWN = "shutdown"
"""The file that `han-appliance-shutdown.path` watches for."""
HUSH_S = 3600.0


class Deeds:
    """Does what is asked for."""

    def __init__(self, household: Household, chosen: ChoiceKeeper, timebase: Timebase, runtime: Path | None) -> None:
        """Deeds for this household; without a `runtime` directory nothing can be switched off."""
        self._household = household
        self._chosen = chosen
        self._timebase = timebase
        self._runtime = runtime

    def do(self, deed: Deed) -> bool:
        """Do it; whether it could be done."""
        match deed:
            case Order.ACKNOWLEDGE:
                self._household.acknowledge()
            case Order.SHUT_DOWN:
                return self._shut_down()
            case Order.TEST_LAMPS:
                return False  # the panel does that by itself
            case Hush():
                self._household.hush(self._until(deed))
            case Choices():
                self._chosen.choose(deed)
        return True

    def _until(self, hush: Hush) -> float | None:
        now = self._timebase.now()
        match hush:
            case Hush.OFF:
                return None
            case Hush.HOUR:
                return now + HUSH_S
            case Hush.MORNING:
                return self._household.morning(now)

    def _shut_down(self) -> bool:
        if self._runtime is None:
            return False
        try:
            (self._runtime / SHUTDOWN).touch()
        except OSError as trouble:
            log.warning("cannot switch off: %s: %s", self._runtime / SHUTDOWN, trouble.strerror)
            return False
        log.warning("switching off, as asked for with the buttons")
        return True
