"""What was seen of the power: each pair of powers holds from its list until the next one, or until it is too old.

The last hour of it is kept, since the time of day may be known, or corrected, only afterwards. All moments are of the
monotonic clock, s.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from appliance.household.hours import HOUR_S

KEPT_S = HOUR_S + 180.0


class _Stretch(NamedTuple):
    """A time in which one pair of powers held."""

    start: float
    end: float
    import_w: float
    export_w: float | None


class Seen(NamedTuple):
    """What was seen in some stretch of time: made with every list, so that it has to be quick to make."""

    import_wh: float = 0.0
    export_wh: float = 0.0
    seconds: float = 0.0
    """In which the import was seen."""
    export_seconds: float = 0.0
    largest_w: float = 0.0
    """The largest import."""

    def plus(self, more: "Seen") -> "Seen":
        """Return both together."""
        if more is NOTHING_SEEN:
            return self
        return Seen(
            import_wh=self.import_wh + more.import_wh,
            export_wh=self.export_wh + more.export_wh,
            seconds=self.seconds + more.seconds,
            export_seconds=self.export_seconds + more.export_seconds,
            largest_w=max(self.largest_w, more.largest_w),
        )

    def less(self, part: "Seen") -> "Seen":
        """Return this without a part of it; the largest import stays."""
        if part is NOTHING_SEEN:
            return self
        return Seen(
            import_wh=max(0.0, self.import_wh - part.import_wh),
            export_wh=max(0.0, self.export_wh - part.export_wh),
            seconds=max(0.0, self.seconds - part.seconds),
            export_seconds=max(0.0, self.export_seconds - part.export_seconds),
            largest_w=self.largest_w,
        )


NOTHING_SEEN = Seen()


class SeenPower:
    """The powers of the last hour, and the one that holds."""

    def __init__(self, stale_s: float) -> None:
        """Believe a power for `stale_s` seconds, or until the next one."""
        self.stale_s = stale_s
        self._stretches: deque[_Stretch] = deque()
        self._holds: tuple[float, float, float | None] | None = None  # since when; import and export, W

    def power(self, import_w: float, export_w: float | None, now: float) -> None:
        """Take the powers that hold from `now`."""
        if self._holds is not None and 0 < now - self._holds[0] <= self.stale_s:
            since, before_w, before_export_w = self._holds
            self._stretches.append(_Stretch(since, now, before_w, before_export_w))
            while now - self._stretches[0].end >= KEPT_S:
                self._stretches.popleft()
        self._holds = now, import_w, export_w

    def is_stale(self, now: float) -> bool:
        """Return whether no power holds."""
        return self._holds is None or now - self._holds[0] > self.stale_s

    def holding(self, now: float) -> tuple[float, float, float | None] | None:
        """Return the power that held last: its age at `now`, s, and import and export, W."""
        return None if self._holds is None else (now - self._holds[0], *self._holds[1:])

    def go_on(self, age_s: float, import_w: float, export_w: float | None, now: float) -> None:
        """Have a power hold that was `age_s` old at `now`, s."""
        self._holds = now - age_s, import_w, export_w

    def between(self, start: float, end: float) -> Seen:
        """Return what was seen between two moments."""
        if start >= end:
            return NOTHING_SEEN
        if not self._stretches or start >= self._stretches[-1].end:
            return NOTHING_SEEN
        import_wh = export_wh = seconds = export_seconds = largest_w = 0.0
        for stretch in self._from(start):
            if stretch.start >= end:
                break
            part_s = min(stretch.end, end) - max(stretch.start, start)
            import_wh += stretch.import_w * part_s / HOUR_S
            seconds += part_s
            if stretch.import_w > largest_w:
                largest_w = stretch.import_w
            if stretch.export_w is not None:
                export_wh += stretch.export_w * part_s / HOUR_S
                export_seconds += part_s
        return Seen(
            import_wh=import_wh,
            export_wh=export_wh,
            seconds=seconds,
            export_seconds=export_seconds,
            largest_w=largest_w,
        )

    def _from(self, start: float) -> Iterable[_Stretch]:
        """Return the stretches that end after `start`; mostly what came last is asked for."""
        last = self._stretches[-1]
        if start >= last.start:
            return (last,)
        return islice(self._stretches, bisect_right(self._stretches, start, key=_end), None)


def _end(stretch: _Stretch) -> float:
    return stretch.end
