"""The battery clock's part in the appliance: it tells the time once after a start, and is set when the time is certain.

Its time holds until the first clock that the meter or a network sends, and is no evidence against either: a chip that
was set by another machine must not make the meter's clock look wrong. It is set only by what was confirmed since the
start, never by itself.
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from appliance.household.household import Household
from appliance.system.battery_clock import BatteryClock, NoClockError
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""How often it looks whether the time is certain by now."""
PERIOD_S = 3600.0
"""Between two looks at a chip that is right."""
WORTH_SETTING = timedelta(seconds=5)
"""A meter's clock and the way of its lists are good for a few seconds, and the chip for a minute in a year."""
TRIES, PAUSE_S = 3, 2.0
"""A bus that is disturbed at the start is read again."""


class BatteryKeeper:
    """Reads the chip once and keeps it right."""

    def __init__(self, chip: BatteryClock, household: Household, timebase: Timebase, worker: Worker) -> None:
        """Keep `chip`, which `worker` speaks with."""
        self._chip = chip
        self._household = household
        self._timebase = timebase
        self._worker = worker

    async def run(self) -> None:
        """Tell the time, then keep the chip right until cancelled; without a chip, return at once."""
        try:
            if (utc := await self._read()) is None:
                log.info("the battery clock is not set yet: its time is not used")
            elif self._household.battery_clock(utc, self._timebase.now()):
                log.info("the battery clock says %s UTC: so it is, until the meter or a network says better", utc)
            await self._keep()
        except NoClockError as error:
            log.info("%s", error)
        except (OSError, HungError) as error:
            log.warning("the battery clock cannot be reached (%s): it is not used until the next start", error)

    async def _read(self) -> datetime | None:
        for pause_s in (PAUSE_S,) * (TRIES - 1):
            try:
                return await self._worker.do(self._chip.read)
            except (OSError, HungError):
                await self._timebase.sleep(pause_s)
        return await self._worker.do(self._chip.read)

    async def _keep(self) -> None:
        while True:
            pause_s = LOOK_S
            if self._household.confirmed_utc(self._timebase.now()) is not None:
                shown = await self._worker.do(self._chip.read)
                right = self._household.confirmed_utc(self._timebase.now())
                if right is not None and (shown is None or abs(shown - right) >= WORTH_SETTING):
                    await self._worker.do(partial(self._chip.set, right))
                    log.info("the battery clock is set to %s UTC", right)
                pause_s = PERIOD_S
            await self._timebase.sleep(pause_s)
