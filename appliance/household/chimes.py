"""When an alarm is also heard: rarely enough that nobody pulls the plug.

A sound is due when a rule gets worse, when all is over, and when the meter falls silent. Quiet hours swallow it; while
nobody knows the time they are in force, since a night may be one. Nor is there ever more than a set number of sounds in
an hour. A sound that was not made is not made up for later: the lamps have said it all the time.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from appliance.household.rules import SoundRule
from appliance.household.situation import Chime, Level, Sound

BUDGET_S = 3600.0


class ChimeBudget:
    """The sounds that were due, and the latest of them."""

    def __init__(self, rule: SoundRule) -> None:
        self._rule = rule
        self._made: deque[float] = deque()
        self._latest: Chime | None = None
        self._hushed_until: float | None = None

    def apply_rule(self, rule: SoundRule) -> None:
        """Go by another rule from now on; the hour's number goes on."""
        self._rule = rule

    def mute(self, until: float | None) -> None:
        """Make no sound before `until`, s; `None` takes that back."""
        self._hushed_until = until

    def muted_s(self, now: float) -> float | None:
        """For how long somebody asked for quiet from `now`, s, on; `None` when nobody did."""
        until = self._hushed_until
        return None if until is None or until <= now else until - now

    @property
    def latest(self) -> Chime | None:
        """The newest sound that was to be made; each is made once, when its number comes up."""
        return self._latest

    def quiet(self, local: datetime | None) -> bool:
        """Whether quiet hours are in force at a local time; when it is not known they are."""
        begin, end = self._rule.quiet_from, self._rule.quiet_to
        if begin == end:
            return False
        if local is None:
            return True
        clock = local.time()
        return begin <= clock < end if begin < end else clock >= begin or clock < end

    def make(self, sound: Sound, now: float, local: datetime | None) -> None:
        """Make a sound at `now`, s, if it may be made."""
        while self._made and now - self._made[0] >= BUDGET_S:
            self._made.popleft()
        if self.muted_s(now) is None and not self.quiet(local) and len(self._made) < self._rule.an_hour:
            self._made.append(now)
            self._latest = Chime((self._latest.number if self._latest else 0) + 1, sound)

    def ages_s(self, now: float) -> tuple[float, ...]:
        """How long ago the sounds of the last hour were made."""
        return tuple(now - made for made in self._made if now - made < BUDGET_S)

    def restore(self, ages_s: Iterable[float], now: float) -> None:
        """Count sounds of before a restart against the hour's number, as if no time had passed since."""
        self._made = deque(now - age_s for age_s in sorted(ages_s, reverse=True))


def sound_of(level: Level) -> Sound:
    """What says that a level was reached."""
    match level:
        case Level.FAULT:
            return Sound.FAULT
        case Level.ACT:
            return Sound.ACT
        case Level.WATCH:
            return Sound.LOOK
        case Level.OK:
            return Sound.OVER
