"""The Norwegian grid companies' dated tables, with taxes, public holidays and the state's prices: all that is known.

The figures are those of Fri nettleie (CC BY 4.0), https://github.com/kraftsystemet/fri-nettleie, brought into a short
form by `han-appliance tariff import`. A price holds from its first day to its last, and none is carried beyond.
"""

from appliance.tariffs.company import Company, Customer, Zone
from appliance.tariffs.periods import tariffs
from appliance.tariffs.stored import Source, companies, company, holidays, source
from appliance.tariffs.taxes import SUPPORT, FixedPrice, Support, norgespris, taxes_ore, vat

__all__ = [
    "SUPPORT",
    "Company",
    "Customer",
    "FixedPrice",
    "Source",
    "Support",
    "Zone",
    "companies",
    "company",
    "holidays",
    "norgespris",
    "source",
    "tariffs",
    "taxes_ore",
    "vat",
]
