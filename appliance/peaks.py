"""Correcting an hour by the grid company's figures, as 'han-appliance peaks set DATE HOUR KWH' does it.

While the appliance runs, it does the writing: it is asked over its socket. Otherwise the file is written here.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from appliance.control import SOCKET, ask
from appliance.history.database import FILE, History
from appliance.household.clock import OSLO
from appliance.household.hours import Hour, Known

LARGEST_KWH = 100.0
SET_HOUR = "set_hour"
"""The request's name: `start` in UTC by ISO 8601, `import_wh`."""


class BadPeakError(Exception):
    """What was asked for is no hour or no energy; one sentence."""


def hour_start(day: str, hour: str, *, second: bool = False) -> datetime:
    """The beginning in UTC of the Norwegian clock hour `hour` (0..23) of `day` (YYYY-MM-DD). Raises BadPeakError.

    In October one day has the hour 2 twice; `second` is the later one.
    """
    if not re.fullmatch(r"\d\d?", hour) or int(hour) > 23:
        raise BadPeakError(f"{hour}: the hour must be from 0 to 23; 17 is the one from 17:00 to 18:00")
    try:
        midnight = datetime.strptime(day, "%Y-%m-%d")
    except ValueError:
        raise BadPeakError(f"{day}: the date must be such as 2026-11-20") from None
    wall = midnight + timedelta(hours=int(hour))
    start = wall.replace(tzinfo=OSLO, fold=int(second)).astimezone(UTC)
    if start.astimezone(OSLO).replace(tzinfo=None) != wall:
        raise BadPeakError(f"{day} has no hour {hour}: the clock skips it")
    if second and start == wall.replace(tzinfo=OSLO).astimezone(UTC):
        raise BadPeakError(f"{day} has only one hour {hour}; leave out --second")
    return start


def watt_hours(kwh: str) -> float:
    """Energy in Wh from a text in kWh, with point or comma. Raises BadPeakError."""
    if not re.fullmatch(r"\d{1,3}([.,]\d{1,3})?", kwh) or (energy := float(kwh.replace(",", "."))) > LARGEST_KWH:
        raise BadPeakError(f"{kwh}: the energy must be in kWh, from 0 to {LARGEST_KWH:g}, such as 6.42")
    return round(energy * 1000)


def request(start: datetime, import_wh: float) -> Mapping[str, Any]:
    """What the running appliance is asked."""
    return {SET_HOUR: {"start": start.isoformat(), "import_wh": import_wh}}


def understood(asked: Mapping[str, Any]) -> tuple[datetime, float]:
    """What a request asks for. Raises BadPeakError."""
    try:
        start, import_wh = datetime.fromisoformat(asked["start"]), float(asked["import_wh"])
    except (KeyError, TypeError, ValueError):
        raise BadPeakError(f"{SET_HOUR} needs start, by ISO 8601, and import_wh") from None
    if start.tzinfo is None or start.timestamp() % 3600:
        raise BadPeakError(f"{start.isoformat()}: start must be a full hour with its offset from UTC")
    if not 0 <= import_wh <= LARGEST_KWH * 1000:
        raise BadPeakError(f"{import_wh:g}: import_wh must be from 0 to {LARGEST_KWH * 1000:g}")
    return start.astimezone(UTC), import_wh


def set_hour(folder: Path, start: datetime, import_wh: float) -> str:
    """Correct an hour, by the running appliance or without it; how it was done. Raises ControlError, HistoryError."""
    if ask(folder / SOCKET, request(start, import_wh)) is not None:
        return "the running appliance has written it"
    history = History(folder / FILE)
    try:
        history.correct(Hour(start, import_wh, 0.0, Known.EDITED, 0.0))
    finally:
        history.close()
    return "written; no appliance is running"
