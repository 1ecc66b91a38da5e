"""The running hour: what it will come to, what it may have, and whether that costs anything.

Projection = so far + power x time left; headroom = (allowed - so far) / time left. So far is up to this moment: the
power of the last reading has held since. Where a part of the hour was not seen, what was seen is a lower bound, and so
is the projection; the headroom is then an upper one. A projection that is too high by what was seen alone is too high.

What is to be switched off, and when the limit is crossed, goes by a mean power of the last minutes, as the alarm does:
an oven that switches itself on and off is neither all of its power nor none.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from appliance.household.capacity import Month, OtherPeaks
from appliance.household.hours import HOUR, HOUR_S, RunningHour

LARGEST_W = 100_000.0
"""The most headroom that is shown; the last seconds of an hour would allow any power."""
MISSING_S = 120.0
"""With more than this of the hour unseen, an upper bound of what may still be used says too little to lead with."""


class HourState(Enum):
    """How the running hour stands against its limit."""

    FINE = "fine"
    HIGH = "high"
    """It will be crossed unless something is switched off."""
    LOST = "lost"
    """It was crossed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLost:
    """An hour that lifted its month over the limit that was to be kept."""

    hour: datetime
    """Its start, UTC."""
    limit_kw: float
    """The mean that was to be kept."""
    was: int
    """The place of the month's step before, in the tariff's steps."""
    now: int
    """And since; the same where the household chose a limit within a step."""
    above_kw: float
    """The lower limit of the step it has come to, kW."""
    up_to_kw: float | None
    """Its upper limit, kW; `None` for the last step."""
    dearer_kr: float | None = None
    """What the step costs more a month, kr; `None` where the prices are not known."""


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
    mean_w: float = 0.0
    """The mean power of the last minutes."""
    shed_w: float | None = None
    """What must be switched off now for the hour to end within what is allowed; `None` when nothing limits it."""
    crosses_in_s: float | None = None
    """How soon the limit is crossed with the mean power; `None` when it is not crossed in this hour."""
    lost: StepLost | None = None
    """The limit that was to be kept when the hour began was crossed in it."""
    costs_nothing: bool = False
    """The projected hour does not lift the month's mean: its day, or as many days as count, had a higher one."""
    mean_kw: float | None = None
    """The month's mean if the projection comes true."""
    step: int | None = None
    """The place in the tariff's steps that it would lie in."""
    dearer_kr: float | None = None
    """What the month would cost more by that than with what is allowed, kr with VAT; `None` is not known."""
    at_least: bool = False
    """A part of the hour was not seen: energies, mean and step are lower bounds, the headroom is an upper one."""


def outlook(
    running: RunningHour, power_w: float, utc: datetime, limit: "Limit | None", mean_w: float | None = None
) -> Outlook | None:
    """Return the outlook at `utc` with the present import power; `None` when that does not lie in the hour.

    `mean_w` is the mean power of the last minutes, W; the present one where it is left out.
    """
    until = running.start + HOUR
    left_s = (until - utc).total_seconds()
    if not 0 < left_s <= HOUR_S:
        return None
    mean_w = power_w if mean_w is None else mean_w
    held_s = max(0.0, HOUR_S - left_s - running.elapsed_s)
    so_far_wh = running.import_wh + power_w * held_s / HOUR_S
    projection_wh = so_far_wh + power_w * left_s / HOUR_S
    if limit is None:
        return Outlook(
            until=until,
            time_left_s=left_s,
            so_far_wh=so_far_wh,
            projection_wh=projection_wh,
            mean_w=mean_w,
            at_least=not running.whole,
        )
    limit_kw, lost = limit.of(so_far_wh)
    allowed_wh = None if limit_kw is None else limit.other_peaks.allowed_wh(limit_kw)
    most_w = None if allowed_wh is None else (allowed_wh - so_far_wh) * HOUR_S / left_s
    crosses_in_s = None
    if most_w is not None and mean_w > most_w:
        crosses_in_s = max(0.0, most_w) * left_s / mean_w if mean_w > 0 else 0.0
    mean_kw = limit.other_peaks.mean_kw(projection_wh)
    return Outlook(
        until=until,
        time_left_s=left_s,
        so_far_wh=so_far_wh,
        projection_wh=projection_wh,
        limit_kw=limit_kw,
        allowed_wh=allowed_wh,
        headroom_w=None if most_w is None else min(LARGEST_W, max(0.0, most_w)),
        mean_w=mean_w,
        shed_w=None if most_w is None else max(0.0, min(mean_w, power_w) - max(0.0, most_w)),
        crosses_in_s=crosses_in_s,
        lost=lost,
        costs_nothing=limit.other_peaks.costs_nothing(projection_wh),
        mean_kw=mean_kw,
        step=limit.other_peaks.tariff.step(mean_kw),
        dearer_kr=None if allowed_wh is None else limit.dearer_kr(allowed_wh, projection_wh),
        at_least=not running.whole,
    )


