"""A month of a household with the panel: what it was shown and heard, and what came of it.

The house is `dwelling`'s, which knows nothing of the program. A list each 10 s goes to a real `Household`; its
situations go to lamps and navigation as the panel does it. Who answers a call presses A; else nobody presses a key.
While nothing can be near a limit, five minutes are told as one list with their mean power, which the program then
believes for as long; a test holds that nothing else comes of it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np

from appliance.household.hours import OSLO, Hour, Quality
from appliance.household.household import Household
from appliance.household.outlook import HourState
from appliance.household.rules import Rules
from appliance.household.situation import Level, Situation
from appliance.meter.reading import Maker, Reading
from appliance.panel import navigation
from appliance.panel.keys import Key, Press
from appliance.panel.lamps import Light, lamps_for
from appliance.panel.menu import Acknowledge
from appliance.panel.navigation import Overlay, State
from appliance.settings.choices import Choices
from appliance.settings.model import Settings
from appliance.settings.policies import policies
from tests.household.dwelling import (
    DAY,
    HOUR,
    NOTHING,
    STEP_S,
    TANK_W,
    Dwelling,
    Load,
    Net,
    Watts,
    drawn,
    midnight,
    step_of,
)

BEFORE, FIRST, AFTER = date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)
DAYS_BEFORE, DAYS = (FIRST - BEFORE).days, (AFTER - FIRST).days
STRETCH = 300 // STEP_S
TWO_MINUTES = 120 // STEP_S
CALM_SILENT_S = 330.0
"""For how long a power is believed where five minutes come as one list."""
ANSWER = 120 // STEP_S
"""From the call to the moment at which somebody stands there, reads what is to go, and switches it off."""
LOOK_AGAIN = 300 // STEP_S
"""After so long somebody looks whether that was enough."""
TIMER_HOUR = 1
"""A car that was put off, and that nobody has switched on again before going to bed, charges from this hour on."""
ROOM_W = 300.0
"""So much more than the car needs must be free before it is switched on again."""
RED_CAUSE = timedelta(minutes=15)
"""A lamp that goes back from red, and the yellow after it, have it for their cause this long."""
NEW_CALL = timedelta(minutes=10)
"""What comes sooner after a call belongs to it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that the household could notice."""

    at: datetime
    """Local time."""
    what: str
    """"lamp", "sound" or "page"."""
    why: str
    """The alarms at that moment."""
    from_red: bool
    """An alarm was red then or shortly before."""

    @property
    def at_night(self) -> bool:
        """Whether people sleep: from 23 to 6."""
        return self.at.hour >= 23 or self.at.hour < 6

    def __str__(self) -> str:
        """Return it as a line of a report."""
        return f"{self.at:%d %H:%M:%S} {self.what:5} {self.why}"


@dataclass(slots=True)
class Month:
    """What a month had."""

    hours_wh: list[float] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    held_hours: int = 0
    """Hours in which the household had switched off what can wait."""

    @property
    def step(self) -> int:
        """The place of the step that the month came to."""
        return step_of(day_peaks_wh(self.hours_wh))

    def calls(self) -> int:
        """Return how often the panel called: by a page or a sound, what follows within ten minutes being one call."""
        called = [moment.at for moment in self.moments if moment.what != "lamp"]
        return len(called[:1]) + sum(later - earlier >= NEW_CALL for earlier, later in pairwise(called))

    def a_day(self) -> dict[str, float]:
        """Return the lamp changes, sounds and pages of an average day."""
        counts = Counter(moment.what for moment in self.moments)
        return {what: counts[what] / DAYS for what in ("lamp", "sound", "page")}

    def by_night(self) -> list[Moment]:
        """Return what came while people sleep, and not from a red alarm."""
        return [moment for moment in self.moments if moment.at_night and not moment.from_red]


@dataclass(frozen=True, slots=True)
class Pair:
    """A household's January without a panel and with it."""

    goal: int
    """The place of the step that its own December came to."""
    without: Month
    panel: Month


