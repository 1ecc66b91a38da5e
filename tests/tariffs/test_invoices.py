"""Nine invoices of BKK, line by line: what a household in Bergen paid from October 2025 to July 2026.

The figures are those of the invoices as fredrik-lindseth/Stromkalkulator has them (tests/test_faktura_bkk.py and
scripts/research/verify_invoice_hourly.py), with VAT. BKK rounds each line; our sum is rounded once, so a line may
differ by an øre and the sum by two. The hours here are made up: so many that day and night have the invoice's energy,
and three Saturdays its peaks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.invoice import invoice
from appliance.household.money import Part
from appliance.household.tariff import Tariff, in_force
from appliance.tariffs import Customer, tariffs

DAY_ORE = 28.77
"""BKK's price of a kWh by day, which no hour of the night has."""


@dataclass(frozen=True, kw_only=True)
class Bkk:
    """An invoice; kr with VAT."""

    month: date
    day_kwh: float
    night_kwh: float
    peaks_kw: tuple[float, float, float] | None
    """`None` where the source does not tell them."""
    day_kr: float
    night_kr: float
    tax_kr: float
    enova_kr: float
    capacity_kr: float
    grid_kr: float


INVOICES = [
    Bkk(
        month=date(2025, 10, 1),
        day_kwh=707.090,
        night_kwh=536.117,
        peaks_kw=(5.714, 5.475, 5.238),
        day_kr=254.29,
        night_kr=127.26,
        tax_kr=194.72,
        enova_kr=15.54,
        capacity_kr=415.0,
        grid_kr=1006.81,
    ),
    Bkk(
        month=date(2025, 11, 1),
        day_kwh=709.157,
        night_kwh=765.349,
        peaks_kw=(6.776, 5.451, 5.434),
        day_kr=255.03,
        night_kr=181.68,
        tax_kr=230.94,
        enova_kr=18.43,
        capacity_kr=415.0,
        grid_kr=1101.08,
    ),
    Bkk(
        month=date(2025, 12, 1),
        day_kwh=667.422,
        night_kwh=887.299,
        peaks_kw=(6.233, 5.656, 5.572),
        day_kr=240.03,
        night_kr=210.63,
        tax_kr=243.50,
        enova_kr=19.43,
        capacity_kr=415.0,
        grid_kr=1128.59,
    ),
    Bkk(
        month=date(2026, 2, 1),
        day_kwh=893.615,
        night_kwh=780.171,
        peaks_kw=(5.909, 5.733, 5.477),
        day_kr=321.36,
        night_kr=102.40,
        tax_kr=149.17,
        enova_kr=20.93,
        capacity_kr=415.0,
        grid_kr=1008.86,
    ),
    Bkk(
        month=date(2026, 3, 1),
        day_kwh=831.768,
        night_kwh=721.449,
        peaks_kw=(4.798, 4.557, 4.534),
        day_kr=299.13,
        night_kr=94.69,
        tax_kr=138.43,
        enova_kr=19.41,
        capacity_kr=250.0,
        grid_kr=801.66,
    ),
    Bkk(
        month=date(2026, 4, 1),
        day_kwh=620.829,
        night_kwh=760.998,
        peaks_kw=(5.939, 4.779, 4.262),
        day_kr=223.26,
        night_kr=99.88,
        tax_kr=123.16,
        enova_kr=17.28,
        capacity_kr=250.0,
        grid_kr=713.58,
    ),
    Bkk(
        month=date(2026, 5, 1),
        day_kwh=518.142,
        night_kwh=661.161,
        peaks_kw=(5.167, 4.553, 4.357),
        day_kr=186.34,
        night_kr=86.77,
        tax_kr=105.10,
        enova_kr=14.74,
        capacity_kr=250.0,
        grid_kr=642.95,
    ),
    Bkk(
        month=date(2026, 6, 1),
        day_kwh=590.646,
        night_kwh=442.982,
        peaks_kw=None,
        day_kr=212.41,
        night_kr=58.14,
        tax_kr=92.11,
        enova_kr=12.93,
        capacity_kr=250.0,
        grid_kr=625.59,
    ),
    Bkk(
        month=date(2026, 7, 1),
        day_kwh=514.414,
        night_kwh=424.349,
        peaks_kw=None,
        day_kr=185.00,
        night_kr=55.70,
        tax_kr=83.67,
        enova_kr=11.73,
        capacity_kr=250.0,
        grid_kr=586.10,
    ),
]


def hours(bill: Bkk, tables: Sequence[Tariff]) -> list[Hour]:
    """Hours of the month that have its energy by day and by night, and its peaks; in whole watt-hours."""
    starts = []
    start = datetime(bill.month.year, bill.month.month, 1, tzinfo=OSLO).astimezone(UTC)
    while start.astimezone(OSLO).month == bill.month.month:
        starts.append(start)
        start += HOUR
    table = in_force(tables, bill.month)
    assert table is not None
    by_day = [start for start in starts if table.hour_price(start).energy_ore == DAY_ORE]
    by_night = [start for start in starts if start not in set(by_day)]
    saturdays = [
        start for start in by_night if (local := start.astimezone(OSLO)).isoweekday() == 6 and local.hour == 12
    ]
    peaks_kw = bill.peaks_kw or (4.0, 4.0, 4.0)
    loads = {start: round(1000 * kw) for start, kw in zip(saturdays, peaks_kw, strict=False)}
    for those, kwh in ((by_day, bill.day_kwh), (by_night, bill.night_kwh)):
        left = [start for start in those if start not in loads]
        wh = round(1000 * kwh) - sum(loads.get(start, 0) for start in those)
        for place, start in enumerate(left):
            loads[start] = wh // len(left) + (place < wh % len(left))
    return [Hour(start, loads[start], 0.0, Quality.EDITED, 0.0) for start in starts]


@pytest.mark.parametrize("bill", INVOICES, ids=lambda bill: f"{bill.month:%Y-%m}")
def test_each_line_of_an_invoice_of_bkks(bill: Bkk):
    tables = tariffs("bkk", customer=Customer.HOME, norgespris=True)
    found = invoice(tables, hours(bill, tables), bill.month)

    assert [line.wh / 1000 for line in found.energy] == [bill.day_kwh, bill.night_kwh]
    day, night = (line.kr * 1.25 for line in found.energy if line.kr is not None)
    [capacity] = found.capacity
    [taxes] = found.taxes
    assert capacity.kr is not None
    assert taxes.kr is not None
    assert capacity.kr * 1.25 == pytest.approx(bill.capacity_kr)
    ore = 0.0101  # an øre, and what a float lacks of it
    assert day == pytest.approx(bill.day_kr, abs=ore)
    assert night == pytest.approx(bill.night_kr, abs=ore)
    assert taxes.kr * 1.25 == pytest.approx(bill.tax_kr + bill.enova_kr, abs=2 * ore)
    without_power = [line for line in found.lines if line not in found.power]
    assert sum((line.kr or 0.0) * 1.25 for line in without_power) == pytest.approx(bill.grid_kr, abs=2 * ore)
    if bill.peaks_kw is not None:
        assert found.month is not None
        assert found.month.mean_kw == pytest.approx(sum(bill.peaks_kw) / 3)
    assert found.total.missing <= {Part.POWER}


def test_the_invoices_add_up():
    """The lines above as they are printed, against BKK's own sum."""
    for bill in INVOICES:
        lines = (bill.day_kr, bill.night_kr, bill.tax_kr, bill.enova_kr, bill.capacity_kr)
        assert sum(lines) == pytest.approx(bill.grid_kr), bill.month
