"""What time it is, and how we know: the meter says so, now and then.

The Pi has no clock of its own that survives a power cut, and may have no network. The meter's clock is then the only
time there is: some meters send it with every list, some once an hour. Between two of them the monotonic clock carries
on. What a wall clock means is the business of `clock_meaning`; here it is decided whether it is believed.

- A clock within two minutes of the time is a correction of it, and believed.
- One that stands still, jumps or is further off is believed by nobody, until it has run right for ten minutes and two
  lists; where it is half an hour off or more, for twice as long as the time before it had held, a week at most.
- A synchronised system clock goes before any meter's that is half an hour off or more, and shows what the meter's
  means. Without one, a meter whose clock moves by the hour between standard and local time shows it by itself: the
  time goes on as it was.
"""

from datetime import UTC, datetime, timedelta
from enum import Enum

from appliance.household.clock_meaning import ClockFinding, ClockMeanings, moments, stated, usable
from appliance.household.clock_repeats import ClockRepeats
from appliance.household.clock_run import CONSISTENT, RUN_LISTS, RUN_S, Anchor, Run, longer
from appliance.household.hours import OSLO
from appliance.meter.makers import ClockZone, profile_of
from appliance.meter.reading import MeterClock, Reading

_OCTETS_A_SECOND = 240  # 2400 baud, ten bits an octet
_CORRECTION = timedelta(minutes=2)
"""A clock this close to the time we have is a correction of it; one further behind is of an old list."""
_HALF_AN_HOUR = timedelta(minutes=30)
_QUARTER_OF_AN_HOUR = timedelta(minutes=15)
"""What a clock may be off beside whole hours, and still tell its zone."""
_A_DAY = timedelta(days=1)
_BASE_S = 3600.0
"""Corrections of this long together may be `_CORRECTION` at most: a clock that runs too slowly is wrong."""
CHANGE_LISTS = 3
"""A clock means something else when so many lists in a row say so: two hourly ones may both be an hour late."""
UNLIKE_OTHERS = 24
"""And so many when the clocks of the meter's other lists are known to mean what was thought."""
LONGEST_DOUBT_S = 7 * 86400.0
_ASKED_S = 60.0
"""The system's clock is asked more often than this."""
_LIST_AFTER_LIST_S = 120.0
"""Lists that are further apart tell each for itself: one that is hourly may be sent an hour late, time after time."""
_TOLD_WRONG = 2
"""Lists in a row whose clock is wrong before it is said: one is an old list."""


class ClockSource(Enum):
    """How the time is known."""

    UNKNOWN = "unknown"
    SYSTEM = "system"
    """By the Pi's clock, which a network has set, or by a battery clock."""
    METER = "meter"
    """By the meter's clock, carried on by the monotonic one."""


