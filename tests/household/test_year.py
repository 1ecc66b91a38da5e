"""A year of each maker's meter, every hour against what truly was, by each convention of its clock.

First the meter's clock is the only one, and shows what the maker's meters are known to show. Then it shows the other
thing, and the Pi has a synchronised clock: the household is to learn the hour between them. Some hourly lists are lost,
some are those of the hour before, and each month has a restart and a power cut. The load changes only when a list is
due, so what is off is the household's own error. Truth, peaks and steps are the test's own arithmetic.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from appliance.household.checkpoint import Restored
from appliance.household.hours import Hour, Quality
from appliance.household.household import Household
from appliance.household.rules import Rules
from tests.household.oracle_world import AIDON, HOUR, MAKES, Load, Make, Meter, Phase, Told, summer
from tests.share import LONG, cases, some

EVERY_S = cases(240, 240, 60)
YEARS = [(make, usual) for make in MAKES for usual in (True, False)]
IN_SHORT = some([(AIDON, True), (AIDON, False)], 2)
"""One after the other would take minutes: all are lived through in .ci/long."""
START = int(datetime(2025, 12, 31, 23, tzinfo=UTC).timestamp())
"""Midnight in Norway."""
END = int(datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp())
STEPS_KW = (2, 5, 10, 15, 20, 25, 50, 75, 100)
SYSTEM_S = 600
OCTETS_A_SECOND = 240


@dataclass
class Figures:
    """What a year came to."""

    hours: int = 0
    metered: int = 0
    partly: int = 0
    missing: int = 0
    months: int = 0
    wrong: list[str] = field(default_factory=list)


def local_day(start: float) -> str:
    """The day in Norway of a moment."""
    return f"{datetime.fromtimestamp(start, UTC) + timedelta(hours=1 + summer(start)):%Y-%m-%d}"


def made() -> Household:
    household = Household(Rules(silent_s=3 * EVERY_S))
    household.port(is_open=True)
    return household


class Year:
    """A meter of one maker, its house, and the household."""

    def __init__(self, make: Make, usual: bool) -> None:
        chance = Random(11)
        at, changes = START - 86_400, []
        while at < END + 86_400:
            w = chance.choice((chance.randrange(200, 1500), chance.randrange(500, 4000), chance.randrange(1500, 9500)))
            changes.append((at, -w // 2 if 9 <= at // HOUR % 24 <= 13 and chance.random() < 0.3 else w))
            at += EVERY_S * chance.randrange(1, 4000 // EVERY_S)
        self.load = Load(changes)
        self.make = make
        self.system = not usual
        self.meter = Meter(
            make=make,
            load=self.load,
            chance=chance,
            every_s=EVERY_S,
            phases=[Phase(START - 86_400, "off", 0)],
            standard=make.standard if usual else not make.standard,
            steps=[(0, make.step_wh)],
            bases=[(0, 17_000_000.0, make.meter_ids[0])],
        )
        self.household = made()
        self.booted = START - 100
        self.figures = Figures()
        self.last: Told | None = None
        self.lost: set[int] = set()
        """Hours of which no list came for some time."""

    def lived(self) -> Figures:
        at = START
        while at < END:
            following = at + 32 * 86_400
            while local_day(following)[8:] != "01":
                following -= 86_400
            following = following // HOUR * HOUR
            while local_day(following - HOUR)[:7] != local_day(at)[:7]:
                following -= HOUR
            while local_day(following)[:7] == local_day(at)[:7]:
                following += HOUR
            restart, cut = at + 9 * 86_400 + 4000, at + 17 * 86_400 + 9000
            self._live(at, restart)
            self._again(restart, 5)
            self._live(restart + 5, cut)
            self._again(cut, None)
            self._live(cut + 200, following)
            self._check(at, following)
            at = following
        return self.figures

    def _live(self, start: int, end: int) -> None:
        asked = start
        for told in self.meter.sent(start, end):
            while self.system and asked <= told.at:
                self.household.system_clock(datetime.fromtimestamp(asked, UTC), True, asked - self.booted)
                asked += SYSTEM_S
            self._tell(told)

    def _tell(self, told: Told) -> None:
        reading = told.reading
        if told.hourly:
            number = told.at // HOUR
            if number % 53 == 50:
                return
            if number % 97 == 60 and self.last is not None and not self.make.registers_always:
                reading = self.last.reading
            else:
                self.last = told
        now = told.at - self.booted
        self.household.reading(reading, now)
        if told.hourly and told.at // HOUR % 6 == 0:
            self.household.situation(now)

    def _again(self, at: int, downtime_s: float | None) -> None:
        batch, hours = self.household.record(at - self.booted), self.household.hours
        if downtime_s is None:
            self.booted = at
            self.lost.add(at // HOUR * HOUR)
        self.household = made()
        dark_s = 200 if downtime_s is None else downtime_s
        self.household.restore(Restored(hours, batch.checkpoint, downtime_s), at + dark_s - self.booted)

    def _check(self, start: int, end: int) -> None:
        """Hold a month's hours, its peaks and its step against what was; its last hour has not ended yet."""
        found = {hour.start.timestamp(): hour for hour in self.household.hours}
        due = [hour for hour in range(start, end - HOUR, HOUR) if hour not in self.lost]
        for hour in due:
            truth = self.load.bought(hour, hour + HOUR)
            self._judge(found.get(hour), truth, self._not_told(hour) + self._not_told(hour + HOUR))
        first = HOUR * (start // HOUR)
        month = self.household.situation(end - 5 - self.booted).month
        assert month is not None
        self.figures.months += 1
        known = [round(hour.import_wh) for hour in month.top]
        highest: dict[str, float] = {}
        for hour in range(first, end - HOUR, HOUR):
            if hour in found:
                day = local_day(hour)
                highest[day] = max(highest.get(day, 0.0), self.load.bought(hour, hour + HOUR))
        true = sorted(highest.values(), reverse=True)[:3]
        # An integrated peak is off by up to 1 %, a metered one by a count of the register.
        if len(known) != 3 or any(abs(a - b) > max(30, 0.01 * b) for a, b in zip(known, true, strict=True)):
            self.figures.wrong.append(f"{local_day(start)}: peaks {known}, truly {true}")
        step = sum(sum(true) / 3000 > limit for limit in STEPS_KW)
        if month.step != step:
            self.figures.wrong.append(f"{local_day(start)}: step {month.step}, truly {step}")

    def _not_told(self, full_hour: int) -> float:
        """What of a change at a full hour no list can tell in time, Wh.

        It is told when the list's last octet is there; and with the next list, where a meter has its registers in each
        and that of the full hour was lost.
        """
        seconds = self.make.hourly_octets / OCTETS_A_SECOND
        if self.make.registers_always and full_hour // HOUR % 53 == 50:
            seconds += EVERY_S
        changed_w = abs(max(0, self.load.net_w(full_hour)) - max(0, self.load.net_w(full_hour - EVERY_S)))
        return changed_w * seconds / HOUR

    def _judge(self, hour: Hour | None, truth: float, not_told_wh: float) -> None:
        figures = self.figures
        if hour is None:
            figures.missing += 1
            return
        figures.hours += 1
        off = hour.import_wh - truth
        match hour.quality:
            case Quality.METERED:
                figures.metered += 1
                right = abs(off) <= self.make.step_wh + 0.5 + not_told_wh
            case Quality.INTEGRATED:
                right = abs(off) <= max(30, 0.01 * truth)
            case _:
                figures.partly += 1
                right = off <= 1
        if not right:
            figures.wrong.append(f"{hour}: truly {truth:.0f} Wh")


def year(make: Make, usual: bool) -> Figures:
    return Year(make, usual).lived()


@pytest.fixture(scope="module")
def years() -> dict[tuple[str, bool], Figures]:
    lives = YEARS if LONG else IN_SHORT
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        found = list(pool.map(year, *zip(*lives, strict=True)))
    return {(make.name, usual): figures for (make, usual), figures in zip(lives, found, strict=True)}


@pytest.mark.parametrize(
    ("make", "usual"),
    YEARS if LONG else IN_SHORT,
    ids=lambda value: value.name if isinstance(value, Make) else "its own convention" if value else "the other",
)
def test_every_hour_every_peak_and_every_step_of_a_year_is_as_it_was(make, usual, years):
    figures = years[make.name, usual]
    print(f"\n{make.name}, {'its own convention' if usual else 'the other one'}: {replace(figures, wrong=[])}")

    assert figures.wrong == [], f"{len(figures.wrong)} wrong"
    assert figures.months == 12
    assert figures.hours >= 8600
    # The first hour of an Aidon is not known before its first hourly list; a cut may cost it two more.
    assert figures.missing <= 2 + 12 * 2 * (not make.clock_always)
    assert figures.partly <= 12 * 3
    assert figures.metered > 0.9 * figures.hours
