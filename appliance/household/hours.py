"""How much energy this hour and this day have taken, as far as every second of them was seen.

A number here is complete or it is `None`. The hour is known from a full hour that passed while readings came without
a gap, the day from such a midnight. The last minutes' powers are kept, since an Aidon tells the time only once the
hour is ten seconds old: its beginning is then looked up.
"""

from collections import deque
from datetime import datetime

from appliance.household.clock import OSLO

LONGEST_GAP_S = 30.0
"""Readings further apart than this leave a hole: three lists of the slowest meter are missing."""
_KEPT_S = 180.0


class RunningEnergy:
    """Imported energy of the running hour and day, integrated from power; a power holds until the next one comes."""

    def __init__(self) -> None:
        self.hour_wh: float | None = None
        self.today_wh: float | None = None
        self._powers: deque[tuple[float, float]] = deque()  # without a gap: seconds, W
        self._hour: datetime | None = None

    def add(self, power_w: float, now: float, utc: datetime | None) -> None:
        """Take the import power that begins at `now`, s; `utc` is that moment, if known."""
        if self._powers and now - self._powers[-1][0] > LONGEST_GAP_S:
            self._powers.clear()
            self.hour_wh = self.today_wh = None
        if self._powers:
            began, power = self._powers[-1]
            self._credit(power * (now - began) / 3600)
        self._powers.append((now, power_w))
        while now - self._powers[0][0] > _KEPT_S:
            self._powers.popleft()
        if utc is not None:
            self._cross(now, utc)

    def _credit(self, energy_wh: float) -> None:
        self.hour_wh = None if self.hour_wh is None else self.hour_wh + energy_wh
        self.today_wh = None if self.today_wh is None else self.today_wh + energy_wh

    def _cross(self, now: float, utc: datetime) -> None:
        """Begin a new hour when the clock has passed into one."""
        hour = utc.replace(minute=0, second=0, microsecond=0)
        if hour == self._hour:
            return
        since_full_hour = self._since(now - (utc - hour).total_seconds())
        if hour.astimezone(OSLO).hour == 0:
            self.today_wh = since_full_hour
        elif self._hour is None or hour < self._hour:
            self.today_wh = None  # the clock came late or was set back: which day had what is not known
        self.hour_wh = since_full_hour
        self._hour = hour

    def _since(self, start: float) -> float | None:
        """Energy from `start`, s, to the newest power, Wh; `None` when that is further back than the powers kept."""
        if start < self._powers[0][0]:
            return None
        energy = 0.0
        newer = self._powers[-1][0]
        for began, power in reversed(self._powers):
            energy += power * (newer - max(began, start)) / 3600
            newer = began
            if began <= start:
                break
        return energy
