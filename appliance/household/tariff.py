"""What electricity costs, as data: the capacity and energy parts of the grid company, taxes, and the power itself.

The words for a peak are those of the RI-SE Eltariff API (`peakIdentificationSettings`): of each period the highest
hour is a peak, the mean of the highest few peaks in some months is what is billed, by steps or by the kilowatt. Most
Norwegian companies take the highest hour of each day and the mean of the three highest of these in the month. So an
hour costs nothing as long as its day already had a higher one, or three other days had; and a single hour can lift the
whole month into the next step. `capacity` computes that; here stands only what the tables say.

A table is constant in its time: each change of prices, taxes or of the power's price begins another one. What no table
says is `None`, and never that of another time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction

from appliance.household.daily_window import DailyWindow
from appliance.household.hours import HOUR_S, OSLO
from appliance.household.recurring import ALWAYS, WITHOUT_HOLIDAYS, Calendar, DayKind, Recurring


class Basis(Enum):
    """What decides the capacity part."""

    PEAKS = "highest-days"
    """The mean of peaks."""
    FUSE = "fuse"
    """The main fuse: the step never changes."""
    NONE = "none"
    """There is no capacity tariff, or none that is known here."""


class Period(Enum):
    """Of each of these the highest hour is a peak (`peakIdentificationPeriod`)."""

    HOUR = "PT1H"
    """Any hours: several of one day may count."""
    DAY = "P1D"
    WEEK = "P7D"
    """From Monday to Sunday; one that the months cut counts with what lies in them."""
    MONTH = "P1M"


@dataclass(frozen=True, slots=True)
class Weight:
    """A part of the year whose hours count less, or more."""

    when: Recurring
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRule:
    """What a peak is, and how many of them count; the defaults are those of most Norwegian companies."""

    number: int = 3
    """So many of the highest peaks make the mean (`numberOfPeaksForAverageCalculation`)."""
    period: Period = Period.DAY
    months: int = 1
    """The peaks of so many months count, the present one with them."""
    duration_s: float = HOUR_S
    """What is billed is the mean power of so long, s (`peakDuration`); this appliance measures hours."""
    counts: Recurring = ALWAYS
    """Other hours are no peaks at all."""
    weights: tuple[Weight, ...] = ()
    """Of several that cover an hour the last one holds; other hours count as they are. A week has its Monday's month:
    so Fjellnett's rules of 2023, "vekting i uker med overgang til ny måned".
    """
    least_kw: float = 0.0
    """A smaller peak counts as this."""

    def weight(self, start: datetime, calendar: Calendar) -> Fraction | int:
        """Return what the energy of the hour that begins at `start` is multiplied by; 0 where it does not count."""
        if self.counts is ALWAYS and not self.weights:
            return 1
        local = start.astimezone(OSLO)
        if not self.counts.covers(local, calendar):
            return 0
        month = (local - timedelta(days=local.weekday())).month if self.period is Period.WEEK else local.month
        found = [weight.share for weight in self.weights if weight.when.covers(local, calendar, month)]
        return found[-1] if found else 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the tariff."""

    up_to: float | None
    """Its upper limit: kW by peaks, A by the fuse; `None` for the last step."""
    price_kr: float | None = None
    """Price a month, kr; `None` when not given."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A price by the kilowatt, kr a month."""

    per_kw_kr: float
    fixed_kr: float = 0.0


@dataclass(frozen=True, slots=True)
class EnergyPrice:
    """What a kWh costs by hour, kind of day and month: the grid company's part, or all that is fixed."""

    base_ore: float
    exceptions: tuple[tuple[Recurring, float], ...] = ()
    """Of several that cover an hour the last one holds."""

    def ore(self, start: datetime, calendar: Calendar = WITHOUT_HOLIDAYS) -> float:
        """Return the price of the hour that begins at `start`, øre a kWh."""
        local = start.astimezone(OSLO)
        found = [ore for when, ore in self.exceptions if when.covers(local, calendar)]
        return found[-1] if found else self.base_ore


