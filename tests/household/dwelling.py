"""A Norwegian detached house in winter that knows nothing of the program: what it draws, and what a meter would say.

Appliances and light are `richardsonpy`'s (Richardson, Thomson, Infield and Clifford 2010: British time-use surveys
turned into one-minute loads by who is awake at home). The rest is arithmetic, by a random generator with a seed:

- Heating. A house loses `loss_w_k` for each kelvin between 21 degrees indoors and outdoors; people, sun and appliances
  give 500 W. 150 W/K at -3 degrees is 24 K x 150 - 500 = 3.1 kW, and 2,300 kWh in a January. Panel heaters are switched
  by thermostats for a share of a cycle of 5 to 20 minutes that makes their mean what the room loses. In six of ten
  houses a heat pump bears 65 % of it at a coefficient of performance of 1.8 to 4. Half of the houses burn wood on half
  of the cold evenings (2.5 kW from 17 to 22).
- Hot water. A tank of 200 l and 2 kW. A shower is 45 to 75 l at 40 degrees from 8: 32 K x 1.163 Wh x 60 l = 2.2 kWh,
  one a day and person, and 2 kWh for the rest. The thermostat is on from 0.6 kWh missing until none is.
- Car. 0.22 kWh a km in winter, 15 to 70 km on a day; charged on six days of ten after coming home, at 3.7 kW (16 A),
  4.6 (20 A) or 7.4 (32 A); three of ten cars wait for 23:30.

What is held back comes again. A car and a tank want their whole energy afterwards. A house that got Q Wh too little
is Q/C kelvins too cold, and a thermostat with a proportional band of 2 K gives nominal x dT / 2 K more: with
C = 4 kWh/K and 8 kW of heaters that is Q per hour, so all that is missing comes back, with a time constant of one hour.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise
from pathlib import Path

import numpy as np
import richardsonpy
from richardsonpy.classes import appliance, lighting
from richardsonpy.classes.occupancy import Occupancy
from richardsonpy.classes.stochastic_el_load_wrapper import ElectricityProfile

STEP_S = 10
DAY = 86400 // STEP_S
HOUR = 3600 // STEP_S
PHASE_V = 230.0
GAINS_W = 500.0
INDOORS = 21.0
SMALL_W, ALWAYS_W = 100.0, 40.0
"""Appliances below the first are left out: the second stands on each phase for them, for router and ventilation."""
TANK_W, TANK_ON_WH = 2000.0, 600.0
REPAID_S = 3600.0

_INPUTS = Path(richardsonpy.__file__).parent / "inputs"
_YEARLY_KWH = {2: 3200, 3: 4000, 4: 4400, 5: 5500}
"""Appliances and light of a detached house by its persons; `richardsonpy`'s own table."""

Watts = tuple[float, float, float]


class Load(Enum):
    """What a household can do without for an hour or a night, in the order in which it is switched off."""

    CAR = "car"
    TANK = "hot water"
    HEATING = "heating"


NOTHING: frozenset[Load] = frozenset()


class Net(Enum):
    """How the house's loads hang on the three lines."""

    TN = "3x400 V, loads to neutral"
    IT = "3x230 V, loads between lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What kind of house it is."""

    persons: int
    net: Net
    loss_w_k: float
    has_heat_pump: bool
    burns_wood: bool
    lowers_at_night: bool
    car_w: float
    """0: there is none."""
    car_km: float
    """On an average day."""
    charges_at_night: bool
    mean_degrees: float
    """Outdoors, of the winter: the coast of the south to its inland."""