def made(seed: int, net: Net | None = None) -> Dwelling:
    """Return a house of December and January."""
    traits = drawn(seed)
    return Dwelling(traits if net is None else replace(traits, net=net), BEFORE, DAYS_BEFORE + DAYS, seed)


def pair(seed: int, settings: Settings | None = None) -> Pair:
    """Return a household's January without a panel, and with one whose calls it answers."""
    house = made(seed)
    december = house.hours_wh(0, DAYS_BEFORE)
    new_year = house.now()
    without = Month(house.hours_wh(DAYS_BEFORE, DAYS_BEFORE + DAYS))
    house.owed = new_year
    return Pair(step_of(day_peaks_wh(december)), without, lived(house, december, settings, answers=True))


def lived(
    house: Dwelling,
    december_wh: Sequence[float],
    settings: Settings | None = None,
    *,
    days: int = DAYS,
    answers: bool = False,
    skips: bool = True,
) -> Month:
    """Return a house's January with a panel; a household that `answers` sheds two minutes after a call."""
    life = _Life(house, december_wh, settings or Settings(), skips=skips)
    place, end = DAYS_BEFORE * DAY, (DAYS_BEFORE + days) * DAY
    month, answer = life.month, Answer(house)
    while place < end:
        steps = STRETCH - place % STRETCH
        if place % HOUR == 0:
            steps = 1  # what the new hour may have is known after its first list
        elif not answer.is_busy and life.passes_calmly(place, steps, answer.held):
            place += steps
            continue
        for here in range(place, place + steps):
            seen = len(month.moments)
            life.step(here, answer.held)
            if answers:
                heard = any(_is_heard(moment, house.awake[here]) for moment in month.moments[seen:])
                if answer.goes_on(here, life.situation, heard=heard):
                    life.press_a()
        place += steps
    month.held_hours = answer.held_hours
    return month


class Answer:
    """What a household does when the panel calls: it reads what is to go, and switches off car, hot water, heating.

    It goes by the page *Hour* and by nothing else. Hot water and heating are on again when the hour ends, the car when
    somebody is awake and the page says that there is room for it, or by its timer in the night.
    """

    def __init__(self, house: Dwelling) -> None:
        self.held: frozenset[Load] = frozenset()
        self.held_hours = 0
        self._house = house
        self._looks_at: int | None = None
        self._hour_ends = 0

    @property
    def is_busy(self) -> bool:
        """Somebody is on the way to the panel, or has switched off more than the car."""
        return self._looks_at is not None or bool(self.held - {Load.CAR})

    def goes_on(self, here: int, situation: Situation, *, heard: bool) -> bool:
        """Do what is due at this step. Return whether somebody presses A at it."""
        if here >= self._hour_ends:
            self.held &= {Load.CAR}
        if Load.CAR in self.held and here % HOUR == ANSWER and here >= self._hour_ends:
            self._switch_the_car_on_again(here, situation)
        if heard and self._looks_at is None:
            self._looks_at = here + ANSWER
        if here != self._looks_at:
            return False
        self._looks_at = None
        shed_w = situation.outlook.shed_w if situation.outlook is not None else None
        if situation.hour_state is not HourState.HIGH:
            shed_w = self._house.traits.car_w if any(alarm.level is Level.ACT for alarm in situation.alarms) else 0.0
        if shed_w:
            self.held_hours += here >= self._hour_ends
            self._hour_ends = here - here % HOUR + HOUR
            self._switch_off(shed_w)
            if here + LOOK_AGAIN < self._hour_ends:
                self._looks_at = here + LOOK_AGAIN
        return True

    def _switch_off(self, shed_w: float) -> None:
        """Switch off one thing after another until as much is gone as the page says, and at least one."""
        house = self._house
        draws_w = {
            Load.CAR: house.traits.car_w if house.owed.car_wh > 0 else 0.0,
            Load.TANK: TANK_W if house.owed.tank_on else 0.0,
            Load.HEATING: float("inf"),
        }
        for load in Load:
            if shed_w > 0 and load not in self.held and draws_w[load]:
                self.held |= {load}
                shed_w -= draws_w[load]

    def _switch_the_car_on_again(self, here: int, situation: Situation) -> None:
        outlook, now_w = situation.outlook, situation.power_import_w or 0.0
        room_w = 0.0 if outlook is None or outlook.headroom_w is None else outlook.headroom_w - now_w
        by_timer = TIMER_HOUR <= here % DAY // HOUR < TIMER_HOUR + 5
        if by_timer or (self._house.awake[here] and room_w >= self._house.traits.car_w + ROOM_W):
            self.held -= {Load.CAR}


