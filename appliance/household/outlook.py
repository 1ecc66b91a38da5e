"""The running hour: what it will come to, what it may have, and whether that costs anything.

Projection = so far + power x time left; headroom = (allowed - so far) / time left. So far is up to this moment: the
power of the last reading has held since.
"""

from dataclasses import dataclass
from datetime import datetime

from appliance.household.hours import HOUR, HOUR_S, RunningHour
from appliance.household.tariff import Month, OtherPeaks

LARGEST_W = 100_000.0
"""The most headroom that is shown; the last seconds of an hour would allow any power."""
MISSING_S = 120.0
"""With more than this of the hour unseen, its energy so far is too uncertain for an outlook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The running hour against the tariff."""

    until: datetime
    """When the hour ends, UTC."""
    time_left_s: float
    so_far_wh: float
    projection_wh: float
    """So far, and the present power until the end."""
    limit_kw: float | None = None
    """The mean that is to be kept; `None` when nothing limits it."""
    allowed_wh: float | None = None
    """What the hour may have in all with the mean within that limit."""
    headroom_w: float | None = None
    """The mean power that may be used until the hour's end; from 0 to `LARGEST_W`."""
    costs_nothing: bool = False
    """The projected hour does not lift the month's mean: its day, or as many days as count, had a higher one."""
    certain: bool = False
    """Crossing the limit costs money for certain: the household chose it, or enough days are known to say so."""
    mean_kw: float | None = None
    """The month's mean if the projection comes true."""
    step: int | None = None
    """The place in the tariff's steps that it would lie in."""


def outlook(running: RunningHour, power_w: float, utc: datetime, limit: "Limit | None") -> Outlook | None:
    """Return the outlook at `utc` with the present import power; `None` when too much of the hour was not seen."""
    until = running.start + HOUR
    left_s = (until - utc).total_seconds()
    if running.missing_s > MISSING_S or not 0 < left_s <= HOUR_S:
        return None
    held_s = max(0.0, HOUR_S - left_s - running.elapsed_s)
    so_far_wh = running.import_wh + power_w * held_s / HOUR_S
    projection_wh = so_far_wh + power_w * left_s / HOUR_S
    if limit is None:
        return Outlook(until=until, time_left_s=left_s, so_far_wh=so_far_wh, projection_wh=projection_wh)
    limit_kw, certain = limit.of(so_far_wh)
    allowed_wh = None if limit_kw is None else limit.other_peaks.allowed_wh(limit_kw)
    mean_kw = limit.other_peaks.mean_kw(projection_wh)
    return Outlook(
        until=until,
        time_left_s=left_s,
        so_far_wh=so_far_wh,
        projection_wh=projection_wh,
        limit_kw=limit_kw,
        allowed_wh=allowed_wh,
        headroom_w=None if allowed_wh is None else min(LARGEST_W, max(0.0, allowed_wh - so_far_wh) * HOUR_S / left_s),
        costs_nothing=round(projection_wh) <= limit.other_peaks.free_wh,
        certain=certain,
        mean_kw=mean_kw,
        step=limit.other_peaks.tariff.step(mean_kw),
    )


@dataclass(frozen=True, slots=True)
class Limit:
    """The mean that one hour is to keep: the household's choice, else the step that is reached already.

    What is spent is spent: once the month has passed the chosen limit, the end of the step it has reached is the one
    to keep. Before as many days as count are known, the step of the month before stands in for a choice.
    """

    other_peaks: OtherPeaks
    preferred_kw: float | None
    """The limit that the household chose, or what stands in for it."""
    certain: bool
    """Crossing it costs money for certain."""
    enough_days: bool
    """As many days are known as count."""

    @classmethod
    def for_hour(cls, start: datetime, month: Month, before: Month | None, chosen_kw: float | None) -> "Limit":
        """Return the limit of the hour that begins at `start`."""
        preferred_kw, certain = chosen_kw, chosen_kw is not None or month.enough_days
        if not certain and before is not None and before.enough_days and before.step is not None:
            preferred_kw, certain = before.tariff.end_of(before.step), True
        return cls(month.other_peaks(start), preferred_kw, certain, month.enough_days)

    def of(self, so_far_wh: float) -> tuple[float | None, bool]:
        """Return the limit, kW, with this energy in the hour, and whether crossing it costs money for certain."""
        tariff, reached_kw = self.other_peaks.tariff, self.other_peaks.mean_kw(so_far_wh)
        if self.preferred_kw is not None and tariff.within(reached_kw, self.preferred_kw):
            return self.preferred_kw, self.certain
        return tariff.end_of(tariff.step(reached_kw)), self.enough_days
