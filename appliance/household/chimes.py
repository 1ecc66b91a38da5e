"""When an alarm is also heard: rarely enough that nobody pulls the plug.

Quiet hours swallow a sound. While the time is not known they are in force, since it may be night. Nor are there ever
more than a set number of sounds in an hour, but for the one that asks to act: it is always made outside quiet hours.
A sound that was not made is not made up for later: the lamps have said it all the time.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from appliance.household.rules import SoundRule
from appliance.household.situation import Chime, Sound

BUDGET_S = 3600.0


class ChimeBudget:
    """The sounds that were due, and the latest of them."""

    def __init__(self, rule: SoundRule) -> None:
        self.apply_rule(rule)
        self._made: deque[float] = deque()
        self._latest: Chime | None = None
        self._swallowed: Chime | None = None
        self.muted_until: float | None = None
        """Up to when the household has muted all sounds, s; `None` when it has not."""

    def apply_rule(self, rule: SoundRule) -> None:
        """Go by another rule from now on; the sounds of the last hour still count."""
        self._an_hour, self._quiet_hours = rule.an_hour, rule.quiet_hours

    def mute(self, until: float | None) -> None:
        """Make no sound before `until`, s; `None` takes that back."""
        self.muted_until = until

    def muted_s(self, now: float) -> float | None:
        """Return for how long from `now`, s, the household has muted all sounds, s; `None` when it has not."""
        until = self.muted_until
        return None if until is None or until <= now else until - now

    @property
    def latest(self) -> Chime | None:
        """The newest sound that is to be made; each is made once, when its number is new."""
        return self._latest

    @property
    def swallowed(self) -> Chime | None:
        """The newest sound that was due and is not made; numbered by itself."""
        return self._swallowed

    def quiet(self, now: float, local: datetime | None) -> bool:
        """Return whether it is quiet at `now`, s, which is `local`: by the hours, or because all sounds are muted."""
        return self.muted_s(now) is not None or self.quiet_hours(local)

    def quiet_hours(self, local: datetime | None) -> bool:
        """Return whether quiet hours are in force at a local time; while it is not known they are, if there are any."""
        if local is None:
            return not self._quiet_hours.empty
        return self._quiet_hours.covers(local)

    def make(self, sound: Sound, now: float, local: datetime | None) -> bool:
        """Make a sound at `now`, s, if it may be made, and return whether it is; else it is `swallowed`."""
        while self._made and now - self._made[0] >= BUDGET_S:
            self._made.popleft()
        is_made = not self.quiet(now, local) and (sound is Sound.ACT or len(self._made) < self._an_hour)
        if is_made:
            self._made.append(now)
            self._latest = Chime((self._latest.number if self._latest else 0) + 1, sound)
        else:
            self._swallowed = Chime((self._swallowed.number if self._swallowed else 0) + 1, sound)
        return is_made

    def ages_s(self, now: float) -> tuple[float, ...]:
        """Return how long ago each sound of the last hour was made, s."""
        return tuple(now - made for made in self._made if now - made < BUDGET_S)

    def restore(self, ages_s: Iterable[float], now: float) -> None:
        """Count sounds of before a restart towards the hour's limit, as if no time had passed since."""
        self._made = deque(now - age_s for age_s in sorted(ages_s, reverse=True))
