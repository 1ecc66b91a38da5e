"""A life drawn from a seed: a meter, what becomes of its lists and its clock, what the Pi knows, and its dark times."""

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from tests.household.oracle_world import HOUR, KAIFA, KAMSTRUP, MAKES, Load, Make, Meter, Phase

DAY = 24 * HOUR
# Moments, UTC, to begin near: both clock changes of 2026, a month's and a year's end, midsummer, midwinter, a leap day.
_EVENINGS = (1774731600, 1792872000, 1785531600, 1798743600, 1782007200, 1768485000, 1709161200, 1743278400)


@dataclass(frozen=True)
class Process:
    """One run of the program."""

    start: int
    end: int
    before: str
    """What was before it: "new", "restart" in the same boot, "cut" of the Pi, "dark" house."""
    orderly: bool
    """It wrote all that it knew when it ended."""
    system: str
    """The Pi's clock in it: "none", "right", "late", "unset"."""
    system_from: int


@dataclass(kw_only=True)
class Life:
    """What is to happen."""

    seed: int
    meter: Meter
    processes: list[Process]
    silent_s: int
    gaps: list[tuple[int, int]] = field(default_factory=list)
    lost: float
    lost_hourly: float
    repeated: float
    twice: float
    says: str = ""

    @property
    def make(self) -> Make:
        return self.meter.make

    def __str__(self) -> str:
        meter = self.meter
        told = [
            f"seed {self.seed}: {self.make.name}, a list each {meter.every_s} s, "
            f"{'standard' if meter.standard else 'local'} time, one count {meter.steps} Wh, bases {meter.bases}",
            *(f"  {process}" for process in self.processes),
            *(f"  {phase}" for phase in meter.phases),
            f"  gaps {self.gaps}, lost {self.lost}, hourly {self.lost_hourly}, again {self.repeated}, {self.twice}",
        ]
        return "\n".join(told)


def draw(seed: int) -> Life:
    """Return the life of a seed."""
    r = Random(seed)
    make = r.choice(MAKES)
    start = r.choice(_EVENINGS) + r.randrange(-6 * HOUR, 6 * HOUR)
    if r.random() < 0.3:
        start = r.randrange(1735689600, 1830297600)
    processes = _processes(r, start, int(r.uniform(2, 7) * HOUR))
    end = processes[-1].end
    dark = [(before.end, after.start) for before, after in pairwise(processes) if after.before == "dark"]
    every_s, silent_s = r.choices(((10, 30), (30, 90), (60, 180)), (10, 35, 55))[0]
    meter = Meter(
        make=make,
        load=_load(r, start - DAY, end + DAY, dark),
        chance=Random(seed + 1),
        every_s=every_s,
        phases=_phases(r, start, end, processes),
        standard=make.standard if r.random() < 0.85 else not make.standard,
        steps=_steps(r, make, start, end),
        bases=_bases(r, make, start, end, dark),
    )
    return Life(
        seed=seed,
        meter=meter,
        processes=processes,
        silent_s=silent_s,
        gaps=_gaps(r, start, end),
        lost=r.choice((0.0, 0.0, 0.02, 0.1)),
        lost_hourly=r.choice((0.0, 0.0, 0.1, 0.3)),
        repeated=r.choice((0.0, 0.0, 0.15)),
        twice=r.choice((0.0, 0.0, 0.3)),
    )


def _processes(r: Random, start: int, active_s: int) -> list[Process]:
    cuts = sorted(r.randrange(120, active_s - 120) for _ in range(r.choice((0, 1, 1, 2, 3))))
    pieces = [b - a for a, b in zip([0, *cuts], [*cuts, active_s], strict=True)]
    system = r.choices(("none", "right", "late", "unset", "first", "last"), (40, 25, 10, 10, 8, 7))[0]
    found: list[Process] = []
    at = start
    for place, piece in enumerate(pieces):
        before, orderly = "new", True
        if place:
            before = r.choices(("restart", "cut", "dark"), (30, 40, 30))[0]
            longest = 1200 if before == "restart" else 3 * DAY
            at += int(longest ** r.random())
            orderly = before == "restart" and r.random() < 0.7
        piece = max(piece, 60)
        kind, since = (
            {"first": "right" if place == 0 else "none", "last": "right" if place else "none"}.get(system, system),
            at,
        )
        if kind == "late":
            since = at + r.randrange(piece)
        found.append(Process(at, at + piece, before, orderly, kind, since))
        at += piece
    return found


