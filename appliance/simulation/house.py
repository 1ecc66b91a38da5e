"""A believable household, for the simulator: what is switched on, and what that does to the mains.

Loads are functions of the time of day and of a seeded chance, so a run can be repeated. They hang between phases (IT
net, 230 V) or between a phase and neutral (TN net, 400 V), and the currents of the lines follow from that by adding
phasors, as in a real fuse cabinet: in an IT net a heater between L1 and L2 shows in both. The house integrates its
own energy and knows nothing of the appliance, so its integral is a truth to hold the appliance's against.
"""

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from appliance.household.hours import OSLO

_TURN = 2 * math.pi / 3
_AXES = tuple(cmath.rect(1, -_TURN * place) for place in range(3))


class Net(StrEnum):
    """How the house is fed."""

    IT = "it"
    """Three phases without neutral, 230 V between them: most of Norway."""
    TN = "tn"
    """Three phases and neutral, 230 V to neutral, 400 V between phases: newer houses."""
    ONE_PHASE = "one-phase"


@dataclass(frozen=True, slots=True)
class Mains:
    """What a meter in the fuse cabinet measures at one moment."""

    import_w: float
    export_w: float
    reactive_import_var: float
    reactive_export_var: float
    currents_a: tuple[float, float, float]
    """Lines L1 to L3."""
    voltages_v: tuple[float, float, float]
    """L1-L2, L2-L3, L3-L1 in an IT net, else L1 to L3 against neutral."""


@dataclass(frozen=True, slots=True)
class Load:
    """One consumer: its power at a local time, W, and the branch (0..2) it hangs on, `None` for all three."""

    name: str
    branch: int | None
    power_w: Callable[[datetime, "Chance"], float]


Chance = Callable[[str, int], float]
"""A number in 0..1 for a name and a slot of time, the same whenever it is asked."""


