"""The fetched prices on the disk, so that a start without a network knows them: one small file beside the history.

It has the days of the last three months and of tomorrow. A file that cannot be used is set aside, and the start goes
on without: what is missing of this month is fetched again.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import isfinite
from pathlib import Path

import msgspec

from appliance.household.spot import SpotDay, starts
from appliance.system.atomic_file import read_small_file, replace_file

log = logging.getLogger(__name__)

SPOT_FILE = "spot.json"
DAYS_KEPT = 93
_LARGEST_ORE = 10_000.0


class _Kept(msgspec.Struct, frozen=True):
    """What the file has."""

    area: str
    days: dict[date, tuple[float, ...]]
    """Øre a kWh without VAT, by hour."""


def load(folder: Path, area: str) -> tuple[SpotDay, ...]:
    """Return the days that are kept for an area, oldest first; none where there are none. Raise OSError, ValueError.

    Another area's are none: they go when the first day of this one is kept.
    """
    try:
        kept = msgspec.json.decode(read_small_file(folder / SPOT_FILE), type=_Kept)
    except FileNotFoundError:
        return ()
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
    for day, ore in kept.days.items():
        if len(ore) != len(starts(day)) or not all(isfinite(one) and abs(one) <= _LARGEST_ORE for one in ore):
            raise ValueError(f"its {day} is not a day of prices")
    return tuple(SpotDay(day, ore) for day, ore in sorted(kept.days.items())) if kept.area == area else ()


def load_or_set_aside(folder: Path | None, area: str) -> tuple[SpotDay, ...]:
    """Return the days that are kept; none if the file cannot be used, which is renamed and logged then."""
    if folder is None:
        return ()
    path = folder / SPOT_FILE
    try:
        return load(folder, area)
    except (OSError, ValueError, OverflowError) as error:
        log.warning("%s cannot be used: %s; the prices are fetched again", path, error)
    try:
        path.rename(path.with_name(path.name + ".damaged"))
    except OSError as error:
        log.warning("%s: cannot be set aside: %s", path, error.strerror)
    return ()


def save(folder: Path, area: str, days: Sequence[SpotDay]) -> None:
    """Keep these days, whole or not at all. Raise OSError."""
    kept = _Kept(area, {known.day: known.ore for known in days})
    replace_file(folder / SPOT_FILE, msgspec.json.encode(kept), 0o640)


def with_day(days: Iterable[SpotDay], new: SpotDay) -> tuple[SpotDay, ...]:
    """Return the days with another one in its place, and without those that are too old by then."""
    by_day = {known.day: known for known in days} | {new.day: new}
    oldest = max(by_day) - timedelta(days=DAYS_KEPT)
    return tuple(known for day, known in sorted(by_day.items()) if day >= oldest)
