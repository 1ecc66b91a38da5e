"""What `han-appliance tariff check --json` prints: energies in kWh, prices in øre, times in UTC; null is not known."""

from collections.abc import Mapping, Sequence
from typing import Any

from appliance.history.comparison import Comparison, Difference
from appliance.history.elhub import ElhubFile
from appliance.household.hours import Quality
from appliance.household.invoice import CapacityLine, EnergyLine, Invoice, to_the_ore


def values(file: ElhubFile, compared: Comparison, invoices: Sequence[Invoice], corrected: int) -> Mapping[str, Any]:
    """Return all of it as one object."""
    return {
        "file": {
            "hours": len(file.hours),
            "from": file.hours[0].start.isoformat(),
            "last": file.hours[-1].start.isoformat(),
            "kwh": _kwh(sum(hour.import_wh for hour in file.hours)),
            "remarks": list(file.remarks),
        },
        "same": compared.same,
        "near": compared.near,
        "later": len(compared.later),
        "only_here": compared.only_here,
        "here_kwh": _kwh(compared.ours_wh),
        "file_kwh": _kwh(compared.theirs_wh),
        "hours_off": compared.shift,
        "differences": [_difference(difference) for difference in compared.differences],
        "corrected": corrected,
        "months": [_invoice(month) for month in invoices],
    }


def _difference(difference: Difference) -> Mapping[str, Any]:
    ours, theirs = difference.ours, difference.theirs
    return {
        "start": theirs.start.isoformat(),
        "here_kwh": None if ours is None or difference.wh is None else _kwh(ours.import_wh),
        "known": (Quality.UNKNOWN if ours is None else ours.quality).value,
        "file_kwh": _kwh(theirs.import_wh),
        "file_quality": theirs.quality,
        "difference_kwh": None if difference.wh is None else _kwh(difference.wh),
    }


def _invoice(month: Invoice) -> Mapping[str, Any]:
    total, capacity = month.total, month.month
    return {
        "month": f"{month.first:%Y-%m}",
        "hours": month.hours,
        "of_hours": month.of_hours,
        "kwh": _kwh(month.wh),
        "mean_kw": None if capacity is None else capacity.mean_kw,
        "peaks": [
            {"start": peak.start.isoformat(), "kwh": _kwh(peak.import_wh)}
            for peak in (() if capacity is None else capacity.top)
        ],
        "capacity": [_capacity(line, month) for line in month.capacity],
        "energy": [_line(line) for line in month.energy],
        "taxes": [_line(line) for line in month.taxes],
        "power": [_line(line) for line in month.power],
        "net_kr": _kr(month.net_kr),
        "vat_kr": _kr(month.vat_kr),
        "total_kr": _kr(total.kr),
        "missing": sorted(part.value for part in total.missing),
    }


def _capacity(line: CapacityLine, month: Invoice) -> Mapping[str, Any]:
    return {
        "from": line.first.isoformat(),
        "days": line.days,
        "of_days": line.of_days,
        "step": None if (limits := line.step(month.month)) is None else list(limits),
        "month_kr": _kr(line.month_kr),
        "kr": _kr(line.kr),
    }


def _line(line: EnergyLine) -> Mapping[str, Any]:
    return {"ore": line.ore, "kwh": _kwh(line.wh), "kr": _kr(line.kr)}


def _kwh(wh: float) -> float:
    return round(wh / 1000, 3)


def _kr(kr: float | None) -> float | None:
    return None if kr is None else to_the_ore(kr)