class WallClock:
    """UTC by the meter's clock, else by the system's; carried on by the monotonic clock."""

    def __init__(self) -> None:
        self.meanings = ClockMeanings()
        self.repeats = ClockRepeats()
        self.is_wrong = False
        """The meter's clock stands still, jumps or is off: it is believed by nobody."""
        self._meter: Anchor | None = None
        self._corrected: Anchor | None = None
        """What the newest list corrected; `None` when it did something else."""
        self._asked: tuple[Anchor, float, datetime] | None = None
        self._system: Anchor | None = None
        self._is_batterys = False
        """`_meter` is a battery clock's time, which holds until the meter's first."""
        self._agreeing: Run | None = None
        """The lists since the program's start that agreed with the time."""
        self._told_by_system: float | None = None
        """When the system's clock, which something had set, was asked last (monotonic, s)."""
        self._base: Anchor | None = None
        """Where the meter's time was up to an hour ago, for corrections that add up."""
        self._held_since: float | None = None
        """Since when lists have agreed on the time, on the monotonic clock, s; `None` as long as one alone told it."""
        self._contradictions = 0
        """Lists in a row whose clock was wrong."""
        self._contradicted_at = float("-inf")
        """When the last of them came."""
        self._off: Run | None = None
        """What they show, where they agree with each other."""
        self._rival: Run | None = None
        """The clock that contradicts the time."""
        self._right: Run | None = None
        """The clock that agrees again, after it was wrong."""
        self._meaning: dict[int, tuple[ClockFinding, Run]] = {}
        """By the list's elements: what its clock seems to mean, and for how long it has."""
        self._lost: tuple[datetime, float] | None = None
        """The last time that was known before a power cut, and for how long it had held, s."""

    @property
    def source(self) -> ClockSource:
        """How the time is known at present."""
        if self._meter is not None:
            return ClockSource.SYSTEM if self._is_batterys else ClockSource.METER
        return ClockSource.UNKNOWN if self._system is None else ClockSource.SYSTEM

    @property
    def kept_source(self) -> ClockSource:
        """The same, for a restart of the program: a battery clock is then asked again."""
        return ClockSource.UNKNOWN if self._is_batterys else self.source

    def take(self, reading: Reading, now: float) -> bool:
        """Take the clock of a reading whose last octet came at `now`, s. Return whether its values are of now.

        They are not when the list came before, with the same register, or its clock is behind the time, or the time
        before a power cut; but a clock that is behind in every list is wrong, and says nothing of the values.
        """
        self.meanings.heard(reading)
        clock = usable(reading)
        if clock is None:
            return True
        repeated, stands_still, went_back = self.repeats.compare(clock.wall, reading.energy_import_wh, now)
        wall = _at_the_end(clock.wall, reading)
        if self._system is not None and not stands_still:
            self._learn(reading, wall, self._system.utc_at(now), now)
        moment, expected = self._moment(reading, clock, wall, now), self.utc(now)
        if repeated and (stands_still or moment is None or expected is None or abs(moment - expected) > CONSISTENT):
            return False
        if moment is None:
            return True
        if went_back and expected is not None and CONSISTENT < expected - moment <= _CORRECTION:
            return False  # sent again; a clock that was corrected shows it with the next list
        known = None if self._is_batterys else expected
        if known is None and self._lost is not None:
            known = self._lost[0]
        is_old = known is not None and known - moment > _CORRECTION and not self._is_behind(moment, now)
        if stands_still:
            self._take_back()
            self._contradicted(moment, now)
        else:
            self._judge(reading, wall, moment, now)
        return not is_old

    def system(self, utc: datetime, synchronised: bool, now: float) -> None:
        """Take the system's clock, which says `utc` at `now`, s; it counts only if something has set it."""
        if not synchronised:
            return
        self._system, self._told_by_system = Anchor(utc, now), now
        if self._is_batterys:
            self._meter, self._base, self._is_batterys = None, None, False
        if self._meter is not None and abs(self._meter.utc_at(now) - utc) >= _HALF_AN_HOUR:
            self._drop_meters()

    def battery(self, utc: datetime, now: float) -> bool:
        """Take a battery clock's time, which it says at `now`, s, until the meter or the system tells it.

        Return whether it is taken: not where the time is known, nor when it is earlier than what was known before.
        """
        if self.utc(now) is not None or (self._lost is not None and utc < self._lost[0] - _CORRECTION):
            return False
        self._meter, self._is_batterys = Anchor(utc, now), True
        return True

    def confirmed(self, now: float) -> datetime | None:
        """Return the time at `now`, s, that another clock may be set by; `None` while nothing vouches for it.

        The system's once something has set it, else the meter's when its lists have agreed with each other and with the
        monotonic clock for ten minutes of this run of the program.
        """
        if self._system is not None and self._told_by_system is not None and now - self._told_by_system <= _ASKED_S:
            return self._system.utc_at(now)
        run = self._agreeing
        if run is None or not run.is_right or self.is_wrong or now - run.last.at > _BASE_S + _ASKED_S:
            return None
        return self.utc(now)

    @property
    def held_s(self) -> float:
        """Return for how long lists have agreed on the time, up to the last that did, s."""
        if self._held_since is None or self._meter is None:
            return 0.0
        return min(self._meter.at - self._held_since, LONGEST_DOUBT_S)

    def go_on(self, utc: datetime, source: ClockSource, now: float, held_s: float = 0.0) -> None:
        """Take `utc` for the time at `now`, s, as the program knew it before its restart within the same boot."""
        match source:
            case ClockSource.METER:
                self._meter = self._base = Anchor(utc, now)
                self._held_since = now - held_s if held_s else None
            case ClockSource.SYSTEM:
                self._system = Anchor(utc, now)
            case ClockSource.UNKNOWN:
                pass

    def lost(self, utc: datetime | None, held_s: float) -> None:
        """Take note that the power was lost at `utc` or later, when the time had been known for `held_s`, s."""
        self._lost = None if utc is None else (utc, held_s)

    def listed(self, reading: Reading, now: float) -> datetime | None:
        """Return the moment in UTC that a reading's own clock names, if that can be the present at `now`, s."""
        expected, clock = self.utc(now), usable(reading)
        if expected is None or clock is None or self.is_wrong:
            return None
        moment = self._moment(reading, clock, clock.wall, now)
        return None if moment is None or abs(expected - moment) > _CORRECTION else moment

    def utc(self, now: float) -> datetime | None:
        """Return the time at `now`, s; `None` until a clock has said it."""
        known = self._meter or self._system
        if known is None:
            return None
        if self._asked is None or self._asked[0] is not known or self._asked[1] != now:
            self._asked = known, now, known.utc_at(now)  # it is asked for several times at each moment
        return self._asked[2]

    def local(self, now: float) -> datetime | None:
        """Return the same in Norway's time zone."""
        moment = self.utc(now)
        return moment and moment.astimezone(OSLO)

    def _moment(self, reading: Reading, clock: MeterClock, wall: datetime, now: float) -> datetime | None:
        """Return the one moment that a wall clock of this list names; `None` when there is none, or no telling which.

        An unknown maker's clock names none before a clock that was known to be right has shown what it means.
        """
        if profile_of(reading.maker).clock is ClockZone.UNKNOWN and not self.meanings.is_found(reading):
            return None
        found = moments(wall, self.meanings.of(reading))
        if len(found) < 2:
            return found[0] if found else None
        ahead = stated(clock)
        if ahead is not None:
            return next((one for one in found if one + ahead == wall.replace(tzinfo=UTC)), None)
        expected = self.utc(now)
        return None if expected is None else min(found, key=lambda one: abs(one - expected))

    def _learn(self, reading: Reading, wall: datetime, right: datetime, now: float) -> None:
        """Learn what the clock of a list means from a clock that is right."""
        found = self.meanings.better(reading, wall, right, _QUARTER_OF_AN_HOUR)
        if found is None:
            self._meaning.pop(reading.elements, None)
            return
        before, run = self._meaning.get(reading.elements, (None, None))
        run = longer(run if before == found else None, right, now)
        self._meaning[reading.elements] = found, run
        meant = self.meanings.of(reading)
        changes = (found.zone, found.ahead_h) != (meant.zone, meant.ahead_h)
        needed = RUN_LISTS if not changes else UNLIKE_OTHERS if self.meanings.knows_others(reading) else CHANGE_LISTS
        if run.is_right and run.lists >= needed:
            if changes:
                self._contradictions, self.is_wrong = 0, False  # it was right all the time
            self.meanings.learn(reading, found, wall)

    def _judge(self, reading: Reading, wall: datetime, moment: datetime, now: float) -> None:
        """Believe a moment that a clock names at `now`, s, or not."""
        expected = self.utc(now)
        if self._system is not None and abs(moment - self._system.utc_at(now)) >= _HALF_AN_HOUR:
            self._rival = None
            self._contradicted(moment, now, explained=reading.elements in self._meaning)
            if self._contradictions >= CHANGE_LISTS:
                self._drop_meters()  # it was believed by a meaning that was wrong, or has changed
        elif expected is None or self._is_batterys:
            self._first(moment, now)
        elif abs(moment - expected) <= _CORRECTION and self._is_steady(moment, now):
            self._agrees(moment, now)
        else:
            self._contradicted(moment, now)
            self._rival = longer(self._rival, moment, now)
            if not self._rival.is_right:
                return
            meant, other = self.meanings.of(reading), self.meanings.better(reading, wall, expected, _CORRECTION)
            was_agreed = self._held_since is not None  # one list alone may itself have been an hour off
            if was_agreed and other is not None and other.ahead_h == meant.ahead_h and other.zone is not meant.zone:
                self.meanings.learn(reading, other, wall)  # the time goes on as it was
                self._believe(expected, now)
            elif self._rival.length_s >= self._doubt_s(abs(moment - expected)):
                self._held_since, self._base = self._rival.since, None
                self._believe(moment, now)

    def _first(self, moment: datetime, now: float) -> None:
        """Believe a first clock, but for one from long before the power was lost."""
        if self._lost is None or moment >= self._lost[0] - _A_DAY:
            self._believe(moment, now)
            return
        self._contradicted(moment, now)
        self._rival = longer(self._rival, moment, now)
        if self._rival.is_right and self._rival.length_s >= min(2 * self._lost[1], LONGEST_DOUBT_S):
            self._believe(moment, now)

    def _is_steady(self, moment: datetime, now: float) -> bool:
        """Return whether the meter's clock has run as fast as ours since up to an hour ago."""
        if self._base is None:
            return True
        return abs(moment - self._base.utc_at(now)) <= _CORRECTION

    def _doubt_s(self, by: timedelta) -> float:
        """Return how long a clock that is off by so much has to run to be believed, s."""
        if by < _HALF_AN_HOUR or self._held_since is None:
            return RUN_S
        return min(2 * self.held_s, LONGEST_DOUBT_S)

    def _is_behind(self, moment: datetime, now: float) -> bool:
        """Return whether the clock is wrong in list after list, so that it says nothing of their age.

        Where those lists agree with each other, a moment that does not go on from theirs is an old list's all the same.
        """
        if self._contradictions < _TOLD_WRONG or now - self._contradicted_at > _LIST_AFTER_LIST_S:
            return False
        off = self._off
        return off is None or off.lists < RUN_LISTS or off.goes_on(moment, now)

    def _contradicted(self, moment: datetime, now: float, *, explained: bool = False) -> None:
        """Count a clock that is wrong, if it is not `explained` by another zone."""
        self._contradictions += 1
        self._off = longer(self._off, moment, now)
        self._contradicted_at = now
        self._right = self._agreeing = None
        self.is_wrong = self.is_wrong or (self._contradictions >= _TOLD_WRONG and not explained)

    def _agrees(self, moment: datetime, now: float) -> None:
        """Believe a clock that agrees with the time; one that was wrong, once it has run right for a while."""
        self._rival = None
        if self.is_wrong:
            self._right = longer(self._right, moment, now)
            if not self._right.is_right:
                return
        if self._held_since is None:
            self._held_since = now if self._meter is None else self._meter.at
        corrected = self._meter
        self._agreeing = longer(self._agreeing, moment, now)
        self._believe(moment, now)
        self._corrected = corrected

    def _take_back(self) -> None:
        """Have the time go on as before the first list in which the clock stood still, if that one was believed."""
        if self._meter is None or self._meter.at != self.repeats.shown_first_at:
            return
        if self._corrected is not None:
            self._meter, self._corrected = self._corrected, None
        elif self._system is not None:
            self._drop_meters()

    def _drop_meters(self) -> None:
        """Have the system's clock tell the time from now on, until the meter's agrees with it."""
        self._meter = self._base = self._rival = self._held_since = self._agreeing = None
        self._is_batterys = False

    def _believe(self, moment: datetime, now: float) -> None:
        self._meter, self._corrected, self._is_batterys = Anchor(moment, now), None, False
        if self._base is None or now - self._base.at >= _BASE_S:
            self._base = self._meter
        self._contradictions, self.is_wrong = 0, False
        self._rival = self._right = self._off = self._lost = None


def _at_the_end(wall: datetime, reading: Reading) -> datetime:
    """Return what the meter's clock showed when the list's last octet came."""
    if reading.list_name is not None:
        wall += profile_of(reading.maker).named_list_age
    return wall + timedelta(seconds=reading.length / _OCTETS_A_SECOND)
