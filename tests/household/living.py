"""A simulated house, what its meter sends, and a household that hears of it: octet for octet, at the line's pace."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.household.hours import Hour, Quality
from appliance.household.household import Household
from appliance.household.rules import Rules, SoundRule
from appliance.household.situation import Situation
from appliance.meter.decoder import Decoder
from appliance.meter.reading import Maker, Reading
from appliance.simulation.faults import until
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Meter, Sent

OCTETS_A_SECOND = 240
LOOK_S = 5.0
"""How often the situation is looked at; every list is heard."""


def constant(power_w: float) -> tuple[Load, ...]:
    return (Load("constant", None, lambda _moment, _chance: power_w),)


def known(maker: Maker, start: datetime, **house: Any) -> "Life":
    """A life whose meter has been heard for so long before `start` that the unit of its registers is known."""
    life = Life(maker, start - timedelta(hours=3.5), **house)
    life.live(life.meter(), 3.5)
    return life


class Life:
    """A house from a moment in UTC on, and the household that hears of it."""

    def __init__(
        self,
        maker: Maker,
        start: datetime,
        *,
        rules: Rules | None = None,
        net: Net = Net.TN,
        step_s: int = 10,
        **house: Any,
    ) -> None:
        """A house whose loads change every `step_s` seconds at most, as often as the slowest meter looks."""
        self.maker = maker
        self.start = self.moment = start
        self.house = House(net, step_s=step_s, **house)
        self.rules = rules or Rules()
        self.household = self.made()
        self.decoder = Decoder()
        self.situation: Situation | None = None
        self._truth = House(net, step_s=step_s, **house)
        self._truth.advance(start.replace(minute=0, second=0, microsecond=0))
        self._look_at = 0.0
        self._whole: dict[datetime, float] = {}

    def made(self) -> Household:
        household = Household(self.rules, sound=SoundRule(an_hour=60))
        household.port(is_open=True)
        return household

    def meter(self, **given: Any) -> Iterator[Sent]:
        """What a meter sends from here on."""
        return Meter(self.maker, self.house, self.moment, **given).sent()

    def live(
        self,
        stream: Iterable[Sent],
        hours: float,
        line: Callable[[bytes], bytes] = lambda octets: octets,
        seen: Callable[[float, Situation], None] | None = None,
    ) -> None:
        """Have the household hear what is sent in this number of hours from here on, as the line delivers it."""
        end = self.moment + timedelta(hours=hours)
        for sent in until(iter(stream), end):
            octets = line(sent.octets)
            now = self.now(sent.moment) + len(octets) / OCTETS_A_SECOND
            for result in self.decoder.feed(octets):
                if isinstance(result, Reading):
                    self.household.reading(result, now)
            if now >= self._look_at:
                self._look_at = now + LOOK_S
                self.situation = self.household.situation(now)
                if seen is not None:
                    seen(now, self.situation)
        self.moment = end
        self.situation = self.household.situation(self.now(end))

    def now(self, moment: datetime) -> float:
        return 1000.0 + (moment - self.start).total_seconds()

    def was(self, start: datetime) -> float:
        """What the house truly imported in the clock hour from `start`, Wh."""
        end = start + timedelta(hours=1)
        while end not in self._whole:
            begun = self._truth.moment
            assert begun is not None  # it has been advanced since it was made
            before = self._truth.import_wh
            self._truth.advance(begun + timedelta(hours=1))
            self._whole[begun + timedelta(hours=1)] = self._truth.import_wh - before
        return self._whole[end]

    def hour(self, text: str) -> Hour:
        """The ended hour that began at a moment in UTC, such as 2026-01-15T17."""
        start = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return {hour.start: hour for hour in self.household.hours}.get(start, Hour(start, 0, 0, Quality.UNKNOWN, 0))

    def qualities(self, *texts: str) -> list[Quality]:
        return [self.hour(text).quality for text in texts]
