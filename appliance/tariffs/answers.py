"""What the tables answer when a person or a program asks: a step and its price, and what each hour costs.

Money is exact until it is rounded to the øre: fractions of the decimals that the companies publish.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from appliance.household.tariff import in_force
from appliance.tariffs.company import Customer, Zone
from appliance.tariffs.periods import tariffs
from appliance.tariffs.stored import holidays, stored
from appliance.tariffs.table import Table

OSLO = ZoneInfo("Europe/Oslo")
_HOUR = timedelta(hours=1)
_DECIMALS = 5
"""Of øre: three of a price times a quarter of VAT have five."""


@dataclass(frozen=True, slots=True)
class StepPrice:
    """A step of a table, and what it costs."""

    start: float
    """kW, or A by the fuse."""
    end: float | None
    """Where the next one begins; `None` for the last."""
    price_kr_year: float
    """Without taxes and VAT."""

    def month_kr(self, vat: float = 0.0) -> float:
        """Return a twelfth of the year's price with this share of VAT, to the øre; half an øre counts as a whole."""
        exact = Fraction(str(self.price_kr_year)) * (1 + Fraction(str(vat))) / 12
        return floor(exact * 100 + Fraction(1, 2)) / 100


def table_on(company_id: str, customer: Customer, day: date) -> Table | None:
    """Return the table that holds for such a customer on a day."""
    known = stored(company_id)
    return next(
        (
            table
            for table in (known.tables if known else ())
            if customer in table.customers
            and table.valid_from <= day
            and (table.valid_to is None or day < table.valid_to)
        ),
        None,
    )


def steps(table: Table) -> tuple[StepPrice, ...]:
    """Return all steps of a table."""
    ends = (*table.limits[1:], None)
    return tuple(StepPrice(*step) for step in zip(table.limits, ends, table.prices_kr, strict=True))


def step_of(table: Table, value: float) -> StepPrice:
    """Return the step in which a value lies, kW or A; one on a limit by what the table says of limits."""
    found, *others = steps(table)
    for step in others:
        if value > step.start or (value == step.start and not table.limit_is_lower):
            found = step
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HourAnswer:
    """What a kWh of an hour costs, øre; `None` is not known, as all are where no table holds."""

    start: datetime
    """UTC."""
    energy_ore: float | None
    """The grid company's part, without taxes."""
    taxes_ore: float | None
    """Forbruksavgift and Enova, without VAT."""
    power_ore: float | None
    """The power's, without VAT, below any cap."""
    vat_ore: float | None
    """On all of them that are known; `None` where one of the first two is not."""
    total_ore: float | None
    """`None` where one of them is not known."""
    holiday: bool
    """It lies on a public holiday."""


def hours(
    company_id: str,
    start: datetime,
    end: datetime,
    *,
    customer: Customer = Customer.HOME,
    zone: Zone | None = None,
    norgespris: bool = False,
) -> Iterator[HourAnswer]:
    """Yield what each whole hour between two moments costs; `end` itself does not belong to it."""
    tables, free = tariffs(company_id, customer=customer, zone=zone, norgespris=norgespris), holidays()
    hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if hour < start:
        hour += _HOUR
    while hour + _HOUR <= end:
        day = hour.astimezone(OSLO).date()
        tariff = in_force(tables, day)
        price = None if tariff is None else tariff.hour_price(hour)
        energy, taxes, power, vat, total = None, None, None, None, None
        if price is not None:
            energy, taxes, power = price.energy_ore, price.taxes_ore, price.power_ore
            if energy is not None and taxes is not None:
                vat = round((energy + taxes + (power or 0.0)) * price.vat, _DECIMALS)
                total = None if power is None else round(energy + taxes + power + vat, _DECIMALS)
        yield HourAnswer(
            start=hour,
            energy_ore=energy,
            taxes_ore=taxes,
            power_ore=power,
            vat_ore=vat,
            total_ore=total,
            holiday=day in free,
        )
        hour += _HOUR
