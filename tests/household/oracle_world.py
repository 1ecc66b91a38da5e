"""The world outside the household: a load, a meter's register and clock, and its lists. No household code.

All moments are whole seconds of true time since 1970. A load is constant between its changes, so the energy of any
time is a sum of products. A meter counts it up and cuts it off to its unit; its clock is off by so many seconds, or
stands, or jumps; and it goes by its own clock's full hours. What the frames say is from the makers' descriptions.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

from appliance.meter.reading import Maker, MeterClock, Reading

HOUR = 3600
_EPOCH = datetime(1970, 1, 1)


@cache
def _change(year: int, month: int) -> int:
    """When Europe's clocks change in that month: its last Sunday at 01:00 UTC."""
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    while day.isoweekday() != 7:
        day -= timedelta(days=1)
    return int(day.timestamp())


def summer(moment: float) -> bool:
    """Whether Norway has daylight saving at that moment."""
    year = datetime.fromtimestamp(moment, UTC).year
    return _change(year, 3) <= moment < _change(year, 10)


def near_a_clock_change(moment: float) -> bool:
    """Whether a clock change lies within three hours: a wall clock may name two moments then."""
    return summer(moment - 3 * HOUR) != summer(moment + 3 * HOUR)


class Load:
    """Net power, W, by time: above zero bought, below zero sold."""

    def __init__(self, changes: Sequence[tuple[int, int]]) -> None:
        """Draw so many W from each of these moments on; they are in order of time."""
        self._at = [at for at, _ in changes]
        self._w = [w for _, w in changes]
        self._bought, self._sold = [0.0], [0.0]
        for (at, w), (following, _) in pairwise(changes):
            self._bought.append(self._bought[-1] + max(0, w) * (following - at) / HOUR)
            self._sold.append(self._sold[-1] + max(0, -w) * (following - at) / HOUR)

    def net_w(self, moment: float) -> int:
        return self._w[bisect_right(self._at, moment) - 1]

    def counted(self, moment: float) -> tuple[float, float]:
        """Wh bought and sold up to a moment."""
        place = bisect_right(self._at, moment) - 1
        wh = self._w[place] * (moment - self._at[place]) / HOUR
        return self._bought[place] + max(0.0, wh), self._sold[place] + max(0.0, -wh)

    def bought(self, start: float, end: float) -> float:
        """Wh bought between two moments."""
        return self.counted(end)[0] - self.counted(start)[0]

    def most_w(self, start: float, end: float) -> int:
        """The largest import between two moments."""
        return max(0, *self._w[max(0, bisect_right(self._at, start) - 1) : max(1, bisect_right(self._at, end))])


@dataclass(frozen=True, kw_only=True)
class Make:
    """What one maker's meters send, as far as an hour depends on it."""

    name: str
    maker: Maker
    standard: bool
    """The clock stays on standard time."""
    clock_always: bool = True
    """A clock stands in every list, else in the hourly one only."""
    registers_always: bool = False
    hourly_offset_s: int = 10
    hourly_of_the_full_hour: bool = False
    """All in the hourly list is of xx:00:00."""
    read_as_wh: int | None = None
    """What one count of the register is taken for when the frame does not say it, Wh."""
    step_wh: int
    """One count of the register."""
    named: bool = True
    meter_ids: tuple[str, str]
    """Of the meter and of one that takes its place; Norwegian Kaifas begin with 697063, Swedish ones with 734."""
    elements: int
    hourly_elements: int
    octets: int
    hourly_octets: int


AIDON = Make(
    name="aidon",
    maker=Maker.AIDON,
    standard=True,
    clock_always=False,
    hourly_of_the_full_hour=True,
    step_wh=10,
    meter_ids=("7359992890000001", "7359992890000002"),
    elements=12,
    hourly_elements=17,
    octets=269,
    hourly_octets=396,
)
AIDON_SE = Make(
    name="aidon_se",
    maker=Maker.AIDON,
    standard=True,
    registers_always=True,
    step_wh=1,
    named=False,
    meter_ids=("", ""),
    elements=27,
    hourly_elements=27,
    octets=581,
    hourly_octets=581,
)
KAIFA = Make(
    name="kaifa",
    maker=Maker.KAIFA,
    standard=False,
    read_as_wh=1,
    step_wh=1,
    meter_ids=("6970631400000001", "6970631400000002"),
    elements=13,
    hourly_elements=18,
    octets=123,
    hourly_octets=157,
)
KAIFA_SE = Make(
    name="kaifa_se",
    maker=Maker.KAIFA,
    standard=True,
    registers_always=True,
    read_as_wh=1,
    step_wh=1,
    meter_ids=("7340157000000001", "7340157000000002"),
    elements=36,
    hourly_elements=36,
    octets=287,
    hourly_octets=287,
)
KAMSTRUP = Make(
    name="kamstrup",
    maker=Maker.KAMSTRUP,
    standard=True,
    hourly_offset_s=5,
    read_as_wh=10,
    step_wh=10,
    meter_ids=("5706567200000001", "5706567200000002"),
    elements=25,
    hourly_elements=35,
    octets=228,
    hourly_octets=302,
)
MAKES = (AIDON, AIDON_SE, KAIFA, KAIFA_SE, KAMSTRUP)
LIST_NAMES = {Maker.AIDON: "AIDON_V0001", Maker.KAIFA: "KFM_001", Maker.KAMSTRUP: "Kamstrup_V0001"}


