"""Carries out what is asked for with the buttons.

The panel knows only that it was asked for. Here it reaches the household, the file of choices and, for switching off,
the system. This program has no right to halt a computer and needs none: it puts an empty file into its runtime
directory, which a unit of the system watches. Where there is no such directory, as on a desk, the answer is no.
"""

import logging
from pathlib import Path

from appliance.household.household import Household
from appliance.panel.menu import Action, Command, Mute
from appliance.settings.choices import Choices, ChoiceStore
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

RUNTIME = Path("/run/han-appliance")
SHUTDOWN = "shutdown"
"""The file that `han-appliance-shutdown.path` watches for."""
MUTE_S = 3600.0


class Actions:
    """Carries out what was asked for with the buttons."""

    def __init__(
        self, household: Household, choices_store: ChoiceStore, timebase: Timebase, runtime: Path | None
    ) -> None:
        """Take the household and the choices to act on; without a `runtime` directory nothing can be switched off."""
        self._household = household
        self._choices = choices_store
        self._timebase = timebase
        self._runtime = runtime

    def do(self, action: Action) -> bool:
        """Carry out an action. Return whether it could be done."""
        match action:
            case Command.ACKNOWLEDGE:
                self._household.acknowledge()
            case Command.SHUT_DOWN:
                return self._shut_down()
            case Command.TEST_LAMPS:
                return False  # the panel does that by itself
            case Mute():
                self._household.mute(self._until(action))
            case Choices():
                self._choices.choose(action)
        return True

    def _until(self, mute: Mute) -> float | None:
        now = self._timebase.now()
        match mute:
            case Mute.OFF:
                return None
            case Mute.HOUR:
                return now + MUTE_S
            case Mute.MORNING:
                return self._household.morning(now)

    def _shut_down(self) -> bool:
        if self._runtime is None:
            return False
        try:
            (self._runtime / SHUTDOWN).touch()
        except OSError as error:
            log.warning("cannot switch off: %s: %s", self._runtime / SHUTDOWN, error.strerror)
            return False
        log.warning("switching off, as asked for with the buttons")
        return True
