"""The household's hours beside those of the grid company: which differ, and whether all lie an hour off.

A meter sends its register some seconds after the full hour, so an hour that was measured well may differ by a few
watt-hours: over a month of an Aidon 589 of 720 did by more than one, and the month by 9 (a household's check of BKK's
invoice of April 2026).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.history.elhub import GridHour
from appliance.household.hours import HOUR, WHOLE, Hour, Quality

NEAR_WH = 10
"""A difference up to this is none, if nothing else is asked for."""
_LEAST_TO_COMPARE = 24
"""Hours; of fewer it is not said that they lie an hour off."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An hour that is not the same at both."""

    theirs: GridHour
    ours: Hour | None
    """`None` where the history has nothing of it."""

    @property
    def wh(self) -> float | None:
        """How much more the grid company has, Wh; `None` where nothing of the hour is known here."""
        if self.ours is None or self.ours.quality is Quality.UNKNOWN:
            return None
        return self.theirs.import_wh - self.ours.import_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A file's hours beside the history's."""

    same: int
    """So many are equal to the watt-hour."""
    near: int
    """So many differ, and by no more than was asked for."""
    differences: tuple[Difference, ...]
    """The others, oldest first: their energy differs, or is known here in part or not at all."""
    later: tuple[GridHour, ...]
    """Hours of the file that are later than the newest that was measured here; they are not compared."""
    only_here: int
    """Hours within the file's time that are known here, and not in the file."""
    ours_wh: float
    """The energy of the hours that both know whole, as it is here."""
    theirs_wh: float
    """The same hours', as the file has it."""
    shift: int
    """So many hours later our hours would have to lie to fit the file far better; 0 where they lie right."""

    @property
    def corrections(self) -> Mapping[datetime, float]:
        """What an hour should have, Wh, by its beginning in UTC."""
        return {difference.theirs.start: float(difference.theirs.import_wh) for difference in self.differences}


def compare(
    theirs: Iterable[GridHour], ours: Iterable[Hour], newest: datetime | None, near_wh: float = NEAR_WH
) -> Comparison:
    """Return how the hours of a file compare with the history's.

    `newest` is the beginning of the newest hour of which anything was measured here, UTC; `None` where none was.
    """
    known = {hour.start: hour for hour in ours}
    file = sorted(theirs, key=lambda hour: hour.start)
    within = [hour for hour in file if newest is not None and hour.start <= newest]
    same = near = 0
    differences = list[Difference]()
    for hour in within:
        own = known.get(hour.start)
        if own is None or own.quality not in WHOLE or (off_wh := abs(hour.import_wh - own.import_wh)) > near_wh:
            differences.append(Difference(hour, own))
        elif round(off_wh):
            near += 1
        else:
            same += 1
    starts = {hour.start for hour in file}
    whole = {start: hour.import_wh for start, hour in known.items() if hour.quality in WHOLE}
    both = [(hour.import_wh, whole[hour.start]) for hour in within if hour.start in whole]
    return Comparison(
        same=same,
        near=near,
        differences=tuple(differences),
        later=tuple(file[len(within) :]),
        only_here=sum(
            1
            for start, hour in known.items()
            if hour.quality is not Quality.UNKNOWN
            and start not in starts
            and file
            and file[0].start <= start <= file[-1].start
        ),
        ours_wh=sum(own for _, own in both),
        theirs_wh=sum(their for their, _ in both),
        shift=_shift(within, known),
    )


def _shift(within: Sequence[GridHour], known: Mapping[datetime, Hour]) -> int:
    """Return by how many hours ours lie too early, as far as that is beyond doubt: a clock was wrong here, or there.

    Three times better than as they are, over a day at least; what the household has corrected says nothing.
    """
    off_wh = {}
    for shift in (-1, 0, 1):
        pairs = [
            abs(hour.import_wh - own.import_wh)
            for hour in within
            if (own := known.get(hour.start - shift * HOUR)) is not None
            and own.quality in (Quality.METERED, Quality.INTEGRATED)
        ]
        if len(pairs) < _LEAST_TO_COMPARE:
            return 0
        off_wh[shift] = sum(pairs) / len(pairs)
    best = min(off_wh, key=lambda shift: (off_wh[shift], abs(shift)))
    return best if 3 * off_wh[best] < off_wh[0] else 0
