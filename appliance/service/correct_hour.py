"""Correcting an hour by the grid company's figures, by the running appliance or without it.

While the appliance runs, it does the writing: it is asked over its socket. Otherwise the file is written here.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.household import Household
from appliance.service.local_socket import SOCKET, ask
from appliance.settings import corrections
from appliance.settings.corrections import LARGEST_KWH, BadPeakError
from appliance.system.as_owner import as_owner

SET_HOUR = "set_hour"
"""The request's name: `start` in UTC by ISO 8601, `import_wh`."""
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""When this was: the present is later on every machine, whatever its clock says."""


def request(start: datetime, import_wh: float) -> Mapping[str, Any]:
    """Return what the running appliance is asked."""
    return {SET_HOUR: {"start": start.isoformat(), "import_wh": import_wh}}


def understood(asked: object) -> tuple[datetime, float]:
    """Return the hour, UTC, and the energy, Wh, that a request asks for. Raise BadPeakError."""
    try:
        start, import_wh = _taken_apart(asked)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadPeakError(f"{SET_HOUR} needs start, by ISO 8601, and import_wh") from None
    if start.tzinfo is None or (start.minute, start.second, start.microsecond) != (0, 0, 0):
        raise BadPeakError(f"{start.isoformat()}: start must be a full hour with its offset from UTC")
    if not corrections.FIRST_YEAR <= start.year <= corrections.LAST_YEAR:
        years = f"{corrections.FIRST_YEAR} to {corrections.LAST_YEAR}"
        raise BadPeakError(f"{start.isoformat()}: the year must be from {years}")
    if not 0 <= import_wh <= LARGEST_KWH * 1000:
        raise BadPeakError(f"{import_wh:g}: import_wh must be from 0 to {LARGEST_KWH * 1000:g}")
    start = start.astimezone(UTC)
    if start.minute:
        raise BadPeakError(f"{start.isoformat()}: start must be a full hour of UTC")
    return start, import_wh


def _taken_apart(asked: object) -> tuple[datetime, float]:
    if not isinstance(asked, Mapping):
        raise TypeError
    start, import_wh = asked["start"], asked["import_wh"]
    if isinstance(import_wh, bool) or not isinstance(import_wh, int | float) or not isinstance(start, str):
        raise TypeError
    return datetime.fromisoformat(start), float(import_wh)


def refusal(start: datetime, utc: datetime | None, ended: Iterable[Hour]) -> str | None:
    """Return why the hour that began at `start`, UTC, may not be corrected, in one sentence; `None` when it may.

    `utc` is the time where it is known, `ended` the hours that have. Only an hour that has ended may be. Where no
    time is known, that is one which is not later than the newest of which anything was measured, or than this program.
    """
    named = f"the hour from {_local(start)}"
    if utc is not None:
        return None if start + HOUR <= utc else f"{named} has not ended yet: it is {_local(utc)}"
    newest = corrections.newest_measured(ended)
    if start + HOUR <= WRITTEN or (newest is not None and start <= newest):
        return None
    measured = "no hour was measured" if newest is None else f"the newest that was measured is from {_local(newest)}"
    return f"{named} may not have ended yet: the time is not known, and {measured}; wait for the meter's time"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(OSLO):%Y-%m-%d %H:%M}"


def correct(household: Household, asked: object, now: float) -> str | None:
    """Give an hour of the household its energy at `now`, s. Return why that cannot be done, `None` when it is done."""
    try:
        start, import_wh = understood(asked)
    except BadPeakError as error:
        return str(error)
    if (why_not := refusal(start, household.utc(now), household.hours)) is not None:
        return why_not
    household.correct(start, import_wh)
    return None


def set_hour(folder: Path, start: datetime, import_wh: float, utc: datetime | None = None) -> str:
    """Correct an hour as `set_hours` does. Return how it was done, for people."""
    return set_hours(folder, {start: import_wh}, utc)


def set_hours(folder: Path, wanted: Mapping[datetime, float], utc: datetime | None = None) -> str:
    """Give hours their energies, Wh, by the appliance that runs on `folder` or without it. Return how, for people.

    `utc` is the time, where it is known. Raise ControlError when the running appliance refuses, OwnerError when an
    hour may not be corrected or the file cannot be written. Those before it then have theirs.
    """
    left = dict(wanted)
    for start, import_wh in wanted.items():
        if ask(folder / SOCKET, request(start, import_wh)) is None:
            # As the folder's owner: the appliance could not write what root has made there.
            return as_owner(folder, lambda: _written(folder, left, utc), HistoryError, BadPeakError)
        del left[start]
    return "the running appliance has written it"


def _written(folder: Path, wanted: Mapping[datetime, float], utc: datetime | None) -> str:
    history = History(folder / HISTORY_FILE)
    try:
        ended = history.hours(datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
        for start, import_wh in wanted.items():
            if (why_not := refusal(start, utc, ended)) is not None:
                raise BadPeakError(why_not)
            history.correct(Hour(start, import_wh, 0.0, Quality.EDITED, 0.0))
    finally:
        history.close()
    return "written; no appliance is running"
