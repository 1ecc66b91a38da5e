"""A household in simulated time that keeps a real file, as fast as it goes, until somebody kills it.

`python writer.py FILE UTC CLOCK_S BOOT_ID` begins at these seconds since 1970 and since that boot, and tells its
progress on its standard output: `open` before it touches the file, `hour START WH CONTINUED` after its first reading,
and the time of every reading once the household has it. The load changes with the minute, and its truth is known.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zlib import crc32

from appliance.history.database import History
from appliance.household.household import Household
from appliance.household.rules import Delays, Rules, Thresholds
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.system.clock import Boot

METER_BEGAN = 1_772_000_000
"""When the meter's register stood at zero, seconds since 1970."""
STEP_S = 10
WRITE_S = 60
ALARM_EVERY, ALARM_FROM, ALARM_TO = 40, 17, 29
"""Minutes: the load is over the red threshold in these of every forty."""
STANDARD_TIME = timedelta(hours=1)
LIMITS = Thresholds(watch_w=5000, act_w=10_000, watch=Delays(0.0, 30.0), act=Delays(0.0, 30.0))
"""As an old settings file has them."""


def power_w(second: int) -> int:
    """The load's power in the minute of this second."""
    return _minute_w(second // 60)


@cache
def _minute_w(minute: int) -> int:
    chance = crc32(b"%d" % minute) % 2700
    return (11_000 if ALARM_FROM <= minute % ALARM_EVERY < ALARM_TO else 300) + chance


def energy_wh(start: int, end: int) -> float:
    """The load's energy between two moments, which are multiples of `STEP_S`."""
    return sum(power_w(second) for second in range(start, end, STEP_S)) * STEP_S / 3600


def reading(second: int, register_wh: float) -> Reading:
    """What an Aidon says at this moment; its registers at the full hour. Neither clock nor unit is ever in doubt."""
    wall = datetime.fromtimestamp(second, UTC).replace(tzinfo=None) + STANDARD_TIME
    return Reading(
        offset=0,
        length=0,
        maker=Maker.AIDON,
        elements=18,
        meter_id="1",
        clock=MeterClock(wall, deviation_min=None, status=0, day_of_week=wall.isoweekday(), hundredths=None),
        power_import_w=power_w(second),
        power_export_w=0,
        voltage_l1_v=230 + second // 60 % 10,
        energy_import_wh=None if second % 3600 else register_wh,
    )


def tell(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def main(path: Path, utc: int, clock_s: float, boot_id: str) -> None:
    ahead, register_wh = utc - clock_s, energy_wh(METER_BEGAN, utc)
    tell("open")
    history, household = History(path), Household(Rules(power=LIMITS))
    household.port(is_open=True)
    household.restore(history.load(Boot(boot_id, clock_s)), clock_s)
    first = utc
    while True:
        now = utc - ahead
        household.reading(reading(utc, register_wh), now)
        running = household.situation(now).hour
        if utc == first and running is not None:
            tell(f"hour {running.start.timestamp():.0f} {running.import_wh} {running.continued:d}")
        tell(f"{utc}")
        if utc % WRITE_S == 0:
            record = household.record(now)
            history.write(record, Boot(boot_id, now))
            household.written(record)
        register_wh += power_w(utc) * STEP_S / 3600
        utc += STEP_S


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
