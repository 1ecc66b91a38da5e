"""What time it is, and how we know: the meter says so, now and then.

The Pi has no clock of its own that survives a power cut, and may have no network. The meter's clock is then the only
time there is: in every frame from Kaifa and Kamstrup, once an hour from an Aidon. Between two tellings the monotonic
clock carries on. What the meters send is wall clock without a usable zone: Aidon and Kaifa follow daylight saving
and call their deviation what they like, Kamstrup stays on standard time all year. So a telling is turned into UTC
here, once, and a wall clock that fits two moments, none, or is called invalid by the meter itself tells nothing.
"""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from appliance.meter.reading import Maker, Reading

OSLO = ZoneInfo("Europe/Oslo")
STANDARD_TIME = timezone(timedelta(hours=1))
_INVALID = 0x01
_OCTETS_A_SECOND = 240  # 2400 baud, ten bits an octet
_AIDON_LIST_AGE = timedelta(seconds=10)  # made at xx:00:00, sent at xx:00:10
_FIRST_METER = datetime(2015, 1, 1)  # a meter that lost its clock starts in 2000


class WallClock:
    """UTC by the meter's telling, carried on by the monotonic clock."""

    def __init__(self) -> None:
        self._told: datetime | None = None
        self._told_at = 0.0
        self._wall: datetime | None = None

    def tell(self, reading: Reading, now: float) -> None:
        """Take the clock of a reading whose last octet came at `now`, s; one that repeats itself is no news."""
        clock = reading.clock
        if clock is None or clock.wall == self._wall or clock.wall < _FIRST_METER or (clock.status or 0) & _INVALID:
            return
        moment = self._instant(clock.wall, reading.maker, now)
        if moment is None:
            return
        self._wall = clock.wall
        if reading.maker is Maker.AIDON and reading.list_name is not None:
            moment += _AIDON_LIST_AGE
        self._told = moment + timedelta(seconds=reading.length / _OCTETS_A_SECOND)
        self._told_at = now

    def listed(self, reading: Reading, now: float) -> datetime | None:
        """The moment in UTC that a reading's own clock names; `None` when it has none or it names no one moment."""
        return None if reading.clock is None else self._instant(reading.clock.wall, reading.maker, now)

    def utc(self, now: float) -> datetime | None:
        """The time at `now`, s; `None` until the meter has told it."""
        return None if self._told is None else self._told + timedelta(seconds=now - self._told_at)

    def local(self, now: float) -> datetime | None:
        """The same in Norway's time zone."""
        moment = self.utc(now)
        return moment and moment.astimezone(OSLO)

    def _instant(self, wall: datetime, maker: Maker | None, now: float) -> datetime | None:
        if maker is Maker.KAMSTRUP:
            return wall.replace(tzinfo=STANDARD_TIME).astimezone(UTC)
        candidates = [wall.replace(tzinfo=OSLO, fold=fold).astimezone(UTC) for fold in (0, 1)]
        # In the hour that spring skips, no moment has this wall clock; in the one that autumn repeats, two have it.
        fitting = {moment for moment in candidates if moment.astimezone(OSLO).replace(tzinfo=None) == wall}
        expected = self.utc(now)
        if len(fitting) > 1 and expected is None:
            return None
        return min(fitting, key=lambda moment: abs(moment - expected) if expected else timedelta(), default=None)