def _load(r: Random, start: int, end: int, dark: list[tuple[int, int]]) -> Load:
    solar = r.random() < 0.3
    at, changes = start, []
    while at < end:
        w = r.choice((r.randrange(150, 900), r.randrange(500, 4000), r.randrange(2000, 11_500)))
        if solar and r.random() < 0.4:
            w = -r.randrange(50, 6000)
        changes.append((at, w))
        at += max(20, int(r.expovariate(1 / 1500)))
    for begin, over in dark:
        after = [w for since, w in changes if since <= over][-1]
        changes = [change for change in changes if not begin <= change[0] <= over]
        changes = sorted([*changes, (begin, 0), (over, after)])
    return Load([*changes, (end + 1, 0)])


def _error(r: Random) -> int:
    sign = r.choice((-1, 1))
    match r.choice(("right", "right", "little", "minutes", "hours", "day", "month", "years")):
        case "right":
            return r.choice((-1, 0, 0, 1))
        case "little":
            return sign * r.randrange(3, 130)
        case "minutes":
            return sign * r.randrange(130, 3500)
        case "hours":
            return sign * HOUR * r.randrange(1, 6)
        case "day":
            return sign * DAY
        case "month":
            return sign * 30 * DAY
        case _:
            return sign * 3653 * DAY


def _phases(r: Random, start: int, end: int, processes: list[Process]) -> list[Phase]:
    error = r.choice((-1, 0, 0, 0, 1)) if r.random() < 0.65 else _error(r)
    found = [Phase(start - DAY, "off", error)]
    if r.random() < 0.55:
        return found
    cuts = [process.start - 1 for process in processes[1:]]
    at = r.choice(cuts) if cuts and r.random() < 0.5 else r.randrange(start, end)
    kind = r.choices(("off", "stuck", "jumping", "invalid"), (60, 15, 15, 10))[0]
    found.append(Phase(at, kind, _error(r) if kind == "off" else error))
    if r.random() < 0.6 and at + 60 < end:
        back = r.randrange(at + 60, end)
        found.append(Phase(back, "off", error if r.random() < 0.7 else _error(r)))
    return found


def _steps(r: Random, make: Make, start: int, end: int) -> list[tuple[int, int]]:
    usual = (start - 2 * DAY, make.step_wh)
    if make not in (KAIFA, KAMSTRUP) or r.random() < 0.6:
        return [usual]
    other = r.choice((1, 100)) if make is KAMSTRUP else r.choice((10, 100))
    if r.random() < 0.6:
        return [(usual[0], other)]
    both = [make.step_wh, other]
    r.shuffle(both)
    return [(usual[0], both[0]), (r.randrange(start, end), both[1])]


def _bases(r: Random, make: Make, start: int, end: int, dark: list[tuple[int, int]]) -> list[tuple[int, float, str]]:
    found = [(start - 2 * DAY, r.uniform(1e6, 9e7), make.meter_ids[0])]
    if dark and r.random() < 0.35:
        # Without its id an exchange shows only where the register goes back or leaps: no other is drawn then.
        above = [found[0][1] + r.uniform(0, 5000)] if make.named else []
        found.append((dark[0][0], r.choice([0.0, r.uniform(1e6, 9e7), *above]), make.meter_ids[1]))
    return found


def _gaps(r: Random, start: int, end: int) -> list[tuple[int, int]]:
    begins = [r.randrange(start, end) for _ in range(r.choice((0, 0, 1, 2)))]
    return [(begin, begin + int(7200 ** r.uniform(0.2, 1))) for begin in sorted(begins)]
