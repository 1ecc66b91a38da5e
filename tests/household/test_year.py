"""A year of three makers' meters in one house with solar, straight into the household, against what truly was.

Readings come once a minute, and every ten seconds in the first week of each month; hourly lists as each maker sends
them, some of them missing or stuck; and the program is restarted once a month. The loads change when readings are
taken, so that what is left is the household's own error.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.household.checkpoint import Restored
from appliance.household.clock import STANDARD_TIME
from appliance.household.hours import OSLO, Hour, Quality
from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.household.tariff import Tariff, month
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.simulation.house import House, Net
from appliance.simulation.makers import MAKERS as SIMULATED

MAKERS = list(SIMULATED) if os.environ.get("HAN_LONG") else [Maker.AIDON]
"""One after the other would take minutes: all three are lived through in .ci/long."""
START = datetime(2025, 12, 31, 23, tzinfo=UTC)
"""Midnight in Norway."""
END = datetime(2026, 12, 31, 23, tzinfo=UTC)
STEP = {Maker.AIDON: 10, Maker.KAIFA: 1, Maker.KAMSTRUP: 10}
HOUR = timedelta(hours=1)


@dataclass
class Meter:
    """A meter of one maker, read once a minute or every ten seconds."""

    maker: Maker
    house: House = field(default_factory=lambda: House(Net.TN, solar=True, step_s=10))
    import_wh: float = 17_000_000.0
    export_wh: float = 3_000_000.0
    truth: dict[datetime, list[float]] = field(default_factory=dict)

    def readings(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, Reading]]:
        """All that it says from one full hour to another."""
        hour = start
        while hour < end:
            yield from self._hour(hour)
            hour += HOUR

    def _hour(self, hour: datetime) -> Iterator[tuple[datetime, Reading]]:
        fine = hour.astimezone(OSLO).day <= 7
        step = timedelta(seconds=10 if fine else 60)
        offset = timedelta(seconds=SIMULATED[self.maker].cadence.hourly_offset_s)
        at_the_hour = self._registers()
        whole = self.truth.setdefault(hour, [0.0, 0.0])
        moment, listed = hour, False
        while moment < hour + HOUR:
            net_w = round(self.house.net_w(moment))
            power = {"power_import_w": max(0, net_w), "power_export_w": max(0, -net_w)}
            yield moment, self._reading(moment, power)
            if not listed and hour + offset < moment + step:
                listed = True
                if self.maker is Maker.AIDON:
                    yield hour + offset, self._reading(hour, power | at_the_hour)
                else:
                    gone = (hour + offset - moment).total_seconds()
                    registers = self._registers(net_w * gone / 3600)
                    yield hour + offset, self._reading(hour + offset, power | registers)
            energy = net_w * step.total_seconds() / 3600
            self.import_wh += max(0.0, energy)
            self.export_wh += max(0.0, -energy)
            whole[0] += max(0.0, energy)
            whole[1] += max(0.0, -energy)
            moment += step

    def _registers(self, more_wh: float = 0.0) -> dict[str, float]:
        step = STEP[self.maker]
        return {
            "energy_import_wh": int(self.import_wh + max(0.0, more_wh)) // step * step,
            "energy_export_wh": int(self.export_wh + max(0.0, -more_wh)) // step * step,
        }

    def _reading(self, moment: datetime, values: dict[str, float]) -> Reading:
        fields: dict[str, object] = {"offset": 0, "length": 0, "elements": 13, "maker": self.maker, **values}
        hourly = "energy_import_wh" in values
        if hourly:
            fields |= {"list_name": SIMULATED[self.maker].list_name, "meter_id": "1"}
        if hourly or self.maker is not Maker.AIDON:
            zone = STANDARD_TIME if self.maker is Maker.KAMSTRUP else OSLO
            fields["clock"] = MeterClock(moment.astimezone(zone).replace(tzinfo=None))
        return Reading.of(fields)


@dataclass
class Figures:
    """What a year came to."""

    hours: int = 0
    metered: int = 0
    integrated: int = 0
    not_close: int = 0
    """Integrated hours that are off by more than 1 % and 30 Wh."""
    wrong: list[str] = field(default_factory=list)


def year(maker: Maker) -> Figures:
    """Live through a year; what was found."""
    figures, meter = Figures(), Meter(maker)
    household = made()
    last_list: Reading | None = None
    first = START
    while first < END:
        following = (first.astimezone(OSLO) + timedelta(days=32)).replace(day=1, hour=0)
        following = datetime.combine(following.date(), datetime.min.time(), OSLO).astimezone(UTC)
        restart = first + timedelta(days=13, hours=5, minutes=20)
        for moment, reading in meter.readings(first, following):
            now = (moment - START).total_seconds()
            if restart is not None and moment >= restart:
                record, restart = household.record(now), None
                household, hours = made(), household.hours
                household.restore(Restored(hours, record.checkpoint, 5.0), now)
            if reading.energy_import_wh is not None:
                hour = moment.replace(minute=0, second=0)
                number = round((hour - START) / HOUR)
                if number % 53 == 50:  # the hourly list is missing
                    continue
                if number % 97 == 60 and maker is Maker.AIDON and last_list is not None:  # or that of the hour before
                    reading = last_list
                else:
                    last_list = reading
            household.reading(reading, now)
            if moment.minute % 15 == 0 and moment.second == 0:
                household.situation(now)
        check(figures, household, meter, first.astimezone(OSLO).date())
        meter.truth = {hour: was for hour, was in meter.truth.items() if hour >= following - HOUR}
        first = following
    return figures


def made() -> Household:
    household = Household(Rules(silent_s=90.0))
    household.port(is_open=True)
    return household


def check(figures: Figures, household: Household, meter: Meter, day: date) -> None:
    """Hold a month's hours, its peaks and its step against what was; its last hour has not ended yet."""
    hours = [hour for hour in household.hours if hour.start in meter.truth]
    missing = set(meter.truth) - {hour.start for hour in hours}
    if len(missing) > 1 + (day.month == 1):
        figures.wrong.append(f"{meter.maker} {day}: hours missing: {sorted(missing)[:3]}")
    for hour in hours:
        imported, exported = meter.truth[hour.start]
        judge(figures, meter.maker, hour, imported, exported)
    truth = [
        Hour(start, was[0], 0.0, Quality.METERED, 1.0) for start, was in meter.truth.items() if start not in missing
    ]
    known, true = month(Tariff(), hours, day), month(Tariff(), truth, day)
    # Two nights with the same load are alike: which of them comes first is the register's rounding.
    pairs = zip(known.top, true.top, strict=False)
    alike = [abs(meter.truth[hour.start][0] - was.import_wh) <= STEP[meter.maker] for hour, was in pairs]
    if not all(alike) or len(known.top) != len(true.top) or known.step != true.step:
        figures.wrong.append(f"{meter.maker} {day}: peaks {known.top} and not {true.top}")