def _hour(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _base(moment: datetime, chance: Chance) -> float:
    """Return the power of lights, standby, a fridge that runs ten minutes of each half hour, and evenings at home."""
    minute = moment.hour * 60 + moment.minute
    fridge = 90.0 if minute % 30 < 10 else 0.0
    evening = 180.0 if 16 <= moment.hour < 23 else 40.0
    return 140 + fridge + evening + 30 * chance("base", minute * 60 + moment.second)


def _water_heater(moment: datetime, chance: Chance) -> float:
    """Return the power of a 2 kW tank that heats after showers."""
    hour = _hour(moment)
    night = 2.0 < hour < 2.2 + 0.2 * chance("tank", moment.day)
    return 1960.0 if night or 6.6 < hour < 8.1 or 20.3 < hour < 21.4 else 0.0


def _heaters(moment: datetime, chance: Chance) -> float:
    """Return the power of panel heaters: thermostats that are on for longer when it is cold; coldest before dawn."""
    cold = 0.45 + 0.2 * math.cos((_hour(moment) - 5) / 24 * 2 * math.pi)
    slot, second = divmod(moment.hour * 3600 + moment.minute * 60 + moment.second, 420)
    return 2400.0 if second < 420 * (cold + 0.2 * chance("heater", slot)) else 0.0


def _cooker(moment: datetime, _chance: Chance) -> float:
    """Return the power of breakfast, and of a dinner from five o'clock: oven and two plates with a thermostat each."""
    hour = _hour(moment)
    second = moment.minute * 60 + moment.second
    power = 0.0
    if 7.0 < hour < 7.2:
        power += 1800.0 if second % 40 < 30 else 0.0
    if 17.02 < hour < 18.0:
        power += 2200.0 if hour < 17.25 or second % 180 < 70 else 0.0
        power += 1800.0 if hour < 17.12 or second % 40 < 18 else 0.0
        power += 1400.0 if 17.05 < hour < 17.5 and second % 60 < 40 else 0.0
    return power


def _kettle(moment: datetime, _chance: Chance) -> float:
    on = (moment.hour, moment.minute) in {(6, 50), (6, 51), (15, 40), (15, 41), (19, 5), (19, 6)}
    return 2100.0 if on else 0.0


def _car(moment: datetime, chance: Chance) -> float:
    """Return the power of a car that takes 16 A on three phases for ten minutes when it comes home, and at night."""
    hour = _hour(moment)
    home = 17.1 + 0.02 * chance("car", moment.day)
    if home < hour < home + 0.17 or hour > 23 or hour < 2.5:
        return 7200.0
    return 0.0


LOADS = (
    Load("base", 0, _base),
    Load("water heater", 1, _water_heater),
    Load("heaters", 2, _heaters),
    Load("cooker", 0, _cooker),
    Load("kettle", 1, _kettle),
    Load("car", None, _car),
)


def _solar(moment: datetime, chance: Chance) -> float:
    """Return the power of a 6 kW roof: an arc as long and high as the season gives it in the south, and clouds."""
    season = math.cos((moment.timetuple().tm_yday + 10) / 365 * 2 * math.pi)  # 1 in midwinter, -1 in midsummer
    half_day_h = 6 - 3 * season
    height = (
        math.cos((_hour(moment) - 12.5) / half_day_h * math.pi / 2) if abs(_hour(moment) - 12.5) < half_day_h else 0
    )
    cloud = 0.35 + 0.65 * chance("cloud", moment.hour * 60 + moment.minute)
    return 6000 * (0.6 - 0.4 * season) * height * cloud


class House:
    """The household between two looks at the meter."""

    def __init__(
        self, net: Net = Net.IT, *, solar: bool = False, seed: int = 1, loads: tuple[Load, ...] = LOADS, step_s: int = 1
    ) -> None:
        """Build a house in which nothing changes within a step of `step_s`, counted from the full hour."""
        self.net = net
        self._step = timedelta(seconds=step_s)
        self._solar = solar
        self._seed = seed
        self._loads = loads
        self._moment: datetime | None = None
        self._looked: tuple[datetime, list[float]] | None = None
        self.import_wh = 0.0
        """The truth: imported energy so far."""
        self.export_wh = 0.0

    def advance(self, moment: datetime) -> None:
        """Live on until `moment`, an aware time, a step at a time."""
        if self._moment is None:
            self._moment = moment
        while self._moment < moment:
            begun = self._begun(self._moment)
            step = min(begun + self._step, moment) - self._moment
            net_w = sum(self._branches(begun))
            energy = net_w * step.total_seconds() / 3600
            self.import_wh += max(0.0, energy)
            self.export_wh += max(0.0, -energy)
            self._moment += step

    @property
    def moment(self) -> datetime | None:
        """Until when it has lived; `None` before its first moment."""
        return self._moment

    def mains(self, moment: datetime) -> Mains:
        """Return what the meter's inputs see at a moment."""
        moment = self._begun(moment)
        branches = self._branches(moment)
        active = sum(branches)
        reactive = 0.12 * active - 180 + 40 * self._chance("reactive", int(moment.timestamp()))
        sag = [0.9 * self._chance(f"sag{line}", int(moment.timestamp())) for line in range(3)]
        voltages = tuple(round(233.5 + line * 0.4 - sag[line] - abs(branches[line]) / 2600, 1) for line in range(3))
        return Mains(
            import_w=round(max(0.0, active)),
            export_w=round(max(0.0, -active)),
            reactive_import_var=round(max(0.0, reactive)),
            reactive_export_var=round(max(0.0, -reactive)),
            currents_a=self._currents(branches),
            voltages_v=(voltages[0], voltages[1], voltages[2]),
        )

    def net_w(self, moment: datetime) -> float:
        """Return the power drawn from the grid at a moment, W; negative when the roof gives more than is used."""
        return sum(self._branches(self._begun(moment)))

    def running(self, moment: datetime) -> list[str]:
        """Return the names of what draws power now, base load aside."""
        local = moment.astimezone(OSLO)
        on = [load.name for load in self._loads if load.name != "base" and load.power_w(local, self._chance) > 0]
        return [*on, "solar"] if self._solar and _solar(local, self._chance) > 0 else on

    def _begun(self, moment: datetime) -> datetime:
        """Return when the step that a moment lies in began."""
        return moment - (moment - moment.replace(minute=0, second=0, microsecond=0)) % self._step

    def _branches(self, moment: datetime) -> list[float]:
        """Return the active power of the three branches, W; negative where the roof gives more than is used."""
        if self._looked is not None and self._looked[0] == moment:
            return self._looked[1]
        branches = self._drawn(moment.astimezone(OSLO))
        self._looked = moment, branches
        return branches

    def _drawn(self, moment: datetime) -> list[float]:
        """Return the same at a local time."""
        branches = [0.0, 0.0, 0.0]
        for load in self._loads:
            power = load.power_w(moment, self._chance)
            for place in range(3) if load.branch is None else (load.branch,):
                branches[place] += power / 3 if load.branch is None else power
        if self._solar:
            roof_w = _solar(moment, self._chance)
            branches = [power - roof_w / 3 for power in branches]
        return [sum(branches), 0.0, 0.0] if self.net is Net.ONE_PHASE else branches

    def _currents(self, branches: list[float]) -> tuple[float, float, float]:
        phasors = [power / 230 * axis for power, axis in zip(branches, _AXES, strict=True)]
        if self.net is Net.IT:  # a line carries what its two branches draw
            phasors = [phasors[line] - phasors[line - 1] for line in range(3)]
        lines = [round(abs(phasor), 3) for phasor in phasors]
        return lines[0], lines[1], lines[2]

    def _chance(self, name: str, slot: int) -> float:
        # A check sequence of the name spreads well enough for clouds and thermostats, and a day has 500,000 of them.
        return crc32(b"%d %s %d" % (self._seed, name.encode(), slot)) / 2**32
