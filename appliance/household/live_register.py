"""The meter's registers at this moment: the last list that had them, and what was used since.

A meter tells its registers once an hour, ten seconds after it. Whoever shows them as they come has each hour's energy
an hour late. So here the integral of power goes on from the last register until the next one puts it right. What is
shown never falls: where the integral was too high, it waits for the register.

A register that falls, or leaps further than any house can use, is believed once the next one goes on from it; until
then the integral stands alone. It is another meter then, as with another meter id. A count of another meter's goes on
from nothing, unless its register is so low that this is what it has: no sum of differences may take the new meter's
past for energy that was used today. A unit that is found to be another than the maker's description says is such a
beginning too.
"""

from dataclasses import dataclass, replace

from appliance.household.registers import LARGEST_HOUR_WH
from appliance.household.seen import Seen

LONGEST_HOURS = 24 * 366.0
"""A register may have gone on alone for so long: the appliance was in a drawer."""


@dataclass(slots=True)
class Count:
    """One direction of a meter's register, Wh in the unit that its maker describes; it goes on with every list."""

    listed_wh: float
    """By the last list."""
    since_wh: float = 0.0
    """The integral of power since, Wh."""
    from_wh: float = 0.0
    """What is shown begins here: 0, or the first register after a meter exchange."""
    shown_wh: float = 0.0
    """The largest that was shown, Wh."""

    def live_wh(self, scale: float, more_wh: float) -> float:
        """Return the count with `more_wh` used after the last power, Wh, as it is shown now: it never falls."""
        self.shown_wh = max(self.shown_wh, (self.listed_wh - self.from_wh) * scale + self.since_wh + more_wh)
        return self.shown_wh

    def take(self, listed_wh: float, since_wh: float) -> None:
        """Go on from another register; one that says what the last one said is no news of what came since."""
        if listed_wh != self.listed_wh:
            self.listed_wh, self.since_wh = listed_wh, since_wh


@dataclass(frozen=True, slots=True)
class LiveCheckpoint:
    """What of the live registers outlives the program."""

    meter_id: str
    """Empty for a meter that sends none."""
    scale: float
    """What one Wh by the maker's description is, Wh."""
    imported: Count
    exported: Count | None

    def copy(self) -> "LiveCheckpoint":
        """Return the same, with counts of its own."""
        return replace(self, imported=replace(self.imported), exported=self.exported and replace(self.exported))


class LiveRegisters:
    """The registers of one meter, as listed and live."""

    def __init__(self) -> None:
        self._now: LiveCheckpoint | None = None
        self._aside: tuple[float, float | None] | None = None
        """The registers of a list that was not believed."""
        self.credited_to = float("-inf")
        """Up to when the integral has what was seen, on the monotonic clock, s."""

    @property
    def checkpoint(self) -> LiveCheckpoint | None:
        """What is to outlive the program; `None` before the first register."""
        return self._now and self._now.copy()

    @property
    def listed_wh(self) -> tuple[float | None, float | None]:
        """Import and export by the last list, Wh; `None` is not known, or not reported."""
        now = self._now
        if now is None:
            return None, None
        return now.imported.listed_wh * now.scale, None if now.exported is None else now.exported.listed_wh * now.scale

    def restore(self, checkpoint: LiveCheckpoint | None, now: float) -> None:
        """Go on at `now`, s, from what outlived the program."""
        self._now, self.credited_to = checkpoint and checkpoint.copy(), now

    def credit(self, seen: Seen, now: float) -> None:
        """Take what was seen from `credited_to` until `now`, s."""
        self.credited_to = now
        if self._now is not None:
            self._now.imported.since_wh += seen.import_wh
            if self._now.exported is not None:
                self._now.exported.since_wh += seen.export_wh

    def take(self, meter_id: str, import_wh: float, export_wh: float | None, since: Seen, scale: float | None) -> None:
        """Take the registers of a list, Wh by the maker's description, and what was seen since they stood so.

        `scale` is what one of these Wh is, Wh; `None` is not known: what held until now holds on, and at first 1.
        """
        now = self._now
        if now is None:
            exported = None if export_wh is None else Count(export_wh, since.export_wh)
            self._now = LiveCheckpoint(meter_id, scale or 1.0, Count(import_wh, since.import_wh), exported)
            return
        scale = scale or (now.scale if now.meter_id == meter_id else 1.0)
        if now.meter_id != meter_id or now.scale != scale:
            self._begin(meter_id, import_wh, export_wh, since, scale)
        elif _follows(now.imported.listed_wh, import_wh, scale) and _may_follow(now.exported, export_wh, scale):
            self._aside = None
            now.imported.take(import_wh, since.import_wh)
            if export_wh is not None and now.exported is not None:
                now.exported.take(export_wh, since.export_wh)
            elif export_wh is not None:
                self._now = replace(now, exported=Count(export_wh, since.export_wh))
        elif self._aside is not None and self._aside != (import_wh, export_wh) and _goes_on(self._aside[0], import_wh):
            self._begin(meter_id, import_wh, export_wh, since, scale)
        else:
            self._aside = import_wh, export_wh

    def live_wh(self, more: Seen) -> tuple[float | None, float | None]:
        """Return import and export at this moment, with `more` used after the last power, Wh; `None` is not known."""
        now = self._now
        if now is None:
            return None, None
        return (
            now.imported.live_wh(now.scale, more.import_wh),
            None if now.exported is None else now.exported.live_wh(now.scale, more.export_wh),
        )

    def _begin(self, meter_id: str, import_wh: float, export_wh: float | None, since: Seen, scale: float) -> None:
        """Begin with another meter, or with another unit."""
        self._aside = None
        exported = None if export_wh is None else _first(export_wh, since.export_wh, scale)
        self._now = LiveCheckpoint(meter_id, scale, _first(import_wh, since.import_wh, scale), exported)


def _first(listed_wh: float, since_wh: float, scale: float) -> Count:
    return Count(listed_wh, since_wh, 0.0 if listed_wh * scale <= LARGEST_HOUR_WH else listed_wh)


def _follows(before_wh: float, wh: float, scale: float) -> bool:
    """Return whether one register can come after another of the same meter."""
    return 0 <= (wh - before_wh) * scale <= LARGEST_HOUR_WH * LONGEST_HOURS


def _may_follow(before: Count | None, wh: float | None, scale: float) -> bool:
    return before is None or wh is None or _follows(before.listed_wh, wh, scale)


def _goes_on(before_wh: float, wh: float) -> bool:
    return 0 <= wh - before_wh <= LARGEST_HOUR_WH