def judge(figures: Figures, maker: Maker, hour: Hour, imported: float, exported: float) -> None:
    figures.hours += 1
    if hour.quality is Quality.METERED:
        figures.metered += 1
        if abs(hour.import_wh - imported) > STEP[maker] + 0.01 or (
            hour.export_quality is Quality.METERED and abs(hour.export_wh - exported) > STEP[maker] + 0.01
        ):
            figures.wrong.append(f"{maker} {hour}: truly {imported:.1f} and {exported:.1f} Wh")
    elif hour.quality is Quality.INTEGRATED:
        figures.integrated += 1
        figures.not_close += abs(hour.import_wh - imported) > max(30.0, 0.01 * imported)
    elif hour.import_wh > imported + 0.01:
        figures.wrong.append(f"{maker} {hour}: at most {imported:.1f} Wh")


@pytest.fixture(scope="module")
def years() -> dict[Maker, Figures]:
    with ProcessPoolExecutor(min(3, os.cpu_count() or 1)) as pool:
        return dict(zip(MAKERS, pool.map(year, MAKERS), strict=True))


@pytest.mark.parametrize("maker", MAKERS)
def test_every_hour_and_every_peak_of_a_year_is_as_it_was(maker, years):
    figures = years[maker]
    print(
        f"\n{maker}: {figures.hours} hours, {figures.metered} metered, {figures.integrated} integrated, "
        f"of these {figures.not_close} off by more than 1 % and 30 Wh"
    )

    assert figures.wrong == []
    assert figures.hours >= 8758
    assert figures.metered > 0.94 * figures.hours
    assert figures.not_close <= 0.001 * figures.hours
