"""Hours by the grid company's figures, from the settings file: the way in for a Pi that nobody can log in to.

Each hour is named as the clock on the wall has it, and what stands in the file counts at each start. The hour that
autumn repeats is told by its offset.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from appliance.household.clock import OSLO
from appliance.household.hours import Hour, Known
from appliance.peaks import BadPeakError, hour_start, watt_hours

_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d?)(?::00)?(?:\+0([12]):00)?")


def understood(written: Mapping[str, object]) -> dict[datetime, float]:
    """Import in Wh by the hour's beginning in UTC, of kWh by names such as 2026-11-03T17. Raises BadPeakError."""
    return {_start(name): _energy(name, kwh) for name, kwh in written.items()}


def due(wanted: Mapping[datetime, float], ended: Iterable[Hour]) -> Iterator[tuple[datetime, float]]:
    """Those of hours that have ended and are not yet as they should be."""
    known = {hour.start: hour for hour in ended}
    newest = max(known, default=None)
    for start, import_wh in wanted.items():
        is_so = start in known and known[start].known is Known.EDITED and known[start].import_wh == import_wh
        if newest is not None and start <= newest and not is_so:
            yield start, import_wh


def _start(name: str) -> datetime:
    if (told := _HOUR.fullmatch(name)) is None:
        raise BadPeakError(f'{name}: an hour is written such as "2026-11-03T17", for that from 17:00 to 18:00')
    day, hour, offset = told.groups()
    starts = [hour_start(day, hour)]
    if (later := starts[0] + timedelta(hours=1)).astimezone(OSLO).hour == int(hour):
        starts.append(later)
    if offset is None:
        if len(starts) == 2:
            raise BadPeakError(
                f'{name} is there twice: write "{name}+02:00" for the first, "{name}+01:00" for the second'
            )
        return starts[0]
    for start in starts:
        if start.astimezone(OSLO).utcoffset() == timedelta(hours=int(offset)):
            return start
    raise BadPeakError(f"{name}: that hour has another offset in Norway; leave it out")


def _energy(name: str, kwh: object) -> float:
    if isinstance(kwh, bool) or not isinstance(kwh, int | float):
        raise BadPeakError(f"{name} = {kwh!r}: it must be the hour's kWh, such as 6.42")
    try:
        return watt_hours(f"{kwh:.3f}")
    except BadPeakError:
        raise BadPeakError(f"{name} = {kwh}: the hour's kWh must be from 0 to 100") from None
