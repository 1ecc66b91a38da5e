"""Carries out what is asked for with the buttons.

The panel knows only that it was asked for. Here it reaches the household, the file of choices and, for switching off,
the system. This program has no right to halt a computer and needs none: it puts an empty file into its runtime
directory, which a unit of the system watches. Where there is no such directory, as on a desk, the answer is no.
"""

import logging
from pathlib import Path

from appliance.household.household import Household
from appliance.panel.menu import Acknowledge, Action, Command, Install, Mute
from appliance.settings.choices import Choices, ChoiceStore
from appliance.system.atomic_file import replace_file
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

SHUTDOWN = "shutdown"
"""The file that `han-appliance-shutdown.path` watches for."""
REQUEST = "update"
"""The file that `han-appliance-update.path` watches for, on the SD card's image; it has the number of a build."""
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
            case Acknowledge(rule, phase):
                self._household.acknowledge(rule, phase)
            case Command.SHUT_DOWN:
                return self._ask_for(SHUTDOWN, "", "switch off")
            case Command.TEST_LAMPS | Command.SET_UP | Command.CHOOSE_COMPANY:
                return False  # the panel does that by itself
            case Install(build):
                return self._ask_for(REQUEST, f"{build}\n", "install another version")
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

    def _ask_for(self, name: str, text: str, what: str) -> bool:
        """Return whether the system is asked, by a file in the runtime directory."""
        if self._runtime is None:
            return False
        try:
            replace_file(self._runtime / name, text.encode("ascii"), 0o640)
        except OSError as error:
            log.warning("cannot %s: %s: %s", what, self._runtime / name, error.strerror)
            return False
        log.warning("asked for with the buttons: %s", what)
        return True