@dataclass(frozen=True)
class Phase:
    """How the meter's clock is from a moment on: "off" by `error_s`, "stuck", "jumping" or "invalid"."""

    since: int
    kind: str
    error_s: int
    """By which the meter goes on counting its hours."""


@dataclass(frozen=True)
class Told:
    """A list as it is sent."""

    at: int
    reading: Reading
    power_w: int
    hourly: bool
    shown_s: int | None
    """By how much the clock in it is ahead of true time, in its own convention; `None` without a valid clock."""
    phase: Phase


@dataclass(kw_only=True)
class Meter:
    """One maker's meter in a house."""

    make: Make
    load: Load
    chance: Random
    every_s: int
    phases: list[Phase]
    standard: bool
    """What its clock really shows: standard time or Norway's."""
    steps: list[tuple[int, int]]
    """From when on one count of the register is how many Wh."""
    bases: list[tuple[int, float, str]]
    """From when on which meter hangs there: what its register is ahead of the load's count, Wh, and its id."""

    def phase(self, moment: float) -> Phase:
        found = self.phases[0]
        for phase in self.phases:
            if phase.since <= moment:
                found = phase
        return found

    def sent(self, start: int, end: int) -> Iterator[Told]:
        """All that it sends from one moment to before another."""
        make, at = self.make, start
        while True:
            phase = self.phase(at)
            mine = at + phase.error_s
            regular = mine // self.every_s * self.every_s + self.every_s
            offset = make.hourly_offset_s
            hourly = (mine - offset) // HOUR * HOUR + HOUR + offset
            due = regular if make.registers_always else min(regular, hourly)
            following = next((other.since for other in self.phases if at < other.since), None)
            if following is not None and at + due - mine > following:
                at = following
                continue
            at += due - mine
            if at >= end:
                return
            yield self._told(at, self.phase(at) if following == at else phase, hourly=due == hourly)

    def step_wh(self, moment: float) -> int:
        """What one count of the register is then, Wh."""
        return [step for since, step in self.steps if since <= moment][-1]

    def _told(self, at: int, phase: Phase, *, hourly: bool) -> Told:
        make = self.make
        if make.registers_always:
            hourly = (at + phase.error_s) % HOUR < self.every_s
        full_hour = hourly and make.hourly_of_the_full_hour
        made = at - make.hourly_offset_s if full_hour else at
        net_w = self.load.net_w(made)
        fields: dict[str, object] = {
            "offset": 0,
            "length": make.hourly_octets if hourly else make.octets,
            "elements": make.hourly_elements if hourly else make.elements,
            "maker": make.maker,
            "power_import_w": max(0, net_w),
            "power_export_w": max(0, -net_w),
        }
        _, base_wh, meter_id = [base for base in self.bases if base[0] <= made][-1]
        if make.named:
            fields |= {"list_name": LIST_NAMES[make.maker], "meter_id": meter_id, "meter_type": "6534"}
        elif make.maker is Maker.KAIFA:
            fields |= {"list_name": LIST_NAMES[make.maker], "meter_id": meter_id}
        shown = None
        if make.clock_always or hourly:
            clock_s, status = self._shows(made + phase.error_s, phase)
            zone_s = HOUR if self.standard else HOUR * (1 + summer(clock_s))
            fields["clock"] = MeterClock(_EPOCH + timedelta(seconds=clock_s + zone_s), None, status)
            shown = None if status else clock_s - made
        if make.registers_always or hourly:
            bought, sold = self.load.counted(made)
            step = self.step_wh(made)
            one = make.read_as_wh or step
            fields["energy_import_wh"] = int((base_wh + bought) // step) * one
            fields["energy_export_wh"] = int(sold // step) * one
        return Told(at, Reading.of(fields), max(0, net_w), hourly, shown, phase)

    def _shows(self, mine: int, phase: Phase) -> tuple[int, int]:
        """The moment that the clock shows, and its status, while the meter counts `mine`."""
        status = 0
        match phase.kind:
            case "stuck":
                mine = phase.since + phase.error_s
                if self.make.hourly_of_the_full_hour:
                    mine = mine // HOUR * HOUR
            case "jumping":
                mine += self.chance.choice((-1, 1)) * int(300 * 10 ** self.chance.uniform(0, 5))
            case "invalid":
                mine, status = mine + 12345, 1
            case _:
                pass
        return mine, status

    def misread_s(self, moment: float) -> int:
        """How far its clock is read wrong by the maker's usual convention."""
        if self.standard == self.make.standard or not summer(moment):
            return 0
        return HOUR if self.make.standard else -HOUR
