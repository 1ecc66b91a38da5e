"""What time it is, and how we know: the meter says so, now and then.

The Pi has no clock of its own that survives a power cut, and may have no network. The meter's clock is then the only
time there is: some meters send it with every list, some once an hour. Between two of them the monotonic
clock carries on. The system's clock counts only while the meter has said nothing, and only once something has set it.

What the meters send is wall clock without a usable zone: what it means stands in the maker's profile. It is turned
into UTC here, once. A wall clock that fits two moments or none, or that the meter itself calls invalid, says nothing.
One that contradicts the time we have is believed when a second one, later by as much as has passed, confirms it: so a
list that is sent again an hour late moves nothing, and a clock that the grid company has set does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from enum import Enum

from appliance.household.hours import OSLO
from appliance.meter.makers import ClockZone, profile_of
from appliance.meter.reading import Reading

STANDARD_TIME = timezone(timedelta(hours=1))
_INVALID = 0x01
_OCTETS_A_SECOND = 240  # 2400 baud, ten bits an octet
_FIRST_METER = datetime(2015, 1, 1)  # a meter that lost its clock starts in 2000
_CORRECTION = timedelta(minutes=2)
"""A clock this close to the time we have is a correction of it, and needs no second one."""
_CONFIRMED = timedelta(seconds=10)
"""Two clocks confirm each other when they are as far apart as the monotonic clock says, give or take this."""


class ClockSource(Enum):
    """How the time is known."""

    UNKNOWN = "unknown"
    SYSTEM = "system"
    """By the Pi's clock, which something has set: a network, or a battery clock."""
    METER = "meter"
    """By the meter's clock, carried on by the monotonic one."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A clock as a meter sent it, and the register in the same list, if there was one."""

    wall: datetime
    """Without a zone."""
    register_wh: float | None = None


class WallClock:
    """UTC by the meter's clock, else by the system's; carried on by the monotonic clock."""

    def __init__(self) -> None:
        self._meter: tuple[datetime, float] | None = None  # a moment, and when it was on the monotonic clock, s
        self._system: tuple[datetime, float] | None = None
        self._unconfirmed: tuple[datetime, float] | None = None
        self._last_clock: ClockReading | None = None

    @property
    def source(self) -> ClockSource:
        """How the time is known at present."""
        if self._meter is not None:
            return ClockSource.METER
        return ClockSource.UNKNOWN if self._system is None else ClockSource.SYSTEM

    def tell(self, reading: Reading, now: float) -> None:
        """Take the clock of a reading whose last octet came at `now`, s, unless it repeats the last one."""
        clock = _clock_reading(reading)
        if clock is None or clock == self._last_clock:
            return
        moment = self._moment(reading, now)
        if moment is None:
            return
        self._last_clock = clock
        if reading.list_name is not None:
            moment += profile_of(reading.maker).named_list_age
        moment += timedelta(seconds=reading.length / _OCTETS_A_SECOND)
        expected = self.utc(now)
        if expected is None or abs(moment - expected) <= _CORRECTION or self._confirms(moment, now):
            self._meter, self._unconfirmed = (moment, now), None
        else:
            self._unconfirmed = moment, now

    def repeats(self, reading: Reading) -> bool:
        """Return whether this is an hourly list that came before, from a maker that repeats them: all in it is old.

        In the night when the clock goes back two lists of 02:00 are sent, and their registers tell them apart.
        """
        if reading.clock is None or not profile_of(reading.maker).repeats_lists:
            return False
        return _clock_reading(reading) == self._last_clock

    def system(self, utc: datetime, synchronised: bool, now: float) -> None:
        """Take the system's clock, which says `utc` at `now`, s; it counts only if something has set it."""
        if synchronised:
            self._system = utc, now

    @property
    def last_clock(self) -> ClockReading | None:
        """What the meter's clock said last; what repeats it is ignored, even after a power cut."""
        return self._last_clock

    def remember(self, last_clock: ClockReading | None) -> None:
        """Restore `last_clock` as it was before the program ended."""
        self._last_clock = last_clock

    def go_on(self, utc: datetime, source: ClockSource, now: float) -> None:
        """Take `utc` for the time at `now`, s, as the program knew it before its restart within the same boot."""
        match source:
            case ClockSource.METER:
                self._meter = utc, now
            case ClockSource.SYSTEM:
                self._system = utc, now
            case ClockSource.UNKNOWN:
                pass

    def listed(self, reading: Reading, now: float) -> datetime | None:
        """Return the moment in UTC that a reading's own clock names, if that can be the present at `now`, s."""
        expected, moment = self.utc(now), self._moment(reading, now)
        if expected is None or moment is None or abs(expected - moment) > _CORRECTION:
            return None
        return moment

    def utc(self, now: float) -> datetime | None:
        """Return the time at `now`, s; `None` until a clock has said it."""
        known = self._meter or self._system
        return None if known is None else known[0] + timedelta(seconds=now - known[1])

    def local(self, now: float) -> datetime | None:
        """Return the same in Norway's time zone."""
        moment = self.utc(now)
        return moment and moment.astimezone(OSLO)

    def _confirms(self, moment: datetime, now: float) -> bool:
        if self._unconfirmed is None:
            return False
        before, at = self._unconfirmed
        return abs(moment - before - timedelta(seconds=now - at)) <= _CONFIRMED

    def _moment(self, reading: Reading, now: float) -> datetime | None:
        """Return the one moment that a reading's clock names; `None` without one, or if the meter calls it invalid."""
        clock = reading.clock
        if clock is None or clock.wall < _FIRST_METER or (clock.status or 0) & _INVALID:
            return None
        match profile_of(reading.maker).clock:
            case ClockZone.STANDARD:
                return clock.wall.replace(tzinfo=STANDARD_TIME).astimezone(UTC)
            case ClockZone.LOCAL | ClockZone.UNKNOWN:  # most meters show what the clocks on the wall show
                return self._local_moment(clock.wall, now)

    def _local_moment(self, wall: datetime, now: float) -> datetime | None:
        """Return the one moment that Norway's clocks call `wall`, UTC; `None` when there is none, or two."""
        one, other = wall.replace(tzinfo=OSLO), wall.replace(tzinfo=OSLO, fold=1)
        first, second = one.astimezone(UTC), other.astimezone(UTC)
        if one.utcoffset() == other.utcoffset():
            return first
        expected = self.utc(now)
        # The hour that spring skips has no moment; of the two of the hour that autumn repeats, one is expected.
        if first > second or expected is None:
            return None
        return first if abs(first - expected) <= abs(second - expected) else second


def _clock_reading(reading: Reading) -> ClockReading | None:
    return None if reading.clock is None else ClockReading(reading.clock.wall, reading.energy_import_wh)


def until_clock_s(local: datetime, clock: time) -> float:
    """Return how long it is from a moment until Norway's clocks next show `clock`, s: above 0, up to 25 hours."""
    today = datetime.combine(local.date(), clock, OSLO).astimezone(UTC)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), clock, OSLO).astimezone(UTC)
    return ((today if today > local else tomorrow) - local).total_seconds()
