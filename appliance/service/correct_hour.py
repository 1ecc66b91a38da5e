"""Correcting an hour by the grid company's figures, by the running appliance or without it.

While the appliance runs, it does the writing: it is asked over its socket. Otherwise the file is written here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.history.database import HISTORY_FILE, History
from appliance.household.hours import HOUR, Hour, Quality
from appliance.household.household import Household
from appliance.service.local_socket import SOCKET, ask
from appliance.settings.corrections import LARGEST_KWH, BadPeakError

SET_HOUR = "set_hour"
"""The request's name: `start` in UTC by ISO 8601, `import_wh`."""


def request(start: datetime, import_wh: float) -> Mapping[str, Any]:
    """Return what the running appliance is asked."""
    return {SET_HOUR: {"start": start.isoformat(), "import_wh": import_wh}}


def understood(asked: Mapping[str, Any]) -> tuple[datetime, float]:
    """Return the hour, UTC, and the energy, Wh, that a request asks for. Raise BadPeakError."""
    try:
        start, import_wh = datetime.fromisoformat(asked["start"]), float(asked["import_wh"])
    except (KeyError, TypeError, ValueError):
        raise BadPeakError(f"{SET_HOUR} needs start, by ISO 8601, and import_wh") from None
    if start.tzinfo is None or start.timestamp() % 3600:
        raise BadPeakError(f"{start.isoformat()}: start must be a full hour with its offset from UTC")
    if not 0 <= import_wh <= LARGEST_KWH * 1000:
        raise BadPeakError(f"{import_wh:g}: import_wh must be from 0 to {LARGEST_KWH * 1000:g}")
    return start.astimezone(UTC), import_wh


def correct(household: Household, asked: Mapping[str, Any], now: float) -> str | None:
    """Give an hour of the household its energy at `now`, s. Return why that cannot be done, `None` when it is done."""
    try:
        start, import_wh = understood(asked)
    except BadPeakError as error:
        return str(error)
    if (utc := household.utc(now)) is not None and start + HOUR > utc:
        return f"the hour from {start:%Y-%m-%d %H:%M} UTC has not ended yet"
    household.correct(start, import_wh)
    return None


def set_hour(folder: Path, start: datetime, import_wh: float) -> str:
    """Correct an hour, by the running appliance or without it. Return how it was done, for people.

    Raise ControlError when the running appliance refuses, HistoryError when the file cannot be written.
    """
    if ask(folder / SOCKET, request(start, import_wh)) is not None:
        return "the running appliance has written it"
    history = History(folder / HISTORY_FILE)
    try:
        history.correct(Hour(start, import_wh, 0.0, Quality.EDITED, 0.0))
    finally:
        history.close()
    return "written; no appliance is running"