DAY_FROM, DAY_TO = time(6), time(22)
"""The day's price holds between them with nearly all companies that have one."""


def by_day_and_night(
    day_ore: float,
    night_ore: float,
    day_from: time = DAY_FROM,
    day_to: time = DAY_TO,
    *,
    weekend_is_night: bool = True,
) -> EnergyPrice:
    """Return the price of a company that has a day's and a night's, by the words of a table in the settings.

    With `weekend_is_night` the day's price holds on working days alone.
    """
    window = DailyWindow(day_from, day_to)
    hours = frozenset(hour for hour in range(24) if window.empty or window.covers(datetime(2000, 1, 1, hour)))
    days = frozenset({DayKind.WORKING_DAY}) if weekend_is_night else None
    return EnergyPrice(night_ore, ((Recurring(hours, days), day_ore),))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotRule:
    """How the price of the power follows the spot price of each hour."""

    area: str
    """Whose spot price."""
    factor: float = 1.0
    """What the spot price, which has no VAT, is multiplied by: the VAT, where the table's prices have it in them."""
    markup_ore: float | None = None
    """What the supplier adds to each kWh, as the table's prices are; `None` is not known, and left out."""
    threshold_ore: float | None = None
    """Spot price without VAT, above which the state pays; `None` where it pays nothing."""
    share: float = 0.0
    """Of what is above, paid by the state."""

    def full_ore(self, spot_ore: float) -> float:
        """Return what a kWh costs that the state pays nothing for."""
        return spot_ore * self.factor + (self.markup_ore or 0.0)

    def supported_ore(self, spot_ore: float) -> float:
        """Return what a kWh costs that the state supports."""
        above = 0.0 if self.threshold_ore is None else max(0.0, spot_ore - self.threshold_ore)
        return self.full_ore(spot_ore) - self.share * above * self.factor


@dataclass(frozen=True, slots=True)
class PowerPrice:
    """What the power supplier takes for a kWh, øre, without VAT where the table's other prices are."""

    ore: float | None
    """`None` is not known, or another one in each hour: the spot price."""
    cap_kwh: float | None = None
    """Only the first so many kWh of a month cost this, or get the state's support. What the others cost is not known,
    but by the spot price.
    """
    spot: SpotRule | None = None
    """`None` where the price does not follow the spot price, or nobody fetches that."""


class PowerLack(Enum):
    """What is not known of the power's price."""

    NOTHING = "nothing"
    ALL = "all"
    """Nobody tells it."""
    SPOT = "spot"
    """The spot price of this hour."""
    MARKUP = "markup"
    """What the supplier adds to the spot price; the rest is known."""


