"""Hours by the grid company's figures, from the settings file or a command line.

The settings file is the way to correct an hour on a Pi without a login. What stands in it counts at each start.

Each hour is named as the clock on the wall shows it. The two hours of the same name in autumn differ in their offset.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from appliance.household.hours import OSLO, Hour, Quality
from appliance.settings.mistakes import as_toml, cut
from appliance.words.sentence import Sentence

LARGEST_KWH = 100.0
FIRST_YEAR, LAST_YEAR = 2015, 2100
"""Of an hour that may be corrected: no meter had a HAN port before."""
_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d?)(?::00)?(?:\+0([12]):00)?")


class BadPeakError(Exception):
    """A name that is no hour, or a value that is no energy; one sentence."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence


def hour_start(day: str, hour: str, *, second: bool = False) -> datetime:
    """Return the beginning, UTC, of the Norwegian clock hour `hour` (0..23) of `day` (YYYY-MM-DD). Raise BadPeakError.

    One day in October has the hour 2 twice; `second` is the later one.
    """
    if not re.fullmatch(r"\d\d?", hour) or int(hour) > 23:
        raise BadPeakError(
            Sentence("{hour}: the hour must be from 0 to 23; 17 is the one from 17:00 to 18:00", hour=hour)
        )
    try:
        midnight = datetime.strptime(day, "%Y-%m-%d")
    except ValueError:
        raise BadPeakError(Sentence("{day}: the date must be such as 2026-11-20", day=cut(day))) from None
    if not FIRST_YEAR <= midnight.year <= LAST_YEAR:
        raise BadPeakError(
            Sentence("{day}: the year must be from {first} to {last}", day=day, first=FIRST_YEAR, last=LAST_YEAR)
        )
    wall = midnight + timedelta(hours=int(hour))
    start = wall.replace(tzinfo=OSLO, fold=int(second)).astimezone(UTC)
    if start.astimezone(OSLO).replace(tzinfo=None) != wall:
        raise BadPeakError(Sentence("{day} has no hour {hour}: the clock skips it", day=day, hour=hour))
    if second and start == wall.replace(tzinfo=OSLO).astimezone(UTC):
        raise BadPeakError(Sentence("{day} has only one hour {hour}; leave out --second", day=day, hour=hour))
    return start


def watt_hours(kwh: str) -> float:
    """Return the energy in Wh of a text in kWh, with point or comma. Raise BadPeakError."""
    if not re.fullmatch(r"\d{1,3}([.,]\d{1,3})?", kwh) or (energy := float(kwh.replace(",", "."))) > LARGEST_KWH:
        raise BadPeakError(
            Sentence(
                "{kwh}: the energy must be in kWh, from 0 to {most}, such as 6.42", kwh=kwh, most=f"{LARGEST_KWH:g}"
            )
        )
    return round(energy * 1000)


def understood(written: Mapping[str, object]) -> dict[datetime, float]:
    """Return Wh by the hour's beginning, UTC, from kWh by names such as 2026-11-03T17. Raise BadPeakError."""
    return {_start(name): _energy(name, kwh) for name, kwh in written.items()}


def newest_measured(ended: Iterable[Hour]) -> datetime | None:
    """Return the beginning, UTC, of the newest hour of which anything was measured; `None` without any.

    An hour that a correction alone has made says nothing of what time it is.
    """
    return max((hour.start for hour in ended if hour.quality is not Quality.EDITED or hour.coverage > 0), default=None)


def due(wanted: Mapping[datetime, float], ended: Iterable[Hour]) -> Iterator[tuple[datetime, float]]:
    """Yield those corrections whose hour has ended and does not have their energy yet."""
    known = {hour.start: hour for hour in ended}
    newest = newest_measured(known.values())
    for start, import_wh in wanted.items():
        is_so = start in known and known[start].quality is Quality.EDITED and known[start].import_wh == import_wh
        if newest is not None and start <= newest and not is_so:
            yield start, import_wh


def _start(name: str) -> datetime:
    if (found := _HOUR.fullmatch(name)) is None:
        raise BadPeakError(
            Sentence('{name}: an hour is written such as "2026-11-03T17", for that from 17:00 to 18:00', name=cut(name))
        )
    day, hour, offset = found.groups()
    starts = [hour_start(day, hour)]
    if (later := starts[0] + timedelta(hours=1)).astimezone(OSLO).hour == int(hour):
        starts.append(later)
    if offset is None:
        if len(starts) == 2:
            raise BadPeakError(
                Sentence(
                    '{name} is there twice: write "{name}+02:00" for the first, "{name}+01:00" for the second',
                    name=name,
                )
            )
        return starts[0]
    for start in starts:
        if start.astimezone(OSLO).utcoffset() == timedelta(hours=int(offset)):
            return start
    raise BadPeakError(Sentence("{name}: that hour has another offset in Norway; leave it out", name=name))


def _energy(name: str, kwh: object) -> float:
    if isinstance(kwh, bool) or not isinstance(kwh, int | float):
        raise BadPeakError(
            Sentence("{name} = {value}: it must be the hour's kWh, such as 6.42", name=name, value=cut(as_toml(kwh)))
        )
    try:
        return watt_hours(f"{kwh:.3f}")
    except (BadPeakError, OverflowError):
        raise BadPeakError(
            Sentence("{name} = {value}: the hour's kWh must be from 0 to 100", name=name, value=cut(as_toml(kwh)))
        ) from None