class Limit:
    """The mean that one hour is to keep: the household's choice, else the step that is reached already.

    What is spent is spent: once the month has passed the chosen limit, the end of the step it has reached is the one
    to keep, and so on from step to step. Before as many days as count are known, the step of the month before stands in
    for a choice; without one there is no limit, since nobody can say what an hour costs.
    """

    def __init__(
        self, start: datetime, other_peaks: OtherPeaks, reached_kw: float | None, preferred_kw: float | None
    ) -> None:
        """Make the limit of the hour that begins at `start`, UTC, with the mean that its month has `reached_kw`.

        `preferred_kw` is what is to be kept at first.
        """
        self.other_peaks = other_peaks
        self._reached_kw = reached_kw or 0.0
        self._start = start
        self._preferred_kw = preferred_kw
        self._first_kw = self._kept(0.0)
        """What was to be kept when the hour began."""

    @classmethod
    def for_hour(cls, start: datetime, month: Month, before: Month | None, chosen_kw: float | None) -> "Limit | None":
        """Return the limit of the hour that begins at `start`; `None` when nothing is to be kept."""
        preferred_kw = chosen_kw
        if chosen_kw is None and not month.enough_peaks:
            if before is None or not before.enough_peaks or before.step is None:
                return None
            preferred_kw = before.tariff.end_of(before.step)
            if preferred_kw is None:
                return None
        return cls(start, month.other_peaks(start), month.mean_kw, preferred_kw)

    def of(self, so_far_wh: float) -> tuple[float | None, StepLost | None]:
        """Return the limit, kW, with this energy in the hour, and what the hour has lost already."""
        limit_kw = self._kept(so_far_wh)
        if limit_kw == self._first_kw or self._first_kw is None:
            return limit_kw, None
        return limit_kw, self._lost(self._first_kw, so_far_wh)

    def dearer_kr(self, less_wh: float, more_wh: float) -> float | None:
        """Return what the month costs more with the one energy in the hour than with the other; `None` is not known."""
        tariff = self.other_peaks.tariff
        less_kr, more_kr = (tariff.capacity_kr(self.other_peaks.mean_kw(wh)) for wh in (less_wh, more_wh))
        return None if less_kr is None or more_kr is None else max(0.0, more_kr - less_kr) * (1 + tariff.vat)

    def _kept(self, so_far_wh: float) -> float | None:
        tariff = self.other_peaks.tariff
        reached_kw = max(self._reached_kw, self.other_peaks.mean_kw(so_far_wh))
        if self._preferred_kw is not None and tariff.within(reached_kw, self._preferred_kw):
            return self._preferred_kw
        return tariff.end_of(tariff.step(reached_kw))

    def _lost(self, limit_kw: float, so_far_wh: float) -> StepLost:
        peaks, tariff = self.other_peaks, self.other_peaks.tariff
        allowed_wh = peaks.allowed_wh(limit_kw)
        before_kw = peaks.mean_kw(so_far_wh if allowed_wh is None else allowed_wh)
        now_kw = peaks.mean_kw(so_far_wh)
        was, now = tariff.step(before_kw) or 0, tariff.step(now_kw) or 0
        above_kw = limit_kw if not tariff.steps else (tariff.steps[now - 1].up_to or 0.0) if now else 0.0
        return StepLost(
            hour=self._start,
            limit_kw=limit_kw,
            was=was,
            now=now,
            above_kw=above_kw,
            up_to_kw=tariff.steps[now].up_to if tariff.steps else None,
            dearer_kr=self.dearer_kr(so_far_wh if allowed_wh is None else allowed_wh, so_far_wh),
        )
