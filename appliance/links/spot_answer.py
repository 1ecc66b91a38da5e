"""A day's prices as hvakosterstrommen.no and elprisetjustnu.se tell them, and whether they can be believed.

Both answer a JSON list, an object for each hour or quarter of the local day: `NOK_per_kWh` or `SEK_per_kWh`,
`EUR_per_kWh`, `EXR` (the first by the second), `time_start` and `time_end` with their offsets; without VAT. An answer
that is not just so is refused as a whole: a day that is short of an hour, or has its hours shifted, would be wrong on
the panel all day.
"""

from datetime import UTC, date, datetime, timedelta

import msgspec

from appliance.household.hours import HOUR
from appliance.household.spot import SpotDay, starts

LOWEST_KR, HIGHEST_KR = -15.0, 100.0
"""Of a kWh: beyond what the exchange allows (from -0.5 to 5 EUR, which it may raise: Nord Pool, harmonised limits)."""
_QUARTERS = 4
_CURRENCY = {"N": "NOK", "S": "SEK"}
"""By the first letter of an area."""
_RELATIVE, _ABSOLUTE_KR = 0.01, 0.001
"""How far a price may be from its euros by their rate: both are rounded."""


class RefusedError(Exception):
    """An answer that is not believed; one sentence."""


class _Period(msgspec.Struct):
    """An hour, or a quarter of one."""

    time_start: datetime
    time_end: datetime
    EUR_per_kWh: float  # the field's own name
    EXR: float  # the field's own name
    NOK_per_kWh: float | None = None  # the field's own name
    SEK_per_kWh: float | None = None  # the field's own name


_periods = msgspec.json.Decoder(list[_Period])


def path(day: date, area: str) -> str:
    """Return where a day's prices are, below the server's address."""
    return f"/api/v1/prices/{day:%Y}/{day:%m-%d}_{area}.json"


def understood(octets: bytes, day: date, area: str) -> SpotDay:
    """Return a day's prices by hours: those of quarters are the mean of four. Raise RefusedError."""
    try:
        told = _periods.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(f"the answer is not a list of prices: {error}") from None
    begins = starts(day)
    an_hour = len(told) // len(begins)
    if an_hour not in (1, _QUARTERS) or len(told) != an_hour * len(begins):
        raise RefusedError(f"the answer has {len(told)} prices, and {day} has {len(begins)} hours")
    _check_times(told, begins[0], HOUR / an_hour)
    kroner = [_kr(period, _CURRENCY[area[0]]) for period in told]
    hours = [sum(kroner[place : place + an_hour]) / an_hour for place in range(0, len(kroner), an_hour)]
    return SpotDay(day, tuple(round(100 * kr, 4) for kr in hours))


def _check_times(told: list[_Period], begin: datetime, length: timedelta) -> None:
    """Raise RefusedError where the times are not one after another from the day's beginning on."""
    for place, period in enumerate(told):
        wanted = begin + place * length
        if period.time_start.tzinfo is None or period.time_end.tzinfo is None:
            raise RefusedError("the answer has times without an offset")
        if period.time_start.astimezone(UTC) != wanted or period.time_end.astimezone(UTC) != wanted + length:
            raise RefusedError(
                f"the answer has a price from {period.time_start.isoformat()} to {period.time_end.isoformat()}, "
                f"where the one from {wanted.isoformat()} is due"
            )


def _kr(period: _Period, currency: str) -> float:
    kr = period.NOK_per_kWh if currency == "NOK" else period.SEK_per_kWh
    if kr is None:
        raise RefusedError(f"the answer has no {currency}_per_kWh")
    if not LOWEST_KR <= kr <= HIGHEST_KR:
        raise RefusedError(f"the answer has a price of {kr:g} a kWh")
    by_euro = period.EUR_per_kWh * period.EXR
    if not abs(kr - by_euro) <= _ABSOLUTE_KR + _RELATIVE * abs(kr):
        raise RefusedError(f"the answer has a price of {kr:g} {currency}, and its euros are {by_euro:g}")
    return kr
