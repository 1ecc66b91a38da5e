"""What follows from the ledger's hours: the running hour's outlook, today, and the month's capacity.

Each is a pure function of the hours; the results are kept here until the hours change.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from appliance.household.capacity import Month, month
from appliance.household.hours import OSLO, Hour
from appliance.household.ledger import MAX_HOURS, HourLedger
from appliance.household.money import Money, Purse
from appliance.household.outlook import Limit, Outlook, outlook
from appliance.household.plausible import connection_w
from appliance.household.situation import Today
from appliance.household.spot import SpotPrices
from appliance.household.tariff import Basis, Tariff, in_force
from appliance.household.today import DaySum


class Summary:
    """The household's hours under its tariff."""

    def __init__(
        self, tariffs: Sequence[Tariff], chosen_kw: float | None, stale_s: float, fuse_a: float | None = None
    ) -> None:
        """Summarise by these tables, for a household that wants to keep a mean of `chosen_kw`, if it has chosen one."""
        self.ledger = HourLedger(stale_s, _most_w(fuse_a))
        self.ledger.hours_kept = hours_for(tariffs)
        self._tariffs = tariffs
        self._chosen_kw = chosen_kw
        self._fuse_a = fuse_a
        self._hours: tuple[Hour, ...] | None = None
        self._start: datetime | None = None
        self._months: dict[date, Month | None] = {}
        self._limit: Limit | None = None
        self._day: DaySum | None = None
        self._spot: SpotPrices | None = None
        self._purse = Purse(tariffs)

    def apply_tariffs(
        self, tariffs: Sequence[Tariff], chosen_kw: float | None, stale_s: float, fuse_a: float | None
    ) -> None:
        """Compute by other tables and limits from now on; the hours stay as they are."""
        self.ledger.believe_for(stale_s, _most_w(fuse_a))
        self._tariffs, self._chosen_kw, self._fuse_a = tariffs, chosen_kw, fuse_a
        self._purse = Purse(tariffs, self._spot)
        self.ledger.hours_kept = hours_for(tariffs)
        self._hours = None  # so that all is computed again

    def apply_spot(self, prices: SpotPrices) -> None:
        """Price by these spot prices from now on."""
        if self._spot is None or prices.days != self._spot.days:
            self._purse = Purse(self._tariffs, prices)
            self._hours = None
        self._spot = prices

    def outlook(self, power_w: float | None, utc: datetime, mean_w: float | None) -> Outlook | None:
        """Return the running hour's outlook at `utc` with the present import power; `None` when it is not known.

        `mean_w` is the mean power of the last minutes, W.
        """
        running = self.ledger.running
        if running is None or power_w is None:
            return None
        self._refresh()
        return outlook(running, power_w, utc, self._limit, mean_w)

    def today(self) -> Today | None:
        """Return the running hour's day so far; `None` while there is no running hour."""
        running = self.ledger.running
        self._refresh()
        return None if running is None or self._day is None else self._day.today(running)

    def money(self) -> Money | None:
        """Return what the electricity costs; `None` while there is no running hour, or where nothing is priced."""
        running = self.ledger.running
        self._refresh()
        return None if running is None else self._purse.money(running)

    def month(self, utc: datetime) -> Month | None:
        """Return the month's capacity; `None` without a capacity tariff."""
        self._refresh()
        return self._month_of(utc.astimezone(OSLO).date())

    def _refresh(self) -> None:
        """Forget what was computed from other hours than there are now."""
        running = self.ledger.running
        start = None if running is None else running.start
        if self.ledger.ended is self._hours and start == self._start:
            return
        self._hours, self._start = self.ledger.ended, start
        self._months, self._limit, self._day = {}, None, None
        if start is not None:
            day = start.astimezone(OSLO).date()
            self._day = DaySum(self._hours, start)
            now = self._month_of(day)
            self._purse.count(self._hours, start, now)
            if now is not None and now.tariff.basis is Basis.PEAKS:
                before = None if now.enough_peaks else self._month_of(now.first - timedelta(days=1))
                self._limit = Limit.for_hour(start, now, before, self._chosen_kw)

    def _month_of(self, day: date) -> Month | None:
        """Return the month of a day, by the table of that day: from then on a new table counts for the whole month."""
        if day not in self._months:
            tariff = in_force(self._tariffs, day)
            found = None
            if tariff is not None and tariff.basis is not Basis.NONE:
                found = replace(month(tariff, self._hours or (), day, self._start), fuse_a=self._fuse_a)
            self._months[day] = found
        return self._months[day]


def hours_for(tariffs: Sequence[Tariff]) -> int:
    """Return how many ended hours these tables look back on; two months of them at least."""
    months = max((table.peaks.months for table in tariffs), default=1)
    return max(MAX_HOURS, (months + 1) * 31 * 24)


def _most_w(fuse_a: float | None) -> float | None:
    return None if fuse_a is None else connection_w(fuse_a)
