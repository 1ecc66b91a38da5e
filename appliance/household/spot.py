"""The day-ahead prices of an area, hour by hour: what is known of them, and what the household is shown.

A day's prices are known as a whole or not at all, and no hour has another day's. They are without VAT, as the exchange
settles them; what the household sees has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from appliance.household.hours import HOUR, OSLO

AREAS = ("NO1", "NO2", "NO3", "NO4", "NO5", "SE1", "SE2", "SE3", "SE4")
"""Norway's and Sweden's; both countries have the same clock."""


@dataclass(frozen=True, slots=True)
class SpotDay:
    """A local day."""

    day: date
    ore: tuple[float, ...]
    """Of each of its 23, 24 or 25 hours, øre a kWh without VAT; a price may be below zero."""


@dataclass(frozen=True, slots=True)
class SpotPrices:
    """All that is known."""

    area: str
    source: str
    """Who tells them, by the name of its host."""
    days: tuple[SpotDay, ...] = ()
    """Oldest first; not every day need be there."""
    trouble: str | None = None
    """Why the newest ones could not be had, in one sentence; `None` when they could, or are not due yet."""
    by_start: dict[datetime, float] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for known in self.days:
            self.by_start.update(zip(starts(known.day), known.ore, strict=True))

    def ore(self, start: datetime) -> float | None:
        """Return the price of the hour that begins at `start`, UTC; `None` where it is not known."""
        return self.by_start.get(start)


@dataclass(frozen=True, slots=True)
class SpotHour:
    """An hour's price as the household is shown it."""

    start: datetime
    """UTC."""
    kr: float
    """For a kWh, with the VAT of this household."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The prices around one hour."""

    area: str
    source: str
    now_kr: float | None
    """Of a kWh, with VAT, without what grid company and supplier take; `None` where it is not known."""
    now_start: datetime | None = None
    """When this hour began, UTC."""
    today: tuple[SpotHour, ...] = ()
    """All hours of the local day; empty where they are not known."""
    tomorrow: tuple[SpotHour, ...] = ()
    trouble: str | None = None

    @property
    def cheapest(self) -> SpotHour | None:
        """The day's cheapest hour, of equal ones the first."""
        return min(self.today, key=lambda hour: hour.kr, default=None)

    @property
    def dearest(self) -> SpotHour | None:
        """The day's dearest hour, of equal ones the first."""
        return max(self.today, key=lambda hour: hour.kr, default=None)


def starts(day: date) -> list[datetime]:
    """Return the beginnings of the hours of a local day, UTC: 23 to 25 of them."""
    begin, end = (datetime.combine(day + timedelta(days=ahead), time(), OSLO).astimezone(UTC) for ahead in (0, 1))
    return [begin + HOUR * place for place in range(round((end - begin) / HOUR))]


def around(prices: SpotPrices, utc: datetime | None, vat: float) -> Spot:
    """Return what a household with this share of VAT is shown at a moment; `None` is not known."""
    if utc is None:
        return Spot(area=prices.area, source=prices.source, now_kr=None, trouble=prices.trouble)
    today = utc.astimezone(OSLO).date()
    start = utc.replace(minute=0, second=0, microsecond=0)
    now_ore = prices.ore(start)
    return Spot(
        area=prices.area,
        source=prices.source,
        now_kr=None if now_ore is None else _kr(now_ore, vat),
        now_start=start,
        today=_shown(prices.days, today, vat),
        tomorrow=_shown(prices.days, today + timedelta(days=1), vat),
        trouble=prices.trouble,
    )


def _shown(days: Sequence[SpotDay], day: date, vat: float) -> tuple[SpotHour, ...]:
    found = next((known.ore for known in reversed(days) if known.day == day), ())
    return tuple(SpotHour(start, _kr(ore, vat)) for start, ore in zip(starts(day), found, strict=False))


def _kr(ore: float, vat: float) -> float:
    return round(ore * (1 + vat) / 100, 6)
