"""Whether a system on trial does what the old one did: pure, from what the appliance answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.update.outcome import Reason, Trying

LISTS = 3
"""Valid lists of the meter that the old system heard."""
STEADY_S = 60.0
"""So long the panel must have run without a restart of its own."""
A_DAY = timedelta(days=1)
LONGEST_S = 600.0
"""After that the old system is started again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the appliance answered."""

    running_s: float
    """Since its process was started."""
    has_history: bool
    """The history is open and can be written."""
    has_display: bool
    lists: int
    """Valid lists since its start."""
    heard_s: float | None
    """Since the last of them; `None` before the first."""
    meter: str | None
    """Whose they were, where the meter tells."""
    weak_supply: bool = False
    """It saw the supply fall while it ran, in the last day."""
    now: datetime | None = None
    """Which time it is, where it knows."""


def heard_the_day_before(heard_s: float | None, newest: datetime | None, now: datetime | None) -> bool:
    """Return whether a list was heard within the day before an update is tried: then the new system must hear some too.

    What the running appliance has heard since its start, `heard_s` ago, counts by its own seconds, which need no clock.
    Where it has heard none, the history's `newest` minute with a reading counts, if `now` is within a day of it. A Pi
    whose meter is silent mostly has no clock either, and cannot tell for how long it was without power: then whatever
    the history has counts as of the day before. The other way round, a new system that is deaf would stay because the
    meter's lead was out for an hour; this way an update waits until the meter is heard.
    """
    if heard_s is not None:
        return heard_s <= A_DAY.total_seconds()
    return newest is not None and (now is None or now - newest <= A_DAY)


def lacks(seen: Seen | None, expected: Trying) -> Reason | None:
    """Return what a system on trial does not do yet; `None`: it is well. `None` was seen where nobody answered."""
    if seen is None:
        return Reason.NO_PANEL
    if not seen.has_history:
        return Reason.NO_HISTORY
    if expected.display and not seen.has_display:
        return Reason.NO_DISPLAY
    if expected.heard and (seen.lists < LISTS or expected.meter not in (None, seen.meter)):
        return Reason.NO_LISTS
    if seen.running_s < STEADY_S:
        return Reason.NO_PANEL
    return Reason.WEAK_SUPPLY if seen.weak_supply else None