def _is_heard(moment: Moment, is_awake: bool) -> bool:
    return moment.what == "sound" if moment.at_night else moment.what != "lamp" and is_awake


def day_peaks_wh(hours_wh: Sequence[float]) -> list[float]:
    """Return the highest hour of each day."""
    return [max(hours_wh[begin : begin + 24]) for begin in range(0, len(hours_wh), 24)]


class _Life:
    """A household that hears of a house, and the panel beside it."""

    def __init__(self, house: Dwelling, december_wh: Sequence[float], settings: Settings, *, skips: bool) -> None:
        self.month = Month()
        self._house, self._skips = house, skips
        given = policies(settings)
        rules = _believing(given.rules) if skips else given.rules
        self._fuse_a = rules.phase.fuse_a
        self._lamps = given.preferences.lamps
        self._household = Household(rules, sound=given.sound, tariffs=given.tariffs)
        self._household.adopt(list(_hours(december_wh)))
        self._household.port(is_open=True)
        self._start = midnight(FIRST).astimezone(UTC)
        self._household.system_clock(self._start, True, 0.0)
        self._state: State = State()
        self._before: Situation | None = None
        self._red_at = self._start - timedelta(days=1)
        self._wh = self._now_s = 0.0
        self._lately = np.zeros(TWO_MINUTES)

    @property
    def situation(self) -> Situation:
        """What is shown now."""
        assert self._before is not None  # a list has come
        return self._before

    def step(self, place: int, held: frozenset[Load] = NOTHING) -> None:
        """Let 10 s pass from `place` on: the list comes at their beginning, and is looked at then."""
        watts = self._house.step(place, held)
        self._lately = np.append(self._lately[1:], sum(watts))
        self._list(place, watts, STEP_S)

    def press_a(self) -> None:
        """Press A until what came forward is seen."""
        while self._state.overlay is Overlay.ALARM and self._before is not None:
            self._state, action = navigation.pressed(self._state, Press(Key.A), self._before, Choices(), self._now_s)
            if not isinstance(action, Acknowledge):
                return
            self._household.acknowledge(action.rule, action.phase)

    def passes_calmly(self, place: int, steps: int, held: frozenset[Load] = NOTHING) -> bool:
        """Let this many steps pass from `place` on, if nothing comes near a limit in them. Return whether they did."""
        if not self._skips:
            return False
        begun = self._house.now()
        watts = [self._house.step(here, held) for here in range(place, place + steps)]
        if self._is_calm(place, watts):
            one, two, three = (float(mean) for mean in np.mean(np.array(watts), axis=0))
            self._list(place, (one, two, three), STEP_S * steps)
            self._lately = np.array(watts[-TWO_MINUTES:]).sum(axis=1)
            return True
        self._house.owed = begun
        return False

    def _is_calm(self, place: int, watts: Sequence[Watts]) -> bool:
        """Return whether no limit is near: no power and current at one, and no two minutes that would cross the hour's.

        The limits are those that the situation names. 98 and 95 % leave room for what a mean of five minutes hides.
        """
        before, now = self._before, self._now(place)
        if before is None or before.alarms or self._state.overlay is not None or self._household.calm_until(now) <= now:
            return False
        powers = np.array(watts).sum(axis=1)
        if powers.max() > 0.98 * before.watch_w:
            return False
        most_a = 0.0 if self._fuse_a is None else max(max(self._house.currents_a(each)) for each in watts)
        if self._fuse_a is not None and most_a > 0.98 * self._fuse_a:
            return False
        allowed_wh = None if before.outlook is None else before.outlook.allowed_wh
        summed = np.concatenate(([0.0], np.cumsum(np.concatenate((self._lately, powers)))))
        mean_w = float((summed[TWO_MINUTES:] - summed[:-TWO_MINUTES]).max()) / TWO_MINUTES
        left_s = STEP_S * (HOUR - place % HOUR)
        return allowed_wh is None or self._wh + mean_w * left_s / 3600 <= 0.95 * allowed_wh

    def _now(self, place: int) -> float:
        return float((place - DAYS_BEFORE * DAY) * STEP_S)

    def _list(self, place: int, watts: Watts, seconds: float) -> None:
        now, power_w = self._now(place), sum(watts)
        one, two, three = self._house.currents_a(watts)
        utc = self._start + timedelta(seconds=now)
        if place % HOUR == 0:
            self._wh = 0.0
            self._household.system_clock(utc, True, now)
        self._household.reading(
            Reading(
                offset=0,
                length=44,
                maker=Maker.AIDON,
                elements=12,
                power_import_w=power_w,
                power_export_w=0.0,
                current_l1_a=one,
                current_l2_a=two if self._house.traits.net is Net.TN else None,
                current_l3_a=three,
                voltage_l1_v=230.0,
                voltage_l2_v=230.0,
                voltage_l3_v=230.0,
            ),
            now,
        )
        self._wh += power_w * seconds / 3600
        if place % HOUR == 0:
            self.month.hours_wh.append(0.0)
        self.month.hours_wh[-1] = self._wh
        self._look(now, utc)

    def _look(self, now: float, utc: datetime) -> None:
        self._now_s = now
        situation, before = self._household.situation(now), self._before
        was, self._state = self._state, navigation.seen(self._state, situation, now)
        self._before = situation
        if before is None:
            return
        if any(alarm.level is Level.ACT for alarm in (*situation.alarms, *before.alarms)):
            self._red_at = utc
        if self._lit(situation) != self._lit(before):
            self._note("lamp", utc)
        if situation.chime is not None and situation.chime != before.chime:
            self._note("sound", utc)
        if self._state.overlay in (Overlay.ALARM, Overlay.FAULT) and self._state.came_s > was.came_s:
            self._note("page", utc)

    def _lit(self, situation: Situation) -> tuple[bool, bool, bool]:
        lamps = lamps_for(situation, self._lamps)
        return lamps.red is not Light.OFF, lamps.yellow is not Light.OFF, lamps.green is not Light.OFF

    def _note(self, what: str, utc: datetime) -> None:
        assert self._before is not None  # it has just been set
        why = ", ".join(
            f"{alarm.rule.value}{alarm.phase or ''} {alarm.level.name} {alarm.value or 0:.0f}/{alarm.limit:.0f}"
            for alarm in self._before.alarms
        )
        power_w = self._before.power_import_w or 0.0
        self.month.moments.append(
            Moment(utc.astimezone(OSLO), what, f"{power_w:.0f} W; {why or 'nothing'}", utc - self._red_at <= RED_CAUSE)
        )


def _believing(rules: Rules) -> Rules:
    """Return the rules of a household that believes a list for longer than five minutes."""
    long_s = CALM_SILENT_S
    return replace(rules, silent_s=long_s, silent_page_s=long_s, silent_sound_s=long_s)


def _hours(december_wh: Sequence[float]) -> Iterator[Hour]:
    start = midnight(BEFORE).astimezone(UTC)
    for number, wh in enumerate(december_wh):
        yield Hour(start + timedelta(hours=number), wh, 0.0, Quality.METERED, 1.0)
