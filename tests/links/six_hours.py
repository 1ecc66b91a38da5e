"""A recording of six hours whose energies are known: 1, 1, 6, 2, 1 and 3 kWh, as a meter of each maker tells them.

The powers that the meter shows are right to the watt; its registers count what was used and come once an hour. The
first list comes two minutes before the first of the six hours, so that a register is known in it after ten seconds.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.line.recording import Recorder
from appliance.meter.reading import Maker
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Meter

START = datetime(2026, 11, 26, 6, tzinfo=UTC)
TRUE_KW = (1.0, 1.0, 6.0, 2.0, 1.0, 3.0)
LEAD = timedelta(minutes=2)
LAST = timedelta(minutes=1)


def record(path: Path, maker: Maker, *, solar_w: float = 0.0, until: datetime | None = None) -> Path:
    """Write the recording of a house with a meter of this maker; it gives `solar_w` back in the second hour.

    `until` ends it earlier.
    """

    def power_w(moment: datetime, _chance: object) -> float:
        hour = int((moment - START).total_seconds() // 3600)
        return -solar_w if hour == 1 and solar_w else 1000 * TRUE_KW[min(max(hour, 0), len(TRUE_KW) - 1)]

    house = House(Net.TN, loads=(Load("six hours", None, power_w),), step_s=10)
    begin, end = START - LEAD, until or START + timedelta(hours=len(TRUE_KW)) + LAST
    with path.open("w", encoding="ascii") as file:
        recorder = Recorder(file)
        for sent in Meter(maker, house, begin).sent():
            if sent.moment > end:
                break
            recorder.write((sent.moment - begin).total_seconds(), sent.octets)
    return path