def drawn(seed: int) -> Traits:
    """Return a house by a seed."""
    chance = random.Random(seed)
    has_heat_pump = chance.random() < 0.6
    return Traits(
        persons=chance.choice((2, 2, 3, 4, 4, 5)),
        net=Net.TN if chance.random() < 0.4 else Net.IT,
        loss_w_k=chance.uniform(105, 180) if has_heat_pump else chance.uniform(80, 135),
        has_heat_pump=has_heat_pump,
        burns_wood=chance.random() < 0.5,
        lowers_at_night=chance.random() < 0.3,
        car_w=chance.choice((3700.0, 4600.0, 7400.0)) if chance.random() < 0.7 else 0.0,
        car_km=chance.uniform(15, 70),
        charges_at_night=chance.random() < 0.3,
        mean_degrees=chance.uniform(-7, 1),
    )


@dataclass(slots=True)
class Owed:
    """What the house still wants, Wh."""

    heat_wh: float = 0.0
    """Beside what it would draw now: it was held back."""
    tank_wh: float = 0.0
    tank_on: bool = False
    car_wh: float = 0.0


@dataclass(slots=True)
class Dwelling:
    """A house from midnight of a day on, in steps of 10 s."""

    traits: Traits
    first: date
    days: int
    seed: int
    owed: Owed = field(default_factory=Owed)
    awake: list[bool] = field(default_factory=list)
    """Whether somebody is at home and awake, by step."""
    _fixed: list[list[float]] = field(default_factory=list)
    _heat: list[list[float]] = field(default_factory=list)
    _spare: list[float] = field(default_factory=list)
    _water: dict[int, float] = field(default_factory=dict)
    _plugged: dict[int, float] = field(default_factory=dict)
    _places: tuple[int, int] = (0, 0)
    """The phase of tank and car."""

    def __post_init__(self) -> None:
        chance = np.random.default_rng(self.seed)
        self._places = (int(chance.integers(3)), int(chance.integers(3)))
        self._appliances(chance)
        self._heaters(chance)
        self._drawn_water(chance)
        self._journeys(chance)

    def step(self, place: int, held: frozenset[Load] = NOTHING) -> Watts:
        """Let 10 s pass from the step `place` on and return the mean powers, W, of the three phases or pairs of lines.

        What is `held` is switched off; it wants its energy later.
        """
        owed = self.owed
        if place in self._water:
            owed.tank_wh += self._water[place]
        if place in self._plugged:
            owed.car_wh += self._plugged[place]
        one, two, three = (fixed[place] for fixed in self._fixed)
        first, second, third = (heat[place] for heat in self._heat)
        again = 0.0
        if Load.HEATING in held:
            owed.heat_wh += (first + second + third) * STEP_S / 3600
            first = second = third = 0.0
        elif owed.heat_wh > 0:
            again = min(self._spare[place], owed.heat_wh * 3600 / REPAID_S)
            owed.heat_wh = max(0.0, owed.heat_wh - again * STEP_S / 3600)
        watts = [one + first + again / 3, two + second + again / 3, three + third + again / 3]
        if owed.tank_wh > 0 or owed.car_wh > 0:
            tank_w, car_w = self._charged(held)
            watts[self._places[0]] += tank_w
            watts[self._places[1]] += car_w
        return watts[0], watts[1], watts[2]

    def hours_wh(self, begin: int, end: int) -> list[float]:
        """Return the energies of the hours of the days from `begin` to before `end` of a house in which nobody acts."""
        owed, places = self.owed, range(begin * DAY, end * DAY)
        extra = [0.0] * len(places)
        for number, place in enumerate(places):
            if place in self._water:
                owed.tank_wh += self._water[place]
            if place in self._plugged:
                owed.car_wh += self._plugged[place]
            if owed.tank_wh > 0 or owed.car_wh > 0:
                extra[number] = sum(self._charged())
        powers = np.array(extra)
        for rows in (*self._fixed, *self._heat):
            powers += rows[places.start : places.stop]
        return [float(wh) for wh in powers.reshape(-1, HOUR).mean(axis=1)]

    def _charged(self, held: frozenset[Load] = NOTHING) -> tuple[float, float]:
        """Let tank and car have 10 s, but for what is held, and return what they draw in it, W."""
        owed, tank_w, car_w = self.owed, 0.0, 0.0
        if Load.TANK not in held and (owed.tank_on or owed.tank_wh >= TANK_ON_WH):
            tank_w = TANK_W
            owed.tank_wh -= tank_w * STEP_S / 3600
            owed.tank_on = owed.tank_wh > 0
        if Load.CAR not in held and owed.car_wh > 0:
            car_w = self.traits.car_w
            owed.car_wh -= car_w * STEP_S / 3600
        return tank_w, car_w

    def currents_a(self, watts: Watts) -> Watts:
        """Return the lines' currents, A.

        To neutral it is P / 230 V. Between lines the current of a line is the difference of two that are 120 degrees
        apart, which is the root of a^2 + b^2 + ab.
        """
        a, b, c = (power / PHASE_V for power in watts)
        if self.traits.net is Net.TN:
            return a, b, c
        return _joined(c, a), _joined(a, b), _joined(b, c)

    def _appliances(self, chance: np.random.Generator) -> None:
        traits, before = self.traits, random.getstate()
        random.seed(self.seed)  # the library draws from the one generator of all
        try:
            occupancy = Occupancy(traits.persons, initial_day=self.first.isoweekday(), nb_days=self.days).occupancy
            owned = appliance.Appliances(
                str(_INPUTS / "Appliances.csv"),
                annual_consumption=0.91 * _YEARLY_KWH[traits.persons],
                randomize_appliances=True,
                prev_heat_dev=True,
            )
            for row in owned.data:
                if row[4] < SMALL_W:
                    row[0] = 0
            # The table's bulbs are of 2008: a LED draws a seventh, so each seventh of them stands for seven.
            bulbs = lighting.load_lighting_profile(str(_INPUTS / "LightBulbs.csv"), self.seed % 100)[::7]
            statistics = ElectricityProfile(owned, bulbs).activity_statistics
            # The electrician shares the large ones out: by falling power, one phase after the other.
            ranks = np.argsort(np.argsort([-row[4] for row in owned.data]))
            places = (*(ranks + chance.integers(3)) % 3, 0)
            minutes = np.arange(1440)
            daylight = np.where((minutes > 9 * 60) & (minutes < 15 * 60), 120.0, 0.0)
            phases = np.zeros((3, self.days * 1440))
            for number in range(self.days):
                day = self.first + timedelta(days=number)
                home = occupancy[number * 144 : (number + 1) * 144]
                use = statistics["we" if day.isoweekday() >= 6 else "wd"]
                rows = np.array(appliance.run_application_simulation(home, owned, use, day.month), dtype=float)
                light = lighting.run_lighting_simulation(home, bulbs, daylight, lighting.LightingModelConfiguration())
                rows = np.vstack([rows, np.sum(np.array(light, dtype=float), axis=0)])
                for place, row in zip(places, rows, strict=False):
                    phases[place, number * 1440 : (number + 1) * 1440] += row
        finally:
            random.setstate(before)
        phases = np.maximum(phases, 0.0).repeat(60 // STEP_S, axis=1) + ALWAYS_W
        self._fixed = phases.tolist()
        self.awake = (occupancy > 0).repeat(600 // STEP_S).tolist()

    def _heaters(self, chance: np.random.Generator) -> None:
        traits, steps = self.traits, self.days * DAY
        degrees = [traits.mean_degrees + chance.normal(0, 4)]
        for _ in range(self.days):
            degrees.append(traits.mean_degrees + 0.8 * (degrees[-1] - traits.mean_degrees) + chance.normal(0, 2.5))
        hours = np.arange(steps) * STEP_S / 3600
        of_day = hours % 24
        outdoors = np.interp(hours / 24, np.arange(self.days + 1), degrees) + 2 * np.cos((of_day - 15) * np.pi / 12)
        demand = np.maximum(0.0, traits.loss_w_k * (INDOORS - outdoors) - GAINS_W)
        if traits.lowers_at_night:  # 7 h at 80 %, and the 1.4 h of demand that this saves again in 2.8 h from 6 on
            demand = np.where((of_day >= 23) | (of_day < 6), 0.8 * demand, demand)
            demand = np.where((of_day >= 6) & (of_day < 8.8), 1.5 * demand, demand)
        if traits.burns_wood:
            burns = np.repeat(chance.random(self.days) < 0.5, DAY) & (of_day >= 17) & (of_day < 22) & (outdoors < -1)
            demand = np.maximum(0.0, demand - 2500.0 * burns)
        phases = np.zeros((3, steps))
        panels = demand
        pump_place = int(chance.integers(3))
        if traits.has_heat_pump:
            performance = np.clip(3.0 + 0.08 * outdoors, 1.8, 4.0)
            pump = np.minimum(0.65 * demand / performance, 1800.0)
            phases[pump_place] += pump
            panels = demand - pump * performance
        needed_w = 1.3 * float(panels.max())
        nominal_w = 0.0
        rooms: list[float] = []
        while nominal_w < needed_w:
            rooms.append(float(chance.choice((600.0, 800.0, 1000.0, 1200.0))))
            nominal_w += rooms[-1]
        share = panels / nominal_w
        clock = np.arange(steps)
        for number, room_w in enumerate(rooms):
            cycle = int(chance.integers(30, 121))
            into = (clock + int(chance.integers(cycle))) % cycle / cycle
            phases[number % 3] += room_w * (into < share)
        self._heat = phases.tolist()
        self._spare = (nominal_w * (1 - share)).tolist()

    def _drawn_water(self, chance: np.random.Generator) -> None:
        for day in range(self.days):
            for _ in range(self.traits.persons):
                begins = chance.normal(7.0, 0.6) if chance.random() < 0.6 else chance.uniform(18, 22.5)
                self._draw(day, begins, float(chance.uniform(45, 75)) * 32 * 1.163)
            for begins in (8.0, 16.5, 18.5):
                self._draw(day, float(chance.normal(begins, 0.5)), 2000 / 3)

    def _draw(self, day: int, begins: float, energy_wh: float) -> None:
        place = day * DAY + int(begins * HOUR)
        self._water[place] = self._water.get(place, 0.0) + energy_wh

    def _journeys(self, chance: np.random.Generator) -> None:
        traits, missing_wh = self.traits, 0.0
        for day in range(self.days):
            missing_wh += float(chance.gamma(3.0, traits.car_km / 3.0)) * 220
            begins = 23.5 if traits.charges_at_night else float(np.clip(chance.normal(16.8, 0.8), 14.0, 20.0))
            if chance.random() < 0.6 and traits.car_w:
                self._plugged[day * DAY + int(begins * HOUR)] = min(missing_wh, 50_000.0)
                missing_wh = 0.0

    def now(self) -> Owed:
        """Return a copy of what the house owes at this moment."""
        return replace(self.owed)


def fitting_fuse_a(quarter_hours_a: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
    """Return the main fuse that bears these quarter hours' mean currents for ever: 1.13 times its own (IEC 60898-1)."""
    return next(fuse for fuse in (25.0, 32.0, 35.0, 40.0, 50.0, 63.0, 80.0) if quarter_hours_a.max() <= 1.13 * fuse)


def _joined(a: float, b: float) -> float:
    return float((a * a + b * b + a * b) ** 0.5)


def step_of(day_peaks_wh: list[float]) -> int:
    """Return the place of a month's step: the mean of the three highest days' highest hours, by 2, 5, 10, ... kW."""
    mean_kw = sum(sorted(day_peaks_wh)[-3:]) / 3000
    limits = (0.0, 2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 50.0, 75.0, 100.0)
    return next(place for place, (low, high) in enumerate(pairwise(limits)) if low < mean_kw <= high)


def midnight(day: date) -> datetime:
    """Return the beginning of a winter's day in Norway."""
    return datetime.fromisoformat(f"{day}T00:00+01:00")
