"""Who a table is of and for: the grid company, its customers, and where taxes differ."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Customer(Enum):
    """Whom a table is for."""

    HOME = "home"
    CABIN = "cabin"


class Zone(Enum):
    """Where Norway's taxes on electricity differ for a household."""

    ORDINARY = "ordinary"
    """South of Nordland: all taxes and VAT."""
    NORTH = "north"
    """Nordland, and Troms but for its north: no VAT."""
    TILTAKSSONE = "tiltakssone"
    """Finnmark and the north of Troms: no VAT and no tax on consumption, `forbruksavgift`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A grid company, or one of the areas for which it has tables of its own."""

    id: str
    """The name of the source's file without its ending."""
    name: str
    area: str | None
    zone: Zone
    """Where most of its customers live; a household may live in another one."""
    checked: date
    """When somebody last compared its tables with its price list."""
    valid_from: date
    """The first day of its newest table."""
    valid_to: date | None
    """The first day without a table, where its newest one has ended or will."""
    customers: frozenset[Customer]
    """For whom it has tables without an end, or had the last ones."""

    @property
    def full_name(self) -> str:
        """The name with the area."""
        return self.name if self.area is None else f"{self.name}, {self.area}"
