"""Situations for the links, with the hours that have ended by then."""

from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.household.hours import OSLO, Hour, Quality, RunningHour
from appliance.household.outlook import Outlook
from appliance.household.situation import Level, MeterIdentity, Phase, RegisterValues, Signal, Situation

START = datetime(2026, 11, 26, 6, tzinfo=UTC)
METER_ID = "7359992899161110"


def situation(at: datetime = START, **changes: Any) -> Situation:
    """A house that draws 1.5 kW; each hour since `START` had as many Wh as its number, from 1 on."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    count = int((hour - START) / timedelta(hours=1))
    ended = tuple(
        Hour(START + timedelta(hours=number), number + 1.0, 0.0, Quality.METERED, 1.0, Quality.UNKNOWN)
        for number in range(count)
    )
    known: dict[str, Any] = {
        "watch_w": 12_000.0,
        "act_w": 17_000.0,
        "level": Level.OK,
        "signal": Signal.RECEIVING,
        "power_import_w": 1500.0,
        "phases": (Phase(231.2, 2.1), Phase(230.9), Phase(229.8, 4.2)),
        "phases_known": True,
        "hour": RunningHour(start=hour),
        "outlook": Outlook(
            until=hour + timedelta(hours=1), time_left_s=60.0, so_far_wh=700.0, projection_wh=1500.0, headroom_w=3000.0
        ),
        "registers": RegisterValues(listed_import_wh=20_000_000.0, import_wh=20_000_123.4),
        "ended_hours": ended,
        "local_time": at.astimezone(OSLO),
        "reading_age_s": 1.0,
        "meter": MeterIdentity("aidon", "6525", METER_ID),
    }
    return Situation(**(known | changes))
