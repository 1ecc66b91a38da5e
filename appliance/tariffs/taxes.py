"""What the state takes and gives with a kWh, by zone and day: taxes, VAT, Norgespris and strømstøtte.

Each level is dated and known to the end of 2026. What comes after is `None`: the levels of a year are settled late in
the one before it.

Sources. Forbruksavgift of 2025 and 2026: Skatteetaten, satser/elektrisk-kraft, as Fri nettleie has it (`satser.yml`,
checked on 2026-09-21); of 2024: Norgesnett's page on its taxes. Enova: forskrift om Energifondet, 1 øre for households.
Zones: the same project's `avgifter.md`, merverdiavgiftsloven § 6-6. Norgespris: the government on 2025-09-09 (40 øre
without VAT from 2025-10-01 to the end of 2026) and Lnett's page on it (5,000 kWh a month, 1,000 for a holiday home).
Strømstøtte: FOR-2025-09-08-1791, and the levels of the years before as Strømkalkulator lists them.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from appliance.tariffs.company import Customer, Zone

_CONSUMPTION_TAX = (
    (date(2024, 1, 1), 9.51),
    (date(2024, 4, 1), 16.44),
    (date(2025, 1, 1), 9.79),
    (date(2025, 4, 1), 16.93),
    (date(2025, 10, 1), 12.53),
    (date(2026, 1, 1), 7.13),
)
"""From when; øre a kWh without VAT."""
ENOVA_ORE = 1.0
"""For a kWh of a household's."""
_NOT_KNOWN_FROM = date(2027, 1, 1)
_VAT = 0.25

TAX_CHANGES = frozenset({day for day, _ in _CONSUMPTION_TAX} | {_NOT_KNOWN_FROM})
"""The days on which taxes change, or stop being known."""


def taxes_ore(zone: Zone, day: date) -> float | None:
    """Return forbruksavgift and Enova together, øre a kWh without VAT; `None` where they are not known."""
    levels = [ore for start, ore in _CONSUMPTION_TAX if start <= day]
    if not levels or day >= _NOT_KNOWN_FROM:
        return None
    return ENOVA_ORE if zone is Zone.TILTAKSSONE else round(levels[-1] + ENOVA_ORE, 4)


def vat(zone: Zone, day: date) -> float:  # noqa: ARG001 - the same share on all days known here
    """Return the share that VAT adds, 0 to 1."""
    return _VAT if zone is Zone.ORDINARY else 0.0


class FixedPrice(NamedTuple):
    """The state's price for power in a time."""

    valid_from: date
    valid_to: date
    """The first day on which it does not hold."""
    ore: float
    """For a kWh, without VAT."""
    cap_kwh: float
    """It holds for so much of each month; the rest costs what the power supplier asks."""


def norgespris(zone: Zone, customer: Customer) -> tuple[FixedPrice, ...]:  # noqa: ARG001 - the same in all zones
    """Return the known times of Norgespris, oldest first."""
    cap_kwh = {Customer.HOME: 5000.0, Customer.CABIN: 1000.0}[customer]
    return (FixedPrice(date(2025, 10, 1), date(2027, 1, 1), 40.0, cap_kwh),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The rule of strømstøtte: what the state pays of a high spot price, hour by hour. Not for cabins."""

    valid_from: date
    valid_to: date
    threshold_ore: float
    """Spot price of a kWh without VAT, above which it pays."""
    share: float
    """Of what is above it."""
    cap_kwh: float
    """For so much of each month."""


SUPPORT = (
    Support(valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1), threshold_ore=75.0, share=0.9, cap_kwh=5000.0),
    Support(valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1), threshold_ore=77.0, share=0.9, cap_kwh=5000.0),
)
"""Oldest first."""
