"""What a meter's wall clock means: its zone, by the maker's profile until something better has been found.

Meters send a wall clock without a usable zone. The maker's profile says which one it is by default. What a clock that
is known to be right shows against it is kept as a `ClockFinding`, by meter and list, and goes before the default. The
deviation and the status that a list may carry are used only to tell apart the two moments of the hour that autumn
repeats, and only where they agree: real meters send deviations of both signs, and zeros that mean nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from appliance.household.hours import HOUR, OSLO
from appliance.meter.makers import ClockZone, profile_of
from appliance.meter.reading import MeterClock, Reading

STANDARD_TIME = timezone(timedelta(hours=1))
MOST_AHEAD = 2
"""Hours by which a clock may differ from its zone's and still be one of another zone, and not a wrong one."""
_INVALID, _SUMMER = 0x01, 0x80
_FIRST_METER = datetime(2015, 1, 1)  # a meter that lost its clock starts in 2000


@dataclass(frozen=True, slots=True)
class ClockFinding:
    """What the clock in one kind of list of one meter was found to mean."""

    meter_id: str
    """Empty for a meter that sends none."""
    elements: int
    """Of the list."""
    zone: ClockZone
    """`UNKNOWN` for a clock that was right in winter, when the zones cannot be told apart."""
    ahead_h: int = 0
    """Whole hours by which it is ahead of that zone."""


def usable(reading: Reading) -> MeterClock | None:
    """Return the clock of a reading; `None` without one, or when the meter calls it invalid or has lost it."""
    clock = reading.clock
    if clock is None or clock.wall < _FIRST_METER or (clock.status or 0) & _INVALID:
        return None
    return clock


class ClockMeanings:
    """What the clocks of the meter's lists mean, as far as it has been found."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], ClockFinding] = {}
        self._meter_id = ""

    @property
    def findings(self) -> tuple[ClockFinding, ...]:
        """All that was found, to outlive the program."""
        return tuple(self._found.values())

    def remember(self, findings: Iterable[ClockFinding], meter_id: str) -> None:
        """Restore what was found before the program ended, and which meter was the last."""
        self._found = {(one.meter_id, one.elements): one for one in findings}
        self._meter_id = meter_id

    @property
    def meter_id(self) -> str:
        """The meter that was heard last; empty when it sends no id."""
        return self._meter_id

    def heard(self, reading: Reading) -> None:
        """Take note whose list this is: a list without an id is of the meter that was heard last."""
        if reading.meter_id is not None:
            self._meter_id = reading.meter_id

    def is_found(self, reading: Reading) -> bool:
        """Return whether what the clock of a list means was found, and is not the default."""
        return self._finding(reading) is not None

    def knows_others(self, reading: Reading) -> bool:
        """Return whether it was found what the clocks in other lists of the meter mean."""
        return any(one.meter_id == self._meter_id and one.elements != reading.elements for one in self._found.values())

    def of(self, reading: Reading) -> ClockFinding:
        """Return what the clock of a list means: as it was found, or as its maker's clocks are by default."""
        return self._finding(reading) or ClockFinding(self._meter_id, reading.elements, self._default(reading))

    def better(self, reading: Reading, wall: datetime, utc: datetime, most_off: timedelta) -> ClockFinding | None:
        """Return the meaning by which the clock is at most so far from `utc`, which is right; `None` if none is.

        What is in force is preferred, then the other zone, then whole hours beside the zone.
        """
        now = self.of(reading)
        zones = sorted((ClockZone.STANDARD, ClockZone.LOCAL), key=lambda zone: zone is not now.zone)
        for ahead_h in sorted(range(-MOST_AHEAD, MOST_AHEAD + 1), key=lambda ahead_h: abs(ahead_h - now.ahead_h)):
            for zone in zones:
                found = ClockFinding(self._meter_id, reading.elements, zone, ahead_h)
                if any(abs(moment - utc) <= most_off for moment in moments(wall, found)):
                    return found
        return None

    def learn(self, reading: Reading, finding: ClockFinding, wall: datetime) -> None:
        """Keep a finding. In winter the zones are the same: then it says nothing of the zone, which stays as it was."""
        if _is_winter(wall):
            finding = replace(finding, zone=self.of(reading).zone)
        self._found[finding.meter_id, finding.elements] = finding

    def _finding(self, reading: Reading) -> ClockFinding | None:
        """Return what was found for this kind of list, else for another one of the meter."""
        found = self._found.get((self._meter_id, reading.elements))
        if found is None and self._meter_id:
            found = next((one for one in self._found.values() if one.meter_id == self._meter_id), None)
        return found

    def _default(self, reading: Reading) -> ClockZone:
        return profile_of(reading.maker).clock_of(reading.elements, self._meter_id)


def moments(wall: datetime, meaning: ClockFinding) -> tuple[datetime, ...]:
    """Return the moments, UTC, that a wall clock of this meaning may name: none, one or two, the earlier first.

    Local time skips an hour in spring and repeats one in autumn.
    """
    wall = wall - meaning.ahead_h * HOUR
    standard = wall.replace(tzinfo=STANDARD_TIME).astimezone(UTC)
    if meaning.zone is ClockZone.STANDARD:
        return (standard,)
    if meaning.zone is ClockZone.UNKNOWN:
        return (standard,) if _is_winter(wall) else ()
    one, other = wall.replace(tzinfo=OSLO), wall.replace(tzinfo=OSLO, fold=1)
    first, second = one.astimezone(UTC), other.astimezone(UTC)
    if first == second:
        return (first,)
    return () if first > second else (first, second)


def stated(clock: MeterClock) -> timedelta | None:
    """Return how far a clock says itself to be ahead of UTC; `None` unless its deviation and its status agree."""
    if clock.status is None or clock.deviation_min is None:
        return None
    summer = bool(clock.status & _SUMMER)
    return timedelta(minutes=abs(clock.deviation_min)) if abs(clock.deviation_min) == (120 if summer else 60) else None


def _is_winter(wall: datetime) -> bool:
    """Return whether local time is standard time at this wall clock, however it is read within two hours."""
    around = (wall - timedelta(hours=3), wall + timedelta(hours=3))
    return all(moment.replace(tzinfo=OSLO).utcoffset() == HOUR for moment in around)
