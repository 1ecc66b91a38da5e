"""The answers as values for JSON, for programs that read them."""

from datetime import date
from typing import Any

from appliance.tariffs.answers import HourAnswer, StepPrice, steps
from appliance.tariffs.company import Company, Customer, Zone
from appliance.tariffs.periods import linear
from appliance.tariffs.stored import source
from appliance.tariffs.table import Method, Table
from appliance.tariffs.taxes import taxes_ore, vat


def company_values(company: Company) -> dict[str, Any]:
    """Return a company of the list."""
    return {
        "id": company.id,
        "name": company.name,
        "areas": [company.area] if company.area else [],
        "checked_on": company.checked.isoformat(),
        "valid_from": company.valid_from.isoformat(),
        "valid_to": company.valid_to and company.valid_to.isoformat(),
        "customers": sorted((customer.value for customer in company.customers), reverse=True),
        "zone": company.zone.value,
    }


def table_values(company: Company, customer: Customer, table: Table, zone: Zone, day: date) -> dict[str, Any]:
    """Return a table, with the taxes of a day."""
    of, share = source(), vat(zone, day)
    by_kw = linear(table) if table.method is Method.WEEKS else None
    return company_values(company) | {
        "customer": customer.value,
        "valid_from": table.valid_from.isoformat(),
        "valid_to": table.valid_to and table.valid_to.isoformat(),
        "method": table.method.value,
        "limit_is_lower": table.limit_is_lower,
        "steps": [step_values(step, share) for step in steps(table)] if table.method is not Method.WEEKS else [],
        "linear": by_kw and {"fixed_kr_month": round(by_kw.fixed_kr, 2), "per_kw_kr_month": round(by_kw.per_kw_kr, 2)},
        "energy_ore": table.energy.base_ore,
        "exceptions": [
            {
                "hours": when.hours and sorted(when.hours),
                "days": when.days and sorted(kind.value for kind in when.days),
                "months": when.months and sorted(when.months),
                "energy_ore": ore,
            }
            for when, ore in table.energy.exceptions
        ],
        "zone": zone.value,
        "taxes_ore": taxes_ore(zone, day),
        "vat": share,
        "source": {
            "credit": of.credit,
            "licence": of.licence,
            "link": of.link,
            "commit": of.commit,
            "commit_date": of.commit_date.isoformat(),
        },
    }


def step_values(step: StepPrice, share: float) -> dict[str, Any]:
    """Return a step with its price, without and with this share of VAT."""
    return {
        "step": [float(step.start), step.end and float(step.end)],
        "price_kr_month": step.month_kr(),
        "price_kr_month_with_taxes": step.month_kr(share),
    }


def hour_values(hour: HourAnswer) -> dict[str, Any]:
    """Return what an hour costs."""
    return {
        "start": f"{hour.start:%Y-%m-%dT%H:%M:%SZ}",
        "energy_ore": hour.energy_ore,
        "taxes_ore": hour.taxes_ore,
        "power_ore": hour.power_ore,
        "vat_ore": hour.vat_ore,
        "total_ore": hour.total_ore,
        "holiday": hour.holiday,
    }