COMMON_STEPS = tuple(Step(kw) for kw in (2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 50.0, 75.0, 100.0, None))
"""The limits of most household tariffs, kW; the prices differ by company and year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourPrice:
    """What a kWh of one hour costs, øre; `None` is not known."""

    energy_ore: float | None
    """The grid company's."""
    taxes_ore: float | None
    power_ore: float | None
    """The power supplier's, below any cap."""
    vat: float
    """Share that comes on top of all three."""
    beyond_ore: float | None = None
    """The power supplier's beyond the cap, where there is one."""
    power_lacks: PowerLack = PowerLack.NOTHING

    @property
    def grid_ore(self) -> float | None:
        """The grid company's part and the taxes, with VAT."""
        if self.energy_ore is None or self.taxes_ore is None:
            return None
        return (self.energy_ore + self.taxes_ore) * (1 + self.vat)

    @property
    def power_with_vat_ore(self) -> float | None:
        """The power supplier's part, with VAT."""
        return None if self.power_ore is None else self.power_ore * (1 + self.vat)

    @property
    def beyond_with_vat_ore(self) -> float | None:
        """The power supplier's part beyond the cap, with VAT."""
        return None if self.beyond_ore is None else self.beyond_ore * (1 + self.vat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """All that a kWh and the capacity cost in a time; the defaults are Norway's common steps without prices."""

    valid_from: date = date.min
    valid_to: date | None = None
    """The first day on which it does not hold; `None` where no end is known."""
    basis: Basis = Basis.PEAKS
    peaks: PeakRule = PeakRule()
    steps: tuple[Step, ...] = COMMON_STEPS
    """By rising limit; the last may have none. Empty where the price is linear."""
    linear: Linear | None = None
    limit_is_lower: bool = False
    """A value on a limit belongs to the step below it."""
    energy: EnergyPrice | None = None
    calendar: Calendar = WITHOUT_HOLIDAYS
    taxes_ore: float | None = 0.0
    """By the kWh; `None` is not known."""
    vat: float = 0.0
    """Share that comes on top of all prices here; 0 where they have it in them."""
    power: PowerPrice | None = None
    """`None` where the power supplier's price is not known."""
    prices_of: date | None = None
    """When its prices came into force or were checked last, whichever is later; `None` where a person set them."""
    ended: bool = False
    """Its prices have ended and the next ones are not known: what stands here are the limits alone."""

    def step(self, value: float) -> int | None:
        """Return the place of the step in which a value lies, kW or A; above all limits it is the last one.

        `None` where there are no steps.
        """
        for place, step in enumerate(self.steps):
            if step.up_to is None or self.within(value, step.up_to):
                return place
        return len(self.steps) - 1 if self.steps else None

    def within(self, value: float, limit: float) -> bool:
        """Return whether a value belongs below a limit."""
        return value <= limit if self.limit_is_lower else value < limit

    def end_of(self, place: int | None) -> float | None:
        """Return the limit of a step above which it gets dearer; `None` for the last, whatever its own limit."""
        return self.steps[place].up_to if place is not None and place < len(self.steps) - 1 else None

    def capacity_kr(self, value: float) -> float | None:
        """Return what a month costs with this mean, kW, or fuse, A; without VAT; `None` is not known."""
        if self.linear is not None:
            return self.linear.fixed_kr + self.linear.per_kw_kr * value
        place = self.step(value)
        return None if place is None else self.steps[place].price_kr

    def hour_price(self, start: datetime, spot_ore: float | None = None) -> HourPrice:
        """Return what a kWh of the hour that begins at `start` costs; `spot_ore` is its spot price without VAT."""
        power_ore, beyond_ore = None if self.power is None else self.power.ore, None
        lacks = PowerLack.ALL if power_ore is None else PowerLack.NOTHING
        if self.power is not None and (rule := self.power.spot) is not None:
            lacks = PowerLack.MARKUP if rule.markup_ore is None else PowerLack.NOTHING
            if spot_ore is None:
                lacks = PowerLack.SPOT
            else:
                power_ore, beyond_ore = rule.supported_ore(spot_ore), rule.full_ore(spot_ore)
        return HourPrice(
            energy_ore=None if self.energy is None else self.energy.ore(start, self.calendar),
            taxes_ore=self.taxes_ore,
            power_ore=power_ore,
            vat=self.vat,
            beyond_ore=beyond_ore,
            power_lacks=lacks,
        )

    def prices_are_old(self, day: date) -> bool:
        """Return whether its prices may have changed by `day`: they have ended, or nobody has looked for a year."""
        return self.ended or (self.prices_of is not None and (day - self.prices_of).days > 365)


def in_force(tariffs: Iterable[Tariff], day: date) -> Tariff | None:
    """Return the table that holds on a day; `None` before the first, and where the newest has ended."""
    newest = max(
        (table for table in tariffs if table.valid_from <= day), key=lambda table: table.valid_from, default=None
    )
    return None if newest is None or (newest.valid_to is not None and day >= newest.valid_to) else newest
