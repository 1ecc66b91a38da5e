"""An evening hour in a real household, as its panel shows it: loads in, and moment by moment what is seen and heard.

Nothing here knows a rule of the alarms. Energies are sums of watts times seconds, the arithmetic that the tests of the
hour's alarm are held against.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appliance.household.checkpoint import Restored
from appliance.household.hours import HOUR, Hour, Quality
from appliance.household.household import Household
from appliance.household.rules import Rules
from appliance.household.situation import Rule, Situation, Sound
from appliance.meter.reading import Reading
from appliance.panel import navigation
from appliance.panel.keys import Key, Press
from appliance.panel.lamps import Lamps, Light, lamps_for
from appliance.panel.menu import Acknowledge
from appliance.panel.navigation import Overlay
from appliance.settings.choices import AS_SET

HOUR_S = 3600
LIST_S = 10.0
START = datetime(2026, 2, 4, 17, tzinfo=UTC)  # 18:00 in Oslo, the fourth day of the month


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is seen and heard at one moment."""

    at_s: float
    """Since the hour began."""
    load_w: float
    energy_wh: float
    """Since the hour began: the test's own sum."""
    lamps: Lamps
    sound: Sound | None
    """Of the moment, if it is heard."""
    subject: tuple[Rule, int | None] | None
    """What the alarm is about that is in front on the glass."""
    situation: Situation

    @property
    def is_red(self) -> bool:
        """The red lamp is lit."""
        return self.lamps.red is not Light.OFF

    @property
    def is_green(self) -> bool:
        """The green lamp is lit."""
        return self.lamps.green is not Light.OFF


class Evening:
    """A household of which some days of the month are known, and somebody at its panel."""

    def __init__(
        self, peaks_wh: Sequence[float], rules: Rules | None = None, start: datetime = START, before_wh: float = 0.0
    ) -> None:
        """Begin at `start`; the days before had these highest hours, and each day of the month before `before_wh`."""
        self.household = Household(rules or Rules())
        self.start = start
        hours = [_hour(start - timedelta(days=len(peaks_wh) - day), wh) for day, wh in enumerate(peaks_wh)]
        if before_wh:
            month_before = start.replace(day=1) - timedelta(days=10)
            hours = [*(_hour(month_before + timedelta(days=day), before_wh) for day in range(3)), *hours]
        self.household.restore(Restored(hours=tuple(hours)), 0.0)
        self.household.port(True)
        self.state = navigation.begin(-100.0)
        self._chime = 0
        self._energy_ws = 0.0
        self._now = 0.0

    def run(
        self,
        load_w: Callable[[float], float],
        seconds: float = HOUR_S,
        currents_a: tuple[float, float, float] | None = None,
        keys: Sequence[tuple[float, Press]] = (),
    ) -> Iterator[Look]:
        """Live on with a load by the seconds since the start. Yield what is seen after each list."""
        waiting = list(keys)
        end = self._now + seconds
        while self._now < end:
            now, load = self._now, load_w(self._now)
            self.household.system_clock(self.start + timedelta(seconds=now), True, now)
            l1, l2, l3 = currents_a or (None, None, None)
            volts = 230.0 if currents_a else None
            reading = Reading(
                offset=0,
                length=0,
                elements=1 if currents_a is None else 7,
                power_import_w=load,
                current_l1_a=l1,
                current_l2_a=l2,
                current_l3_a=l3,
                voltage_l1_v=volts,
                voltage_l2_v=volts,
                voltage_l3_v=volts,
            )
            self.household.reading(reading, now)
            yield self._look(now, load)
            while waiting and waiting[0][0] <= now:
                self.press(waiting.pop(0)[1])
            self._energy_ws += load * LIST_S
            self._now += LIST_S

    def press(self, press: Press) -> None:
        """Press a key now."""
        situation = self.household.situation(self._now)
        self.state, action = navigation.pressed(self.state, press, situation, AS_SET, self._now)
        if isinstance(action, Acknowledge):
            self.household.acknowledge(action.rule, action.phase)

    def _look(self, now: float, load_w: float) -> Look:
        situation = self.household.situation(now)
        self.state = navigation.seen(self.state, situation, now)
        chime, sound = situation.chime, None
        if chime is not None and chime.number != self._chime:
            self._chime, sound = chime.number, chime.sound
        return Look(
            at_s=now,
            load_w=load_w,
            energy_wh=self._energy_ws / HOUR_S,
            lamps=lamps_for(situation),
            sound=sound,
            subject=self.state.subject if self.state.overlay is Overlay.ALARM else None,
            situation=situation,
        )


A_KEY, B_KEY = Press(Key.A), Press(Key.B)


def _hour(start: datetime, import_wh: float) -> Hour:
    assert start.minute == 0
    assert timedelta(hours=1) == HOUR
    return Hour(start, import_wh, 0.0, Quality.METERED, 1.0)
